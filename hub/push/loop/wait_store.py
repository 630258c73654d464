"""The only SQL of pushes that wait for a person, and of files tried in the browser. Functions never commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.push import tables as push_tables
from hub.push.loop import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit

_WAIT, _DRAFT, _PUSH = tables.push_wait, tables.push_draft, push_tables.push


class WaitState(StrEnum):
    """Where a push stands that a person must let in."""

    HELD = "held"
    AWAITING_RELEASE = "awaiting_release"
    RELEASED = "released"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    LAPSED = "lapsed"


OPEN = (WaitState.HELD.value, WaitState.AWAITING_RELEASE.value)


@dataclass(frozen=True, slots=True)
class Wait:
    """A push that waits, or waited. ``holds`` are the reasons with their counts, ``arrival`` how to read the file."""

    push_id: uuid.UUID
    entry_id: uuid.UUID
    member_id: uuid.UUID
    state: WaitState
    holds: Sequence[Mapping[str, Any]]
    arrival: Mapping[str, Any] = field(repr=False)
    spool_key: str
    base_version: int
    at: datetime
    remind_at: datetime
    lapses_at: datetime
    reminded_at: datetime | None = None
    acted_at: datetime | None = None
    acted_by: uuid.UUID | None = None
    words: str = ""
    replaced_by: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a wait ended: by whom, with what words, replaced by which push."""

    state: WaitState
    at: datetime
    by: uuid.UUID | None = None
    words: str = ""
    replaced_by: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A file chosen in the browser and tried, not pushed yet."""

    id: uuid.UUID
    entry_id: uuid.UUID
    member_id: uuid.UUID
    by_staff: uuid.UUID
    arrival: Mapping[str, Any] = field(repr=False)
    spool_key: str
    result: Mapping[str, Any] = field(repr=False)
    at: datetime


def add(unit: Unit, wait: Wait) -> None:
    """Store a push that waits from now on."""
    values = {column.name: getattr(wait, column.name) for column in _WAIT.columns}
    values |= {"state": wait.state.value, "holds": [dict(hold) for hold in wait.holds], "arrival": dict(wait.arrival)}
    unit.connection.execute(sa.insert(_WAIT).values(**values))


def get(unit: Unit, push_id: uuid.UUID, *, for_update: bool = False) -> Wait | None:
    """Return the wait of a push; ``for_update`` lets others wait until this transaction ends."""
    chosen = sa.select(_WAIT).where(_WAIT.c.push_id == push_id)
    row = unit.connection.execute(chosen.with_for_update() if for_update else chosen).mappings().first()
    return None if row is None else _wait(row)


def _wait(row: sa.RowMapping) -> Wait:
    return Wait(**{**row, "state": WaitState(row["state"])})


def open_waits(
    unit: Unit, *, entry_id: uuid.UUID | None = None, member_id: uuid.UUID | None = None, before: datetime | None = None
) -> list[Wait]:
    """Return the pushes that wait now, the oldest first: of a resource, of a member, that arrived before a time."""
    chosen = sa.select(_WAIT).where(_WAIT.c.state.in_(OPEN))
    if entry_id is not None:
        chosen = chosen.where(_WAIT.c.entry_id == entry_id)
    if member_id is not None:
        chosen = chosen.where(_WAIT.c.member_id == member_id)
    if before is not None:
        chosen = chosen.where(_WAIT.c.at < before)
    return [_wait(row) for row in unit.connection.execute(chosen.order_by(_WAIT.c.at, _WAIT.c.push_id)).mappings()]


def settle(unit: Unit, push_id: uuid.UUID, settled: Settled, push_state: str | None = None) -> None:
    """End a wait; ``push_state`` is the state of the push that follows, None where the merge has set it."""
    unit.connection.execute(
        sa.update(_WAIT)
        .where(_WAIT.c.push_id == push_id)
        .values(
            state=settled.state.value,
            acted_at=settled.at,
            acted_by=settled.by,
            words=settled.words,
            replaced_by=settled.replaced_by,
        )
    )
    if push_state is not None:
        unit.connection.execute(sa.update(_PUSH).where(_PUSH.c.id == push_id).values(state=push_state))


def renew(unit: Unit, push_id: uuid.UUID, base_version: int, report: Mapping[str, Any]) -> None:
    """Store the difference against the version that stands now."""
    unit.connection.execute(sa.update(_WAIT).where(_WAIT.c.push_id == push_id).values(base_version=base_version))
    unit.connection.execute(sa.update(_PUSH).where(_PUSH.c.id == push_id).values(report=dict(report)))


def overtaken_by(unit: Unit, entry_id: uuid.UUID, at: datetime, push_id: uuid.UUID) -> int | None:
    """Return the newest version that came of a push which arrived after a time; None where there is none."""
    number: int | None = unit.connection.execute(
        sa.select(sa.func.max(_PUSH.c.number)).where(
            _PUSH.c.entry_id == entry_id, _PUSH.c.at > at, _PUSH.c.number.is_not(None), _PUSH.c.id != push_id
        )
    ).scalar()
    return number


def due(unit: Unit, now: datetime) -> list[Wait]:
    """Return waits whose people are to be reminded, or whose time is over; other processes pass them by."""
    is_due = (_WAIT.c.lapses_at <= now) | ((_WAIT.c.remind_at <= now) & _WAIT.c.reminded_at.is_(None))
    rows = unit.connection.execute(
        sa.select(_WAIT)
        .where(_WAIT.c.state.in_(OPEN), is_due)
        .order_by(_WAIT.c.at)
        .limit(100)
        .with_for_update(skip_locked=True)
    ).mappings()
    return [_wait(row) for row in rows]


def reminded(unit: Unit, push_id: uuid.UUID, now: datetime) -> None:
    """Note that people were reminded."""
    unit.connection.execute(sa.update(_WAIT).where(_WAIT.c.push_id == push_id).values(reminded_at=now))


def add_draft(unit: Unit, draft: Draft) -> None:
    """Store a file that was tried."""
    values = {column.name: getattr(draft, column.name) for column in _DRAFT.columns}
    unit.connection.execute(
        sa.insert(_DRAFT).values(**{**values, "arrival": dict(draft.arrival), "result": dict(draft.result)})
    )


def draft(unit: Unit, draft_id: uuid.UUID, by_staff: uuid.UUID) -> Draft | None:
    """Return a file the person tried."""
    wanted = (_DRAFT.c.id == draft_id) & (_DRAFT.c.by_staff == by_staff)
    row = unit.connection.execute(sa.select(_DRAFT).where(wanted)).mappings().first()
    return None if row is None else Draft(**row)


def drop_draft(unit: Unit, draft_id: uuid.UUID) -> None:
    """Forget a file that was tried."""
    unit.connection.execute(sa.delete(_DRAFT).where(_DRAFT.c.id == draft_id))


def old_drafts(unit: Unit, before: datetime) -> list[tuple[uuid.UUID, str]]:
    """Return ids and keys of files tried before a time."""
    rows = unit.connection.execute(sa.select(_DRAFT.c.id, _DRAFT.c.spool_key).where(_DRAFT.c.at < before)).all()
    return [(row.id, row.spool_key) for row in rows]


def keys_in_use(unit: Unit) -> set[str]:
    """Return the keys of the spool that a push that waits, or a file that was tried, still needs."""
    waits = sa.select(_WAIT.c.spool_key).where(_WAIT.c.state.in_(OPEN))
    return set(unit.connection.execute(waits.union(sa.select(_DRAFT.c.spool_key))).scalars())
