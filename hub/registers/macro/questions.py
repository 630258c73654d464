"""What is asked of figures: parameters as they come become a span of series, periods and vintages.

``as_of`` is what was known on a day (to its end in Beijing) or at a moment; it is never later than now, so nothing
is read before its release (统计法实施条例 第二十八条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

from catalogue.indicators import LARGEST_VINTAGE, Measure, PriceBasis
from catalogue.indicators_periods import FREQUENCIES, PeriodError, parse_period
from catalogue.indicators_units import dimension_of
from hub.registers.macro import indicator_store
from hub.registers.macro.errors import IndicatorNotFoundError, IndicatorQuestionError
from hub.registers.macro.reading_store import Span
from policies.workdays import CHINA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.indicators import Indicator
    from hub.database import Unit
    from hub.registers.macro.indicator_store import Series

MOST_AREAS: Final = 500
MOST_FIGURES: Final = 10_000
ALL: Final = "all"
DERIVED: Final = frozenset({"single", "sum"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Parameters as texts; empty where not given. ``limit`` is the most figures of a page."""

    area: str = ""
    frequency: str = ""
    measure: str = ""
    price_basis: str = ""
    period: str = ""
    start: str = ""
    end: str = ""
    as_of: str = ""
    vintage: str = ""
    unit: str = ""
    derive: str = ""
    limit: int = 1000

    def canonical(self) -> tuple[str, ...]:
        """Return what a cursor is bound to: everything but the size of the page and the moment."""
        return (
            self.area, self.frequency, self.measure, self.price_basis, self.period, self.start, self.end, self.as_of,
            self.vintage, self.unit,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question that can be answered: the indicator, its series in order, and which of their figures."""

    indicator: Indicator
    series: Mapping[int, Series]
    span: Span
    unit: str | None


def question_of(unit: Unit, code: str, asked: Asked, now: datetime) -> Question:
    """Return what the parameters ask for.

    Raises:
        IndicatorNotFoundError: no such indicator.
        IndicatorQuestionError, PeriodError, UnitError: a parameter is not right.

    """
    indicator = indicator_store.indicator(unit, code)
    if indicator is None:
        raise IndicatorNotFoundError(code)
    _check_words(asked)
    if asked.unit:
        dimension_of(asked.unit)
    first, last, frequency = _bounds(asked)
    areas = frozenset(asked.area.split(",")) if asked.area else frozenset()
    if len(areas) > MOST_AREAS:
        raise IndicatorQuestionError("area", f"最多 {MOST_AREAS} 个地区", f"at most {MOST_AREAS} areas")
    wanted = {"frequency": frequency, "measure": asked.measure, "price_basis": asked.price_basis}
    found = {
        one.id: one
        for one in indicator_store.series_of(unit, code)
        if (not areas or one.key.area in areas)
        and all(not value or getattr(one.key, name) == value for name, value in wanted.items())
    }
    every = asked.vintage == ALL
    vintage = int(asked.vintage) if asked.vintage and not every else None
    span = Span(tuple(found), moment_of(asked.as_of, now), first, last, vintage, every)
    return Question(indicator, found, span, asked.unit or None)


def _check_words(asked: Asked) -> None:
    lists: tuple[tuple[str, str, frozenset[str]], ...] = (
        ("frequency", asked.frequency, frozenset(FREQUENCIES)),
        ("measure", asked.measure, frozenset(Measure)),
        ("price_basis", asked.price_basis, frozenset(PriceBasis)),
        ("derive", asked.derive, DERIVED),
    )
    for name, value, known in lists:
        if value and value not in known:
            words = "、".join(sorted(known))
            raise IndicatorQuestionError(name, f"可用的值为 {words}", f"it is one of {', '.join(sorted(known))}")
    vintage = asked.vintage
    is_number = vintage.isdecimal() and vintage.isascii() and 0 < int(vintage[:9]) <= LARGEST_VINTAGE
    if vintage and vintage != ALL and not is_number:
        raise IndicatorQuestionError("vintage", "须为正整数或 all", "it is a positive integer or all")
    if not 1 <= asked.limit <= MOST_FIGURES:
        raise IndicatorQuestionError("limit", f"须为 1 到 {MOST_FIGURES}", f"it is 1 to {MOST_FIGURES}")


def _bounds(asked: Asked) -> tuple[date | None, date | None, str]:
    """Return the first days between which periods lie, and the frequency where a period says it."""
    if asked.period and (asked.start or asked.end):
        raise IndicatorQuestionError("period", "不能与 start、end 同用", "it is not given together with start or end")
    if asked.period:
        period = parse_period(asked.period)
        if asked.frequency and asked.frequency != period.frequency:
            raise PeriodError(asked.period)
        return period.starts, period.starts, period.frequency
    first = parse_period(asked.start).starts if asked.start else None
    last = parse_period(asked.end).ends if asked.end else None
    return first, last, asked.frequency


def moment_of(text: str, now: datetime) -> datetime:
    """Return the moment of ``as_of``: now, the end of a day in Beijing (at most now), or a time that has passed.

    Raises:
        IndicatorQuestionError: it is no day and no time with a zone, or it is still to come.

    """
    if not text:
        return now
    try:
        found = (
            datetime.combine(date.fromisoformat(text), time.max, CHINA)
            if len(text) <= len("2025-01-31")
            else datetime.fromisoformat(text)
        )
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise IndicatorQuestionError(
            "as_of", "应写作 2025-01-31 或带时区的时间", "write 2025-01-31, or a time with its zone"
        )
    is_day = len(text) <= len("2025-01-31")
    if found > now and not (is_day and found.astimezone(CHINA).date() == now.astimezone(CHINA).date()):
        raise IndicatorQuestionError("as_of", "不能晚于现在", "it cannot be later than now")
    return min(found, now)
