"""Real series on the divisions of another year, and the prefixes of real identity numbers and credit codes."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from catalogue.divisions_model import Change, ChangeKind, Level, Method
from catalogue.divisions_rebase import Figure, series_rebase
from catalogue.divisions_through_time import Divisions
from tests.real.divisions.conftest import DATA

if TYPE_CHECKING:
    from catalogue.divisions_lists import ListFile
    from catalogue.divisions_timeline import Timeline

SERIES = {
    "nbs_gdp_by_province_1993_2017.csv": (25, 2017),
    "nbs_gdp_by_province_2006_2024.csv": (19, 2024),
    "nbs_population_by_province_2015_2024.csv": (10, 2024),
    "nbs_population_sample_by_province_2006_2025.csv": (20, 2025),
}


def provincial(name: str, codes: dict[str, str]) -> list[Figure]:
    """Return the figures of a real table of provinces and years (GB18030, preamble and footer around it)."""
    rows = list(csv.reader(io.StringIO((DATA / "economy" / name).read_bytes().decode("gb18030"))))
    head = next(number for number, row in enumerate(rows) if row and row[0].strip() == "地区")
    years = [int(cell.strip().removesuffix("年")) for cell in rows[head][1:] if cell.strip()]
    return [
        Figure(codes[row[0].strip()], year, Decimal(cell) if cell.strip() else None)
        for row in rows[head + 1 :]
        if row and row[0].strip() in codes
        for year, cell in zip(years, row[1:], strict=False)
    ]


@pytest.fixture(scope="module")
def provinces(divisions: Divisions, timeline: Timeline) -> dict[str, str]:
    day = date(2018, 10, 31)
    return {one.name: one.code for one in timeline.periods if one.level is Level.PROVINCE and one.holds_on(day)}


@pytest.mark.parametrize("name", SERIES)
def test_a_rebased_provincial_series_adds_up_to_the_last_digit(
    name: str, divisions: Divisions, provinces: dict[str, str]
) -> None:
    columns, target = SERIES[name]
    figures = provincial(name, provinces)
    found = series_rebase(divisions, figures, target)
    assert (len(figures), len(found.figures), found.not_placed) == (31 * columns, 31 * columns, ())
    assert all(before == after for before, after, _ in found.totals.values())
    assert not any(one.is_estimate for one in found.figures)


def test_sichuan_before_chongqing_is_split_as_an_estimate_and_adds_up(
    timeline: Timeline, provinces: dict[str, str]
) -> None:
    """Chongqing was cut out of Sichuan in 1997; with stated shares the figure of the old province is shared out."""
    stated = [
        Change("510000", code, date(1997, 6, 18), ChangeKind.SPLIT, Decimal(share), Method.STATED, "notice")
        for code, share in (("510000", "0.737"), ("500000", "0.263"))
    ]
    known = Divisions(timeline.periods, [*timeline.changes, *stated])
    figures = [
        one
        for one in provincial("nbs_gdp_by_province_1993_2017.csv", provinces)
        if one.year < 1997 and one.code != "500000"
    ]
    found = series_rebase(known, figures, 2017)
    assert all(before == after and not left for before, after, left in found.totals.values())
    assert {one.code for one in found.figures if one.is_estimate} == {"510000", "500000"}


def test_counties_of_2002_rebased_to_2018_lose_nothing(revisions: ListFile, divisions: Divisions) -> None:
    """One each: every county of the first revision is counted under its successor or listed as not placed."""
    first = revisions.dated[0]
    counties = [code for code in first.names if not code.endswith("00") and not first.names[code].endswith("市辖区")]
    found = series_rebase(divisions, [Figure(code, 2002, Decimal(1)) for code in counties], 2018)
    before, after, left = found.totals[2002]
    assert before == after + left == len(counties)
    assert left < 0.04 * len(counties)
    assert all(one.reason == "no_successor" for one in found.not_placed)


def test_prefixes_of_real_credit_codes_resolve_to_divisions(divisions: Divisions) -> None:
    """Digits 3 to 8 are the division of the registering authority at that time: those ever valid are known here."""
    found: Counter[bool] = Counter()
    for path in sorted((DATA / "legal" / "enterprises_henan").glob("*.csv*")):
        data = path.read_bytes()
        text = gzip.decompress(data).decode() if path.suffix == ".gz" else data.decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text)):
            code = next((cell for cell in row.values() if cell and len(cell) == 18 and cell[:2].isalnum()), "")
            if len(code) == 18 and code[2:8].isdigit() and code[2:4] == "41":
                found[bool(divisions.history(code[2:8]))] += 1
    assert sum(found.values()) > 40_000
    assert found[True] / sum(found.values()) > 0.99
