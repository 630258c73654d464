"""Series brought to the divisions of another year: figures are summed by successor, and nothing gets lost.

Only for figures that may be added (counts, amounts; never rates, indices or growth). A recoded or merged division
hands its whole figure on; a split one by the shares its source states, and the parts are marked as estimates. What has
no successor, or a split without shares, is not shared out by guess: it is listed as not placed. So the total before is
the total after plus what is not placed, to the last digit. Pure, no I/O.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from catalogue.divisions_model import DivisionError, DivisionNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from catalogue.divisions_model import Change
    from catalogue.divisions_through_time import Divisions, Successor

_DIGITS: Final = 60
_EARLIEST: Final = 1980


class RebaseError(DivisionError):
    """Figures that cannot be brought to the year asked for."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a series: the code it was filed under, its year, its value (None: missing)."""

    code: str
    year: int
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class RebasedFigure:
    """A figure under the code of the target year.

    ``value`` None: all that belongs to it is missing; ``missing`` names the codes that are. ``is_estimate``: a split
    lies on the way; ``is_inferred``: a successor is inferred, not stated. ``sources`` are the codes it was filed under.
    """

    code: str
    year: int
    value: Decimal | None
    is_estimate: bool
    is_inferred: bool
    sources: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """A figure that has no place among the divisions of the target year.

    ``reason``: ``not_in_force`` (no such code that year), ``no_successor`` (the lists do not say), ``no_share`` (split
    without stated shares).
    """

    code: str
    year: int
    value: Decimal | None
    reason: str
    steps: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Rebased:
    """A series on the divisions of one year; ``totals`` are (before, after, not placed) by year, exact."""

    target_year: int
    figures: tuple[RebasedFigure, ...]
    not_placed: tuple[NotPlaced, ...]
    totals: Mapping[int, tuple[Decimal, Decimal, Decimal]]


@dataclass(slots=True)
class _Sum:
    value: Decimal | None = None
    is_estimate: bool = False
    is_inferred: bool = False
    sources: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, figure: Figure, part: Decimal | None, way: Successor) -> None:
        """Add the part of a figure that comes this way."""
        self.sources.append(figure.code)
        self.is_estimate |= way.is_estimate
        self.is_inferred |= way.is_inferred
        if part is None:
            self.missing.append(figure.code)
        else:
            self.value = part if self.value is None else self.value + part


def series_rebase(divisions: Divisions, values: Iterable[Figure], target_year: int) -> Rebased:
    """Return figures under the divisions as they were at the end of ``target_year``.

    Args:
        divisions: divisions through time.
        values: figures of any years up to the target; each code once a year.
        target_year: the year whose divisions are wanted.

    Raises:
        RebaseError: a figure is of a later year than the target, or twice in one year.
    """
    given = list(values)
    _check(given, target_year)
    sums: dict[tuple[str, int], _Sum] = defaultdict(_Sum)
    left: list[NotPlaced] = []
    until = date(target_year, 12, 31)
    with localcontext() as context:
        context.prec = _DIGITS
        for figure in given:
            day = date(figure.year, 12, 31)
            try:
                divisions.resolve(figure.code, day)
            except DivisionNotFoundError:
                left.append(NotPlaced(figure.code, figure.year, figure.value, "not_in_force"))
                continue
            ways = divisions.successors(figure.code, day, until)
            lost = next((way for way in ways if way.ended or way.share is None), None)
            if lost is not None:
                reason = "no_successor" if lost.ended else "no_share"
                left.append(NotPlaced(figure.code, figure.year, figure.value, reason, lost.steps))
                continue
            for way, part in zip(ways, _parts(figure.value, ways), strict=True):
                sums[(way.code, figure.year)].add(figure, part, way)
        figures = tuple(_figure(code, year, one) for (code, year), one in sorted(sums.items()))
        return Rebased(target_year, figures, tuple(left), _totals(given, figures, left))


def _check(given: list[Figure], target_year: int) -> None:
    later = next((one for one in given if one.year > target_year), None)
    if later is not None or not _EARLIEST <= target_year < date.max.year:
        raise RebaseError(
            f"目标年份 {target_year} 早于数据的年份" if later is not None else f"目标年份 {target_year} 有误",
            f"the target year {target_year} is earlier than a figure's"
            if later is not None
            else f"the target year {target_year} is not right",
            next_zh="选择不早于任何一个数据的年份；向较早年份还原须有拆分份额，本服务不估算",
            next_en="choose a year no earlier than any figure's; going back would need shares nobody states",
        )
    seen: set[tuple[str, int]] = set()
    for one in given:
        if (one.code, one.year) in seen:
            raise RebaseError(
                f"代码 {one.code} 在 {one.year} 年有两个数值",
                f"the code {one.code} has two figures in {one.year}",
                next_zh="每个代码每年只给一个数值",
                next_en="give one figure a code and year",
            )
        if one.value is not None and not one.value.is_finite():
            raise RebaseError(
                f"代码 {one.code} 在 {one.year} 年的数值不是有限的数",
                f"the figure of {one.code} in {one.year} is no finite number",
                next_zh="缺失的数值留空",
                next_en="leave a missing figure empty",
            )
        seen.add((one.code, one.year))


def _parts(value: Decimal | None, ways: tuple[Successor, ...]) -> list[Decimal | None]:
    """Share a value out; the parts are as exact as the value and the shares, and their sum is the value."""
    if value is None:
        return [None] * len(ways)
    shares = [way.share or Decimal(0) for way in ways]
    parts: list[Decimal | None] = []
    rest = value
    for share in shares[:-1]:
        part = (value * share).quantize(Decimal(1).scaleb(_exponent(value) - 2))
        parts.append(part)
        rest -= part
    return [*parts, rest]


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def _figure(code: str, year: int, one: _Sum) -> RebasedFigure:
    sources, missing = tuple(sorted(one.sources)), tuple(sorted(one.missing))
    return RebasedFigure(code, year, one.value, one.is_estimate, one.is_inferred, sources, missing)


def _totals(
    given: list[Figure], figures: tuple[RebasedFigure, ...], left: list[NotPlaced]
) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    def total(year: int, values: Iterable[tuple[int, Decimal | None]]) -> Decimal:
        return sum((value for of, value in values if of == year and value is not None), Decimal(0))

    return {
        year: (
            total(year, ((one.year, one.value) for one in given)),
            total(year, ((one.year, one.value) for one in figures)),
            total(year, ((one.year, one.value) for one in left)),
        )
        for year in sorted({one.year for one in given})
    }
