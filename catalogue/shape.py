"""JSON shapes of frozen dataclasses, read from their annotations: encode, decode, and say what is wrong where.

Decoding names the JSON path, what was expected and how to mend it; it never repeats the value, which may
be protected. Supports text, numbers, booleans, dates, aware times, enums, tuples, nested dataclasses and
``X | None``. Pure, no I/O.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

T = TypeVar("T")

PLAIN_NAMES = {
    str: ("文本", "text"),
    int: ("整数", "an integer"),
    float: ("数字", "a number"),
    bool: ("true 或 false", "true or false"),
    date: ("日期，如 2025-09-01", "a date such as 2025-09-01"),
    datetime: (
        "带时区的时间，如 2025-09-01T08:00:00+08:00",
        "a time with its offset, such as 2025-09-01T08:00:00+08:00",
    ),
}


class ShapeError(DomainError, ValueError):
    """A JSON value does not have the shape asked for.

    ``path`` is the JSON path (``$.items[3].type``), ``expected_zh``/``expected_en`` what should stand there,
    ``mend_zh``/``mend_en`` what to do.
    """

    def __init__(self, path: str, expected: tuple[str, str], mend: tuple[str, str]) -> None:
        self.path = path
        self.expected_zh, self.expected_en = expected
        self.mend_zh, self.mend_en = mend
        super().__init__(
            f"{path}：应为{self.expected_zh}。{self.mend_zh}。",
            f"{path}: expected {self.expected_en}; {self.mend_en}.",
            next_zh=self.mend_zh,
            next_en=self.mend_en,
            facts={"pointer": path},
        )


def encode(value: object) -> object:
    """Return ``value`` as plain JSON data; fields that hold their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(content)
            for field in fields(value)
            if (content := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode(part) for part in value]
    return value


def decode(kind: type[T], data: object, path: str = "$") -> T:
    """Build a frozen dataclass from JSON data.

    Raises:
        ShapeError: the first place where ``data`` has another shape.

    """
    if not isinstance(data, dict):
        raise ShapeError(
            path, ("对象 { … }", "an object { … }"), ("按条目格式填写", "write it as the entry format says")
        )
    known = {field.name: field for field in fields(cast("type", kind))}
    _refuse_unknown(data, tuple(known), path)
    hints = _hints(cast("Hashable", kind))
    values = {}
    for name, field in known.items():
        if name in data:
            values[name] = _read(hints[name], data[name], f"{path}.{name}")
        elif _default(field) is MISSING:
            expected = _expectation(hints[name])
            raise ShapeError(f"{path}.{name}", expected, ("补上这一项", "add this member"))
    return kind(**values)


@cache
def _hints(kind: Hashable) -> Mapping[str, object]:
    return get_type_hints(cast("type", kind))


def _default(field: Field[object]) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _refuse_unknown(data: Mapping[str, object], known: tuple[str, ...], path: str) -> None:
    for name in data:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            mend = (f"是否指 {near[0]}", f"did you mean {near[0]}") if near else ("删除这一项", "remove this member")
            names = (f"下列各项之一：{'、'.join(known)}", f"one of: {', '.join(known)}")
            raise ShapeError(f"{path}.{name}", names, mend)


def _expectation(hint: object) -> tuple[str, str]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        words = [str(member.value) for member in hint]
        return f"{'、'.join(words)} 之一", f"one of {', '.join(words)}"
    if get_origin(hint) is tuple:
        return "列表 [ … ]", "a list [ … ]"
    return PLAIN_NAMES.get(cast("type", hint), ("对象 { … }", "an object { … }"))


def _read(hint: object, value: object, path: str) -> object:
    """Return ``value`` as the annotation ``hint`` says."""
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        inner = next(part for part in get_args(hint) if part is not NoneType)
        return None if value is None else _read(inner, value, path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _wrong(hint, path)
        inner = get_args(hint)[0]
        return tuple(_read(inner, part, f"{path}[{position}]") for position, part in enumerate(value))
    if is_dataclass(hint):
        return decode(cast("type[object]", hint), value, path)
    return _read_plain(cast("type", hint), value, path)


def _read_plain(hint: type, value: object, path: str) -> object:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in {str, bool, int, float}:
        if type(value) is not hint or (isinstance(value, str) and not _is_storable(value)):
            raise _wrong(hint, path)
        return value
    readers: dict[type, Callable[[str], object]] = {date: date.fromisoformat, datetime: _aware}
    try:
        if issubclass(hint, Enum):
            # True == 1: a boolean must not pass for the sharing type 1.
            return hint(cast("str", value)) if not isinstance(value, bool) else hint("")
        return readers[hint](cast("str", value))
    except (ValueError, TypeError):
        raise _wrong(hint, path) from None


def _is_storable(text: str) -> bool:
    """Say whether a database can keep the text: no NUL, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _wrong(hint: object, path: str) -> ShapeError:
    return ShapeError(path, _expectation(hint), ("改成要求的写法", "write it in the form asked for"))
