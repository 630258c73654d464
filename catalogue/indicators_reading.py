"""From the rows of a table to observations, by a mapping: each cell becomes one, is left out, or is refused by a rule.

A blank is never 0: it is left out, or an observation without value that says so (M008, M011). A figure written for
1-N月 is cumulative, whatever its neighbours are; a January alone is refused where January comes with February.
统计法实施条例 第二十六条, 第二十七条. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, cast

from catalogue.basic.macro_economy import check_record
from catalogue.indicators import (
    LARGEST_VINTAGE,
    MOST_DECIMALS,
    WITHOUT_VALUE,
    Measure,
    Observation,
    PriceBasis,
    SeriesKey,
    Status,
    is_area,
)
from catalogue.indicators_mapping import NEXT, name_and_unit
from catalogue.indicators_periods import FREQUENCIES, PeriodError, read_period
from catalogue.indicators_units import UnitError, dimension_of
from policies.workdays import CHINA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from catalogue.indicators import Indicator
    from catalogue.indicators_mapping import IndicatorMapping
    from catalogue.indicators_periods import Period

_MISSING_SIGNS: Final = frozenset({"", "-", "--", "—", "——", "…", "...", "……", "N/A", "NA", "NaN", "缺失", "暂无"})
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?")
_LONGEST_NUMBER: Final = 60
_REVISED_FROM: Final = 2


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that is no observation: where it stands, and the rule it breaks. It holds no value."""

    row: int
    place: str
    rule: str


class _RefusedError(Exception):
    """Carries the rule out of the steps of one cell."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a table does not say: the indicators known, codes that are areas too, when it came in.

    ``is_typed``: its numbers come from typed columns, which do not keep the zeros a figure was written with; a figure
    then has the decimals of its indicator at least, unless a column says.
    """

    indicators: Mapping[str, Indicator]
    areas: Collection[str]
    at: datetime
    is_typed: bool = False


class TableReader:
    """Reads the rows of one table; columns that a mapping names and the table has not are refused at the start."""

    def __init__(self, mapping: IndicatorMapping, header: Sequence[str], around: Surroundings) -> None:
        """Find the columns (raises LookupError with the name of one that is not there)."""
        self._mapping = mapping
        self._around = around
        self._header = [name.strip() for name in header]
        self._at = {part: self._place(column) for part, column in mapping.columns.items()}
        used = set(self._at.values())
        self._cells = [
            (place, name)
            for place, name in enumerate(self._header)
            if place not in used and name and name not in mapping.skip
        ]
        if not mapping.heading:
            self._cells = [(self._at["value"], "")]

    def _place(self, column: str) -> int:
        if column not in self._header:
            raise LookupError(column)
        return self._header.index(column)

    def read(self, row: int, values: Sequence[str | None]) -> Iterator[Observation | CellFault | None]:
        """Yield what the cells of one row are; None for a blank that is left out on purpose."""
        said = {part: (values[place] or "").strip() for part, place in self._at.items()}
        if not any((value or "").strip() for value in values):
            return
        for place, heading in self._cells:
            text = (values[place] or "").strip() if place < len(values) else ""
            if self._mapping.heading and not self._mapping.takes_blank and text in _MISSING_SIGNS:
                yield None
                continue
            try:
                yield self._observation(row, heading, text, said)
            except _RefusedError as refused:
                yield CellFault(row, heading, refused.rule)

    def _observation(self, row: int, heading: str, text: str, said: Mapping[str, str]) -> Observation:
        indicator, told = self._indicator(heading, said)
        parts = {**self._mapping.fixed, **told, **{part: value for part, value in said.items() if value}}
        parts |= self._vintage_of_source(said)
        if self._mapping.heading == "period":
            parts["period"] = heading
        frequency = parts.get("frequency") or indicator.frequency
        if frequency not in FREQUENCIES:
            raise _RefusedError("frequency.unknown")
        period, measure = self._period(parts, frequency, indicator)
        if indicator.joins_january and (period.frequency, period.number) == ("M", 1):
            raise _RefusedError("period.january")
        value, decimals = self._value(text, heading or indicator.code, parts)
        if self._around.is_typed and value is not None and "decimals" not in parts:
            decimals = max(decimals, indicator.decimals)
        unit = parts.get("unit") or indicator.unit
        _check_unit(unit, indicator)
        status = _status(said.get("status", ""), parts.get("status", ""), has_value=value is not None)
        vintage = _vintage(parts.get("vintage", "1"))
        reason = parts.get("reason", "")
        if vintage is not None and vintage >= _REVISED_FROM and not reason:
            raise _RefusedError("vintage.reason")
        basis = _basis(parts.get("price_basis") or indicator.price_basis.value)
        area = self._area(parts.get("area", ""))
        series = SeriesKey(indicator.code, area, frequency, measure, basis)
        release = self._release(parts.get("release_time", ""))
        made = Observation(series, period, vintage, value, unit, decimals, status, release, reason, row, heading)
        fault = next(check_record(_record(made), date.max), None)
        if fault is not None:
            raise _RefusedError(fault.rule)
        return made

    def _indicator(self, heading: str, said: Mapping[str, str]) -> tuple[Indicator, Mapping[str, str]]:
        """Return the indicator of a cell, and what the mapping or its written unit fixes for it."""
        mapping = self._mapping
        written = heading if mapping.heading == "indicator" else said.get("indicator", "")
        written = written or mapping.fixed.get("indicator", "")
        bare, unit = name_and_unit(written)
        for name in (written, bare):
            told = mapping.indicators.get(name)
            code = told.get("code", name) if told is not None else name
            if code in self._around.indicators:
                fixed = {part: value for part, value in (told or {}).items() if part != "code"}
                return self._around.indicators[code], ({"unit": unit} if unit and name == bare else {}) | fixed
        raise _RefusedError("indicator.unknown")

    def _vintage_of_source(self, said: Mapping[str, str]) -> Mapping[str, str]:
        if not self._mapping.vintages:
            return {}
        found = self._mapping.vintages.get(said["source"])
        if found is None:
            raise _RefusedError("source.unknown")
        return found

    def _period(self, parts: Mapping[str, str], frequency: str, indicator: Indicator) -> tuple[Period, Measure]:
        try:
            measure = Measure(parts.get("measure") or indicator.measure)
        except ValueError:
            raise _RefusedError("measure.unknown") from None
        try:
            written = read_period(parts.get("period", ""), frequency)
        except PeriodError:
            raise _RefusedError("period.unreadable") from None
        # The first month or quarter is what it is, alone or added up; beyond it the two differ.
        if written.is_cumulative is True and measure is Measure.CURRENT and written.period.number > 1:
            raise _RefusedError("measure.cumulative")
        if written.is_cumulative is False and measure is Measure.CUMULATIVE and written.period.number > 1:
            raise _RefusedError("measure.single")
        return written.period, measure

    def _value(self, text: str, name: str, parts: Mapping[str, str]) -> tuple[Decimal | None, int]:
        """Return the number, exact, and the decimals it was written with."""
        if text in _MISSING_SIGNS:
            return None, 0
        plain = text.replace("，", ",").replace(" ", "")
        if len(plain) > _LONGEST_NUMBER or _NUMBER.fullmatch(plain) is None:
            raise _RefusedError("value.unreadable")
        try:
            value = Decimal(plain.replace(",", ""))
        except InvalidOperation:
            raise _RefusedError("value.unreadable") from None
        if value == 0 and name in self._mapping.zero_is_missing:
            return None, 0
        written = max(0, -cast("int", value.as_tuple().exponent))
        stated = parts.get("decimals", "")
        if stated.isdecimal() and stated.isascii():
            written = max(written, int(stated))
        if written > MOST_DECIMALS:
            raise _RefusedError("value.unreadable")
        return value, written

    def _area(self, text: str) -> str:
        area = self._mapping.areas.get(text, text)
        if not is_area(area, self._around.areas):
            raise _RefusedError("area.unknown")
        return area

    def _release(self, text: str) -> datetime:
        """Return when it is released: as said, in Beijing time where no zone is said; else now."""
        if not text:
            return self._around.at
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise _RefusedError("release.unreadable") from None
        return (found if found.tzinfo is not None else found.replace(tzinfo=CHINA)).astimezone(UTC)


def _check_unit(unit: str, indicator: Indicator) -> None:
    try:
        dimension = dimension_of(unit)
    except UnitError:
        raise _RefusedError("unit.unknown") from None
    if dimension != indicator.dimension:
        raise _RefusedError("unit.dimension")


def _status(said: str, text: str, *, has_value: bool) -> Status:
    """Return the status; a blank is missing, unless its own row says it is a figure: then the rules refuse it."""
    try:
        status = Status(text or "A")
    except ValueError:
        raise _RefusedError("status.unknown") from None
    return status if has_value or said or status in WITHOUT_VALUE else Status.MISSING


def _vintage(text: str) -> int | None:
    if text == NEXT:
        return None
    if not (text.isdecimal() and text.isascii() and 0 < int(text) <= LARGEST_VINTAGE):
        raise _RefusedError("vintage.unreadable")
    return int(text)


def _basis(text: str) -> PriceBasis:
    try:
        return PriceBasis(text)
    except ValueError:
        raise _RefusedError("price_basis.unknown") from None


def _record(made: Observation) -> dict[str, object]:
    """Return an observation by its elements, as the rules of the register take it."""
    return {
        "M004": made.series.frequency,
        "M005": made.period.text,
        "M006": made.series.measure.value,
        "M008": made.value,
        "M009": made.unit,
        "M011": made.status.value,
    }
