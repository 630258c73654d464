"""Working days of the State Council calendar: holidays off, make-up days worked, an absent year is an error."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.workdays import (
    CalendarMissingError,
    HolidayListError,
    add_months,
    add_working_days,
    local_day,
    shipped_calendar,
)

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
CALENDAR = shipped_calendar()
VECTORS = [
    (date(2025, 9, 24), 10, date(2025, 10, 14)),
    (date(2025, 9, 24), 20, date(2025, 10, 28)),
    (date(2026, 2, 10), 10, date(2026, 3, 2)),
]


@pytest.mark.parametrize(("start", "days", "expected"), VECTORS)
def test_the_published_vectors(start: date, days: int, expected: date) -> None:
    assert add_working_days(CALENDAR, start, days) == expected


@pytest.mark.skipif(not SHARED.is_dir(), reason="the neighbour folder ../shared is absent")
def test_the_shared_vectors_are_these() -> None:
    text = (SHARED / "domain" / "codes" / "validator_test_vectors.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["kind"] == "working_days"]
    shared = []
    for row in rows:
        start, _, days = row["value"].partition(" + ")
        shared.append((date.fromisoformat(start), int(days), date.fromisoformat(row["expected"])))
    assert shared == VECTORS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the neighbour folder ../shared is absent")
@pytest.mark.parametrize("year", [2025, 2026])
def test_the_shipped_list_equals_the_announced_one(year: int) -> None:
    announced = json.loads((SHARED / "data" / "economy" / f"public_holidays_{year}.json").read_text(encoding="utf-8"))
    off = {date.fromisoformat(day["date"]) for day in announced["days"] if day["isOffDay"]}
    worked = {date.fromisoformat(day["date"]) for day in announced["days"] if not day["isOffDay"]}
    own = ({d for d in CALENDAR.holidays if d.year == year}, {d for d in CALENDAR.make_up_days if d.year == year})
    assert own == (off, worked)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 3, 2), True),
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), False),
        (date(2026, 2, 17), False),
        (date(2025, 10, 11), True),
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(day: date, *, worked: bool) -> None:
    assert CALENDAR.is_working_day(day) is worked


def test_counting_into_a_year_without_a_list_says_to_load_it() -> None:
    with pytest.raises(CalendarMissingError) as error:
        CALENDAR.add_working_days(date(2026, 12, 30), 5)
    assert ("2027" in error.value.zh, "2027" in error.value.en, "装载" in error.value.next_zh) == (True, True, True)


def test_an_operator_loads_the_list_of_the_next_year() -> None:
    loaded = CALENDAR.with_list("date,name,is_off\n2027-01-01,元旦,yes\n2027-01-03,元旦,no\n", 2027)
    assert loaded.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "date,name,is_off\n",
        "date,name,is_off\n2026-01-01,元旦,yes\n",
        "date,name,is_off\n2027-13-01,元旦,yes\n",
        "date,name,is_off\n2027-01-01,元旦,perhaps\n",
        "day,off\n2027-01-01,yes\n",
    ],
)
def test_a_list_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(HolidayListError):
        CALENDAR.with_list(text, 2027)


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="负"):
        CALENDAR.add_working_days(date(2026, 3, 2), -1)


@given(st.dates(date(2025, 1, 1), date(2026, 6, 30)), st.integers(0, 60))
def test_as_many_working_days_lie_between_as_were_added(start: date, days: int) -> None:
    assert CALENDAR.working_days_between(start, CALENDAR.add_working_days(start, days)) == days


@given(st.dates(date(2025, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_a_due_day_is_always_a_working_day(start: date, days: int) -> None:
    assert CALENDAR.is_working_day(CALENDAR.add_working_days(start, days))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 12, 31), 12, date(2024, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_midnight_in_china_begins_the_day() -> None:
    moments = (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
    assert [local_day(moment) for moment in moments] == [date(2026, 3, 1), date(2026, 3, 2)]


def test_a_moment_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="时区"):
        local_day(datetime(2026, 3, 2))  # noqa: DTZ001 - the missing zone is the point
