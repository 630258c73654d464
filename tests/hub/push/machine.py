"""Acts drawn at random on one register, and the dictionary that says what each does.

Pushes of every mode, alone and two at once, repeats with and without their key, cuts at any byte, ways back, and
copies made by the changes feed, some left in the middle of their pages. On a hub that is killed the same machine
(:class:`MortalMachine`) also dies at random moments of an act and at named fault points of a push.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx2
import pytest

from hub.client import HubProblemError, HubUnreachableError
from tests.hub.versions.kit import ALL_MODES, BAD, Copy, Register, after, csv_of, stops
from tests.support.acts import BUS_STOPS
from tests.support.plain import NO_AUTHORITIES

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.hub.versions.kit import Stops
    from tests.support.running import RunningHub

Answer = TypeVar("Answer")
NUMBERS: Final = 14
"""So few stops that pushes meet each other in every way."""
ROADS: Final = ("东大街", "西大街", "南大街")
COPIES: Final = 12
BUSY_SECONDS: Final = 120.0
POINTS: Final = (
    "push.received",
    "push.staged",
    "receipt.inserted",
    "push.merged",
    "receipt.committed",
    "push.committed",
)


def patiently(act: Callable[[], Answer], told: Counter[str]) -> Answer:
    """Do an act; while the hub says that it can decide nothing now (503), do it again as it asks."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return act()
        except HubProblemError as error:
            if error.status != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                raise
            told["told to wait"] += 1
            time.sleep(float(error.problem.get("retry_after_seconds", 1)))


class _CutError(Exception):
    """The line is cut."""


@dataclass
class Machine:
    """The acts so far and what they mean."""

    register: Register
    chance: random.Random
    states: list[Stops] = field(default_factory=lambda: [{}])
    """What stands after each acknowledged version; the last is what must be served."""
    sent: list[tuple[str, str, Stops, int]] = field(default_factory=list)
    """Key, mode, rows and version of each acknowledged push."""
    remembered: set[str] = field(default_factory=set)
    """Keys under which content came that stood already."""
    copies: list[Copy] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def draw(self) -> tuple[str, Stops, str]:
        """Return a push: a mode, rows, some of which the checks give back, and a key."""
        mode = self.chance.choice(ALL_MODES)
        numbers = self.chance.sample(range(NUMBERS), self.chance.randint(1, NUMBERS))
        rows = {next(iter(stops([n]))): self.chance.choice((*ROADS, *ROADS, BAD)) for n in numbers}
        return mode, rows, f"key-{self.chance.getrandbits(64)}"

    def send(self, mode: str, rows: Stops, key: str | None = None) -> dict[str, Any]:
        """Push, waiting where the hub is too busy to know who asks."""
        return patiently(lambda: self.register.push(rows, mode, key), self.did)

    def step(self) -> None:
        """Do one act at random."""
        acts = (self.push, self.both, self.repeat, self.repeat_without_key, self.cut, self.go_back, self.copy)
        act = self.chance.choices(acts, (8, 2, 3, 2, 3, 3, 2))[0]
        self.tell(act.__name__)
        act()

    def tell(self, name: str) -> None:
        """Take note of what is done, for who reads a failure."""
        self.told.append(name)
        self.did[name] += 1

    def push(self) -> None:
        """Push something new."""
        mode, rows, key = self.draw()
        self.acknowledged(mode, rows, key, self.send(mode, rows, key))

    def both(self) -> None:
        """Push two things at once: they are done in the order of their versions, whichever that is."""
        drawn = [self.draw(), self.draw()]
        reports: dict[str, dict[str, Any]] = {}
        threads = [threading.Thread(target=lambda one=one: reports.update({one[2]: self.send(*one)})) for one in drawn]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # A repeat of what stands has the version of the push it repeats, so it comes after that one.
        for mode, rows, key in sorted(
            drawn, key=lambda one: (reports[one[2]]["version"], reports[one[2]]["is_repeat"])
        ):
            self.acknowledged(mode, rows, key, reports[key])

    def acknowledged(self, mode: str, rows: Stops, key: str, report: dict[str, Any]) -> None:
        """Take note of an answered push; the standing content sent again makes no version."""
        version = int(report["version"])
        if not report["is_repeat"]:
            assert version == len(self.states), f"after {self.told[-5:]}"
            self.states.append(after(self.states[-1], mode, rows))
        self.sent.append((key, mode, rows, version))

    def repeat(self) -> None:
        """Send an earlier push again under its key: the same answer, and nothing happens."""
        if self.sent:
            remembered = [one for one in self.sent if one[0] in self.remembered and one[3] < len(self.states) - 1]
            key, mode, rows, version = self.chance.choice(
                remembered if remembered and self.chance.random() < 0.5 else self.sent
            )
            report = self.send(mode, rows, key)
            assert (report["is_repeat"], report["version"]) == (True, version), self.told[-5:]

    def repeat_without_key(self) -> None:
        """Send the content that stands again, under no key or a new one: known by its digest, a key is remembered."""
        newest = [one for one in self.sent if one[3] == len(self.states) - 1]
        if newest:
            _, mode, rows, version = newest[-1]
            key = self.draw()[2] if self.chance.random() < 0.7 else None
            report = self.send(mode, rows, key)
            assert (report["is_repeat"], report["version"]) == (True, version), self.told[-5:]
            if key is not None:
                self.sent.append((key, mode, rows, version))
                self.remembered.add(key)

    def cut(self) -> None:
        """Let the connection break at any byte of the body: nothing was acknowledged, nothing happens.

        Broken after the last byte, the hub may do it and nobody hears of it: sent again under its key it is done once.
        """
        mode, rows, key = self.draw()
        body = csv_of(rows, mode)
        at = self.chance.choice((self.chance.randrange(len(body)), self.chance.randrange(len(body)), len(body)))
        cut_push(self.register, mode, body, at, key)
        if at == len(body):
            self.did["cut before the answer"] += 1
            self.settled(mode, rows, key)

    def settled(self, mode: str, rows: Stops, key: str) -> None:
        """Send a push again that may have been done, under its key; take note of what it came to."""
        report = self.send(mode, rows, key)
        version = int(report["version"])
        if version == len(self.states):
            self.states.append(after(self.states[-1], mode, rows))
        else:  # nothing new: the same content stood already, and this was known
            assert report["is_repeat"], self.told[-5:]
            assert [one for one in self.sent if one[1:] == (mode, rows, version)], self.told[-5:]
        self.sent.append((key, mode, rows, version))

    def go_back(self) -> None:
        """Go back to any earlier version."""
        if len(self.states) > 2:
            version = self.chance.randrange(1, len(self.states) - 1)
            done = patiently(lambda: self.register.restore(version), self.did)
            assert done["version"] == len(self.states), self.told[-5:]
            self.states.append(self.states[version])

    def copy(self) -> None:
        """Begin a copy, or bring one a few small pages further."""
        if len(self.copies) < COPIES and self.chance.random() < 0.6:
            self.copies.append(Copy())
        if self.copies:
            self.register.follow(self.chance.choice(self.copies), limit=3, pages=self.chance.randint(1, 6))

    def check(self) -> int:
        """Compare what stands, every version, and all copies with the dictionary; return how many versions it was."""
        now = self.states[-1]
        assert self.register.rows() == now, self.told
        for number, state in list(enumerate(self.states))[1:]:
            assert self.register.rows(as_of=number) == state, number
        for copy in (Copy(), *self.copies):
            assert self.register.follow(copy, limit=5).stops == now, self.told
            assert copy.version == len(self.states) - 1
        return len(self.states) - 1


def cut_push(register: Register, mode: str, body: bytes, at: int, key: str) -> None:
    """Send the head of a push and its body up to a byte, then break the connection."""

    def torn() -> Iterator[bytes]:
        yield body[:at]
        raise _CutError

    wire = register.system
    url = f"{wire.url}/api/v1/entries/{register.name}/pushes"
    params = {"mode": mode, "allow_shrink": "true"}
    assert wire.auth is not None
    headers = {"Content-Length": str(len(body)), "Idempotency-Key": key}
    with pytest.raises(_CutError), httpx2.Client(timeout=30, verify=NO_AUTHORITIES) as client:
        client.post(url, params=params, content=torn(), headers=headers, auth=wire.auth)


@dataclass
class MortalMachine(Machine):
    """The same machine on a hub of its own process, which is killed while an act is under way."""

    hub: RunningHub | None = None
    seconds: list[float] = field(default_factory=lambda: [0.1])
    """How long acts that were not killed took: a kill comes at any moment of one, however busy the machine is."""

    def life(self, acts: int) -> None:
        """Do so many acts at random, then one that the hub does not live through."""
        for _ in range(acts):
            began = time.monotonic()
            self.step()
            if self.told[-1] in {"push", "go_back"}:
                self.seconds.append(time.monotonic() - began)
        self.chance.choice((self.die_pushing, self.die_pushing, self.die_going_back, self.die_at_a_point))()

    def die_pushing(self) -> None:
        """Kill the hub at a random moment of a push, start it again, and send the push again under its key."""
        mode, rows, key = self.draw()
        self.tell("killed in a push")
        answer = self._killed_while(lambda: self.register.push(rows, mode, key))
        self._revived(mode, rows, key, answer)

    def die_at_a_point(self) -> None:
        """Let the hub die at a named point of a push, start it again, and send the push again under its key."""
        point = self.chance.choice(POINTS)
        mode, rows, key = self.draw()
        self.tell(f"killed at {point}")
        hub = self._hub()
        hub.kill()
        answer: dict[str, Any] | None = None
        if hub.start(fault=point):
            try:
                answer = self.send(mode, rows, key)
            except HubUnreachableError:
                assert hub.wait_for_death(BUSY_SECONDS) == -9
        hub.kill()
        hub.start()
        self._revived(mode, rows, key, answer)

    def die_going_back(self) -> None:
        """Kill the hub at a random moment of going back: it is done, or not at all."""
        if len(self.states) < 3:
            return
        version = self.chance.randrange(1, len(self.states) - 1)
        self.tell("killed going back")
        answer = self._killed_while(lambda: self.register.restore(version))
        path = f"/api/v1/datasets/{BUS_STOPS}"
        stands = int(patiently(lambda: self.register.public.call("GET", path), self.did)["data"]["version"])
        assert stands == len(self.states) or (stands == len(self.states) - 1 and answer is None), self.told[-5:]
        if stands == len(self.states):
            self.states.append(self.states[version])

    def _revived(self, mode: str, rows: Stops, key: str, answer: dict[str, Any] | None) -> None:
        """Take note of a push over which the hub died; what was acknowledged before is there, and only once."""
        self.settled(mode, rows, key)
        if answer is not None:
            assert self.sent[-1][3] == answer["version"], self.told[-5:]

    def _hub(self) -> RunningHub:
        assert self.hub is not None
        return self.hub

    def _killed_while(self, act: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """Kill the hub at a random moment of an act and start it; returns the answer if it was given before."""
        answers: list[dict[str, Any]] = []

        def run() -> None:
            try:
                answers.append(act())
            except HubUnreachableError:
                return

        runner = threading.Thread(target=run)
        runner.start()
        usual = sorted(self.seconds[-9:])[len(self.seconds[-9:]) // 2]
        time.sleep(self.chance.random() * 1.2 * usual)
        self._hub().kill()
        runner.join()
        self.did["killed before the answer"] += not answers
        self._hub().start()
        return answers[0] if answers else None
