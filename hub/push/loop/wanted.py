"""What an item of the directory wants of its values, in one line: who mends a row knows limits and codes from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.code_lists import code_list_names, load_code_list
from catalogue.item import DataType

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.push.loop.sheet import Language

CODES: Final = 20
"""Codes of a list that are named; of a longer one the first."""
_KINDS: Final = {
    DataType.TEXT: ("文本", "text"),
    DataType.MEMO: ("长文本", "long text"),
    DataType.NUMBER: ("数值", "number"),
    DataType.CURRENCY: ("金额", "amount"),
    DataType.INTEGER: ("整数", "whole number"),
    DataType.DOUBLE: ("数值", "number"),
    DataType.FLOAT: ("数值", "number"),
    DataType.DATE: ("日期，如 2020-01-11", "date such as 2020-01-11"),
    DataType.DATETIME: ("日期时间，如 2020-01-11 08:30:00", "date and time such as 2020-01-11 08:30:00"),
    DataType.BOOLEAN: ("是 或 否", "是 (yes) or 否 (no)"),
    DataType.GENERAL: ("图形或二进制", "geometry or binary"),
}
_COUNTED: Final = frozenset({DataType.NUMBER, DataType.CURRENCY, DataType.INTEGER})


def wanted(item: Item, language: Language) -> str:
    """Return type, length, codes, and whether a value must be there."""
    is_zh = language == "zh"
    parts = [_KINDS[item.type][0 if is_zh else 1]]
    if item.length is not None and item.type is DataType.TEXT:
        parts.append(f"最多 {item.length} 字" if is_zh else f"up to {item.length} characters")
    elif item.length is not None and item.type in _COUNTED:
        places = item.scale or 0
        whole = item.length - places
        parts.append(
            f"整数部分最多 {whole} 位" + (f"，小数最多 {places} 位" if places else "")
            if is_zh
            else f"up to {whole} digits" + (f" and {places} decimals" if places else "")
        )
    parts.append(("必填" if is_zh else "required") if item.required else ("可以空着" if is_zh else "may be left empty"))
    return ("，" if is_zh else ", ").join(parts) + _codes(item, is_zh=is_zh)


def _codes(item: Item, *, is_zh: bool) -> str:
    if item.code_list is None:
        return ""
    name = item.code_list.name
    if name not in code_list_names():
        return f"；代码表 {name}" if is_zh else f"; code list {name}"
    rows = load_code_list(name).rows
    shown = [f"{code} {row.name_zh}" for code, row in list(rows.items())[:CODES]]
    more = "" if len(rows) <= CODES else ("等" if is_zh else " …")
    return ("；代码：" if is_zh else "; codes: ") + ("、" if is_zh else ", ").join(shown) + more
