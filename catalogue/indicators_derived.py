"""Figures that follow from figures: single periods out of cumulative ones, sums over areas. Marked, never stored.

Both terms of a difference, and all terms of a sum, are of one vintage. Growth at comparable prices is no ratio of
current values, so nothing here computes growth; a series of growth, shares or indices is neither added nor taken
apart. 统计法实施条例 第二十六条, 第二十七条. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from catalogue.indicators import ADDABLE, Measure, PriceBasis
from catalogue.indicators_units import Figure, converted
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalogue.indicators import Indicator, SeriesKey
    from catalogue.indicators_periods import Period

_FREQUENCIES: Final = frozenset({"S", "Q", "M"})
SECOND: Final = 2


class NotDerivableError(DomainError):
    """The figures asked for do not follow from those that are published."""


@dataclass(frozen=True, slots=True)
class Point:
    """One published figure as a term: ``value`` None where it is missing or confidential."""

    period: Period
    vintage: int
    value: Decimal | None
    unit: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Derived:
    """One figure that was computed, or why it could not be (``gap``); ``terms`` name what it was computed from."""

    period: Period
    value: Decimal | None
    unit: str
    decimals: int
    vintage: int | None
    terms: tuple[str, ...]
    gap: str = ""


def single_periods(series: SeriesKey, points: Iterable[Point], *, joins_january: bool) -> tuple[Derived, ...]:
    """Return the figure of each single period of a cumulative series, in order.

    For every period the highest vintage is taken that both terms have. ``gap`` is ``vintage`` where they share none,
    ``missing`` where a term is not published, ``january`` for a February that cannot be parted from January.

    Raises:
        NotDerivableError: the series does not hold cumulative values at current prices.

    """
    if series.measure is not Measure.CUMULATIVE or series.frequency not in _FREQUENCIES:
        raise NotDerivableError(
            "只有累计值序列可以推算单期值；同比、环比、占比、指数不可推算",
            "only a cumulative series gives single periods; growth, shares and indices do not",
            next_zh="请查询口径为 cumulative 的序列",
            next_en="ask for the series whose measure is cumulative",
        )
    if series.price_basis is PriceBasis.CONSTANT:
        raise NotDerivableError(
            "可比价序列不作推算",
            "nothing is computed from a series at comparable prices",
            next_zh="请查询现价序列",
            next_en="ask for the series at current prices",
        )
    known: dict[Period, dict[int, Point]] = {}
    for point in points:
        known.setdefault(point.period, {})[point.vintage] = point
    return tuple(_single(period, known, joins_january=joins_january) for period in sorted(known))


def _single(period: Period, known: Mapping[Period, Mapping[int, Point]], *, joins_january: bool) -> Derived:
    own = known[period]
    if period.number == 1:
        return _difference(period, own[max(own)], None)
    if period.frequency == "M" and period.number == SECOND and joins_january:
        return _gap(period, own, "january")
    before = known.get(period.in_same_year(period.number - 1))
    if before is None:
        return _gap(period, own, "missing")
    shared = own.keys() & before.keys()
    if not shared:
        return _gap(period, own, "vintage")
    return _difference(period, own[max(shared)], before[max(shared)])


def _gap(period: Period, own: Mapping[int, Point], why: str) -> Derived:
    last = own[max(own)]
    return Derived(period, None, last.unit, last.decimals, None, (), why)


def _difference(period: Period, later: Point, earlier: Point | None) -> Derived:
    terms = tuple(point.period.text for point in (later, earlier) if point is not None)
    if later.value is None or (earlier is not None and earlier.value is None):
        return Derived(period, None, later.unit, later.decimals, None, terms, "missing")
    if earlier is None or earlier.value is None:
        return Derived(period, later.value, later.unit, later.decimals, later.vintage, terms)
    less = converted(Figure(earlier.value, earlier.unit, earlier.decimals), later.unit)
    decimals = max(later.decimals, less.decimals)
    return Derived(period, later.value - less.value, later.unit, decimals, later.vintage, terms)


def sum_over_areas(
    indicator: Indicator, series: SeriesKey, areas: Mapping[str, Sequence[Point]]
) -> tuple[Derived, ...]:
    """Return the sum over areas for each period any of them has, in the indicator's unit.

    ``gap`` is ``missing`` where an area has no figure, ``vintage`` where the areas share no vintage.

    Raises:
        NotDerivableError: the indicator is not additive, or the series holds growth, shares or indices.

    """
    if not indicator.is_additive or series.measure not in ADDABLE:
        raise NotDerivableError(
            f"指标 {indicator.code} 的分地区数不可相加：全市数不等于各区之和",
            f"figures of {indicator.code} do not add up over areas: the whole is not the sum of its parts",
            next_zh="请直接查询上级地区的数值",
            next_en="ask for the figure of the whole area itself",
        )
    known: dict[Period, dict[str, dict[int, Point]]] = {}
    for area, points in areas.items():
        for point in points:
            known.setdefault(point.period, {}).setdefault(area, {})[point.vintage] = point
    return tuple(_sum(indicator, period, known[period], areas) for period in sorted(known))


def _sum(
    indicator: Indicator, period: Period, known: Mapping[str, Mapping[int, Point]], areas: Iterable[str]
) -> Derived:
    wanted = tuple(areas)
    empty = Derived(period, None, indicator.unit, indicator.decimals, None, ())
    if set(wanted) - known.keys():
        return _without(empty, "missing")
    shared = set.intersection(*(set(known[area]) for area in wanted))
    if not shared:
        return _without(empty, "vintage")
    vintage = max(shared)
    points = [known[area][vintage] for area in wanted]
    figures = [
        converted(Figure(point.value, point.unit, point.decimals), indicator.unit)
        for point in points
        if point.value is not None
    ]
    if len(figures) != len(points):
        return _without(empty, "missing")
    total = sum((figure.value for figure in figures), Decimal(0))
    return Derived(period, total, indicator.unit, max(figure.decimals for figure in figures), vintage, wanted)


def _without(empty: Derived, why: str) -> Derived:
    return Derived(empty.period, None, empty.unit, empty.decimals, None, (), why)
