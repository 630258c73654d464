"""History that is no longer kept leaves the tables; current rows are not touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from hub.database import Unit


def candidates(unit: Unit) -> Sequence[uuid.UUID]:
    """Return resources whose published entry says how much history is kept and that have any."""
    found = unit.driver.execute(
        "SELECT s.entry_id FROM hub.row_set s JOIN hub.entry e ON e.id = s.entry_id JOIN hub.entry_version v"
        " ON v.entry_id = e.id AND v.number = e.published_version WHERE s.version > 1 AND e.withdrawn_at IS NULL"
        " AND (v.body #> '{push,keep_versions}' <> 'null' OR v.body #> '{push,keep_days}' <> 'null')"
        " ORDER BY s.entry_id"
    ).fetchall()
    return [row[0] for row in found]


def trim(unit: Unit, entry_id: uuid.UUID, earliest: int) -> int:
    """Remove the states that stood only before version ``earliest``; returns how many."""
    unit.driver.execute("DELETE FROM hub.row_erased WHERE entry_id = %s AND number <= %s", (entry_id, earliest))
    return unit.driver.execute(
        sql.SQL("DELETE FROM {} WHERE _until <= %s").format(sql.Identifier("data", f"h_{entry_id.hex}")), (earliest,)
    ).rowcount
