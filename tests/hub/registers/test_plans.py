"""How a step is carried out: no statement goes through a table of the step once for each row of another.

A page has 100,000 rows. A nested loop over a temporary table, which has no index, took the square of that: minutes a
page, seen when the planner guessed one row for a grouping. Tables this small are enough to see the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from tests.hub.registers.test_days_events import begin, live_a_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.hub.registers.kit import City

PERSONS = 600
MANY = 100
"""A table with fewer rows may be gone through as often as one likes."""
READING = ("CREATE TEMPORARY TABLE", "INSERT INTO", "UPDATE", "SELECT", "WITH", "DELETE")


def scans(plan: dict[str, Any], *, is_repeated: bool = False) -> Iterator[str]:
    """Yield the tables a plan reads from end to end for each row of something else."""
    if is_repeated and plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    is_loop = plan["Node Type"] == "Nested Loop"
    for child in plan.get("Plans", []):
        is_inner = is_loop and child["Parent Relationship"] == "Inner"
        yield from scans(child, is_repeated=is_repeated or is_inner)


def test_no_statement_goes_through_a_table_of_the_step_for_each_row(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = psycopg.Connection.execute
    found: list[tuple[str, str]] = []
    seen: set[str] = set()

    def watched(driver: psycopg.Connection[Any], query: Any, *given: Any, **named: Any) -> psycopg.Cursor[Any]:
        text = query.as_string(driver) if isinstance(query, sql.Composable) else str(query)
        if "fed_" in text and text.startswith(READING) and ";" not in text and " AS " in text:
            plan = execute(driver, f"EXPLAIN (FORMAT JSON) {text}", *given, **named).fetchone()
            assert plan is not None
            seen.add(text)
            for table in scans(plan[0][0]["Plan"]):
                if table.startswith("fed_"):
                    rows = execute(driver, f"SELECT count(*) FROM {table}").fetchone()
                    if rows is not None and rows[0] > MANY:
                        found.append((table, text))
        return execute(driver, query, *given, **named)

    story = begin(city, PERSONS)
    monkeypatch.setattr(psycopg.Connection, "execute", watched)
    city.feed()
    live_a_day(story, PERSONS, share=0.9)
    assert found == []
    assert any("fed_alike" in text for text in seen)
    assert len(seen) > 10
