"""Who a number names: the traps of GB 11643-1999 in practice, each a test of its own; names as they are compared."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from catalogue.basic.population import check_record
from catalogue.basic.population_documents import DocumentFault, PersonName, document_types, person_name
from catalogue.divisions import ever_valid_divisions
from catalogue.faults import FaultCode, Validity
from catalogue.identifiers import IdentifierClass, citizen_check_character, citizen_id
from catalogue.matching import MatchResult, compare_names

TODAY = date(2025, 11, 1)
VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "domain" / "codes" / "validator_test_vectors.csv"
CLASSES = {
    "valid, class HK resident permit": IdentifierClass.HK_MACAO,
    "valid, class Taiwan resident permit": IdentifierClass.TAIWAN,
    "valid, class foreign permanent resident (2023 form)": IdentifierClass.FOREIGN_PR,
}
WRONG = {
    "410102199002300011": FaultCode.CITIZEN_ID_BIRTH_DATE,
    "410102209912310012": FaultCode.CITIZEN_ID_BIRTH_FUTURE,
    "110105194912310021": FaultCode.CITIZEN_ID_CHECK,
    "990102199001010015": FaultCode.CITIZEN_ID_DIVISION_UNKNOWN,
}


def numbered(prefix: str, born: str, sequence: str) -> str:
    """Return a number with its check character."""
    first17 = prefix + born + sequence
    return first17 + citizen_check_character(first17)


def vectors() -> list[tuple[str, str]]:
    """Return value and expected outcome of every vector about persons; none without the neighbour folder."""
    if not VECTORS.exists():
        return []
    with VECTORS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["value"], row["expected"]) for row in rows if row["kind"] in {"citizen_id", "foreign_pr"}]


def test_there_are_vectors() -> None:
    if not VECTORS.exists():
        pytest.skip("the neighbour folder with the vectors is not here")
    assert len(vectors()) == 16


@pytest.mark.parametrize(("value", "expected"), vectors())
def test_every_vector_about_persons_holds(value: str, expected: str) -> None:
    found = citizen_id(value, today=TODAY)
    if expected.startswith("valid"):
        kind = CLASSES.get(expected, IdentifierClass.MAINLAND)
        assert (found.fault, found.kind, found.normalised) == (None, kind, value.upper())
    elif expected == "legacy":
        assert (found.validity, found.normalised) == (Validity.LEGACY, "41010219900307102X")
    else:
        assert found.fault is WRONG[value]


@pytest.mark.parametrize("born", ["19010101", "19350615", "19601231", "19821231"])
def test_trap_the_address_code_is_where_the_number_was_first_given_and_not_tested_against_the_birth_year(
    born: str,
) -> None:
    assert citizen_id(numbered("410122", born, "001"), today=TODAY).validity is Validity.VALID


def test_trap_a_code_that_names_another_place_since_is_right_for_both_years() -> None:
    found = [citizen_id(numbered("410108", born, "003"), today=TODAY).validity for born in ("19950615", "20050615")]
    assert found == [Validity.VALID] * 2


@pytest.mark.parametrize("code", ["412126", "410124", "419009", "410181", "222525", "220225", "229004", "220282"])
def test_trap_every_division_that_was_ever_valid_is_accepted(code: str) -> None:
    assert code in ever_valid_divisions()
    assert citizen_id(numbered(code, "19700101", "001"), today=TODAY).kind is IdentifierClass.MAINLAND


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("810000", IdentifierClass.HK_MACAO),
        ("820000", IdentifierClass.HK_MACAO),
        ("830000", IdentifierClass.TAIWAN),
    ],
)
def test_trap_residence_permits_of_hong_kong_macao_and_taiwan_are_persons_of_a_class_of_their_own(
    prefix: str, kind: IdentifierClass
) -> None:
    assert citizen_id(numbered(prefix, "19920130", "002"), today=TODAY).kind is kind


def test_trap_a_foreign_permanent_resident_card_of_2023_begins_with_nine_and_a_province() -> None:
    assert citizen_id("911124198108030024", today=TODAY).kind is IdentifierClass.FOREIGN_PR


def test_trap_a_foreign_permanent_resident_card_of_2017_has_three_letters_and_twelve_digits() -> None:
    assert person_name("usa110080010112", "553", today=TODAY) == PersonName("553", "USA110080010112")


@pytest.mark.parametrize("prefix", ["900102", "909999", "990102"])
def test_trap_a_nine_without_a_province_is_no_foreign_card_but_an_unknown_division(prefix: str) -> None:
    found = citizen_id(numbered(prefix, "19900101", "001"), today=TODAY)
    assert (found.fault, found.kind) == (FaultCode.CITIZEN_ID_DIVISION_UNKNOWN, None)


def test_trap_a_birth_in_the_future_is_refused_and_the_birth_of_today_is_not() -> None:
    found = [citizen_id(numbered("410102", born, "001"), today=TODAY).fault for born in ("20251101", "20251102")]
    assert found == [None, FaultCode.CITIZEN_ID_BIRTH_FUTURE]


def test_trap_a_birth_before_1800_is_refused_and_one_of_1800_is_not() -> None:
    found = [citizen_id(numbered("410102", born, "001"), today=TODAY).fault for born in ("18000101", "17991231")]
    assert found == [None, FaultCode.CITIZEN_ID_BIRTH_TOO_EARLY]


def test_trap_a_number_of_fifteen_digits_names_nobody_outside_a_history_load() -> None:
    assert person_name("410102900307102", today=TODAY) is DocumentFault.NUMBER


def test_trap_a_history_load_converts_a_number_of_fifteen_digits() -> None:
    found = person_name("410102900307102", today=TODAY, history=True)
    assert found == PersonName("number", "41010219900307102X")


@pytest.mark.parametrize(("sequence", "year"), [("995", "1990"), ("996", "1890"), ("999", "1890")])
def test_trap_fifteen_digits_of_a_centenarian_were_given_for_the_century_before(sequence: str, year: str) -> None:
    found = citizen_id("410102900307" + sequence, today=TODAY, history=True)
    assert found.normalised[6:10] == year


def test_trap_a_centenarian_with_eighteen_digits_is_valid() -> None:
    assert citizen_id("440524188001010014", today=TODAY).validity is Validity.VALID


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " 11010519491231002X\u3000", "１１０１０５１９４９１２３１００２ｘ"]
)
def test_trap_one_number_in_other_writing_is_the_same_person(text: str) -> None:
    assert person_name(text, "111", today=TODAY) == PersonName("number", "11010519491231002X")


@pytest.mark.parametrize("document", ["112", "113", "X01", "X03"])
def test_documents_that_carry_the_number_name_the_person_by_it(document: str) -> None:
    assert person_name("11010519491231002X", document, today=TODAY) == PersonName("number", "11010519491231002X")


@pytest.mark.parametrize(
    ("document", "number", "expected"),
    [
        ("414", "e12345678", PersonName("414", "E12345678")),
        ("414", "E12", DocumentFault.FORM),
        ("516", "H12345678", PersonName("516", "H12345678")),
        ("114", "00000000", DocumentFault.NEVER_STORED),
        ("115", "00000000", DocumentFault.NEVER_STORED),
        ("X11", "91110000600037341L", DocumentFault.NOT_PERSONAL),
        ("000", "1", DocumentFault.UNKNOWN_TYPE),
        ("123", "'; --", DocumentFault.FORM),
        (None, "110105194912310021", DocumentFault.NUMBER),
    ],
)
def test_a_document_names_by_its_own_number_or_says_why_not(
    document: str | None, number: str, expected: PersonName | DocumentFault
) -> None:
    assert person_name(number, document, today=TODAY) == expected


def test_every_type_of_the_list_is_known() -> None:
    assert len(document_types()) == 32


@pytest.mark.parametrize(
    ("stored", "claimed", "expected"),
    [
        ("阿卜杜拉·买买提", "阿卜杜拉•买买提", MatchResult.MATCH),
        ("阿卜杜拉·买买提", "阿卜杜拉・买买提", MatchResult.MATCH),
        ("王 小明", "王\u3000小明", MatchResult.MATCH),
        ("André", "Andre\u0301", MatchResult.MATCH),
        ("王小明", "王小朋", MatchResult.MISMATCH),
        ("王\U00020bb7", "王⿱士口", MatchResult.CANNOT_VERIFY),
        ("王\U00020bb7", "王ji", MatchResult.CANNOT_VERIFY),
        ("王\U00020bb7", "WANG JI", MatchResult.CANNOT_VERIFY),
        ("王\U00020bb7", "王\ue123", MatchResult.CANNOT_VERIFY),
        ("王\U00020bb7", "王□", MatchResult.CANNOT_VERIFY),
        ("王\ue123", "王小明", MatchResult.CANNOT_VERIFY),
        ("JOHN SMITH", "JOHN SMYTH", MatchResult.MISMATCH),
    ],
)
def test_trap_names_are_compared_as_written_and_what_could_not_be_typed_is_not_a_mismatch(
    stored: str, claimed: str, expected: MatchResult
) -> None:
    assert compare_names(stored, claimed) is expected


def test_trap_two_drawings_of_one_character_are_one_name() -> None:
    assert compare_names("葛\U000e0100某", "葛某") is MatchResult.MATCH


@pytest.mark.parametrize(
    ("record", "rules"),
    [
        ({"P002": ""}, ["population.name"]),
        ({"P002": "某" * 101}, ["population.name"]),
        ({"P002": "某" * 100}, []),
        ({"P001": "11010519491231002X", "P032": "11010519491231002X"}, ["population.guardian_self"]),
        ({"P005": date(2011, 11, 2)}, ["population.guardian"]),
        ({"P005": date(2011, 11, 1)}, []),
        ({"P005": date(2015, 1, 1), "P023": date(2016, 1, 1), "P022": True}, []),
    ],
)
def test_a_record_of_a_person_is_held_against_the_rules(record: dict[str, object], rules: list[str]) -> None:
    assert [fault.rule for fault in check_record(record, TODAY)] == rules
