"""The marked workbook: rejected rows in the clerk's own columns, faulty cells coloured, with a comment that says how.

GB/T and other standards are cited as the rules cite them; Jilin Art. 27. Every value is a text cell: a spreadsheet
then neither cuts an identity number to 15 digits nor takes a value for a formula, and the text read back is the one
written. The file is written row by row; rows beyond a sheet's limit go on in the next sheet, and that is said.
The sheets are not protected: a protected sheet lets nobody delete a row with a locked cell in it. Typing over a line
number is stopped by the cell, and what comes back is checked line by line (:mod:`hub.push.loop.resuming`).
"""

from __future__ import annotations

import unicodedata
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

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from hub.push.loop.held import HeldHead, HeldRow
    from hub.push.loop.sheet import Language

SHEET_ROWS: Final = 1_000_000
"""Rejected rows of one sheet; Excel's own limit is 1,048,576 lines."""
COMMENTS: Final = 20_000
"""Comments of one workbook, beyond which spreadsheets grow slow; the column of reasons says everything anyway."""
_NARROWEST, _WIDEST, _REASON_WIDTH = 10, 42, 70
"""Widths of columns in characters of half width; the widest shows any code, number and date whole."""
_LINE_POINTS, _MOST_LINES = 15.0, 8
"""Height of a line of text, and how many a row shows at most."""
_MEASURED_ROWS: Final = 2_000
"""Rows of a sheet that widths are taken from."""
_FONT: Final = "Microsoft YaHei"
_AUTHOR: Final = "数通"
_YELLOW: Final = "#FFE699"
_GREY: Final = "#EDEDED"
_KEEP_LINE: Final = {
    "zh": ("原行号", "这一列说明改的是原文件哪一行，请不要改动；不想报的行，请整行删除。"),
    "en": (
        "original line",
        "This column tells which row of the file is mended: leave it. Delete a whole row to leave it out.",
    ),
}


@dataclass(frozen=True, slots=True)
class Marked:
    """What the workbook is about; ``sheet_rows`` and ``comments`` are its limits.

    ``wanted`` says by item column what its values must be like.
    """

    push_id: uuid.UUID
    title: str
    head: HeldHead
    language: Language = "zh"
    left_out: int = 0
    lapses_on: str = ""
    wanted: Mapping[str, str] = field(default_factory=dict)
    sheet_rows: int = SHEET_ROWS
    comments: int = COMMENTS


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
    number: Format
    faulty_number: Format
    reason: Format
    name: Format
    plain: Format

    @classmethod
    def of(cls, book: Workbook) -> _Looks:
        """Make the formats of a workbook."""
        cell = {"num_format": "@", "font_name": _FONT, "font_size": 10, "valign": "top"}
        faulty = {"bg_color": _YELLOW, "border": 1, "border_color": "#BF8F00", "text_wrap": True}
        head = {"bold": True, "bottom": 1, "bg_color": "#DDEBF7", "text_wrap": True, "valign": "vcenter"}
        return cls(
            header=book.add_format(cell | head),
            text=book.add_format(cell),
            faulty=book.add_format(cell | faulty),
            number=book.add_format(cell | {"bg_color": _GREY}),
            faulty_number=book.add_format(cell | faulty),
            reason=book.add_format(cell | {"font_color": "#833C0B", "text_wrap": True}),
            name=book.add_format(cell | {"bold": True}),
            plain=book.add_format(cell | {"text_wrap": True}),
        )


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
        self._looks = _Looks.of(self._book)
        self._sheets = 0
        self._place = 0
        self._widths: list[int] = []
        self._sheet = self._next_sheet()
        self.written = Written()

    def add(self, rows: Iterable[HeldRow], faults: Mapping[int, Sequence[Mapping[str, object]]]) -> None:
        """Write rows with their faults (as :data:`hub.push.check.REJECTION_SCHEMA` names them) by line."""
        for row in rows:
            if row.cells is None:
                continue
            if self._place >= self._marked.sheet_rows:
                self._sheet = self._next_sheet()
            self._place += 1
            self._write(row, row.cells, [described(dict(fault)) for fault in faults.get(row.line, ())])

    def close(self) -> Written:
        """Add the sheet that says what to do, and finish the file."""
        self._finish(self._sheet)
        self._explain()
        self._book.close()
        return self.written

    def _next_sheet(self) -> Worksheet:
        if self._sheets:
            self._finish(self._sheet)
        self._sheets += 1
        self._place = 0
        name = ROWS_SHEET[self._marked.language]
        sheet = self._book.add_worksheet(name if self._sheets == 1 else f"{name} {self._sheets}")
        sheet.set_row(0, 2 * _LINE_POINTS)
        head, language = self._marked.head, self._marked.language
        width = len(head.header)
        self._widths = [min(_columns(name), _WIDEST // 2) + 2 for name in head.header]
        for index, name in enumerate(head.header):
            sheet.write_string(0, index, name, self._looks.header)
        sheet.write_string(0, width, line_title(self._marked.push_id, language), self._looks.header)
        sheet.write_string(0, width + 1, FAULT_TITLE[language], self._looks.header)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _write(self, row: HeldRow, cells: Sequence[str], faults: list[dict[str, Any]]) -> None:
        sheet, place, width = self._sheet, self._place, len(cells)
        found: dict[int, list[dict[str, Any]]] = {}
        for fault in faults:
            self.written.rules[str(fault["rule"])] += 1
            found.setdefault(self._column(fault), []).append(fault)
        reason = self._reason(faults)
        wrapped = [(reason, _REASON_WIDTH), *((cells[index], _WIDEST) for index in found if index < width)]
        lines = max(-(-_columns(text, _REASON_WIDTH * _MOST_LINES) // room) for text, room in wrapped)
        sheet.set_row(place, _LINE_POINTS * min(max(lines, 1), _MOST_LINES))
        for index, value in enumerate(cells):
            sheet.write_string(place, index, value, self._looks.faulty if index in found else self._looks.text)
            if place <= _MEASURED_ROWS:
                self._widths[index] = max(self._widths[index], _columns(value) + 2)
        number = self._looks.faulty_number if width in found else self._looks.number
        sheet.write_string(place, width, str(row.line), number)
        sheet.write_string(place, width + 1, reason, self._looks.reason)
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
        if self.written.comments >= self._marked.comments:
            self.written.comments_left_out += 1
            return
        self.written.comments += 1
        text = "\n\n".join(self._long(fault) for fault in faults)
        lines = text.count("\n") + len(text) // 18 + 2
        options = {"author": _AUTHOR, "width": 320, "height": min(20 * lines, 420), "font_size": 9}
        self._sheet.write_comment(place, column, text, options)

    def _reason(self, faults: list[dict[str, Any]]) -> str:
        """Return all faults of a row in one text; items with the same fault are named together."""
        said: dict[str, list[str]] = {}
        for fault in faults:
            said.setdefault(self._short(fault), []).append(str(fault["item"] or ""))
        between = "、" if self._marked.language == "zh" else ", "
        named = [(between.join(filter(None, items)), text) for text, items in said.items()]
        return ("；" if self._marked.language == "zh" else "; ").join(
            f"[{items}] {text}" if items else text for items, text in named
        )

    def _short(self, fault: Mapping[str, Any]) -> str:
        zh = self._marked.language == "zh"
        hint = fault["hint"] if zh else fault["hint_en"]
        what = fault["message"] if zh else fault["message_en"]
        return f"{fault['rule']} {what}{'，' if zh and hint else ' ' if hint else ''}{hint}"

    def _long(self, fault: Mapping[str, Any]) -> str:
        """Return a comment: what is wrong, the rule and its standard, how to mend it."""
        wanted = self._marked.wanted.get(str(fault["column"]), "")
        if self._marked.language == "en":
            parts = [
                f"{fault['rule']}: {fault['message_en']}",
                f"Hint: {fault['hint_en']}" if fault["hint_en"] else "",
                f"Rule: {fault['standard']}",
                f"Mend: {fault['mend_en']}",
                f"Wanted: {wanted}" if wanted else "",
            ]
        else:
            parts = [
                f"{fault['rule']} {fault['message']}",
                f"提示：{fault['hint']}" if fault["hint"] else "",
                f"依据：{fault['standard']}",
                f"怎么改：{fault['mend']}",
                f"要求：{wanted}" if wanted else "",
            ]
        return "\n".join(part for part in parts if part)

    def _finish(self, sheet: Worksheet) -> None:
        """Set widths by what is in the columns, and let no line number be typed over by accident."""
        width, last, language = len(self._marked.head.header), max(self._place, 1), self._marked.language
        for index, wanted in enumerate(self._widths):
            sheet.set_column(index, index, min(max(wanted, _NARROWEST), _WIDEST))
        sheet.set_column(width, width, 20)
        sheet.set_column(width + 1, width + 1, _REASON_WIDTH)
        title, message = _KEEP_LINE[language]
        sheet.data_validation(
            1,
            width,
            last,
            width,
            {"validate": "custom", "value": "=FALSE", "error_title": title, "error_message": message},
        )
        sheet.autofilter(0, 0, last, width + 1)

    def _explain(self) -> None:
        sheet = self._book.add_worksheet(HELP_SHEET[self._marked.language])
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 100)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for index, (name, text) in enumerate(_help(self._marked, self.written, self._sheets)):
            sheet.write_string(index, 0, name, self._looks.name)
            sheet.write_string(index, 1, text, self._looks.plain)


def _columns(text: str, most: int = _WIDEST) -> int:
    """Return how wide the first ``most`` characters are: a Han character takes two places of half width."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text[:most])


def _help(marked: Marked, written: Written, sheets: int) -> list[tuple[str, str]]:
    """Return the lines of the sheet that says what to do."""
    push = str(marked.push_id)
    more = sheets > 1 or written.comments_left_out or marked.left_out
    head = marked.head
    columns = sorted((place, column) for column, place in head.positions.items() if column in marked.wanted)
    wanted = [(head.header[place] or head.letters[place], marked.wanted[column]) for place, column in columns]
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
            f" {marked.left_out} rows are not here (beyond the limit, or several of one line made of columns):"
            " mend the first file."
        )
        lines = [(str(row["rule"]), f"{row['n']:,}: {row['message_en']} → {row['mend_en']}") for row in rules]
        about = ("Columns", "What each column wants of its values:")
        return [*steps, *([("Note", note)] if more else []), *lines, about, *wanted]
    steps = [
        ("资源", marked.title),
        ("推送号", push),
        ("行数", f"本表是被退回的 {written.rows:,} 行，其余的行不用再报。"),
        ("第一步", "改黄色的单元格；把鼠标放在单元格上，批注写明哪里不对、依据什么、怎么改。"),
        ("第二步", "最后两列（原行号、退回原因）不要动。不想报的行可以整行删掉，它仍算退回；其他单元格也可以改。"),
        ("第三步", f"保存后运行：hub push 本文件.xlsx --resume {push}   （或在推送报告页面上传）"),
        ("期限", marked.lapses_on),
    ]
    note = (
        f"退回行分在 {sheets} 张表；另有 {written.comments_left_out:,} 个单元格没有批注（看最后一列）；"
        f"另有 {marked.left_out:,} 行不在本表（超出保存上限，或同一行有几列转成了行），请从原文件改。"
    )
    lines = [(str(row["rule"]), f"{row['n']:,} 处：{row['message']} → {row['mend']}") for row in rules]
    about = ("各列要求", "每一列的值应当怎样写：")
    return [*steps, *([("注意", note)] if more else []), *lines, about, *wanted]
