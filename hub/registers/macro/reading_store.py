"""Reads of observations: what was known at a moment, one vintage, or all of them; nothing before its release.

Every statement takes the moment and the permit: there is no way to read figures that are not released, nor to count
them or to learn of their series. 统计法实施条例 第二十八条.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from hub.database import Unit
    from policies.decision import Permit

SLICE: Final = 64
"""Series looked into at once: a page seldom needs more, and what is sorted stays small."""
_SELECT: Final = (
    "s.place, o.series, o.starts, o.vintage, o.value, o.unit, o.decimals, o.status, o.release_at, o.is_doubted,"
    " o.reason"
)
_FROM: Final = (
    " FROM unnest(%(series)s::int[]) WITH ORDINALITY AS s (series, place)"
    " JOIN hub.macro_observation o ON o.series = s.series"
    " WHERE o.release_at <= %(moment)s"
    " AND (%(first)s::date IS NULL OR o.starts >= %(first)s) AND (%(last)s::date IS NULL OR o.starts <= %(last)s)"
    " AND (%(vintage)s::int IS NULL OR o.vintage = %(vintage)s)"
)
_KNOWN: Final = f"SELECT DISTINCT ON (s.place, o.starts) {_SELECT}{_FROM}"
_EVERY: Final = f"SELECT {_SELECT}{_FROM}"
_AFTER: Final = " AND (s.place > 1 OR %(after)s::date IS NULL OR {after})"


@dataclass(frozen=True, slots=True)
class Span:
    """Which figures are asked for. ``series`` in the order of the answer; ``vintage`` one alone, ``every`` all.

    ``moment`` is an aware time that has come: what was released by then. ``first`` and ``last`` bound the first day
    of the periods.
    """

    series: tuple[int, ...]
    moment: datetime
    first: date | None = None
    last: date | None = None
    vintage: int | None = None
    every: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One released figure."""

    series: int
    starts: date
    vintage: int
    value: Decimal | None
    unit: str
    decimals: int
    status: str
    release_at: datetime
    is_doubted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """The figure after which a page starts."""

    series: int
    starts: date
    vintage: int


@dataclass(frozen=True, slots=True)
class Extent:
    """What is released of one series."""

    series: int
    periods: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Vintage:
    """One vintage of an indicator: its number, reasons, how many figures, first and last release."""

    number: int
    reasons: tuple[str, ...]
    figures: int
    released_from: datetime
    released_until: datetime


def page(unit: Unit, permit: Permit, span: Span, limit: int, after: Place | None = None) -> list[Row]:
    """Return up to ``limit`` figures, by series in their order, period, and vintage (the latest first)."""
    _ = permit  # held by who may read: nobody calls this without one
    series = span.series
    if after is not None:
        series = series[series.index(after.series) :] if after.series in series else ()
    found: list[Row] = []
    while series and len(found) < limit:
        found += _slice(unit, span, series[:SLICE], limit - len(found), after)
        series, after = series[SLICE:], None
    return found


def _slice(unit: Unit, span: Span, series: Sequence[int], limit: int, after: Place | None) -> list[Row]:
    beyond = "(o.starts, -o.vintage) > (%(after)s, %(below)s)" if span.every else "o.starts > %(after)s"
    text = (_EVERY if span.every else _KNOWN) + _AFTER.format(after=beyond)
    # Only constants are joined here; every value is bound.
    text = (
        f"SELECT p.series, p.starts, p.vintage, p.value, p.unit, p.decimals, p.status, p.release_at, p.is_doubted,"  # noqa: S608
        " coalesce(r.text, '')"
        f" FROM ({text} ORDER BY s.place, o.starts, o.vintage DESC LIMIT %(limit)s) AS p"
        " LEFT JOIN hub.macro_reason r ON r.id = p.reason"
        " ORDER BY p.place, p.starts, p.vintage DESC"
    )
    given = _given(span, series) | {
        "after": None if after is None else after.starts,
        "below": 0 if after is None else -after.vintage,
        "limit": limit,
    }
    return [Row(*row) for row in unit.driver.execute(text, given).fetchall()]


def _given(span: Span, series: Sequence[int]) -> dict[str, object]:
    return {
        "series": list(series),
        "moment": span.moment,
        "first": span.first,
        "last": span.last,
        "vintage": span.vintage,
    }


def total(unit: Unit, permit: Permit, span: Span) -> int:
    """Return how many figures a span has in all."""
    _ = permit
    what = "count(*)" if span.every else "count(DISTINCT (o.series, o.starts))"
    row = unit.driver.execute(f"SELECT {what}{_FROM}", _given(span, span.series)).fetchone()
    return 0 if row is None else int(row[0])


def extents(unit: Unit, permit: Permit, span: Span) -> list[Extent]:
    """Return what is released of each series; series without anything released are not among them."""
    _ = permit
    text = f"SELECT o.series, count(DISTINCT o.starts), min(o.starts), max(o.starts){_FROM} GROUP BY o.series"
    return [Extent(*row) for row in unit.driver.execute(text, _given(span, span.series)).fetchall()]


def vintages(unit: Unit, permit: Permit, span: Span) -> list[Vintage]:
    """Return the vintages of the series of a span, by number."""
    _ = permit
    reasons = (
        "(SELECT coalesce(array_agg(r.text ORDER BY r.text), '{}') FROM hub.macro_reason r"
        " WHERE r.id = ANY (array_agg(DISTINCT o.reason)))"
    )
    text = (
        f"SELECT o.vintage, {reasons}, count(*), min(o.release_at), max(o.release_at){_FROM}"
        " GROUP BY o.vintage ORDER BY o.vintage"
    )
    rows = unit.driver.execute(text, _given(span, span.series)).fetchall()
    return [Vintage(row[0], tuple(row[1]), row[2], row[3], row[4]) for row in rows]


def with_figures(unit: Unit, permit: Permit, moment: datetime) -> frozenset[str]:
    """Return the codes of indicators of which anything is released."""
    _ = permit
    rows = unit.driver.execute(
        "SELECT DISTINCT s.indicator FROM hub.macro_series s"
        " WHERE EXISTS (SELECT 1 FROM hub.macro_observation o WHERE o.series = s.id AND o.release_at <= %s)",
        (moment,),
    ).fetchall()
    return frozenset(row[0] for row in rows)


def provenance(unit: Unit, series: Sequence[int], starts: date) -> list[dict[str, object]]:
    """Return every vintage of one period with where it is from, released or not: for whoever answers for the console.

    INVARIANT: no route of the hub calls this.
    """
    rows = unit.driver.execute(
        "SELECT o.series, o.vintage, o.value, o.unit, o.status, o.release_at, coalesce(r.text, ''), o.is_doubted,"
        " l.name, l.push, o.row, l.at, l.id"
        " FROM hub.macro_observation o JOIN hub.macro_load l ON l.id = o.load"
        " LEFT JOIN hub.macro_reason r ON r.id = o.reason"
        " WHERE o.series = ANY (%s) AND o.starts = %s ORDER BY o.series, o.vintage",
        (list(series), starts),
    ).fetchall()
    names = (
        "series", "vintage", "value", "unit", "status", "release_time", "reason", "under_verification", "source",
        "version", "row", "loaded_at", "load",
    )  # fmt: skip
    return [dict(zip(names, row, strict=True)) for row in rows]
