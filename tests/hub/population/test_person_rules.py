"""How rows about persons are read: keys, events, other names, bonds, contradictions; no number stays in the clear."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from catalogue.identifiers import citizen_check_character
from hub.identity.number_seals import NumberSeals
from hub.registers.population.rules import PERSON_RULES
from hub.registers.rules import EVENT, FORM, KEY, ROW, Asked, Taken

TODAY = date(2026, 11, 1)
SEALS = NumberSeals({1: bytes(range(64))}, b"p" * 32)
WHEN = datetime(2020, 5, 6, 8, 0)  # noqa: DTZ001 - local time, as sources say it


def number(born: str = "19900307", sequence: str = "102", division: str = "410102") -> str:
    """Return a number with its check character."""
    first17 = division + born + sequence
    return first17 + citizen_check_character(first17)


WOMAN, MAN, CHILD = number(), number(sequence="101"), number("20200301", "001")


def take(rows: list[dict[str, Any]], kind: str = "record", key_kind: str = "number") -> Taken:
    """Read rows; ``key`` is the key, other members are elements."""
    frame = pl.DataFrame(
        [{ROW: place, KEY: row["key"], EVENT: WHEN} | {k: v for k, v in row.items() if k != "key"}
         for place, row in enumerate(rows, 1)],
        infer_schema_length=None,
    ).with_columns(pl.col(EVENT).cast(pl.Datetime("us")))  # fmt: skip
    frame = frame.with_columns(pl.col(KEY, *[name for name in frame.columns if name.startswith("P")]).cast(pl.String))
    return PERSON_RULES.take(frame, Asked(kind, key_kind, SEALS, TODAY))


def rules_of(taken: Taken) -> list[str]:
    return sorted(taken.refused["rule"].to_list())


def test_a_key_is_sealed_and_one_writing_of_a_number_is_one_form() -> None:
    found = take([{"key": WOMAN}, {"key": SEALS.seal(WOMAN)}, {"key": f" {WOMAN.lower()}\u3000"}])
    assert found.rows[FORM].to_list() == [SEALS.seal(WOMAN)] * 3


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("990102199001010015", "population.number_division_unknown"),
        ("410102900307102", "population.number_of_fifteen_digits"),
        ("410102209912310012", "population.number_birth_in_future"),
        (number("17991231"), "population.number_birth_before_1800"),
        (number(division="410199"), "population.number_of_the_samples"),
        ("410102199002300011", "register.key_wrong"),
        (None, "register.key_missing"),
    ],
)
def test_a_key_that_names_nobody_is_refused_with_its_rule(key: str | None, rule: str) -> None:
    found = take([{"key": key}, {"key": WOMAN}])
    assert (rules_of(found), len(found.rows)) == ([rule], 1)


def test_a_history_load_converts_a_number_of_fifteen_digits() -> None:
    found = take([{"key": "410102900307102"}], key_kind="number_history")
    assert found.rows[FORM].to_list() == [SEALS.seal("41010219900307102X")]


def test_a_passport_is_a_key_of_its_own_kind() -> None:
    found = take([{"key": "e12345678"}, {"key": "E1"}], key_kind="414")
    assert (found.rows[FORM].to_list(), rules_of(found)) == ([SEALS.seal("E12345678")], ["register.key_wrong"])


def test_no_number_is_left_in_the_clear() -> None:
    row = {"key": WOMAN, "P001": WOMAN, "P009": "414", "P010": "E12345678", "P017": WOMAN, "P021": "A123456789"}
    found = take([row | {"P032": MAN, "P101": MAN, "P102": WOMAN, "P103": MAN, "P104": MAN}])
    text = f"{found.rows.to_dicts()}{found.aliases.to_dicts()}{found.links.to_dicts()}"
    assert [one for one in (WOMAN, MAN, "E12345678", "A123456789") if one in text] == []


def test_a_document_is_another_name_and_what_carries_the_number_is_the_number() -> None:
    found = take(
        [
            {"key": WOMAN, "P009": "414", "P010": "e12345678"},
            {"key": MAN, "P009": "111", "P010": MAN},
            {"key": CHILD, "P009": "114", "P010": "00012345"},
        ]
    )
    names = [(one[ROW], one["kind"], SEALS.open(one[FORM])) for one in found.aliases.to_dicts()]
    assert names == [(1, "414", "E12345678"), (2, "number", MAN)]


def test_a_certificate_of_the_army_is_not_stored() -> None:
    found = take([{"key": WOMAN, "P009": "114", "P010": "00012345"}])
    assert (found.rows["P010"].to_list(), rules_of(found)) == ([None], ["population.document_never_stored"])


def test_a_change_of_number_joins_old_and_new_from_its_day() -> None:
    found = take([{"key": WOMAN, "P104": MAN}], kind="number_change")
    told = [(one["kind"], one["until"], one["is_same"]) for one in found.aliases.to_dicts()]
    assert told == [("former_number", WHEN.date(), False), ("number", WHEN.date(), True)]


def test_a_duplicate_number_stays_with_the_other_person() -> None:
    found = take([{"key": WOMAN, "P104": MAN}], kind="duplicate_number")
    assert [(one["kind"], one["is_same"]) for one in found.aliases.to_dicts()] == [("former_number", False)]


def test_a_death_says_the_flag_and_its_day() -> None:
    found = take([{"key": WOMAN}], kind="death")
    assert found.rows.select("P022", "P023").to_dicts() == [{"P022": "true", "P023": "2020-05-06"}]


def test_a_death_told_with_its_day_keeps_it() -> None:
    found = take([{"key": WOMAN, "P023": "2020-05-01"}], kind="death")
    assert found.rows["P023"].to_list() == ["2020-05-01"]


def test_a_cancellation_says_the_flag_without_a_day() -> None:
    found = take([{"key": WOMAN}], kind="cancellation")
    assert (found.rows["P022"].to_list(), "P023" in found.rows.columns) == (["true"], False)


@pytest.mark.parametrize(("kind", "bond", "status"), [("marriage", "spouse", "20"), ("divorce", "divorced", "40")])
def test_marriage_and_divorce_are_bonds_from_their_day(kind: str, bond: str, status: str) -> None:
    found = take([{"key": MAN, "P103": WOMAN}], kind=kind)
    [link] = found.links.to_dicts()
    assert (link["kind"], link["since"], SEALS.open(link["other_form"])) == (bond, WHEN.date(), WOMAN)
    assert [tuple(row) for row in found.rows.select(ROW, "P019").rows()] == [(1, status), (-1, status)]


def test_a_spouse_whose_number_names_nobody_is_told_and_the_person_is_married() -> None:
    found = take([{"key": MAN, "P103": number(division="410199")}, {"key": WOMAN}], kind="marriage")
    assert found.rows.select(ROW, "P019").rows() == [(1, "20"), (2, "20")]
    assert found.refused.rows() == [(1, "population.number_of_the_samples", ["P103"])]


def test_a_birth_binds_the_child_to_its_parents_and_a_guardian_is_a_bond() -> None:
    found = take([{"key": CHILD, "P101": MAN, "P102": WOMAN, "P032": WOMAN, "P005": "2020-03-01"}], kind="birth")
    bonds = [(one["kind"], SEALS.open(one["other_form"])) for one in found.links.to_dicts()]
    assert bonds == [("parent", MAN), ("parent", WOMAN), ("guardian", WOMAN)]


def test_household_and_address_are_bonds() -> None:
    found = take([{"key": WOMAN, "P014": "H1", "P105": "A-7"}])
    bonds = [(one["kind"], one["other_register"], one["other_form"]) for one in found.links.to_dicts()]
    assert bonds == [("household", "population", "H1"), ("residence", "geography", "A-7")]


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        ({"key": WOMAN, "P003": "1"}, ["population.sex"]),
        ({"key": WOMAN, "P003": "2", "P005": "1990-03-07"}, []),
        ({"key": WOMAN, "P005": "1990-03-08"}, ["population.birth_date"]),
        ({"key": WOMAN, "P023": "2027-01-01"}, ["population.death_date"]),
        ({"key": WOMAN, "P022": "false", "P023": "2020-01-01"}, ["population.death_flag"]),
        ({"key": CHILD, "P005": "2020-03-01", "P032": None}, ["population.guardian"]),
        ({"key": CHILD, "P005": "2020-03-01"}, []),
        ({"key": CHILD, "P005": "2020-03-01", "P032": WOMAN}, []),
        ({"key": WOMAN, "P001": WOMAN, "P032": WOMAN}, ["population.guardian_self"]),
        ({"key": MAN, "P003": "1", "P005": "1990-03-07", "P020": "2011-01-01"}, ["population.marriage_age"]),
        ({"key": WOMAN, "P003": "2", "P005": "1990-03-07", "P020": "2011-01-01"}, []),
    ],
)
def test_contradictions_are_told_and_the_row_is_taken(row: dict[str, Any], rules: list[str]) -> None:
    found = take([row])
    assert (rules_of(found), len(found.rows)) == (rules, 1)


def test_a_date_of_death_that_cannot_be_is_not_taken() -> None:
    found = take([{"key": WOMAN, "P023": "2027-01-01"}])
    assert found.rows["P023"].to_list() == [None]
