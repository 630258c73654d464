"""Rejected rows mended in the browser: new values are checked at once, good rows go in together (Jilin Art. 27).

The faults of a row are found by the checks of a push, row by row; what only the whole file can tell (a key that
another row has) is told when the rows go in. Values are given to the provider's own pushing roles and to nobody else.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from connectors.port import position
from hub.directory.code_lists.reading import own_codes
from hub.directory.facts import load_resource
from hub.push.decode import CheckPlan, checker_of
from hub.push.header import plain
from hub.push.loop import marking
from hub.push.loop import store as held_store
from hub.push.loop.errors import HeldRowError
from hub.push.loop.held import frame_of
from hub.push.loop.resuming import columns_of
from hub.push.loop.sheet import line_title
from hub.push.merge import MergeMode
from hub.push.rejections import described
from hub.push.rule_sets.checks import PushChecks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.push.loop.held import HeldHead, HeldPush, HeldRow
    from hub.push.loop.store import Chosen
    from hub.push.store import StoredPush

CHECKED_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Bench:
    """The rejected rows of one push, the choice of them that is its own, and what they are checked against."""

    unit: Unit
    push: StoredPush
    resource: Resource
    held: HeldPush
    chosen: Chosen
    plan: CheckPlan


def bench_of(context: Context, unit: Unit, push: StoredPush) -> Bench:
    """Return the rows of a push for mending (raises :class:`NothingHeldError`)."""
    held, chosen = marking.held_of(unit, push, context.numbers)
    resource = load_resource(context, unit, push.given.entry_id)
    items = resource.entry.items
    plan = CheckPlan(items, resource.entry.keys, context.today(), context.demo, own_codes(unit, items))
    plan = plan.naming() if push.given.mode == MergeMode.DELETE.value else plan
    _, ruled = PushChecks.prepared(context, unit, resource, replace(plan, columns=columns_of(held.head)))
    return Bench(unit, push, resource, held, chosen, ruled)


def columns(bench: Bench) -> list[dict[str, Any]]:
    """Return the columns of the first file: letter, header, and the item each is read into."""
    head = bench.held.head
    items = {place: column for column, place in head.positions.items()}
    return [
        {"letter": head.letters[index], "header": name, "item": items.get(index)}
        for index, name in enumerate(head.header)
    ]


def page(bench: Bench, *, after: int, limit: int, rule: str | None) -> dict[str, Any]:
    """Return rows with their values and faults, by line, after a line."""
    chosen = replace(bench.chosen, rule=rule)
    total = held_store.pending_rows(bench.unit, bench.held.push_id, chosen)
    rows = held_store.held_rows(bench.unit, bench.held, chosen, after=after, limit=limit + 1)
    shown, more = rows[:limit], len(rows) > limit
    faults = marking.faults_of_rows(bench.unit, bench.held.push_id, shown)
    return {
        "total": total,
        "returned": len(shown),
        "next": shown[-1].line if more else None,
        "columns": columns(bench),
        "rows": [row_body(row, faults.get(row.line, [])) for row in shown],
    }


def row_body(row: HeldRow, faults: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """Return one row: its values in the order of the columns, and its faults with the texts of their rules."""
    return {
        "line": row.line,
        "values": list(row.cells or ()),
        "is_mended": row.is_mended,
        "faults": [described(dict(fault)) for fault in faults],
    }


def mend(bench: Bench, line: int, values: Mapping[str, str]) -> dict[str, Any]:
    """Set values of one row, check it, store it; returns the row with the faults that are left.

    ``values`` go by item column, or by the header of the file.

    Raises:
        HeldRowError: no such row to mend, or no such column.
    """
    held_store.lock_held(bench.unit, bench.held.push_id)
    row = _row(bench, line)
    cells = list(row.cells or ())
    for name, value in values.items():
        cells[_place(bench.held.head, name)] = value
    mended = replace(row, cells=tuple(cells), is_mended=True)
    faults = check(bench, [mended]).get(line, [])
    _store(bench, mended, faults)
    return row_body(mended, faults)


def _row(bench: Bench, line: int) -> HeldRow:
    found = held_store.rows_at(bench.unit, bench.held, [line])
    if not found or found[0].cells is None:
        raise HeldRowError(
            f"第 {line} 行不是这次推送里待改的退回行（没有这一行，或已经入库）",
            f"line {line} is no rejected row of this push that is still to be mended",
            next_zh="刷新退回行列表",
            next_en="read the list of rejected rows again",
            facts={"line": line},
        )
    return found[0]


def _place(head: HeldHead, name: str) -> int:
    """Return the column of the file for an item column or a header."""
    place = head.positions.get(name)
    if place is not None:
        return place
    wanted = plain(name)
    places = [index for index, title in enumerate(head.header) if plain(title) == wanted]
    if len(places) != 1:
        raise HeldRowError(
            f"原文件没有“{name[:40]}”一列",
            f"the file has no column {name[:40]!r}",
            next_zh="用信息项的列名或原文件的表头",
            next_en="name the column of the item, or the header of the file",
            facts={"columns": list(head.positions)},
        )
    return places[0]


def check(bench: Bench, rows: Sequence[HeldRow]) -> dict[int, list[dict[str, object]]]:
    """Return the faults of rows by line; rows without a fault are not in it."""
    found: dict[int, list[dict[str, object]]] = {}
    places = columns_of(bench.held.head)
    for start in range(0, len(rows), CHECKED_ROWS):
        part = list(rows[start : start + CHECKED_ROWS])
        checked = checker_of(bench.plan).check(frame_of(part, bench.held.head), places)
        for fault in checked.rejections.iter_rows(named=True):
            found.setdefault(fault["line"], []).append(fault)
    return found


def _store(bench: Bench, row: HeldRow, faults: Sequence[Mapping[str, object]]) -> None:
    cells = {position(index): value for index, value in enumerate(row.cells or ())}
    held_store.mend(bench.unit, bench.held, row.line, cells, marking.shown(faults))


@dataclass(frozen=True, slots=True)
class Replacing:
    """Find and replace over rejected rows: whole values of one column, of one rule or of all.

    ``expected`` is the count the dry run said; None asks for the dry run.
    """

    item: str
    old: str
    new: str
    rule: str | None = None
    expected: int | None = None


def replace_all(bench: Bench, replacing: Replacing) -> dict[str, Any]:
    """Count the rows that hold a value, or set the new one in all of them and check each.

    Raises:
        HeldRowError: no such column, or the rows are no longer those the dry run counted.
    """
    held_store.lock_held(bench.unit, bench.held.push_id)
    place = _place(bench.held.head, replacing.item)
    chosen = replace(bench.chosen, rule=replacing.rule, cell=(position(place), bench.held.forms(replacing.old)))
    count = held_store.pending_rows(bench.unit, bench.held.push_id, chosen)
    if replacing.expected is None:
        return {"rows": count, "done": False}
    if replacing.expected != count:
        raise HeldRowError(
            f"符合的行现有 {count} 行，与试算的 {replacing.expected} 行不同，没有替换",
            f"{count} rows fit now, not the {replacing.expected} of the dry run: nothing was replaced",
            next_zh="重新试算行数，再替换",
            next_en="count again, then replace",
            facts={"rows": count, "expected": replacing.expected},
        )
    good = 0
    for row in held_store.held_rows(bench.unit, bench.held, chosen, limit=max(count, 1)):
        cells = list(row.cells or ())
        cells[place] = replacing.new
        mended = replace(row, cells=tuple(cells), is_mended=True)
        faults = check(bench, [mended]).get(row.line, [])
        _store(bench, mended, faults)
        good += not faults
    return {"rows": count, "done": True, "without_faults": good}


def write_good(bench: Bench, path: Path) -> int:
    """Write the mended rows without a fault as the CSV a clerk would send back; returns how many there are."""
    head, rows = bench.held.head, 0
    chosen = replace(bench.chosen, is_mended=True)
    after = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL)
        table.writerow([*head.header, line_title(bench.held.push_id, "zh")])
        while found := held_store.held_rows(bench.unit, bench.held, chosen, after=after, limit=CHECKED_ROWS):
            after = found[-1].line
            good = [row for row in found if not row.faults]
            table.writerows([*(row.cells or ()), row.line] for row in good)
            rows += len(good)
    if rows == 0:
        raise HeldRowError(
            "还没有改好的退回行",
            "no rejected row is mended yet",
            next_zh="先改正标出的单元格",
            next_en="mend the marked cells first",
        )
    return rows
