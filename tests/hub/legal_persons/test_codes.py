"""The credit code: what goes wrong with it in practice, one fact a test (GB 32100-2015 with amendment 1, GB 11714)."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from catalogue.basic.legal_persons import LEGAL_PERSONS
from catalogue.basic.legal_persons_kinds import (
    BodyKind,
    former_organisation_code,
    former_registration_number,
    is_for_life,
    kind_of,
    parts_of,
    registrar_fits,
)
from catalogue.basic.legal_persons_status import ACTIVE, EXISTING, GONE, suspension_ends
from catalogue.columns import check_column
from catalogue.faults import FaultCode
from catalogue.identifiers import (
    USCC_WEIGHTS,
    body_check_character,
    org_code,
    organisation_check_character,
    organisation_code,
)
from catalogue.patterns import USCC_ALPHABET

VECTORS = Path(__file__).resolve().parents[3].parent / "shared" / "domain" / "codes" / "validator_test_vectors.csv"
TODAY = date(2025, 11, 1)
BODY = "600037341"


def code(pair: str, division: str = "410100", body: str = BODY) -> str:
    """Return a credit code with its check character."""
    first17 = f"{pair}{division}{body}"
    return first17 + organisation_check_character(first17)


@pytest.mark.skipif(not VECTORS.exists(), reason="the folder with the validator vectors is not beside the project")
def test_every_vector_of_credit_and_organisation_codes_passes() -> None:
    checks = {"uscc": organisation_code, "org_code": org_code}
    wrong = []
    with VECTORS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] in checks:
                fault = checks[row["kind"]](row["value"]).fault
                # Right by its format, and yet no code of this hub: only the registrar's letter stops it.
                expected = {"valid": None, "valid by format": FaultCode.ORGANISATION_CODE_MILITARY}.get(row["expected"])
                is_right = fault == expected if row["expected"] != "invalid" else fault is not None
                wrong += [] if is_right else [row]
    assert wrong == []


@pytest.mark.parametrize("pair", ["N1", "N2", "N3", "N9", "Y1"])
def test_a_code_may_begin_with_a_letter(pair: str) -> None:
    assert organisation_code(code(pair)).fault is None


@pytest.mark.parametrize("pair", ["A1", "A9"])
def test_codes_of_the_army_never_enter_the_hub(pair: str) -> None:
    assert organisation_code(code(pair)).fault is FaultCode.ORGANISATION_CODE_MILITARY


@pytest.mark.parametrize("letter", "IOSVZ")
def test_five_letters_are_not_in_the_alphabet(letter: str) -> None:
    value = code("91")
    assert organisation_code(value[:9] + letter + value[10:]).fault is FaultCode.ORGANISATION_CODE_CHARACTERS


@pytest.mark.parametrize("pair", ["14", "90", "94", "N4", "Y2", "B1", "00"])
def test_positions_1_and_2_must_be_a_pair_that_is_given(pair: str) -> None:
    assert organisation_code(code(pair)).fault is FaultCode.ORGANISATION_CODE_PREFIX


@pytest.mark.parametrize("division", ["100000", "410108", "419009", "412126", "410171"])
def test_the_division_is_that_of_the_day_of_registration(division: str) -> None:
    assert organisation_code(code("91", division)).fault is None


def test_the_division_has_no_letters() -> None:
    assert organisation_code(code("91", "41010A")).fault is FaultCode.ORGANISATION_CODE_DIVISION


def test_the_organisation_code_inside_has_a_check_of_its_own() -> None:
    assert organisation_code(code("91", body="600037342")).fault is FaultCode.ORGANISATION_CODE_BODY


def test_the_check_weights_are_powers_of_three() -> None:
    assert USCC_WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def test_any_one_changed_character_is_found() -> None:
    value = code("91")
    changed = [
        value[:place] + other + value[place + 1 :]
        for place in range(18)
        for other in USCC_ALPHABET
        if other != value[place]
    ]
    assert all(organisation_code(text).fault is not None for text in changed)


@pytest.mark.parametrize(("body", "check"), [("D2143569", "X"), ("60003734", "1"), ("00000000", "0")])
def test_a_remainder_of_ten_is_an_x_and_of_eleven_a_zero(body: str, check: str) -> None:
    assert body_check_character(body) == check


def test_an_organisation_code_may_be_written_with_a_hyphen() -> None:
    assert former_organisation_code("d2143569-x") == "D2143569X"


def test_an_organisation_code_with_a_wrong_check_is_none() -> None:
    assert former_organisation_code("D21435690") is None


@pytest.mark.parametrize(("text", "is_one"), [("4101001000123", True), ("410100100012345", True), ("41010", False)])
def test_a_registration_number_has_13_or_15_digits(text: str, is_one: bool) -> None:  # noqa: FBT001 - a parameter
    assert (former_registration_number(text) is not None) is is_one


def test_a_body_keeps_its_code_for_life_so_another_code_keeps_the_organisation_code() -> None:
    assert is_for_life(code("92"), code("91"))
    assert not is_for_life(code("92"), code("91", body="D2143569X"))


def test_codes_are_parted_into_registrar_class_division_and_body() -> None:
    parts = parts_of("N2410122MF1000007C")
    assert (parts.registrar, parts.pair, parts.division, parts.organisation_code) == ("N", "N2", "410122", "MF1000007")


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        ("11", BodyKind.ORGAN),
        ("12", BodyKind.PUBLIC_INSTITUTION),
        ("31", BodyKind.LEGAL_SERVICE),
        ("51", BodyKind.SOCIAL_ORGANISATION),
        ("52", BodyKind.SOCIAL_SERVICE),
        ("53", BodyKind.FOUNDATION),
        ("71", BodyKind.RELIGIOUS),
        ("81", BodyKind.UNION),
        ("91", BodyKind.ENTERPRISE),
        ("92", BodyKind.INDIVIDUAL_BUSINESS),
        ("93", BodyKind.COOPERATIVE),
        ("N2", BodyKind.RURAL_COLLECTIVE),
        ("Y1", BodyKind.OTHER),
    ],
)
def test_the_kind_of_a_body_follows_from_its_pair(pair: str, kind: BodyKind) -> None:
    assert kind_of(code(pair)) is kind


@pytest.mark.parametrize(
    ("pair", "authority", "fits"),
    [
        ("91", "示例市市场监督管理局", True),
        ("91", "示例市民政局", False),
        ("51", "示例市民政局", True),
        ("N2", "示例县农业农村局", True),
        ("11", "示例市机构编制委员会办公室", True),
        ("12", "示例市工商局", False),
        ("91", "示例市行政审批局", True),
        ("51", "示例市高新区管理委员会", True),
    ],
)
def test_a_registrar_gives_codes_of_its_own_pairs(pair: str, authority: str, fits: bool) -> None:  # noqa: FBT001
    assert registrar_fits(pair, authority) is fits


def test_whole_columns_and_single_codes_are_judged_alike() -> None:
    values = [code("91"), code("N2"), code("A1"), code("94"), code("91", body="600037342"), "91", "", None]
    found = check_column("organisation_code", pl.Series(values, dtype=pl.String), today=TODAY).faults.to_list()
    singly = [organisation_code(value).fault if value else None for value in values]
    assert found == [None if fault is None else int(fault) for fault in singly]


def test_a_revoked_body_exists_until_it_is_deregistered() -> None:
    assert ("2" in EXISTING, "2" in ACTIVE, "2" in GONE) == (True, False, False)


def test_active_is_a_set_and_not_the_absence_of_deregistration() -> None:
    assert {"2", "5", "8", "9"} == EXISTING - ACTIVE


def test_a_suspension_lasts_three_years_at_most() -> None:
    assert (suspension_ends(date(2022, 5, 1)), suspension_ends(date(2024, 2, 29))) == (
        date(2025, 5, 1),
        date(2027, 3, 1),
    )


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"L015": "7", "L005": "甲", "L016": date(2022, 1, 1)}, ["legal_person.suspension"]),
        ({"L015": "7", "L005": "甲", "L016": date(2023, 1, 1)}, []),
        ({"L015": "2"}, ["legal_person.penalty_date"]),
        ({"L015": "2", "L020": date(2024, 1, 1)}, []),
        ({"L015": "X"}, ["legal_person.status"]),
        ({"L001": code("91"), "L014": "示例市民政局"}, ["legal_person.registrar"]),
        ({"L001": code("91"), "L040": code("91")}, ["legal_person.own_parent"]),
        ({"L017": date(2024, 1, 2), "L018": date(2024, 1, 1)}, ["legal_person.term"]),
        ({"L019": "A15"}, ["legal_person.industry"]),
        ({"L012": "419999"}, ["legal_person.division"]),
        ({"L010": date(2030, 1, 1)}, ["legal_person.dates"]),
    ],
)
def test_what_contradicts_itself_is_found(record: dict[str, object], expected: list[str]) -> None:
    assert [fault.rule for fault in LEGAL_PERSONS.check(record, TODAY)] == expected
