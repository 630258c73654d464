"""Which of some values stand in an item of another resource: one question a chunk, answered by the item's index.

Rules run beside the transaction of the push, in the thread that reads the file, so each question takes a short
transaction of its own; nothing of the other resource is kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from psycopg import sql

from hub.database import Unit
from hub.rows.sealed_state import stored_forms

if TYPE_CHECKING:
    import sqlalchemy as sa

    from hub.rows.tables import RowTable


@dataclass(frozen=True, slots=True)
class StoredValues:
    """The values of one item of one resource, as they stand now."""

    engine: sa.Engine
    table: RowTable
    column: str

    def holds(self, values: pl.Series) -> pl.Series:
        """Say of each value (text, distinct, no nulls) whether the resource holds it."""
        statement = sql.SQL(
            "SELECT w.place FROM unnest(%s::int[], %s::text[]) AS w(place, value)"
            ' WHERE EXISTS (SELECT 1 FROM {table} r WHERE r.{column} = w.value COLLATE "C")'
        ).format(table=self.table.current, column=sql.Identifier(self.column))
        with self.engine.begin() as connection:
            unit = Unit(connection)
            unit.driver.execute("SET LOCAL random_page_cost = 1.1")
            given = stored_forms(self.table, self.column, values.to_list())
            places, texts = [place for place, _ in given], [text for _, text in given]
            found = {int(row[0]) for row in unit.driver.execute(statement, (places, texts))}
        return pl.Series([place in found for place in range(len(values))], dtype=pl.Boolean)


def has_rows(unit: Unit, table: RowTable) -> bool:
    """Say whether anything was ever pushed to the resource: without its tables nothing can be asked."""
    row = unit.driver.execute("SELECT version > 0 FROM hub.row_set WHERE entry_id = %s", (table.entry_id,)).fetchone()
    return row is not None and bool(row[0])
