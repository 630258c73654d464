"""The basic databases: elements, switches, and rules over one record."""

from __future__ import annotations

from datetime import date

import pytest

from catalogue.basic.databases import BASIC_DATABASES, established_in
from catalogue.basic.geography import GEOGRAPHY
from catalogue.basic.legal_persons import LEGAL_PERSONS
from catalogue.basic.macro_economy import MACRO_ECONOMY
from catalogue.basic.population import POPULATION, age_on
from catalogue.code_lists import load_code_list
from catalogue.elements import Database, ElementNotFoundError, element, elements_of
from catalogue.identifiers import CHECK_NAMES
from catalogue.item import CodeListRef, IdentifierRole
from policies.facts import Sensitivity, ShareType

TODAY = date(2025, 11, 1)
WOMAN = "41010219900307102X"


@pytest.mark.parametrize(
    ("database", "count"), [("population", 37), ("legal_person", 42), ("geography", 33), ("macro", 18)]
)
def test_every_database_has_its_elements(database: str, count: int) -> None:
    assert len(elements_of(Database(database))) == count


def test_every_check_of_an_element_exists() -> None:
    checks = {found.check for database in Database for found in elements_of(database)} - {None}
    assert checks <= set(CHECK_NAMES)


def test_the_identity_number_is_a_base_item_with_its_check_and_mask() -> None:
    number = element("P001")
    assert (number.is_base_item, number.check, number.masking) == (True, "citizen_id", "citizen_id")


def test_a_coded_element_names_its_list_and_version() -> None:
    assert element("P003").code_list == CodeListRef("gender", load_code_list("gender").version)


def test_an_element_becomes_an_item_with_its_source() -> None:
    item = element("P019").to_item("marital_status")
    assert (item.sensitivity, item.share_type, item.source_department) == (
        Sensitivity.PI,
        ShareType.CONDITIONAL,
        "民政",
    )


def test_a_birth_date_is_a_quasi_identifier_without_a_length() -> None:
    assert (element("P005").identifier_role, element("P005").length) == (IdentifierRole.QUASI, None)


def test_an_amount_has_length_and_scale() -> None:
    assert (element("L008").length, element("L008").scale) == (20, 4)


def test_an_unknown_element_is_an_error() -> None:
    with pytest.raises(ElementNotFoundError):
        element("Q001")


def test_the_macro_economy_is_switched_on_in_zhengzhou_only() -> None:
    assert [len(established_in(city)) for city in ("zhengzhou", "jilin")] == [4, 3]


def test_every_database_has_a_class_of_the_directory() -> None:
    classes = load_code_list("catalogue_resource_class").rows
    assert all(basic.class_code in classes and basic.elements for basic in BASIC_DATABASES.values())


def rules(basic: str, record: dict[str, object]) -> list[str]:
    """Return the rules a record of a database breaks."""
    return [fault.rule for fault in BASIC_DATABASES[basic].check(record, TODAY)]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"P001": WOMAN, "P003": "2", "P005": date(1990, 3, 7)}, []),
        ({"P001": WOMAN, "P003": "1"}, ["population.sex"]),
        ({"P001": WOMAN, "P005": date(1990, 3, 8)}, ["population.birth_date"]),
        ({"P005": date(1990, 3, 7), "P023": date(1980, 1, 1)}, ["population.death_date"]),
        ({"P022": False, "P023": date(2020, 1, 1)}, ["population.death_flag"]),
        ({"P005": date(2015, 1, 1)}, ["population.guardian"]),
        ({"P005": date(2015, 1, 1), "P032": WOMAN}, []),
        ({"P003": "1", "P005": date(1990, 1, 1), "P020": date(2011, 1, 1)}, ["population.marriage_age"]),
        ({"P003": "2", "P005": date(1990, 1, 1), "P020": date(2011, 1, 1)}, []),
    ],
)
def test_a_persons_record_agrees_with_itself(record: dict[str, object], expected: list[str]) -> None:
    assert rules(POPULATION.switch, record) == expected


def test_age_counts_completed_years() -> None:
    assert (age_on(date(2011, 11, 1), TODAY), age_on(date(2011, 11, 2), TODAY)) == (14, 13)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"L001": "91110000600037341L", "L003": "91", "L015": "1", "L005": "马某"}, []),
        ({"L001": "91110000600037341L", "L003": "92"}, ["legal_person.class"]),
        ({"L010": date(2020, 1, 2), "L016": date(2020, 1, 1)}, ["legal_person.dates"]),
        ({"L015": "1", "L005": "马某", "L020": date(2020, 1, 1)}, ["legal_person.active_end"]),
        ({"L015": "4"}, ["legal_person.missing_end"]),
        ({"L008": -1.0, "L009": "CNY"}, ["legal_person.capital"]),
        ({"L008": 100.0}, ["legal_person.capital"]),
        ({"L015": "7"}, ["legal_person.representative"]),
        ({"L001": "91110000600037341L", "L021": "D2143569X"}, ["legal_person.former_code"]),
    ],
)
def test_a_bodys_record_agrees_with_itself(record: dict[str, object], expected: list[str]) -> None:
    assert rules(LEGAL_PERSONS.switch, record) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"G011": 113.66, "G012": 34.75, "G013": "4490"}, []),
        ({"G011": 34.75, "G012": 113.66, "G013": "4490"}, ["geography.exchanged"]),
        ({"G011": 38466000.0, "G012": 3846000.0, "G013": "4526"}, ["geography.outside"]),
        ({"G011": 113.66, "G012": 34.75}, ["geography.crs"]),
        ({"G013": "GCJ-02"}, ["geography.offset_crs"]),
        ({"G003": "410000", "G004": "410100", "G005": "410102", "G006": "410102001", "G007": "410102001001"}, []),
        ({"G004": "410100", "G005": "410202"}, ["geography.divisions"]),
    ],
)
def test_a_places_record_agrees_with_itself(record: dict[str, object], expected: list[str]) -> None:
    assert rules(GEOGRAPHY.switch, record) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"M004": "Q", "M005": "2025-Q1", "M008": 1.0, "M009": "亿元", "M011": "A"}, []),
        ({"M004": "M", "M005": "2025-13", "M008": 1.0}, ["macro.period"]),
        ({"M004": "A", "M005": "2025"}, ["macro.missing"]),
        ({"M004": "A", "M005": "2025", "M011": "M"}, []),
        ({"M004": "A", "M005": "2025", "M008": 1.0, "M011": "C"}, ["macro.confidential"]),
        ({"M004": "A", "M005": "2025", "M008": 1.0, "M006": "yoy", "M009": "亿元"}, ["macro.unit"]),
    ],
)
def test_an_observation_agrees_with_itself(record: dict[str, object], expected: list[str]) -> None:
    assert rules(MACRO_ECONOMY.switch, record) == expected
