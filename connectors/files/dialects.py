"""Which dialect a delimited text is in: its delimiter, the lines above its header, and its first rows to look at.

A full-width comma (，) between the columns is common where a table was typed by hand: it is taken for the delimiter
only where it parts every line evenly and no ordinary delimiter stands in the header; the report says so.
"""

from __future__ import annotations

import csv
import io
import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from connectors.files.errors import FileLimitError, HeaderError, ReadOptionError
from connectors.files.records import STAND_IN, Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.port import Limits, ReadOptions

SNIFF_BYTES: Final = 64 << 10
_SNIFF_LINES: Final = 20
_DELIMITERS: Final = (",", "\t", ";", "|")
_WIDE_DELIMITERS: Final = ("，", "；", "｜", "、")
_EVEN_ENOUGH: Final = 0.9
_LINE_END: Final = re.compile(rb"\r\n|\n|\r(?!\Z)")
_TEXT_LINE_END: Final = re.compile(r"\r\n|\n|\r")


def find_dialect(start: bytes, options: ReadOptions) -> Dialect:
    """Return the dialect of a text from its first bytes, or the one asked for."""
    delimiter = options.delimiter or _delimiter(start, options.quote)
    if delimiter in _WIDE_DELIMITERS:
        return Dialect(STAND_IN, options.quote, delimiter)
    return Dialect(delimiter, options.quote)


def _delimiter(start: bytes, quote: str) -> str:
    """Return the delimiter that stands in the header and most evenly in the lines after it; a comma if none does."""
    lines = _sample_lines(start)
    if not lines:
        return ","
    best, best_score = "", 0.0
    for candidate in _DELIMITERS:
        even, first = _evenness(lines, candidate, quote)
        score = even + min(first, 50) / 1000 if first else 0.0
        if score > best_score:
            best, best_score = candidate, score
    if not best and len(lines) > 1:
        wide = (one for one in _WIDE_DELIMITERS if _evenness(lines, one, quote)[0] >= _EVEN_ENOUGH)
        best = next(wide, "")
    return best or ","


def _evenness(lines: list[str], candidate: str, quote: str) -> tuple[float, int]:
    """Return the share of lines with as many of ``candidate`` as the first one, and how many that has."""
    counts = [_outside_quotes(line, quote).count(candidate) for line in lines]
    if counts[0] == 0:
        return 0.0, 0
    return sum(count == counts[0] for count in counts) / len(counts), counts[0]


def _sample_lines(start: bytes) -> list[str]:
    text = start.decode("utf-8", errors="replace")
    return [line for line in islice(_TEXT_LINE_END.split(text), _SNIFF_LINES) if line.strip()]


def _outside_quotes(line: str, quote: str) -> str:
    """Return the parts of a line outside quotation marks."""
    return "".join(line.split(quote)[0::2]) if quote else line


def cells_of(record: str, dialect: Dialect) -> list[str]:
    """Return the values of one record."""
    if not dialect.quote:
        return record.rstrip("\r\n").split(dialect.delimiter)
    lines = io.StringIO(record, newline="")  # str.splitlines would cut at U+2028 inside a value
    cells = next(csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote), [])
    return [cell.replace(STAND_IN, dialect.wide) for cell in cells] if dialect.wide else cells


def preview_of(preamble: tuple[str, ...], start: bytes, dialect: Dialect) -> tuple[tuple[str, ...], ...]:
    """Return the first lines of a text cut at its delimiter."""
    text = _TEXT_LINE_END.split(start.decode("utf-8", errors="replace"))
    rows: list[tuple[str, ...]] = []
    for line in [*preamble, *text][:_SNIFF_LINES]:
        cells = line.split(dialect.wide or dialect.delimiter)
        rows.append(tuple(cell.strip().strip(dialect.quote) for cell in cells))
    return tuple(rows)


def split_preamble(
    pieces: Iterator[bytes], lines: int, limits: Limits
) -> tuple[tuple[str, ...], Iterator[bytes], bytes]:
    """Cut the first ``lines`` physical lines off; return them, the rest as pieces, and a sample of the rest."""
    head = next(pieces, b"")
    ends = list(islice(_LINE_END.finditer(head), lines))
    while len(ends) < lines:
        more = next(pieces, b"")
        if not more or len(head) > limits.line_bytes * 2:
            raise no_header(lines + 1)
        head += more
        ends = list(islice(_LINE_END.finditer(head), lines))
    starts = [0, *(end.end() for end in ends)]
    kept = [head[begin : end.start()] for begin, end in zip(starts, ends, strict=False)]
    rest = head[starts[-1] :]
    if not rest:
        rest = next(pieces, b"")
    texts = tuple(line.decode("utf-8", errors="replace") for line in kept)
    return texts, chain((rest,), pieces), rest[:SNIFF_BYTES]


def no_header(line: int) -> HeaderError:
    """Build the refusal of a text that has no header line where it should be."""
    return HeaderError(
        f"第 {line} 行没有表头",
        f"there is no header on line {line}",
        next_zh="用 --header-row 指明表头所在行；没有表头时用 --no-header",
        next_en="name the header line with --header-row, or use --no-header",
        facts={"line": line},
    )


def too_wide(found: int, limit: int, line: int) -> FileLimitError:
    """Build the refusal of a line with too many values."""
    return FileLimitError(
        f"第 {line} 行有 {found} 列，上限是 {limit} 列",
        f"line {line} has {found} columns, the limit is {limit}",
        next_zh="检查分隔符与换行是否正确；宽表请拆成多个资源",
        next_en="check delimiter and newlines; split a wide table into several resources",
        facts={"line": line, "columns": found, "limit": limit},
    )


def check_delimiter(delimiter: str | None, quote: str) -> None:
    """Raise ``ReadOptionError`` unless both are single ASCII characters (the quote may be empty)."""
    if delimiter in _WIDE_DELIMITERS:
        delimiter = None
    for option, value in (("delimiter", delimiter), ("quote", quote)):
        if value and (len(value) != 1 or not value.isascii() or value in "\r\n"):
            raise ReadOptionError(
                f"选项 {option} 应为一个 ASCII 字符" + ("（或全角 ，；｜、）" if option == "delimiter" else ""),
                f"option {option} takes one ASCII character" + (" (or ，；｜、)" if option == "delimiter" else ""),
                next_zh=r"例如 --delimiter ';' 或 --delimiter '\t'",
                next_en=r"for example --delimiter ';' or --delimiter '\t'",
                facts={"option": option},
            )
