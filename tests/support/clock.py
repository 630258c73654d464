"""A clock that tests move: the time of a hub, its people and its systems (``hosted_city(..., now=clock)``).

It stands at a working morning until it is moved, and then runs on like any clock, so that what is measured in
seconds (tokens, tickets, locks) still passes. It goes forward only: a hub whose time runs back is another test.
After a jump, let what is due by itself happen: ``hub.rounds.run_now(city.services)``.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Final

from policies.workdays import CHINA, Calendar, local_day, shipped_calendar

MORNING: Final = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
"""A Monday with a whole year of known working days ahead; no holiday within its next 20 working days but 清明节."""


class Clock:
    """Calling it gives the time, aware UTC."""

    def __init__(self, start: datetime = MORNING, calendar: Calendar | None = None) -> None:
        """``start`` is aware; ``calendar`` counts working days (None: the shipped years)."""
        self._calendar = shipped_calendar() if calendar is None else calendar
        self._base = start.astimezone(UTC)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._since)

    @property
    def today(self) -> date:
        """The day in China."""
        return local_day(self())

    def forward(self, *, days: int = 0, working_days: int = 0, hours: float = 0) -> date:
        """Jump ahead and return the new day; working days are counted from today, the hour stays the same."""
        now = self()
        if working_days:
            day = self._calendar.add_working_days(self.today, working_days)
            now += timedelta(days=(day - self.today).days)
        return self._set(now + timedelta(days=days, hours=hours))

    def at(self, moment: datetime | date) -> date:
        """Jump to a later moment, or to nine in the morning (China) of a later day; returns the day."""
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, 9, tzinfo=CHINA)
        return self._set(moment.astimezone(UTC))

    def _set(self, moment: datetime) -> date:
        if moment < self():
            raise ValueError("the clock goes forward only")
        self._base, self._since = moment, time.monotonic()
        return self.today
