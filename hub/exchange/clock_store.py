"""The only SQL of clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.exchange.timing import tables
from policies.clocks import Clock, Extension, Pause
from policies.packs import load_pack

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from hub.database import Unit

_CLOCK = tables.clock


@dataclass(frozen=True, slots=True)
class Case:
    """What a clock belongs to, and who is bound by it.

    ``kind`` and ``id`` name the row of the case; ``bound`` is the member whose time runs, ``other`` the one that
    waits (None where there is none), ``role`` who of the bound member is warned (:class:`hub.identity.roles.Role`).
    ``label`` is how people call the case, without any protected value; ``link`` the path of its page.
    """

    kind: str
    id: uuid.UUID
    pack: str
    bound: uuid.UUID
    other: uuid.UUID | None = None
    role: str = "approver"
    label: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class StoredClock:
    """A clock as kept: its case, the pure clock, the day it is due (None: standing still), how it ended."""

    id: uuid.UUID
    case: Case
    running: Clock
    due_on: date | None
    stopped_as: str | None
    warned: int
    escalated_at: datetime | None
    created_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether the case still waits."""
        return self.running.stopped_on is None

    def is_overdue(self, today: date) -> bool:
        """Whether the time ran out and the case still waits."""
        return self.is_open and self.due_on is not None and today > self.due_on


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is late at one member: the clocks, and the day the oldest was due."""

    member_id: uuid.UUID
    clocks: tuple[uuid.UUID, ...]
    oldest_due: date


def insert(unit: Unit, clock: StoredClock) -> None:
    """Store a new clock."""
    case, running = clock.case, clock.running
    unit.connection.execute(
        _CLOCK.insert().values(
            id=clock.id,
            case_kind=case.kind,
            case_id=case.id,
            deadline=running.deadline.code,
            pack=case.pack,
            units=running.deadline.value,
            bound_id=case.bound,
            other_id=case.other,
            role=case.role,
            label=case.label,
            link=case.link,
            started_on=running.started_on,
            due_on=clock.due_on,
            created_at=clock.created_at,
        )
    )


def update(unit: Unit, clock: StoredClock) -> None:
    """Store what happened to a clock; the sweep looks at it again."""
    running = clock.running
    extension = running.extension
    unit.connection.execute(
        _CLOCK.update()
        .where(_CLOCK.c.id == clock.id)
        .values(
            due_on=clock.due_on,
            pauses=[
                {"reason": one.reason, "since": one.since.isoformat(), "until": one.until and one.until.isoformat()}
                for one in running.pauses
            ],
            extension=extension
            and {
                "units": extension.units,
                "consent_by": extension.consent_by,
                "on": extension.on.isoformat(),
                "is_notified": extension.is_notified,
            },
            stopped_on=running.stopped_on,
            stopped_as=clock.stopped_as,
            looked_on=None,
        )
    )


def find(unit: Unit, clock_id: uuid.UUID, *, lock: bool = False) -> StoredClock | None:
    """Return a clock by its id; ``lock`` holds it until the transaction ends."""
    query = sa.select(_CLOCK).where(_CLOCK.c.id == clock_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _clock(row) if row is not None else None


def of_case(
    unit: Unit, kind: str, case_id: uuid.UUID, *, deadline: str | None = None, only_open: bool = False
) -> tuple[StoredClock, ...]:
    """Return the clocks of a case, the newest first; of one deadline, or only those that still run."""
    query = sa.select(_CLOCK).where(_CLOCK.c.case_kind == kind, _CLOCK.c.case_id == case_id)
    if deadline is not None:
        query = query.where(_CLOCK.c.deadline == deadline)
    if only_open:
        query = query.where(_CLOCK.c.stopped_on.is_(None))
    return tuple(_clock(row) for row in unit.connection.execute(query.order_by(_CLOCK.c.created_at.desc())))


def of_cases(unit: Unit, kind: str, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, StoredClock]:
    """Return the newest clock of each of several cases of one kind, in one query."""
    query = (
        sa.select(_CLOCK)
        .where(_CLOCK.c.case_kind == kind, _CLOCK.c.case_id.in_(case_ids))
        .order_by(_CLOCK.c.created_at)
    )
    return {row.case_id: _clock(row) for row in unit.connection.execute(query)}


def unseen(unit: Unit, today: date, limit: int) -> tuple[uuid.UUID, ...]:
    """Return clocks that run and have not been looked at today."""
    query = (
        sa.select(_CLOCK.c.id)
        .where(
            _CLOCK.c.stopped_on.is_(None),
            _CLOCK.c.due_on.is_not(None),
            sa.or_(_CLOCK.c.looked_on.is_(None), _CLOCK.c.looked_on < today),
        )
        .order_by(_CLOCK.c.due_on, _CLOCK.c.id)
        .limit(limit)
    )
    return tuple(unit.connection.execute(query).scalars())


def open_of_kind(unit: Unit, kind: str, after: uuid.UUID | None, limit: int) -> tuple[StoredClock, ...]:
    """Return clocks of one kind of case that have not stopped, in order of their ids, from beyond ``after``."""
    query = sa.select(_CLOCK).where(_CLOCK.c.case_kind == kind, _CLOCK.c.stopped_on.is_(None))
    if after is not None:
        query = query.where(_CLOCK.c.id > after)
    return tuple(_clock(row) for row in unit.connection.execute(query.order_by(_CLOCK.c.id).limit(limit)))


def looked(unit: Unit, clock_id: uuid.UUID, today: date, warned: int, escalated_at: datetime | None) -> None:
    """Note that the sweep has looked at a clock, what it warned of, and when it reported it as overdue."""
    unit.connection.execute(
        _CLOCK.update().where(_CLOCK.c.id == clock_id).values(looked_on=today, warned=warned, escalated_at=escalated_at)
    )


def overdue(
    unit: Unit, today: date, *, bound: Sequence[uuid.UUID], limit: int = 50, offset: int = 0
) -> tuple[tuple[StoredClock, ...], int]:
    """Return a page of the clocks of members that ran out unanswered, the oldest first, and how many there are."""
    wanted = [_CLOCK.c.stopped_on.is_(None), _CLOCK.c.due_on < today, _CLOCK.c.bound_id.in_(bound)]
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_CLOCK).where(*wanted)).scalar_one()
    query = sa.select(_CLOCK).where(*wanted).order_by(_CLOCK.c.due_on, _CLOCK.c.id).limit(limit).offset(offset)
    return tuple(_clock(row) for row in unit.connection.execute(query)), total


def overdue_by_member(unit: Unit, today: date, members: Sequence[uuid.UUID]) -> tuple[Overdue, ...]:
    """Return the late clocks of several members, member by member; those with none are left out."""
    query = (
        sa.select(
            _CLOCK.c.bound_id,
            sa.func.array_agg(_CLOCK.c.id).label("clocks"),
            sa.func.min(_CLOCK.c.due_on).label("oldest_due"),
        )
        .where(_CLOCK.c.stopped_on.is_(None), _CLOCK.c.due_on < today, _CLOCK.c.bound_id.in_(members))
        .group_by(_CLOCK.c.bound_id)
    )
    return tuple(Overdue(row.bound_id, tuple(row.clocks), row.oldest_due) for row in unit.connection.execute(query))


def open_after(unit: Unit, day: date) -> tuple[StoredClock, ...]:
    """Return the clocks that still run and are due after a day, or on none yet: those a new calendar may move."""
    is_ahead = sa.or_(_CLOCK.c.due_on >= day, _CLOCK.c.due_on.is_(None))
    query = sa.select(_CLOCK).where(_CLOCK.c.stopped_on.is_(None), is_ahead).with_for_update()
    return tuple(_clock(row) for row in unit.connection.execute(query))


def _clock(row: sa.Row[Any]) -> StoredClock:
    deadline = replace(load_pack(row.pack).deadlines[row.deadline], value=row.units)
    pauses = tuple(
        Pause(one["reason"], date.fromisoformat(one["since"]), one["until"] and date.fromisoformat(one["until"]))
        for one in row.pauses
    )
    extension = row.extension and Extension(
        row.extension["units"],
        row.extension["consent_by"],
        date.fromisoformat(row.extension["on"]),
        row.extension["is_notified"],
    )
    return StoredClock(
        id=row.id,
        case=Case(row.case_kind, row.case_id, row.pack, row.bound_id, row.other_id, row.role, row.label, row.link),
        running=Clock(deadline, row.started_on, pauses, extension, row.stopped_on),
        due_on=row.due_on,
        stopped_as=row.stopped_as,
        warned=row.warned,
        escalated_at=row.escalated_at,
        created_at=row.created_at,
    )
