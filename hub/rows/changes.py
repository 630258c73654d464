"""What changed since a version: rows to write and rows to delete, in the order of change numbers.

The number of a push is the change number. From the rows that stand and the rows that were closed follows, for any
earlier version, the least that leads from it to now: each row at most once, in its latest state. A reader that
starts at 0 gets all rows; one that goes on from any number gets the difference. Whoever may see only some rows
(the permit's row filter) is told that a row went when it leaves them. Zhengzhou Art. 19-20; 政务数据共享条例 Art. 22.

A page is ordered by (change number, ``_row``), so rows that change while pages are read come again later, never
not at all. Deletions of rows the reader never had may be among them: they change nothing for it. A row that was
erased is told as deleted, without anything of it; a reader whose copy is older than the history that is kept is told
to begin anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from hub.rows.compiler import GIVEN, column_of, row_filter_sql
from hub.rows.conditions import Sql, quoted
from hub.rows.cursors import Place, fingerprint
from hub.rows.errors import (
    FeedRestartedError,
    PermitMismatchError,
    QueryTimeoutError,
    UnknownItemError,
    UnknownVersionError,
    VersionGoneError,
)
from hub.rows.store import masked
from hub.rows.tables import sql_type
from policies.facts import Action

if TYPE_CHECKING:
    from hub.rows.compiler import Column
    from hub.rows.cursors import CursorKey
    from hub.rows.store import AsyncDriver, Reading
    from hub.rows.tables import RowTable
    from policies.decision import Permit

FEED_ACTIONS = frozenset({Action.READ, Action.SUBSCRIBE})
MAX_CHANGES = 10_000
DEFAULT_CHANGES = 1_000
_LAST_ROW = 2**63 - 1
_SNAPSHOT_CHARACTERS = 24


@dataclass(frozen=True, slots=True)
class Since:
    """What is asked: changes after version ``after``, or after the page whose ``cursor`` is given.

    ``snapshot`` is the one a reader got before: it says which items and rows its copy is made of. None is not compared.
    """

    after: int = 0
    limit: int = DEFAULT_CHANGES
    cursor: str | None = None
    snapshot: str | None = None
    items: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One row: its lasting number, the change it comes from, its values (masked); None: delete it."""

    number: int
    row: int
    values: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class CompiledFeed:
    """A page of a feed ready to be read; ``base`` is the version of the copy the reader began with (0: none yet)."""

    table: RowTable
    permit: Permit
    columns: tuple[Column, ...]
    since: Since
    place: tuple[int, int]
    base: int
    snapshot: str
    mark: bytes
    statement: bytes
    parameters: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page: with it the reader has everything up to change ``to``; ``version`` is the resource's latest.

    ``next_cursor`` is None on the last page, where ``to`` is ``version``.
    """

    columns: tuple[Column, ...]
    changes: tuple[Change, ...]
    begin: int
    to: int
    version: int
    snapshot: str
    next_cursor: str | None

    @property
    def upserts(self) -> int:
        """Rows to write."""
        return sum(change.values is not None for change in self.changes)


def compile_changes(since: Since, permit: Permit, table: RowTable, key: CursorKey) -> CompiledFeed:
    """Return the statement of one page.

    Raises:
        PermitMismatchError: the permit is for another resource, or not for this.
        UnknownItemError: beyond the permit, naming nothing.
        FeedRestartedError: the reader's copy is of other items or rows: it must begin anew.
        CursorError: the cursor is not right.
        RowFilterError: the grant's row filter cannot be carried out.

    """
    if permit.resource_id != str(table.entry_id) or permit.action not in FEED_ACTIONS:
        raise PermitMismatchError
    columns = _columns(since, permit, table)
    narrowed = row_filter_sql(table, permit)
    content = fingerprint(
        (
            table.entry_id.hex,
            [(column.item.column, column.is_masked, column.masking) for column in columns],
            narrowed.text,
            narrowed.parameters,
        )
    )
    # A copy outlives the grant it was made by, a cursor belongs to one reader (threat 12).
    mark = fingerprint((content, permit.grant_id, permit.requester.system_id))
    snapshot = content.hex()[:_SNAPSHOT_CHARACTERS]
    if since.snapshot is not None and since.snapshot != snapshot and (since.after or since.cursor is not None):
        raise FeedRestartedError
    place, base = (since.after, _LAST_ROW), since.after
    if since.cursor is not None:
        found = key.read(mark, since.cursor, 2)
        place, base = (int(found.values[0] or 0), found.row), int(found.values[1] or 0)
    built = _statement(table, columns, narrowed, place, since.limit)
    return CompiledFeed(table, permit, columns, since, place, base, snapshot, mark, built.statement(), built.bound())


def _columns(since: Since, permit: Permit, table: RowTable) -> tuple[Column, ...]:
    given = {line.column: line for line in permit.items if line.treatment in GIVEN}
    wanted = since.items if since.items is not None else tuple(name for name in table.columns if name in given)
    if not wanted or any(name not in given or name not in table.by_column for name in wanted):
        raise UnknownItemError("items")
    return tuple(column_of(table, given[name]) for name in wanted)


def _statement(table: RowTable, columns: tuple[Column, ...], narrowed: Sql, place: tuple[int, int], limit: int) -> Sql:
    """Return one statement, so that version and rows are of one moment; it gives a row also where nothing changed."""
    name = table.entry_id.hex
    values = [f"{quoted(column.item.column)} AS _c{n}" for n, column in enumerate(columns)]
    nothing = [f"NULL::{sql_type(column.item)} AS _c{n}" for n, column in enumerate(columns)]
    built = Sql()
    built.add("SELECT v.version, v.earliest, p.* FROM (SELECT s.version, f.earliest FROM hub.row_set s")
    built.add("LEFT JOIN hub.version_floor f USING (entry_id) WHERE entry_id = %s) v", table.entry_id)
    built.add("LEFT JOIN ((SELECT _push AS _change, _row, false AS _gone, " + ", ".join(values))
    built.add(f"FROM data.r_{name} WHERE (_push, _row) > (%s::bigint, %s::bigint)", *place)
    _and(built, narrowed)
    built.add("ORDER BY _push, _row LIMIT %s::bigint) UNION ALL", limit + 1)
    built.add("(SELECT t._until AS _change, t._row, true AS _gone, " + ", ".join(nothing))
    built.add(f"FROM data.h_{name} t WHERE (t._until, t._row) > (%s::bigint, %s::bigint)", *place)
    _had(built, name, place[0])
    _and(built, narrowed)
    built.add(f"AND NOT EXISTS (SELECT 1 FROM data.r_{name} c WHERE c._row = t._row")  # noqa: S608 - validated
    _and(built, narrowed)
    built.add(") ORDER BY t._until, t._row LIMIT %s::bigint) UNION ALL", limit + 1)
    # What is erased is told to every reader who may have had it: nothing is left to tell whose rows it was among.
    built.add("(SELECT e.number AS _change, e.row AS _row, true AS _gone, " + ", ".join(nothing))
    built.add("FROM hub.row_erased e WHERE e.entry_id = %s AND", table.entry_id)
    built.add("(e.number, e.row) > (%s::bigint, %s::bigint) AND e.since <= %s::bigint", *place, place[0])
    built.add("ORDER BY e.number, e.row LIMIT %s::bigint)", limit + 1)
    built.add("ORDER BY _change, _row LIMIT %s::bigint) p ON true ORDER BY p._change, p._row", limit + 1)
    return built


def _had(built: Sql, name: str, place: int) -> None:
    """Leave only ended states of rows that the reader can have; what came and went since its place is not told.

    It can have the state that stood at its place. And where a way back brought a row again while pages were read, it
    can have the one before: that this one had ended was not told, for the row stood again, further on. Ended once
    more before the reader came there, it is told with the state that stood in between.
    """
    ended = f"SELECT 1 FROM data.h_{name} o WHERE o._row = t._row"  # noqa: S608 - validated
    built.add("AND (t._push <= %s::bigint", place)
    if place:
        built.add(f"OR EXISTS ({ended} AND o._until <= %s::bigint)", place)
        built.add(f"AND NOT EXISTS ({ended} AND o._push <= %s::bigint AND o._until > %s::bigint)", place, place)
    built.add(")")


def _and(built: Sql, narrowed: Sql) -> None:
    if narrowed.text:
        built.add("AND")
        built.extend(narrowed)


async def fetch_changes(connection: AsyncDriver, feed: CompiledFeed, reading: Reading) -> ChangePage:
    """Return one page, read on an async connection in autocommit.

    Raises:
        QueryTimeoutError: the statement timeout of the connection struck.
        UnknownVersionError: the reader claims to be ahead of the resource.
        VersionGoneError: the reader's copy is older than the history that is kept.

    """
    try:
        cursor = await connection.execute(feed.statement, feed.parameters, prepare=True)
        found = await cursor.fetchall()
    except psycopg.errors.QueryCanceled:
        raise QueryTimeoutError from None
    except psycopg.errors.UndefinedTable:
        found = []
    return _page(feed, found, reading)


def _page(feed: CompiledFeed, found: list[tuple[Any, ...]], reading: Reading) -> ChangePage:
    version = int(found[0][0]) if found else 0
    begin = feed.place[0]
    if begin > version:
        raise UnknownVersionError(version)
    earliest = int(found[0][1] or 0) if found else 0
    if 0 < feed.base < earliest:
        raise VersionGoneError(earliest, feed=True)
    rows = [row for row in found if row[2] is not None]
    kept = rows[: feed.since.limit]
    shown = iter(masked(feed, [row[5:] for row in kept if not row[4]], reading.pseudonym_key))
    changes = tuple(Change(int(row[2]), int(row[3]), None if row[4] else next(shown)) for row in kept)
    cursor, to = None, version
    if len(rows) > len(kept):
        last = changes[-1]
        values = (str(last.number), str(feed.base or version))
        cursor = reading.cursor_key.write(feed.mark, Place(values, last.row, None, is_estimate=False))
        # Of the change the page ends in, more is to come.
        to = max(begin, last.number - 1)
    return ChangePage(feed.columns, changes, begin, to, version, feed.snapshot, cursor)
