"""Bulk edit: chosen columns of many entries or items go out, are edited in a spreadsheet and come back.

Each row carries the version it was taken from. What comes back is compared first: the differences are shown, an entry
that somebody changed since is named as a conflict and left alone, every other changed one becomes a draft. A row left
out of the file changes nothing; a row that is no entry, or no item, of the unit is a fault.
"""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from catalogue import store as catalogue_store
from catalogue.classes import shipped_tree
from catalogue.entry import Entry
from catalogue.shape import ShapeError
from catalogue.subjects import folded
from hub.directory import publish
from hub.directory.checking import SecretsInEntryError
from hub.directory.sheets import building, store
from hub.directory.sheets.building import Resource
from hub.directory.sheets.columns import BY_KEY, ENTRY_COLUMNS, ITEM_COLUMNS, Column
from hub.directory.sheets.errors import SheetColumnError
from hub.directory.sheets.faults import Fault, Normalised, listed
from hub.directory.sheets.importing import Outcome, shown_changes
from hub.directory.sheets.places import place_of
from hub.directory.sheets.reading import read_sheet, sheet_names
from hub.directory.sheets.rows import SPECIAL, entry_cells, item_cells
from hub.directory.sheets.writing import Heading, SheetBook, heading_of
from hub.ledger.drafts import ReceiptKind
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from hub.directory.checking import Desk
    from hub.directory.sheets.importing_lists import How
    from hub.directory.sheets.reading import SheetFile, SheetRow, SheetTable
    from hub.directory.sheets.store import Chosen

BASE: Final = "base"
BASE_HEADING: Final = "基准版本"
SHEET: Final = "批量修改"
_FIXED: Final = (
    Heading("name", "条目标识", is_shown=True),
    Heading(BASE, BASE_HEADING, is_shown=True),
    Heading("title_shown", "条目名称（只看）", is_shown=True),
)
_FIXED_ITEM: Final = (
    Heading("item_column", "列名", is_shown=True),
    Heading("item_shown", "信息项（只看）", is_shown=True),
)
_NOT_EDITED: Final = frozenset({"name", "item_column", "provider_code"})


def editable(*, items: bool) -> tuple[Column, ...]:
    """Return the columns that can be edited in bulk: of items, or of entries."""
    columns = ITEM_COLUMNS if items else ENTRY_COLUMNS
    return tuple(one for one in columns if one.key not in SPECIAL | _NOT_EDITED and not one.is_set)


def base_of(number: int, body: object) -> str:
    """Return what stands for a version in a row: its number and a short digest of what it says."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{number}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def chosen_columns(keys: Sequence[str], *, items: bool) -> tuple[Column, ...]:
    """Return the columns of keys or headings.

    Raises:
        SheetColumnError: one is none of the template, or cannot be edited in bulk.

    """
    known = {name: one for one in editable(items=items) for name in (one.key, folded(one.heading))}
    found: dict[str, Column] = {}
    for key in keys:
        column = known.get(key) or known.get(folded(key))
        if column is None:
            raise SheetColumnError(
                f"没有可批量修改的列“{key[:60]}”",
                f"there is no column «{key[:60]}» to edit in bulk",
                next_zh="可用：" + "、".join(one.key for one in editable(items=items)),
                next_en="choose of: " + ", ".join(one.key for one in editable(items=items)),
                facts={"column": key[:60]},
            )
        found[column.key] = column
    return tuple(found.values())


def write_edit(path: Path, entries: Sequence[Chosen], columns: Sequence[Column], *, items: bool) -> int:
    """Write the chosen columns of entries, or of all their items; returns how many rows there are."""
    headings = [*_FIXED, *(_FIXED_ITEM if items else ()), *map(heading_of, columns)]
    book = SheetBook(path)
    count = book.add(SHEET, headings, _rows(entries, items=items))
    book.close()
    return count


def _rows(entries: Iterable[Chosen], *, items: bool) -> Iterable[dict[str, str]]:
    for one in entries:
        fixed = {"name": one.name, BASE: base_of(one.number, one.body), "title_shown": str(one.body["title"])}
        if not items:
            yield entry_cells(one.body, shipped_tree()) | fixed  # classes are not edited here
            continue
        for item in one.body.get("items", ()):
            yield item_cells(item) | fixed | {"item_shown": str(item["name"])}


@dataclass(slots=True)
class Edited:
    """The report: entries changed, unchanged, in conflict, faulty; is anything written, and what differs."""

    rows: int = 0
    columns: list[str] = field(default_factory=list)
    is_written: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    normalised: Normalised = field(default_factory=Normalised)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        counts = {
            word: sum(one.outcome == word for one in self.outcomes)
            for word in ("changed", "unchanged", "conflict", "faulty")
        }
        return {
            "rows": self.rows,
            "columns": self.columns,
            **counts,
            "is_written": self.is_written,
            "normalised": self.normalised.to_list(),
            "entries": [one.to_dict() for one in self.outcomes],
            **listed(self.faults),
        }


def take_back(desk: Desk, file: SheetFile, how: How, digest: str) -> Edited:
    """Compare an edited workbook with what stands, and make drafts of what changed unless it is a dry run.

    Raises:
        FileError, SheetFormError: the file cannot be read, or is no sheet of a bulk edit.
        SecretsInEntryError: V07; the caller opens an incident.

    """
    known = _known_headings()
    names = sheet_names(file)
    table = read_sheet(file, known, SHEET if SHEET in names else names[0] if names else "")
    items = "item_column" in table.letters
    columns = tuple(BY_KEY[key] for key in table.letters if key in {one.key for one in editable(items=items)})
    report = Edited(rows=len(table.rows), columns=[one.heading for one in columns], faults=list(table.faults))
    if not columns or "name" not in table.letters or BASE not in table.letters:
        raise SheetColumnError(
            "文件里没有可修改的列，或少了“条目标识”“基准版本”",
            "the file has no column to edit, or lacks the name or the base version",
            next_zh="请使用 hub sheet edit-export 导出的文件，不要删前三列",
            next_en="use the file that hub sheet edit-export wrote, and keep its first three columns",
        )
    with desk.unit.connection.begin_nested() as point:
        for rows in _by_entry(table):
            report.outcomes.append(_one(desk, table, rows, columns, report))
        report.is_written = not how.dry_run and (how.accept_good or not _stops(report))
        if not report.is_written:
            point.rollback()
            for one in report.outcomes:
                one.version = None
    if report.is_written:
        _record(desk, report, digest)
    return report


def _stops(report: Edited) -> bool:
    return bool(report.faults) or any(one.outcome == "conflict" for one in report.outcomes)


def _record(desk: Desk, report: Edited, digest: str) -> None:
    outcomes = [one.outcome for one in report.outcomes]
    desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        provider=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        action="sheet.edit",
        file_digest=digest,
        rows=report.rows,
        rows_accepted=outcomes.count("changed"),
        rows_unchanged=outcomes.count("unchanged"),
        rows_rejected=outcomes.count("faulty") + outcomes.count("conflict"),
    )


def _known_headings() -> dict[str, str]:
    """Return the key of each heading a sheet of a bulk edit may have."""
    fixed = {folded(one.text): one.key for one in (*_FIXED, *_FIXED_ITEM)}
    columns = (*editable(items=False), *editable(items=True))
    return {folded(one.heading): one.key for one in columns} | {one.key: one.key for one in columns} | fixed


def _by_entry(table: SheetTable) -> list[list[SheetRow]]:
    """Return the rows of each entry together, in the order of their first rows."""
    found: dict[str, list[SheetRow]] = {}
    for row in table.rows:
        found.setdefault(row["name"].strip(), []).append(row)
    return list(found.values())


def _one(desk: Desk, table: SheetTable, rows: list[SheetRow], columns: tuple[Column, ...], report: Edited) -> Outcome:
    first = rows[0]
    name = first["name"].strip()
    outcome = Outcome(table.place(first, "name"), first["title_shown"].strip(), "faulty", name)
    resource = Resource(table, first, rows, table)
    present = catalogue_store.find_entry(desk.unit, name) if name else None
    if present is None or present.provider_id != desk.staff.member.id or present.withdrawn_at is not None:
        text = ("本单位没有这个条目", "your unit has no such entry")
        report.faults.append(Fault(table.place(first, "name"), *text, "不要改动“条目标识”", "leave the name as it was"))
        return outcome
    number = present.draft_version or present.published_version or 1
    version = catalogue_store.find_version(desk.unit, present.id, number)
    before = dict(version.body) if version is not None else {}
    items = "item_column" in table.letters
    after = _edited(resource, before, columns, report.normalised, items=items)
    entry = _decoded(resource, after)
    if entry is None or resource.faults:
        report.faults += resource.faults
        return outcome
    stands = Entry.from_dict(before)
    outcome.changes = shown_changes(stands, entry)
    if stands == entry:
        outcome.outcome = "unchanged"
    elif any(row[BASE].strip() != base_of(number, before) for row in rows):
        outcome.outcome = "conflict"
    else:
        _write(desk, resource, entry, outcome, report)
    return outcome


def _edited(
    resource: Resource, before: dict[str, Any], columns: tuple[Column, ...], normalised: Normalised, *, items: bool
) -> dict[str, Any]:
    """Return the body with the cells of the rows in place."""
    after = deepcopy(before)
    reader = building.Reader(resource, normalised)
    if not items:
        if len(resource.items or ()) > 1:
            text = ("同一条目写了两行", "two rows are of this entry")
            resource.fault("name", text, ("只留一行", "keep one"), row=(resource.items or [])[1])
        for column in columns:
            reader.put(after, resource.row, column)
        return after
    by_column = {str(one["column"]): one for one in after.get("items", ())}
    for row in resource.items or ():
        item = by_column.get(row["item_column"].strip())
        if item is None:
            text = ("条目没有这个信息项", "the entry has no such item")
            mend = ("新信息项请用目录模板导入（hub sheet import）", "add items by the template (hub sheet import)")
            resource.fault("item_column", text, mend, row=row)
            continue
        for column in columns:
            reader.put(item, row, column, item=True)
    return after


def _decoded(resource: Resource, body: dict[str, Any]) -> Entry | None:
    try:
        return Entry.from_dict(body)
    except ShapeError as error:
        text = (f"应为{error.expected_zh}", f"expected {error.expected_en}")
        resource.faults.append(Fault(place_of(resource, error.path), *text, error.mend_zh, error.mend_en))
        return None


def _write(desk: Desk, resource: Resource, entry: Entry, outcome: Outcome, report: Edited) -> None:
    try:
        with desk.unit.connection.begin_nested():
            draft = publish.revise(desk, outcome.name, entry.to_dict())
    except SecretsInEntryError:
        raise
    except DomainError as error:
        resource.fault("name", (error.zh, error.en), (error.next_zh, error.next_en))
        report.faults += resource.faults
        return
    outcome.outcome, outcome.version, outcome.findings = "changed", draft.version.number, len(draft.findings)


def choose(desk: Desk, names: Sequence[str], limit: int) -> tuple[tuple[Chosen, ...], int]:
    """Return the entries of the person's unit for a bulk edit, by title, and how many there are."""
    return store.chosen(desk.unit, store.Choice((desk.staff.member.id,), names), limit)
