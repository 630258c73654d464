"""The SQL of feeding addresses from entries: rows out, what is no longer named ended, what is followed or cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects.postgresql import insert

from hub.registers.addresses.tables import address, address_source, address_untaken, place_name

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from hub.database import Unit
    from hub.rows.tables import RowTable

PAGE: Final = 20_000


def rows_of(unit: Unit, table: RowTable, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Give (row number, texts of these columns) of every row that stands, a page at a time.

    Between two pages the connection is free: what is read is written on it meanwhile.
    """
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
    statement = sql.SQL("SELECT _row, {} FROM {} WHERE _row > %s ORDER BY _row LIMIT %s").format(texts, table.current)
    last = 0
    while page := unit.driver.execute(statement, (last, PAGE)).fetchall():
        yield from page
        last = page[-1][0]


def end_missing(unit: Unit, entry_id: uuid.UUID, source: int, day: date) -> int:
    """End the addresses that earlier versions of an entry named and this one (``source``) does not."""
    earlier = sa.select(address_source.c.id).where(address_source.c.entry_id == entry_id, address_source.c.id != source)
    statement = (
        sa.update(address)
        .where(address.c.source.in_(earlier), address.c.is_given, address.c.valid_to.is_(None))
        .values(valid_to=day)
    )
    return unit.connection.execute(statement).rowcount


def forget_carried(unit: Unit, entry_id: uuid.UUID) -> None:
    """Take points, former names and beginnings an entry gave out of the register: it no longer has all of its items.

    What the entry still says is written again by the load that follows in the same transaction.
    """
    own = sa.select(address_source.c.id).where(address_source.c.entry_id == entry_id)
    first = sa.select(sa.func.array_agg(address_source.c.id)).where(address_source.c.entry_id == entry_id)
    gone = {"longitude": None, "latitude": None, "crs": None, "cell": None, "valid_from": None, "main_id": None}
    mixed = sa.and_(address.c.is_given, address.c.others.overlap(first.scalar_subquery()))
    statement = sa.update(address).where(sa.or_(address.c.source.in_(own), mixed))
    unit.connection.execute(statement.values(**gone, aliases=[], others=sa.case((mixed, None), else_=address.c.others)))
    names = sa.or_(place_name.c.source.in_(own), place_name.c.others.overlap(first.scalar_subquery()))
    unit.connection.execute(sa.update(place_name).where(names).values(former_names=[], others=None))


@dataclass(frozen=True, slots=True)
class Followed:
    """An entry that was taken: its loads in order, the last version taken, the open columns that were read of it."""

    entry_id: uuid.UUID
    name: str
    kind: str
    loads: tuple[int, ...]
    version: int
    columns: tuple[str, ...] | None
    """None: taken before this was noted."""


def newest_followed(unit: Unit) -> int:
    """Return the number of the last load of an entry; 0 before the first."""
    newest = sa.select(sa.func.coalesce(sa.func.max(address_source.c.id), 0))
    return int(unit.connection.execute(newest.where(address_source.c.entry_id.is_not(None))).scalar_one())


def followed(unit: Unit) -> list[Followed]:
    """Return every entry that was taken, by name."""
    statement = sa.text(
        """
        SELECT DISTINCT ON (load.entry_id) load.entry_id, entry.name, load.kind, load.version, load.columns,
            (SELECT array_agg(one.id ORDER BY one.id) FROM hub.address_source one
                WHERE one.entry_id = load.entry_id) AS loads
        FROM hub.address_source load JOIN hub.entry ON entry.id = load.entry_id
        ORDER BY load.entry_id, load.id DESC
        """
    )
    found = [
        Followed(
            row.entry_id,
            row.name,
            row.kind,
            tuple(row.loads),
            int(row.version),
            None if row.columns is None else tuple(row.columns),
        )
        for row in unit.connection.execute(statement)
    ]
    return sorted(found, key=lambda one: one.name)


def last_taken(unit: Unit, entry_id: uuid.UUID) -> tuple[int, tuple[str, ...] | None] | None:
    """Return the version of an entry that was taken last and the open columns read; None where none was."""
    last = sa.select(address_source.c.version, address_source.c.columns)
    last = last.where(address_source.c.entry_id == entry_id).order_by(address_source.c.id.desc()).limit(1)
    row = unit.connection.execute(last).first()
    return None if row is None else (int(row.version), None if row.columns is None else tuple(row.columns))


def standing_versions(unit: Unit) -> dict[uuid.UUID, int]:
    """Return the version at which the rows of each followed entry stand; none for one that is withdrawn."""
    statement = sa.text(
        """
        SELECT row_set.entry_id, row_set.version FROM hub.row_set
        JOIN hub.entry ON entry.id = row_set.entry_id AND entry.withdrawn_at IS NULL
        WHERE row_set.entry_id IN (SELECT entry_id FROM hub.address_source WHERE entry_id IS NOT NULL)
        """
    )
    return {row.entry_id: int(row.version) for row in unit.connection.execute(statement)}


@dataclass(frozen=True, slots=True)
class Untaken:
    """Why the standing version of a followed entry cannot be taken; ``is_closed``: the public is not given it."""

    version: int
    is_closed: bool
    zh: str
    en: str
    since: datetime


def untaken(unit: Unit) -> dict[uuid.UUID, Untaken]:
    """Return the followed entries whose standing version cannot be taken."""
    columns = [address_untaken.c[name] for name in ("version", "is_closed", "zh", "en", "since")]
    rows = unit.connection.execute(sa.select(address_untaken.c.entry_id, *columns))
    return {row[0]: Untaken(*row[1:]) for row in rows}


def note_untaken(unit: Unit, entry_id: uuid.UUID, why: Untaken) -> bool:
    """Note why an entry cannot be taken; returns whether that is new."""
    values = {"version": why.version, "is_closed": why.is_closed, "zh": why.zh, "en": why.en, "since": why.since}
    statement = insert(address_untaken).values(entry_id=entry_id, **values)
    had = address_untaken.c
    statement = statement.on_conflict_do_update(
        index_elements=["entry_id"],
        set_=values,
        where=sa.or_(had.version != why.version, had.zh != why.zh, had.is_closed != why.is_closed),
    )
    return unit.connection.execute(statement).rowcount > 0


def forget_untaken(unit: Unit, entry_id: uuid.UUID) -> None:
    """Note that nothing stands in the way of an entry."""
    unit.connection.execute(sa.delete(address_untaken).where(address_untaken.c.entry_id == entry_id))
