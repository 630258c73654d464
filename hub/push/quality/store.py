"""The only SQL of the measures of pushes and of promised updates. Functions take a unit and never commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from hub.push import tables as push_tables
from hub.push.quality import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from hub.database import Unit

_Q, _PROMISE, _PUSH = tables.quality, tables.promise, push_tables.push


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of one push: shares from 0 to 1 by word, None where a word cannot be told, and their counts."""

    push_id: uuid.UUID
    entry_id: uuid.UUID
    number: int
    at: datetime
    counts: Mapping[str, Any]
    shares: Mapping[str, float | None]


def add(unit: Unit, measured: Measured) -> None:
    """Store the measures of a push."""
    shares = {f"{name}_share": value for name, value in measured.shares.items()}
    unit.connection.execute(
        insert(_Q).values(
            push_id=measured.push_id,
            entry_id=measured.entry_id,
            number=measured.number,
            at=measured.at,
            counts=dict(measured.counts),
            **shares,
        )
    )


def series(
    unit: Unit, entry_id: uuid.UUID, *, before: int | None = None, limit: int = 100
) -> tuple[tuple[Measured, ...], int]:
    """Return the measures of the versions of a resource, the newest first, and how many there are."""
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(_Q).where(_Q.c.entry_id == entry_id)
    ).scalar_one()
    chosen = sa.select(_Q).where(_Q.c.entry_id == entry_id)
    if before is not None:
        chosen = chosen.where(_Q.c.number < before)
    rows = unit.connection.execute(chosen.order_by(_Q.c.number.desc()).limit(limit)).mappings()
    return tuple(_measured(row) for row in rows), total


def latest(unit: Unit, entry_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Measured]:
    """Return the measures of the newest version of each resource."""
    chosen = sa.select(_Q).ext(distinct_on(_Q.c.entry_id)).where(_Q.c.entry_id.in_(list(entry_ids)))
    rows = unit.connection.execute(chosen.order_by(_Q.c.entry_id, _Q.c.number.desc())).mappings()
    return {row["entry_id"]: _measured(row) for row in rows}


def _measured(row: sa.RowMapping) -> Measured:
    shares = {name: row[f"{name}_share"] for name in ("true", "accurate", "timely", "complete")}
    return Measured(row["push_id"], row["entry_id"], row["number"], row["at"], row["counts"], shares)


def last_merged(unit: Unit, entry_id: uuid.UUID, before: int) -> datetime | None:
    """Return when the version before a number went in; None before the first."""
    where = (_PUSH.c.entry_id == entry_id) & (_PUSH.c.number < before) & _PUSH.c.merged_at.is_not(None)
    found: datetime | None = unit.connection.execute(sa.select(sa.func.max(_PUSH.c.merged_at)).where(where)).scalar()
    return found


def upheld(
    unit: Unit, entry_id: uuid.UUID, keys: Sequence[str], since: datetime | None, until: datetime
) -> tuple[int, int]:
    """Return how many upheld corrections were answered in a time: on key items, and on others."""
    row = unit.connection.execute(
        sa.text(
            "SELECT count(*) FILTER (WHERE items && CAST(:keys AS text[])),"
            " count(*) FILTER (WHERE NOT items && CAST(:keys AS text[])) FROM hub.correction"
            " WHERE entry_id = :entry AND state IN ('corrected', 'confirmed') AND answered_at <= :until"
            " AND (CAST(:since AS timestamptz) IS NULL OR answered_at > :since)"
        ),
        {"entry": entry_id, "keys": list(keys), "since": since, "until": until},
    ).one()
    return int(row[0]), int(row[1])


@dataclass(frozen=True, slots=True)
class Promised:
    """A promised update near its end or past it, and who was told when."""

    entry_id: uuid.UUID
    due_on: date
    warned_at: datetime | None = None
    missed_at: datetime | None = None
    escalated_at: datetime | None = None
    met_at: datetime | None = None


def promised(unit: Unit, entry_id: uuid.UUID, due_on: date) -> Promised:
    """Return what was done about an update so far, locked until the transaction ends."""
    made = insert(_PROMISE).values(entry_id=entry_id, due_on=due_on)
    unit.connection.execute(made.on_conflict_do_nothing(index_elements=["entry_id", "due_on"]))
    where = (_PROMISE.c.entry_id == entry_id) & (_PROMISE.c.due_on == due_on)
    return Promised(**unit.connection.execute(sa.select(_PROMISE).where(where).with_for_update()).mappings().one())


def told(unit: Unit, entry_id: uuid.UUID, due_on: date, **when: datetime) -> None:
    """Note who was told of an update that is due."""
    where = (_PROMISE.c.entry_id == entry_id) & (_PROMISE.c.due_on == due_on)
    unit.connection.execute(sa.update(_PROMISE).where(where).values(**when))


def met(unit: Unit, entry_id: uuid.UUID, at: datetime) -> int:
    """Note that the updates that were due have come; returns how many."""
    where = (_PROMISE.c.entry_id == entry_id) & _PROMISE.c.met_at.is_(None)
    return unit.connection.execute(sa.update(_PROMISE).where(where).values(met_at=at)).rowcount


def missed(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return how many promised updates of a resource did not come in time."""
    where = (_PROMISE.c.entry_id == entry_id) & _PROMISE.c.missed_at.is_not(None)
    found: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_PROMISE).where(where)).scalar_one()
    return found


def last_updates(unit: Unit) -> Sequence[tuple[uuid.UUID, datetime]]:
    """Return each published entry that was ever pushed, and when its newest version from a department went in."""
    rows = unit.connection.execute(
        sa.text(
            "SELECT e.id, max(greatest(p.merged_at, r.at)) FROM hub.entry e JOIN hub.push p ON p.entry_id = e.id"
            " LEFT JOIN hub.push_repeat r ON r.push_id = p.id"
            " WHERE e.published_version IS NOT NULL AND e.withdrawn_at IS NULL AND p.number IS NOT NULL"
            " AND p.mode NOT IN ('restore', 'erase') GROUP BY e.id ORDER BY e.id"
        )
    )
    return [(row[0], row[1]) for row in rows]
