"""Fetching from a database: all rows, rows above a watermark, or the difference to what travelled before.

The difference is told in three steps within one snapshot, each of which moves little: sums of row hashes by bucket
of about sixteen rows; keys and hashes of the rows of buckets that differ; the rows whose hash differs. The work is
done by the source's database, the rows that did not change stay there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, log2
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from catalogue.entry import PushMode
from connectors.databases.reading import HASHES, KEY_MARK, SLOT_BITS, Reader, Wanted
from connectors.port import letter, position
from hub.pulls import row_store
from hub.pulls.definition import Strategy
from hub.pulls.errors import PullDefinitionError
from hub.pulls.parts import Fetch, Part, RowFile, note
from hub.push.header import map_header
from hub.push.merge import MergeMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from catalogue.entry import Entry
    from hub.database import Database
    from hub.pulls.records import Pull
    from hub.rows.sealed import Seals

ROWS_A_BUCKET: Final = 16
FEWEST_BITS: Final = 4
MOST_BITS: Final = 22
WHOLE_FROM_SHARE: Final = 0.5
"""When more than this share of the rows changed, all are fetched: by key they would cost more."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a fetch works with. ``tick`` is told the phase with every piece that comes; it may end the run.

    ``seals`` open the keys of rows that travelled before.
    """

    database: Database
    pull: Pull
    entry: Entry
    name: str
    folder: Path
    now: datetime
    tick: Callable[[str], None]
    seals: Seals


def fetch_database(task: Task, reader: Reader) -> Fetch:
    """Fetch what the strategy of the pull says.

    Raises:
        SourceError: the database does not give it; nothing is remembered.
        PullDefinitionError: the columns do not hold the entry's key.
    """
    definition = task.pull.definition
    task.tick("columns")
    match definition.strategy:
        case Strategy.WHOLE:
            return Fetch("whole", (_all_rows(task, reader),), {})
        case Strategy.WATERMARK:
            return _above_watermark(task, reader)
        case Strategy.DIFFERENCE:
            reader.name_keys(key_columns(task.pull, task.entry, reader.header))
            return _difference(task, reader)


def key_columns(pull: Pull, entry: Entry, header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the source that hold the entry's key: as the definition says, or as the mapping does.

    Raises:
        PullDefinitionError: the entry has no key.
        HeaderMismatchError: the columns do not fit the entry.
    """
    definition = pull.definition
    if not entry.keys:
        raise PullDefinitionError(
            "条目没有主键，只能全量拉取",
            "the entry has no key, so it can be pulled whole alone",
            next_zh="请把 strategy 改为 whole，或在目录条目中指定主键信息项",
            next_en="set `strategy` to whole, or name key items in the entry",
            facts={"faults": [{"pointer": "/definition/strategy"}]},
        )
    if definition.key:
        return definition.key
    letters = [letter(index) for index in range(len(header))]
    places = map_header(header, letters, entry.items, definition.mapping).positions
    return tuple(header[places[column]] for column in entry.keys)


def _all_rows(task: Task, reader: Reader) -> Part:
    with RowFile(task.folder / "rows.csv", reader.header, has_marks=False) as file:
        for frame in reader.rows():
            file.add(frame)
            task.tick("rows")
    return file.part(MergeMode.FULL, task.name, task.pull.definition.mapping)


def _above_watermark(task: Task, reader: Reader) -> Fetch:
    definition, memory = task.pull.definition, task.pull.memory
    highest = reader.highest(definition.watermark)
    known: str | None = memory.get("watermark")
    if known is None or _is_whole_due(task):
        part = _all_rows(task, reader)
        return Fetch("whole", (part,), {"watermark": highest, "whole_at": task.now.isoformat()})
    remembered = {**memory, "watermark": highest if highest is not None else known}
    wanted = Wanted(reader.after(definition.watermark, known, definition.overlap))
    with RowFile(task.folder / "rows.csv", reader.header, has_marks=False) as file:
        for frame in reader.rows(wanted):
            file.add(frame)
            task.tick("rows")
    part = file.part(MergeMode.UPSERT, task.name, definition.mapping)
    return Fetch("watermark", (part,) if file.rows else (), remembered)


def _is_whole_due(task: Task) -> bool:
    """Whether a person asked for all rows, or it is time to see what a watermark cannot show."""
    days, last = task.pull.definition.whole_every_days, task.pull.memory.get("whole_at")
    if task.pull.asked.get("whole"):
        return True
    return days is not None and (last is None or datetime.fromisoformat(last) + timedelta(days=days) <= task.now)


def _difference(task: Task, reader: Reader) -> Fetch:
    with task.database.begin(statement_timeout_seconds=0) as unit:
        known = row_store.count(unit, task.pull.id)
    if not known or not task.pull.memory.get("hashed") or _is_whole_due(task):
        return _all_with_hashes(task, reader)
    bits = min(MOST_BITS, max(FEWEST_BITS, ceil(log2(known / ROWS_A_BUCKET))))
    shift = SLOT_BITS - bits
    theirs = reader.sums(shift)
    task.tick("sums")
    with task.database.begin(statement_timeout_seconds=0) as unit:
        ours = row_store.sums(unit, task.pull.id, shift)
    buckets = _differing(theirs, ours)
    if not buckets:
        return Fetch("difference", (), dict(task.pull.memory))
    found = _hashes(task, reader.hashes(shift, buckets))
    with task.database.begin(statement_timeout_seconds=0) as unit:
        held = row_store.hashes(unit, task.pull.id, shift, buckets, task.seals)
    changed = found.join(held, on=["key", "hash"], how="anti")["key"].unique()
    gone = held.join(found, on="key", how="anti")
    if len(changed) > WHOLE_FROM_SHARE * int(theirs["rows"].sum()):
        return _all_with_hashes(task, reader)
    if gone.height and PushMode.DELETE not in task.entry.push.modes:
        told = note(
            f"数据源删除了 {gone.height} 行；条目的推送策略不含 delete，本次改为全量拉取",
            f"{gone.height} rows are gone from the source; the entry does not take pushes of mode delete, so all rows"
            " were fetched",
        )
        whole = _all_with_hashes(task, reader)
        return Fetch(whole.strategy, whole.parts, whole.memory, gone.height, (told,))
    return _changes(task, reader, changed, gone)


def _differing(theirs: pl.DataFrame, ours: pl.DataFrame) -> list[int]:
    """Return the buckets whose sums are not the same on both sides, those of one side alone too."""
    names = ["bucket", "rows", "sum_a", "sum_b"]
    either = pl.concat([theirs.join(ours, on=names, how="anti"), ours.join(theirs, on=names, how="anti")])
    return sorted(either["bucket"].unique().to_list())


def _hashes(task: Task, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    gathered = [pl.DataFrame(schema=dict.fromkeys(HASHES, pl.String()))]
    for frame in frames:
        gathered.append(frame)
        task.tick("hashes")
    return pl.concat(gathered)


def _all_with_hashes(task: Task, reader: Reader) -> Fetch:
    with RowFile(task.folder / "rows.csv", reader.header, has_marks=True) as file:
        for frame in reader.rows(Wanted(with_hashes=True)):
            file.add(frame)
            task.tick("rows")
    part = file.part(MergeMode.FULL, task.name, task.pull.definition.mapping)
    memory: dict[str, Any] = {"hashed": True, "whole_at": task.now.isoformat()}
    return Fetch("whole", (_replacing(part),), memory)


def _replacing(part: Part) -> Part:
    return Part(
        part.path, part.digest, part.mode, part.filename, part.options, part.mapping, part.rows, part.marks,
        replaces_marks=True,
    )  # fmt: skip


def _changes(task: Task, reader: Reader, changed: pl.Series, gone: pl.DataFrame) -> Fetch:
    parts: list[Part] = []
    definition = task.pull.definition
    if len(changed):
        key = position(len(reader.columns) + HASHES.index("key"))
        with RowFile(task.folder / "rows.csv", reader.header, has_marks=True) as file:
            for frame in reader.by_keys(changed.to_list()):
                # A collation may find keys that only look alike; the bytes decide.
                file.add(frame.filter(pl.col(key).is_in(changed.implode())))
                task.tick("rows")
        parts.append(file.part(MergeMode.UPSERT, task.name, definition.mapping))
    if gone.height:
        parts.append(_deletions(task, reader, gone))
    return Fetch("difference", tuple(parts), dict(task.pull.memory), gone.height)


def _deletions(task: Task, reader: Reader, gone: pl.DataFrame) -> Part:
    """Write the keys of rows that are gone from the source."""
    names = [column.name for column in reader.keys]
    split = gone["key"].str.split(KEY_MARK)
    keys = pl.DataFrame({position(index): split.list.get(index) for index in range(len(names))})
    with RowFile(task.folder / "gone.csv", names, has_marks=False) as file:
        file.add(keys)
    part = file.part(MergeMode.DELETE, f"{task.name}-gone", task.pull.definition.mapping)
    return Part(part.path, part.digest, part.mode, part.filename, part.options, part.mapping, part.rows, gone=gone)
