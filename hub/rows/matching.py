"""Many records by their keys in one statement, for batch comparison inside the hub: the values are told to nobody.

The distinct keys go into a temporary table by COPY and are joined once with the resource's rows; never a query a
row. A key under which several records stand gives none of them. Only items the permit lets be matched find records,
only items it gives in full, masked or for verification are read. Zhengzhou Art. 20; 政府信息公开条例 Art. 37.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.numeric import Int8

from hub.rows.compiler import row_filter_sql
from hub.rows.conditions import Sql, quoted
from hub.rows.errors import NotQueryableError, PermitMismatchError, QueryTimeoutError
from hub.rows.lookup import COMPARABLE
from hub.rows.sealed import opened_rows
from hub.rows.sealed_state import sealing_of
from hub.rows.tables import sql_type
from policies.facts import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.database import Database
    from hub.rows.sealed_state import Sealing
    from hub.rows.tables import RowTable
    from policies.decision import Permit

SECONDS = 60.0
"""Longest statement of one batch; the limits of single questions are shorter."""
_SORT_MEMORY = "64MB"


@dataclass(frozen=True, slots=True)
class Matcher:
    """A batch ready to run: which items find a record, which are read."""

    table: RowTable
    key: tuple[str, ...]
    columns: tuple[str, ...]
    temporary: bytes
    load: bytes
    statement: bytes
    parameters: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """What stands under the keys: by place of the key ``_row`` and values; ``ambiguous`` the keys of several records.

    ``version`` is the number of the push all of them stand at; the values are kept out of ``repr`` and logs.
    """

    found: dict[int, tuple[int, tuple[Any, ...]]] = field(repr=False)
    ambiguous: frozenset[int]
    version: int


def compile_match(permit: Permit, table: RowTable, key: tuple[str, ...], columns: tuple[str, ...]) -> Matcher:
    """Return the statements that read ``columns`` of the records under any number of keys.

    Raises:
        PermitMismatchError: the permit is for another resource, or not for matching.
        NotQueryableError: an item of the key may not be matched, or a column not be compared.
        RowFilterError: the grant's row filter cannot be carried out.

    """
    if permit.resource_id != str(table.entry_id) or permit.action is not Action.MATCH:
        raise PermitMismatchError
    if not key or not set(key) <= (permit.matchable | permit.queryable) & table.by_column.keys():
        raise NotQueryableError("key")
    if not columns or any(
        name not in table.by_column or permit.treatment_of(name) not in COMPARABLE for name in columns
    ):
        raise NotQueryableError("claims")
    kinds = [sql_type(table.by_column[name]) for name in key]
    asked = ", ".join(
        f"k{n} {kind}" + (' COLLATE "C"' if kind == "text" else "") + " NOT NULL" for n, kind in enumerate(kinds)
    )
    built = _statement(table, key, columns, row_filter_sql(table, permit))
    names = ", ".join(f"k{n}" for n in range(len(key)))
    return Matcher(
        table=table,
        key=key,
        columns=columns,
        temporary=f"CREATE TEMPORARY TABLE _match_key (n integer NOT NULL, {asked}) ON COMMIT DROP".encode(),
        load=f"COPY _match_key (n, {names}) FROM STDIN (FORMAT BINARY)".encode(),
        statement=built.statement(),
        parameters=built.bound(),
    )


def _statement(table: RowTable, key: tuple[str, ...], columns: tuple[str, ...], narrowed: Sql) -> Sql:
    name = table.entry_id.hex
    on = " AND ".join(f"t.{quoted(column)} = m.k{n}" for n, column in enumerate(key))
    values = ", ".join(f"t.{quoted(column)}" for column in columns)
    where = Sql(["WHERE true"])
    if narrowed.text:
        where.add("AND")
        where.extend(narrowed)
    built = Sql()
    if set(key) == set(table.key):
        # The key is unique: at most one record each, and its index finds it.
        built.add(f"SELECT m.n, 1::bigint, t._row, {values} FROM _match_key m JOIN data.r_{name} t ON {on}")  # noqa: S608
        built.extend(where)
        return built
    # Each row of the resource joins at most one of the distinct keys, so this reads the resource once at most.
    built.add("WITH hit AS (SELECT m.n, count(*) AS many, min(t._row) AS _row")
    built.add(f"FROM _match_key m JOIN data.r_{name} t ON {on}")
    built.extend(where)
    built.add(f"GROUP BY m.n) SELECT hit.n, hit.many, hit._row, {values} FROM hit")  # noqa: S608 - validated
    built.add(f"LEFT JOIN data.r_{name} t ON hit.many = 1 AND t._row = hit._row")
    return built


def run_match(database: Database, matcher: Matcher, keys: Sequence[tuple[object, ...]]) -> Records:
    """Return the records under distinct ``keys`` (typed as :func:`hub.rows.operands.operand` does), of one moment.

    Blocks; call it off the event loop.

    Raises:
        QueryTimeoutError: it took longer than :data:`SECONDS`.

    """
    try:
        with database.begin(statement_timeout_seconds=SECONDS) as unit:
            driver = unit.driver
            driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            state = driver.execute(
                "SELECT version FROM hub.row_set WHERE entry_id = %s", (matcher.table.entry_id,)
            ).fetchone()
            if state is None:
                return Records({}, frozenset(), 0)
            sealing = sealing_of(driver, matcher.table)  # of the same snapshot as the rows
            driver.execute(f"SET LOCAL work_mem = '{_SORT_MEMORY}'")
            driver.execute(matcher.temporary)
            _load(driver, matcher, keys, sealing)
            driver.execute("ANALYZE _match_key")
            rows = driver.execute(matcher.statement, matcher.parameters).fetchall()
    except psycopg.errors.QueryCanceled:
        raise QueryTimeoutError from None
    table = matcher.table
    sealed = [
        (3 + place, seals) for place, name in enumerate(matcher.columns) if (seals := table.seals_of(name)) is not None
    ]
    found = {int(row[0]): (int(row[2]), row[3:]) for row in opened_rows(rows, sealed) if row[1] == 1}
    return Records(found, frozenset(int(row[0]) for row in rows if row[1] != 1), int(state[0]))


_BINARY = {
    "text": "text",
    "bigint": "int8",
    "numeric": "numeric",
    "double precision": "float8",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "boolean": "bool",
    "bytea": "bytea",
}


def _load(
    driver: psycopg.Connection[tuple[Any, ...]], matcher: Matcher, keys: Sequence[tuple[object, ...]], sealing: Sealing
) -> None:
    kinds = [_BINARY[sql_type(matcher.table.by_column[name])] for name in matcher.key]
    with driver.cursor() as cursor, cursor.copy(matcher.load) as copy:
        copy.set_types(["int4", *kinds])
        for place, key in enumerate(keys):
            stored = map(sealing.value, matcher.key, key)
            copy.write_row((place, *(int(value) if isinstance(value, Int8) else value for value in stored)))
