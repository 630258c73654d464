"""Reads and writes of feeds: which resource feeds the observations, how far it has come, its rows as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg import sql

from catalogue.item import DataType
from catalogue.tables import entry
from hub.registers.macro import tables
from hub.rows.tables import row_set

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from hub.database import Unit
    from hub.rows.tables import RowTable

_FEED = tables.macro_feed
FETCHED = 5_000
_EXACT = frozenset({DataType.NUMBER, DataType.CURRENCY})


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: its resource, its mapping, how far it has come; ``version`` is that of the resource."""

    id: int
    entry_id: uuid.UUID
    name: str
    mapping: Mapping[str, Any]
    is_active: bool
    consumed: int
    consumed_at: datetime | None
    fault: str | None
    version: int
    changed_at: datetime | None

    @property
    def lag(self) -> int:
        """Versions of the resource that are not taken yet."""
        return max(self.version - self.consumed, 0)


def _select() -> sa.Select[tuple[Any, ...]]:
    return (
        sa.select(
            _FEED.c.id,
            _FEED.c.entry_id,
            entry.c.name,
            _FEED.c.mapping,
            _FEED.c.is_active,
            _FEED.c.consumed,
            _FEED.c.consumed_at,
            _FEED.c.fault,
            sa.func.coalesce(row_set.c.version, 0).label("version"),
            row_set.c.changed_at,
        )
        .join(entry, entry.c.id == _FEED.c.entry_id)
        .outerjoin(row_set, row_set.c.entry_id == _FEED.c.entry_id)
        .order_by(_FEED.c.id)
    )


def feeds(unit: Unit) -> list[Feed]:
    """Return all feeds."""
    return [Feed(**row._mapping) for row in unit.connection.execute(_select())]


def held(unit: Unit, number: int) -> Feed | None:
    """Return a feed, held until the transaction ends; None where another process has it or it has gone."""
    locked = sa.select(_FEED.c.id).where(_FEED.c.id == number).with_for_update(skip_locked=True)
    if unit.connection.execute(locked).one_or_none() is None:
        return None
    return Feed(**unit.connection.execute(_select().where(_FEED.c.id == number)).one()._mapping)


def put(unit: Unit, entry_id: uuid.UUID, mapping: Mapping[str, object], now: datetime, *, is_active: bool) -> None:
    """Store a feed of a resource, or its mapping anew; what was taken stays taken."""
    known = unit.connection.execute(
        sa.update(_FEED)
        .where(_FEED.c.entry_id == entry_id)
        .values(mapping=dict(mapping), is_active=is_active, fault=None, set_at=now)
    )
    if known.rowcount == 0:
        unit.connection.execute(
            sa.insert(_FEED).values(
                entry_id=entry_id, mapping=dict(mapping), is_active=is_active, consumed=0, set_at=now
            )
        )


def came_to(unit: Unit, number: int, version: int, now: datetime) -> None:
    """Note that a feed took everything up to a version."""
    unit.connection.execute(
        sa.update(_FEED).where(_FEED.c.id == number).values(consumed=version, consumed_at=now, fault=None)
    )


def failed(unit: Unit, number: int, fault: str) -> None:
    """Note why the last step could not be done."""
    unit.connection.execute(sa.update(_FEED).where(_FEED.c.id == number).values(fault=fault))


def _texts(table: RowTable) -> sql.Composed:
    """Return the items as text; an exact number without the zeros its column pads it with."""
    return sql.SQL(", ").join(
        sql.SQL("trim_scale({})::text" if item.type in _EXACT else "{}::text").format(sql.Identifier(item.column))
        for item in table.items
    )


def written(unit: Unit, table: RowTable, after: int, until: int) -> Iterator[tuple[int, list[str | None]]]:
    """Yield (row number, texts) of the rows that hold and were written after one version and up to another."""
    query = sql.SQL("SELECT _row, {} FROM {} WHERE _push > %s AND _push <= %s ORDER BY _row").format(
        _texts(table), table.current
    )
    yield from _streamed(unit, query, (after, until))


def gone(unit: Unit, table: RowTable, after: int, until: int) -> Iterator[tuple[int, list[str | None]]]:
    """Yield (row number, texts) of the rows that were taken before, and were taken back since."""
    query = sql.SQL(
        "SELECT h._row, {texts} FROM {history} AS h WHERE h._until > %s AND h._until <= %s AND h._push <= %s"
        " AND NOT EXISTS (SELECT 1 FROM {current} AS r WHERE r._row = h._row) ORDER BY h._row"
    ).format(texts=_texts(table), history=table.history, current=table.current)
    yield from _streamed(unit, query, (after, until, after))


def _streamed(unit: Unit, query: sql.Composed, given: tuple[int, ...]) -> Iterator[tuple[int, list[str | None]]]:
    with unit.driver.cursor(name="macro_feed") as cursor:
        cursor.itersize = FETCHED
        for row, *values in cursor.execute(query, given):
            yield row, values
