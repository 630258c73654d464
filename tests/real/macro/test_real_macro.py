"""The real tables of the economy: everything is read, counted, and what differs is told apart by its vintage."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from catalogue.indicators import Measure, PriceBasis, SeriesKey
from catalogue.indicators_periods import parse_period
from hub.registers.macro import conflict_store, indicator_store, loading_store, reading_store
from hub.registers.macro.loading import load_file, read_toml
from hub.registers.macro.reading_store import Span
from tests.real.macro.conftest import ECONOMY, FILES, PERMIT, mapping_of

if TYPE_CHECKING:
    from tests.real.macro.conftest import Economy

NOW = datetime(2026, 6, 1, tzinfo=UTC)
COUNTS = {  # rows, cells, first vintages, later vintages, the same, the same but rounded, blank, refused, conflicts
    "nbs_gdp_by_province_1993_2017.csv": (31, 775, 775, 0, 0, 0, 0, 0, 0),
    "nbs_gdp_major_cities_2015_2019.xls": (36, 180, 0, 148, 0, 0, 32, 0, 0),
    "nbs_gdp_by_province_2006_2024.csv": (31, 589, 0, 589, 0, 0, 0, 0, 0),
    "national_accounts_2015_2024.csv": (6, 60, 0, 60, 0, 0, 0, 0, 0),
    "nbs_population_by_province_2015_2024.csv": (31, 310, 310, 0, 0, 0, 0, 0, 0),
    "nbs_population_sample_by_province_2006_2025.csv": (31, 620, 527, 0, 0, 0, 93, 0, 0),
    "ceic_population.csv": (75, 75, 75, 0, 0, 0, 0, 0, 0),
    "nbs_population_national_2006_2024.xls": (5, 95, 77, 0, 0, 18, 0, 0, 0),
    "nbs_private_employment_by_province.csv": (31, 620, 434, 0, 0, 0, 186, 0, 0),
    "nbs_energy_2015_2024.xls": (14, 140, 119, 0, 0, 0, 21, 0, 0),
    "nbs_waste_gas_2006_2024.xls": (4, 76, 47, 0, 0, 0, 29, 0, 0),
    "nbs_shanghai_city_indicators_2000_2019.csv": (13, 260, 246, 0, 0, 0, 14, 0, 0),
    "cpi_monthly_1987_2024.xls": (456, 3192, 2265, 0, 0, 0, 927, 0, 0),
    "air_quality_daily_zhengzhou_2013_2017.csv": (1157, 9256, 9256, 0, 0, 0, 0, 0, 0),
    "ecb_exr_1_m.usd.eur.sp00.a.xml": (252, 252, 252, 0, 0, 0, 0, 0, 0),
    "macro_long_derived.csv": (3290, 3290, 0, 0, 3272, 18, 0, 0, 0),
}


def known(
    economy: Economy, code: str, area: str, period: str, *, as_of: datetime = NOW, every: bool = False
) -> list[tuple[int, Decimal | None, str]]:
    wanted = parse_period(period)
    with economy.database.begin() as unit:
        series = [
            one.id
            for one in indicator_store.series_of(unit, code)
            if one.key.area == area and one.key.frequency == wanted.frequency
        ]
        span = Span(tuple(series), as_of, wanted.starts, wanted.starts, every=every)
        return [(row.vintage, row.value, row.reason) for row in reading_store.page(unit, PERMIT, span, 100)]


@pytest.mark.parametrize("name", FILES)
def test_every_cell_of_every_file_is_accounted_for(economy: Economy, name: str) -> None:
    report = economy.reports[name]
    kinds = ("cells", "new", "revised", "same", "rounded", "blank", "refused", "conflicts")
    assert (report.rows, *(report.counts[kind] for kind in kinds)) == COUNTS[report.name]
    assert report.counts["cells"] == sum(report.counts[kind] for kind in kinds[1:])


def test_conflicting_vintages_of_one_province_are_served_side_by_side_with_their_reasons(economy: Economy) -> None:
    assert known(economy, "GDP", "110000", "2015", every=True) == [
        (3, Decimal("26034.1"), "第五次全国经济普查后修订历史数据"),
        (2, Decimal("23014.59"), "主要城市年度数据，晚于1993至2017年分省表"),
        (1, Decimal("23014.59"), ""),
    ]


@pytest.mark.parametrize(
    ("area", "year", "before", "after"),
    [
        ("410000", "2017", "44552.83", "44586.5"),
        ("220000", "2017", "14944.53", "11083"),
        ("120000", "2017", "18549.19", "12468.2"),
    ],
)
def test_what_was_known_before_a_census_revision_is_told_as_of_that_day(
    economy: Economy, area: str, year: str, before: str, after: str
) -> None:
    then = known(economy, "GDP", area, year, as_of=datetime(2019, 6, 1, tzinfo=UTC))
    assert (then[0][0], then[0][1]) == (1, Decimal(before))
    now = known(economy, "GDP", area, year)
    assert (now[0][0], now[0][1]) == (3, Decimal(after))


def test_a_year_that_was_not_published_yet_is_not_known_then(economy: Economy) -> None:
    assert known(economy, "GDP", "410000", "2024", as_of=datetime(2019, 6, 1, tzinfo=UTC)) == []


def test_two_sources_in_different_units_agree_on_the_population(economy: Economy) -> None:
    assert known(economy, "POP_TOTAL", "100000", "2023") == [(1, Decimal("1409.67"), "")]
    assert economy.reports["nbs_population_national_2006_2024.xls"].counts["rounded"] == 18


def test_a_rank_of_zero_is_missing_and_a_concentration_is_not(economy: Economy) -> None:
    with economy.database.begin() as unit:
        row = unit.driver.execute(
            "SELECT count(*) FILTER (WHERE o.status = 'M'), count(*) FROM hub.macro_observation o"
            " JOIN hub.macro_series s ON s.id = o.series WHERE s.indicator = 'AQI_RANK'"
        ).fetchone()
    assert row == (74, 1157)


def test_the_month_of_a_last_day_is_read(economy: Economy) -> None:
    assert known(economy, "CPI", "100000", "1987-M01") == [(1, Decimal("105.1"), "")]


def test_the_revised_table_under_the_old_vintage_is_a_list_of_conflicts_and_changes_nothing(economy: Economy) -> None:
    given = dict(read_toml(mapping_of("nbs_gdp_by_province_2006_2024.csv")))
    fixed = given["fixed"]
    assert isinstance(fixed, dict)
    given["fixed"] = {**fixed, "vintage": 1}
    with economy.database.begin() as unit:
        step = unit.savepoint()
        report = load_file(economy.context, unit, ECONOMY / "nbs_gdp_by_province_2006_2024.csv", given)
        total, _ = conflict_store.listed(unit, "open", 1)
        numbers = indicator_store.series_ids(
            unit, [SeriesKey("GDP", "410000", "A", Measure.CURRENT, PriceBasis.CURRENT)]
        )
        stands = loading_store.standing(unit, [(next(iter(numbers.values())), date(2017, 1, 1))])
        step.rollback()
    # Both tables hold 2006-2017 for 31 provinces.
    assert (report.counts["conflicts"], report.counts["same"] + report.counts["rounded"]) == (total, 12 * 31 - total)
    assert total > 300
    assert {one.vintage: (one.value, one.is_doubted) for one in stands} == {
        1: (Decimal("44552.83"), True),
        3: (Decimal("44586.5"), False),
    }
