"""Delimited text (RFC 4180 and its relatives): CSV, TSV and others, streamed with flat memory.

Each block of whole records goes through Polars' CSV reader as text columns. Rows with too many or too
few values are kept and marked; blank rows are dropped and counted; a row is never shifted or cut silently.
"""

from __future__ import annotations

import csv
import io
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl

from connectors.files.errors import FileLimitError, HeaderError, MalformedTextError, ReadOptionError
from connectors.files.records import Block, Dialect, blocks
from connectors.files.rows import RowTally, clean_rows
from connectors.files.streams import ByteStream, find_encoding, invalid_bytes, utf8_pieces
from connectors.port import FIELDS, LINE, OutsideText, TableFacts, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from connectors.port import Limits, ReadOptions

_SNIFF_BYTES: Final = 64 << 10
_SNIFF_LINES: Final = 20
_DELIMITERS: Final = (",", "\t", ";", "|")
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
            self._preamble, pieces, start = _split_preamble(pieces, options.header_line - 1, limits)
            self._dialect = Dialect(options.delimiter or _delimiter(start, options), options.quote)
            self._preview = _preview(self._preamble, start, self._dialect)
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
            raise _no_header(self._options.header_line)
        record = self._text(first.record(0), self._options.header_line)
        cells = _cells(record, self._dialect)
        if len(cells) > self._limits.columns:
            raise _too_wide(len(cells), self._limits.columns, self._options.header_line)
        skipped = self._options.skip_after_header
        if self._options.no_header:
            named = self._options.columns or tuple(letter(index) for index in range(len(cells)))
            self._header = named + ("",) * (len(cells) - len(named))
        else:
            self._header = tuple(cells)
            skipped += 1
        if not any(name.strip() for name in self._header):
            raise _no_header(self._options.header_line)
        self._skipped = skipped
        self._first = first

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
            if len(kept.ends):
                frame = self._tally.take(clean_rows(self._parse(kept), self._tally, self._limits))
                if frame.height:
                    yield frame
        self._tally.finish()

    def _parse(self, block: Block) -> pl.DataFrame:
        """Turn a block into text columns, marking the rows whose number of values is wrong."""
        width = len(self._header)
        widest = int(block.fields.max())
        if widest > self._limits.columns:
            raise _too_wide(widest, self._limits.columns, int(block.lines[int(block.fields.argmax())]))
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
        """Decode UTF-8 or name the byte and line where it fails; ``line`` is where ``data`` begins."""
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            byte = self._byte_of(line) + error.start
            raise invalid_bytes(self._encoding.label, byte, line + data[: error.start].count(b"\n")) from error

    def _byte_of(self, line: int) -> int:
        """Return the offset of a line in the unpacked file, by reading it again."""
        stream = ByteStream(self._path_of_stream(), compressed=self._compressed, limits=self._limits)
        offset, seen = 0, 1
        try:
            while seen < line and (piece := stream.read(self._limits.chunk_bytes)):
                newlines = np.flatnonzero(np.frombuffer(piece, np.uint8) == ord("\n"))
                if seen + len(newlines) >= line:
                    return offset + int(newlines[line - seen - 1]) + 1
                seen += len(newlines)
                offset += len(piece)
        finally:
            stream.close()
        return offset

    def _path_of_stream(self) -> Path:
        return self._stream.path

    def facts(self) -> TableFacts:
        """Return the counts so far."""
        return TableFacts(
            format=_NAMES.get(self._dialect.delimiter, "csv"),
            encoding=self._encoding.label,
            compression="gzip" if self._compressed else "",
            delimiter=self._dialect.delimiter,
            header_line=self._options.header_line,
            skipped_rows=len(self._preamble) + self._options.skip_after_header,
            bytes_read=self._stream.bytes_read,
            **self._tally.counts(),
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


def _split_preamble(
    pieces: Iterator[bytes], lines: int, limits: Limits
) -> tuple[tuple[str, ...], Iterator[bytes], bytes]:
    """Cut the first ``lines`` physical lines off; return them, the rest as pieces, and a sample of the rest."""
    head = next(pieces, b"")
    if b"\r" in head and b"\n" not in head:
        head = head.replace(b"\r", b"\n")
    while head.count(b"\n") < lines:
        more = next(pieces, b"")
        if not more or len(head) > limits.line_bytes * 2:
            raise _no_header(lines + 1)
        head += more
    kept = head.split(b"\n", lines)
    rest = kept[-1]
    if not rest:
        rest = next(pieces, b"")
    texts = tuple(line.decode("utf-8", errors="replace").rstrip("\r") for line in kept[:-1])
    return texts, chain((rest,), pieces), rest[:_SNIFF_BYTES]


def _sample_lines(start: bytes) -> list[str]:
    text = start.decode("utf-8", errors="replace")
    lines = text.split("\n")
    return [line.rstrip("\r") for line in islice(lines, _SNIFF_LINES) if line.strip()]


def _delimiter(start: bytes, options: ReadOptions) -> str:
    """Return the delimiter that stands in the header and most evenly in the lines after it; a comma if none does."""
    if options.delimiter is not None:
        return options.delimiter
    lines = _sample_lines(start)
    if not lines:
        return ","
    best, best_score = ",", 0.0
    for candidate in _DELIMITERS:
        counts = [_outside_quotes(line, options.quote).count(candidate) for line in lines]
        if counts[0] == 0:
            continue
        even = sum(count == counts[0] for count in counts) / len(counts)
        score = even + min(counts[0], 50) / 1000
        if score > best_score:
            best, best_score = candidate, score
    return best


def _outside_quotes(line: str, quote: str) -> str:
    """Return the parts of a line outside quotation marks."""
    return "".join(line.split(quote)[0::2]) if quote else line


def _cells(record: str, dialect: Dialect) -> list[str]:
    """Return the values of one record."""
    if not dialect.quote:
        return record.rstrip("\r\n").split(dialect.delimiter)
    lines = io.StringIO(record, newline="")  # str.splitlines would cut at U+2028 inside a value
    return next(csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote), [])


def _preview(preamble: tuple[str, ...], start: bytes, dialect: Dialect) -> tuple[tuple[str, ...], ...]:
    text = start.decode("utf-8", errors="replace").split("\n")
    lines = [*preamble, *(line.rstrip("\r") for line in text)][:_SNIFF_LINES]
    rows: list[tuple[str, ...]] = []
    for line in lines:
        cells = line.split(dialect.delimiter)
        rows.append(tuple(cell.strip().strip(dialect.quote) for cell in cells))
    return tuple(rows)


def _forgive_blank_surplus(frame: pl.DataFrame, width: int, widest: int) -> pl.DataFrame:
    """Unmark rows whose values beyond the header are all blank (trailing delimiters), then drop those columns."""
    if widest <= width:
        return frame
    surplus = [position(index) for index in range(width, widest)]
    blank = pl.all_horizontal(pl.col(surplus).str.strip_chars() == "")
    forgiven = pl.when(blank & (pl.col(FIELDS) > width)).then(None).otherwise(pl.col(FIELDS)).alias(FIELDS)
    return frame.with_columns(forgiven).drop(surplus)


def _no_header(line: int) -> HeaderError:
    return HeaderError(
        f"第 {line} 行没有表头",
        f"there is no header on line {line}",
        next_zh="用 --header-row 指明表头所在行；没有表头时用 --no-header",
        next_en="name the header line with --header-row, or use --no-header",
        facts={"line": line},
    )


def _too_wide(found: int, limit: int, line: int) -> FileLimitError:
    return FileLimitError(
        f"第 {line} 行有 {found} 列，上限是 {limit} 列",
        f"line {line} has {found} columns, the limit is {limit}",
        next_zh="检查分隔符与换行是否正确；宽表请拆成多个资源",
        next_en="check delimiter and newlines; split a wide table into several resources",
        facts={"line": line, "columns": found, "limit": limit},
    )


def check_delimiter(delimiter: str | None, quote: str) -> None:
    """Raise ``ReadOptionError`` unless both are single ASCII characters (the quote may be empty)."""
    for option, value in (("delimiter", delimiter), ("quote", quote)):
        if value and (len(value) != 1 or not value.isascii() or value in "\r\n"):
            raise ReadOptionError(
                f"选项 {option} 应为一个 ASCII 字符",
                f"option {option} takes one ASCII character",
                next_zh=r"例如 --delimiter ';' 或 --delimiter '\t'",
                next_en=r"for example --delimiter ';' or --delimiter '\t'",
                facts={"option": option},
            )
