"""Answers about indicators: figures with all that must travel with them, derived ones marked as such.

Numbers leave as exact decimals. Every list says total, returned and next; what a permit leaves out is named.
统计法实施条例 第二十六条 to 第二十八条.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from catalogue.indicators_derived import Derived, Point, single_periods, sum_over_areas
from catalogue.indicators_periods import Period
from catalogue.indicators_units import Figure, converted
from hub.registers.macro import indicator_store, reading_store
from hub.registers.macro.errors import IndicatorQuestionError
from hub.registers.macro.questions import Asked, Question, question_of
from hub.registers.macro.reading_store import Place, Row, Span
from hub.rows.cursors import CursorKey, fingerprint
from hub.rows.cursors import Place as Mark
from hub.rows.errors import CursorError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.indicators import Indicator, SeriesKey
    from hub.database import Unit
    from hub.registers.macro.permits import Reader

MOST_TERMS = 50_000
_VALUES = 7
"""What a cursor holds: the series by its parts, first day, vintage, moment. No number that counts what is hidden."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One page of figures: the indicator as it is told, the moment, counts, the cursor of the next page, the rows."""

    indicator: Mapping[str, object]
    as_of: datetime
    total: int
    returned: int
    next: str | None
    withheld: tuple[Mapping[str, object], ...]
    observations: Sequence[Mapping[str, object]]

    def body(self) -> dict[str, object]:
        """Return it as the members of a JSON object."""
        return {
            "indicator": self.indicator,
            "as_of": self.as_of,
            "total": self.total,
            "returned": self.returned,
            "next": self.next,
            "withheld": self.withheld,
            "observations": self.observations,
        }


def described(indicator: Indicator, reader: Reader) -> dict[str, object]:
    """Return an indicator as it travels with its figures."""
    told: dict[str, object] = {"code": indicator.code}
    if "name" in reader.parts:
        told |= {"name": indicator.name, "name_en": indicator.name_en}
    if "definition" in reader.parts:
        told["definition"] = indicator.definition
    if "method" in reader.parts:
        told |= {"coverage": indicator.coverage, "method": indicator.method, "zones": indicator.zones}
    if "unit" in reader.parts:
        told |= {"unit": indicator.unit, "dimension": indicator.dimension}
    if "source" in reader.parts:
        told["owner"] = indicator.owner
    return told | {
        "frequency": indicator.frequency,
        "measure": indicator.measure.value,
        "price_basis": indicator.price_basis.value,
        "additive": indicator.is_additive,
        "january_with_february": indicator.joins_january,
    }


def figures(unit: Unit, reader: Reader, code: str, asked: Asked, cursor: tuple[CursorKey, str]) -> Figures:
    """Return one page of figures.

    Args:
        unit: the transaction.
        reader: who asks.
        code: the indicator.
        asked: the parameters.
        cursor: the key cursors are signed with, and the cursor of the page (empty: the first).

    Raises:
        IndicatorNotFoundError, IndicatorQuestionError, PeriodError, UnitError: the question is not right.
        NotDerivableError: what is to be derived does not follow from what is published.
        CursorError: the cursor is not of this question.

    """
    question = question_of(unit, code, asked, reader.now)
    if asked.derive:
        return _derived(unit, reader, question, asked)
    key, text = cursor
    bound = fingerprint([reader.permit.resource_id, code, *asked.canonical()])
    span, after, total = question.span, None, None
    if text:
        mark = key.read(bound, text, _VALUES)
        after, moment = _place_of(question, mark)
        span = Span(span.series, min(moment, reader.now), span.first, span.last, span.vintage, span.every)
        total = mark.total
    if total is None:
        total = reading_store.total(unit, reader.permit, span)
    rows = reading_store.page(unit, reader.permit, span, asked.limit + 1, after)
    shown = rows[: asked.limit]
    following = None
    if len(rows) > len(shown):
        last = shown[-1]
        parts = _of_series(question.series[last.series].key).values()
        values = (*map(str, parts), last.starts.isoformat(), str(last.vintage), span.moment.isoformat())
        following = key.write(bound, Mark(values, 0, total, is_estimate=False))
    told = [_observation(question, reader, row) for row in shown]
    return Figures(
        described(question.indicator, reader), span.moment, total, len(told), following, reader.withheld, told
    )


def _place_of(question: Question, mark: Mark) -> tuple[Place, datetime]:
    *parts, starts, vintage, moment = mark.values
    found = [number for number, one in question.series.items() if list(_of_series(one.key).values()) == parts]
    if not found or starts is None or vintage is None or moment is None:
        raise CursorError
    return Place(found[0], date.fromisoformat(starts), int(vintage)), datetime.fromisoformat(moment)


def _observation(question: Question, reader: Reader, row: Row) -> dict[str, object]:
    key = question.series[row.series].key
    told = _of_series(key) | {"period": Period(row.starts, key.frequency).text}
    told |= _number(row.value, row.unit, row.decimals, question.unit)
    told |= {
        "status": row.status,
        "vintage": row.vintage,
        "release_time": row.release_at,
        "reason": row.reason or None,
        "under_verification": row.is_doubted,
        "derived": False,
        "source": question.indicator.owner,
    }
    return _allowed(told, reader)


def _of_series(key: SeriesKey) -> dict[str, object]:
    return {
        "area": key.area,
        "frequency": key.frequency,
        "measure": key.measure.value,
        "price_basis": key.price_basis.value,
    }


def _number(value: Decimal | None, unit: str, decimals: int, wanted: str | None) -> dict[str, object]:
    figure = Figure(value if value is not None else Decimal(0), unit, decimals)
    if wanted is not None:
        figure = converted(figure, wanted)
    return {
        "value": None if value is None else figure.value,
        "unit": figure.unit,
        "decimals": figure.decimals,
    }


def _allowed(told: Mapping[str, object], reader: Reader) -> dict[str, object]:
    """Leave out the parts the permit does not give; a vintage carries its reason, a value its marks."""
    carried = {"reason": "vintage", "under_verification": "value", "derived": "value", "terms": "value", "gap": "value"}
    return {name: value for name, value in told.items() if carried.get(name, name) in reader.parts}


def _derived(unit: Unit, reader: Reader, question: Question, asked: Asked) -> Figures:
    """Return figures that follow from published ones: single periods, or the sum over the areas asked for; all."""
    if asked.vintage:
        raise IndicatorQuestionError(
            "vintage", "推算自行选用两数共有的最新版本", "what is derived takes the latest vintage its terms share"
        )
    span = Span(question.span.series, question.span.moment, every=True)
    rows = reading_store.page(unit, reader.permit, span, MOST_TERMS + 1)
    if len(rows) > MOST_TERMS:
        raise IndicatorQuestionError("area", "推算涉及的数据过多，请减少地区", "too many figures: name fewer areas")
    points: dict[int, list[Point]] = {}
    for row in rows:
        frequency = question.series[row.series].key.frequency
        point = Point(Period(row.starts, frequency), row.vintage, row.value, row.unit, row.decimals)
        points.setdefault(row.series, []).append(point)
    computed = _singles(question, points) if asked.derive == "single" else _sums(question, points)
    first, last = question.span.first, question.span.last
    told = [
        _allowed(_derived_row(key, one, question.unit), reader)
        for key, one in computed
        if (first is None or one.period.starts >= first) and (last is None or one.period.starts <= last)
    ]
    return Figures(
        described(question.indicator, reader), span.moment, len(told), len(told), None, reader.withheld, told
    )


def _singles(question: Question, points: Mapping[int, Sequence[Point]]) -> list[tuple[Mapping[str, object], Derived]]:
    return [
        (_of_series(question.series[number].key) | {"measure": "current"}, one)
        for number, known in points.items()
        for one in single_periods(question.series[number].key, known, joins_january=question.indicator.joins_january)
    ]


def _sums(question: Question, points: Mapping[int, Sequence[Point]]) -> list[tuple[Mapping[str, object], Derived]]:
    keys = {question.series[number].key for number in points}
    lines = {(key.frequency, key.measure, key.price_basis) for key in keys}
    if len(lines) > 1:
        raise IndicatorQuestionError(
            "measure", "求和须指明一种频率、口径、计价", "a sum needs one frequency, one measure and one price basis"
        )
    areas = {question.series[number].key.area: known for number, known in points.items()}
    if not areas:
        return []
    summed = sum_over_areas(question.indicator, next(iter(keys)), areas)
    head = _of_series(next(iter(keys))) | {"area": "+".join(sorted(areas))}
    return [(head, one) for one in summed]


def _derived_row(head: Mapping[str, object], one: Derived, wanted: str | None) -> dict[str, object]:
    return {
        **head,
        "period": one.period.text,
        **_number(one.value, one.unit, one.decimals, wanted),
        "status": "E" if one.value is not None else "M",
        "vintage": one.vintage,
        "derived": True,
        "terms": list(one.terms),
        "gap": one.gap or None,
    }


def listing(unit: Unit, reader: Reader) -> list[dict[str, object]]:
    """Return every indicator with what must be published beside it, and whether anything of it is released."""
    filled = reading_store.with_figures(unit, reader.permit, reader.now)
    return [described(one, reader) | {"has_figures": one.code in filled} for one in indicator_store.indicators(unit)]


def series_listing(unit: Unit, reader: Reader, question: Question) -> dict[str, Any]:
    """Return the released series of an indicator and its vintages."""
    extents = reading_store.extents(unit, reader.permit, question.span)
    place = {number: position for position, number in enumerate(question.span.series)}
    found = sorted(extents, key=lambda one: place[one.series])
    return {
        "indicator": described(question.indicator, reader),
        "as_of": question.span.moment,
        "series": [
            _allowed(_of_series(question.series[one.series].key), reader)
            | {
                "periods": one.periods,
                "first": Period(one.first, question.series[one.series].key.frequency).text,
                "last": Period(one.last, question.series[one.series].key.frequency).text,
            }
            for one in found
        ],
        "vintages": [
            {
                "vintage": one.number,
                "reasons": list(one.reasons),
                "figures": one.figures,
                "released_from": one.released_from,
                "released_until": one.released_until,
            }
            for one in reading_store.vintages(unit, reader.permit, question.span)
        ],
    }
