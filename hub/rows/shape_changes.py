"""What a push did to shapes: the earlier and the new place of the rows it changed, to tell a systematic shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from hub.rows.shapes import centre_of

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.rows.tables import RowTable

MOST = 1_000
Place = tuple[float, float]


def moved(unit: Unit, table: RowTable, column: str, number: int) -> list[tuple[Place, Place]]:
    """Return the places (longitude, latitude) of rows before and after version ``number``, :data:`MOST` at most."""
    found = unit.driver.execute(
        sql.SQL(
            "SELECT h.{shape}, r.{shape} FROM {history} h JOIN {current} r USING (_row)"
            " WHERE h._until = %s AND r._push = %s AND h.{shape} IS NOT NULL AND r.{shape} IS NOT NULL LIMIT {most}"
        ).format(shape=sql.Identifier(column), history=table.history, current=table.current, most=sql.Literal(MOST)),
        (number, number),
    )
    return [(centre_of(bytes(before)), centre_of(bytes(after))) for before, after in found]
