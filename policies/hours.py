"""The hours in which a grant may be used: a span of the city's day, on all days, weekdays or working days.

政务数据共享条例 Art. 20 lets a request state how and when the data is used; a grant for counter business need not
work at night. Times are local times in China (UTC+8, no daylight saving). Pure: whether a day is worked is told by
the caller, who holds the calendar; unknown is never read as «worked».
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from policies.errors import DomainError
from policies.workdays import CHINA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_SATURDAY = 5
_END_OF_DAY = "24:00"
_DAY = 24 * 60


class HoursError(DomainError):
    """Hours of use are not written as they must be."""


class Days(StrEnum):
    """On which days of the calendar a grant may be used."""

    ALL = "all"
    WEEKDAYS = "weekdays"
    """Monday to Friday, whatever the holiday list says."""
    WORKING = "working"
    """Working days of the State Council calendar, make-up days included."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``opens`` (included) until ``closes`` (excluded), local; ``closes`` 00:00 is the end of the day.

    A span that ends before it begins runs over midnight; the day that counts is then that of the moment asked.
    """

    opens: time = time(0, 0)
    closes: time = time(0, 0)
    days: Days = Days.ALL

    def fit(self, now: datetime, *, is_working_day: bool | None) -> bool:
        """Return whether the aware moment ``now`` lies inside; an unknown working day does not."""
        local = now.astimezone(CHINA)
        if self.days is Days.WEEKDAYS and local.weekday() >= _SATURDAY:
            return False
        if self.days is Days.WORKING and not is_working_day:
            return False
        return local.hour * 60 + local.minute in _minutes(self.opens, self.closes)

    def within(self, other: Hours) -> bool:
        """Return whether every moment of these hours lies in ``other``: a narrowing of it."""
        if other.days is not Days.ALL and self.days is not other.days:
            return False
        return _minutes(self.opens, self.closes) <= _minutes(other.opens, other.closes)

    def record(self) -> dict[str, str]:
        """Return the hours as stored and shown: ``{"from": "08:30", "until": "18:00", "days": "working"}``."""
        closes = _END_OF_DAY if self.closes == time(0, 0) else f"{self.closes:%H:%M}"
        return {"from": f"{self.opens:%H:%M}", "until": closes, "days": self.days.value}


@lru_cache(maxsize=256)
def _minutes(opens: time, closes: time) -> frozenset[int]:
    """Return the minutes of the day inside a span; equal ends are the whole day, a later start runs over midnight."""
    first, end = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    if first == end:
        return frozenset(range(_DAY))
    if first < end:
        return frozenset(range(first, end))
    return frozenset(range(first, _DAY)) | frozenset(range(end))


def read_hours(record: Mapping[str, object]) -> Hours:
    """Return the hours a record of :meth:`Hours.record` says.

    Raises:
        HoursError: a time is not HH:MM, or the days are none of the three words.

    """
    try:
        closes = str(record.get("until", _END_OF_DAY))
        return Hours(
            time.fromisoformat(str(record.get("from", "00:00"))).replace(second=0, microsecond=0, tzinfo=None),
            time(0, 0) if closes == _END_OF_DAY else time.fromisoformat(closes).replace(second=0, tzinfo=None),
            Days(str(record.get("days", Days.ALL.value))),
        )
    except ValueError:
        raise HoursError(
            "使用时段写法有误：起止须为“时:分”，日期范围须为 all、weekdays 或 working",
            "hours of use are from and until as HH:MM, and days all, weekdays or working",
            next_zh='请写成例如 {"from": "08:30", "until": "18:00", "days": "working"}',
            next_en='write for example {"from": "08:30", "until": "18:00", "days": "working"}',
        ) from None
