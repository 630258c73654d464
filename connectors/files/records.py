"""UTF-8 pieces cut into blocks of whole records (RFC 4180), with line numbers and value counts.

Quotation marks are paired with array operations over a whole block: a newline or delimiter counts only
outside a pair. A mark in the middle of an unquoted value would turn the rest of a file inside out, so
it is refused with its line instead of guessed at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from connectors.files.errors import FileLimitError, MalformedTextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.port import Limits

Positions = NDArray[np.int64]
_NEWLINE: Final = 10
_RETURN: Final = 13
_DOS_END: Final = b"\x1a"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter and quotation mark, one ASCII character each; ``quote`` empty means there is none."""

    delimiter: str
    quote: str


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records: their bytes, the line each starts on (from 1) and how many values each has."""

    data: bytes
    ends: Positions
    lines: Positions
    fields: Positions

    def after(self, records: int) -> Block:
        """Return the block without its first ``records`` records."""
        if records == 0:
            return self
        cut = int(self.ends[records - 1])
        return Block(self.data[cut:], self.ends[records:] - cut, self.lines[records:], self.fields[records:])

    def record(self, index: int) -> bytes:
        """Return the bytes of one record, its newline included."""
        start = 0 if index == 0 else int(self.ends[index - 1])
        return self.data[start : int(self.ends[index])]


def blocks(pieces: Iterator[bytes], dialect: Dialect, limits: Limits, line: int = 1) -> Iterator[Block]:
    """Yield blocks of whole records; the first piece begins on ``line``.

    Raises:
        FileLimitError: a record is longer than ``limits.line_bytes``.
        MalformedTextError: quotation marks that do not pair.
    """
    rest = b""
    for piece in pieces:
        data = _unix_lines(rest + piece)
        block = _cut(data, dialect, line)
        if block is None:
            _refuse_long(len(data), line, limits, dialect)
            rest = data
            continue
        _refuse_long(int(np.diff(block.ends, prepend=0).max()), line, limits, dialect)
        yield block
        rest = data[len(block.data) :]
        line += block.data.count(b"\n")
    rest = rest.removesuffix(_DOS_END)
    if rest:
        block = _cut(rest.removesuffix(b"\r") + b"\n", dialect, line)
        if block is None or len(block.data) <= len(rest.removesuffix(b"\r")):
            raise _unclosed(line if block is None else line + block.data.count(b"\n"))
        yield block


def _unix_lines(data: bytes) -> bytes:
    """Turn the line ends of old Macintosh files (a lone return) into newlines."""
    if b"\r" in data and b"\n" not in data and not data.endswith(b"\r"):
        return data.replace(b"\r", b"\n")
    return data


def _cut(data: bytes, dialect: Dialect, line: int) -> Block | None:
    """Return the whole records at the beginning of ``data``, None when there is none."""
    codes = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(codes == _NEWLINE)
    separators = np.flatnonzero(codes == ord(dialect.delimiter))
    record_newlines = newlines
    if dialect.quote and dialect.quote.encode() in data:
        quotes = np.flatnonzero(codes == ord(dialect.quote))
        record_newlines = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
        separators = separators[np.searchsorted(quotes, separators) % 2 == 0]
        _refuse_stray(codes, quotes, newlines, ord(dialect.delimiter), line)
    if record_newlines.size == 0:
        return None
    ends = record_newlines + 1
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    fields = np.diff(np.searchsorted(separators, ends), prepend=0) + 1
    return Block(data[: int(ends[-1])], ends, line + np.searchsorted(newlines, starts), fields)


def _refuse_stray(
    codes: NDArray[np.uint8],
    quotes: Positions,
    newlines: Positions,
    delimiter: int,
    line: int,
) -> None:
    """Raise when a mark opens in the middle of a value, or text follows a closing one.

    Opening marks have even rank, closing ones odd; a doubled mark inside a value is a close and an open
    side by side, so the neighbour may be a mark too.
    """
    opening, closing = quotes[0::2], quotes[1::2]
    before = codes[np.maximum(opening - 1, 0)]
    bad_open = opening[~((opening == 0) | np.isin(before, (delimiter, _NEWLINE, codes[quotes[0]])))]
    inner = closing[closing + 1 < codes.size]
    bad_close = inner[~np.isin(codes[inner + 1], (delimiter, _NEWLINE, _RETURN, codes[quotes[0]]))]
    bad = np.concatenate((bad_open, bad_close))
    if bad.size == 0:
        return
    first = int(bad.min())
    raise _stray(line + int(np.searchsorted(newlines, first)))


def _refuse_long(length: int, line: int, limits: Limits, dialect: Dialect) -> None:
    if length <= limits.line_bytes:
        return
    hint = "，或引号没有成对" if dialect.quote else ""
    raise FileLimitError(
        f"第 {line} 行起有一条记录超过 {limits.line_bytes >> 20} MiB：换行缺失{hint}",
        f"a record from line {line} on is longer than {limits.line_bytes >> 20} MiB: newlines are missing"
        + (" or quotation marks do not pair" if dialect.quote else ""),
        next_zh="检查导出的换行与引号；若引号只是普通字符，用 --quote none",
        next_en="check newlines and quotation marks; if marks are ordinary characters, use --quote none",
        facts={"line": line, "limit": limits.line_bytes},
    )


def _stray(line: int) -> MalformedTextError:
    return MalformedTextError(
        f"第 {line} 行的引号不在值的开头或结尾，无法判断值在哪里结束",
        f"line {line}: a quotation mark stands inside a value, so its end cannot be told",
        next_zh="含引号的值应整体加引号并把其中引号写两遍；若引号只是普通字符，用 --quote none (RFC 4180)",
        next_en="quote the whole value and double the marks in it; if marks are ordinary characters, use --quote none",
        facts={"line": line},
    )


def _unclosed(line: int) -> MalformedTextError:
    return MalformedTextError(
        f"第 {line} 行起有引号直到文件末尾也没有闭合，文件可能不完整",
        f"a quotation mark opened after line {line} is never closed: the file may be cut",
        next_zh="重新导出；若引号只是普通字符，用 --quote none",
        next_en="export again; if marks are ordinary characters, use --quote none",
        facts={"line": line},
    )
