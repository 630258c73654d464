"""The dirty workbook of the story: what an export looks like before anybody looked at it, and the mended one.

Eight mistakes of the kinds that make clerks' work: a mistyped check character, a number that Excel cut to 15
digits, one it turned into a figure, an unknown code, a name in place of a code, a day no calendar has, a key
twice. Two lines stand above the header, as in most exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.files.reader import open_table
from connectors.port import ReadOptions, position
from hub.demo.generators import demo_frame, workbook_rows
from hub.demo.workbook import Cell, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from hub.demo.directory import DemoEntry

ENTRY: Final = "qiye-dengji"
SHEET: Final = "企业登记"
HEADER_ROW: Final = 3
_ABOVE: Final[tuple[tuple[Cell, ...], ...]] = (
    ("示例市企业登记信息导出表（示例数据）",),
    ("导出单位：示例市市场监督管理局", None, None, "金额单位：万元"),
)
_KEPT_DIGITS: Final = 15
"""Digits a spreadsheet keeps of a number."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: sheet row, column of the item (empty for the whole row), and the rule that finds it."""

    row: int
    column: str
    rule: str


@dataclass(frozen=True, slots=True)
class DirtyFile:
    """The dirty workbook; it is read with ``header_row``. ``rows`` counts data rows, mistakes are one a row."""

    path: Path
    header_row: int
    rows: int
    mistakes: tuple[Mistake, ...]


def write_dirty(folder: Path, entry: DemoEntry) -> DirtyFile:
    """Write ``qiye-dengji-dirty.xlsx``; ``entry`` is the entry of enterprises."""
    header, rows = _table(entry)
    columns = [item.column for item in entry.entry.items]

    def spoil(place: int, column: str, rule: str, value: Cell) -> Mistake:
        rows[place][columns.index(column)] = value
        return Mistake(place + HEADER_ROW + 1, column, rule)

    def told(place: int, column: str) -> str:
        return str(rows[place][columns.index(column)])

    code, person = "xinyong_daima", "fading_daibiaoren_zhengjian"
    found = [
        spoil(10, code, "R18", _other_end(told(10, code))),
        spoil(25, person, "R12", _other_end(told(25, person))),
        spoil(40, person, "R41", float(told(40, person)[:_KEPT_DIGITS] + "000")),
        spoil(55, person, "R03", told(55, person)[:_KEPT_DIGITS] + "000"),
        spoil(70, "dengji_zhuangtai", "R07", "0"),
        spoil(85, "qiye_leixing", "R20", "私营有限责任公司"),
        spoil(100, "chengli_riqi", "R10", "2021-02-30"),
    ]
    rows.append(list(rows[5]))
    found.append(Mistake(len(rows) + HEADER_ROW, "", "R04"))
    path = folder / f"{ENTRY}-dirty.xlsx"
    write_workbook(path, SHEET, [*_ABOVE, header, *rows])
    return DirtyFile(path, HEADER_ROW, len(rows), tuple(found))


def write_mended(folder: Path, entry: DemoEntry) -> Path:
    """Write ``qiye-dengji-mended.xlsx``: the same export with every mistake mended; header in the same row."""
    header, rows = _table(entry)
    path = folder / f"{ENTRY}-mended.xlsx"
    write_workbook(path, SHEET, [*_ABOVE, header, *rows])
    return path


def mend_marked(folder: Path, marked: Path, entry: DemoEntry) -> Path:
    """Write ``qiye-dengji-rows-mended.xlsx``: the marked workbook as a clerk mends it by its comments.

    Each value gets what the register says; the row whose key stands twice is left out. The line a row came from is
    the number in the last column but one.
    """
    header, rows = _table(entry)
    with open_table(marked, ReadOptions(name=marked.name, sheet=1)) as source:
        titles = list(source.header)
        given = pl.concat(list(source.chunks()))
    place = len(header)
    lines = [int(line) for line in given[position(place)].to_list()]
    kept = [line for line in lines if line - HEADER_ROW - 1 < len(rows)]
    path = folder / f"{ENTRY}-rows-mended.xlsx"
    write_workbook(path, SHEET, [titles[: place + 1], *([*rows[line - HEADER_ROW - 1], str(line)] for line in kept)])
    return path


def _table(entry: DemoEntry) -> tuple[list[Cell], list[list[Cell]]]:
    """Return header and rows as an export gives them; firms do not change with the day."""
    frame = demo_frame(ENTRY)
    names = {item.column: item.name for item in entry.entry.items}
    return [names[column] for column in frame.columns], workbook_rows(frame)


def _other_end(number: str) -> str:
    """Return the number with its last character mistyped."""
    return number[:-1] + ("7" if number[-1] != "7" else "8")
