"""Divisions of the invented city are known in a demo and nowhere else, by the single check and by the column's."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from catalogue.columns import check_column
from catalogue.divisions import DEMO_PLACES, was_ever_valid
from catalogue.faults import FaultCode
from catalogue.identifiers import check_value
from hub.demo.city import load_city
from hub.generator.parameters import load_parameters

TODAY = date(2026, 1, 1)
CASES = [
    *((place + more, True, None) for place in DEMO_PLACES for more in ("", "001", "001002")),
    *((place, False, int(FaultCode.DIVISION_CODE_UNKNOWN)) for place in DEMO_PLACES),
    ("410188", True, int(FaultCode.DIVISION_CODE_UNKNOWN)),
    ("410102", True, None),
]


@pytest.mark.parametrize(("code", "demo", "fault"), CASES)
def test_a_division_of_the_invented_city_is_known_in_a_demo_alone(code: str, *, demo: bool, fault: int | None) -> None:
    single = check_value("division_code", code, today=TODAY, demo=demo).fault
    column = check_column("division_code", pl.Series([code]), today=TODAY, demo=demo).faults[0]
    assert (single, column) == (fault, fault)


def test_no_place_of_the_invented_city_was_ever_a_division() -> None:
    assert [place for place in DEMO_PLACES if was_ever_valid(place)] == []


def test_the_invented_and_the_generated_city_use_no_other_places() -> None:
    city = load_city()
    used = {
        city.code,
        *(place.code for place in city.jurisdictions),
        *(one.code for one in load_parameters().districts),
    }
    assert used == set(DEMO_PLACES)
