"""The hub is killed as by a power cut, at named points and at random moments; what it promised still holds.

After each restart no acknowledged push is missing, none is half visible, every delivered answer has its receipt,
and the push that got no answer gives exactly one version when it is repeated (design promise 3; threat 22).
"""

from __future__ import annotations

import random
import time
from itertools import product
from typing import TYPE_CHECKING

import pytest

from hub import faults
from hub.client import Hub, HubProblemError, HubUnreachableError
from hub.database import Database
from hub.postgres import running_url
from tests.support.work import REGISTER_POINTS, RELAY_POINTS, served_stops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.work import Work

MOMENTS = 50
LATER_HITS = (2, 5, 11)
LONGEST_LIFE_SECONDS = 2.5
DEATH_SECONDS = 60.0
RECOVERY_SECONDS = 60.0
LOG_POINTS = ("ledger.indexed", "ledger.checkpointed", "ledger.integrated")
HUB_POINTS = faults.POINTS - RELAY_POINTS - REGISTER_POINTS
WORK_POINTS = tuple(sorted(HUB_POINTS - set(LOG_POINTS)))


@pytest.fixture
def citizen(work: Work) -> Iterator[Hub]:
    with Hub(work.hub.url) as citizen:
        yield citizen


def wait_for_the_log(work: Work) -> None:
    """Wait until every receipt is a leaf."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    with work.hub.superuser() as connection:
        while connection.execute("SELECT 1 FROM hub.receipt WHERE leaf_index IS NULL LIMIT 1").fetchone():
            assert time.monotonic() < deadline, "the log does not take in its receipts"
            time.sleep(0.1)


def all_holds_at_the_end(work: Work, citizen: Hub, name: str) -> None:
    wait_for_the_log(work)
    work.check_versions(citizen)
    url = running_url(work.hub.data_dir)
    assert url is not None
    database = Database(url)
    work.check_log(citizen, database, work.folder / name)
    database.close()


def die_at(work: Work, point: str) -> None:
    """Work until the hub comes to the point and is killed there; its start may already lead there."""
    if work.hub.is_alive():
        work.begin()
    how = work.hub.wait_for_death(DEATH_SECONDS)
    work.end()
    assert how == -9, f"{point} was not reached"


def test_after_a_kill_at_each_named_point_nothing_acknowledged_is_lost(work: Work, citizen: Hub) -> None:
    """One chain of lives: each hub checks what the one before left, then dies at the next point."""
    work.keep_checkpoint(citizen)
    work.hub.kill()
    for point in WORK_POINTS:
        work.hub.start(fault=point)
        work.check(citizen)
        die_at(work, point)
    for point in LOG_POINTS:
        work.hub.start(fault=point)
        die_at(work, point)
    work.hub.start()
    work.check(citizen)
    work.retry(citizen)
    all_holds_at_the_end(work, citizen, "log-points")


def test_after_a_kill_of_the_database_server_the_hub_starts_it_again_and_nothing_is_lost(
    work: Work, citizen: Hub
) -> None:
    work.keep_checkpoint(citizen)
    work.begin()
    time.sleep(1)
    work.hub.kill_database()
    work.end()
    wait_until_ready(work)
    assert failed_reads(work, citizen) <= 1
    assert {problem.status for problem in work.problems} <= {503}
    work.problems.clear()
    work.check(citizen)
    work.retry(citizen)
    all_holds_at_the_end(work, citizen, "log-database")


def wait_until_ready(work: Work) -> None:
    """Wait until the living hub says that it can serve again."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    with Hub(work.hub.url) as operator:
        while True:
            assert time.monotonic() < deadline, work.hub.log_tail()
            try:
                operator.call("GET", "/readyz")
            except (HubProblemError, HubUnreachableError):
                assert work.hub.is_alive(), work.hub.log_tail()
                time.sleep(0.1)
            else:
                return


def failed_reads(work: Work, citizen: Hub) -> int:
    """Return how many reads fail before one succeeds: the first caller after a restart may be told to try again."""
    for failed in range(20):
        try:
            served_stops(citizen)
        except HubProblemError as problem:
            work.problems.append(problem)
        else:
            return failed
    raise AssertionError("reads go on failing")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_kill9_at_fifty_random_moments_loses_nothing_acknowledged(work: Work, citizen: Hub) -> None:
    moments = random.Random(20260101)
    for _ in range(MOMENTS):
        work.keep_checkpoint(citizen)
        work.begin()
        time.sleep(moments.uniform(0.0, LONGEST_LIFE_SECONDS))
        work.hub.kill()
        work.end()
        work.hub.start()
        work.check(citizen)
        work.retry(citizen)
    all_holds_at_the_end(work, citizen, "log-random")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_kill9_at_later_hits_of_each_point_loses_nothing_acknowledged(work: Work, citizen: Hub) -> None:
    for point, hit in product(sorted(HUB_POINTS), LATER_HITS):
        work.hub.kill()
        work.hub.start(fault=f"{point}:{hit}")
        die_at(work, point)
        work.hub.start()
        work.check(citizen)
        work.retry(citizen)
    all_holds_at_the_end(work, citizen, "log-later")
