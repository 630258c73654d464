"""Where the records are in a JSON text: an array of objects, one array inside an object, or an object a line.

Yields each record with its number, counted from 1. Whatever else the document says is not dropped in silence: it is
handed to the caller, who counts it and shows it to the intake gate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connectors.files.errors import FileLimitError, RecordsError
from connectors.files.json_text import JsonCursor, RepeatedNameError, malformed, repeated_name, scanner, too_deep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.port import Limits

ROOT: Final = "$"
_DEPTH: Final = 32
_SHOWN: Final = 20

Record = tuple[int, dict[str, object]]


def line_records(pieces: Iterator[str], limits: Limits, *, tell_numbers: bool) -> Iterator[Record]:
    """Yield the object of each line that is not blank, with the line's number.

    Raises:
        MalformedTextError: a line is not one JSON object; it is named.
        FileLimitError: a line is longer than the limit.
    """
    scan = scanner(tell_numbers=tell_numbers)
    for number, line in _lines(pieces, limits):
        text = line.strip(" \t\r")
        if not text:
            continue
        try:
            value, end = scan(text, 0)
        except RepeatedNameError as error:
            raise repeated_name(number) from error
        except ValueError as error:
            raise malformed(number) from error
        except RecursionError as error:
            raise too_deep(number) from error
        if end != len(text):
            raise malformed(number)
        if not isinstance(value, dict):
            raise no_object(number)
        yield number, value


def _lines(pieces: Iterator[str], limits: Limits) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; only a newline ends one, not U+2028 inside a value."""
    number, rest = 1, ""
    for piece in pieces:
        lines = (rest + piece).split("\n")
        rest = lines.pop()
        for line in lines:
            yield number, line
            number += 1
        if len(rest) > limits.line_bytes:
            raise FileLimitError(
                f"第 {number} 行超过 {limits.line_bytes >> 20} MiB",
                f"line {number} is longer than {limits.line_bytes >> 20} MiB",
                next_zh="检查导出的换行是否正确",
                next_en="check the newlines of the export",
                facts={"line": number, "limit": limits.line_bytes},
            )
    yield number, rest


class RecordFinder:
    """Walks a JSON document once and yields the records of its one array of objects, or of the one asked for."""

    def __init__(self, cursor: JsonCursor, wanted: str | None, aside: Callable[[str, object], None]) -> None:
        """``aside`` is called with path and value of everything that is no record."""
        self._cursor, self._wanted, self._aside = cursor, wanted, aside
        self.path: str | None = None
        self._found: dict[str, int] = {}
        self._arrays = 0
        self._empty: str | None = None

    def records(self) -> Iterator[Record]:
        """Yield the records.

        Raises:
            RecordsError: there are none, several arrays could be them, or they are no objects.
            MalformedTextError, FileLimitError: as of :class:`connectors.files.json_text.JsonCursor`.
        """
        yield from self._walk(())
        if self._cursor.peek():
            raise malformed(self._cursor.line)
        self._settle()

    def _walk(self, path: tuple[str, ...]) -> Iterator[Record]:
        first = self._cursor.peek()
        if first == "[":
            yield from self._array(_joined(path))
        elif first == "{" and self._wanted != _joined(path):
            yield from self._object(path)
        elif first == "{":
            self.path = _joined(path)
            yield from self._taken(self.path, 1)
        else:
            self._aside(_joined(path), self._cursor.value())

    def _object(self, path: tuple[str, ...]) -> Iterator[Record]:
        cursor = self._cursor
        if len(path) >= _DEPTH:
            raise too_deep(cursor.line)
        cursor.take("{")
        if cursor.peek() == "}":
            cursor.take("}")
            return
        while True:
            if cursor.peek() != '"':
                raise malformed(cursor.line)
            name = str(cursor.value())
            cursor.take(":")
            yield from self._walk((*path, name))
            if not cursor.goes_on("}"):
                return

    def _array(self, path: str) -> Iterator[Record]:
        cursor = self._cursor
        cursor.take("[")
        first = cursor.peek()
        if first == "]":
            cursor.take("]")
            self._empty = path
            return
        is_records = first == "{"
        if is_records:
            self._arrays += 1
        is_taken = is_records and self.path is None and self._wanted in {None, path}
        if is_taken:
            self.path = path
        number = 0
        while True:
            number += 1
            if is_taken:
                yield from self._taken(path, number)
            else:
                self._aside(path, cursor.value())
            if not cursor.goes_on("]"):
                break
        if is_records and len(self._found) < _SHOWN:
            self._found[path] = number

    def _taken(self, path: str, number: int) -> Iterator[Record]:
        value = self._cursor.value()
        if not isinstance(value, dict):
            raise no_object(number, path)
        yield number, value

    def _settle(self) -> None:
        """Raise unless exactly the array meant was read."""
        if self._wanted is not None and self.path is None:
            raise _not_there(self._wanted, self._found)
        if self._wanted is None and self._arrays > 1:
            raise _several(self._found, self._arrays)
        if self.path is None and self._empty is not None:
            raise RecordsError(
                f"JSON 中的数组 {self._empty} 是空的，没有记录",
                f"the array {self._empty} of the JSON is empty: there is no record",
                next_zh="检查导出是否成功，再重新推送",
                next_en="check the export and push again",
                facts={"path": self._empty},
            )
        if self.path is None:
            raise _none()


def _joined(path: tuple[str, ...]) -> str:
    return ".".join(path) if path else ROOT


def no_object(number: int, path: str = "") -> RecordsError:
    """Build the refusal of a record that is no object."""
    where = f"（{path}）" if path and path != ROOT else ""
    return RecordsError(
        f"第 {number} 条记录{where}不是 JSON 对象，没有列名",
        f"record {number} is no JSON object, so its values have no names",
        next_zh='每条记录写成 {"信息项": 值, …}，再推送',
        next_en='write each record as {"item": value, …} and push again',
        facts={"record": number, "path": path},
    )


def _several(found: dict[str, int], total: int) -> RecordsError:
    if total > _SHOWN:
        return _keyed(total)
    listed = "、".join(f"{path}（{count} 条）" for path, count in found.items())
    listed_en = ", ".join(f"{path} ({count})" for path, count in found.items())
    return RecordsError(
        f"JSON 中有多个记录数组，无法判断推送哪一个：{listed}",
        f"the JSON holds several arrays of records: {listed_en}",
        next_zh="用 --records-path 指明，例如 --records-path data.list；整个文件是一条记录的，用 --records-path $",
        next_en="name one with --records-path, for example --records-path data.list, or $ for one record a file",
        facts={"paths": dict(found), "total": total},
    )


def _keyed(total: int) -> RecordsError:
    """Build the refusal of an object that holds so many arrays that its names are numbers or codes of things."""
    return RecordsError(
        f"JSON 以编号或代码为名，名下是 {total} 个数组，不是一张记录表",
        f"the JSON is keyed by numbers or codes, with {total} arrays below them: it is no list of records",
        next_zh='把编号写成信息项，导出为 [{"编号": 值, …}, …] 再推送；只推其中一个数组的，用 --records-path',
        next_en='write the key as an item, [{"id": value, "item": value, …}, …]; for one array use --records-path',
        facts={"total": total},
    )


def _not_there(wanted: str, found: dict[str, int]) -> RecordsError:
    present = "、".join(found) or "无"
    return RecordsError(
        f"JSON 中没有所指的记录数组；有记录的数组：{present}",
        f"the JSON has no such array of records; arrays with records: {', '.join(found) or 'none'}",
        next_zh="检查 --records-path：名称之间用点，整个文件用 $",
        next_en="check --records-path: names parted by dots, $ for the whole document",
        facts={"paths": dict(found), "wanted": wanted[:200]},
    )


def _none() -> RecordsError:
    return RecordsError(
        "JSON 中没有由对象组成的数组，找不到记录（以代码或编号为名的对象不是记录表）",
        "the JSON has no array of objects, so there are no records (an object keyed by codes is no list of records)",
        next_zh='导出为 [{"信息项": 值, …}, …]；整个文件是一条记录的，用 --records-path $',
        next_en='export it as [{"item": value, …}, …]; for one record a file, use --records-path $',
        facts={"paths": {}},
    )
