"""Where the table is in a file: header lines, unit lines below them, subtitles, notes at the end, columns by year.

Looks at the first rows and the last ones as a grid of texts; says line numbers, keeps no value. Pure but for reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from connectors.files.errors import FileError
from connectors.files.headings import joined, spread
from connectors.files.reader import open_table
from connectors.port import FIELDS, LINE, letter
from hub.push.header import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl

    from connectors.port import Limits, ReadOptions, TableFacts, TableSource

SAMPLE_ROWS: Final = 1000
TAIL_ROWS: Final = 60
_HEADER_WITHIN: Final = 40
_MOST_LINES: Final = 3
_LINE_COST: Final = 0.02
_WORTH_A_LINE: Final = 0.5
_DELIMITER_WITHIN: Final = 12
GRIDS: Final = frozenset({"csv", "tsv", "xlsx", "xls", "ods", "xlsb"})
"""Formats in which a header is a line among others."""
NOTE_WORDS: Final = ("注", "备注", "说明", "附注", "数据来源", "资料来源", "来源", "制表", "填表", "审核", "合计说明")
YEAR_COLUMNS: Final = ("{####}年", "{####}", "{####年#月}", "{####年##月}")
_UNIT_LINE: Final = re.compile(
    r"[(（\[]?(?:计量)?(?:单位[:：].*|[亿万千百]?(?:元|人|户|吨|平方米|公顷|公里|家|个|件|次|台|辆|立方米|千瓦时)|%|％|‰)[)）\]]?"
)


_NUMBER: Final = re.compile(r"[-+]?[0-9][0-9.,/:%-]*")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Grid:
    """First and last rows of a file as texts, with their lines; ``is_whole`` where there are no others."""

    options: ReadOptions
    letters: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    tail: tuple[tuple[str, ...], ...]
    tail_lines: tuple[int, ...]
    facts: TableFacts


@dataclass(frozen=True, slots=True)
class Header:
    """Header lines found: index of the first row in the grid, how many, their names, and how well they fit."""

    index: int
    count: int
    names: tuple[str, ...]
    score: float


def read_grid(path: Path, options: ReadOptions, limits: Limits) -> Grid:
    """Read the file as rows without a header; raises ``FileError`` where that cannot be done."""
    with open_table(path, replace(options, header_row=1, header_rows=1), limits) as table:
        if table.facts().format not in GRIDS:
            return _named(table, options)
        plain_options = replace(options, no_header=True, header_row=1, header_rows=1, columns=())
        if not table.facts().delimiter:
            return _read(path, plain_options, limits)
    return _read(path, _widest(path, plain_options, limits), limits)


def _widest(path: Path, options: ReadOptions, limits: Limits) -> ReadOptions:
    """Return the options with the delimiter and width of the first lines: title lines have neither."""
    width, delimiter = 0, options.delimiter
    for line in range(1, _DELIMITER_WITHIN):
        try:
            with open_table(path, replace(options, header_row=line, delimiter=delimiter), limits) as table:
                if len(table.header) > width:
                    width, delimiter = (
                        len(table.header),
                        table.facts().delimiter if len(table.header) > 1 else delimiter,
                    )
        except FileError:
            if line == 1:
                raise
            break
    return replace(options, delimiter=delimiter, columns=tuple(letter(index) for index in range(width)))


def _named(table: TableSource, options: ReadOptions) -> Grid:
    """Return the grid of a file whose columns have names of their own (JSON, Parquet and their like)."""
    rows, lines = [tuple(table.header)], [0]
    for frame in table.chunks():
        rows += _texts(frame.head(SAMPLE_ROWS - len(rows)))
        lines += frame[LINE].head(SAMPLE_ROWS - len(lines)).to_list()
        if len(rows) >= SAMPLE_ROWS:
            break
    return Grid(options, table.letters, tuple(rows), tuple(lines), (), (), table.facts())


def _read(path: Path, options: ReadOptions, limits: Limits) -> Grid:
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    tail: list[tuple[int, tuple[str, ...]]] = []
    with open_table(path, options, limits) as table:
        for frame in table.chunks():
            wanted = SAMPLE_ROWS - len(rows)
            rows += _texts(frame.head(wanted))
            lines += frame[LINE].head(wanted).to_list()
            last = frame.tail(TAIL_ROWS)
            tail = [*tail, *zip(last[LINE].to_list(), _texts(last), strict=True)][-TAIL_ROWS:]
        facts, letters = table.facts(), table.letters
    return Grid(
        options,
        letters,
        tuple(rows),
        tuple(lines),
        tuple(row for _, row in tail),
        tuple(line for line, _ in tail),
        facts,
    )


def _texts(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    return frame.drop(LINE, FIELDS).rows()


def find_header(grid: Grid, fit: Callable[[Sequence[str]], float]) -> Header | None:
    """Return the header lines whose names fit best; None where no row fits at all. A row of data is no header line."""
    best: Header | None = None
    data = _data_rows(grid.rows[: _HEADER_WITHIN + _MOST_LINES + 1])
    for index in range(min(len(grid.rows), _HEADER_WITHIN)):
        for count in range(1, min(_MOST_LINES, len(grid.rows) - index) + 1):
            last = index + count - 1
            if grid.lines[last] != grid.lines[index] + count - 1 or last in data:
                break
            names = header_names(grid.rows[index : index + count])
            score = fit(names) - _LINE_COST * (count - 1) if any(names) else 0.0
            gain = 0.0 if best is None else score - best.score
            if score > 0 and (best is None or gain > (_WORTH_A_LINE if count > best.count else 0.0)):
                best = Header(index, count, names, score)
    return best


def _data_rows(rows: Sequence[Sequence[str]]) -> frozenset[int]:
    """Return the rows that go on below: numbers where the row below has them and the full row above has words.

    Years are words here: they head columns.
    """
    found: set[int] = set()
    kinds = [tuple(map(_kind, row)) for row in rows]
    for number in range(1, len(rows)):
        above, own = kinds[number - 1], kinds[number]
        is_headed = above != own and len(above) - above.count("") >= len(own) - own.count("")
        goes_on = number - 1 in found and above == own
        begins = is_headed and number + 1 < len(rows) and own == kinds[number + 1]
        if "number" in own and (goes_on or begins):
            found.add(number)
    return frozenset(found)


def _kind(cell: str) -> str:
    text = plain(cell)
    if not text:
        return ""
    return "number" if _NUMBER.fullmatch(text) and not _YEAR.fullmatch(text) else "word"


def header_names(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the names several header lines give, where no merged cells are known."""
    filled = [list(line) for line in lines]
    for number in range(len(filled) - 2, -1, -1):
        filled[number] = spread(filled[number], filled[number + 1])
    return joined(filled)


def unit_lines(grid: Grid, header: Header) -> int:
    """Return how many rows below the header say units alone."""
    count = 0
    for row in grid.rows[header.index + header.count :]:
        cells = [text for cell in row if (text := plain(cell))]
        if not cells or not all(_UNIT_LINE.fullmatch(cell) for cell in cells):
            break
        count += 1
    return count


def note_words(grid: Grid) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the words that begin the notes at the end, and the lines of the notes."""
    singles: list[int] = []
    for index in range(len(grid.tail) - 1, -1, -1):
        if sum(bool(cell.strip()) for cell in grid.tail[index]) != 1:
            break
        singles.append(index)
    for index in reversed(singles):
        text = plain(next(cell for cell in grid.tail[index] if cell.strip()))
        word = next((word for word in sorted(NOTE_WORDS, key=len, reverse=True) if text.startswith(word)), None)
        if word is not None:
            return (word,), grid.tail_lines[index:]
    return (), ()


def subtitle_lines(grid: Grid, first: int, notes: Sequence[int]) -> tuple[int, ...]:
    """Return the lines, from row ``first`` on, that hold a value in the first column alone."""
    found = []
    for line, row in zip(grid.lines[first:], grid.rows[first:], strict=True):
        if len(row) > 1 and row[0].strip() and not any(cell.strip() for cell in row[1:]) and line not in notes:
            found.append(line)
    return tuple(found)


def column_values(grid: Grid, first: int, index: int) -> tuple[str, ...]:
    """Return some values of a column below the header."""
    return tuple(row[index] for row in grid.rows[first : first + 200] if index < len(row))
