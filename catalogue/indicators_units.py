"""Units of indicators: conversion inside one dimension only, by exact decimal factors (统计法实施条例 第二十七条).

An index is bound to its base: ``上年=100`` and ``上年同月=100`` are two dimensions, and no factor leads from one to
the other. 百分点 (a difference of shares) is not % (a share). Nothing here rounds. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MULTIPLES: Final = {"": 0, "百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}


def _powers(*units: str) -> dict[str, int]:
    return {f"{word}{unit}": power for unit in units for word, power in _MULTIPLES.items()}


_DIMENSIONS: Final[Mapping[str, Mapping[str, int]]] = {
    "money:CNY": _powers("元", "元人民币"),
    "money:USD": _powers("美元"),
    "money:EUR": _powers("欧元"),
    "persons": _powers("人"),
    "person-times": _powers("人次"),
    "households": _powers("户"),
    "count": _powers("个", "家", "件"),
    "energy": {**_powers("千瓦时", "千瓦小时"), "度": 0},
    "standard coal": {**_powers("吨标准煤"), "千克标准煤": -3},
    "mass": {**_powers("吨"), "千克": -3, "公斤": -3, "克": -6},
    "area": {**_powers("平方米"), "公顷": 4, "平方公里": 6, "平方千米": 6},
    "farmland": _powers("亩"),
    "volume": _powers("立方米"),
    "share": {"%": -2, "％": -2, "‰": -3, "比例": 0},
    "percentage points": {"百分点": 0, "个百分点": 0},
    "price of area": _powers("元/平方米"),
    "concentration": {"毫克/立方米": -3, "微克/立方米": -6, "mg/m³": -3, "μg/m³": -6, "µg/m³": -6},
    "exchange rate:USD/EUR": {"美元/欧元": 0},
    "number": {"无量纲": 0, "指数": 0, "名次": 0},
    **{f"index:{base}": {f"{base}=100": 0} for base in ("上年", "上年同月", "上年同期", "上月", "上季", "上年末")},
}
_OF_UNIT: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {unit: (dimension, power) for dimension, units in _DIMENSIONS.items() for unit, power in units.items()}
)


class UnitError(DomainError, ValueError):
    """A unit is unknown, or two units measure different things."""

    def __init__(self, unit: str, other: str = "") -> None:
        between = bool(other)
        super().__init__(
            f"“{unit[:20]}”与“{other[:20]}”不是同一量纲，不能换算" if between else f"不认识的计量单位“{unit[:20]}”",
            f"{unit[:20]} and {other[:20]} are of different dimensions"
            if between
            else f"the unit {unit[:20]!r} is unknown",
            next_zh="只能在同一量纲内换算，例如 万元 与 亿元",
            next_en="convert inside one dimension only, such as 万元 and 亿元",
            facts={"unit": unit[:20], **({"other": other[:20]} if between else {})},
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it was written: its value, its unit, the decimals it was written with."""

    value: Decimal
    unit: str
    decimals: int


def dimension_of(unit: str) -> str:
    """Return the dimension of a unit (raises :class:`UnitError`)."""
    if unit not in _OF_UNIT:
        raise UnitError(unit)
    return _OF_UNIT[unit][0]


def units_of(dimension: str) -> tuple[str, ...]:
    """Return the units of a dimension."""
    return tuple(_DIMENSIONS.get(dimension, ()))


def converted(figure: Figure, unit: str) -> Figure:
    """Return a figure in another unit of its dimension, every digit kept (raises :class:`UnitError`)."""
    if unit == figure.unit:
        return figure
    if dimension_of(figure.unit) != dimension_of(unit):
        raise UnitError(figure.unit, unit)
    places = _OF_UNIT[figure.unit][1] - _OF_UNIT[unit][1]
    return Figure(figure.value.scaleb(places), unit, max(0, figure.decimals - places))


def agree(one: Figure, other: Figure) -> bool:
    """Whether two figures can be one, each rounded as it is written: they differ by half the coarser's last place.

    Figures of different dimensions never agree.
    """
    try:
        told = converted(other, one.unit)
    except UnitError:
        return False
    # The last place of the other, told in the unit of the first: an amount may be written to whole 亿元.
    places = _OF_UNIT[other.unit][1] - _OF_UNIT[one.unit][1] if other.unit != one.unit else 0
    last_place = max(Decimal(1).scaleb(-one.decimals), Decimal(1).scaleb(places - other.decimals))
    return abs(one.value - told.value) * 2 <= last_place


def plain(value: Decimal) -> str:
    """Return a number as text without an exponent."""
    return f"{value:f}"
