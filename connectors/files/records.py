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
_EQUALS: Final = ord("=")
_NEWLINE: Final = 10
_RETURN: Final = 13
_DOS_END: Final = b"\x1a"
_MARKS: Final = 1_000_000
"""Delimiters, line ends and quotation marks looked at together: positions take eight bytes and more each."""
_RECORD_MARKS: Final = 2_000_000
_LEAST_WINDOW: Final = 64 << 10
STAND_IN: Final = "\x1f"
"""Stands for a full-width delimiter, which has three bytes, while a text is cut (ASCII unit separator)."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter and quotation mark, one ASCII character each; ``quote`` empty means there is none.

    ``wide`` is the full-width delimiter of the file where ``delimiter`` only stands in for it.
    """

    delimiter: str
    quote: str
    wide: str = ""


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

    def parts(self, records: int) -> Iterator[Block]:
        """Yield the block in parts of at most ``records`` records."""
        if len(self.ends) <= records:
            yield self
            return
        for start in range(0, len(self.ends), records):
            first = 0 if start == 0 else int(self.ends[start - 1])
            ends = self.ends[start : start + records]
            lines, fields = self.lines[start : start + records], self.fields[start : start + records]
            yield Block(self.data[first : int(ends[-1])], ends - first, lines, fields)

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
    for piece in _windows(pieces, dialect):
        data = rest + piece
        if dialect.wide:
            data = data.replace(dialect.wide.encode(), STAND_IN.encode())
        block = _cut(data, dialect, line)
        if block is None:
            _refuse_long(len(data), line, limits, dialect)
            if _marks(data, dialect) > _RECORD_MARKS:
                raise _too_long(line, limits, dialect)
            rest = data
            continue
        _refuse_long(int(np.diff(block.ends, prepend=0).max()), line, limits, dialect)
        yield block
        rest = data[len(block.data) :]
        line += _count(block.data, b"\n")
    rest = rest.removesuffix(_DOS_END)
    if rest:
        block = _cut(rest.removesuffix(b"\r") + b"\n", dialect, line)
        if block is None or len(block.data) <= len(rest.removesuffix(b"\r")):
            raise _unclosed(line if block is None else line + block.data.count(b"\n"))
        yield block


def _marks(data: bytes, dialect: Dialect) -> int:
    signs = (b"\n", b"\r", dialect.delimiter.encode(), (dialect.wide or dialect.quote or "\n").encode())
    return sum(_count(data, sign) for sign in signs)


def _count(data: bytes, sign: bytes) -> int:
    """Return how often a sign occurs; for one byte several times faster than ``bytes.count``."""
    if sign not in data:  # found out at the speed of memory, and most files have no returns and no quotation marks
        return 0
    if len(sign) > 1:
        return data.count(sign)
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == sign[0]))


def _windows(pieces: Iterator[bytes], dialect: Dialect) -> Iterator[bytes]:
    """Yield pieces, cut smaller where they are so dense that the positions of their marks would fill the memory."""
    for piece in pieces:
        marks = _marks(piece, dialect)
        if marks <= _MARKS:
            yield piece
            continue
        step = max(len(piece) * _MARKS // marks, _LEAST_WINDOW)
        for start in range(0, len(piece), step):
            yield piece[start : start + step]


def _lone_returns(data: bytes, codes: NDArray[np.uint8], newlines: Positions) -> Positions:
    """Return where a return stands that no newline follows: the line end of old Macintosh files."""
    before = codes[newlines[newlines > 0] - 1]
    if b"\r" not in data or _count(data, b"\r") == np.count_nonzero(before == _RETURN):
        return np.empty(0, np.int64)
    returns = np.flatnonzero(codes == _RETURN)
    returns = returns[returns + 1 < codes.size]  # what follows the last byte is not known yet
    lone: Positions = returns[codes[returns + 1] != _NEWLINE]
    return lone


def _cut(data: bytes, dialect: Dialect, line: int) -> Block | None:
    """Return the whole records at the beginning of ``data``, None when there is none."""
    codes = np.frombuffer(data, np.uint8)
    has_quotes = bool(dialect.quote) and dialect.quote.encode() in data
    quotes = np.flatnonzero(codes == ord(dialect.quote)) if has_quotes else np.empty(0, np.int64)
    newlines = np.flatnonzero(codes == _NEWLINE)
    lone = _lone_returns(data, codes, newlines)
    if lone.size:
        ends_line = lone[np.searchsorted(quotes, lone) % 2 == 0]
        codes = codes.copy()
        codes[ends_line] = _NEWLINE
        data = codes.tobytes()
        newlines = np.flatnonzero(codes == _NEWLINE)
    separators = np.flatnonzero(codes == ord(dialect.delimiter))
    record_newlines = newlines
    if has_quotes:
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
    place = line + int(np.searchsorted(newlines, first))
    raise _formula_text(place) if first > 0 and codes[first - 1] == _EQUALS else _stray(place)


def _refuse_long(length: int, line: int, limits: Limits, dialect: Dialect) -> None:
    if length > limits.line_bytes:
        raise _too_long(line, limits, dialect)


def _too_long(line: int, limits: Limits, dialect: Dialect) -> FileLimitError:
    hint = "，或引号没有成对" if dialect.quote else ""
    return FileLimitError(
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


def _formula_text(line: int) -> MalformedTextError:
    """Return the error for ``="00123"``, as systems write codes so that Excel keeps their zeros."""
    return MalformedTextError(
        f'第 {line} 行的值写成 ="…"（为让 Excel 保住前导零的写法），不是 CSV 的写法',
        f'line {line}: a value is written ="…", which makes Excel keep zeros in front and is no CSV',
        next_zh="导出时去掉等号（值本身可以加引号），或用 Excel 打开后另存为 XLSX 再推送",
        next_en="export without the equals sign (the value may be quoted), or save it as XLSX in Excel and push that",
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
