"""Units of measure behind numbers, and their conversion by shifting the decimal point: exact, never rounded.

GB 3100-1993 and GB 3101-1993 for units, 统计法 for the multiples 万 and 亿 in use. A unit is taken off only when the
item says the same, converted only inside one kind; 亩 is not a power of ten of 平方米 and so stands alone.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item

_MULTIPLES: Final = {"": 0, "百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8}


def _of_currency(*written: str) -> dict[str, int]:
    """Return the words of one currency: each way to write it, ``_`` being the place of the multiple."""
    return {word.replace("_", multiple): power for word in written for multiple, power in _MULTIPLES.items()}


_SERIES: Final[tuple[Mapping[str, int], ...]] = (
    _of_currency("_元", "人民币_元", "_人民币元", "_元人民币", "_元(人民币)", "_人民币"),
    _of_currency("_美元", "_美金", "_元(美元)", "_元美元"),
    _of_currency("_港元", "_港币", "_元(港元)", "_元港币"),
    _of_currency("_欧元", "_元(欧元)"),
    _of_currency("_日元", "_元(日元)"),
    {"人": 0, "千人": 3, "万人": 4, "亿人": 8},
    {"户": 0, "万户": 4},
    {"人次": 0, "万人次": 4},
    {"‰": -1, "%": 0, "％": 0},
    {"毫米": -3, "mm": -3, "厘米": -2, "cm": -2, "米": 0, "m": 0, "千米": 3, "公里": 3, "km": 3},
    {"平方米": 0, "㎡": 0, "m2": 0, "m²": 0, "万平方米": 4, "公顷": 4, "平方公里": 6, "平方千米": 6, "km2": 6},
    {"亩": 0, "万亩": 4},
    {"立方米": 0, "m3": 0, "m³": 0, "万立方米": 4, "亿立方米": 8},
    {"克": -3, "千克": 0, "公斤": 0, "kg": 0, "吨": 3, "万吨": 7, "亿吨": 11},
    {"千瓦时": 0, "度": 0, "万千瓦时": 4, "亿千瓦时": 8},
    *({word: 0} for word in ("个", "家", "件", "次", "辆", "台", "套", "所", "项", "头", "岁", "年", "月", "天", "℃")),
)
KIND_AND_POWER: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {unit: (kind, power) for kind, units in enumerate(_SERIES) for unit, power in units.items()}
)
"""Each known unit: the number of its kind, and the power of ten of it."""

_WORDS: Final = "|".join(re.escape(unit) for unit in sorted(KIND_AND_POWER, key=len, reverse=True))
WITH_UNIT: Final = rf"^(?:人民币)?([+-]?[¥￥$]?[+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*[(\[]?({_WORDS})[)\]]?$"
SIGNS: Final[Mapping[str, str]] = MappingProxyType({"人民币": "元", "¥": "元", "￥": "元", "$": "美元"})
"""The signs before an amount, with the currency each is read as; a dollar is never taken for a yuan."""
OWN_CURRENCY: Final = "元"
_IN_NAME: Final = re.compile(rf"[（(\[]\s*(?:单位[:：]\s*)?({_WORDS})\s*[)）\]]\s*$")
_IN_TEXT: Final = re.compile(rf"(?:计量)?单位\s*[:：为]\s*({_WORDS})(?![\w%‰])")


def unit_of(item: Item) -> str | None:
    """Return the unit an item's name (``金额（万元）``) or description (``单位：万元``) states; None for none."""
    found = _IN_NAME.search(item.name) or _IN_TEXT.search(item.description)
    return None if found is None else found[1]


def is_known(unit: str) -> bool:
    """Say whether a unit can be read and converted."""
    return unit in KIND_AND_POWER


def shifts_to(unit: str) -> Mapping[str, int]:
    """Return for each unit of the same kind by how many places the point moves right to reach ``unit``."""
    kind, power = KIND_AND_POWER[unit]
    return {word: found - power for word, (of, found) in KIND_AND_POWER.items() if of == kind}


def shifted(values: pl.Series, places: pl.Series) -> pl.Series:
    """Move the decimal point of plain decimal text right (left where negative) by ``places``; exact.

    Args:
        values: text of the form ``[+-]digits[.digits]``, or null.
        places: whole numbers between -20 and 20, as long as ``values``.
    """
    done = pl.repeat(None, values.len(), dtype=pl.String, eager=True)
    for count in places.drop_nulls().unique().to_list():
        rows = (places == count).fill_null(value=False).arg_true()
        done = done.scatter(rows, _moved(values.gather(rows), int(count)))
    return done


def _moved(values: pl.Series, count: int) -> pl.Series:
    column = pl.col("v")
    sign, whole = column.str.extract(r"^([+-]?)"), column.str.extract(r"^[+-]?([0-9]*)")
    part = column.str.extract(r"\.([0-9]*)$").fill_null("")
    if count >= 0:
        padded = part.str.pad_end(count, "0")
        number = whole + padded.str.slice(0, count) + pl.lit(".") + padded.str.slice(count)
    else:
        padded = whole.str.zfill(1 - count)
        kept = padded.str.len_chars() + count
        number = padded.str.slice(0, kept) + pl.lit(".") + padded.str.slice(kept) + part
    return pl.DataFrame({"v": values}).select((sign + number.str.strip_suffix(".")).alias("v")).to_series()
