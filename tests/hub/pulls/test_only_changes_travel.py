"""Done when 7: tables with daily changes are pulled, and only the changes travel; by watermark and by difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.hub.pulls.conftest import Depot
    from tests.hub.pulls.servers import Source

SMALL = 50_000
CHANGED_EVERY = 200


def _day(depot: Depot, source: Source, rows: int, table: str, **how: Any) -> dict[str, Any]:
    """Pull a table, let a day's 0.5 % of changes happen, and pull again; returns both runs and what stands."""
    source.fill(table, rows)
    entry = depot.publish()
    pull = depot.add(entry, source, table=table, **how)
    first = depot.wait(pull)
    assert first["state"] == "done", first
    assert depot.served(entry) == (1, rows)
    source.change(table, CHANGED_EVERY, "改名路")
    before = source.line.carried
    second = depot.next_day(pull)
    assert second["state"] == "done", second
    return {"entry": entry, "pull": pull, "first": first, "second": second, "wire": source.line.carried - before}


@pytest.mark.parametrize("rows", [SMALL, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_by_watermark_only_rows_above_it_travel(depot: Depot, source: Source, rows: int) -> None:
    told = _day(depot, source, rows, f"wm_{rows}", strategy="watermark", watermark="changed_at", overlap=0)
    first, second, changed = told["first"], told["second"], rows // CHANGED_EVERY
    counts = depot.counts(second["pushes"][0])
    print(source.dialect, rows, "watermark", first["bytes_fetched"], second["bytes_fetched"], told["wire"])
    assert counts["changed"] <= second["rows_fetched"] <= changed * 1.01
    assert counts["changed"] > 0
    assert second["bytes_fetched"] < first["bytes_fetched"] * 0.01
    assert told["wire"] < first["bytes_fetched"] * 0.03
    assert depot.served(told["entry"]) == (2, rows)


@pytest.mark.parametrize("rows", [SMALL, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_by_difference_only_changed_rows_travel_and_deletions_are_seen(depot: Depot, source: Source, rows: int) -> None:
    told = _day(depot, source, rows, f"df_{rows}", strategy="difference")
    first, second, changed = told["first"], told["second"], rows // CHANGED_EVERY
    print(source.dialect, rows, "difference", first["bytes_fetched"], second["bytes_fetched"], told["wire"])
    assert second["rows_fetched"] == changed
    assert depot.counts(second["pushes"][0])["changed"] == changed
    assert second["bytes_fetched"] < first["bytes_fetched"] * 0.08
    source.delete(f"df_{rows}", 300)
    third = depot.next_day(told["pull"])
    assert (third["rows_deleted"], third["rows_fetched"]) == (300, 0)
    assert depot.counts(third["pushes"][0])["closed"] == 300
    fourth = depot.next_day(told["pull"])
    assert (fourth["state"], fourth["rows_fetched"], fourth["pushes"]) == ("unchanged", 0, [])
    assert depot.served(told["entry"]) == (3, rows - 300)
