"""What form an item has: type letter, length and scale from the column's type, the comment and the sample. Pure.

The declared type wins; the sample decides only where the database says nothing (a text without a length, a date kept
as text, a flag kept as a number).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.item import DataType
from policies.text import Text

if TYPE_CHECKING:
    import polars as pl

    from catalogue.elements import Element
    from connectors.databases.describing import ColumnFacts
    from hub.directory.describing.comments import Spoken

_LENGTHS: Final = (10, 20, 50, 100, 200, 500)
_SHORT_TEXT: Final = 100
_ROOM: Final = 2
_DAY: Final = r"^(?:19|20)[0-9]{2}[-/.]?(?:0?[1-9]|1[0-2])[-/.]?(?:0?[1-9]|[12][0-9]|3[01])$"
_TIME_OF_DAY: Final = r"[ T](?:0[1-9]|1[0-9]|2[0-3]):[0-9]{2}|[ T]00:(?:0[1-9]|[1-5][0-9])"
_FLAGS: Final = frozenset({"0", "1", "t", "f", "true", "false", "Y", "N", "是", "否"})
_DATE_NAME: Final = re.compile(r"日期|年月日|[起止生]$|时间$")
_BINARY: Final = frozenset({DataType.DOUBLE, DataType.FLOAT})
_MONEY_UNIT: Final = re.compile(r"元|币|美金")


@dataclass(frozen=True, slots=True)
class Form:
    """Type letter, length (characters), scale (decimals), and what the sample decided."""

    letter: DataType
    length: int | None = None
    scale: int | None = None
    reasons: tuple[Text, ...] = ()


def form_of(column: ColumnFacts, spoken: Spoken, codes: int, element: Element | None, values: pl.Series) -> Form:
    """Return the form of an item; ``codes`` is the length of its longest code, 0 where it has none."""
    declared = column.item_type
    letter = declared.letter or DataType.GENERAL
    if codes:
        return Form(DataType.TEXT, max(codes, (declared.length or 0) if letter is DataType.TEXT else 0))
    if declared.is_flag and letter is DataType.INTEGER:
        is_flag = len(values) > 0 and set(values.unique()) <= _FLAGS
        return Form(DataType.BOOLEAN) if is_flag else Form(DataType.INTEGER)
    by_sample = _day_by_sample(letter, spoken, element, values)
    if by_sample is not None:
        return by_sample
    if declared.is_unlimited:
        return _unlimited(values, element)
    if letter is DataType.NUMBER:
        found = _number_letter(spoken, element, declared.scale)
        return Form(found) if found in _BINARY else Form(found, declared.length, declared.scale)
    has_length = letter in {DataType.TEXT, DataType.NUMBER, DataType.CURRENCY}
    return Form(letter, declared.length if has_length else None, declared.scale)


def _number_letter(spoken: Spoken, element: Element | None, scale: int | None) -> DataType:
    """Return N, or Y for money: as the element says (B and F too), else by the unit."""
    if element is not None and element.type in {DataType.NUMBER, DataType.CURRENCY, *_BINARY}:
        return element.type
    return DataType.CURRENCY if scale and _MONEY_UNIT.search(spoken.unit) else DataType.NUMBER


def _day_by_sample(letter: DataType, spoken: Spoken, element: Element | None, values: pl.Series) -> Form | None:
    """Return a date or a moment where the sample shows one that the declared type does not tell."""
    if letter in {DataType.TEXT, DataType.MEMO} and _is_date(spoken, element, values):
        told = Text("样本都是日期，按日期型登记", "all samples are dates: described as a date")
        return Form(DataType.DATE, reasons=(told,))
    if letter is DataType.DATE and len(values) and bool(values.str.contains(_TIME_OF_DAY).any()):
        # Oracle's DATE keeps a time of day.
        told = Text("样本带有时刻，按日期时间型登记", "samples have a time of day: described as a moment")
        return Form(DataType.DATETIME, reasons=(told,))
    return None


def _is_date(spoken: Spoken, element: Element | None, values: pl.Series) -> bool:
    if not len(values) or not bool(values.str.strip_chars().str.contains(_DAY).all()):
        return False
    is_said = element is not None and element.type in {DataType.DATE, DataType.DATETIME}
    return is_said or _DATE_NAME.search(spoken.name) is not None


def _unlimited(values: pl.Series, element: Element | None) -> Form:
    """Return the form of a text to which the database sets no length."""
    longest = values.str.len_chars().max() if len(values) else None
    is_memo = element is not None and element.type is DataType.MEMO
    if is_memo or not isinstance(longest, int) or longest > _SHORT_TEXT:
        return Form(DataType.MEMO)
    if element is not None and element.length is not None and element.length >= longest:
        return Form(DataType.TEXT, element.length)
    length = next(length for length in _LENGTHS if length >= longest * _ROOM)
    told = Text(
        f"来源没有限定长度，样本最长 {longest} 字，拟为 {length} 字，请核对",
        f"the source sets no length; the longest sample has {longest} characters, {length} are proposed",
    )
    return Form(DataType.TEXT, length, reasons=(told,))
