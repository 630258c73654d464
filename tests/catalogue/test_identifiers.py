"""Single identifiers: the order of the tests, the classes, the check characters."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.divisions import ever_valid_divisions
from catalogue.faults import FAULTS, FaultCode, Validity
from catalogue.identifiers import (
    CHECK_NAMES,
    IdentifierClass,
    UnknownCheckError,
    body_check_character,
    check_value,
    citizen_check_character,
    citizen_id,
    division_code,
    org_code,
    organisation_check_character,
    organisation_code,
)
from catalogue.patterns import USCC_ALPHABET

TODAY = date(2025, 11, 1)

citizen_ids = st.builds(
    lambda division, born, sequence: (
        (first17 := f"{division}{born:%Y%m%d}{sequence:03d}") + citizen_check_character(first17)
    ),
    st.sampled_from(sorted(ever_valid_divisions())),
    st.dates(date(1800, 1, 1), TODAY),
    st.integers(0, 999),
)
organisation_codes = st.builds(
    lambda pair, division, body: (
        (first17 := f"{pair}{division:06d}{body}{body_check_character(body)}") + organisation_check_character(first17)
    ),
    st.sampled_from(["11", "51", "91", "92", "N2", "Y1"]),
    st.integers(0, 999999),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8),
)


def test_full_width_blanks_and_small_x_are_brought_to_one_form() -> None:
    assert citizen_id(" １１０１０５１９４９１２３１００２ｘ　", today=TODAY).normalised == "11010519491231002X"


def test_a_county_code_first_used_after_the_birth_is_right() -> None:
    assert citizen_id("410122196001010014", today=TODAY).validity is Validity.VALID


def test_a_zone_with_a_statistical_code_resolves() -> None:
    assert division_code("410171").validity is Validity.VALID


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("810000", IdentifierClass.HK_MACAO),
        ("820000", IdentifierClass.HK_MACAO),
        ("830000", IdentifierClass.TAIWAN),
        ("911124", IdentifierClass.FOREIGN_PR),
        ("410102", IdentifierClass.MAINLAND),
    ],
)
def test_the_class_comes_from_the_prefix(prefix: str, kind: IdentifierClass) -> None:
    first17 = f"{prefix}19940823002"
    assert citizen_id(first17 + citizen_check_character(first17), today=TODAY).kind == kind


def test_a_nine_followed_by_no_province_is_an_unknown_division() -> None:
    assert citizen_id("990102199001010015", today=TODAY).fault is FaultCode.CITIZEN_ID_DIVISION_UNKNOWN


def test_the_form_of_the_2017_foreign_card_is_accepted() -> None:
    assert citizen_id("usa110080010112", today=TODAY).kind == IdentifierClass.FOREIGN_PR


def test_a_wrong_check_character_names_the_right_one_and_not_the_number() -> None:
    message = citizen_id("110105194912310021", today=TODAY).message_zh
    assert "末位应为 X" in message
    assert "1101051949" not in message


def test_a_number_truncated_by_a_spreadsheet_is_recognised() -> None:
    assert citizen_id("110105194912310000", today=TODAY).fault is FaultCode.EXCEL_TRUNCATED


def test_a_number_ending_in_000_with_the_right_check_is_no_truncation() -> None:
    births = (f"410102199{digits}" for digits in ("00101", "00102", "00103", "00104", "00105", "00106", "00107"))
    numbers = [f"{birth}{first}00" for birth in births for first in range(10)]
    rightly_ending = next(number for number in numbers if citizen_check_character(number) == "0")
    assert citizen_id(rightly_ending + "0", today=TODAY).validity is Validity.VALID


@pytest.mark.parametrize("text", ["4.10102E+17", "4.10102e+17", "4E17"])
def test_scientific_notation_is_recognised(text: str) -> None:
    assert citizen_id(text, today=TODAY).fault is FaultCode.EXCEL_SCIENTIFIC


def test_the_sample_prefix_is_refused_in_production() -> None:
    assert citizen_id(_sample_number(), today=TODAY).fault is FaultCode.CITIZEN_ID_DEMO


def test_the_sample_prefix_is_accepted_in_the_demo() -> None:
    assert citizen_id(_sample_number(), today=TODAY, demo=True).kind == IdentifierClass.DEMO


def _sample_number() -> str:
    first17 = "41019919900101001"
    return first17 + citizen_check_character(first17)


def test_a_legacy_number_is_converted_and_marked() -> None:
    result = citizen_id("410102900307102", today=TODAY)
    assert (result.validity, result.normalised) == (Validity.LEGACY, "41010219900307102X")


def test_a_history_load_accepts_a_legacy_number() -> None:
    assert citizen_id("410102900307102", today=TODAY, history=True).validity is Validity.VALID


def test_a_centenarian_legacy_number_belongs_to_the_nineteenth_century() -> None:
    assert citizen_id("410102900307996", today=TODAY).normalised[6:10] == "1890"


def test_a_birth_before_1800_is_found() -> None:
    first17 = "41010217990307102"
    result = citizen_id(first17 + citizen_check_character(first17), today=TODAY)
    assert result.fault is FaultCode.CITIZEN_ID_BIRTH_TOO_EARLY


def test_a_military_body_is_flagged() -> None:
    assert organisation_code("A1410100MB0000000U").fault is FaultCode.ORGANISATION_CODE_MILITARY


def test_a_prefix_pair_that_was_never_given_is_found() -> None:
    first17 = "94110000600037341"
    code = first17 + organisation_check_character(first17)
    assert organisation_code(code).fault is FaultCode.ORGANISATION_CODE_PREFIX


def test_a_body_code_with_a_wrong_check_of_its_own_is_found() -> None:
    first17 = "91110000600037342"
    code = first17 + organisation_check_character(first17)
    assert organisation_code(code).fault is FaultCode.ORGANISATION_CODE_BODY


def test_letters_among_the_division_digits_are_found() -> None:
    assert organisation_code("9111A00060003734IL"[:16] + "1L").fault is FaultCode.ORGANISATION_CODE_DIVISION


def test_the_hyphen_of_an_organisation_code_is_dropped() -> None:
    assert org_code("D2143569-x").normalised == "D2143569X"


@settings(deadline=None)
@given(code=citizen_ids, position=st.integers(0, 17), replacement=st.sampled_from("0123456789X"))
def test_any_one_changed_character_of_a_citizen_id_is_found(code: str, position: int, replacement: str) -> None:
    changed = code[:position] + replacement + code[position + 1 :]
    assert (citizen_id(changed, today=TODAY).fault is None) == (changed == code)


@settings(deadline=None)
@given(code=organisation_codes, position=st.integers(0, 17), replacement=st.sampled_from(USCC_ALPHABET + "IOSVZ"))
def test_any_one_changed_character_of_an_organisation_code_is_found(code: str, position: int, replacement: str) -> None:
    changed = code[:position] + replacement + code[position + 1 :]
    assert (organisation_code(changed).fault is None) == (changed == code)


def test_every_fault_code_has_its_row() -> None:
    assert set(FAULTS) == set(FaultCode)


def test_no_two_faults_share_a_rule_id() -> None:
    assert len({fault.rule for fault in FAULTS.values()}) == len(FAULTS)


def test_an_unknown_validator_names_the_near_one() -> None:
    with pytest.raises(UnknownCheckError, match="citizen_id"):
        check_value("citizenid", "x", today=TODAY)


def test_every_name_is_dispatched() -> None:
    assert [check_value(name, "-", today=TODAY).fault is None for name in CHECK_NAMES] == [False] * len(CHECK_NAMES)
