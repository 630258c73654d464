"""From a provider's rows to an answer: types of the items, the key that was asked, the permit, the masks.

The hub believes nothing of what came: each value must be of its item's declared type, each row must carry the key
that was asked, the row filter of the grant and the masks are applied here. A wrong value is never repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.item import DataType, Item
from catalogue.matching import MatchResult, compare
from connectors.relay_answers import RelayAnswerError, find, parse_document
from hub.rows.compiler import GIVEN, Column
from hub.rows.errors import OperandError, UnknownItemError
from hub.rows.operands import operand
from policies.facts import Treatment
from policies.masking import Audience, mask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hub.exchange.relay.definition import Definition
    from policies.decision import Permit

TEXTS = frozenset({DataType.TEXT, DataType.MEMO, DataType.GENERAL})
NUMBERS = frozenset({DataType.NUMBER, DataType.CURRENCY, DataType.DOUBLE, DataType.FLOAT, DataType.INTEGER})
LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Records:
    """Typed rows by column; a missing value is None. ``undeclared`` members were left out."""

    rows: tuple[dict[str, object], ...]
    undeclared: int


def read_records(
    body: bytes | None, definition: Definition, items: Mapping[str, Item], key: Mapping[str, str]
) -> Records:
    """Read a provider's answer.

    Raises:
        RelayAnswerError: it is not as declared, or is about another subject than was asked.
    """
    if body is None:
        return Records((), 0)
    found = find(parse_document(body), definition.row_pointer, definition.field_pointers)
    rows = tuple({column: _typed(items[column], row.get(column)) for column in definition.fields} for row in found.rows)
    for row in rows:
        for column, asked in key.items():
            # INVARIANT: a row is passed on only if it is about whom the consumer asked.
            if row[column] is None or compare(items[column], row[column], asked) is not MatchResult.MATCH:
                raise _other_subject(column)
    return Records(rows, found.undeclared)


def _typed(item: Item, value: object) -> object:
    """Return a value as its item's type has it; None where it is missing and may be."""
    if value is None or value == "":
        if item.required and value is None:
            raise _wrong_type(item, "缺少必填值", "lacks a required value")
        return None if item.type not in TEXTS else value
    if item.type in TEXTS:
        length = item.length if item.length is not None else LONGEST_TEXT
        is_text = isinstance(value, str) and "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
        if not is_text or not isinstance(value, str) or len(value) > length:
            raise _wrong_type(item, "不是约定长度的文本", "is no text of the agreed length")
        return value
    try:
        return _plain(operand(item, value, ""))
    except OperandError:
        raise _wrong_type(item, "与约定的类型不符", "is not of the agreed type") from None


def _plain(value: object) -> object:
    """Return whole numbers as Python has them, without the wrapper for the database."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def columns_of(
    permit: Permit, asked: Sequence[str] | None, definition: Definition, items: Mapping[str, Item]
) -> tuple[Column, ...]:
    """Return the columns of the answer: given by the permit, declared by the endpoint, and asked for.

    Raises:
        UnknownItemError: nothing is left; it names nothing.
    """
    given = {line.column: line for line in permit.items if line.treatment in GIVEN}
    wanted = [name for name in (asked if asked is not None else definition.fields) if name in given]
    kept = [name for name in wanted if name in definition.fields and name in items]
    if not kept:
        raise UnknownItemError("items")
    return tuple(Column(items[name], given[name].treatment is Treatment.MASKED, given[name].masking) for name in kept)


def project(rows: Sequence[Mapping[str, object]], columns: Sequence[Column], today: date) -> list[tuple[object, ...]]:
    """Return the rows as given: the columns of the answer alone, masked ones masked."""
    return [tuple(_shown(row[column.item.column], column, today) for column in columns) for row in rows]


def _shown(value: object, column: Column, today: date) -> object:
    return mask(value, column.masking, Audience.AGENCY, key=None, today=today) if column.is_masked else value


def _wrong_type(item: Item, zh: str, en: str) -> RelayAnswerError:
    return RelayAnswerError(
        f"提供方接口返回的信息项“{item.name}”（{item.column}）{zh}，没有转交任何数据",
        f"item {item.column!r} in the provider's answer {en}; nothing was passed on",
        next_zh="请联系提供单位核对该信息项的类型",
        next_en="contact the provider about the type of this item",
        facts={"reason": "type", "item": item.column},
    )


def _other_subject(column: str) -> RelayAnswerError:
    return RelayAnswerError(
        f"提供方接口返回的记录与所查的“{column}”不一致，没有转交任何数据",
        f"the provider answered a record whose {column!r} is not the one asked for; nothing was passed on",
        next_zh="请联系提供单位核对其接口",
        next_en="contact the provider about its API",
        facts={"reason": "other_subject", "item": column},
    )
