"""Mended rows on their way in: which push they belong to, whether they still may, and what became of them.

A mended row is merged as the push it belongs to would have: by its key, or appended where rows have none. What a
later version has changed is not changed back (Jilin Art. 27: true and timely): then the rows are named and nothing
is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from connectors.port import LINE
from hub.push import store
from hub.push.check import REJECTION_SCHEMA
from hub.push.loop import returning_store
from hub.push.loop import store as held_store
from hub.push.loop.errors import NothingHeldError, ResumeOvertakenError
from hub.push.loop.held import encoded
from hub.push.loop.resuming import LISTED, Returned
from hub.push.merge import MergeMode

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from hub.database import Unit
    from hub.push.check import CheckedChunk
    from hub.push.loop.held import HeldPush
    from hub.rows.sealed import Seals
    from hub.rows.tables import RowTable

DUPLICATE: Final = "R04"


@dataclass(frozen=True, slots=True)
class Origin:
    """The push whose rejected rows come back, what is kept of them, and how they are merged."""

    push: store.StoredPush
    held: HeldPush
    mode: MergeMode
    states: Mapping[int, uuid.UUID | None]


@dataclass(frozen=True, slots=True)
class Resumed:
    """What came back and what became of it: ``taken`` lines are in, ``again`` rows are given back once more."""

    origin: Origin
    returned: Returned
    taken: tuple[int, ...]
    again: tuple[pl.DataFrame, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the part of the report that tells it."""
        returned = self.returned
        return {
            "of": str(self.origin.push.given.id),
            "rows": len(returned.lines),
            "taken": len(self.taken),
            "left": len(returned.left),
            "left_lines": list(returned.left[:LISTED]),
            "done_before": len(returned.done),
            "done_lines": list(returned.done[:LISTED]),
        }

    def lines(self, language: str) -> list[str]:
        """Return the lines a terminal shows of it."""
        returned, is_zh = self.returned, language == "zh"
        found = []
        if returned.left:
            places = _places(returned.left, language)
            found.append(
                f"  文件中没有的 {len(returned.left):,} 条退回行仍未入库（{places}）"
                if is_zh
                else f"  {len(returned.left):,} rejected rows are not in the file and stay rejected ({places})"
            )
        if returned.done:
            places = _places(returned.done, language)
            found.append(
                f"  {len(returned.done):,} 行先前已经入库，这次没有再处理（{places}）；要修改它们，请按平常方式推送"
                if is_zh
                else f"  {len(returned.done):,} rows were taken before and are left alone ({places});"
                " push changes of these as usual"
            )
        return found


def _places(lines: tuple[int, ...], language: str) -> str:
    shown = ("、" if language == "zh" else ", ").join(str(line) for line in lines[:LISTED])
    more = ("等" if language == "zh" else " …") if len(lines) > LISTED else ""
    return f"第 {shown} 行{more}" if language == "zh" else f"lines {shown}{more}"


def root_of(unit: Unit, entry_id: uuid.UUID, push_id: uuid.UUID) -> store.StoredPush:
    """Return the push whose rows come back; one that mended rows itself stands for the first.

    Raises:
        NothingHeldError: the resource has no such push.
    """
    push = store.get(unit, push_id)
    if push is not None and push.given.resumes is not None:
        push = store.get(unit, push.given.resumes)
    if push is None or push.given.entry_id != entry_id:
        raise _nothing("该资源没有这次推送", "the resource has no such push", "请核对推送号", "check the push")
    return push


def origin_of(unit: Unit, push: store.StoredPush, mode: MergeMode, seals: Seals | None) -> Origin:
    """Return what is kept of the rejected rows of a push, for a push that mends them; ``seals`` open their cells.

    Raises:
        NothingHeldError: it has no rejected rows, waits itself, or their time is over.
        ResumeOvertakenError: a later push brought the whole table.
    """
    if push.outcome.number is None or push.outcome.state is not store.PushState.MERGED:
        raise _nothing(
            "这次推送本身没有入库（待放行、已撤回或已回滚）",
            "this push itself is not in: it waits, was withdrawn or rolled back",
            "待放行的请先放行；否则请从原文件改好，重新推送",
            "release it first, or mend the first file and push again",
        )
    held_store.lock_held(unit, push.given.id)
    held = held_store.held(unit, push.given.id, seals)
    if held is None or held.erased_at is not None:
        raise _nothing(
            "这次推送没有可改的退回行：没有退回，或保存期限已过，原文已清除",
            "there are no rejected rows of this push to mend: none were rejected, or their time is over",
            "请从原文件改好，重新推送",
            "mend the first file and push again",
        )
    _refuse_overtaken(unit, push)
    return Origin(push, held, mode, held_store.line_states(unit, push.given.id))


def mode_of(mode: str, *, has_key: bool) -> MergeMode:
    """Return how mended rows of a push are merged."""
    given = MergeMode(mode)
    if given in {MergeMode.DELETE, MergeMode.APPEND}:
        return given
    return MergeMode.UPSERT if has_key else MergeMode.APPEND


def _refuse_overtaken(unit: Unit, push: store.StoredPush) -> None:
    later = returning_store.later_full(unit, push.given.entry_id, push.outcome.number or 0)
    if later is not None:
        version, by = later
        raise ResumeOvertakenError(
            f"第 {version} 版已由后来的全量推送 {by} 取代整张表，这次推送的退回行不再适用，没有处理任何一行",
            f"version {version} brought the whole table by a later full push ({by}): nothing was done",
            next_zh="请改好那次推送的退回行，或把改好的行按 upsert 方式推送",
            next_en="mend the rejected rows of that push, or push the mended rows in upsert mode",
            facts={"version": version, "push": str(by)},
        )


def _nothing(zh: str, en: str, next_zh: str, next_en: str) -> NothingHeldError:
    return NothingHeldError(zh, en, next_zh=next_zh, next_en=next_en)


def without_conflicts(unit: Unit, table: RowTable, origin: Origin, chunks: list[CheckedChunk]) -> list[CheckedChunk]:
    """Return the checked rows; those whose key another row of the same push holds are given back.

    Raises:
        ResumeOvertakenError: a later version has changed or closed rows of these keys.
    """
    accepted = [chunk.accepted for chunk in chunks if chunk.accepted.height]
    number = origin.push.outcome.number or 0
    if origin.mode is not MergeMode.UPSERT or not table.key or not accepted:
        return chunks
    keys = pl.concat([frame.select(LINE, *table.key) for frame in accepted])
    met = returning_store.met_rows(unit, table, number, keys)
    own = returning_store.mending_versions(unit, origin.push.given.id) | {number}
    overtaken = [row for row in met if row.version not in own]
    if overtaken:
        raise _overtaken(overtaken)
    twice = {row.line: row.from_line for row in met if not row.is_closed}
    return [_given_back(chunk, twice, table) for chunk in chunks] if twice else chunks


def _overtaken(rows: list[returning_store.Met]) -> ResumeOvertakenError:
    lines = tuple(sorted({row.line for row in rows}))
    versions = sorted({row.version for row in rows})
    zh = "、".join(f"第 {version} 版" for version in versions[:LISTED])
    en = ", ".join(str(version) for version in versions[:LISTED])
    return ResumeOvertakenError(
        f"原文件{_places(lines, 'zh')}的数据已被后来的推送改动（{zh}），没有处理任何一行",
        f"{_places(lines, 'en')} of the first file were changed since (versions {en}): nothing was done",
        next_zh="从工作簿中删去这几行（以后来的数据为准）再推回；确要改的，按 upsert 方式另行推送",
        next_en="delete these rows from the workbook (the later values stand) and send it again, or push them in"
        " upsert mode",
        facts={"lines": list(lines[:LISTED]), "total": len(lines), "versions": versions[:LISTED]},
    )


def _given_back(chunk: CheckedChunk, twice: Mapping[int, int | None], table: RowTable) -> CheckedChunk:
    """Return a chunk in which rows with a taken key are rejected as repeated keys."""
    is_twice = chunk.accepted[LINE].is_in(pl.Series(list(twice), dtype=pl.Int64).implode())
    if not is_twice.any():
        return chunk
    found = chunk.accepted.filter(is_twice)
    rejections = pl.DataFrame(
        {
            "line": found[LINE],
            "rule": [DUPLICATE] * found.height,
            "detail": [_text(twice[line]) for line in found[LINE].to_list()],
        },
        schema_overrides={"detail": pl.String},
    )
    nothing = [pl.lit(None, dtype=kind).alias(name) for name, kind in REJECTION_SCHEMA.items()]
    faults = rejections.with_columns(
        column for column in nothing if column.meta.output_name() not in rejections.columns
    )
    return replace(
        chunk,
        accepted=chunk.accepted.filter(~is_twice),
        rejections=pl.concat([chunk.rejections, faults.select(REJECTION_SCHEMA.names())]).sort("line"),
        rejected_keys=pl.concat([chunk.rejected_keys, found.select(table.key)]),
        rejected_rows=chunk.rejected_rows + found.height,
    )


def _text(line: int | None) -> str | None:
    return None if line is None else str(line)


def settle(unit: Unit, resumed: Resumed, by: uuid.UUID, at: datetime) -> None:
    """Note which rows are in, and the new text of those that are given back once more."""
    root = resumed.origin.push.given.id
    if resumed.taken:
        held_store.resolve(unit, root, resumed.taken, by, at)
    held_store.retry(unit, resumed.origin.held, (encoded(frame) for frame in resumed.again), by)


def rows_at(frames: Iterable[pl.DataFrame], lines: set[int]) -> list[pl.DataFrame]:
    """Return the rows of these lines as they were read."""
    wanted = pl.Series(sorted(lines), dtype=pl.Int64).implode()
    return [found for frame in frames if (found := frame.filter(frame[LINE].is_in(wanted))).height]
