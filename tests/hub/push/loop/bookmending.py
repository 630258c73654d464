"""A clerk who knows nothing but the marked workbook: mends it by its colours, its comments and its sheet of advice.

What a comment tells exactly (the right last character, the code for a name, the limit of a text) is done. Where it says
that the value cannot be known from here (export it again, delete what is no data), the whole row is deleted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import openpyxl
from openpyxl.cell.cell import Cell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

YELLOW: Final = "FFFFE699"
LAST: Final = re.compile(r"末位应为 (\S)")
CODE: Final = re.compile(r"(?:应写|可能应为) (\S+)")
SERIAL: Final = re.compile(r"按 1900 日期系统为 (\S+)")
LONGEST: Final = re.compile(r"要求：[^\n]*最多 (\d+) 字")
OPTIONAL: Final = re.compile(r"要求：[^\n]*可以空着")
PLACES: Final = re.compile(r"小数最多 (\d+) 位")
NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass
class Done:
    """What the clerk did: rows of the workbook, rows deleted, cells changed by rule."""

    rows: int = 0
    deleted: list[int] = field(default_factory=list)
    changed: Counter[str] = field(default_factory=Counter)


def _last(value: str, told: str) -> str | None:
    found = LAST.search(told)
    return None if found is None else value.strip()[:-1] + found[1]


def _code(value: str, told: str) -> str | None:
    del value
    found = CODE.search(told)
    return None if found is None else found[1].rstrip("，。；")


def _shorter(value: str, told: str) -> str | None:
    found = LONGEST.search(told)
    return None if found is None else value.strip()[: int(found[1])]


def _rounded(value: str, told: str) -> str | None:
    """Write a number with the decimals that are wanted; one with too many digits before them is not known here."""
    found = PLACES.search(told)
    number = NUMBER.fullmatch(value.strip().replace(",", ""))
    return None if number is None else f"{float(number[0]):.{int(found[1]) if found else 0}f}"


def _date(value: str, told: str) -> str | None:
    del value
    found = SERIAL.search(told)
    return None if found is None else found[1]


def _first_number(value: str, told: str) -> str | None:
    """Keep the number of «465(万元)»: only the digits are wanted, where the comment says so."""
    found = NUMBER.search(value.replace(",", ""))
    return found[0] if found is not None and "只写数字" in told else None


MENDING: Final[dict[str, Callable[[str, str], str | None]]] = {
    "R05": _first_number,
    "R07": _code,
    "R08": _shorter,
    "R09": _rounded,
    "R12": _last,
    "R18": _last,
    "R20": _code,
    "R26": _date,
    "R43": _first_number,
}


def mend_by_advice(path: Path, to: Path) -> Done:
    """Mend a marked workbook (Chinese) as it says, and save it under another name."""
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[-1] == "说明"
    steps = {str(row[0].value): str(row[1].value) for row in book["说明"].iter_rows()}
    assert "黄色" in steps["第一步"]
    assert "--resume" in steps["第三步"]
    done = Done()
    for sheet in book.worksheets[:-1]:
        _mend_sheet(sheet, done)
    book.save(to)
    return done


def _mend_sheet(sheet: Worksheet, done: Done) -> None:
    titles = [str(cell.value) for cell in sheet[1]]
    number = next(index for index, title in enumerate(titles, 1) if title.startswith("原行号"))
    for row in range(sheet.max_row, 1, -1):
        done.rows += 1
        cells = [cell for cell in sheet[row] if isinstance(cell, Cell) and cell.fill.start_color.rgb == YELLOW]
        assert cells, f"row {row} of {sheet.title} is rejected and nothing in it is marked"
        fresh = [_mended(cell, is_row=cell.column == number) for cell in cells]
        if any(value is None for value, _ in fresh):
            done.deleted.append(int(str(sheet.cell(row, number).value)))
            sheet.delete_rows(row)
            continue
        for cell, (value, rule) in zip(cells, fresh, strict=True):
            cell.value = value
            done.changed[rule] += 1


def _mended(cell: Cell, *, is_row: bool) -> tuple[str | None, str]:
    """Return the mended value of a marked cell with the first rule of its comment; None where the row has to go."""
    assert cell.comment is not None, f"{cell.coordinate} is coloured without a comment"
    told = cell.comment.text
    rule = told[:3]
    assert "怎么改：" in told
    if is_row:
        return None, rule
    value = str(cell.value or "")
    fresh = MENDING[rule](value, told) if rule in MENDING else None
    if fresh is None and OPTIONAL.search(told) and rule in {"R06", "R24"}:
        fresh = ""
    return fresh, rule
