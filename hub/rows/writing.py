"""The writing half of a merge: what staged rows mean against the current ones, and the statements that do it.

Works on the temporary tables of :mod:`hub.rows.staging`: ``merge_stage`` (rows to look at),
``merge_plan`` (their earlier state), ``merge_gone`` (rows to close). Rows are always changed in place:
a new table that takes the old one's name would be about twice as fast when nearly all rows change, but it
stops readers for a moment, and to a reader whose snapshot is older it looks empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl
from psycopg import sql

from hub.rows import staging
from hub.rows.tables import stored_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.rows.staging import Driver
    from hub.rows.tables import RowTable

SUMS = ("_sum_a", "_sum_b")
# Joins over whole pushes happen in memory up to here; what a small push needs is far less.
WORK_MEM = "64MB"
REFUSED_ROWS = 50_000
Refusing = Literal["taken", "unknown"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many staged rows are new, changed, and have an earlier state at all."""

    new: int
    changed: int
    found: int


@dataclass(frozen=True, slots=True)
class Target:
    """What is written: the table, the version number, the first free ``_row``."""

    table: RowTable
    number: int
    next_row: int


def names(columns: Iterable[str]) -> sql.Composed:
    """Return a list of column names."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _of(alias: str, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, name) for name in columns)


def equal(table: RowTable, left: str, right: str) -> sql.Composed:
    """Return the condition that two rows have the same key."""
    a, b = sql.Identifier(left), sql.Identifier(right)
    return sql.SQL(" AND ").join(
        sql.SQL("{}.{} = {}.{}").format(a, sql.Identifier(name), b, sql.Identifier(name)) for name in table.match
    )


def _numbers(driver: Driver, statement: sql.Composed) -> list[int]:
    found = driver.execute(statement).fetchone()
    return [int(str(value)) for value in found or ()]


def _favour_indexes(driver: Driver) -> None:
    driver.execute(sql.SQL("SET LOCAL work_mem = {}").format(sql.Literal(WORK_MEM)))
    # Few staged rows must find their earlier state by index, not by reading the whole table.
    driver.execute("SET LOCAL random_page_cost = 1.1")


def plan_keys(driver: Driver, table: RowTable) -> None:
    """Find for each staged key the row it names."""
    _favour_indexes(driver)
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE merge_plan ON COMMIT DROP AS SELECT s._n, r._row FROM {} s LEFT JOIN {} r ON {}"
        ).format(staging.STAGE, table.current, equal(table, "r", "s"))
    )


def refused_lines(driver: Driver, mode: Refusing) -> Iterator[pl.Series]:
    """Yield the lines of staged rows that cannot be done, in file order, some at a time.

    ``taken``: the key is there already with other values. ``unknown``: the key names no row.
    """
    which = "p._row IS NOT NULL AND p.differs" if mode == "taken" else "p._row IS NULL"
    statement = sql.SQL("SELECT s._line FROM {} s JOIN {} p USING (_n) WHERE {} ORDER BY s._n").format(
        staging.STAGE, staging.PLAN, sql.SQL(which)
    )
    with driver.cursor(name="refused") as cursor:
        cursor.execute(statement)
        while found := cursor.fetchmany(REFUSED_ROWS):
            yield pl.Series(staging.LINE, [row[0] for row in found], dtype=pl.Int64)


def plan(driver: Driver, table: RowTable) -> Plan:
    """Find for each staged row its earlier state, by key, and whether any value differs."""
    _favour_indexes(driver)
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE merge_plan ON COMMIT DROP AS SELECT s._n, r._row,"
            " ROW({new}) IS DISTINCT FROM ROW({old}) AS differs,"
            " ROW({sums}) IS DISTINCT FROM ROW({old_sums}) AS stale"
            " FROM {stage} s LEFT JOIN {current} r ON {equal}"
        ).format(
            new=_of("s", table.columns),
            old=_of("r", table.columns),
            sums=_of("s", SUMS),
            old_sums=_of("r", SUMS),
            stage=staging.STAGE,
            current=table.current,
            equal=equal(table, "r", "s"),
        )
    )
    counted = sql.SQL(
        "SELECT count(*) FILTER (WHERE _row IS NULL), count(*) FILTER (WHERE _row IS NOT NULL AND differs),"
        " count(_row) FROM {}"
    )
    driver.execute(sql.SQL("ANALYZE {}").format(staging.PLAN))
    return Plan(*_numbers(driver, counted.format(staging.PLAN)))


def repeats(driver: Driver) -> int:
    """Return how many staged rows share their earlier row with another: the same key came twice."""
    statement = sql.SQL("SELECT count(_row) - count(DISTINCT _row) FROM {}").format(staging.PLAN)
    return _numbers(driver, statement)[0]


def spare_replaced(driver: Driver) -> int:
    """Take the rows that staged rows replace out of what is to be closed; return how many there were."""
    statement = sql.SQL("DELETE FROM {} g USING {} p WHERE g._row = p._row")
    return driver.execute(statement.format(staging.GONE, staging.PLAN)).rowcount


def spare_rejected(driver: Driver, table: RowTable, keys: pl.DataFrame) -> int:
    """Take the earlier versions of rejected rows out of what is to be closed; return how many there were."""
    staging.put_kept(driver, table, keys)
    statement = sql.SQL("DELETE FROM {} g USING {} r, {} k WHERE g._row = r._row AND {}")
    return driver.execute(statement.format(staging.GONE, table.current, staging.KEPT, equal(table, "r", "k"))).rowcount


def spare_all(driver: Driver) -> int:
    """Close nothing; return how many rows would have been closed."""
    return driver.execute(sql.SQL("DELETE FROM {}").format(staging.GONE)).rowcount


def closing(driver: Driver) -> int:
    """Return how many rows are to be closed."""
    return _numbers(driver, sql.SQL("SELECT count(*) FROM {}").format(staging.GONE))[0]


def write(driver: Driver, target: Target, planned: Plan, gone: int) -> None:
    """Carry out the plan: old states to history, changed and new rows written, missing rows closed."""
    if planned.changed:
        archive(driver, target, sql.SQL("SELECT _row FROM {} WHERE differs AND _row IS NOT NULL").format(staging.PLAN))
    if gone:
        archive(driver, target, sql.SQL("SELECT _row FROM {}").format(staging.GONE))
        close(driver, target.table)
    _update(driver, target, planned)
    if planned.new:
        _insert(driver, target)


def close(driver: Driver, table: RowTable) -> None:
    """Delete the rows to be closed from the current ones; their state is in history by now."""
    statement = sql.SQL("DELETE FROM {} r USING {} g WHERE r._row = g._row")
    driver.execute(statement.format(table.current, staging.GONE))


def archive(driver: Driver, target: Target, which: sql.Composable) -> None:
    """Copy the present state of some rows to history, closed by this push.

    All stored columns go along, also of items that have left the entry since: their versions show them.
    """
    columns = stored_columns(driver, target.table)
    driver.execute(
        sql.SQL(
            "INSERT INTO {history} (_row, _push, _until, _line, _sum_a, _sum_b, {items})"
            " SELECT r._row, r._push, {number}, r._line, r._sum_a, r._sum_b, {values}"
            " FROM {current} r JOIN ({which}) w USING (_row) ORDER BY r._row"
        ).format(
            history=target.table.history,
            items=names(columns),
            number=sql.Literal(target.number),
            values=_of("r", columns),
            current=target.table.current,
            which=which,
        )
    )


def _update(driver: Driver, target: Target, planned: Plan) -> None:
    table = target.table
    statement = sql.SQL(
        "UPDATE {current} r SET {assign} FROM {plan} p JOIN {stage} s USING (_n) WHERE r._row = p._row AND {which}"
    )

    def assign(columns: Iterable[str]) -> sql.Composed:
        each = (sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("s", name)) for name in columns)
        return sql.SQL(", ").join(each)

    parts = {"current": table.current, "plan": staging.PLAN, "stage": staging.STAGE}
    if planned.changed:
        pushed = sql.SQL("_push = {}, ").format(sql.Literal(target.number))
        values = pushed + assign((staging.LINE, *SUMS, *table.columns))
        driver.execute(statement.format(**parts, assign=values, which=sql.SQL("p.differs")))
    if planned.found > planned.changed:
        # Rows equal in value whose checksum came from another release of the hash: renew the checksum only.
        which = sql.SQL("NOT p.differs AND p.stale")
        driver.execute(statement.format(**parts, assign=assign(SUMS), which=which))


def _new_rows(target: Target) -> sql.Composed:
    """Return the SELECT of new rows in the order of the push, numbered on from the last ``_row``."""
    return sql.SQL(
        "SELECT {first} + row_number() OVER (ORDER BY s._n) - 1 AS _row, {number} AS _push, {values}"
        " FROM {stage} s JOIN {plan} p USING (_n) WHERE p._row IS NULL"
    ).format(
        first=sql.Literal(target.next_row),
        number=sql.Literal(target.number),
        values=_of("s", (staging.LINE, *SUMS, *target.table.columns)),
        stage=staging.STAGE,
        plan=staging.PLAN,
    )


def _insert(driver: Driver, target: Target) -> None:
    # In key order, so that neighbours in the key index are written together.
    columns = ("_row", "_push", staging.LINE, *SUMS, *target.table.columns)
    driver.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM ({}) n ORDER BY {}").format(
            target.table.current,
            names(columns),
            _of("n", columns),
            _new_rows(target),
            _of("n", target.table.match),
        )
    )
