"""Pages by offset with row numbers, and distinct values: for dialects whose pages have no cursor (CKAN, OGC).

Runs on a permit as every read does. A deep page costs what the first does where it can: rows are numbered without a gap
until the first one is closed, and then an offset is a number. Elsewhere PostgreSQL steps over the rows. Masks are
applied here, before anything leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import psycopg

from catalogue.shapes import is_shape
from hub.rows.compiler import compile_parts
from hub.rows.conditions import Sql, quoted
from hub.rows.errors import QueryTimeoutError
from hub.rows.operands import operand
from hub.rows.sealed import opened_series
from hub.rows.store import FRAME_BYTES, STREAM_ROWS, Total, masked, masker
from hub.rows.tables import state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Database, Unit
    from hub.rows.compiler import Column, Parts
    from hub.rows.query import Query
    from hub.rows.tables import RowTable
    from policies.decision import Permit

    Row = tuple[Any, ...]

DOWN: Final = "DESC"
_DIRECTIONS: Final = {"ASC": "ASC", DOWN: DOWN}
_NULLS: Final = {"FIRST": " NULLS FIRST", "LAST": " NULLS LAST"}
COUNT_CAP: Final = 10_000
COUNT_TIMEOUT_MS: Final = 2_000
"""A total beyond the cap may cost this much; then the planner's estimate is given, and said to be one."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows of an answer: ``limit`` None is all of them; ``is_distinct``: each combination of values once.

    ``nulls`` says for each item sorted by whether missing values stand ``FIRST`` or ``LAST`` (empty: as they do
    everywhere), ``tail`` whether the row number that ends every order goes up (``ASC``) or down (``DESC``).
    """

    limit: int | None
    offset: int = 0
    is_distinct: bool = False
    is_counted: bool = True
    nulls: tuple[str, ...] = ()
    tail: str | None = None


@dataclass(frozen=True, slots=True)
class OffsetPage:
    """One page; ``numbers`` are the lasting numbers of its rows, empty where they are distinct values."""

    columns: tuple[Column, ...]
    rows: list[Row]
    numbers: tuple[int, ...]
    total: Total
    version: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """What masking needs to know."""

    permit: Permit
    columns: tuple[Column, ...]


def read_slice(unit: Unit, query: Query, permit: Permit, table: RowTable, wanted: Slice) -> OffsetPage:
    """Return a page in the unit's transaction; the page and cursor of ``query`` are not looked at.

    Raises:
        QueryError: as :func:`hub.rows.compiler.compile_query`; QueryTimeoutError: the statement took too long, the
            transaction is to be rolled back.

    """
    parts = compile_parts(query, permit, table)
    driver = unit.driver
    standing = state(unit, table.entry_id)
    if standing.version == 0:
        return OffsetPage(parts.columns, [], (), Total(0 if wanted.is_counted else None), 0)
    one_more = _one_more(parts, wanted)
    statement = _statement(parts, _by_number(parts, one_more, standing.row_count, standing.next_row))
    try:
        found = driver.execute(statement.statement(), statement.bound()).fetchall() if wanted.limit != 0 else []
    except psycopg.errors.QueryCanceled:
        raise QueryTimeoutError from None
    is_last = one_more.limit is not None and len(found) < one_more.limit
    found = found[: wanted.limit]
    width = len(parts.columns)
    rows = masked(_Shown(permit, parts.columns), [row[:width] for row in found], None)
    numbers = () if wanted.is_distinct else tuple(int(row[width]) for row in found)
    end = wanted.offset + len(found) if is_last and (found or not wanted.offset) else None
    total = _total(unit, parts, wanted, standing.row_count, end)
    return OffsetPage(parts.columns, rows, numbers, total, standing.version)


def stream_slice(database: Database, query: Query, permit: Permit, table: RowTable, wanted: Slice) -> SliceStream:
    """Prepare a stream of rows, each with its number last (unless distinct); nothing is read before the first batch."""
    parts = compile_parts(query, permit, table)
    return SliceStream(database, parts, permit, table, wanted)


@dataclass(frozen=True, slots=True)
class SliceStream:
    """A stream that is ready to run: its columns are known before its rows are."""

    database: Database
    parts: Parts
    permit: Permit
    table: RowTable
    wanted: Slice

    def batches(self) -> Iterator[list[Row]]:
        """Yield all rows, a few thousand at a time, from one snapshot; the number of a row is its last value."""
        width = len(self.parts.columns)
        with self.database.read_only(statement_timeout_seconds=0) as unit:
            standing = state(unit, self.table.entry_id)
            if standing.version == 0:
                return
            bounds = _by_number(self.parts, self.wanted, standing.row_count, standing.next_row)
            statement = _statement(self.parts, bounds)
            with unit.driver.cursor(name="slice") as cursor:
                cursor.execute(statement.statement(), statement.bound())
                while found := cursor.fetchmany(STREAM_ROWS):
                    shown = masked(_Shown(self.permit, self.parts.columns), [row[:width] for row in found], None)
                    if self.wanted.is_distinct:
                        yield shown
                    else:
                        yield [(*row, source[width]) for row, source in zip(shown, found, strict=True)]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield all rows as frames of texts as PostgreSQL writes them, about 4 MiB each, the row number under ``_row``.

        Masked items are masked. Read by COPY, which takes no bound parameters: psycopg writes them in as quoted
        literals of their type.
        """
        names = [column.item.column for column in self.parts.columns]
        names += [] if self.wanted.is_distinct else ["_row"]
        with self.database.read_only(statement_timeout_seconds=0) as unit:
            standing = state(unit, self.table.entry_id)
            if standing.version == 0:
                return
            bounds = _by_number(self.parts, self.wanted, standing.row_count, standing.next_row)
            statement = _statement(self.parts, bounds)
            query = psycopg.ClientCursor(unit.driver).mogrify(statement.statement(), statement.bound())
            with unit.driver.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)".encode()) as copy:
                block = bytearray()
                for line in copy:  # one message is one row, so a block never ends inside one
                    block += line
                    if len(block) >= FRAME_BYTES:
                        yield self._frame(names, bytes(block))
                        block.clear()
                if block:
                    yield self._frame(names, bytes(block))

    def _frame(self, names: list[str], block: bytes) -> pl.DataFrame:
        frame = pl.read_csv(block, has_header=False, schema=dict.fromkeys(names, pl.String), infer_schema=False)
        hidden = [masked_texts(self.permit, column, frame[column.item.column]) for column in self.parts.columns]
        return frame.with_columns([series for series in hidden if series is not None])


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How a slice is cut: ``after`` a row number, where that is the same as an offset."""

    wanted: Slice
    after: int | None = None


def masked_texts(permit: Permit, column: Column, values: pl.Series) -> pl.Series | None:
    """Return the texts of a masked or sealed item as its reader may see them; None where they are as they stand."""
    if not column.is_masked:
        return None if column.seals is None else opened_series(column.seals, values)
    if is_shape(column.item):
        return values.clear(len(values))  # no rule makes a place coarser: a masked shape is not shown at all
    hide = masker(_Shown(permit, (column,)), column, None)
    shown = [hide(None if text is None else operand(column.item, text, "")) for text in values]
    return pl.Series(values.name, [None if value is None else str(value) for value in shown], dtype=pl.String)


def _by_number(parts: Parts, wanted: Slice, rows: int, next_row: int) -> _Bounds:
    """Use the numbering where no row was ever closed: then the k-th row has the number k."""
    is_up = not parts.sorts and wanted.tail != DOWN
    is_whole = parts.has_known_total and is_up and rows == next_row - 1
    if is_whole and wanted.offset and not wanted.is_distinct:
        return _Bounds(replace(wanted, offset=0), wanted.offset)
    return _Bounds(wanted)


def _statement(parts: Parts, bounds: _Bounds) -> Sql:
    names = [quoted(column.item.column) for column in parts.columns]
    wanted = bounds.wanted
    built = Sql()
    if wanted.is_distinct:
        # A distinct answer can only be in the order of what it shows; the rest of the order is by all its values.
        orders = [(name, text) for name, text in _orders(parts, wanted) if name in names]
        by = [text for _, text in orders] + [name for name in names if name not in {name for name, _ in orders}]
        built.add(f"SELECT DISTINCT {', '.join(names)}")
        built.extend(parts.source)
        built.add(f"ORDER BY {', '.join(by)}")
    else:
        built.add(f"SELECT {', '.join([*names, '_row'])}")
        built.extend(parts.source)
        if bounds.after is not None:
            built.add("AND _row > %s::bigint", bounds.after)
        by = [text for _, text in _orders(parts, wanted)]
        usual = parts.sorts[-1].direction if parts.sorts else "ASC"
        built.add(f"ORDER BY {', '.join([*by, f'_row {_DIRECTIONS.get(wanted.tail or usual, usual)}'])}")
    if wanted.limit is not None:
        built.add("LIMIT %s::bigint", wanted.limit)
    if wanted.offset:
        built.add("OFFSET %s::bigint", wanted.offset)
    return built


def _orders(parts: Parts, wanted: Slice) -> list[tuple[str, str]]:
    """Return the items sorted by, and how, in fixed words."""
    found = []
    for number, sort in enumerate(parts.sorts):
        name = quoted(sort.item.column)
        nulls = _NULLS.get(wanted.nulls[number], "") if number < len(wanted.nulls) else ""
        found.append((name, f"{name} {sort.direction}{nulls}"))
    return found


def _one_more(parts: Parts, wanted: Slice) -> Slice:
    """Ask for a row more than is shown where rows must be counted: a page that is the last one needs no count."""
    is_known = not wanted.is_counted or (parts.has_known_total and not wanted.is_distinct)
    return wanted if is_known or not wanted.limit else replace(wanted, limit=wanted.limit + 1)


def _total(unit: Unit, parts: Parts, wanted: Slice, rows: int, end: int | None) -> Total:
    """Return how many rows answer; ``end`` is that number where the page has shown it, None where it has not."""
    if not wanted.is_counted:
        return Total(None)
    if not wanted.is_distinct and parts.has_known_total:
        return Total(rows)
    return _count(unit, parts, wanted) if end is None else Total(end)


def _count(unit: Unit, parts: Parts, wanted: Slice) -> Total:
    """Count what answers; where that takes too long, return the planner's estimate."""
    names = ", ".join(quoted(column.item.column) for column in parts.columns)
    built = Sql(["SELECT count(*) FROM (SELECT", f"DISTINCT {names}" if wanted.is_distinct else ""])
    built.extend(parts.source)
    built.add(") c")
    driver = unit.driver
    try:
        with driver.transaction():
            driver.execute(b"SET LOCAL statement_timeout = %d" % COUNT_TIMEOUT_MS)
            row = driver.execute(built.statement(), built.bound()).fetchone()
            return Total(0 if row is None else int(row[0]))
    except psycopg.errors.QueryCanceled:
        planned = driver.execute(b"EXPLAIN (FORMAT JSON) " + built.statement(), built.bound()).fetchone()
        nodes = planned[0][0]["Plan"].get("Plans", ()) if planned is not None else ()
        guess = max((int(node["Plan Rows"]) for node in nodes), default=0)
        return Total(max(guess, COUNT_CAP), is_estimate=True)
