"""How rows about bodies are read by the register: keys, aliases, links, what is not taken and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from catalogue.identifiers import organisation_check_character
from hub.identity.number_seals import NumberSeals
from hub.registers.legal_persons.flags import flags_of
from hub.registers.legal_persons.rules import LEGAL_PERSON_RULES
from hub.registers.linking.exposures import link
from hub.registers.rules import EVENT, KEY, ROW, Asked, Taken

ENTERPRISE = "91110000600037341L"
COLLECTIVE = "N2410122MF1000007C"
ORGANISATION = "600037341"
PERSON = "11010519491231002X"
JANUARY = datetime(2025, 1, 1)  # noqa: DTZ001 - events are in local time
SEALS = NumberSeals({1: bytes(range(64))}, bytes(32))


def take(rows: list[dict[str, Any]], kind: str = "record", key_kind: str = "credit_code") -> Taken:
    """Read rows; ``key`` names the body, the others are elements."""
    codes = {code for row in rows for code in row if code != "key"}
    frame = pl.DataFrame(
        {
            ROW: list(range(1, len(rows) + 1)),
            KEY: [row["key"] for row in rows],
            EVENT: [JANUARY] * len(rows),
            **{code: [row.get(code) for row in rows] for code in sorted(codes)},
        },
        schema={
            ROW: pl.Int64(), KEY: pl.String(), EVENT: pl.Datetime("us"), **dict.fromkeys(sorted(codes), pl.String())
        },
    )  # fmt: skip
    return LEGAL_PERSON_RULES.take(frame, Asked(kind, key_kind, SEALS, date(2025, 11, 1)))


def values(rows: list[dict[str, Any]], *elements: str) -> list[tuple[Any, ...]]:
    """Return these elements of the rows taken."""
    return take(rows).rows.select(elements).rows()


def refused(taken: Taken) -> list[tuple[int, str]]:
    """Return the refused rows with their rules."""
    return taken.refused.select(ROW, "rule").rows()


def code(first17: str) -> str:
    """Return a credit code with its check character."""
    return first17 + organisation_check_character(first17)


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("911100006000373411", "legal_person.code_check"),
        ("9111000060003734IL", "legal_person.code_characters"),
        ("91110000600037341", "legal_person.code_length"),
        ("A1410100MB0000000U", "legal_person.military"),
        (code("94110000600037341"), "legal_person.code_prefix"),
        (None, "register.key_missing"),
    ],
)
def test_a_body_whose_code_fails_is_refused_with_the_reason(key: str | None, rule: str) -> None:
    taken = take([{"key": key, "L002": "某单位"}])
    assert (taken.rows.height, refused(taken)) == (0, [(1, rule)])


def test_a_code_given_with_a_wrong_organisation_code_inside_is_taken_and_flagged() -> None:
    given = code("91110000600037342")
    taken = take([{"key": given, "L001": given, "L002": "某厂"}])
    assert (taken.rows["L001"].to_list(), taken.refused.height, taken.aliases.height) == ([given], 0, 0)
    assert [flag.rule for flag in flags_of({"L001": given}, date(2025, 1, 1))] == ["legal_person.code_body"]


def test_bodies_of_every_registrar_are_taken() -> None:
    keys = [ENTERPRISE, COLLECTIVE, *(code(f"{pair}410100{ORGANISATION}") for pair in ("11", "12", "51", "71", "Y1"))]
    assert take([{"key": key, "L002": "某单位"} for key in keys]).rows.height == len(keys)


def test_code_and_class_follow_from_the_key() -> None:
    assert values([{"key": f" {ENTERPRISE.lower()} ", "L002": "某厂"}], "L001", "L003") == [(ENTERPRISE, "91")]


def test_the_organisation_code_is_another_name_of_the_same_body() -> None:
    aliases = take([{"key": ENTERPRISE, "L002": "某厂"}]).aliases
    assert aliases.select("form", "kind", "is_same").rows() == [(ORGANISATION, "organisation_code", False)]


def test_a_stated_registration_number_is_another_name_and_joins_no_two_bodies() -> None:
    aliases = take([{"key": ENTERPRISE, "L002": "某厂", "L022": "410100100012345"}]).aliases
    assert ("410100100012345", "registration_number", False) in aliases.select("form", "kind", "is_same").rows()


def test_a_conversion_by_the_registrar_makes_old_number_and_code_one_body() -> None:
    aliases = take([{"key": ENTERPRISE, "L022": "410100100012345"}], "conversion").aliases
    assert ("410100100012345", "registration_number", True) in aliases.select("form", "kind", "is_same").rows()


def test_a_conversion_to_the_code_of_another_body_is_refused() -> None:
    taken = take([{"key": ENTERPRISE, "L001": COLLECTIVE}], "conversion")
    assert (taken.rows.height, refused(taken)) == (0, [(1, "legal_person.conversion_other_body")])


def test_a_body_of_an_older_register_is_known_by_its_registration_number() -> None:
    taken = take([{"key": "4101001000123", "L002": "某厂"}], key_kind="registration_number")
    assert taken.rows["form"].to_list() == ["4101001000123"]


def test_an_older_body_without_a_number_is_refused_and_not_dropped() -> None:
    taken = take([{"key": "无", "L002": "某厂"}], key_kind="registration_number")
    assert refused(taken) == [(1, "legal_person.registration_number")]


def test_a_record_without_a_name_is_refused() -> None:
    taken = take([{"key": ENTERPRISE, "L002": "N/A"}])
    assert (taken.rows.height, refused(taken)) == (0, [(1, "legal_person.name_missing")])


def test_a_name_whose_encoding_was_lost_is_refused() -> None:
    taken = take([{"key": ENTERPRISE, "L002": "\ufffd\ufffd厂"}])
    assert {rule for _, rule in refused(taken)} == {"legal_person.lost_encoding", "legal_person.name_missing"}


def test_words_for_nothing_are_no_values() -> None:
    assert values([{"key": ENTERPRISE, "L002": "某厂", "L005": "N/A"}], "L005") == [(None,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5,000(万元)", ("5000", "CNY")),
        ("12.5(万美元 )", ("12.5", "USD")),
        ("1000000(元)", ("100", "CNY")),
        ("3亿元", ("30000", "CNY")),
        ("100", ("100", None)),
    ],
)
def test_capital_is_read_with_unit_and_currency(text: str, expected: tuple[str, str | None]) -> None:
    assert values([{"key": ENTERPRISE, "L002": "某厂", "L008": text}], "L008", "L009") == [expected]


def test_capital_that_cannot_be_read_is_told_and_not_guessed() -> None:
    taken = take([{"key": ENTERPRISE, "L002": "某厂", "L008": "壹佰万"}])
    assert (taken.rows["L008"].to_list(), refused(taken)) == ([None], [(1, "legal_person.capital_unread")])


def test_an_industry_code_gets_the_letter_of_its_section() -> None:
    rows = [{"key": ENTERPRISE, "L002": "某厂", "L019": text} for text in ("1511", "C15", "A15")]
    taken = take(rows)
    assert (taken.rows["L019"].to_list(), refused(taken)) == (["C1511", "C15", None], [(3, "legal_person.industry")])


def test_a_class_of_2011_is_kept_with_its_list_and_never_read_as_one_of_2023() -> None:
    rows = [{"key": ENTERPRISE, "L002": "某厂", "L004": text} for text in ("110", "110@2011", "115")]
    taken = take(rows)
    assert taken.rows["L004"].to_list() == ["110", "110@2011", None]


def test_numbers_of_persons_are_sealed_and_their_link_is_a_pseudonym() -> None:
    taken = take([{"key": ENTERPRISE, "L002": "某厂", "L005": "某人", "L007": PERSON}])
    (link_row,) = taken.links.select("kind", "other_form").rows()
    assert PERSON not in taken.rows.write_csv()
    assert link_row == ("representative", SEALS.pseudonym("number", PERSON))


def test_an_old_number_of_15_digits_leads_to_the_same_person() -> None:
    rows = [{"key": ENTERPRISE, "L002": "某厂", "L007": number} for number in (PERSON, "110105491231002")]
    assert len(set(take(rows).links["other_form"])) == 1


def test_a_branch_hangs_on_its_parent() -> None:
    rows = [{"key": COLLECTIVE, "L002": "某厂郑州分公司", "L040": ENTERPRISE}]
    assert take(rows).links.select("kind", "other_kind", "other_form").rows() == [
        ("branch_of", "credit_code", ENTERPRISE)
    ]


def test_a_body_above_itself_is_told() -> None:
    taken = take([{"key": ENTERPRISE, "L002": "某厂", "L040": ENTERPRISE}])
    assert (taken.links.height, refused(taken)) == (0, [(1, "legal_person.own_parent")])


def test_shareholders_are_bodies_by_code_and_persons_by_pseudonym() -> None:
    rows = [{"key": ENTERPRISE, "L024": "某", "L025": number} for number in (COLLECTIVE, PERSON)]
    taken = take(rows, "shareholding")
    assert taken.links.select("kind", "other_form").rows() == [
        ("shareholder", COLLECTIVE),
        ("shareholder_person", SEALS.pseudonym("number", PERSON)),
    ]


def test_every_kind_of_link_written_has_its_exposure() -> None:
    rows = [{"key": ENTERPRISE, "L002": "某厂", "L007": PERSON, "L040": COLLECTIVE}]
    assert all(link(kind).begins == "legal_persons" for kind in take(rows).links["kind"])


def test_no_rows_are_read_as_no_rows() -> None:
    frame = pl.DataFrame(schema={ROW: pl.Int64(), KEY: pl.String(), EVENT: pl.Datetime("us"), "L002": pl.String(),
                                 "L007": pl.String(), "L008": pl.String(), "L025": pl.String()})  # fmt: skip
    for kind in ("record", "shareholding", "conversion"):
        taken = LEGAL_PERSON_RULES.take(frame, Asked(kind, "credit_code", SEALS, date(2025, 11, 1)))
        assert (taken.rows.height, taken.refused.height) == (0, 0)
