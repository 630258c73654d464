"""What stands in a resource under some keys: so that a writer who names few items leaves the others as they are.

For the way in alone (hub.open.ckan, hub.push): the values go back into the rows they came from and are shown nobody.
Who calls this has checked that the writer is the provider (Zhengzhou Art. 19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import psycopg
from psycopg import sql

from hub.rows.operands import operand
from hub.rows.sealed_state import opened_frame, sealing_of
from hub.rows.tables import lock, sql_type, state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.database import Unit
    from hub.rows.tables import RowTable

PLACE = "_place"


def standing_rows(unit: Unit, table: RowTable, keys: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Return the rows that stand under keys, as texts by column, each with the place of its key (from 0).

    Args:
        unit: an open transaction.
        table: the rows.
        keys: one mapping a row, of every key column to its value.

    Raises:
        OperandError: a value is not of its item's type.

    """
    columns = [item.column for item in table.items]
    schema = {PLACE: pl.Int64, **dict.fromkeys(columns, pl.String)}
    if not keys or not table.key or state(unit, table.entry_id).version == 0:
        return pl.DataFrame(schema=schema)
    # Read in the transaction in which they are pushed: nothing is sealed anew before it ends.
    lock(unit, table.entry_id)
    sealing = sealing_of(unit.driver, table)
    typed: list[list[Any]] = [
        [sealing.value(name, operand(table.by_column[name], key[name], name)) for key in keys] for name in table.key
    ]
    given = sql.SQL(", ").join(
        sql.SQL("%s::{}[]").format(sql.SQL(sql_type(table.by_column[name]))) for name in table.key
    )
    named = sql.SQL(", ").join(sql.Identifier(f"k{number}") for number in range(len(table.key)))
    fits = sql.SQL(" AND ").join(
        sql.SQL("t.{} = g.{}").format(sql.Identifier(name), sql.Identifier(f"k{number}"))
        for number, name in enumerate(table.key)
    )
    return _fetched(unit, table, sql.SQL("unnest({}) WITH ORDINALITY AS g({}, {})").format(
        given, named, sql.Identifier(PLACE)
    ), (fits, typed), schema)  # fmt: skip


def numbered_rows(unit: Unit, table: RowTable, numbers: Sequence[int]) -> pl.DataFrame:
    """Return the rows of some row numbers, as texts by column, each with the place of its number (from 0)."""
    schema = {PLACE: pl.Int64, **dict.fromkeys([item.column for item in table.items], pl.String)}
    if not numbers or state(unit, table.entry_id).version == 0:
        return pl.DataFrame(schema=schema)
    given = sql.SQL("unnest(%s::bigint[]) WITH ORDINALITY AS g(k0, {})").format(sql.Identifier(PLACE))
    return _fetched(unit, table, given, (sql.SQL("t._row = g.k0"), [list(numbers)]), schema)


def _fetched(
    unit: Unit,
    table: RowTable,
    given: sql.Composed,
    fitting: tuple[sql.Composable, list[list[Any]]],
    schema: Mapping[str, pl.DataType | type[pl.DataType]],
) -> pl.DataFrame:
    fits, parameters = fitting
    chosen = sql.SQL(", ").join(sql.SQL("t.{}::text").format(sql.Identifier(item.column)) for item in table.items)
    statement = sql.SQL("SELECT g.{} - 1, {} FROM {} JOIN {} t ON {}").format(
        sql.Identifier(PLACE), chosen, given, table.current, fits
    )
    try:
        with unit.driver.transaction():
            found = unit.driver.execute(statement, parameters).fetchall()
    except psycopg.errors.UndefinedTable:
        found = []
    return opened_frame(table, pl.DataFrame(found, schema=dict(schema), orient="row"))
