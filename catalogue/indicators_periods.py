"""Periods of statistics: SDMX form (``2025``, ``2025-S1``, ``2025-Q1``, ``2025-M01``) and as Chinese tables write them.

A table may say ``1-3月``: the months added up since January. Such a period is the last of its months, read as
*cumulative*; ``一季度`` in a monthly table is nothing a month can be. 统计法实施条例 第二十七条. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

FREQUENCIES: Final = ("A", "S", "Q", "M", "W", "D")
"""SDMX CL_FREQ, as far as it is used: year, half-year, quarter, month, week, day."""
_MONTHS: Final = {"A": 12, "S": 6, "Q": 3, "M": 1}
_SDMX: Final = re.compile(r"(\d{4})(?:-([SQMW])(\d{1,2})|-(\d{2})-(\d{2}))?")
_DIGITS: Final = {"Q": 1, "S": 1, "M": 2, "W": 2}
_DAYS_OF_WEEK: Final = 7
_HAN_NUMBERS: Final = {"一": "1", "二": "2", "三": "3", "四": "4"}
_MONTHS_OF_QUARTER: Final = 3
_QUARTERS: Final = 4


class PeriodError(DomainError, ValueError):
    """A period is not written in a form that says one period."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"不能识别的时期：{text[:40]}",
            f"no period can be read from {text[:40]!r}",
            next_zh="按 2025、2025-S1、2025-Q1、2025-M01、2025-W05、2025-01-15 书写",
            next_en="write 2025, 2025-S1, 2025-Q1, 2025-M01, 2025-W05 or 2025-01-15",
        )


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period: its first day, and its frequency (a letter of :data:`FREQUENCIES`)."""

    starts: date
    frequency: str

    @property
    def number(self) -> int:
        """Which of its year it is, from 1; for a day, the day of the year."""
        if self.frequency in _MONTHS:
            return (self.starts.month - 1) // _MONTHS[self.frequency] + 1
        return self.starts.isocalendar().week if self.frequency == "W" else self.starts.timetuple().tm_yday

    @property
    def year(self) -> int:
        """Its year; a week belongs to the year of its Thursday (ISO 8601)."""
        return self.starts.isocalendar().year if self.frequency == "W" else self.starts.year

    @property
    def ends(self) -> date:
        """Return its last day."""
        if self.frequency in _MONTHS:
            months = self.starts.month - 1 + _MONTHS[self.frequency]
            return date(self.starts.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)
        return self.starts + timedelta(days=_DAYS_OF_WEEK - 1 if self.frequency == "W" else 0)

    @property
    def text(self) -> str:
        """Its SDMX form."""
        match self.frequency:
            case "A":
                return f"{self.year:04d}"
            case "D":
                return self.starts.isoformat()
            case "M" | "W":
                return f"{self.year:04d}-{self.frequency}{self.number:02d}"
            case letter:
                return f"{self.year:04d}-{letter}{self.number}"

    def in_same_year(self, number: int) -> Period:
        """Return the period of the same year and frequency with a number (months, quarters, half-years)."""
        return Period(date(self.year, (number - 1) * _MONTHS[self.frequency] + 1, 1), self.frequency)


@dataclass(frozen=True, slots=True)
class Written:
    """A period as a table wrote it; ``is_cumulative`` where the writing itself says so, None where it does not."""

    period: Period
    is_cumulative: bool | None = None


def parse_period(text: str) -> Period:
    """Return the period of an SDMX text (raises :class:`PeriodError`)."""
    found = _SDMX.fullmatch(text)
    if found is None:
        raise PeriodError(text)
    year, letter, number, _, day = found.groups()
    try:
        if day is not None:
            return Period(date.fromisoformat(text), "D")
        if letter is None:
            return Period(date(int(year), 1, 1), "A")
        if len(number) != _DIGITS[letter]:
            raise PeriodError(text)
        if letter == "W":
            return Period(date.fromisocalendar(int(year), int(number), 1), "W")
        made = Period(date(int(year), (int(number) - 1) * _MONTHS[letter] + 1, 1), letter)
    except ValueError:
        raise PeriodError(text) from None
    return made


def _at(year: str, frequency: str, number: int) -> Period:
    return Period(date(int(year), (number - 1) * _MONTHS[frequency] + 1, 1), frequency)


def _range_of_months(year: str, first: str, last: str) -> Written:
    """Read ``1-3月`` (cumulative) or ``4-6月`` (a quarter); any other range names no period."""
    begin, end = int(first), int(last)
    if begin == 1:
        return Written(_at(year, "M", end), is_cumulative=True)
    if begin % _MONTHS_OF_QUARTER == 1 and end == begin + _MONTHS_OF_QUARTER - 1:
        return Written(_at(year, "Q", end // _MONTHS_OF_QUARTER), is_cumulative=False)
    raise PeriodError(f"{year}-{first}-{last}")


def _quarter(year: str, number: str) -> Written:
    return Written(_at(year, "Q", int(_HAN_NUMBERS.get(number) or number)))


def _quarters(year: str, last: str) -> Written:
    return Written(_quarter(year, last).period, is_cumulative=True)


def _day(year: str, month: str, day: str) -> Written:
    return Written(Period(date(int(year), int(month), int(day)), "D"))


def _month(year: str, month: str) -> Written:
    return Written(_at(year, "M", int(month)))


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[..., Written]], ...]] = (
    (re.compile(r"(\d{4})年?"), lambda year: Written(_at(year, "A", 1))),
    (re.compile(r"(\d{4})年?上半年"), lambda year: Written(_at(year, "S", 1))),
    (re.compile(r"(\d{4})年?下半年"), lambda year: Written(_at(year, "S", 2), is_cumulative=False)),
    (re.compile(r"(\d{4})年?第?([1-4一二三四])季度"), _quarter),
    (re.compile(r"(\d{4})[Qq]([1-4])"), _quarter),
    (re.compile(r"(\d{4})年?(?:前|[1一][-—–至~～])([2-4二三四])个?季度"), _quarters),
    (re.compile(r"(\d{4})年?(\d{1,2})[-—–至~～](\d{1,2})月"), _range_of_months),
    (re.compile(r"(\d{4})[年./-](\d{1,2})月?"), _month),
    (re.compile(r"(\d{4})(0[1-9]|1[0-2])"), _month),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"), _day),
    (re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})"), _day),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), _day),
)


def read_period(text: str, frequency: str) -> Written:
    """Return the period a table means by a heading or a cell, in a series of ``frequency``.

    The last day of a month stands for the month in a monthly series, ``上半年`` for the first two quarters in a
    quarterly one, ``1-6月`` for the same.

    Raises:
        PeriodError: it says no period, or none of this frequency.

    """
    plain = re.sub(r"\s+", "", text)
    try:
        found = Written(parse_period(plain))
    except PeriodError:
        found = _read_words(plain, text)
    fitted = _fitted(found, frequency)
    if fitted is None:
        raise PeriodError(text)
    return fitted


def _read_words(plain: str, text: str) -> Written:
    for form, read in _FORMS:
        match = form.fullmatch(plain)
        if match is not None:
            try:
                return read(*match.groups())
            except ValueError:
                raise PeriodError(text) from None
    raise PeriodError(text)


def _fitted(found: Written, frequency: str) -> Written | None:
    """Return a period in the frequency of its series; None where it is none of it."""
    period = found.period
    if period.frequency == frequency:
        return found
    last = Period(date(period.ends.year, period.ends.month, 1), "M")
    match period.frequency, frequency:
        case "D", "M" if period.starts == last.ends:
            return Written(last, found.is_cumulative)
        case "S", "Q" if period.number == 1:
            return Written(_at(str(period.year), "Q", 2), is_cumulative=True)
        case "M", "Q" if found.is_cumulative and last.number % _MONTHS_OF_QUARTER == 0:
            return Written(_at(str(period.year), "Q", last.number // _MONTHS_OF_QUARTER), is_cumulative=True)
        case _:
            return None
