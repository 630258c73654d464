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
from typing import TYPE_CHECKING

from policies.errors import DomainError
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_SHIPPED_YEARS = (2025, 2026)
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_ALWAYS_OFF = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Statutory holidays of the solar calendar (全国年节及纪念日放假办法 Art. 2); the others move with the moon."""
_FEWEST_OFF, _MOST_OFF = 13, 45
"""Thirteen statutory days a year since 2025, with the weekends and swapped days around them at most."""
_MOST_FAULTS = 50
_LONGEST_NAME = 40
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "是": True, "否": False}


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


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """Working days until a last day, negative when past; None where the list of ``missing_year`` is not loaded."""

    days: int | None
    missing_year: int | None = None

    @property
    def late(self) -> int | None:
        """How many working days late; 0 when in time, None when it cannot be counted."""
        return None if self.days is None else max(0, -self.days)

    @property
    def late_text(self) -> Text:
        """How late in words: so many working days, or that the days are unknown and why."""
        why = self.why_unknown
        if why is not None:
            return Text(f"逾期（{why.zh}）", f"late ({why.en})")
        return Text(f"逾期 {self.late} 个工作日", f"{self.late} working days late")

    @property
    def why_unknown(self) -> Text | None:
        """Why the days are not known; None when they are."""
        if self.missing_year is None:
            return None
        return Text(
            f"天数待定：缺少{self.missing_year}年的工作日历",
            f"days unknown: the calendar of {self.missing_year} is missing",
        )


class HolidayListError(DomainError):
    """A holiday list cannot be read; the message names the row."""


@dataclass(frozen=True, slots=True)
class NamedDay:
    """One day an announcement names: a holiday off, or a weekend day that is worked."""

    day: date
    name: str
    is_workday: bool


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

    def days_left(self, today: date, due: date) -> DaysLeft:
        """Return the working days from today until ``due``; what cannot be counted is said, never guessed."""
        try:
            if due >= today:
                return DaysLeft(self.working_days_between(today, due))
            return DaysLeft(-self.working_days_between(due, today))
        except CalendarMissingError as error:
            return DaysLeft(None, error.year)

    def with_list(self, text: str, year: int) -> Calendar:
        """Return a calendar that also knows ``year``, from a list as :func:`read_list` takes it.

        Raises:
            HolidayListError: the list is not right; every fault is named.

        """
        return self.with_days(year, read_list(text, year))

    def with_days(self, year: int, days: Sequence[NamedDay]) -> Calendar:
        """Return a calendar in which ``year`` is as the named days of its announcement say."""
        off = {one.day for one in days if not one.is_workday}
        worked = {one.day for one in days if one.is_workday}
        kept_off = {day for day in self.holidays if day.year != year}
        kept_worked = {day for day in self.make_up_days if day.year != year}
        return Calendar(self.years | {year}, frozenset(kept_off | off), frozenset(kept_worked | worked))


def read_list(text: str, year: int) -> tuple[NamedDay, ...]:
    """Return the days of an announced list, from CSV text with the columns date, name and is_workday (or is_off).

    ``is_workday`` says yes for a weekend day that is worked and no for a day off; ``is_off`` says the contrary.

    Raises:
        HolidayListError: a row is no day of that year, is there twice, or does not fit the week, or nothing is
            there. Every fault is named with its row.

    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    faults: list[tuple[str, str]] = []
    days: dict[date, NamedDay] = {}
    for number, row in enumerate(reader, start=2):
        read = _read_day(row, year)
        if isinstance(read, NamedDay):
            if read.day in days:
                faults.append((f"第{number}行：日期重复", f"row {number}: the day is named twice"))
            days[read.day] = read
        else:
            faults.append((f"第{number}行：{read[0]}", f"row {number}: {read[1]}"))
        if len(faults) >= _MOST_FAULTS:
            break
    if not faults and all(one.is_workday for one in days.values()):
        faults.append(("名单为空", "the list is empty"))
    if faults:
        raise _list_error(year, faults)
    return tuple(days[day] for day in sorted(days))


def check_whole_year(days: Sequence[NamedDay], year: int) -> None:
    """Raise HolidayListError unless a list can be that of a whole year: what the law always gives off is in it."""
    faults = list(_year_faults({one.day: one for one in days}, year))
    if faults:
        raise _list_error(year, faults)


def _list_error(year: int, faults: Sequence[tuple[str, str]]) -> HolidayListError:
    return HolidayListError(
        f"{year}年的放假与调休名单有误：" + "；".join(zh for zh, _ in faults),
        f"the holiday list of {year} is not right: " + "; ".join(en for _, en in faults),
        next_zh="请对照国务院办公厅的通知改正后重新装载；日历未作任何改动",
        next_en="mend it after the State Council's announcement and load it again; the calendar is as before",
        facts={"year": year, "faults": [{"message": zh, "message_en": en} for zh, en in faults]},
    )


def _read_day(row: Mapping[str | None, str | None], year: int) -> NamedDay | tuple[str, str]:
    """Return the day of one row, or what is wrong with it (zh, en)."""
    try:
        day = date.fromisoformat((row.get("date") or "").strip())
    except ValueError:
        return "日期无法识别，须写作 2027-01-01", "not a date: write it as 2027-01-01"
    if day.year != year:
        return f"不是{year}年的日期", f"not a day of {year}"
    works, off = _YES_NO.get((row.get("is_workday") or "").strip()), _YES_NO.get((row.get("is_off") or "").strip())
    if (works is None) == (off is None):
        return "is_workday（或 is_off）须为 yes 或 no", "is_workday (or is_off) must be yes or no"
    is_workday = works if works is not None else not off
    if is_workday and day.weekday() < _SATURDAY:
        return "调休上班日须在周末", "a make-up day falls on a weekend"
    name = (row.get("name") or "").strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        return "缺少节日名称", "the name of the holiday is missing"
    return NamedDay(day, name, is_workday)


def _year_faults(days: Mapping[date, NamedDay], year: int) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a list as a whole (zh, en)."""
    off = {day for day, named in days.items() if not named.is_workday}
    missing = [day for month, number in _ALWAYS_OFF if (day := date(year, month, number)) not in off]
    if missing:
        listed = "、".join(day.isoformat() for day in missing)
        yield f"缺少法定假日 {listed}", f"statutory holidays are missing: {listed}"
    if not _FEWEST_OFF <= len(off) <= _MOST_OFF:
        yield (
            f"放假日有 {len(off)} 天，应在 {_FEWEST_OFF} 到 {_MOST_OFF} 天之间，名单可能不完整",
            f"{len(off)} days off, where {_FEWEST_OFF} to {_MOST_OFF} are to be expected: the list may be cut",
        )


def add_working_days(calendar: Calendar, day: date, n: int) -> date:
    """Return the ``n``-th working day after ``day`` in a calendar; see :meth:`Calendar.add_working_days`."""
    return calendar.add_working_days(day, n)


def shipped_years() -> tuple[int, ...]:
    """Return the years whose list ships with the product."""
    return _SHIPPED_YEARS


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
