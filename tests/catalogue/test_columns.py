"""Column-wise validators: the published vectors, agreement with the scalar ones, cost."""

from __future__ import annotations

import csv
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.columns import check_column
from catalogue.faults import FAULTS, FaultCode, Validity
from catalogue.identifiers import CHECK_NAMES, UnknownCheckError, check_value, citizen_check_character
from catalogue.normalise import normal_form
from tests.support.effort import steps_of

TODAY = date(2025, 11, 1)
VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "domain" / "codes" / "validator_test_vectors.csv"
CHECK_OF_KIND = {
    "citizen_id": "citizen_id",
    "foreign_pr": "citizen_id",
    "uscc": "organisation_code",
    "org_code": "org_code",
}
EXPECTED = {
    "valid": Validity.VALID,
    "invalid": Validity.INVALID,
    "warning": Validity.WARNING,
    "legacy": Validity.LEGACY,
}

messy = st.text("0123456789XxABGIN-+.E年月日/ 　１Ｘ:T()转A9", max_size=20)
almost = st.builds(
    lambda division, day, rest, tail: f"{division}{day:%Y%m%d}{rest}{tail}",
    st.sampled_from(["410102", "410199", "990102", "911124", "810000", "123456", "A14101", "N24101", "911100"]),
    st.dates(date(1700, 1, 1), date(2100, 1, 1)),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    st.sampled_from("0123456789Xx"),
)
written_dates = st.builds(
    lambda year, month, day, form: form.format(y=year, m=month, d=day),
    st.integers(0, 9999),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from(
        [
            "{y:04}-{m:02}-{d:02}",
            "{y:04}{m:02}{d:02}",
            "{y:04}/{m}/{d}",
            "{y:04}年{m}月{d}日",
            "{y:04}-{m}-{d} 00:00:00",
        ]
    ),
)
completed = almost.map(lambda text: text[:17] + citizen_check_character(text[:17]) if text[:17].isdecimal() else text)
digits = st.from_regex(r"[0-9]{12,19}", fullmatch=True)
anything = st.one_of(
    messy, almost, completed, written_dates, digits, digits.map(lambda text: text[:15]), st.text(max_size=20), st.none()
)


def _vectors() -> list[tuple[str, str, Validity]]:
    if not VECTORS.exists():
        return []
    with VECTORS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in CHECK_OF_KIND]
    # "valid by format": the military prefix passes every formula and is still kept out.
    return [
        (
            CHECK_OF_KIND[row["kind"]],
            row["value"],
            Validity.WARNING
            if row["expected"] == "valid by format"
            else EXPECTED[row["expected"].split(",")[0].split()[0]],
        )
        for row in rows
    ]


@pytest.mark.skipif(not VECTORS.exists(), reason="the published test vectors lie in the neighbour folder shared")
def test_there_are_published_vectors() -> None:
    assert len(_vectors()) == 24


@pytest.mark.parametrize(("name", "value", "expected"), _vectors())
def test_a_published_vector_holds_for_one_value(name: str, value: str, expected: Validity) -> None:
    assert check_value(name, value, today=TODAY).validity is expected


@pytest.mark.parametrize(("name", "value", "expected"), _vectors())
def test_a_published_vector_holds_for_a_column(name: str, value: str, expected: Validity) -> None:
    fault = check_column(name, pl.Series([value]), today=TODAY).faults[0]
    assert (Validity.VALID if fault is None else FAULTS[FaultCode(fault)].validity) is expected


@pytest.mark.parametrize("name", CHECK_NAMES)
@settings(deadline=None)
@given(values=st.lists(anything, max_size=12), demo=st.booleans(), history=st.booleans())
def test_a_column_says_what_the_single_check_says(
    name: str, values: list[str | None], *, demo: bool, history: bool
) -> None:
    column = check_column(name, pl.Series("v", values, dtype=pl.String), today=TODAY, demo=demo, history=history)
    singles = [
        None if text is None else check_value(name, text, today=TODAY, demo=demo, history=history) for text in values
    ]
    expected = [
        (None, None) if single is None or not normal_form(text or "") else (single.normalised, single.fault)
        for single, text in zip(singles, values, strict=True)
    ]
    assert list(zip(column.normalised, column.faults, strict=True)) == expected


def test_blank_and_null_are_neither_good_nor_bad() -> None:
    result = check_column("citizen_id", pl.Series(["", " 　", None], dtype=pl.String), today=TODAY)
    assert (result.normalised.to_list(), result.faults.to_list()) == ([None] * 3, [None] * 3)


def test_an_empty_column_is_checked() -> None:
    assert len(check_column("organisation_code", pl.Series([], dtype=pl.String), today=TODAY).faults) == 0


def test_the_column_keeps_its_name() -> None:
    assert check_column("date", pl.Series("birth", ["2020-01-11"]), today=TODAY).normalised.name == "birth"


@pytest.mark.parametrize("text", ["2020-01-11", "20200111", "2020/1/11", "2020年1月11日", "２０２０年１月１１日"])
def test_every_written_form_of_a_date_becomes_iso(text: str) -> None:
    assert check_column("date", pl.Series([text]), today=TODAY).normalised[0] == "2020-01-11"


def test_an_excel_serial_is_not_taken_for_a_date() -> None:
    assert check_column("date", pl.Series(["43831"]), today=TODAY).faults[0] == FaultCode.DATE_EXCEL_SERIAL


def test_an_unknown_validator_is_an_error() -> None:
    with pytest.raises(UnknownCheckError):
        check_column("tax_number", pl.Series(["1"]), today=TODAY)


def test_a_million_citizen_ids_take_no_more_steps_of_python_than_a_thousand() -> None:
    column = pl.Series(
        ["41010219900307102X", "410108200506150030", "110105194912310021", "11010519491231002x"] * 250_000
    )
    check_column("citizen_id", column[:4], today=TODAY)
    check = partial(check_column, "citizen_id", today=TODAY)
    thousand, million = (steps_of(partial(check, rows)) for rows in (column[:1000], column))
    assert million == thousand
