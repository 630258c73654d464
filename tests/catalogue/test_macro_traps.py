"""What goes wrong with figures in practice (section 5 of the base databases), each trap a test of its name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.indicators import Indicator, Measure, Observation, PriceBasis, SeriesKey, Status, indicator_of
from catalogue.indicators_derived import NotDerivableError, Point, single_periods, sum_over_areas
from catalogue.indicators_mapping import MappingError, mapping_of
from catalogue.indicators_periods import Period, PeriodError, parse_period, read_period
from catalogue.indicators_reading import CellFault, Surroundings, TableReader
from catalogue.indicators_units import Figure, UnitError, agree, converted

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
ABOUT = {"definition": "定义", "coverage": "全市", "method": "核算", "owner": "统计局"}


def indicator(code: str, **more: object) -> Indicator:
    return indicator_of(code, {**ABOUT, **more})


GDP = indicator("GDP", additive=True)
RETAIL = indicator("RETAIL", joins_january=True)
CPI = indicator("CPI")
GROWTH = indicator("IND_VA")
KNOWN = {one.code: one for one in (GDP, RETAIL, CPI, GROWTH)}


def read(mapping: dict[str, Any], header: Sequence[str], *rows: Sequence[str | None]) -> list[Any]:
    reader = TableReader(mapping_of(mapping), header, Surroundings(KNOWN, (), NOW))
    return [cell for row, values in enumerate(rows, 2) for cell in reader.read(row, values)]


def long(*parts: str, **fixed: str) -> dict[str, Any]:
    return {"columns": {part: part for part in parts}, "fixed": {"area": "410100", **fixed}}


def point(period: str, value: str | None, vintage: int = 1) -> Point:
    return Point(parse_period(period), vintage, None if value is None else Decimal(value), "亿元", 1)


def series(measure: Measure = Measure.CUMULATIVE, basis: PriceBasis = PriceBasis.CURRENT) -> SeriesKey:
    return SeriesKey("GDP", "410100", "Q", measure, basis)


@pytest.mark.parametrize("text", ["2025", "2025-S1", "2025-Q1", "2025-M01", "2025-W05", "2025-01-15"])
def test_periods_are_in_sdmx_form(text: str) -> None:
    assert parse_period(text).text == text


@pytest.mark.parametrize("text", ["25", "2025-Q5", "2025-S3", "2025-M1", "2025-M13", "2025-W54", "2025-02-30", "0000"])
def test_what_is_no_period_is_not_made_one(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text)


@given(st.dates(date(1949, 1, 1), date(2100, 12, 31)), st.sampled_from("ASQM"))
def test_a_period_written_and_read_is_the_same(day: date, letter: str) -> None:
    months = {"A": 12, "S": 6, "Q": 3, "M": 1}[letter]
    period = Period(date(day.year, (day.month - 1) // months * months + 1, 1), letter)
    assert parse_period(period.text) == period
    assert period.starts <= day <= period.ends


@pytest.mark.parametrize(
    ("text", "frequency", "period", "is_cumulative"),
    [
        ("2024年", "A", "2024", None),
        ("2024年1-3月", "M", "2024-M03", True),
        ("2024年1—3月", "Q", "2024-Q1", True),
        ("2024年上半年", "Q", "2024-Q2", True),
        ("2024年前三季度", "Q", "2024-Q3", True),
        ("2024年一季度", "Q", "2024-Q1", None),
        ("2024年4-6月", "Q", "2024-Q2", False),
        ("202403", "M", "2024-M03", None),
        ("1987-01-31", "M", "1987-M01", None),
        ("2013-12-02", "D", "2013-12-02", None),
    ],
)
def test_periods_as_tables_write_them_are_read(
    text: str, frequency: str, period: str, *, is_cumulative: bool | None
) -> None:
    found = read_period(text, frequency)
    assert (found.period.text, found.is_cumulative) == (period, is_cumulative)


@pytest.mark.parametrize(
    ("text", "frequency"), [("2024年2-4月", "M"), ("2024年1-2月", "Q"), ("1987-01-30", "M"), ("", "A")]
)
def test_a_period_that_is_none_of_its_frequency_is_refused(text: str, frequency: str) -> None:
    with pytest.raises(PeriodError):
        read_period(text, frequency)


def test_a_figure_of_1_to_n_months_is_never_taken_for_a_single_month() -> None:
    mapping = long("period", "value", indicator="RETAIL", measure="current")
    assert read(mapping, ["period", "value"], ["2024年1-3月", "100"]) == [CellFault(2, "", "measure.cumulative")]


def test_january_and_february_come_together() -> None:
    mapping = long("period", "value", indicator="RETAIL")
    found = read(mapping, ["period", "value"], ["2024年1-2月", "190.5"], ["2024年1月", "95"])
    assert found[0].period.text == "2024-M02"
    assert found[0].series.measure is Measure.CUMULATIVE
    assert found[1] == CellFault(3, "", "period.january")


def test_a_february_is_never_parted_from_its_january() -> None:
    monthly = SeriesKey("RETAIL", "410100", "M", Measure.CUMULATIVE, PriceBasis.CURRENT)
    found = single_periods(monthly, [point("2024-M02", "190"), point("2024-M03", "300")], joins_january=True)
    assert [(one.period.text, one.value, one.gap) for one in found] == [
        ("2024-M02", None, "january"),
        ("2024-M03", Decimal(110), ""),
    ]


def test_single_quarters_follow_from_cumulative_ones_of_one_vintage() -> None:
    found = single_periods(series(), [point("2024-Q1", "10"), point("2024-Q2", "25.5")], joins_january=False)
    assert [(one.value, one.terms) for one in found] == [
        (Decimal(10), ("2024-Q1",)),
        (Decimal("15.5"), ("2024-Q2", "2024-Q1")),
    ]


def test_a_single_quarter_is_not_derived_across_vintages() -> None:
    found = single_periods(series(), [point("2024-Q1", "10", 2), point("2024-Q2", "25", 1)], joins_january=False)
    assert (found[1].value, found[1].gap) == (None, "vintage")


def test_the_latest_vintage_both_terms_have_is_the_one_derived_from() -> None:
    points = [point("2024-Q1", "10", 1), point("2024-Q1", "11", 2), point("2024-Q2", "25", 1)]
    found = single_periods(series(), points, joins_january=False)
    assert (found[1].value, found[1].vintage) == (Decimal(15), 1)


def test_a_year_does_not_go_on_into_the_next_when_quarters_are_derived() -> None:
    found = single_periods(series(), [point("2023-Q4", "100"), point("2024-Q1", "20")], joins_january=False)
    assert found[1].value == Decimal(20)


def test_a_missing_term_gives_no_derived_value() -> None:
    found = single_periods(series(), [point("2024-Q1", None), point("2024-Q2", "25")], joins_january=False)
    assert [one.gap for one in found] == ["missing", "missing"]


@pytest.mark.parametrize("measure", [Measure.YOY, Measure.MOM, Measure.SHARE, Measure.INDEX, Measure.CURRENT])
def test_growth_is_never_recomputed_nor_taken_apart(measure: Measure) -> None:
    with pytest.raises(NotDerivableError):
        single_periods(series(measure), [point("2024-Q1", "5")], joins_january=False)


def test_nothing_is_computed_from_comparable_prices() -> None:
    with pytest.raises(NotDerivableError):
        single_periods(series(basis=PriceBasis.CONSTANT), [point("2024-Q1", "5")], joins_january=False)


def test_areas_are_added_only_where_the_indicator_is_additive() -> None:
    areas = {"410102": [point("2024-Q1", "3")], "410103": [point("2024-Q1", "4.5")]}
    assert sum_over_areas(GDP, series(), areas)[0].value == Decimal("7.5")
    with pytest.raises(NotDerivableError):
        sum_over_areas(RETAIL, series(), areas)


def test_growth_is_never_added_over_areas() -> None:
    with pytest.raises(NotDerivableError):
        sum_over_areas(GDP, series(Measure.YOY), {"410102": [point("2024-Q1", "3")]})


def test_a_sum_over_areas_needs_every_area_in_one_vintage() -> None:
    mixed = {"410102": [point("2024-Q1", "3", 1)], "410103": [point("2024-Q1", "4", 2), point("2024-Q2", "9", 2)]}
    assert [one.gap for one in sum_over_areas(GDP, series(), mixed)] == ["vintage", "missing"]


def test_a_sum_over_areas_counts_in_one_unit() -> None:
    other = Point(parse_period("2024-Q1"), 1, Decimal(45000), "万元", 0)
    found = sum_over_areas(GDP, series(), {"410102": [point("2024-Q1", "3")], "410103": [other]})
    assert (found[0].value, found[0].unit) == (Decimal("7.5"), "亿元")


def test_units_are_converted_exactly() -> None:
    assert converted(Figure(Decimal("1409.67"), "百万人", 2), "万人") == Figure(Decimal(140967), "万人", 0)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_conversion_and_back_loses_nothing(value: Decimal) -> None:
    there = converted(Figure(value, "亿元", 4), "万元")
    assert converted(there, "亿元").value == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("亿元", "亿美元"),
        ("%", "百分点"),
        ("上年=100", "上年同月=100"),
        ("万人", "万户"),
        ("亿千瓦时", "万吨标准煤"),
        ("元", "斤"),
    ],
)
def test_units_of_different_dimensions_are_never_converted(one: str, other: str) -> None:
    with pytest.raises(UnitError):
        converted(Figure(Decimal(1), one, 0), other)


def test_a_value_in_a_unit_of_another_dimension_is_refused() -> None:
    mapping = long("period", "value", indicator="GDP", unit="亿美元")
    assert read(mapping, ["period", "value"], ["2024年一季度", "1"]) == [CellFault(2, "", "unit.dimension")]


def test_figures_that_differ_only_by_rounding_agree() -> None:
    assert agree(Figure(Decimal("28014.94"), "亿元", 2), Figure(Decimal("28014.9"), "亿元", 1))
    assert agree(Figure(Decimal("28014.94"), "亿元", 2), Figure(Decimal(28015), "亿元", 0))
    assert not agree(Figure(Decimal("28014.94"), "亿元", 2), Figure(Decimal("28014.8"), "亿元", 1))
    assert agree(Figure(Decimal("1411.75"), "百万人", 2), Figure(Decimal(141175), "万人", 0))


@pytest.mark.parametrize("sign", ["", "—", "...", "-"])
def test_a_missing_value_is_empty_with_a_status_and_never_zero(sign: str) -> None:
    [found] = read(long("period", "value", indicator="GDP"), ["period", "value"], ["2024年一季度", sign])
    assert isinstance(found, Observation)
    assert (found.value, found.status) == (None, Status.MISSING)


def test_a_blank_of_a_wide_table_is_left_out() -> None:
    mapping = {"heading": "period", "columns": {"area": "地区"}, "fixed": {"indicator": "GDP", "frequency": "A"}}
    found = read(mapping, ["地区", "2024年", "2025年"], ["河南省", "1", ""], ["410000", "0", ""])
    assert found[0] == CellFault(2, "2024年", "area.unknown")
    assert (found[1], found[2].value, found[3]) == (None, Decimal(0), None)


def test_a_figure_without_value_that_is_said_to_be_normal_is_refused() -> None:
    mapping = long("period", "value", "status", indicator="GDP")
    found = read(mapping, ["period", "value", "status"], ["2024-Q1", "", "A"], ["2024-Q1", "", "C"])
    assert found[0] == CellFault(2, "", "macro.missing")
    assert found[1].status is Status.CONFIDENTIAL


def test_a_confidential_observation_has_no_value() -> None:
    mapping = long("period", "value", "status", indicator="GDP")
    assert read(mapping, ["period", "value", "status"], ["2024-Q1", "9", "C"])[0].rule == "macro.confidential"


def test_a_revision_has_a_reason() -> None:
    mapping = long("period", "value", "vintage", "reason", indicator="GDP")
    header = ["period", "value", "vintage", "reason"]
    found = read(mapping, header, ["2024-Q1", "9", "2", ""], ["2024-Q1", "9", "2", "最终核实"])
    assert found[0] == CellFault(2, "", "vintage.reason")
    assert found[1].vintage == 2


def test_growth_is_in_per_cent() -> None:
    mapping = long("period", "value", indicator="IND_VA", unit="比例")
    assert read(mapping, ["period", "value"], ["2024年1-2月", "0.07"])[0].rule == "macro.unit"


@pytest.mark.parametrize("text", ["1,23", "12a", "１２", "=1+1", "1e999999", "∞", "9" * 90, "0x10"])
def test_what_is_no_number_is_refused_and_not_repeated(text: str) -> None:
    [found] = read(long("period", "value", indicator="GDP"), ["period", "value"], ["2024-Q1", text])
    assert found == CellFault(2, "", "value.unreadable")


def test_a_number_keeps_its_digits() -> None:
    [found] = read(long("period", "value", indicator="GDP"), ["period", "value"], ["2024-Q1", "28,014.940"])
    assert (str(found.value), found.decimals) == ("28014.940", 3)


def test_a_time_without_zone_is_the_citys() -> None:
    mapping = long("period", "value", "release_time", indicator="GDP")
    [found] = read(mapping, ["period", "value", "release_time"], ["2024-Q1", "1", "2026-04-17 10:00:00"])
    assert found.release_at == datetime(2026, 4, 17, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"heading": "period"},
        {"heading": "columns"},
        {"columns": {"value": "v"}},
        {**long("period", "value", indicator="GDP"), "extra": 1},
        {**long("period", "value", indicator="GDP"), "skip": "a"},
        long("period", "value", indicator="GDP", vintage="0"),
        long("period", "value", indicator="GDP", release_time="2025-01-01"),
        {"columns": {"period": "p", "value": "v", "area": "a"}, "fixed": {"area": "410100", "indicator": "GDP"}},
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(MappingError):
        mapping_of(wrong)


def test_a_mapping_survives_being_stored() -> None:
    mapping = mapping_of(long("period", "value", indicator="GDP", vintage="next", reason="x"))
    assert mapping_of(mapping.as_json()) == mapping
