"""The difference between two versions: how many rows came, changed and went, by which items, and which rows.

Both versions are read from the current and the closed rows; rows that stand in both as the same state are never
compared value by value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from psycopg import sql

from hub.rows.sealed import opened_rows
from hub.rows.tables import stored_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from hub.database import Unit
    from hub.rows.tables import RowTable

Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One row: ``before`` and ``after`` hold the values of ``items`` as texts; None where the row is not there."""

    row: int
    kind: Kind
    items: tuple[str, ...]
    before: tuple[str | None, ...] | None
    after: tuple[str | None, ...] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Counts over all rows, and a page of them in order of ``_row``; ``next`` is the row to go on after."""

    added: int
    changed: int
    removed: int
    by_item: Mapping[str, int]
    rows: tuple[RowDifference, ...]
    next: int | None


def _standing(table: RowTable, version: int, other: int) -> sql.Composed:
    """Return the states that stand at ``version`` and not at ``other``."""
    text = sql.SQL(
        "SELECT {columns} FROM {current} WHERE _push <= {version} AND _push > {other} UNION ALL"
        " SELECT {columns} FROM {history} WHERE _push <= {version} AND _until > {version}"
        " AND NOT (_push <= {other} AND _until > {other})"
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, ("_row", *table.columns)))
    return text.format(
        columns=columns,
        current=table.current,
        history=table.history,
        version=sql.Literal(version),
        other=sql.Literal(other),
    )


def _pair(
    driver: psycopg.Connection[tuple[Any, ...]], table: RowTable, versions: tuple[int, int], names: list[str]
) -> None:
    """Put the rows of two versions side by side into a temporary table."""
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE version_pair ON COMMIT DROP AS SELECT coalesce(a._row, b._row) AS _row,"
            " a._row IS NOT NULL AS _was, b._row IS NOT NULL AS _is, {values}"
            " FROM ({before}) a FULL JOIN ({now}) b ON a._row = b._row"
        ).format(
            values=sql.SQL(", ").join(
                sql.SQL("a.{0} AS {1}, b.{0} AS {2}").format(
                    sql.Identifier(name), sql.Identifier(f"_a{n}"), sql.Identifier(f"_b{n}")
                )
                for n, name in enumerate(names)
            ),
            before=_standing(table, versions[0], versions[1]),
            now=_standing(table, versions[1], versions[0]),
        )
    )


def difference(
    unit: Unit, table: RowTable, versions: tuple[int, int], *, after: int = 0, limit: int = 100
) -> Difference:
    """Return what leads from the first of ``versions`` to the second; items that left the entry are not compared."""
    driver = unit.driver
    known = set(stored_columns(driver, table))
    names = [name for name in table.columns if name in known]
    _pair(driver, table, versions, names)
    differs = [
        sql.SQL("{} IS DISTINCT FROM {}").format(sql.Identifier(f"_a{n}"), sql.Identifier(f"_b{n}"))
        for n in range(len(names))
    ]
    any_differs = sql.SQL(" OR ").join(differs)
    counts: tuple[int, ...] = driver.execute(
        sql.SQL(
            "SELECT count(*) FILTER (WHERE NOT _was), count(*) FILTER (WHERE NOT _is),"
            " count(*) FILTER (WHERE _was AND _is AND ({differs})), {each} FROM version_pair"
        ).format(
            differs=any_differs,
            each=sql.SQL(", ").join(
                sql.SQL("count(*) FILTER (WHERE _was AND _is AND {})").format(one) for one in differs
            ),
        )
    ).fetchall()[0]
    texts = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(f"_{side}{n}")) for side in "ab" for n in range(len(names))
    )
    found = driver.execute(
        sql.SQL(
            "SELECT _row, _was, _is, {} FROM version_pair WHERE _row > %s AND (NOT _was OR NOT _is OR {})"
            " ORDER BY _row LIMIT %s"
        ).format(texts, any_differs),
        (after, limit + 1),
    ).fetchall()
    driver.execute("DROP TABLE pg_temp.version_pair")
    sealed = [
        (3 + side + place, seals)
        for place, name in enumerate(names)
        if (seals := table.seals_of(name)) is not None
        for side in (0, len(names))
    ]
    rows = tuple(_row(names, one) for one in opened_rows(found[:limit], sealed))
    return Difference(
        counts[0],
        counts[2],
        counts[1],
        {name: count for name, count in zip(names, counts[3:], strict=True) if count},
        rows,
        rows[-1].row if len(found) > limit else None,
    )


def _row(names: list[str], found: tuple[Any, ...]) -> RowDifference:
    row, was, stands = found[:3]
    before, after = found[3 : 3 + len(names)], found[3 + len(names) :]
    if not was:
        return RowDifference(row, "added", tuple(names), None, after)
    if not stands:
        return RowDifference(row, "removed", tuple(names), before, None)
    changed = [n for n in range(len(names)) if before[n] != after[n]]
    return RowDifference(
        row,
        "changed",
        tuple(names[n] for n in changed),
        tuple(before[n] for n in changed),
        tuple(after[n] for n in changed),
    )
