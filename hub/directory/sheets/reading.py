"""A list in a workbook or CSV file: its header found by its words, its rows as texts with their places.

The header is the row (or two rows, groups above columns) of the first twenty that holds the most known headings.
Cells come from the reader of pushes: stored values, never formulas, which nobody here executes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from catalogue.subjects import folded
from connectors.files.errors import HeaderError, ReadOptionError, SheetError
from connectors.files.reader import open_table
from connectors.port import LINE, Limits, ReadOptions, position
from hub.directory.sheets.errors import SheetFormError
from hub.directory.sheets.faults import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from connectors.port import TableSource

LIMITS: Final = Limits(workbook_bytes=256 << 20, sheet_cells=3_000_000)
"""A list of a whole city fits: 15,000 entries with 200,000 items in twenty columns."""
_LOOKED_AT: Final = 20
_GUARD: Final = re.compile(r"^'+(?=[=+\-@\t\r＝＋－＠])")
"""Apostrophes before a sign that begins a formula: put there by whoever wrote the file safely."""
_IDLE: Final = frozenset({"序号", "备注", "填报说明", "填报人", "联系人", "no"})
"""Columns that say nothing of an entry; they are named as not read."""


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file on disk with the name its sender gave it."""

    path: Path
    name: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its line in the sheet, and its cells by the key of their column (blank ones too)."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass(slots=True)
class SheetTable:
    """A list that was read. ``letters`` and ``headings`` say where a key stands, ``idle`` what was not read."""

    sheet: str
    letters: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    rows: list[SheetRow] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def place(self, row: SheetRow | None = None, key: str = "") -> Place:
        """Return the place of a cell, a row or a column."""
        return Place(
            self.sheet, row.line if row is not None else None, self.letters.get(key, ""), self.headings.get(key, "")
        )


def unguarded(text: str) -> str:
    """Return a cell's text without the apostrophe that keeps it from being a formula, and without blanks around it."""
    guard = _GUARD.match(text)
    return text[1:] if guard is not None else text


def guarded(text: str) -> str:
    """Return a text so that no program takes it for a formula; :func:`unguarded` gives it back."""
    return f"'{text}" if text[:1] and (text[0] in "=+-@\t\r＝＋－＠" or _GUARD.match(text) is not None) else text


def sheet_names(file: SheetFile) -> tuple[str, ...]:
    """Return the names of the sheets of a workbook; one empty name for a text file."""
    try:
        options = ReadOptions(name=file.name or None, sheet=1, no_header=True)
        with open_table(file.path, options, LIMITS) as source:
            return source.facts().sheets or ("",)
    except SheetError as error:
        found = error.facts.get("sheets", ())
        return tuple(str(name) for name in found) if isinstance(found, (list, tuple)) else ()
    except (ReadOptionError, HeaderError):  # a text file has no sheets: the option means nothing there
        return ("",)


def read_sheet(file: SheetFile, known: Mapping[str, str], sheet: str = "") -> SheetTable:
    """Read one sheet by its headings.

    Args:
        file: the workbook or text file.
        known: key of a column by its folded heading (:func:`catalogue.subjects.folded`); two header rows fold to
            ``group/heading`` as well as to the heading alone.
        sheet: name of the sheet; empty for a text file or the only sheet.

    Raises:
        FileError: the file cannot be read.
        SheetFormError: no row of the sheet holds headings that are known.

    """
    options = ReadOptions(name=file.name or None, sheet=sheet or None, no_header=True)
    with open_table(file.path, options, LIMITS) as source:
        row, count = _header_of(source.preview(), known)
    if row is None:
        raise SheetFormError(
            f"{_named(sheet)}前 {_LOOKED_AT} 行里没有找到表头",
            f"{sheet or 'the file'}: no header among its first {_LOOKED_AT} rows",
            next_zh="请使用从平台导出的模板，保留表头文字",
            next_en="use the template exported by the hub, and keep its headings",
            facts={"sheet": sheet},
        )
    options = ReadOptions(name=file.name or None, sheet=sheet or None, header_row=row + 1, header_rows=count)
    with open_table(file.path, options, LIMITS) as source:
        return _read(source, known, sheet)


def _named(sheet: str) -> str:
    return f"工作表“{sheet}”" if sheet else "文件"


def _header_of(preview: Sequence[Sequence[str]], known: Mapping[str, str]) -> tuple[int | None, int]:
    """Return the place of the header and how many rows it has: those with the most known headings."""
    best, place, count = 0, None, 1
    for number, row in enumerate(preview[:_LOOKED_AT]):
        single = _hits(row, known)
        if single > best:
            best, place, count = single, number, 1
        if number + 1 < len(preview):
            below = preview[number + 1]
            double = _hits([low or high for low, high in zip(below, row, strict=False)], known)
            if single and double > best and _hits(below, known) < double:
                best, place, count = double, number, 2
    return place, count


def _hits(row: Iterable[str], known: Mapping[str, str]) -> int:
    return len({key for cell in row if (key := _key_of(cell, known))})


def _key_of(heading: str, known: Mapping[str, str]) -> str:
    """Return the key of a heading: as it is, without its remark in brackets, or by its lowest part."""
    parts = [part for part in heading.split("/") if part.strip()]
    wordings = [heading, *([parts[-1]] if len(parts) > 1 else [])]
    for wording in wordings:
        bare = re.sub(r"[（(].*?[）)]|\*", "", wording)
        for text in (folded(wording), folded(bare)):
            if text in known:
                return known[text]
    return ""


def _read(source: TableSource, known: Mapping[str, str], sheet: str) -> SheetTable:
    table = SheetTable(sheet)
    keys: list[str] = []
    strangers: dict[int, str] = {}
    for index, heading in enumerate(source.header):
        key, shown = _key_of(heading, known), " ".join(heading.split())
        letter = source.letters[index]
        if key and key in table.letters:
            table.faults.append(_twice(table, letter, shown))
            key = ""
        elif key:
            table.letters[key], table.headings[key] = letter, shown
        elif folded(shown) in _IDLE:
            table.idle.append(shown)
        else:
            strangers[index] = shown
        keys.append(key)
    filled: set[int] = set()
    for frame in source.chunks():
        for line in frame.iter_rows(named=True):
            cells = [unguarded(str(line.get(position(index)) or "")) for index in range(len(keys))]
            filled |= {index for index in strangers if cells[index].strip()}
            table.rows.append(
                SheetRow(int(line[LINE]), {key: cell for key, cell in zip(keys, cells, strict=True) if key})
            )
    table.faults += [_stranger(table, source.letters[index], strangers[index]) for index in sorted(filled)]
    return table


def _twice(table: SheetTable, letter: str, heading: str) -> Fault:
    return Fault(
        Place(table.sheet, None, letter, heading),
        f"“{heading}”一列出现了两次",
        f"there are two columns «{heading}»",
        "只保留一列",
        "keep one of them",
    )


def _stranger(table: SheetTable, letter: str, heading: str) -> Fault:
    return Fault(
        Place(table.sheet, None, letter, heading),
        f"不认识“{heading or letter}”这一列，列中有内容",
        f"the column «{heading or letter}» is not known, and it holds values",
        "改为模板中的列名；不需要的列请删除",
        "use a heading of the template, or delete the column",
    )
