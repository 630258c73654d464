"""Delimited text (RFC 4180 and its relatives): CSV, TSV and others, streamed with flat memory.

Each block of whole records goes through Polars' CSV reader as text columns. Rows with too many or too
few values are kept and marked; blank rows are dropped and counted; a row is never shifted or cut silently.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl

from connectors.files.dialects import cells_of, find_dialect, no_header, preview_of, split_preamble, too_wide
from connectors.files.errors import MalformedTextError
from connectors.files.headings import joined, spread
from connectors.files.records import STAND_IN, Block, blocks
from connectors.files.rows import RowTally, clean_rows, may_be_lost
from connectors.files.streams import ByteStream, find_encoding, first_invalid, invalid_bytes, utf8_pieces
from connectors.port import FIELDS, LINE, OutsideText, ReadNote, TableFacts, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from connectors.port import Limits, ReadOptions

_FRAME_CELLS: Final = 2_000_000
_NAMES: Final = {",": "csv", "\t": "tsv"}


class DelimitedTable:
    """One delimited text file, opened; see :class:`connectors.port.TableSource`."""

    def __init__(self, path: Path, options: ReadOptions, limits: Limits, *, compressed: bool) -> None:
        """Find encoding and delimiter, read the header; raise a ``FileError`` where that fails."""
        self._options, self._limits, self._compressed = options, limits, compressed
        self._encoding = find_encoding(path, compressed=compressed, wanted=options.encoding, limits=limits)
        self._stream = ByteStream(path, compressed=compressed, limits=limits)
        try:
            pieces = utf8_pieces(self._stream, self._encoding, limits.chunk_bytes)
            self._preamble, pieces, start = split_preamble(pieces, options.header_line - 1, limits)
            self._dialect = find_dialect(start, options)
            self._preview = preview_of(self._preamble, start, self._dialect)
            self._blocks = blocks(pieces, self._dialect, limits, options.header_line)
            self._open_header()
        except BaseException:
            self._stream.close()
            raise
        self._tally = RowTally(self._header, options.skip_footer)

    def _open_header(self) -> None:
        """Read the header record, or invent names when there is none."""
        first = next(self._blocks, None)
        if first is None:
            raise no_header(self._options.header_line)
        record = self._text(first.record(0), self._options.header_line)
        cells = cells_of(record, self._dialect)
        if len(cells) > self._limits.columns:
            raise too_wide(len(cells), self._limits.columns, self._options.header_line)
        skipped = self._options.skip_after_header + self._options.header_rows - 1
        if self._options.header_rows > 1:
            cells = self._header_lines(first, cells)
        if self._options.no_header:
            named = self._options.columns or tuple(letter(index) for index in range(len(cells)))
            self._header = named + ("",) * (len(cells) - len(named))
        else:
            self._header = tuple(cells)
            skipped += 1
        if not any(name.strip() for name in self._header):
            raise no_header(self._options.header_line)
        self._skipped = skipped
        self._first = first

    def _header_lines(self, first: Block, cells: list[str]) -> list[str]:
        """Return one name a column from several header lines; they stand in the first block."""
        lines = [cells]
        for number in range(1, min(self._options.header_rows, len(first.ends))):
            record = self._text(first.record(number), self._options.header_line + number)
            lines.append(cells_of(record, self._dialect))
        for number in range(len(lines) - 2, -1, -1):
            lines[number] = spread(lines[number], lines[number + 1])
        return list(joined(lines))

    @property
    def header(self) -> tuple[str, ...]:
        """Names as the file says them."""
        return self._header

    @property
    def letters(self) -> tuple[str, ...]:
        """Spreadsheet letter of each column."""
        return tuple(letter(index) for index in range(len(self._header)))

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read the records after the header."""
        to_skip = self._skipped
        for block in chain((self._first,), self._blocks):
            dropped = min(to_skip, len(block.ends))
            to_skip -= dropped
            kept = block.after(dropped)
            if not len(kept.ends):
                continue
            for part in kept.parts(max(_FRAME_CELLS // self._width(kept), 1)):
                frame = self._tally.take(self._clean(part))
                if frame.height:
                    yield frame
        self._tally.finish()

    def _width(self, block: Block) -> int:
        """Return how many columns a block makes as a frame."""
        return max(len(self._header), int(block.fields.max()) if len(block.fields) else 0, 1)

    def _clean(self, block: Block) -> pl.DataFrame:
        return clean_rows(self._parse(block), self._tally, self._limits, lost=may_be_lost(block.data))

    def _parse(self, block: Block) -> pl.DataFrame:
        """Turn a block into text columns, marking the rows whose number of values is wrong."""
        width = len(self._header)
        widest = int(block.fields.max())
        if widest > self._limits.columns:
            raise too_wide(widest, self._limits.columns, int(block.lines[int(block.fields.argmax())]))
        names = [position(index) for index in range(max(width, widest))]
        frame = self._read(block, names)
        if frame.height != len(block.ends):
            raise MalformedTextError(
                f"第 {block.lines[0]} 行之后的记录数无法确定：引号或换行不规范",
                f"the records after line {block.lines[0]} cannot be told apart: irregular quotation marks or newlines",
                next_zh="把文件另存为 XLSX 再推送",
                next_en="save the file as XLSX and push that",
                facts={"line": int(block.lines[0])},
            )
        wrong = (block.fields > width) | (block.fields < self._tally.named_width)
        counts = np.where(wrong, block.fields, -1).astype(np.int32)
        fields = pl.Series(FIELDS, counts)
        if self._dialect.wide:
            # the stand-in inside quotation marks was a full-width sign of the value
            frame = frame.with_columns(pl.all().str.replace_all(STAND_IN, self._dialect.wide, literal=True))
        marked = frame.with_columns(pl.Series(LINE, block.lines), fields.replace(-1, None))
        return _forgive_blank_surplus(marked, width, widest)

    def _read(self, block: Block, names: list[str]) -> pl.DataFrame:
        try:
            return pl.read_csv(
                block.data,
                has_header=False,
                schema=dict.fromkeys(names, pl.String),
                separator=self._dialect.delimiter,
                quote_char=self._dialect.quote or None,
                empty_string_is_null=False,
                missing_columns="insert",
                extra_columns="ignore",
                truncate_ragged_lines=True,
            )
        except pl.exceptions.PolarsError as error:
            line = int(block.lines[0])
            self._text(block.data, line)
            raise MalformedTextError(
                f"第 {line} 行之后有记录的引号不规范",
                f"quotation marks after line {line} are irregular",
                next_zh="把文件另存为 XLSX 再推送；若引号只是普通字符，用 --quote none",
                next_en="save the file as XLSX and push that; if marks are ordinary characters, use --quote none",
                facts={"line": line},
            ) from error

    def _text(self, data: bytes, line: int) -> str:
        """Decode UTF-8 or name the byte and line where the file is none; ``line`` is where ``data`` begins."""
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            place = first_invalid(self._stream.path, compressed=self._compressed, limits=self._limits)
            byte, at = place or (error.start, line)
            raise invalid_bytes(self._encoding.label, byte, at) from error

    def facts(self) -> TableFacts:
        """Return the counts so far."""
        return TableFacts(
            format=_NAMES.get(self._dialect.delimiter, "csv"),
            encoding=self._encoding.label,
            encoding_basis=self._encoding.basis,
            compression="gzip" if self._compressed else "",
            delimiter=self._dialect.wide or self._dialect.delimiter,
            header_line=self._options.header_line,
            skipped_rows=len(self._preamble) + self._options.skip_after_header,
            bytes_read=self._stream.bytes_read,
            notes=(*self._notes(), *self._tally.notes()),
            **self._tally.counts(),
        )

    def _notes(self) -> Iterator[ReadNote]:
        if self._dialect.wide and self._options.delimiter is None:
            yield ReadNote(
                "wide_delimiter",
                f"列之间是全角的“{self._dialect.wide}”，已按分隔符读取",
                f"the columns are parted by the full-width “{self._dialect.wide}”, taken for the delimiter",
            )

    def outside(self) -> Iterator[OutsideText]:
        """Preamble and header."""
        for number, text in enumerate(self._preamble, start=1):
            yield OutsideText(f"表头之前第 {number} 行", f"line {number}, above the header", text, number)
        yield OutsideText("表头", "the header", " ".join(self._header), self._options.header_line)

    def footer(self) -> Iterator[OutsideText]:
        """Rows left out at the end."""
        return self._tally.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """First lines of the file, cut at the delimiter."""
        return self._preview

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _forgive_blank_surplus(frame: pl.DataFrame, width: int, widest: int) -> pl.DataFrame:
    """Unmark rows whose values beyond the header are all blank (trailing delimiters), then drop those columns."""
    if widest <= width:
        return frame
    surplus = [position(index) for index in range(width, widest)]
    blank = pl.all_horizontal(pl.col(surplus).str.strip_chars() == "")
    forgiven = pl.when(blank & (pl.col(FIELDS) > width)).then(None).otherwise(pl.col(FIELDS)).alias(FIELDS)
    return frame.with_columns(forgiven).drop(surplus)
