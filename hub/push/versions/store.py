"""The only SQL of versions, acts on them, and how far back history is kept. Functions take a unit and never commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.push import tables as push_tables
from hub.push.store import IdempotencyConflictError, PushState, StoredPush, by_key, get, repeated, stored_push
from hub.push.versions import tables
from hub.rows.tables import lock

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit
    from hub.push.store import NewPush

_PUSH, _ACT, _FLOOR = push_tables.push, tables.version_act, tables.version_floor


@dataclass(frozen=True, slots=True)
class Act:
    """Going back to a version (``target``), or an erasure: who asked, what came of it."""

    id: uuid.UUID
    entry_id: uuid.UUID
    kind: str
    state: str
    target: int | None
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    by_system: uuid.UUID | None = None
    by_staff: uuid.UUID | None = None
    decided_by: uuid.UUID | None = None
    decided_at: datetime | None = None
    push_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """``earliest`` version that can be read, and up to which one history is gone already."""

    earliest: int
    raised_at: datetime
    trimmed: int


def versions(
    unit: Unit, entry_id: uuid.UUID, *, before: int | None = None, limit: int = 50
) -> tuple[tuple[StoredPush, ...], int]:
    """Return versions, the newest first, those below ``before`` for the next page, and how many there are."""
    mine = (_PUSH.c.entry_id == entry_id) & _PUSH.c.number.is_not(None)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_PUSH).where(mine)).scalar_one()
    chosen = sa.select(_PUSH).where(mine if before is None else mine & (_PUSH.c.number < before))
    rows = unit.connection.execute(chosen.order_by(_PUSH.c.number.desc()).limit(limit)).mappings()
    return tuple(map(stored_push, rows)), total


def mark_rolled_back(unit: Unit, entry_id: uuid.UUID, after: int, before: int) -> int:
    """Mark the versions between two as rolled back; returns how many."""
    return unit.connection.execute(
        sa.update(_PUSH)
        .where(
            (_PUSH.c.entry_id == entry_id)
            & (_PUSH.c.number > after)
            & (_PUSH.c.number < before)
            & (_PUSH.c.state == PushState.MERGED.value)
        )
        .values(state=PushState.ROLLED_BACK.value)
    ).rowcount


def answered(unit: Unit, push: NewPush, *, has_key: bool) -> StoredPush | None:
    """Return the push that this one only repeats; None for a new one. Known by digest, before a row is read.

    A repeat is a push under a key that was used before, or one of the content that stands already (then its key, if
    it has one, is remembered: used again later, it is the same push still, though others have come between). Each
    repeat of the standing content is noted, for it is an update too: the department says that nothing has changed.

    Raises:
        IdempotencyConflictError: the key belongs to a push with another content.
    """
    if has_key:
        lock(unit, push.entry_id)
        known = by_key(unit, push) or _repeat_of(unit, push)
        if known is not None:
            if (known.given.content_digest, known.given.mode) != (push.content_digest, push.mode):
                raise IdempotencyConflictError(known.given.id)
            return known
    found = repeated(unit, push)
    if found is not None:
        names = ("entry_id", "idempotency_key", "content_digest", "mode", "at")
        values = {name: getattr(push, name) for name in names}
        unit.connection.execute(insert(tables.push_repeat).values(**values, push_id=found.given.id))
    return found


def _repeat_of(unit: Unit, push: NewPush) -> StoredPush | None:
    """Return the push that a key was answered with when the standing content came again under it."""
    t = tables.push_repeat
    where = (t.c.entry_id == push.entry_id) & (t.c.idempotency_key == push.idempotency_key)
    row = unit.connection.execute(sa.select(t.c.push_id).where(where)).first()
    return None if row is None else get(unit, row.push_id)


def add_act(unit: Unit, act: Act) -> None:
    """Store an act."""
    unit.connection.execute(insert(_ACT).values(**_values(act)))


def find_act(unit: Unit, act_id: uuid.UUID) -> Act | None:
    """Return an act, locked until the transaction ends."""
    row = unit.connection.execute(sa.select(_ACT).where(_ACT.c.id == act_id).with_for_update()).mappings().first()
    return None if row is None else Act(**row)


def decide_act(unit: Unit, act: Act) -> None:
    """Store what became of an act."""
    unit.connection.execute(sa.update(_ACT).where(_ACT.c.id == act.id).values(**_values(act)))


def acts(unit: Unit, entry_id: uuid.UUID, *, limit: int = 100, offset: int = 0) -> tuple[tuple[Act, ...], int]:
    """Return a page of the acts on a resource, the newest first, and how many there are."""
    mine = _ACT.c.entry_id == entry_id
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_ACT).where(mine)).scalar_one()
    chosen = sa.select(_ACT).where(mine).order_by(_ACT.c.at.desc(), _ACT.c.id).limit(limit).offset(offset)
    return tuple(Act(**row) for row in unit.connection.execute(chosen).mappings()), total


def proposed(unit: Unit, entry_id: uuid.UUID, kind: str) -> tuple[Act, ...]:
    """Return what is proposed for a resource and waits for a second person, locked, the oldest first."""
    where = (_ACT.c.entry_id == entry_id) & (_ACT.c.kind == kind) & (_ACT.c.state == "proposed")
    rows = unit.connection.execute(sa.select(_ACT).where(where).order_by(_ACT.c.at, _ACT.c.id).with_for_update())
    return tuple(Act(**row) for row in rows.mappings())


def _values(act: Act) -> dict[str, Any]:
    names = [column.name for column in _ACT.columns]
    return {name: getattr(act, name) for name in names} | {"facts": dict(act.facts)}


def floor(unit: Unit, entry_id: uuid.UUID) -> Floor | None:
    """Return how far back history is kept; None where all of it is."""
    row = unit.connection.execute(sa.select(_FLOOR).where(_FLOOR.c.entry_id == entry_id)).first()
    return None if row is None else Floor(row.earliest, row.raised_at, row.trimmed)


def raise_floor(unit: Unit, entry_id: uuid.UUID, earliest: int, at: datetime) -> None:
    """Let history begin at a later version; it never begins earlier again."""
    made = insert(_FLOOR).values(entry_id=entry_id, earliest=earliest, raised_at=at)
    unit.connection.execute(
        made.on_conflict_do_update(
            index_elements=["entry_id"],
            set_={"earliest": made.excluded.earliest, "raised_at": made.excluded.raised_at},
            where=_FLOOR.c.earliest < made.excluded.earliest,
        )
    )


def note_trimmed(unit: Unit, entry_id: uuid.UUID, version: int) -> None:
    """Note that history is gone up to a version."""
    unit.connection.execute(sa.update(_FLOOR).where(_FLOOR.c.entry_id == entry_id).values(trimmed=version))


def trims_due(unit: Unit, raised_before: datetime, limit: int = 20) -> Sequence[uuid.UUID]:
    """Return resources whose floor was raised some time ago and whose history is not gone yet."""
    where = (_FLOOR.c.trimmed < _FLOOR.c.earliest) & (_FLOOR.c.raised_at <= raised_before)
    return unit.connection.execute(sa.select(_FLOOR.c.entry_id).where(where).limit(limit)).scalars().all()


def drop_held_cells(unit: Unit, entry_id: uuid.UUID, keys: Sequence[Sequence[str]]) -> int:
    """Empty the rejected rows kept for mending in which all values of one of the keys stand; returns how many."""
    done = 0
    for values in keys:
        done += unit.connection.execute(
            sa.text(
                "UPDATE hub.push_held_row r SET cells = NULL FROM hub.push p WHERE p.id = r.push_id"
                " AND p.entry_id = :entry AND r.cells IS NOT NULL AND"
                " (SELECT array_agg(c.value) FROM jsonb_each_text(r.cells) c) @> CAST(:values AS text[])"
            ),
            {"entry": entry_id, "values": list(values)},
        ).rowcount
    return done


def forget_pulled_keys(unit: Unit, entry_id: uuid.UUID, keys: Sequence[Sequence[str]]) -> int:
    """Forget what pulls of a resource remember of rows whose key holds all values of one of these; returns how many."""
    done = 0
    for values in keys:
        done += unit.connection.execute(
            sa.text(
                "DELETE FROM hub.pull_row r USING hub.pull p WHERE p.id = r.pull_id AND p.entry_id = :entry"
                " AND string_to_array(r.key, chr(31)) @> CAST(:values AS text[])"
            ),
            {"entry": entry_id, "values": list(values)},
        ).rowcount
    return done
