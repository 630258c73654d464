"""Reading rows: one page, or all of them as a stream, always by a compiled query and so by a permit.

The hot path is ``fetch_page`` on psycopg's async pool (autocommit, prepared statements); the same on a unit
for pages and the CLI. Masks are applied here, before anything leaves: no renderer ever sees an unmasked value.
Totals say so where they are estimates.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

import polars as pl
import psycopg

from catalogue.item import DataType
from catalogue.shapes import is_shape
from hub.rows.ahead import ahead
from hub.rows.compiler import COUNT_CAP
from hub.rows.cursors import Place
from hub.rows.errors import QueryTimeoutError, UnknownVersionError, VersionGoneError
from hub.rows.operands import operand
from hub.rows.query import Count
from hub.rows.sealed import opened, opened_series
from hub.rows.shapes import wkt_column
from policies.facts import RequesterKind
from policies.masking import Audience, mask

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hub.database import Database, Unit
    from hub.rows.compiler import Column, CompiledSQL
    from hub.rows.cursors import CursorKey
    from policies.decision import Permit
    from policies.results import ItemDecision

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]
    Row = tuple[Any, ...]

CHINA = ZoneInfo("Asia/Shanghai")
# Counting is a courtesy: it may cost this much, then the planner's estimate must do.
COUNT_TIMEOUT_MS = 500
STREAM_ROWS = 5_000
FRAME_BYTES = 4 << 20
_AGENCIES = frozenset({RequesterKind.AGENCY, RequesterKind.PUBLIC_SERVICE})


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows answer the query in all; None where it was not asked for."""

    rows: int | None
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of an answer: nothing of it is silent.

    ``rows`` hold one value a column, masked where the permit says so. ``withheld`` are the items left out that
    may be named, each with its ground; ``unlisted`` counts those that may not. ``next_cursor`` is None on the last
    page. ``version`` is the number of the push these rows stand at.
    """

    columns: tuple[Column, ...]
    rows: list[Row]
    total: Total
    withheld: tuple[ItemDecision, ...]
    unlisted: int
    next_cursor: str | None
    version: int
    flags: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Rows of this page under verification: their place on it, from 0, and the doubted items among ``columns``."""

    @property
    def returned(self) -> int:
        """Rows on this page."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading needs beside the query: the key that signs cursors, and that of pseudonyms (grant and purpose).

    ``flags`` are the rows of the resource under verification, by ``_row``, with the doubted items.
    """

    cursor_key: CursorKey
    pseudonym_key: bytes | None = None
    flags: Mapping[int, frozenset[str]] = field(default_factory=dict)


async def fetch_page(connection: AsyncDriver, compiled: CompiledSQL, reading: Reading) -> RowPage:
    """Return one page, read on an async connection in autocommit.

    Raises:
        QueryTimeoutError: the statement timeout of the connection struck.
        UnknownVersionError: ``as_of`` lies beyond the latest version.
        VersionGoneError: ``as_of`` lies before the history that is kept.

    """
    if compiled.as_of is not None:
        await check_reach_async(connection, compiled.table.entry_id, compiled.as_of)
    try:
        cursor = await connection.execute(compiled.statement, compiled.parameters, prepare=True)
        found = await cursor.fetchall()
    except psycopg.errors.QueryCanceled:
        raise QueryTimeoutError from None
    except psycopg.errors.UndefinedTable:
        found = []
    version = _version_of(found)
    if version is None:
        cursor = await connection.execute(_VERSION, (compiled.table.entry_id,), prepare=True)
        version = _checked(compiled, await cursor.fetchone())
    total = _cheap_total(compiled, found)
    if total is None:
        total = await _count(connection, compiled)
    return _page(compiled, found, (version, total), reading)


def read_page(unit: Unit, compiled: CompiledSQL, reading: Reading) -> RowPage:
    """Return one page, read in the unit's transaction. Raises as :func:`fetch_page`."""
    driver = unit.driver
    check_reach(unit, compiled.table.entry_id, compiled.as_of)
    try:
        with driver.transaction():
            found = driver.execute(compiled.statement, compiled.parameters).fetchall()
    except psycopg.errors.QueryCanceled:
        raise QueryTimeoutError from None
    except psycopg.errors.UndefinedTable:
        found = []
    version = _version_of(found)
    if version is None:
        version = _checked(compiled, driver.execute(_VERSION, (compiled.table.entry_id,)).fetchone())
    total = _cheap_total(compiled, found)
    if total is None:
        statement = _counting(compiled)
        row = driver.execute(statement, compiled.source_parameters).fetchone()
        total = _counted(compiled, row)
        if total is None:
            total = _estimate(driver.execute(_explaining(compiled), compiled.source_parameters).fetchone())
    return _page(compiled, found, (version, total), reading)


# The floor rises long before the history below it goes (hub.push.versions.retention), so looking first is enough.
_FLOOR = b"SELECT earliest FROM hub.version_floor WHERE entry_id = %s AND earliest > %s"


def _reached(row: Row | None) -> None:
    if row is not None:
        raise VersionGoneError(int(row[0]))


def check_reach(unit: Unit, entry_id: uuid.UUID, version: int | None) -> None:
    """Raise :class:`VersionGoneError` for a version whose history is not kept any more."""
    if version is not None:
        _reached(unit.driver.execute(_FLOOR, (entry_id, version)).fetchone())


async def check_reach_async(connection: AsyncDriver, entry_id: uuid.UUID, version: int) -> None:
    """Do the same on an async connection in autocommit."""
    _reached(await (await connection.execute(_FLOOR, (entry_id, version), prepare=True)).fetchone())


_VERSION = b"SELECT version FROM hub.row_set WHERE entry_id = %s"


async def current_version(connection: AsyncDriver, entry_id: uuid.UUID) -> int:
    """Return the version a resource stands at now; 0 before the first push."""
    row = await (await connection.execute(_VERSION, (entry_id,), prepare=True)).fetchone()
    return 0 if row is None else int(row[0])


def _version_of(found: Sequence[Row]) -> int | None:
    return int(found[0][-2]) if found else None


def _checked(compiled: CompiledSQL, row: Row | None) -> int:
    """Return the version where a page is empty, having made sure that it is not empty because it lies ahead."""
    version = 0 if row is None else int(row[0])
    if compiled.as_of is not None and not 1 <= compiled.as_of <= version:
        raise UnknownVersionError(version)
    return version


def _cheap_total(compiled: CompiledSQL, found: Sequence[Row]) -> Total | None:
    """Return the total where no counting is needed; None where it is."""
    if compiled.count is Count.NONE:
        return Total(None)
    if compiled.place is not None and compiled.place.total is not None:
        return Total(compiled.place.total, compiled.place.is_estimate)
    if compiled.has_known_total:
        return Total(int(found[0][-1]) if found else 0) if found or compiled.place is None else None
    if compiled.place is None and compiled.limit is not None and len(found) <= compiled.limit:
        return Total(len(found))
    return None


def _counting(compiled: CompiledSQL) -> bytes:
    cap = b"" if compiled.count is Count.EXACT else b" LIMIT %d" % (COUNT_CAP + 1)
    return b"SELECT count(*) FROM (SELECT " + compiled.source + cap + b") c"


def _explaining(compiled: CompiledSQL) -> bytes:
    return b"EXPLAIN (FORMAT JSON) SELECT " + compiled.source


def _counted(compiled: CompiledSQL, row: Row | None) -> Total | None:
    count = 0 if row is None else int(row[0])
    return Total(count) if compiled.count is Count.EXACT or count <= COUNT_CAP else None


def _estimate(row: Row | None) -> Total:
    """Return the planner's estimate, at least what was counted before giving up."""
    planned = row[0][0]["Plan"]["Plan Rows"] if row is not None else 0
    return Total(max(int(planned), COUNT_CAP), is_estimate=True)


async def _count(connection: AsyncDriver, compiled: CompiledSQL) -> Total:
    statement = _counting(compiled)
    try:
        if compiled.is_indexed or compiled.count is Count.EXACT:
            # At most COUNT_CAP index entries are read: no limit of its own is worth the round trips.
            row = await (await connection.execute(statement, compiled.source_parameters, prepare=True)).fetchone()
        else:
            async with connection.transaction():
                await connection.execute(b"SET LOCAL statement_timeout = %d" % COUNT_TIMEOUT_MS)
                row = await (await connection.execute(statement, compiled.source_parameters, prepare=True)).fetchone()
        total = _counted(compiled, row)
    except psycopg.errors.QueryCanceled:
        if compiled.count is Count.EXACT:
            raise QueryTimeoutError from None
        total = None
    if total is not None:
        return total
    planned = await connection.execute(_explaining(compiled), compiled.source_parameters)
    return _estimate(await planned.fetchone())


def _page(compiled: CompiledSQL, found: list[Row], known: tuple[int, Total], reading: Reading) -> RowPage:
    version, total = known
    if compiled.as_of is not None:
        _checked(compiled, (version,))
    limit = compiled.limit if compiled.limit is not None else len(found)
    width, sorts = len(compiled.columns), len(compiled.sorts)
    kept = found[:limit]
    cursor = None
    if len(found) > limit:
        last = kept[-1]
        values = tuple(_written(value) for value in last[width : width + sorts])
        place = Place(values, int(last[width + sorts]), total.rows, total.is_estimate)
        cursor = reading.cursor_key.write(compiled.fingerprint, place)
    return RowPage(
        columns=compiled.columns,
        rows=masked(compiled, [row[:width] for row in kept], reading.pseudonym_key),
        total=total,
        withheld=compiled.permit.left_out,
        unlisted=compiled.permit.unlisted,
        next_cursor=cursor,
        version=version,
        flags=_flags(compiled, kept, reading.flags) if reading.flags else (),
    )


def _flags(
    compiled: CompiledSQL, kept: list[Row], flags: Mapping[int, frozenset[str]]
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the rows under verification, each with those doubted items the reader is given: of others not a word."""
    place = len(compiled.columns) + len(compiled.sorts)
    shown = [column.item.column for column in compiled.columns]
    found = []
    for number, row in enumerate(kept):
        doubted = flags.get(int(row[place]))
        items = tuple(name for name in shown if name in doubted) if doubted is not None else ()
        if items:
            found.append((number, items))
    return tuple(found)


def _written(value: object) -> str | None:
    """Return a sort value as a text that reads back as the same value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


class Shown(Protocol):
    """What is shown to whom: enough to mask it."""

    @property
    def permit(self) -> Permit:
        """The permit it is shown by."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """One a value of each row."""


def masker(compiled: Shown, column: Column, pseudonym_key: bytes | None) -> Callable[[object], object]:
    """Return the function that makes of a stored value what this permit's reader is shown: opened, masked."""
    read = partial(opened, column.seals)
    if not column.is_masked:
        return read
    kind = compiled.permit.requester.kind
    audience = Audience.AGENCY if kind in _AGENCIES else Audience.PUBLIC
    today = datetime.now(CHINA).date()

    def hide(value: object) -> object:
        if isinstance(value, bytes):
            return None  # no rule makes a place coarser: a masked shape is not shown at all
        return mask(read(value), column.masking, audience, key=pseudonym_key, today=today)

    return hide


def masked(compiled: Shown, rows: list[Row], pseudonym_key: bytes | None) -> list[Row]:
    """Return the rows with sealed values opened and every masked column masked; themselves where none is."""
    hiding = [
        (number, masker(compiled, column, pseudonym_key))
        for number, column in enumerate(compiled.columns)
        if column.is_masked or column.seals is not None
    ]
    if not hiding:
        return rows
    shown = []
    for row in rows:
        values = list(row)
        for number, hide in hiding:
            values[number] = hide(values[number])
        shown.append(tuple(values))
    return shown


def stream_rows(database: Database, compiled: CompiledSQL, pseudonym_key: bytes | None = None) -> Iterator[list[Row]]:
    """Yield all rows of a compiled stream, a few thousand at a time, from one snapshot that ends with the generator."""
    with (
        database.read_only(statement_timeout_seconds=0) as unit,
        unit.driver.cursor(name="row_stream") as cursor,
    ):
        check_reach(unit, compiled.table.entry_id, compiled.as_of)
        cursor.execute(compiled.statement, compiled.parameters)
        while found := cursor.fetchmany(STREAM_ROWS):
            yield masked(compiled, found, pseudonym_key)


def stream_frames(
    database: Database, compiled: CompiledSQL, pseudonym_key: bytes | None = None
) -> Iterator[pl.DataFrame]:
    """Yield all rows as frames of texts (about 4 MiB each), for CSV; the next is read while this one is used."""
    with closing(ahead(_frames(database, compiled, pseudonym_key))) as frames:
        yield from frames


def _frames(database: Database, compiled: CompiledSQL, pseudonym_key: bytes | None) -> Iterator[pl.DataFrame]:
    """Read by COPY. It takes no bound parameters: psycopg writes them in as quoted literals of their type."""
    names = [column.item.column for column in compiled.columns]
    with database.read_only(statement_timeout_seconds=0) as unit:
        check_reach(unit, compiled.table.entry_id, compiled.as_of)
        client = psycopg.ClientCursor(unit.driver)
        query = client.mogrify(compiled.statement, compiled.parameters)
        with client.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)".encode()) as copy:
            block = bytearray()
            for line in copy:  # one message is one row, so a block never ends inside one
                block += line
                if len(block) >= FRAME_BYTES:
                    yield _frame(compiled, names, bytes(block), pseudonym_key)
                    block.clear()
            if block:
                yield _frame(compiled, names, bytes(block), pseudonym_key)


def _frame(compiled: CompiledSQL, names: list[str], block: bytes, pseudonym_key: bytes | None) -> pl.DataFrame:
    frame = pl.read_csv(block, has_header=False, schema=dict.fromkeys(names, pl.String), infer_schema=False)
    changed = []
    for column in compiled.columns:
        values = frame[column.item.column]
        if column.item.type is DataType.BOOLEAN:
            values = values.replace({"t": "true", "f": "false"})
        if is_shape(column.item):
            # No rule makes a place coarser: a masked shape is not shown at all.
            values = values.clear(len(values)) if column.is_masked else wkt_column(values)
        elif column.is_masked:
            hide = masker(compiled, column, pseudonym_key)
            typed = [None if text is None else operand(column.item, text, "") for text in values]
            shown = [hide(value) for value in typed]
            values = pl.Series(values.name, [None if v is None else str(v) for v in shown], dtype=pl.String)
        else:
            values = opened_series(column.seals, values)
        changed.append(values)
    return pl.DataFrame(changed)
