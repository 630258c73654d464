"""A workbook of the template as resources with their items: two sheets, or one with resource columns on every row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from catalogue.subjects import folded
from hub.directory.sheets.building import Resource
from hub.directory.sheets.columns import ENTRY_SHEET, HELP_SHEET, ITEM_SHEET, known_headings
from hub.directory.sheets.errors import SheetFormError
from hub.directory.sheets.faults import Fault
from hub.directory.sheets.reading import read_sheet, sheet_names

if TYPE_CHECKING:
    from hub.directory.sheets.reading import SheetFile, SheetTable

MOST_RESOURCES: Final = 5_000
MOST_ITEMS: Final = 100_000


@dataclass(slots=True)
class Packed:
    """What a workbook holds: its resources, its sheets, how many items, faults of the sheets as a whole."""

    form: str = "two_sheets"
    tables: list[SheetTable] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    items: int = 0
    idle: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def unpack(file: SheetFile) -> Packed:
    """Read a workbook (or a CSV file in the one-sheet form).

    Raises:
        FileError: it cannot be read.
        SheetFormError: it is none of the template, or holds more than one import takes.

    """
    names = sheet_names(file)
    items = next((name for name in names if name == ITEM_SHEET), None)
    if items is None and len(names) > 1:
        items = next((name for name in names if "信息项" in name), None)
    first = _first(names, items)
    packed = Packed()
    if items is None or items == first:
        packed.form = "one_sheet"
        table = read_sheet(file, known_headings(items=True, entries=True), first)
        _limit(len(table.rows), MOST_ITEMS)
        packed.tables, packed.items = [table], len(table.rows)
        _one_sheet(packed, table)
    else:
        table = read_sheet(file, known_headings(items=False, entries=True), first)
        item_table = read_sheet(file, known_headings(items=True, entries=False), items)
        _limit(len(item_table.rows), MOST_ITEMS)
        packed.tables, packed.items = [table, item_table], len(item_table.rows)
        _two_sheets(packed, table, item_table)
    _limit(len(packed.resources), MOST_RESOURCES)
    packed.idle = [heading for one in packed.tables for heading in one.idle]
    if "title" not in packed.tables[0].letters:
        raise SheetFormError(
            "没有“信息资源名称”一列，不是目录模板",
            "there is no column of resource names: this is not the template",
            next_zh="请使用从平台导出的模板（hub sheet export）",
            next_en="use the template the hub exports (hub sheet export)",
        )
    return packed


def _first(names: tuple[str, ...], items: str | None) -> str:
    """Return the sheet of resources: by its name, else the first that is no other."""
    if ENTRY_SHEET in names:
        return ENTRY_SHEET
    return next((name for name in names if name not in {items, HELP_SHEET}), names[0] if names else "")


def _limit(found: int, most: int) -> None:
    if found > most:
        raise SheetFormError(
            f"表内有 {found} 行，一次最多导入 {most} 行",
            f"there are {found} rows, one import takes {most}",
            next_zh="请按单位或分类拆成几个文件",
            next_en="split the file by unit or class",
            facts={"rows": found, "limit": most},
        )


def _two_sheets(packed: Packed, table: SheetTable, item_table: SheetTable) -> None:
    by_name: dict[str, Resource] = {}
    by_title: dict[str, Resource] = {}
    for row in table.rows:
        resource = Resource(table, row, [], item_table)
        packed.resources.append(resource)
        title, name = folded(row["title"]), row["name"].strip()
        if title and title in by_title:
            text = (
                f"与第 {by_title[title].row.line} 行的信息资源名称相同",
                f"row {by_title[title].row.line} has this title",
            )
            resource.fault("title", text, ("同一资源只写一行", "write a resource in one row"))
        by_title.setdefault(title, resource)
        if name:
            by_name.setdefault(name, resource)
    for row in item_table.rows:
        found = by_name.get(row["name"].strip()) or by_title.get(folded(row["title"]))
        if found is None or found.items is None:
            text = ("资源表中没有这个资源", "the sheet of resources has no such resource")
            mend = ("写上资源表中的条目标识或信息资源名称", "give its name or title as in that sheet")
            packed.faults.append(Fault(item_table.place(row, "title"), *text, *mend))
        else:
            found.items.append(row)


def _one_sheet(packed: Packed, table: SheetTable) -> None:
    """Group the rows by resource: a new title begins one, blank cells and equal ones repeat the row above."""
    has_items = "item_name" in table.letters
    present: Resource | None = None
    entry_keys = [key for key in table.letters if not key.startswith("item_")]
    for row in table.rows:
        title = folded(row["title"])
        if present is None or (title and title != folded(present.row["title"])):
            present = Resource(table, row, [] if has_items else None, table)
            packed.resources.append(present)
        else:
            for key in entry_keys:
                if row[key].strip() and row[key].strip() != present.row[key].strip():
                    text = (f"与第 {present.row.line} 行写的不同", f"row {present.row.line} says something else")
                    mend = (
                        "同一资源的各行写一样的，或只在第一行写",
                        "write the same on all its rows, or on the first alone",
                    )
                    present.faults.append(Fault(table.place(row, key), *text, *mend))
        if (
            has_items
            and present.items is not None
            and any(row[key].strip() for key in table.letters if key.startswith("item_"))
        ):
            present.items.append(row)
