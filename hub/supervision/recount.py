"""A newly loaded holiday list moves the last day of clocks that run into its year: they are counted anew, on record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.calendars.keeper import calendar_of
from hub.exchange import clock_store, clocks, line_clocks
from hub.exchange import store as exchange_store
from policies.workdays import CalendarMissingError

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit


def recount(context: Context, unit: Unit) -> int:
    """Count every running clock that is not due yet by the lists as this transaction sees them; returns how many moved.

    A clock that ran out stays as it is: nobody is made late, or early, after the fact.
    """
    calendar = calendar_of(unit)
    moved = 0
    for clock in clock_store.open_after(unit, context.today()):
        try:
            due = clock.running.due_on(calendar)
        except CalendarMissingError:  # it runs on into another year that is not loaded yet
            continue
        if due == clock.due_on:
            continue
        changed = replace(clock, due_on=due)
        clock_store.update(unit, changed)
        clocks.record(context, unit, changed, "clock.recount")
        if clock.case.kind == line_clocks.LINE:
            exchange_store.update_line(unit, clock.case.id, due_on=due)
        moved += 1
    return moved
