"""What every table does with its rows after parsing: blank ones dropped and counted, footers held back.

Shared by delimited text and workbooks, so that a file saved as either gives the same rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

import polars as pl

from connectors.files.errors import FileLimitError
from connectors.port import FIELDS, LINE, OutsideText, ReadNote, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.port import Limits

_NAMED_LINES: Final = 10
_LOST: Final = ("\ufffd", "锟斤拷")
"""What remains of a text that was once read in a wrong encoding: the replacement character, and itself misread."""


class RowCounts(TypedDict):
    """The part of ``TableFacts`` that rows decide."""

    rows: int
    blank_rows: int
    blank_lines: tuple[int, ...]
    blank_columns: tuple[str, ...]
    footer_rows: int
    footer_lines: tuple[int, ...]
    footer_filled: tuple[int, ...]


class RowTally:
    """Counts of one table, and the rows held back because they may be its footer."""

    def __init__(self, header: tuple[str, ...], footer_rows: int) -> None:
        """``footer_rows`` is how many of the last rows that are not blank are no data."""
        self._header = header
        self._wanted_footer = footer_rows
        self._held: pl.DataFrame | None = None
        self._footer: pl.DataFrame | None = None
        self._rows = 0
        self._blank_rows = 0
        self._blank_lines: list[int] = []
        self._lost_rows = 0
        self._lost_lines: list[int] = []
        self._unnamed = {index for index, name in enumerate(header) if not name.strip()}
        named = [index for index, name in enumerate(header) if name.strip()]
        self.named_width = named[-1] + 1 if named else 0

    def drop_blank(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Take out and count the rows in which every cell is blank."""
        cells = [name for name in frame.columns if name not in {LINE, FIELDS}]
        suspects = frame[cells[0]].str.strip_chars() == ""
        if not suspects.any():
            return frame
        # a row that is blank up to the header's end but goes on behind it has a fault, and is kept for it
        goes_on = (frame[FIELDS] > len(self._header)).fill_null(value=False)
        blank = suspects & frame.select(pl.all_horizontal(pl.col(cells).str.strip_chars() == "")).to_series() & ~goes_on
        count = int(blank.sum())
        if count == 0:
            return frame
        self._blank_rows += count
        missing = _NAMED_LINES - len(self._blank_lines)
        self._blank_lines += frame[LINE].filter(blank).head(missing).to_list()
        return frame.filter(~blank)

    def watch_unnamed(self, frame: pl.DataFrame) -> None:
        """Remember which columns without a name do hold values."""
        for index in sorted(self._unnamed):
            column = frame[position(index)]
            if column.len() and (column.str.strip_chars() != "").any():
                self._unnamed.discard(index)

    def watch_lost(self, frame: pl.DataFrame) -> None:
        """Count the rows whose text lost its encoding before it came here."""
        cells = pl.col([name for name in frame.columns if name not in {LINE, FIELDS}])
        lost = frame.select(pl.any_horizontal(cells.str.contains_any(list(_LOST)))).to_series()
        count = int(lost.sum())
        if count:
            missing = max(_NAMED_LINES - len(self._lost_lines), 0)
            self._lost_lines += frame[LINE].filter(lost).head(missing).to_list()
            self._lost_rows += count

    def notes(self) -> Iterator[ReadNote]:
        """Yield what the provider should know about the rows."""
        if self._lost_rows:
            yield ReadNote(
                "lost_encoding",
                f"{self._lost_rows} 行含有编码已丢失的文字（�），原文只能从业务系统重新导出",
                f"{self._lost_rows} rows hold text that lost its encoding (�): only a new export brings it back",
                self._lost_rows,
                tuple(map(str, self._lost_lines)),
            )

    def take(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that cannot be the footer any more."""
        if self._wanted_footer:
            whole = frame if self._held is None else pl.concat([self._held, frame])
            keep = max(whole.height - self._wanted_footer, 0)
            self._held, frame = whole.slice(keep), whole.head(keep)
        self._rows += frame.height
        return frame

    def finish(self) -> None:
        """Say that the table ended: what is held is the footer."""
        self._footer = self._held

    def counts(self) -> RowCounts:
        """Return the counts so far."""
        return {
            "rows": self._rows,
            "blank_rows": self._blank_rows,
            "blank_lines": tuple(self._blank_lines),
            "blank_columns": tuple(letter(index) for index in sorted(self._unnamed)),
            "footer_rows": 0 if self._footer is None else self._footer.height,
            "footer_lines": tuple(line for line, _ in self._footer_values()),
            "footer_filled": tuple(line for line, values in self._footer_values() if values > 1),
        }

    def _footer_values(self) -> list[tuple[int, int]]:
        """Return line and number of values of the first footer rows; a note has one value, a row of data several."""
        if self._footer is None:
            return []
        rows = self._footer.head(_NAMED_LINES).iter_rows(named=True)
        return [
            (row[LINE], sum(bool(str(value).strip()) for name, value in row.items() if name not in {LINE, FIELDS}))
            for row in rows
        ]

    def footer(self) -> Iterator[OutsideText]:
        """Yield the footer rows as texts outside the table."""
        if self._footer is None:
            return
        for row in self._footer.iter_rows(named=True):
            text = " ".join(str(value) for name, value in row.items() if name not in {LINE, FIELDS} and value)
            yield OutsideText("表尾", "the footer", text, row[LINE])


def may_be_lost(data: bytes) -> bool:
    """Tell whether UTF-8 bytes hold a sign of lost encoding, much faster than a search of the cells."""
    signs = (sign.encode() for sign in _LOST)
    # One byte is found at the speed of memory, and a text without full-width signs lacks the first of one of them.
    return any(sign[:1] in data and sign in data for sign in signs)


def clean_rows(frame: pl.DataFrame, tally: RowTally, limits: Limits, *, lost: bool = True) -> pl.DataFrame:
    """Refuse oversized cells, drop blank rows, watch unnamed columns, and lost text where there is any (``lost``).

    Raises:
        FileLimitError: a cell is longer than ``limits.cell_bytes``.
    """
    cells = [name for name in frame.columns if name not in {LINE, FIELDS}]
    longest = frame.select(pl.col(cells).str.len_bytes().max()).row(0) if frame.height else ()
    for index, length in enumerate(longest):
        if length is not None and length > limits.cell_bytes:
            place = int(frame[LINE][int(frame[cells[index]].str.len_bytes().arg_max() or 0)])
            raise FileLimitError(
                f"第 {place} 行 {letter(index)} 列的值超过 {limits.cell_bytes >> 20} MiB",
                f"the value in line {place}, column {letter(index)} is longer than {limits.cell_bytes >> 20} MiB",
                next_zh="大段内容请作为文件类资源提供",
                next_en="provide large contents as a resource of kind file",
                facts={"line": place, "column": letter(index), "limit": limits.cell_bytes},
            )
    kept = tally.drop_blank(frame)
    tally.watch_unnamed(kept)
    if lost and kept.height:
        tally.watch_lost(kept)
    return kept
