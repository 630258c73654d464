"""The rows of an earlier version become the rows of the next one: exactly those, under their own ``_row``.

Works as a merge does: rows that are as they were are not touched, the states that go are kept in history, so a
way back can itself be taken back. Rows come back under the number they had; their line is that of the push they
are from (:mod:`hub.rows.lineage` finds it). Zhengzhou Art. 19.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from hub.rows import staging, writing
from hub.rows.tables import ensure, state, stored_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hub.database import Unit
    from hub.rows.staging import Driver
    from hub.rows.tables import RowState, RowTable


@dataclass(frozen=True, slots=True)
class Restoration:
    """Rows by what going back does to them; ``rows`` stand afterwards."""

    inserted: int
    changed: int
    unchanged: int
    closed: int
    rows: int


def _cast(columns: Iterable[str], alias: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, name) for name in columns)


def compare(unit: Unit, table: RowTable, version: int) -> tuple[Restoration, RowState]:
    """Find what going back to ``version`` does, and lay it ready in temporary tables; nothing is changed yet."""
    unit.driver.execute("SET LOCAL statement_timeout = 0")
    ensure(unit, table)
    driver, before = unit.driver, state(unit, table.entry_id)
    parts = {"current": table.current, "history": table.history, "version": sql.Literal(version)}
    columns = stored_columns(driver, table)
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE merge_gone ON COMMIT DROP AS SELECT r._row FROM {current} r WHERE r._push > {version}"
            " AND NOT EXISTS (SELECT 1 FROM {history} h WHERE h._row = r._row"
            " AND h._push <= {version} AND h._until > {version})"
        ).format(**parts)
    )
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE merge_plan ON COMMIT DROP AS SELECT h._row, h._push, r._row IS NOT NULL AS stands,"
            " r._row IS NULL OR ROW({old}) IS DISTINCT FROM ROW({new}) AS differs"
            " FROM {history} h LEFT JOIN {current} r USING (_row)"
            " WHERE h._push <= {version} AND h._until > {version}"
        ).format(old=_cast(columns, "h"), new=_cast(columns, "r"), **parts)
    )
    for name in (staging.GONE, staging.PLAN):
        driver.execute(sql.SQL("ANALYZE {}").format(name))
    closed = writing.closing(driver)
    counted = driver.execute(
        sql.SQL("SELECT count(*) FILTER (WHERE NOT stands), count(*) FILTER (WHERE stands AND differs) FROM {}").format(
            staging.PLAN
        )
    ).fetchone()
    inserted, changed = (int(value) for value in counted or (0, 0))
    unchanged = before.row_count - closed - changed
    found = Restoration(inserted, changed, unchanged, closed, before.row_count - closed + inserted)
    return found, before


def restore(
    unit: Unit, table: RowTable, version: int, number: int, consented: Callable[[int, RowState], None]
) -> Restoration:
    """Make the rows of ``version`` those of the new version ``number``.

    ``consented`` is asked with the number of rows that would be closed, and raises where that is too many.
    """
    found, before = compare(unit, table, version)
    consented(found.closed, before)
    driver, columns = unit.driver, stored_columns(unit.driver, table)
    target = writing.Target(table, number, before.next_row)
    which = sql.SQL("SELECT _row FROM {} UNION ALL SELECT _row FROM {} WHERE stands AND differs")
    writing.archive(driver, target, which.format(staging.GONE, staging.PLAN))
    writing.close(driver, table)
    _write_back(driver, target, columns)
    staging.drop_temporary(driver)
    driver.execute(
        "UPDATE hub.row_set SET version = %s, row_count = %s, indexed = true, changed_at = now() WHERE entry_id = %s",
        (number, found.rows, table.entry_id),
    )
    return found


def _write_back(driver: Driver, target: writing.Target, columns: tuple[str, ...]) -> None:
    """Write the earlier states. History of an older release has no checksums: the next full push renews them."""
    values = _cast(columns, "h")
    sums = sql.SQL(", ").join(
        sql.SQL("coalesce(h.{}, hashtextextended(ROW({})::text, {}))").format(sql.Identifier(name), values, salt)
        for name, salt in (("_sum_a", sql.Literal(1)), ("_sum_b", sql.Literal(2)))
    )
    joined = sql.SQL("{} p JOIN {} h ON h._row = p._row AND h._push = p._push").format(
        staging.PLAN, target.table.history
    )
    names = writing.names(("_push", "_line", "_sum_a", "_sum_b", *columns))
    new = sql.SQL("{}, NULL, {}, {}").format(sql.Literal(target.number), sums, values)
    driver.execute(
        sql.SQL("UPDATE {} r SET ({}) = ROW({}) FROM {} WHERE r._row = p._row AND p.stands AND p.differs").format(
            target.table.current, names, new, joined
        )
    )
    driver.execute(
        sql.SQL("INSERT INTO {} (_row, {}) SELECT h._row, {} FROM {} WHERE NOT p.stands ORDER BY {}").format(
            target.table.current, names, new, joined, _cast(target.table.key or ("_row",), "h")
        )
    )


def forget(unit: Unit) -> None:
    """Drop what :func:`compare` laid ready."""
    staging.drop_temporary(unit.driver)
