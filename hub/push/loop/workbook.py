"""The marked workbook: rejected rows in the clerk's own columns, faulty cells coloured, with a comment that says how.

GB/T and other standards are cited as the rules cite them; Jilin Art. 27. Every value is a text cell: a spreadsheet
then neither cuts an identity number to 15 digits nor takes a value for a formula, and the text read back is the one
written. The file is written row by row; rows beyond a sheet's limit go on in the next sheet, and that is said.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from hub.push.loop.sheet import FAULT_TITLE, HELP_SHEET, ROWS_SHEET, line_title
from hub.push.rejections import described

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from hub.push.loop.held import HeldHead, HeldRow
    from hub.push.loop.sheet import Language

SHEET_ROWS: Final = 1_000_000
"""Rejected rows of one sheet; Excel's own limit is 1,048,576 lines."""
COMMENTS: Final = 20_000
"""Comments of one workbook, beyond which spreadsheets grow slow; the column of reasons says everything anyway."""
_WIDTH: Final = 16
_AUTHOR: Final = "数通"
_YELLOW: Final = "#FFE699"
_GREY: Final = "#EDEDED"


@dataclass(frozen=True, slots=True)
class Marked:
    """What the workbook is about. ``command`` is what sends it back; ``page`` the address of the report."""

    push_id: uuid.UUID
    title: str
    head: HeldHead
    language: Language = "zh"
    left_out: int = 0
    lapses_on: str = ""


@dataclass(slots=True)
class Written:
    """What came into the workbook."""

    rows: int = 0
    comments: int = 0
    comments_left_out: int = 0
    rules: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Looks:
    """Formats of cells. All values are text (``@``), so that editing a cell keeps it text."""

    header: Format
    text: Format
    faulty: Format
    locked: Format
    reason: Format
    plain: Format


class MarkedWorkbook:
    """Writes one workbook; call :meth:`add` with rows in order of their lines, then :meth:`close`."""

    def __init__(self, path: Path, marked: Marked) -> None:
        """Open the file to write."""
        self._marked = marked
        self._book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False,
             "strings_to_urls": False, "tmpdir": str(path.parent)},
        )  # fmt: skip
        self._book.set_properties({"title": marked.title, "comments": str(marked.push_id)})
        self._looks = _Looks(
            header=self._book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#DDEBF7"}),
            text=self._book.add_format({"num_format": "@", "locked": False}),
            faulty=self._book.add_format({"num_format": "@", "locked": False, "bg_color": _YELLOW, "border": 1}),
            locked=self._book.add_format({"num_format": "@", "locked": True, "bg_color": _GREY}),
            reason=self._book.add_format({"num_format": "@", "locked": True, "font_color": "#833C0B"}),
            plain=self._book.add_format({"text_wrap": True, "valign": "top"}),
        )
        self._sheets = 0
        self._place = 0
        self._sheet = self._next_sheet()
        self.written = Written()

    def add(self, rows: Iterable[HeldRow], faults: Mapping[int, Sequence[Mapping[str, object]]]) -> None:
        """Write rows with their faults (as :data:`hub.push.check.REJECTION_SCHEMA` names them) by line."""
        for row in rows:
            if row.cells is None:
                continue
            if self._place >= SHEET_ROWS:
                self._sheet = self._next_sheet()
            self._place += 1
            self._write(row, row.cells, [described(dict(fault)) for fault in faults.get(row.line, ())])

    def close(self) -> Written:
        """Add the sheet that says what to do, and finish the file."""
        self._protect(self._sheet)
        self._explain()
        self._book.close()
        return self.written

    def _next_sheet(self) -> Worksheet:
        if self._sheets:
            self._protect(self._sheet)
        self._sheets += 1
        self._place = 0
        name = ROWS_SHEET[self._marked.language]
        sheet = self._book.add_worksheet(name if self._sheets == 1 else f"{name} {self._sheets}")
        head, language = self._marked.head, self._marked.language
        width = len(head.header)
        sheet.set_column(0, width, _WIDTH)
        sheet.set_column(width, width, _WIDTH + 6)
        sheet.set_column(width + 1, width + 1, 80)
        for index, name in enumerate(head.header):
            sheet.write_string(0, index, name, self._looks.header)
        sheet.write_string(0, width, line_title(self._marked.push_id, language), self._looks.header)
        sheet.write_string(0, width + 1, FAULT_TITLE[language], self._looks.header)
        sheet.freeze_panes(1, 0)
        return sheet

    def _write(self, row: HeldRow, cells: Sequence[str], faults: list[dict[str, Any]]) -> None:
        sheet, place, width = self._sheet, self._place, len(cells)
        found: dict[int, list[dict[str, Any]]] = {}
        for fault in faults:
            self.written.rules[str(fault["rule"])] += 1
            found.setdefault(self._column(fault), []).append(fault)
        for index, value in enumerate(cells):
            sheet.write_string(place, index, value, self._looks.faulty if index in found else self._looks.text)
        sheet.write_string(place, width, str(row.line), self._looks.locked)
        sheet.write_string(place, width + 1, "；".join(self._short(fault) for fault in faults), self._looks.reason)
        for index, here in sorted(found.items()):
            self._comment(place, index, here)
        self.written.rows += 1

    def _column(self, fault: Mapping[str, Any]) -> int:
        """Return the column a fault is shown at: its item's, its letter's, or that of the line number."""
        head = self._marked.head
        column = head.positions.get(str(fault["column"]))
        if column is not None:
            return column
        letter = fault["letter"] or (fault["detail"] if fault["rule"] == "R25" else None)
        return head.letters.index(letter) if letter in head.letters else len(head.header)

    def _comment(self, place: int, column: int, faults: list[dict[str, Any]]) -> None:
        if self.written.comments >= COMMENTS:
            self.written.comments_left_out += 1
            return
        self.written.comments += 1
        text = "\n\n".join(self._long(fault) for fault in faults)
        lines = text.count("\n") + len(text) // 18 + 2
        options = {"author": _AUTHOR, "width": 320, "height": min(20 * lines, 420), "font_size": 9}
        self._sheet.write_comment(place, column, text, options)

    def _short(self, fault: Mapping[str, Any]) -> str:
        zh = self._marked.language == "zh"
        item = f"[{fault['item']}] " if fault["item"] else ""
        hint = fault["hint"] if zh else fault["hint_en"]
        what = fault["message"] if zh else fault["message_en"]
        return f"{item}{fault['rule']} {what}{'，' if zh and hint else ' ' if hint else ''}{hint}"

    def _long(self, fault: Mapping[str, Any]) -> str:
        """Return a comment: what is wrong, the rule and its standard, how to mend it."""
        if self._marked.language == "en":
            parts = [
                f"{fault['rule']}: {fault['message_en']}",
                f"Hint: {fault['hint_en']}" if fault["hint_en"] else "",
                f"Rule: {fault['standard']}",
                f"Mend: {fault['mend_en']}",
            ]
        else:
            parts = [
                f"{fault['rule']} {fault['message']}",
                f"提示：{fault['hint']}" if fault["hint"] else "",
                f"依据：{fault['standard']}",
                f"怎么改：{fault['mend']}",
            ]
        return "\n".join(part for part in parts if part)

    def _protect(self, sheet: Worksheet) -> None:
        """Keep the line numbers from being typed over; everything else may be changed, sorted and filtered."""
        allowed = ("format_cells", "format_columns", "format_rows", "delete_rows", "sort", "autofilter")
        sheet.protect("", dict.fromkeys(allowed, True))
        sheet.autofilter(0, 0, max(self._place, 1), len(self._marked.head.header) + 1)

    def _explain(self) -> None:
        sheet = self._book.add_worksheet(HELP_SHEET[self._marked.language])
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 100)
        for index, (name, text) in enumerate(_help(self._marked, self.written, self._sheets)):
            sheet.write_string(index, 0, name, self._looks.plain)
            sheet.write_string(index, 1, text, self._looks.plain)


def _help(marked: Marked, written: Written, sheets: int) -> list[tuple[str, str]]:
    """Return the lines of the sheet that says what to do."""
    push = str(marked.push_id)
    more = sheets > 1 or written.comments_left_out or marked.left_out
    rules = [described({"rule": rule, "detail": None}) | {"n": count} for rule, count in written.rules.most_common()]
    if marked.language == "en":
        steps = [
            ("Resource", marked.title),
            ("Push", push),
            ("Rows", f"{written.rows:,} rejected rows; all others are in."),
            ("1", "Mend the yellow cells; point at a cell to read what is wrong and how to mend it."),
            ("2", "Leave the last two columns as they are. A row that is deleted stays rejected."),
            ("3", f"Save, then: hub push THIS-FILE.xlsx --resume {push}   (or upload it on the page of the push)"),
            ("Until", marked.lapses_on),
        ]
        note = (
            f"{sheets} sheets; {written.comments_left_out} cells without a comment (the last column says it);"
            f" {marked.left_out} rows beyond the limit are not here: mend the first file."
        )
        lines = [(str(row["rule"]), f"{row['n']:,}: {row['message_en']} → {row['mend_en']}") for row in rules]
        return [*steps, *([("Note", note)] if more else []), *lines]
    steps = [
        ("资源", marked.title),
        ("推送号", push),
        ("行数", f"本表是被退回的 {written.rows:,} 行，其余的行不用再报。"),
        ("第一步", "改黄色的单元格；把鼠标放在单元格上，批注写明哪里不对、依据什么、怎么改。"),
        ("第二步", "最后两列不要动；删掉的行仍算退回。其他单元格也可以改。"),
        ("第三步", f"保存后运行：hub push 本文件.xlsx --resume {push}   （或在推送报告页面上传）"),
        ("期限", marked.lapses_on),
    ]
    note = (
        f"退回行分在 {sheets} 张表；另有 {written.comments_left_out:,} 个单元格没有批注（看最后一列）；"
        f"超出保存上限的 {marked.left_out:,} 行不在本表，请从原文件改。"
    )
    lines = [(str(row["rule"]), f"{row['n']:,} 处：{row['message']} → {row['mend']}") for row in rules]
    return [*steps, *([("注意", note)] if more else []), *lines]
