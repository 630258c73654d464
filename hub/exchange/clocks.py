"""Clocks that are kept: started, paused, extended and stopped in the transaction of the act, with a receipt each.

The rules are those of :mod:`policies.clocks`, the figures those of the pack, working days those of the hub's
calendar. A clock that runs out stops nothing: the case stays open, the sweep of :mod:`hub.supervision.overdue`
reports it. Who starts a clock names the case, the bound member and the page (:class:`hub.exchange.clock_store.Case`).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.exchange import clock_store
from hub.exchange.clock_store import Case, StoredClock
from hub.ledger.drafts import ReceiptKind
from policies.clocks import ClockError, Extension, start_clock
from policies.workdays import CalendarMissingError, DaysLeft

if TYPE_CHECKING:
    from datetime import date

    from hub.context import Context
    from hub.database import Unit
    from hub.ledger.drafts import Given
    from policies.clocks import Clock

__all__ = [
    "Case",
    "StoredClock",
    "days_left",
    "extend",
    "of_case",
    "pause",
    "resume",
    "running",
    "start",
    "stop",
    "working_days_left",
]


def start(
    context: Context,
    unit: Unit,
    case: Case,
    deadline: str,
    *,
    received: date | None = None,
    waits_for_calendar: bool = False,
) -> StoredClock:
    """Start the clock of a deadline on a case; the day of receipt (today unless given) does not count.

    A case has one running clock of a deadline: a second start returns the one that runs. With ``waits_for_calendar``
    a clock that runs into a year whose holidays are not loaded starts without a last day, which is counted when the
    list is loaded: for periods that begin with an answer, which must not wait for a calendar.

    Raises:
        ClockError: the pack has no such period, or it is not counted in days.
        CalendarMissingError: the count runs into a year whose holidays are not loaded; nothing is guessed.

    """
    known = running(unit, case.kind, case.id, deadline)
    if known is not None:
        return known
    pure = start_clock(context.pack(case.pack), deadline, received if received is not None else context.today())
    clock = StoredClock(
        id=uuid.uuid4(),
        case=case,
        running=pure,
        due_on=_counted(pure, context)[0] if waits_for_calendar else pure.due_on(context.calendar),
        stopped_as=None,
        warned=0,
        escalated_at=None,
        created_at=context.now(),
    )
    clock_store.insert(unit, clock)
    record(context, unit, clock, "clock.start")
    return clock


def running(unit: Unit, kind: str, case_id: uuid.UUID, deadline: str | None = None) -> StoredClock | None:
    """Return the clock of a case that has not been stopped (it may stand still), None when there is none."""
    return next(iter(clock_store.of_case(unit, kind, case_id, deadline=deadline, only_open=True)), None)


def of_case(unit: Unit, kind: str, case_id: uuid.UUID) -> tuple[StoredClock, ...]:
    """Return all clocks of a case, the newest first."""
    return clock_store.of_case(unit, kind, case_id)


def stop(context: Context, unit: Unit, clock: StoredClock, outcome: str) -> StoredClock:
    """Stop a clock because its case was answered; ``outcome`` is a word such as ``granted``.

    An answer never waits for a calendar: a last day in a year not loaded stays unknown, and the receipt says so.
    """
    locked = _locked(unit, clock)
    pure = locked.running
    if standing_since(locked) is not None:  # answered while it stood still: the time left is what counts
        pure = pure.resume(context.today())
    due, missing = _counted(pure, context)
    if missing is not None:
        due = locked.due_on
    changed = replace(locked, running=pure.stop(context.today()), due_on=due, stopped_as=outcome)
    clock_store.update(unit, changed)
    reason = "late" if due is not None and context.today() > due else "calendar-missing" if due is None else None
    record(context, unit, changed, "clock.stop", outcome=outcome, reason_code=reason)
    return changed


def pause(context: Context, unit: Unit, clock: StoredClock, reason: str, *, decided_by: uuid.UUID) -> StoredClock:
    """Let a clock stand still from the end of today, for a reason the deadline knows.

    Raises:
        ClockError: the law knows no such pause, it was used, or the time has run out.

    """
    locked = _locked(unit, clock)
    if locked.is_overdue(context.today()):
        raise too_late(locked)
    pure = locked.running.pause(reason, context.today())
    changed = replace(locked, running=pure, due_on=None)
    clock_store.update(unit, changed)
    record(context, unit, changed, "clock.pause", decided_by=str(decided_by), reason_code=reason)
    return changed


def resume(context: Context, unit: Unit, clock: StoredClock) -> StoredClock:
    """Let a clock run again from tomorrow: what was waited for came in today.

    Raises:
        ClockError: it does not stand still.
        CalendarMissingError: as for :func:`start`.

    """
    locked = _locked(unit, clock)
    pure = locked.running.resume(context.today())
    changed = replace(locked, running=pure, due_on=pure.due_on(context.calendar))
    clock_store.update(unit, changed)
    record(context, unit, changed, "clock.resume")
    return changed


def extend(context: Context, unit: Unit, clock: StoredClock, units: int, *, consent_by: uuid.UUID) -> StoredClock:
    """Extend a clock once, with consent given and the other side told in the same transaction.

    Raises:
        ClockError: the law knows no extension, it was used, it is too long, or the time has run out.
        CalendarMissingError: as for :func:`start`.

    """
    locked = _locked(unit, clock)
    given = Extension(units, str(consent_by), context.today(), is_notified=True)
    pure = locked.running.extend(given, context.calendar)
    changed = replace(locked, running=pure, due_on=pure.due_on(context.calendar))
    clock_store.update(unit, changed)
    record(context, unit, changed, "clock.extend", decided_by=str(consent_by))
    return changed


def days_left(context: Context, clock: StoredClock) -> DaysLeft:
    """Return the working days left, negative when overdue; without days when stopped, standing still or not countable.

    Only where a year's list is missing does the answer have a reason; nothing is guessed, and nothing fails.
    """
    if not clock.is_open or standing_since(clock) is not None:
        return DaysLeft(None)
    if clock.due_on is None:  # the last day itself lies in a year nobody has loaded yet
        _, missing = _counted(clock.running, context)
        return DaysLeft(None, missing)
    return context.calendar.days_left(context.today(), clock.due_on)


def working_days_left(context: Context, clock: StoredClock) -> int | None:
    """Return the days of :func:`days_left` alone."""
    return days_left(context, clock).days


def _counted(pure: Clock, context: Context) -> tuple[date | None, int | None]:
    """Return the last day of a clock, or None and the year whose list is missing."""
    try:
        return pure.due_on(context.calendar), None
    except CalendarMissingError as error:
        return None, error.year


def standing_since(clock: StoredClock) -> date | None:
    """Return the day since which a clock stands still, None when it runs or has stopped."""
    pauses = clock.running.pauses
    return pauses[-1].since if clock.is_open and pauses and pauses[-1].until is None else None


def too_late(clock: StoredClock) -> ClockError:
    """Return the error of an act that would have to come before the time ran out."""
    deadline = clock.running.deadline
    return ClockError(
        f"{deadline.name.zh}已逾期（{deadline.source}），不能再中止计时",
        f"{deadline.name.en}: the time has run out ({deadline.source}), the clock can no longer stand still",
        next_zh="事项仍在办理：请尽快答复，逾期天数将记录在案",
        next_en="the case stays open: answer it soon, the days it is late are on record",
        facts={"clock": deadline.code},
    )


def record(context: Context, unit: Unit, clock: StoredClock, action: str, **more: Given) -> uuid.UUID:
    """Leave the receipt of something that happened to a clock; returns its id."""
    case = clock.case
    return context.record(
        unit,
        ReceiptKind.CLOCK,
        action=action,
        clock=clock.id,
        subject_kind=case.kind,
        subject_id=case.id,
        provider=case.bound,
        member=case.other,
        rule=clock.running.deadline.code,
        article=clock.running.deadline.source,
        pack=case.pack,
        due_on=clock.due_on.isoformat() if clock.due_on is not None else None,
        **more,
    ).id


def _locked(unit: Unit, clock: StoredClock) -> StoredClock:
    """Return the clock as it is now, held until the transaction ends (raises :class:`ClockError` once stopped)."""
    found = clock_store.find(unit, clock.id, lock=True)
    if found is None or not found.is_open:
        deadline = clock.running.deadline
        raise ClockError(
            f"{deadline.name.zh}：计时已经结束（{deadline.source}）",
            f"{deadline.name.en}: the clock has stopped ({deadline.source})",
            next_zh="请刷新后查看当前状态",
            next_en="look at the case's state",
            facts={"clock": deadline.code},
        )
    return found
