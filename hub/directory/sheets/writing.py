"""Workbooks of entries: every cell is text, none is a formula, and the last sheet says how to fill it in.

A text that begins like a formula gets an apostrophe in front (CWE-1236), which reading takes away again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from catalogue.classes import shipped_tree
from catalogue.code_lists import load_code_list
from hub.directory.sheets.cells import LONGEST_CELL
from hub.directory.sheets.columns import (
    BY_KEY,
    DERIVED,
    ENTRY_COLUMNS,
    ENTRY_SHEET,
    HELP_SHEET,
    ITEM_COLUMNS,
    ITEM_SHEET,
    LINK_COLUMNS,
    Column,
)
from hub.directory.sheets.errors import SheetFormError
from hub.directory.sheets.reading import guarded
from hub.directory.sheets.rows import entry_cells, item_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from catalogue.classes import ClassTree

_FONT: Final = "Microsoft YaHei"
_WIDE: Final = frozenset({"title", "abstract", "abstract_en", "item_description", "share_scope", "share_purpose"})
_LONGEST_CHOICE: Final = 255
"""Characters a list of choices may have in a workbook."""
_CHOICE_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a written sheet: key, heading, whether it is only shown, and the column of the template."""

    key: str
    text: str
    is_shown: bool = False
    column: Column | None = None


def heading_of(column: Column) -> Heading:
    """Return the heading of a column of the template."""
    return Heading(column.key, column.heading, column.is_set or column.key in DERIVED, column)


def link_headings() -> list[Heading]:
    """Return the columns that tie an item to its resource."""
    return [Heading(key, BY_KEY[key].heading, is_shown=True, column=None) for key in LINK_COLUMNS]


class SheetBook:
    """A workbook under way; :meth:`add` a sheet after another, then :meth:`close`."""

    def __init__(self, path: Path) -> None:
        """Open the file to write."""
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "tmpdir": str(path.parent),
        }
        self._book: Workbook = xlsxwriter.Workbook(str(path), options)
        cell = {"num_format": "@", "font_name": _FONT, "font_size": 10, "valign": "top", "text_wrap": True}
        head = {"bold": True, "bottom": 1, "valign": "vcenter"}
        self._text = self._book.add_format(cell)
        self._shown = self._book.add_format(cell | {"bg_color": "#EDEDED"})
        self._head = self._book.add_format(cell | head | {"bg_color": "#DDEBF7"})
        self._head_needed = self._book.add_format(cell | head | {"bg_color": "#FCE4D6"})
        self._head_shown = self._book.add_format(cell | head | {"bg_color": "#D9D9D9"})

    def add(self, name: str, headings: Sequence[Heading], rows: Iterable[Mapping[str, str]]) -> int:
        """Write a sheet; returns how many rows it has.

        Raises:
            SheetFormError: a text is longer than a cell of a workbook holds.

        """
        sheet = self._book.add_worksheet(name)
        for index, one in enumerate(headings):
            looks = self._head_needed if one.column is not None and one.column.needed else self._head
            sheet.set_column(index, index, 40 if one.key in _WIDE else 18)
            sheet.write_string(0, index, one.text, self._head_shown if one.is_shown else looks)
            self._offer(sheet, index, one)
        sheet.freeze_panes(1, 2)
        count = 0
        for row in rows:
            count += 1
            for index, one in enumerate(headings):
                text = guarded(row.get(one.key, ""))
                if len(text) > LONGEST_CELL:
                    raise _too_long(row, one)
                if text:
                    sheet.write_string(count, index, text, self._shown if one.is_shown else self._text)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(count, 1) + 1}"})
        return count

    def _offer(self, sheet: Worksheet, index: int, one: Heading) -> None:
        """Let a cell offer the values of its code list; others may be typed, and are read where they are known."""
        if one.column is None or not one.column.choices or one.is_shown:
            return
        listed = [f"{row.code} {row.name_zh}" for row in load_code_list(one.column.choices).rows.values()]
        if len(",".join(listed)) <= _LONGEST_CHOICE:
            offer = {"validate": "list", "source": listed, "error_type": "information", "ignore_blank": True}
            sheet.data_validation(1, index, _CHOICE_ROWS, index, offer)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


def _too_long(row: Mapping[str, str], one: Heading) -> SheetFormError:
    name = row.get("name", "") or row.get("title", "")
    return SheetFormError(
        f"条目 {name[:80]} 的“{one.text}”超过 {LONGEST_CELL} 字，工作簿的单元格放不下",
        f"«{one.text}» of {name[:80]} is longer than the {LONGEST_CELL} characters of a cell",
        next_zh="请用接口（GET /api/v1/entries/名称）取得这个条目",
        next_en="take this entry by the API (GET /api/v1/entries/NAME)",
        facts={"entry": name[:80], "column": one.key},
    )


def write_template(
    path: Path, entries: Sequence[Mapping[str, Any]], *, one_sheet: bool = False, classes: ClassTree | None = None
) -> dict[str, int]:
    """Write entries (their JSON) as the national template: two sheets, or one with the resource on every item's row.

    ``classes`` is the tree in force; the shipped one where none is given.

    Returns:
        How many resources and items were written.

    """
    book = SheetBook(path)
    columns, item_columns = [heading_of(one) for one in ENTRY_COLUMNS], [heading_of(one) for one in ITEM_COLUMNS]
    items, tree = 0, shipped_tree() if classes is None else classes
    if one_sheet:
        rows = (
            {**entry_cells(body, tree), **(item_cells(item) if item is not None else {})}
            for body in entries
            for item in (body.get("items") or (None,))
        )
        book.add(ENTRY_SHEET, [*columns, *item_columns], rows)
        items = sum(len(body.get("items", ())) for body in entries)
    else:
        book.add(ENTRY_SHEET, columns, (entry_cells(body, tree) for body in entries))
        linked = (
            {"name": str(body.get("name", "")), "title": str(body["title"]), **item_cells(item)}
            for body in entries
            for item in body.get("items", ())
        )
        items = book.add(ITEM_SHEET, [*link_headings(), *item_columns], linked)
    book.add(HELP_SHEET, _HELP, _help())
    book.close()
    return {"resources": len(entries), "items": items}


_HELP: Final = (
    Heading("sheet", "表"), Heading("column", "列"), Heading("number", "编制指南序号"), Heading("needed", "必填"),
    Heading("about", "怎么填"), Heading("codes", "代码"),
)  # fmt: skip


def _help() -> Iterable[dict[str, str]]:
    for sheet, columns in ((ENTRY_SHEET, ENTRY_COLUMNS), (ITEM_SHEET, ITEM_COLUMNS)):
        for one in columns:
            rows = load_code_list(one.choices).rows.values() if one.choices else ()
            needed = "系统给出" if one.is_set else "必填" if one.needed else ""
            yield {
                "sheet": sheet,
                "column": one.heading,
                "number": one.number,
                "needed": needed,
                "about": one.about,
                "codes": "\n".join(f"{row.code} {row.name_zh}" for row in rows),
            }
