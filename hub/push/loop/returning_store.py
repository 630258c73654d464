"""Where mended rows meet what stands by now: the rows of their keys, and the versions that came since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from psycopg import sql

from connectors.port import LINE
from hub.push import tables as push_tables
from hub.push.merge import MergeMode
from hub.rows import staging
from hub.rows.sealed_state import sealing_of
from hub.rows.tables import lock

if TYPE_CHECKING:
    import uuid

    import polars as pl

    from hub.database import Unit
    from hub.rows.tables import RowTable

_PUSH = push_tables.push


@dataclass(frozen=True, slots=True)
class Met:
    """A mended row whose key is there: its line, the version that wrote or closed it, and from which line."""

    line: int
    version: int
    from_line: int | None
    is_closed: bool


def later_full(unit: Unit, entry_id: uuid.UUID, number: int) -> tuple[int, uuid.UUID] | None:
    """Return version and id of the newest whole table pushed after a version; None where there is none."""
    row = unit.connection.execute(
        sa.select(_PUSH.c.number, _PUSH.c.id)
        .where(_PUSH.c.entry_id == entry_id, _PUSH.c.number > number, _PUSH.c.mode == MergeMode.FULL.value)
        .order_by(_PUSH.c.number.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.number, row.id)


def mending_versions(unit: Unit, push_id: uuid.UUID) -> frozenset[int]:
    """Return the versions in which earlier mended rows of the same push came in."""
    found = sa.select(_PUSH.c.number).where(_PUSH.c.resumes == push_id, _PUSH.c.number.is_not(None))
    return frozenset(unit.connection.execute(found).scalars())


def met_rows(unit: Unit, table: RowTable, number: int, rows: pl.DataFrame) -> list[Met]:
    """Return the rows whose key was written or closed by version ``number`` or a later one.

    ``rows`` holds the key columns and the line; the key has no nulls.
    """
    driver = unit.driver
    names = sql.SQL(", ").join(map(sql.Identifier, table.key))
    driver.execute(
        sql.SQL("CREATE TEMP TABLE held_keys ON COMMIT DROP AS SELECT _line, {} FROM {} WITH NO DATA").format(
            names, table.current
        )
    )
    lock(unit, table.entry_id)  # the merge takes it anyway; from here on nothing is sealed anew
    keys = sealing_of(driver, table).frame(rows.select(LINE, *table.key))
    staging.copy_in(driver, sql.Identifier("held_keys"), (LINE, *table.key), [keys])
    same = sql.SQL(" AND ").join(sql.SQL("t.{name} = k.{name}").format(name=sql.Identifier(name)) for name in table.key)
    found = driver.execute(
        sql.SQL(
            "SELECT k._line, t._push, t._line, false FROM held_keys k JOIN {current} t ON {same} WHERE t._push >= %s"
            " UNION ALL SELECT k._line, max(t._until), NULL, true FROM held_keys k JOIN {history} t ON {same}"
            " WHERE t._until > %s AND NOT EXISTS (SELECT 1 FROM {current} c WHERE c._row = t._row)"
            " GROUP BY k._line"
        ).format(current=table.current, history=table.history, same=same),
        (number, number),
    ).fetchall()
    driver.execute("DROP TABLE held_keys")
    return [Met(int(line), int(version), from_line, bool(closed)) for line, version, from_line, closed in found]
