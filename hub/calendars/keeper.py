"""The calendar every use case counts by: the years that ship, and over them the lists that were loaded.

Asked again at most once a second, so that a list loaded in one process counts in all of them; a failing look
leaves the calendar known before.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from hub.calendars import store
from policies.workdays import shipped_calendar

if TYPE_CHECKING:
    from hub.database import Database, Unit
    from policies.workdays import Calendar

LOOK_SECONDS = 1.0
log = structlog.get_logger()


def calendar_of(unit: Unit) -> Calendar:
    """Return the calendar as the lists in force make it, as this transaction sees them."""
    calendar = shipped_calendar()
    for one in store.in_force(unit):
        calendar = calendar.with_days(one.year, one.days)
    return calendar


class CalendarKeeper:
    """Keeps one :class:`~policies.workdays.Calendar`; calling it returns the calendar in force."""

    def __init__(self, database: Database) -> None:
        """Nothing is read before the first call."""
        self._database = database
        self._lock = Lock()
        self._calendar = shipped_calendar()
        self._newest = 0
        self._looked = float("-inf")

    def __call__(self) -> Calendar:
        """Return the calendar, at most a second old; one caller looks while the others go on with what is known."""
        if time.monotonic() - self._looked > LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            except Exception:
                log.exception("calendar-not-read")
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._calendar

    def forget(self) -> None:
        """Look again at the next call: a list was loaded here."""
        self._looked = float("-inf")

    def _look(self) -> None:
        with self._database.begin() as unit:
            newest = store.newest_id(unit)
            if newest != self._newest:
                self._calendar = calendar_of(unit)
                self._newest = newest
