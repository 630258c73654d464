"""The index by change number: made for resources whose changes somebody follows, and for no other.

Keeping it costs every push of every resource a little, so it is asked for by the first reader of a feed and built
by a sweep, in a transaction of its own. Building it stops other writers of the resource only, never readers; answers
are right without it, only slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from hub.rows.tables import lock

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit
    from hub.rows.store import AsyncDriver

INDEX_FROM_ROWS = 20_000
"""Smaller resources are read through as fast."""
_ASK = (
    "INSERT INTO hub.feed_index (entry_id, asked_at) SELECT entry_id, %s FROM hub.row_set"
    " WHERE entry_id = %s AND row_count >= %s ON CONFLICT (entry_id) DO NOTHING"
)


def ask(unit: Unit, entry_id: uuid.UUID, at: datetime) -> None:
    """Note that somebody follows the resource; does nothing where it is small or noted already."""
    unit.driver.execute(_ASK, (at, entry_id, INDEX_FROM_ROWS))


async def ask_async(connection: AsyncDriver, entry_id: uuid.UUID, at: datetime) -> None:
    """Note the same on an async connection in autocommit."""
    await connection.execute(_ASK, (at, entry_id, INDEX_FROM_ROWS), prepare=True)


def next_due(unit: Unit) -> uuid.UUID | None:
    """Return a resource whose index is asked for and not built; None when there is none."""
    row = unit.driver.execute(
        "SELECT entry_id FROM hub.feed_index WHERE built_at IS NULL ORDER BY asked_at LIMIT 1"
    ).fetchone()
    return None if row is None else row[0]


def build(unit: Unit, entry_id: uuid.UUID, at: datetime) -> None:
    """Build the index of one resource."""
    lock(unit, entry_id)
    unit.driver.execute("SET LOCAL statement_timeout = 0")
    unit.driver.execute(
        sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} (_push, _row)").format(
            sql.Identifier(f"r_{entry_id.hex}_push"), sql.Identifier("data", f"r_{entry_id.hex}")
        )
    )
    unit.driver.execute("UPDATE hub.feed_index SET built_at = %s WHERE entry_id = %s", (at, entry_id))
