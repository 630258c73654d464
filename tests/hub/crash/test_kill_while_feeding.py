"""The hub is killed in the midst of feeding the registers and started again: nothing is taken twice, nothing is lost.

Each step of feeding is one transaction with how far the source has come; the registers equal a computation of their
own from the pushes alone (Zhengzhou Art. 19; Jilin Art. 27).
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.hub.registers.kit import city_of, number_of
from tests.hub.registers.test_days_events import OFFICES, begin, compared, traced
from tests.support.running import RunningHub, free_port
from tests.support.work import REGISTER_POINTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.database import Database
    from tests.hub.registers.test_days_events import Story

PERSONS, PUSHED, KILLS = 300, 120, 20
LONGEST_LIFE_SECONDS = 1.5
FEEDING_SECONDS = 60.0
WAITING = (
    "SELECT 1 FROM hub.register_source s JOIN hub.row_set r USING (entry_id)"
    " WHERE r.version > s.consumed OR s.taking IS NOT NULL LIMIT 1"
)
TWICE = (
    "SELECT source, push FROM hub.register_change GROUP BY source, push HAVING count(*) > 1"
    " UNION ALL SELECT 0, max(number) - count(*) FROM hub.register_change HAVING max(number) <> count(*)"
)


@pytest.fixture
def story(database: Database, tmp_path: Path) -> Iterator[Story]:
    """Give three departments that pushed, of which nothing is fed yet."""
    with city_of(database, tmp_path) as city:
        yield begin(city, PERSONS)


@pytest.fixture
def hub(story: Story, tmp_path: Path) -> Iterator[RunningHub]:
    """Give the hub of that city, not started yet."""
    hub = RunningHub(tmp_path / "data", free_port(), HUB_DATABASE_URL=story.city.database.url)
    try:
        yield hub
    finally:
        hub.close()


def push_of_all(story: Story) -> None:
    """Let every department push some rows, out of order and with conflicts."""
    for slug in OFFICES:
        chosen = story.chance.sample(range(PERSONS + 20), PUSHED)
        story.push(slug, [story.row(slug, number_of(place), story.time(may_come=False)) for place in chosen])


def wait_until_fed(story: Story) -> None:
    """Wait until every version is in the registers."""
    deadline = time.monotonic() + FEEDING_SECONDS
    while story.city.all(WAITING):
        assert time.monotonic() < deadline, "the registers do not come up to their sources"
        time.sleep(0.05)


def all_is_in_once(story: Story) -> None:
    """Assert that the registers are what the pushes say, each value with its source, each step taken once."""
    compared(story)
    traced(story)
    rows = sum(len(told.rows) for told in story.told.values())
    assert story.city.all("SELECT count(*) FROM hub.population_claim WHERE closed_push IS NULL") == [(rows,)]
    assert story.city.all(TWICE) == []


def test_after_a_kill_in_the_midst_of_feeding_the_registers_are_what_the_pushes_say(
    story: Story, hub: RunningHub
) -> None:
    push_of_all(story)
    [point] = REGISTER_POINTS
    hub.start(fault=f"{point}:2")
    assert hub.wait_for_death(FEEDING_SECONDS) == -9
    assert story.city.all("SELECT count(*) FROM hub.register_change") == [(1,)]
    hub.start()
    wait_until_fed(story)
    all_is_in_once(story)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_after_kills_at_random_moments_of_feeding_the_registers_are_what_the_pushes_say(
    story: Story, hub: RunningHub
) -> None:
    moments = random.Random(20260303)
    for _ in range(KILLS):
        push_of_all(story)
        hub.start()
        time.sleep(moments.uniform(0.0, LONGEST_LIFE_SECONDS))
        hub.kill()
    hub.start()
    wait_until_fed(story)
    all_is_in_once(story)
