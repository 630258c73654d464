"""JSON text (RFC 8259) read forward value by value from pieces, with flat memory and every digit kept.

Numbers come as the text they are written in: an identifier of 18 digits must not pass through a float. A name that
stands twice in one object is refused, because one of the two values would be lost. The scanning itself is the
standard library's, in C.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from connectors.files.errors import FileLimitError, MalformedTextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.port import Limits

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_NEAR_END: Final = 16
"""A value that seems broken within these last characters of a piece may only be cut there."""
_NUMBER_SIGNS: Final = "+-.eE0123456789"
_CUT_STRING: Final = "Unterminated string"


class JsonNumber(str):
    """The text of a number, to tell it from a string where the value is written out again."""

    __slots__ = ()


class RepeatedNameError(ValueError):
    """A name stands twice in one object."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise RepeatedNameError
    return made


def _object_of_strangers(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object in which a name may stand twice where it says the same both times: nothing is lost."""
    made = dict(pairs)
    if len(made) != len(pairs) and any(made[name] != value for name, value in pairs):
        raise RepeatedNameError
    return made


def scanner(*, tell_numbers: bool, allows_repeats: bool = False) -> Callable[[str, int], tuple[object, int]]:
    """Return a function from (text, start) to (value, end); ``tell_numbers`` gives them as :class:`JsonNumber`.

    ``allows_repeats``: a name may stand twice in an object with the same value.

    It raises ``ValueError`` or ``RecursionError`` where no value begins.
    """
    number = JsonNumber if tell_numbers else str
    hook = _object_of_strangers if allows_repeats else _object
    decoder = json.JSONDecoder(
        parse_int=number, parse_float=number, parse_constant=str, object_pairs_hook=hook, strict=True
    )
    return decoder.raw_decode


def text_of(value: object) -> str:
    """Write a value out as compact JSON, numbers as they were written."""
    match value:
        case JsonNumber():
            return str(value)
        case dict():
            return "{" + ",".join(f"{text_of(name)}:{text_of(inner)}" for name, inner in value.items()) + "}"
        case list():
            return "[" + ",".join(map(text_of, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


class JsonCursor:
    """A place in a JSON text that is read forward only."""

    def __init__(
        self, pieces: Iterator[str], limits: Limits, *, tell_numbers: bool, allows_repeats: bool = False
    ) -> None:
        """``limits.line_bytes`` bounds one value taken as a whole, in characters; the rest as :func:`scanner`."""
        self._pieces = pieces
        self._limit = limits.line_bytes
        self._scan = scanner(tell_numbers=tell_numbers, allows_repeats=allows_repeats)
        self._text = ""
        self._at = 0
        self._line = 1

    @property
    def line(self) -> int:
        """The line of the place, from 1."""
        return self._line + self._text.count("\n", 0, self._at)

    def peek(self) -> str:
        """Return the next character that is no blank, without passing it; empty at the end."""
        while True:
            match = _BLANK.match(self._text, self._at)
            self._at = match.end() if match is not None else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, wanted: str) -> None:
        """Pass the character ``wanted``.

        Raises:
            MalformedTextError: another one stands there.
        """
        if self.peek() != wanted:
            raise malformed(self.line)
        self._at += 1

    def goes_on(self, end: str) -> bool:
        """Pass a comma or the character ``end``; True for a comma."""
        found = self.peek()
        if found not in {",", end} or not found:
            raise malformed(self.line)
        self._at += 1
        return found == ","

    def value(self) -> object:
        """Pass one whole value and return it.

        Raises:
            MalformedTextError: no value stands here, or it is cut.
            FileLimitError: it is longer than the limit, or nested too deeply.
        """
        self.peek()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except RepeatedNameError as error:
                raise repeated_name(self.line) from error
            except json.JSONDecodeError as error:
                if not self._may_be_cut(error) or not self._more():
                    raise malformed(self._line + error.lineno - 1) from error
            except RecursionError as error:
                raise too_deep(self.line) from error
            else:
                # a number may go on in the next piece, and be cut behind its point or exponent
                if self._text[end : end + _NEAR_END].strip(_NUMBER_SIGNS) or not self._more():
                    self._at = end
                    return value

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        """Tell whether the fault may be the end of what has been read so far."""
        return error.msg.startswith(_CUT_STRING) or error.pos >= len(self._text) - _NEAR_END

    def _more(self) -> bool:
        """Read another piece behind what is still needed; False at the end of the text."""
        if len(self._text) - self._at > self._limit:
            raise FileLimitError(
                f"第 {self.line} 行起有一个 JSON 值超过 {self._limit >> 20} MiB",
                f"a JSON value from line {self.line} on is longer than {self._limit >> 20} MiB",
                next_zh="检查导出是否完整；大段内容请作为文件类资源提供",
                next_en="check that the export is whole; provide large contents as a resource of kind file",
                facts={"line": self.line, "limit": self._limit},
            )
        piece = next(self._pieces, "")
        if not piece:
            return False
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True


def malformed(line: int) -> MalformedTextError:
    """Build the refusal of a text that is not JSON from ``line`` on."""
    return MalformedTextError(
        f"第 {line} 行不是有效的 JSON，文件可能被截断或拼接",
        f"line {line} is not valid JSON; the file may be cut or joined from several",
        next_zh="从业务系统重新导出；每行一个对象的文件请用 .ndjson 或 .jsonl 结尾",
        next_en="export again; name a file with one object a line .ndjson or .jsonl",
        facts={"line": line},
    )


def repeated_name(line: int) -> MalformedTextError:
    """Build the refusal of an object with one name twice."""
    return MalformedTextError(
        f"第 {line} 行起的记录里同一个名称出现两次，无法判断取哪个值",
        f"the record from line {line} on bears one name twice: which value counts cannot be told",
        next_zh="在业务系统中改正导出，使每个名称在一条记录里只出现一次",
        next_en="mend the export so that each name stands once in a record",
        facts={"line": line},
    )


def too_deep(line: int) -> FileLimitError:
    """Build the refusal of nesting that no table has."""
    return FileLimitError(
        f"第 {line} 行起的 JSON 嵌套层数过多",
        f"the JSON from line {line} on is nested too deeply",
        next_zh="导出为每条记录一个对象、不嵌套的 JSON",
        next_en="export JSON with one plain object a record",
        facts={"line": line},
    )
