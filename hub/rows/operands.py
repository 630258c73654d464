"""Values of a condition as their items have them: a written operand becomes a typed, bound parameter.

Nothing of what was written reaches SQL text (threat 26), and no message repeats it. Whole numbers are sent
as bigint whatever their size, so that one shape of query is one prepared statement.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from psycopg.types.numeric import Int8

from catalogue.item import DataType
from catalogue.shapes import is_shape
from hub.rows.errors import OperandError
from hub.rows.shapes import not_comparable
from hub.rows.tables import holds_integer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from catalogue.item import Item

BEIJING = ZoneInfo("Asia/Shanghai")
MAX_TEXT = 1_000
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,15})?")
_BIGGEST = 2**63
_TRUTH = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
_TEXTS = frozenset({DataType.TEXT, DataType.MEMO, DataType.GENERAL})


def is_text(item: Item) -> bool:
    """Tell whether the item is stored as text."""
    return item.type in _TEXTS and not is_shape(item)


def operand(item: Item, value: object, position: str) -> object:
    """Return ``value`` as the item's SQL type takes it.

    Raises:
        OperandError: the value is not of the item's type; it is not repeated.

    """
    if is_shape(item):
        raise not_comparable(item)
    kind = DataType.INTEGER if item.type is DataType.NUMBER and holds_integer(item) else item.type
    return _READERS[kind](value, position)


def truth(value: object, position: str) -> bool:
    """Return a yes or no, written as JSON truth value or as a word."""
    found = value if isinstance(value, bool) else _TRUTH.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise OperandError(position, "真假值（true 或 false）", "true or false")
    return found


def _text(value: object, position: str) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    # PostgreSQL stores no NUL, and half a surrogate pair has no UTF-8: such a text equals nothing.
    if not isinstance(text, str) or len(text) > MAX_TEXT or "\0" in text or not _encodes(text):
        raise OperandError(position, f"文本（不超过 {MAX_TEXT} 个字符）", f"a text of at most {MAX_TEXT} characters")
    return text


def _encodes(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _whole(value: object, position: str) -> Int8:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -_BIGGEST <= value < _BIGGEST:
        raise OperandError(position, "整数", "a whole number")
    return Int8(value)


def _decimal(value: object, position: str) -> Decimal:
    text = str(value) if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) else value
    if not isinstance(text, str) or _NUMBER.fullmatch(text) is None:
        raise OperandError(position, "数值", "a number")
    return Decimal(text)


def _float(value: object, position: str) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise OperandError(position, "数值", "a number")
    return float(value)


def _date(value: object, position: str) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise OperandError(position, "日期（如 2026-08-21）", "a date such as 2026-08-21")


def _datetime(value: object, position: str) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise OperandError(position, "日期时间（如 2026-08-21T09:30:00）", "a time such as 2026-08-21T09:30:00")
    return value if value.tzinfo is None else value.astimezone(BEIJING).replace(tzinfo=None)


_READERS: Mapping[DataType, Callable[[object, str], object]] = MappingProxyType(
    {
        DataType.TEXT: _text,
        DataType.MEMO: _text,
        DataType.GENERAL: _text,
        DataType.NUMBER: _decimal,
        DataType.CURRENCY: _decimal,
        DataType.INTEGER: _whole,
        DataType.DOUBLE: _float,
        DataType.FLOAT: _float,
        DataType.DATE: _date,
        DataType.DATETIME: _datetime,
        DataType.BOOLEAN: truth,
    }
)
