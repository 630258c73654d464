"""Whatever pushes, repeats, cuts, kills and ways back follow each other, what was acknowledged stands, in order.

A machine of our own draws acts at random and a dictionary says what each does. Copies made by the changes feed at
random moments, some in the middle of their pages, are brought up to date at the end: each must be the current table,
and so must a copy read from zero. Every version is read again. The seed is in the name of a failing test's output.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx2
import pytest

from hub.client import Hub, HubUnreachableError
from hub.postgres import running_url
from tests.hub.versions.kit import ALL_MODES, BAD, PUSHER, Copy, Register, after, csv_of, set_policy, stops
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.hosted import hosted_city
from tests.support.running import founded_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server
    from tests.hub.versions.kit import Stops
    from tests.support.hosted import HostedCity
    from tests.support.running import RunningHub

STEPS = 40
KILLS, LONG_KILLS = 2, 40
NUMBERS = 14
"""So few stops that pushes meet each other in every way."""
ROADS = ("东大街", "西大街", "南大街")


@dataclass
class Machine:
    """The acts so far and what they mean."""

    register: Register
    chance: random.Random
    states: list[Stops] = field(default_factory=lambda: [{}])
    """What stands after each acknowledged version; the last is what must be served."""
    sent: list[tuple[str, str, Stops, int]] = field(default_factory=list)
    """Key, mode, rows and version of each acknowledged push."""
    copies: list[Copy] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def draw(self) -> tuple[str, Stops]:
        """Return a push: a mode and rows, some of which the checks give back."""
        mode = self.chance.choice(ALL_MODES)
        numbers = self.chance.sample(range(NUMBERS), self.chance.randint(1, NUMBERS))
        rows = {next(iter(stops([n]))): self.chance.choice((*ROADS, *ROADS, BAD)) for n in numbers}
        return mode, rows

    def step(self) -> None:
        """Do one act at random."""
        act = self.chance.choices(
            (self.push, self.repeat, self.repeat_without_key, self.cut, self.go_back, self.copy), (8, 2, 1, 3, 3, 2)
        )[0]
        self.told.append(act.__name__)
        act()

    def push(self) -> None:
        """Push something new."""
        mode, rows = self.draw()
        key = f"key-{self.chance.getrandbits(64)}"
        self.acknowledged(mode, rows, key, self.register.push(rows, mode, key))

    def acknowledged(self, mode: str, rows: Stops, key: str, report: dict[str, object]) -> None:
        """Take note of an answered push; the standing content sent again makes no version."""
        if not report["is_repeat"]:
            assert report["version"] == len(self.states), f"after {self.told[-5:]}"
            self.states.append(after(self.states[-1], mode, rows))
        self.sent.append((key, mode, rows, int(str(report["version"]))))

    def repeat(self) -> None:
        """Send an earlier push again under its key: the same answer, and nothing happens."""
        if self.sent:
            key, mode, rows, version = self.chance.choice(self.sent)
            report = self.register.push(rows, mode, key)
            assert (report["is_repeat"], report["version"]) == (True, version)

    def repeat_without_key(self) -> None:
        """Send the content that stands again, under no key: known by its digest."""
        newest = [one for one in self.sent if one[3] == len(self.states) - 1]
        if newest:
            _, mode, rows, version = newest[-1]
            report = self.register.push(rows, mode)
            assert (report["is_repeat"], report["version"]) == (True, version)

    def cut(self) -> None:
        """Let the connection break at any byte of the body: nothing was acknowledged, nothing happens."""
        mode, rows = self.draw()
        body = csv_of(rows, mode)
        cut_push(self.register, mode, body, self.chance.randrange(len(body)))

    def go_back(self) -> None:
        """Go back to any earlier version."""
        if len(self.states) > 2:
            version = self.chance.randrange(1, len(self.states) - 1)
            done = self.register.restore(version)
            assert done["version"] == len(self.states)
            self.states.append(self.states[version])

    def copy(self) -> None:
        """Begin a copy, or bring one a few small pages further."""
        if len(self.copies) < 12 and self.chance.random() < 0.6:
            self.copies.append(Copy())
        if self.copies:
            self.register.follow(self.chance.choice(self.copies), limit=3, pages=self.chance.randint(1, 6))

    def check(self) -> None:
        """Compare what stands, every version, and all copies with the dictionary."""
        now = self.states[-1]
        assert self.register.rows() == now, self.told
        for number, state in list(enumerate(self.states))[1:]:
            assert self.register.rows(as_of=number) == state, number
        for copy in (Copy(), *self.copies):
            assert self.register.follow(copy, limit=5).stops == now
            assert copy.version == len(self.states) - 1


class _CutError(Exception):
    """The line is cut."""


def cut_push(register: Register, mode: str, body: bytes, at: int) -> None:
    """Send the head of a push and its body up to a byte, then break the connection."""

    def torn() -> Iterator[bytes]:
        yield body[:at]
        raise _CutError

    wire = register.system
    url = f"{wire.url}/api/v1/entries/{register.name}/pushes"
    params = {"mode": mode, "allow_shrink": "true"}
    assert wire.auth is not None
    with pytest.raises(_CutError), httpx2.Client(timeout=30) as client:
        client.post(url, params=params, content=torn(), headers={"Content-Length": str(len(body))}, auth=wire.auth)


@pytest.fixture(scope="module")
def interleaved(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("interleaving")) as city:
        acts.publish(city.people, BUS_STOPS)
        set_policy(city.services.database.conninfo, modes=ALL_MODES)
        yield city


def test_any_interleaving_of_pushes_repeats_cuts_and_ways_back_ends_in_the_acknowledged_state(
    interleaved: HostedCity, request: pytest.FixtureRequest
) -> None:
    seed = getattr(request.config, "randomseed", None) or random.SystemRandom().getrandbits(32)
    print("seed", seed)
    with Hub(interleaved.url) as public:
        register = Register(interleaved.people.system(PUSHER), interleaved.folder, public)
        machine = Machine(register, random.Random(seed))
        for _ in range(STEPS):
            machine.step()
        machine.check()


class Killed(Machine):
    """The same machine on a hub of its own process, which is killed while a push is under way."""

    def kill_while_pushing(self, hub: RunningHub) -> None:
        """Kill the hub at a random moment of a push, start it again, and send the push again under its key."""
        mode, rows = self.draw()
        key = f"key-{self.chance.getrandbits(64)}"
        answers: list[dict[str, object]] = []

        def push() -> None:
            try:
                answers.append(self.register.push(rows, mode, key))
            except HubUnreachableError:
                return

        pusher = threading.Thread(target=push)
        pusher.start()
        time.sleep(self.chance.random() * 0.12)
        hub.kill()
        pusher.join()
        hub.start()
        again = self.register.push(rows, mode, key)
        if answers:  # acknowledged before the kill: it is there, and only there once
            assert again["is_repeat"]
            assert again["version"] == answers[0]["version"]
        if int(str(again["version"])) == len(self.states):
            self.states.append(after(self.states[-1], mode, rows))
        self.sent.append((key, mode, rows, int(str(again["version"]))))


def _live_and_die(folder: Path, kills: int, seed: int) -> None:
    print("seed", seed)
    with founded_hub(folder) as (hub, people), Hub(hub.url) as public:
        acts.publish(people, BUS_STOPS)
        url = running_url(hub.data_dir)
        assert url is not None
        set_policy(url, modes=ALL_MODES)
        machine = Killed(Register(people.system(PUSHER), folder, public), random.Random(seed))
        for _ in range(kills):
            for _ in range(6):
                machine.step()
            machine.kill_while_pushing(hub)
        machine.check()


def test_kills_between_and_during_pushes_lose_nothing_acknowledged(tmp_path: Path) -> None:
    _live_and_die(tmp_path, KILLS, random.SystemRandom().getrandbits(32))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_many_kills_lose_nothing_acknowledged(tmp_path: Path, seed: int) -> None:
    _live_and_die(tmp_path, LONG_KILLS, seed)
