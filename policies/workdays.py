"""Working days of the State Council calendar: weekdays, minus holidays, plus make-up days.

The lists are announced for one year at a time (国务院办公厅关于节假日安排的通知) and ship as package
data, one file a year: 2025, 2026. A year that is absent is an error that says what to load; a
calendar never guesses. Days are days in China (UTC+8, no daylight saving).
"""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

from policies.errors import DomainError

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_SHIPPED_YEARS = (2025, 2026)
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class CalendarMissingError(DomainError):
    """The holiday list of a year has not been loaded."""

    def __init__(self, year: int) -> None:
        """Say which year is missing and how to mend it."""
        self.year = year
        super().__init__(
            f"缺少{year}年的节假日安排，不能计算工作日。",
            f"The holiday list of {year} is missing; working days cannot be counted.",
            next_zh=f"请装载国务院办公厅公布的{year}年放假与调休名单。",
            next_en=f"Load the list of holidays and make-up days the State Council announced for {year}.",
            facts={"year": year},
        )


class HolidayListError(DomainError):
    """A holiday list cannot be read; the message names the row."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Years that are known, days off (holidays), and weekend days worked (make-up days)."""

    years: frozenset[int]
    holidays: frozenset[date]
    make_up_days: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        """Return whether ``day`` is worked (raises :class:`CalendarMissingError` for an unknown year)."""
        if day.year not in self.years:
            raise CalendarMissingError(day.year)
        if day in self.make_up_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add_working_days(self, day: date, n: int) -> date:
        """Return the ``n``-th working day after ``day``; the day itself does not count.

        Raises:
            CalendarMissingError: the count runs into a year without a list.
            ValueError: ``n`` is negative.

        """
        if n < 0:
            raise ValueError("工作日数不得为负 / the number of working days must not be negative")
        while n > 0:
            day += _ONE_DAY
            n -= self.is_working_day(day)
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """Return how many working days lie in ``after`` < day <= ``until`` (0 when it is empty)."""
        return sum(self.is_working_day(after + _ONE_DAY * k) for k in range(1, (until - after).days + 1))

    def with_list(self, text: str, year: int) -> Calendar:
        """Return a calendar that also knows ``year``, from CSV text ``date,name,is_off`` (yes or no).

        Raises:
            HolidayListError: a row is not a day of that year or says neither yes nor no.

        """
        off, worked = _read_list(text, year)
        kept_off = {day for day in self.holidays if day.year != year}
        kept_worked = {day for day in self.make_up_days if day.year != year}
        return Calendar(self.years | {year}, frozenset(kept_off | off), frozenset(kept_worked | worked))


def _read_list(text: str, year: int) -> tuple[set[date], set[date]]:
    off: set[date] = set()
    worked: set[date] = set()
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        try:
            day = date.fromisoformat(row.get("date") or "")
        except ValueError as error:
            raise HolidayListError(f"第{number}行：日期无法识别", f"row {number}: not a date") from error
        kind = row.get("is_off")
        if day.year != year or kind not in {"yes", "no"}:
            raise HolidayListError(
                f"第{number}行：须为{year}年的日期，is_off 为 yes 或 no", f"row {number}: a day of {year}, yes or no"
            )
        (off if kind == "yes" else worked).add(day)
    if not off:
        raise HolidayListError(f"{year}年名单为空", f"the list of {year} is empty: load the announced one")
    return off, worked


def add_working_days(calendar: Calendar, day: date, n: int) -> date:
    """Return the ``n``-th working day after ``day`` in a calendar; see :meth:`Calendar.add_working_days`."""
    return calendar.add_working_days(day, n)


@cache
def shipped_calendar() -> Calendar:
    """Return the calendar of the years that ship with the product."""
    calendar = Calendar(frozenset(), frozenset(), frozenset())
    folder = files("policies.packs") / "national"
    for year in _SHIPPED_YEARS:
        calendar = calendar.with_list((folder / f"holidays_{year}.csv").read_text(encoding="utf-8"), year)
    return calendar


def local_day(moment: datetime) -> date:
    """Return the day in China of an aware moment (raises ValueError without a zone)."""
    if moment.tzinfo is None:
        raise ValueError("时间须带时区 / the time needs a zone")
    return moment.astimezone(CHINA).date()


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, the last day of the month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
