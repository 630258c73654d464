"""From the rejected rows that are kept to the marked workbook of a push: pages of rows with their faults.

A push that mended rows of an earlier one has a workbook of what it gave back once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from hub.push.loop import store as held_store
from hub.push.loop.errors import NothingHeldError
from hub.push.loop.store import Chosen
from hub.push.loop.wanted import wanted
from hub.push.loop.workbook import Marked, MarkedWorkbook
from policies.workdays import local_day

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hub.context import Context
    from hub.database import Unit
    from hub.push import store
    from hub.push.loop.held import HeldPush, HeldRow
    from hub.push.loop.sheet import Language
    from hub.push.loop.workbook import Written
    from hub.rows.sealed import Seals

PAGE_ROWS: Final = 2_000
Faults = dict[int, list[dict[str, object]]]


def held_of(unit: Unit, push: store.StoredPush, seals: Seals | None) -> tuple[HeldPush, Chosen]:
    """Return what is kept of a push's rejected rows, and which of them are its own; ``seals`` open their cells.

    Raises:
        NothingHeldError: no row was rejected, or their time is over.
    """
    root = push.given.resumes or push.given.id
    chosen = Chosen(tried_by=push.given.id) if push.given.resumes is not None else Chosen()
    held = held_store.held(unit, root, seals)
    if held is None or held.erased_at is not None:
        raise nothing_held()
    return held, chosen


def nothing_held() -> NothingHeldError:
    """Return the error of a push without rejected rows to mend."""
    return NothingHeldError(
        "这次推送没有可改的退回行：没有退回，或保存期限已过，原文已清除",
        "there are no rejected rows of this push to mend: none were rejected, or their time is over",
        next_zh="没有退回的不用处理；已清除的，请从原文件改好后重新推送",
        next_en="nothing rejected needs nothing; what was erased is mended in the first file and pushed again",
    )


def faults_of_rows(unit: Unit, push_id: uuid.UUID, rows: Sequence[HeldRow]) -> Faults:
    """Return the faults of rows as they stand: found in the browser, or by the push that gave them back last."""
    found: Faults = {row.line: [dict(one) for one in row.faults] for row in rows if row.faults is not None}
    by: dict[uuid.UUID, list[int]] = {}
    for row in rows:
        if row.faults is None:
            by.setdefault(row.tried_by or push_id, []).append(row.line)
    for push, lines in by.items():
        found |= held_store.faults_of(unit, push, lines)
    return found


def pages(unit: Unit, held: HeldPush, chosen: Chosen) -> Iterator[tuple[list[HeldRow], Faults]]:
    """Yield rows still to be mended with their faults, page by page."""
    after = 0
    while rows := held_store.held_rows(unit, held, chosen, after=after, limit=PAGE_ROWS):
        after = rows[-1].line
        yield rows, faults_of_rows(unit, held.push_id, rows)


def write_marked(
    context: Context, unit: Unit, push: store.StoredPush, path: Path, *, language: Language, title: str
) -> Written:
    """Write the marked workbook of a push to ``path`` (raises :class:`NothingHeldError`)."""
    held, chosen = held_of(unit, push, context.numbers)
    day = local_day(held.lapses_at).isoformat()
    until = f"退回行原文保存到 {day}，到期清除" if language == "zh" else f"rejected rows are kept until {day}"
    version = catalogue_store.find_version(unit, push.given.entry_id, push.given.entry_version)
    items = () if version is None else Entry.from_dict(version.body).items
    said = {item.column: wanted(item, language) for item in items}
    marked = Marked(held.push_id, title, held.head, language, held.left_out, until, said)
    book = MarkedWorkbook(path, marked)
    try:
        for rows, faults in pages(unit, held, chosen):
            book.add(rows, faults)
    finally:
        written = book.close()
    return written


def shown(faults: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return faults as they are stored with a mended row: JSON values, no text that the rules give."""
    names = ("line", "letter", "item", "column", "rule", "value", "detail")
    return [{name: fault[name] for name in names} for fault in faults]
