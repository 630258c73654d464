"""What a push under way changes, read before it is kept or undone: changed rows with their old and new values.

Values are shown masked as in reports of rejected rows (:mod:`hub.push.masks`): enough to recognise a row, not to
use it. Only examples are given; the counts come from the merge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
from psycopg import sql

from hub.push.masks import masked
from hub.rows.sealed import opened_rows

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.database import Unit
    from hub.rows.tables import RowTable

EXAMPLES: Final = 10


def changed_rows(unit: Unit, table: RowTable, number: int, *, limit: int = EXAMPLES) -> list[dict[str, Any]]:
    """Return the first rows that version ``number`` changes: line of the file, key, and each item old and new."""
    columns = table.columns
    new = sql.SQL(", ").join(sql.SQL("c.{}::text").format(sql.Identifier(name)) for name in columns)
    old = sql.SQL(", ").join(sql.SQL("h.{}::text").format(sql.Identifier(name)) for name in columns)
    found = unit.driver.execute(
        sql.SQL(
            "SELECT c._line, {new}, {old} FROM {current} c JOIN {history} h ON h._row = c._row AND h._until = %s"
            " WHERE c._push = %s ORDER BY c._row LIMIT %s"
        ).format(new=new, old=old, current=table.current, history=table.history),
        (number, number, limit),
    ).fetchall()
    if not found:
        return []
    width = len(columns)
    sealed = [
        (1 + side + place, seals)
        for place, name in enumerate(columns)
        if (seals := table.seals_of(name)) is not None
        for side in (0, width)
    ]
    found = opened_rows(found, sealed)
    shown_new = _shown([row[1 : width + 1] for row in found], table.items)
    shown_old = _shown([row[width + 1 :] for row in found], table.items)
    return [
        {
            "line": row[0],
            "key": {name: shown_new[place][columns.index(name)] for name in table.key},
            "items": [
                {
                    "item": item.column,
                    "name": item.name,
                    "old": shown_old[place][index],
                    "new": shown_new[place][index],
                }
                for index, item in enumerate(table.items)
                if row[index + 1] != row[width + index + 1]
            ],
        }
        for place, row in enumerate(found)
    ]


def _shown(rows: list[tuple[Any, ...]], items: tuple[Item, ...]) -> list[tuple[str, ...]]:
    """Return rows masked, item by item; a missing value is an empty text."""
    columns = [
        masked(pl.Series("v", [str(row[index] or "") for row in rows], dtype=pl.String), item).to_list()
        for index, item in enumerate(items)
    ]
    return list(zip(*columns, strict=True))
