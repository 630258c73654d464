"""What a provider's API answered, read as a stranger's text: JSON with bounds, and only what was agreed.

Duplicate members, NaN, numbers without end, deep nesting and another content type are refused; rows are found by
a JSON pointer (RFC 6901), fields by a pointer inside the row. What nobody declared is counted and never kept.
Types belong to the items and are judged by the hub. Pure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEPTH: Final = 32
ROWS: Final = 10_000
NUMBER_DIGITS: Final = 60
POINTER_LENGTH: Final = 200

Pointer = tuple[str, ...]
_MISSING: Final = object()


class RelayAnswerError(DomainError):
    """The provider's answer is not what was agreed; nothing of it is passed on. No value is ever repeated."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows as declared: a value by column, absent ones missing; how many undeclared members were left out."""

    rows: tuple[dict[str, object], ...]
    undeclared: int


def parse_pointer(text: str) -> Pointer:
    """Return the steps of a JSON pointer; the empty text is the whole document.

    Raises:
        ValueError: no pointer, or longer than 200 characters.
    """
    if len(text) > POINTER_LENGTH or (text and not text.startswith("/")):
        raise ValueError("no JSON pointer")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def parse_document(body: bytes) -> object:
    """Return the JSON document of an answer; numbers with a fraction as Decimal, digit for digit.

    Raises:
        RelayAnswerError: no JSON, or JSON with two readings or beyond a bound.
    """
    try:
        document: object = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_fraction,
            parse_int=_whole,
        )
    except UnicodeDecodeError:
        raise _wrong("不是 UTF-8", "is not UTF-8", "encoding") from None
    except ValueError:
        raise _wrong("不是合法的 JSON", "is no valid JSON", "json") from None
    except RecursionError:
        raise _too_deep() from None
    _check_depth(document)
    return document


def find(document: object, rows: Pointer, fields: Mapping[str, Pointer]) -> Found:
    """Return the rows of a document as declared.

    Raises:
        RelayAnswerError: there is nothing at the pointer (null and an empty list are «no record»; an envelope with an
            error message is none), too many rows, or a row that is no object.
    """
    place = _at(document, rows)
    if place is None:
        return Found((), 0)
    listed = place if isinstance(place, list) else [place]
    if len(listed) > ROWS:
        raise _wrong(f"超过 {ROWS} 行", f"has more than {ROWS} rows", "rows")
    found: list[dict[str, object]] = []
    undeclared = 0
    for row in listed:
        if not isinstance(row, dict):
            raise _wrong("登记的位置没有记录", "has no rows where they were declared", "rows")
        values = {column: _at(row, pointer) for column, pointer in fields.items()}
        found.append({name: value for name, value in values.items() if value is not None and value is not _MISSING})
        undeclared += _undeclared(row, tuple(fields.values()))
    return Found(tuple(found), undeclared)


def _at(value: object, pointer: Pointer) -> object:
    """Return what a pointer leads to, a mark of its own where it leads nowhere."""
    for step in pointer:
        if isinstance(value, dict):
            value = value.get(step, _MISSING)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step[:6]) < len(value):
            value = value[int(step[:6])]
        else:
            return _MISSING
    return value


def _undeclared(value: Mapping[str, object], pointers: Sequence[Pointer]) -> int:
    """Count the members no pointer leads to; one that holds only undeclared ones counts once."""
    count = 0
    for name, inner in value.items():
        below = tuple(pointer[1:] for pointer in pointers if pointer and pointer[0] == name)
        if not below:
            count += 1
        elif isinstance(inner, dict) and all(below):
            count += _undeclared(inner, below)
    return count


def _check_depth(document: object) -> None:
    level: list[object] = [document]
    for _ in range(DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise _too_deep()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _wrong("同一对象中有重复的成员", "has a member twice in one object", "duplicate")
    return found


def _constant(_word: str) -> float:
    raise ValueError("NaN and Infinity are no JSON (RFC 8259 6)")


def _fraction(text: str) -> Decimal:
    if len(text) > NUMBER_DIGITS:
        raise ValueError("a number without end")
    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > NUMBER_DIGITS:
        raise ValueError("a number without end")
    return int(text)


def _too_deep() -> RelayAnswerError:
    return _wrong(f"嵌套超过 {DEPTH} 层", f"is nested deeper than {DEPTH}", "depth")


def _wrong(zh: str, en: str, reason: str) -> RelayAnswerError:
    return RelayAnswerError(
        f"提供方接口的返回内容{zh}，没有转交任何数据",
        f"the provider's answer {en}; nothing of it was passed on",
        next_zh="请联系提供单位；其接口须按登记的结构返回 JSON",
        next_en="contact the provider: its API must answer JSON of the registered shape",
        facts={"reason": reason},
    )
