"""A source that disappears in the middle of a pull leaves the version served, and a state people can read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from hub.rounds import run_now
from tests.hub.pulls.servers import PASSWORD

if TYPE_CHECKING:
    from tests.hub.pulls.conftest import Depot
    from tests.hub.pulls.servers import Source

ROWS = 20_000


@pytest.fixture
def pulled(depot: Depot, source: Source, request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """Give a register that was pulled once: its entry, its pull, and the table of the source."""
    table = f"lost_{abs(hash(request.node.name)) % 10**8}"
    source.fill(table, ROWS)
    entry = depot.publish()
    pull = depot.add(entry, source, table=table)
    assert depot.wait(pull)["state"] == "done"
    return entry, pull, table


def test_a_source_cut_in_the_middle_leaves_the_last_version_and_the_next_run_completes(
    depot: Depot, source: Source, pulled: tuple[str, str, str]
) -> None:
    entry, pull, table = pulled
    source.change(table, 10, "断线后的路")
    source.line.cut_after = 400_000
    failed = depot.next_day(pull)
    assert (failed["state"], failed["error"]["type"], failed["pushes"]) == ("failed", "SourceLostError", [])
    assert 0 < failed["error"]["facts"]["rows"] < ROWS
    assert depot.served(entry) == (1, ROWS)
    shown = depot.clerk.get(f"/api/v1/pulls/{pull}").json()
    assert (shown["state"], shown["failed_runs"]) == ("active", 1)
    source.line.cut_after = None
    depot.clock.forward(hours=0.05)
    run_now(depot.city.services, "pulls")
    done = depot.wait(pull)
    assert (done["state"], done["cause"], depot.served(entry)) == ("done", "retry", (2, ROWS))


def test_a_source_that_is_down_is_told_to_the_clerk_before_the_cycle_ends(
    depot: Depot, source: Source, pulled: tuple[str, str, str]
) -> None:
    entry, pull, _ = pulled
    source.line.down = True
    failed = depot.next_day(pull)
    assert failed["error"]["type"] in {"SourceUnreachableError", "SourceLostError"}
    depot.clock.forward(days=22)
    run_now(depot.city.services, "pull_notices")
    told = depot.clerk.get("/api/v1/notices", params={"limit": 200}).json()["notices"]
    kinds = [one["kind"] for one in told if one.get("subject_id", pull) == pull and one["kind"].startswith("pull.")]
    assert set(kinds) == {"pull.failing", "pull.late"}
    assert depot.served(entry) == (1, ROWS)


def test_a_run_whose_process_died_is_noted_and_done_again(
    depot: Depot, source: Source, pulled: tuple[str, str, str]
) -> None:
    _, pull, _ = pulled
    with psycopg.connect(depot.city.services.database.conninfo) as connection:
        connection.execute(
            "INSERT INTO hub.pull_run (id, pull_id, version, cause, state, strategy, phase, started_at, touched_at,"
            " pushes, notes) VALUES (gen_random_uuid(), %s, 1, 'schedule', 'running', 'whole', 'rows', now(), now(),"
            " '{}', '[]')",
            (pull,),
        )
    run_now(depot.city.services, "pulls")
    depot.wait(pull)
    assert [run["state"] for run in depot.runs(pull)].count("interrupted") == 1
    assert "running" not in {run["state"] for run in depot.runs(pull)}


def test_no_password_is_in_any_answer_receipt_run_or_notice(
    depot: Depot, source: Source, pulled: tuple[str, str, str]
) -> None:
    entry, pull, _ = pulled
    wrong = depot.body(entry, source, table="no_such_table")
    wrong["secret"] = PASSWORD
    answers = [
        depot.clerk.post("/api/v1/pulls/test", json=wrong).text,
        depot.clerk.post("/api/v1/pulls", json=wrong).text,
        depot.clerk.get("/api/v1/pulls").text,
        depot.clerk.get(f"/api/v1/pulls/{pull}/runs").text,
    ]
    assert "source-query" in answers[0]
    assert PASSWORD not in json.dumps(answers)
    assert PASSWORD not in depot.everything_stored()
