"""Whatever pushes, repeats, cuts, kills and ways back follow each other, what was acknowledged stands, in order.

A machine of our own (:mod:`tests.hub.push.machine`) draws acts at random and a dictionary says what each does. Copies
made by the changes feed at random moments are brought up to date at the end: each must be the current table, and so
must a copy read from zero. Every version is read again.

The acts are those of a seed, which a failure prints; ``HUB_TEST_SEED`` chooses another.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Final

import pytest

from hub.client import Hub
from hub.postgres import running_url
from tests.hub.push.machine import Machine, MortalMachine
from tests.hub.versions.kit import ALL_MODES, PUSHER, Register, set_policy
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.hosted import hosted_city
from tests.support.running import founded_hub

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Server

STEPS, LONG_STEPS = 40, 120
KILLS, LONG_KILLS = 3, 30
ACTS_A_LIFE: Final = 5
CHOSEN: Final = os.environ.get("HUB_TEST_SEED")
SEED: Final = int(CHOSEN or 20_260_101)
SEEDS: Final = (SEED,) if CHOSEN else tuple(range(1, 13))
"""Of the long variants."""


def live(server: Server, template: str, folder: Path, seed: int, steps: int) -> int:
    """Let the machine act on a hub of this process, and compare; return how many versions were compared."""
    print("HUB_TEST_SEED =", seed)
    with hosted_city(server, template, folder) as city, Hub(city.url) as public:
        acts.publish(city.people, BUS_STOPS)
        set_policy(city.services.database.conninfo, modes=ALL_MODES)
        machine = Machine(Register(city.people.system(PUSHER), folder, public), random.Random(seed))
        for _ in range(steps):
            machine.step()
        versions = machine.check()
        print(f"{versions} versions;", dict(machine.did))
        return versions


def live_and_die(folder: Path, seed: int, kills: int) -> int:
    """Let the machine act on a hub that is killed so often, and compare; return how many versions were compared."""
    print("HUB_TEST_SEED =", seed)
    with founded_hub(folder) as (hub, people), Hub(hub.url) as public:
        acts.publish(people, BUS_STOPS)
        url = running_url(hub.data_dir)
        assert url is not None
        set_policy(url, modes=ALL_MODES)
        register = Register(people.system(PUSHER), folder, public)
        machine = MortalMachine(register, random.Random(seed), hub=hub)
        for _ in range(kills):
            machine.life(ACTS_A_LIFE)
        versions = machine.check()
        print(f"{versions} versions;", dict(machine.did))
        return versions


def test_any_interleaving_of_pushes_repeats_cuts_and_ways_back_ends_in_the_acknowledged_state(
    server: Server, template: str, tmp_path: Path
) -> None:
    assert live(server, template, tmp_path, SEED, STEPS) > 1


def test_kills_between_and_during_pushes_lose_nothing_acknowledged(tmp_path: Path) -> None:
    assert live_and_die(tmp_path, SEED, KILLS) > 1


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
def test_many_interleavings_end_in_the_acknowledged_state(
    server: Server, template: str, tmp_path: Path, seed: int
) -> None:
    assert live(server, template, tmp_path, seed, LONG_STEPS) > 1


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", SEEDS)
def test_many_kills_lose_nothing_acknowledged(tmp_path: Path, seed: int) -> None:
    assert live_and_die(tmp_path, seed, LONG_KILLS) > 1
