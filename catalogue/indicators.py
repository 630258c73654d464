"""Indicators and their observations: what is measured, how, and the words of a figure (elements M001-M016).

A figure stands for an indicator, an area, a period, a measure and a price basis, in a *vintage*: 1 is the first
publication, each revision the next, with its reason (统计法实施条例 第二十六条). What must be published beside a figure
is part of its indicator (第二十七条). Zhengzhou Art. 18. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.divisions import was_ever_valid
from catalogue.indicators_periods import FREQUENCIES
from catalogue.indicators_units import dimension_of
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from decimal import Decimal

    from catalogue.indicators_periods import Period

CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,19}")
STATE: Final = "100000"
"""Area of the whole country, as registration codes write it."""
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
LARGEST_VINTAGE: Final = 9999
MOST_DECIMALS: Final = 20


class Measure(StrEnum):
    """What kind of number a series holds (M006)."""

    CURRENT = "current"
    CUMULATIVE = "cumulative"
    YOY = "yoy"
    MOM = "mom"
    SHARE = "share"
    INDEX = "index"


class PriceBasis(StrEnum):
    """At which prices a value is counted (M007)."""

    CURRENT = "current"
    CONSTANT = "constant"


class Status(StrEnum):
    """How far a figure can be relied on (M011): SDMX CL_OBS_STATUS as far as it is used."""

    NORMAL = "A"
    PROVISIONAL = "P"
    REVISED = "R"
    FINAL = "F"
    MISSING = "M"
    CONFIDENTIAL = "C"
    ESTIMATE = "E"


WITHOUT_VALUE: Final = frozenset({Status.MISSING, Status.CONFIDENTIAL})
ADDABLE: Final = frozenset({Measure.CURRENT, Measure.CUMULATIVE})
"""Measures whose figures can be added or taken from each other; growth, shares and indices never."""
ZONES: Final = frozenset({"included", "excluded", "unstated"})


class IndicatorDefinitionError(DomainError, ValueError):
    """An indicator is not described in full; the text says which part."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(
            f"指标 {code[:20]}：{zh}",
            f"indicator {code[:20]}: {en}",
            next_zh="补全后重新登记；指标解释、范围、方法须与数据同时公布（《统计法实施条例》第二十七条）",
            next_en="complete it; definition, coverage and method are published with the figures (Art. 27)",
        )


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator with what must be published beside its figures.

    ``unit`` is the unit it is published in; figures of the same dimension may come in other units. ``is_additive``:
    the figures of the parts of an area add up to that of the whole. ``joins_january``: January has no figure of its
    own. ``zones``: whether development zones are inside the figures of districts.
    """

    code: str
    name: str
    name_en: str
    definition: str
    coverage: str
    method: str
    unit: str
    decimals: int
    is_additive: bool
    frequency: str
    measure: Measure
    price_basis: PriceBasis
    joins_january: bool
    zones: str
    owner: str

    @property
    def dimension(self) -> str:
        """The dimension of its unit."""
        return dimension_of(self.unit)


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Which line of figures: all but period and vintage."""

    indicator: str
    area: str
    frequency: str
    measure: Measure
    price_basis: PriceBasis


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure as a source gives it. ``vintage`` None: the next one, if it differs from what stands."""

    series: SeriesKey
    period: Period
    vintage: int | None
    value: Decimal | None
    unit: str
    decimals: int
    status: Status
    release_at: datetime
    reason: str
    row: int
    place: str = ""


def is_area(code: str, also: Collection[str] = ()) -> bool:
    """Whether a code is an area: a division of any time, the country, a country of the world, or one of ``also``."""
    return code == STATE or code in also or was_ever_valid(code) or _COUNTRY.fullmatch(code) is not None


def indicator_of(code: str, given: Mapping[str, object]) -> Indicator:
    """Return an indicator from a description by names; what the shipped sample list knows need not be said.

    Raises:
        IndicatorDefinitionError: a part is missing or no such word.
        UnitError: the unit is unknown.

    """
    if CODE.fullmatch(code) is None:
        raise IndicatorDefinitionError(
            code, "代码须为大写字母开头的字母数字", "a code is capitals, digits, underscores"
        )
    listed = load_code_list("indicators_sample").rows.get(code)
    known: dict[str, object] = {}
    if listed is not None:
        extra = listed.extra
        known = {"name": listed.name_zh, "name_en": listed.name_en}
        known |= {part: extra[part] for part in ("unit", "frequency", "measure")}
    told = {**known, **given}
    for part in ("name", "name_en", "definition", "coverage", "method", "unit", "frequency", "measure", "owner"):
        text = told.get(part)
        if not isinstance(text, str) or not text.strip():
            raise IndicatorDefinitionError(code, f"缺少 {part}", f"{part} is missing")
    return _made(code, told)


def _made(code: str, told: Mapping[str, object]) -> Indicator:
    frequency, zones = str(told["frequency"]), str(told.get("zones", "unstated"))
    decimals = told.get("decimals", 2)
    if frequency not in FREQUENCIES:
        raise IndicatorDefinitionError(code, "频率须为 A S Q M W D", "the frequency is A, S, Q, M, W or D")
    if zones not in ZONES:
        raise IndicatorDefinitionError(
            code, "功能区口径须为 included、excluded、unstated", "zones is included, excluded or unstated"
        )
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= MOST_DECIMALS:
        raise IndicatorDefinitionError(code, "小数位须为 0 到 20", "decimals is 0 to 20")
    try:
        measure, basis = Measure(str(told["measure"])), PriceBasis(str(told.get("price_basis", "current")))
    except ValueError:
        raise IndicatorDefinitionError(code, "口径或计价不在清单内", "no such measure or price basis") from None
    unit = str(told["unit"])
    dimension_of(unit)
    return Indicator(
        code=code,
        unit=unit,
        decimals=decimals,
        is_additive=told.get("additive") is True,
        frequency=frequency,
        measure=measure,
        price_basis=basis,
        joins_january=told.get("joins_january") is True,
        zones=zones,
        **{part: str(told[part]).strip() for part in ("name", "name_en", "definition", "coverage", "method", "owner")},
    )
