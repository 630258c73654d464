"""Reads and writes of conflicts between figures: the list for correction (政务数据共享条例 Art. 26)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from hub.registers.macro import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from hub.database import Unit

_CONFLICT = tables.macro_conflict
_OBSERVATION = tables.macro_observation
_LOAD = tables.macro_load
_COLUMNS: Final = tuple(column.name for column in _CONFLICT.c)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two figures of one key: what a later source says, and where it said so. ``kind`` is value or withdrawn."""

    id: uuid.UUID
    series: int
    starts: date
    vintage: int
    kind: str
    value: Decimal | None
    unit: str
    decimals: int
    status: str
    release_at: datetime
    load: int
    row: int
    state: str
    opened_at: datetime
    due_on: date
    settled_at: datetime | None = None
    kept: str | None = None
    note: str = ""

    @property
    def key(self) -> tuple[int, date, int]:
        """Series, first day, vintage."""
        return self.series, self.starts, self.vintage


@dataclass(frozen=True, slots=True)
class Told:
    """A conflict with what stands against it, and where both are from."""

    conflict: Conflict
    standing: Decimal | None
    standing_unit: str
    standing_status: str
    standing_release: datetime
    standing_from: str
    claimed_from: str


def _conflict(row: sa.RowMapping) -> Conflict:
    return Conflict(**{name: row[name] for name in _COLUMNS})


def of_keys(unit: Unit, keys: Iterable[tuple[int, date, int]]) -> list[Conflict]:
    """Return the conflicts of observations, in every state."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    columns = sa.tuple_(_CONFLICT.c.series, _CONFLICT.c.starts, _CONFLICT.c.vintage)
    rows = unit.connection.execute(sa.select(_CONFLICT).where(columns.in_(wanted)))
    return [_conflict(row._mapping) for row in rows]


def open_conflicts(unit: Unit, conflicts: Sequence[Conflict]) -> None:
    """Store conflicts and mark the figures they are about."""
    if conflicts:
        rows = [{name: getattr(one, name) for name in _COLUMNS} for one in conflicts]
        unit.connection.execute(sa.insert(_CONFLICT), rows)
        mark(unit, {one.key for one in conflicts})


def mark(unit: Unit, keys: Iterable[tuple[int, date, int]]) -> None:
    """Mark each figure as doubted exactly where an open conflict names it."""
    with unit.driver.cursor() as cursor:
        cursor.executemany(
            "UPDATE hub.macro_observation o SET is_doubted = EXISTS (SELECT 1 FROM hub.macro_conflict c"
            " WHERE c.series = o.series AND c.starts = o.starts AND c.vintage = o.vintage AND c.state = 'open')"
            " WHERE o.series = %s AND o.starts = %s AND o.vintage = %s",
            sorted(keys),
        )


def close(unit: Unit, number: uuid.UUID, state: str, now: datetime, *, kept: str | None = None, note: str = "") -> None:
    """Close a conflict."""
    unit.connection.execute(
        sa.update(_CONFLICT)
        .where(_CONFLICT.c.id == number, _CONFLICT.c.state == "open")
        .values(state=state, settled_at=now, kept=kept, note=note)
    )


def find(unit: Unit, number: uuid.UUID) -> Conflict | None:
    """Return a conflict, held until the transaction ends."""
    row = unit.connection.execute(sa.select(_CONFLICT).where(_CONFLICT.c.id == number).with_for_update()).one_or_none()
    return None if row is None else _conflict(row._mapping)


def listed(unit: Unit, state: str, limit: int, offset: int = 0) -> tuple[int, list[Told]]:
    """Return how many conflicts are in a state, and a page of them, the oldest first."""
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(_CONFLICT).where(_CONFLICT.c.state == state)
    ).scalar_one()
    page = _both_sides().where(_CONFLICT.c.state == state).order_by(_CONFLICT.c.opened_at, _CONFLICT.c.id)
    return total, [_told(row) for row in unit.connection.execute(page.limit(limit).offset(offset))]


def told(unit: Unit, number: uuid.UUID) -> Told | None:
    """Return one conflict with both figures; None where there is none of this id."""
    row = unit.connection.execute(_both_sides().where(_CONFLICT.c.id == number)).one_or_none()
    return None if row is None else _told(row)


def _both_sides() -> sa.Select[Any]:
    """Return the question for conflicts with what stands against each, and where both are from."""
    stood, claimed = _LOAD.alias("stood"), _LOAD.alias("claimed")
    return (
        sa.select(
            _CONFLICT,
            _OBSERVATION.c.value.label("standing"),
            _OBSERVATION.c.unit.label("standing_unit"),
            _OBSERVATION.c.status.label("standing_status"),
            _OBSERVATION.c.release_at.label("standing_release"),
            stood.c.name.label("standing_from"),
            claimed.c.name.label("claimed_from"),
        )
        .join(
            _OBSERVATION,
            sa.and_(
                _OBSERVATION.c.series == _CONFLICT.c.series,
                _OBSERVATION.c.starts == _CONFLICT.c.starts,
                _OBSERVATION.c.vintage == _CONFLICT.c.vintage,
            ),
        )
        .join(stood, stood.c.id == _OBSERVATION.c.load)
        .join(claimed, claimed.c.id == _CONFLICT.c.load)
    )


def _told(row: sa.Row[Any]) -> Told:
    return Told(
        _conflict(row._mapping),
        row.standing,
        row.standing_unit,
        row.standing_status,
        row.standing_release,
        row.standing_from,
        row.claimed_from,
    )
