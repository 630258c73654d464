"""The SQL of feeding addresses from departments' resources: rows out, what is no longer named ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from psycopg import sql

from hub.registers.addresses.tables import address, address_source

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence
    from datetime import date

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


def waiting(unit: Unit) -> list[str]:
    """Return the entries that were taken once and stand at a later version now."""
    statement = sa.text(
        """
        SELECT entry.name FROM (
            SELECT entry_id, max(version) AS version FROM hub.address_source
            WHERE entry_id IS NOT NULL GROUP BY entry_id
        ) taken
        JOIN hub.row_set ON row_set.entry_id = taken.entry_id AND row_set.version > taken.version
        JOIN hub.entry ON entry.id = taken.entry_id AND entry.withdrawn_at IS NULL
        ORDER BY entry.name
        """
    )
    return [row.name for row in unit.connection.execute(statement)]
