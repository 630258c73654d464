"""One record over time: where it stands, whether items of it changed since a version, since when they stand so.

For corrections (政务数据共享条例 Art. 26): a case is tied to a row, and «corrected» must be true of the row. No value
leaves this module: it answers with row numbers, versions, and names of items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from hub.rows.compiler import row_filter_sql
from hub.rows.conditions import Sql
from hub.rows.operands import operand
from hub.rows.sealed import forms, opened
from hub.rows.tables import sql_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hub.database import Unit
    from hub.rows.tables import RowTable
    from policies.decision import Permit

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

MOST = 2
"""More records under one key are not looked at: the key is ambiguous."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its ``_row``, and the version (push number) that wrote it as it is."""

    row: int
    version: int


def _statement(table: RowTable, key: Mapping[str, object], most: int = MOST) -> tuple[sql.Composed, list[object]]:
    parts, values = [], list[object]()
    for column, value in key.items():
        typed, seals = operand(table.by_column[column], value, column), table.seals_of(column)
        text = "{} = %s::{}" if seals is None else "{} = ANY(%s::{}[])"
        parts.append(sql.SQL(text).format(sql.Identifier(column), sql.SQL(sql_type(table.by_column[column]))))
        values.append(typed if seals is None else forms(seals, str(typed)))
    return sql.SQL("SELECT _row, _push FROM {} WHERE {} ORDER BY _row LIMIT {}").format(
        table.current, sql.SQL(" AND ").join(parts), sql.Literal(most)
    ), values


def locate(unit: Unit, table: RowTable, key: Mapping[str, object], most: int = MOST) -> tuple[Place, ...]:
    """Return the records with these values in the order of ``_row``, at most ``most``; ``key`` names columns.

    Raises:
        OperandError: a value is not of its item's type.

    """
    statement, values = _statement(table, key, most)
    try:
        with unit.driver.transaction():
            found = unit.driver.execute(statement, values).fetchall()
    except psycopg.errors.UndefinedTable:
        return ()
    return tuple(Place(int(row), int(version)) for row, version in found)


async def locate_async(connection: AsyncDriver, table: RowTable, key: Mapping[str, object]) -> tuple[Place, ...]:
    """Return :func:`locate` on an async connection, for the hot paths where a resource has open cases."""
    statement, values = _statement(table, key)
    try:
        found = await (await connection.execute(statement, values)).fetchall()
    except psycopg.errors.UndefinedTable:
        return ()
    return tuple(Place(int(row), int(version)) for row, version in found)


async def within(connection: AsyncDriver, table: RowTable, rows: Sequence[int], permit: Permit) -> frozenset[int]:
    """Return which of these ``_row`` stand now and pass the permit's row filter.

    Raises:
        RowFilterError: the filter cannot be carried out.

    """
    narrowed = row_filter_sql(table, permit)
    built = Sql()
    built.add(f"SELECT _row FROM data.r_{table.entry_id.hex} WHERE _row = ANY(%s)", list(rows))  # noqa: S608 - a UUID
    if narrowed.text:
        built.add("AND")
        built.extend(narrowed)
    try:
        found = await connection.execute(built.statement(), built.bound())
        return frozenset(int(row) for (row,) in await found.fetchall())
    except psycopg.errors.UndefinedTable:
        return frozenset()


def changed_items(unit: Unit, table: RowTable, place: Place, items: Sequence[str]) -> frozenset[str] | None:
    """Return which items differ now from what stood at ``place.version``; None when the record is gone."""
    driver = unit.driver
    names = [name for name in items if name in table.by_column]
    if not names:
        return frozenset()
    differs = sql.SQL(", ").join(
        sql.SQL("n.{c} IS DISTINCT FROM o.{c}").format(c=sql.Identifier(name)) for name in names
    )
    now = driver.execute(sql.SQL("SELECT _push FROM {} WHERE _row = %s").format(table.current), (place.row,)).fetchone()
    if now is None:
        return None
    if int(now[0]) <= place.version:
        return frozenset()
    found = driver.execute(
        sql.SQL(
            "SELECT {differs} FROM {current} n JOIN {history} o USING (_row)"
            " WHERE n._row = %s AND o._push <= %s AND o._until > %s"
        ).format(differs=differs, current=table.current, history=table.history),
        (place.row, place.version, place.version),
    ).fetchone()
    if found is None:
        return frozenset()
    return frozenset(name for name, is_changed in zip(names, found, strict=True) if is_changed)


def standing_since(unit: Unit, table: RowTable, place: Place, items: Sequence[str]) -> int:
    """Return the version since which these items of a record have held what they hold at ``place.version``.

    The copies that may be wrong are those taken from then on.
    """
    names = [name for name in items if name in table.by_column]
    every = sql.SQL(
        "(SELECT _push, _row, {cols} FROM {current} WHERE _row = %s UNION ALL"
        " SELECT _push, _row, {cols} FROM {history} WHERE _row = %s)"
    ).format(cols=sql.SQL(", ").join(map(sql.Identifier, names)), current=table.current, history=table.history)
    same = sql.SQL(" AND ").join(
        sql.SQL("s.{c} IS NOT DISTINCT FROM k.{c}").format(c=sql.Identifier(name)) for name in names
    )
    # Walk back from the state in question to the last one that differed; the one after it began the value.
    found = unit.driver.execute(
        sql.SQL(
            "WITH states AS {every}, known AS (SELECT * FROM states WHERE _push <= %s ORDER BY _push DESC LIMIT 1),"
            " other AS (SELECT max(s._push) AS last FROM states s, known k WHERE s._push <= %s AND NOT ({same}))"
            " SELECT min(s._push) FROM states s, other o WHERE s._push <= %s AND s._push > coalesce(o.last, 0)"
        ).format(every=every, same=same),
        (place.row, place.row, place.version, place.version, place.version),
    ).fetchone()
    return place.version if found is None or found[0] is None else int(found[0])


def digest_of(unit: Unit, table: RowTable, row: int, column: str, digest: Callable[[str], str]) -> str | None:
    """Return the digest of one item of a record; None where the record is gone or the item is missing in it."""
    found = unit.driver.execute(
        sql.SQL("SELECT {} FROM {} WHERE _row = %s").format(sql.Identifier(column), table.current), (row,)
    ).fetchone()
    if found is None or found[0] is None:
        return None
    seals = table.seals_of(column)
    return digest(str(found[0] if seals is None else opened(seals, found[0])))


def version_of(unit: Unit, table: RowTable) -> int:
    """Return the version the resource stands at; 0 before the first push."""
    found = unit.driver.execute("SELECT version FROM hub.row_set WHERE entry_id = %s", (table.entry_id,)).fetchone()
    return 0 if found is None else int(found[0])


def written_by(unit: Unit, table: RowTable, row: int) -> int | None:
    """Return the push that wrote a record as it stands; None when it is gone."""
    found = unit.driver.execute(
        sql.SQL("SELECT _push FROM {} WHERE _row = %s").format(table.current), (row,)
    ).fetchone()
    return None if found is None else int(found[0])
