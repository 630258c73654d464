"""Merge: the accepted rows of a push become the next version of a resource, in the caller's transaction.

New rows are inserted; of a changed row the old state goes to history and the new one is written;
in a full push the rows that are missing are closed, in a delete those it names; unchanged rows are not touched.
An append changes nothing that is there: a key that is taken with other values is given back. Zhengzhou Art. 19.
A rejected row never closes its earlier good version. Pushes to one resource wait for each other,
readers wait for nothing. Either all of it is kept, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - read at run time by tools that resolve annotations
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql

from hub.rows import staging, writing
from hub.rows.sealed_state import begin
from hub.rows.tables import RowState, RowTable, ensure, index_items, key_indexes, state
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

    from hub.database import Unit
    from hub.rows.staging import Driver

SHRINK_LIMIT = 0.30
SHRINK_FROM_ROWS = 10
# From here on the indexes of coded items are left to a transaction after the push (tables.finish_load).
INDEX_LATER_FROM_ROWS = 200_000


class MergeMode(StrEnum):
    """What the pushed file is: all rows of the resource, rows to add and change, rows to add, or keys to close."""

    FULL = "full"
    UPSERT = "upsert"
    APPEND = "append"
    DELETE = "delete"


REFUSED: Final[Mapping[MergeMode, str]] = MappingProxyType({MergeMode.APPEND: "R90", MergeMode.DELETE: "R91"})
"""The rule (:mod:`hub.push.rules`) by which a merge of each mode gives back rows."""


class MergeError(DomainError):
    """Base of the errors of a merge; the transaction must be rolled back."""


class ShrinkError(MergeError):
    """A full push would close too many of the rows, and nobody consented."""

    def __init__(self, closing: int, of: int, hold_rows: int | None = None) -> None:
        """``hold_rows`` is the entry's own limit in rows; None means the share of all entries."""
        most_zh = f"{SHRINK_LIMIT:.0%}" if hold_rows is None else f"条目规定的 {hold_rows} 行"
        most_en = f"{SHRINK_LIMIT:.0%}" if hold_rows is None else f"the {hold_rows} rows the entry allows"
        super().__init__(
            f"本次推送将使 {of} 行中的 {closing} 行失效，超过 {most_zh}，已停止，未改动任何数据",
            f"this push would close {closing} of {of} rows, more than {most_en}; nothing was changed",
            next_zh="先核对文件是否完整；确属应当删除的，由本单位确认后加 --allow-shrink 重新推送，或改用 upsert 模式",
            next_en="check that the file is complete; if the rows must go, push with --allow-shrink, or use upsert",
            facts={"closing": closing, "rows": of, "limit": SHRINK_LIMIT if hold_rows is None else hold_rows},
        )


class DuplicateKeyError(MergeError):
    """Two accepted rows have the same key."""

    def __init__(self) -> None:
        super().__init__(
            "文件中有主键相同的行，未改动任何数据",
            "two rows of the file have the same key; nothing was changed",
            next_zh="按主键去重后重新推送；没有主键的资源中不能有完全相同的行",
            next_en="make the key unique and push again; without a key no two rows may be the same",
        )


class NoKeyError(MergeError):
    """An upsert needs a key to find the earlier row by."""

    def __init__(self) -> None:
        super().__init__(
            "该资源没有主键，不能按 upsert 模式推送",
            "the resource has no key, so it cannot be pushed in upsert mode",
            next_zh="改用 full 模式推送全部行，或在目录条目中指定主键信息项后发布新版本",
            next_en="push all rows in full mode, or name key items in the entry and publish a new version",
        )


class UnstorableRowError(MergeError):
    """PostgreSQL refused a value that passed the checks; the value is not repeated."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(
            "有数据无法入库，未改动任何数据",
            "some value cannot be stored; nothing was changed",
            next_zh="请检查主键是否为空、文本中是否有空字符（NUL）、数值与日期是否超出范围",
            next_en="look for empty keys, NUL characters in text, numbers and dates out of range",
            facts={"sqlstate": sqlstate},
        )


@dataclass(frozen=True, slots=True)
class Rejected:
    """What the checks rejected, as far as the merge needs it.

    ``keys`` holds the key columns of rejected rows whose key could be read; ``unidentified`` counts
    those whose key could not. One unidentified row can be any, so then a full push closes nothing.
    """

    keys: pl.DataFrame | None = None
    unidentified: int = 0


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge: into which table, as which version (``number``), how.

    ``refuse`` is told the lines of rows that passed the checks and yet cannot be done: in an append those whose key
    is taken by other values, in a delete those whose key names no row. ``rejected`` is asked after the last chunk was
    taken, when the checks know all they rejected.
    ``hold_rows``: more closed rows than this need consent (``allow_shrink``); None means the share of all entries.
    """

    table: RowTable
    number: int
    mode: MergeMode
    allow_shrink: bool = False
    hold_rows: int | None = None
    rejected: Callable[[], Rejected] = field(default=Rejected)
    refuse: Callable[[pl.Series], None] = field(default=lambda _: None)


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """Rows by what became of them; ``held`` would have been closed but for rejected rows, ``rows`` stand now.

    ``refused`` were given back by the merge itself (:attr:`Merge.refuse`).
    ``indexes_due``: a large first load left the indexes of coded items to ``tables.finish_load``.
    """

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    held: int = 0
    rows: int = 0
    refused: int = 0
    indexes_due: bool = False


def merge(unit: Unit, job: Merge, chunks: Iterable[pl.DataFrame]) -> MergeCounts:
    """Merge accepted chunks (columns of the items, typed) into the resource's rows.

    The chunks are taken in another thread while earlier ones are sent, so they must not use ``unit``.

    Raises:
        ShrinkError, DuplicateKeyError, NoKeyError, UnstorableRowError: the transaction must end unkept.
        hub.rows.errors.SchemaChangeError: the items do not fit the stored tables.

    """
    if job.mode is MergeMode.UPSERT and not job.table.key:
        raise NoKeyError
    # The length of a load grows with the data; the limit of the settings is for questions.
    unit.driver.execute("SET LOCAL statement_timeout = 0")
    created = ensure(unit, job.table)
    before = state(unit, job.table.entry_id)
    try:
        if job.mode is MergeMode.DELETE:
            counts = _delete(unit.driver, job, chunks, before)
        elif before.indexed and job.mode is MergeMode.APPEND:
            counts = _append(unit.driver, job, chunks, before)
        elif before.indexed:
            counts = _merge(unit.driver, job, chunks, before)
        else:
            counts = _first_load(unit.driver, job, chunks, before, frozen=created)
    except psycopg.errors.UniqueViolation:
        raise DuplicateKeyError from None
    except (psycopg.errors.DataError, psycopg.errors.IntegrityError) as error:
        raise UnstorableRowError(error.sqlstate or "") from None
    unit.driver.execute(
        "UPDATE hub.row_set SET version = %s, row_count = %s, next_row = next_row + %s, indexed = true,"
        " changed_at = now() WHERE entry_id = %s",
        (job.number, counts.rows, counts.inserted, job.table.entry_id),
    )
    if not counts.indexes_due:
        index_items(unit, job.table)
    return counts


def _first_load(
    driver: Driver, job: Merge, chunks: Iterable[pl.DataFrame], before: RowState, *, frozen: bool
) -> MergeCounts:
    """COPY straight into the empty table, then build the indexes: no staging, no merge."""
    begin(driver, job.table)
    mark = staging.Mark(job.number, before.next_row, frozen=frozen)
    count = staging.load(driver, job.table, chunks, mark)
    for statement in key_indexes(job.table):
        driver.execute(statement)
    due = count >= INDEX_LATER_FROM_ROWS and bool(job.table.indexed_items)
    if not due:
        driver.execute(sql.SQL("ANALYZE {}").format(job.table.current))
    return MergeCounts(inserted=count, rows=count, indexes_due=due)


def _merge(driver: Driver, job: Merge, chunks: Iterable[pl.DataFrame], before: RowState) -> MergeCounts:
    known = staging.known_rows(driver, job.table, before.next_row) if job.mode is MergeMode.FULL else None
    given = staging.stage(driver, job.table, chunks, known)
    planned = writing.plan(driver, job.table)
    closed = held = 0
    if known is None:
        if writing.repeats(driver):
            raise DuplicateKeyError
    else:
        staging.put_gone(driver, known.gone())
        # A staged row replaces a row that no chunk held, once. Anything else means that its key came twice.
        if writing.spare_replaced(driver) != planned.found or known.duplicates:
            raise DuplicateKeyError
        held = _hold(driver, job)
        closed = _closing(driver, job, before)
    target = writing.Target(job.table, job.number, before.next_row)
    writing.write(driver, target, planned, closed)
    staging.drop_temporary(driver)
    return MergeCounts(
        inserted=planned.new,
        changed=planned.changed,
        unchanged=given - planned.new - planned.changed,
        closed=closed,
        held=held,
        rows=before.row_count + planned.new - closed,
    )


def _append(driver: Driver, job: Merge, chunks: Iterable[pl.DataFrame], before: RowState) -> MergeCounts:
    """Write the rows whose key is new; the same row again is unchanged, a taken key with other values is refused."""
    given = staging.stage(driver, job.table, chunks, None)
    planned = writing.plan(driver, job.table)
    if writing.repeats(driver):
        raise DuplicateKeyError
    refused = _refuse(driver, job, "taken") if planned.changed else 0
    unchanged = writing.Plan(planned.new, 0, planned.found)
    writing.write(driver, writing.Target(job.table, job.number, before.next_row), unchanged, 0)
    staging.drop_temporary(driver)
    return MergeCounts(
        inserted=planned.new,
        unchanged=given - planned.new - refused,
        rows=before.row_count + planned.new,
        refused=refused,
    )


def _delete(driver: Driver, job: Merge, chunks: Iterable[pl.DataFrame], before: RowState) -> MergeCounts:
    """Close the rows whose keys are given; a key that names none is refused."""
    if not before.indexed:
        for statement in key_indexes(job.table):
            driver.execute(statement)
    given = staging.stage_keys(driver, job.table, chunks)
    writing.plan_keys(driver, job.table)
    if writing.repeats(driver):
        raise DuplicateKeyError
    found = staging.put_found(driver)
    closed = _closing(driver, job, before)
    refused = _refuse(driver, job, "unknown") if found < given else 0
    writing.write(driver, writing.Target(job.table, job.number, before.next_row), writing.Plan(0, 0, 0), closed)
    staging.drop_temporary(driver)
    return MergeCounts(closed=closed, rows=before.row_count - closed, refused=refused)


def _refuse(driver: Driver, job: Merge, why: writing.Refusing) -> int:
    count = 0
    for lines in writing.refused_lines(driver, why):
        job.refuse(lines)
        count += len(lines)
    return count


def _hold(driver: Driver, job: Merge) -> int:
    """Keep the earlier versions of rejected rows out of what is to be closed; return how many were kept."""
    rejected = job.rejected()
    if rejected.unidentified:
        return writing.spare_all(driver)
    if rejected.keys is None or rejected.keys.is_empty() or not job.table.key:
        return 0
    return writing.spare_rejected(driver, job.table, rejected.keys)


def _closing(driver: Driver, job: Merge, before: RowState) -> int:
    """Return how many rows are to be closed, having made sure that somebody consented to many."""
    closing = writing.closing(driver)
    guard(closing, before.row_count, job.hold_rows, allowed=job.allow_shrink)
    return closing


def guard(closing: int, rows: int, hold_rows: int | None, *, allowed: bool) -> None:
    """Raise :class:`ShrinkError` where so many of the rows must not be closed without consent."""
    if shrinks(closing, rows, hold_rows) and not allowed:
        raise ShrinkError(closing, rows, hold_rows)


def shrinks(closing: int, of: int, hold_rows: int | None) -> bool:
    """Tell whether closing so many of the rows needs somebody's consent (see :class:`Merge`)."""
    if hold_rows is not None:
        return closing > hold_rows
    return of >= SHRINK_FROM_ROWS and closing > SHRINK_LIMIT * of
