"""Rows that must not be there any more, nor ever have been: gone from the current rows and from all history.

个人信息保护法 Art. 47. What remains is a number and the version from which on it is gone, so that whoever follows
the changes deletes it too. Values leave the tables with the transaction; the pages of the database file are written
over as PostgreSQL uses them again, and backups made before keep them until they are destroyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from hub.rows import staging, writing
from hub.rows.tables import ensure, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from hub.database import Unit
    from hub.rows.tables import RowTable


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went: ``rows`` numbers, of which ``current`` still stood, with ``states`` earlier states."""

    rows: int
    current: int
    states: int
    standing: int
    """Rows that stand now."""


def erase(unit: Unit, table: RowTable, number: int, keys: pl.DataFrame, rows: Sequence[int] = ()) -> Erased:
    """Erase by key (columns of the key; empty where there is none) and by ``_row``, as version ``number``."""
    unit.driver.execute("SET LOCAL statement_timeout = 0")
    ensure(unit, table)
    driver, before = unit.driver, state(unit, table.entry_id)
    driver.execute("CREATE TEMP TABLE merge_gone (_row bigint NOT NULL, since bigint NOT NULL) ON COMMIT DROP")
    places = (table.current, table.history)
    for place in places:
        driver.execute(
            sql.SQL("INSERT INTO {} SELECT _row, _push FROM {} WHERE _row = ANY(%s)").format(staging.GONE, place),
            (list(rows),),
        )
    if table.key and keys.height:
        staging.put_kept(driver, table, keys)
        for place in places:
            driver.execute(
                sql.SQL("INSERT INTO {} SELECT r._row, r._push FROM {} r JOIN {} k ON {}").format(
                    staging.GONE, place, staging.KEPT, writing.equal(table, "r", "k")
                )
            )
    marked = driver.execute(
        sql.SQL(
            "INSERT INTO hub.row_erased (entry_id, number, row, since)"
            " SELECT %s, %s, _row, min(since) FROM {} GROUP BY _row"
        ).format(staging.GONE),
        (table.entry_id, number),
    ).rowcount
    gone = [
        driver.execute(
            sql.SQL("DELETE FROM {} r USING {} g WHERE r._row = g._row").format(place, staging.GONE)
        ).rowcount
        for place in places
    ]
    staging.drop_temporary(driver)
    driver.execute(
        "UPDATE hub.row_set SET version = %s, row_count = row_count - %s, changed_at = now() WHERE entry_id = %s",
        (number, gone[0], table.entry_id),
    )
    return Erased(marked, gone[0], gone[1], before.row_count - gone[0])
