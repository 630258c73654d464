"""Small lists of divisions for tests: three counties of one prefecture, through a few lists."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from catalogue.divisions_lists import DatedList
from catalogue.divisions_shipped import shipped_changes, shipped_notes, shipped_periods
from catalogue.divisions_through_time import Divisions
from catalogue.divisions_timeline import Given, timeline_of

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = {"410000": "河南省", "410100": "郑州市"}


def listed(year: int, names: Mapping[str, str], source: str = "lists") -> DatedList:
    """Return the list of the end of a year, with province and city."""
    return DatedList(source, date(year, 12, 31), {**HEAD, **names})


def divisions(*lists: DatedList, **more: object) -> Divisions:
    """Return the divisions of lists; ``more`` is other material of the timeline."""
    return Divisions.of(timeline_of(Given(dated=lists, **more)))  # type: ignore[arg-type]


def shipped() -> Divisions:
    """Return the divisions of the shipped facts alone."""
    return divisions(periods=shipped_periods(), changes=shipped_changes(), notes=shipped_notes())
