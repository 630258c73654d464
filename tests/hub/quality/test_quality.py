"""The four words of the law are counted by push; a promised update that does not come is told to the clerk first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from hub.client import Hub
from hub.identity.roles import Role
from hub.push.quality.measuring import shares
from hub.push.quality.words import cycles, word_of, words
from tests.hub.versions.kit import BAD, PUSHER, Register, stops
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.clock import Clock
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

COUNTS = {"received": 100, "true_faults": 0, "accurate_faults": 0, "complete_faults": 0}
COUNTS |= {"upheld_identity": 0, "upheld_other": 0}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"true": 1.0, "accurate": 1.0, "timely": None, "complete": 1.0}),
        ({"true_faults": 5, "upheld_identity": 5}, {"true": 0.9}),
        ({"accurate_faults": 10, "upheld_other": 10}, {"accurate": 0.8}),
        ({"complete_faults": 25}, {"complete": 0.75}),
        ({"cycle_days": 30, "days_since_last": 60}, {"timely": 0.5}),
        ({"cycle_days": 30, "days_since_last": 3}, {"timely": 1.0}),
        ({"received": 0}, {"true": None, "accurate": None, "complete": None}),
    ],
)
def test_the_shares_follow_their_formulas(changes: dict[str, int], expected: dict[str, float | None]) -> None:
    found = shares({**COUNTS, **changes})
    assert {word: found[word] for word in expected} == pytest.approx(expected)


def test_every_rule_counts_against_one_word() -> None:
    named = [rule for word in words().values() for rule in word.rules]
    assert len(named) == len(set(named))
    assert (word_of("R12"), word_of("R01"), word_of("R07")) == ("true", "complete", "accurate")


def test_a_daily_cycle_ends_on_a_working_day() -> None:
    clock = Clock()
    friday = datetime(2026, 3, 6, tzinfo=UTC).date()
    assert str(cycles()["2"].due(friday, clock._calendar)) == "2026-03-09"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("quality"), now=clock) as made:
        acts.publish(made.people, BUS_STOPS)
        yield made


def _notices(city: HostedCity, member: str, role: Role, kind: str) -> list[dict[str, Any]]:
    doors = Doors(city)
    try:
        found = doors.staff(member, role).get("/api/v1/notices", params={"limit": 200}).json()
    finally:
        doors.close()
    return [one for one in found["notices"] if one["kind"] == kind]


def test_a_push_is_measured_and_a_missed_one_is_told_to_the_clerk_before_the_head(
    city: HostedCity, clock: Clock
) -> None:
    """One story, because its parts are told once each: measured, reminded, missed, told to the head, met again."""
    with Hub(city.url) as public:
        register = Register(city.people.system(PUSHER), city.folder, public)
        register.push(stops(range(9)) | {"ZD00099": BAD})
        found = register.system.call("GET", f"/api/v1/entries/{BUS_STOPS}/quality")
        assert found["series"][0]["shares"] == {"true": 1.0, "accurate": 1.0, "timely": None, "complete": 0.9}
        due = datetime.fromisoformat(found["promise"]["due_on"]).date()
        city.services.rounds.run_now("promised-updates")
        assert _notices(city, PUSHER, Role.CLERK, "update.due") == []
        clock.at(due)
        for _ in range(2):
            city.services.rounds.run_now("promised-updates")
        assert len(_notices(city, PUSHER, Role.CLERK, "update.due")) == 1
        clock.forward(days=1)
        city.services.rounds.run_now("promised-updates")
        assert len(_notices(city, PUSHER, Role.CLERK, "update.missed")) == 1
        assert _notices(city, PUSHER, Role.APPROVER, "update.overdue") == []
        clock.forward(working_days=4)
        for _ in range(2):
            city.services.rounds.run_now("promised-updates")
        assert len(_notices(city, PUSHER, Role.APPROVER, "update.overdue")) == 1
        register.push(stops(range(10)))
        found = public.call("GET", f"/api/v1/datasets/{BUS_STOPS}/quality")
        assert found["promise"]["missed"] == 1
        assert found["latest"]["shares"]["timely"] < 1.0
