"""The real lists and boundaries of divisions; absent where the neighbour folder is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from catalogue.divisions_lists import ListFile, read_list
from catalogue.divisions_shipped import shipped_changes, shipped_notes, shipped_periods
from catalogue.divisions_through_time import Divisions
from catalogue.divisions_timeline import Given, Timeline, timeline_of
from hub.context import Context
from hub.ledger.keys import SigningKey
from hub.ledger.writer import ReceiptWriter
from policies.workdays import shipped_calendar

if TYPE_CHECKING:
    from catalogue.divisions_lists import DatedList

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
GEO = DATA / "geo"
REVISIONS = "gb2260_revisions_stats.csv.gz"
WITHDRAWN = "division_code_history_1980_2026.json"
CURRENT = "division_codes_current_2026.json"
CURRENT_DAY = date(2026, 1, 1)
STATISTICAL = ("divisions_provinces.csv", "divisions_cities.csv", "divisions_counties.csv")
SMALL = ("divisions_townships.csv.gz", "divisions_villages_henan_jilin.csv.gz")
STATISTICAL_DAY = date(2023, 6, 30)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what rests on the real files where they are not there."""
    if not GEO.is_dir():
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="the folder ../shared/data/geo with the real lists is absent"))


def given(name: str) -> bytes:
    """Return a real file."""
    return (GEO / name).read_bytes()


@pytest.fixture(scope="session")
def receipts() -> Context:
    """Give a context whose receipts are signed with a key of the test's own."""
    return Context(ReceiptWriter(SigningKey.create(), b"\x07" * 32), shipped_calendar)


@pytest.fixture(scope="session")
def revisions() -> ListFile:
    """Give the 20 revisions of the statistics bureau."""
    return read_list(given(REVISIONS))


@pytest.fixture(scope="session")
def timeline(revisions: ListFile) -> Timeline:
    """Give the timeline of all real lists of provinces, cities and counties."""
    withdrawn = read_list(given(WITHDRAWN), form="withdrawn")
    current = read_list(given(CURRENT), form="current", on=CURRENT_DAY)
    statistical = [read_list(given(name), on=STATISTICAL_DAY) for name in STATISTICAL]
    dated: list[DatedList] = [*revisions.dated, *current.dated, *(one for file in statistical for one in file.dated)]
    material = Given(dated, withdrawn.undated, "withdrawn", shipped_periods(), shipped_changes(), notes=shipped_notes())
    return timeline_of(material)


@pytest.fixture(scope="session")
def divisions(timeline: Timeline) -> Divisions:
    """Give the divisions of all China through time."""
    return Divisions.of(timeline)
