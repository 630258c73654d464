"""Done-when 7: thousands of events to receivers that fail in every way; none lost, none out of order, none too many.

The short one runs with the others, the long one by ``nox -s webhooks`` (20,000 events).
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.delivery.kit import FOLLOWER, Receiver, flaky, subscribe, webhook
from tests.hub.delivery.test_webhooks import QUICK, dispatching, happen
from tests.support.acts import BUS_STOPS, RESIDENTS

if TYPE_CHECKING:
    from tests.support.hosted import HostedCity

ENTRIES = (RESIDENTS, BUS_STOPS)
HOOKS = 4
FAILING = 0.15


def descriptors() -> int:
    """Return how many files and connections this process holds open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def storm(city: HostedCity, events: int, share: float, seconds: float) -> dict[str, Any]:
    """Send ``events`` deliveries in all, over webhooks of two resources; returns what came of them."""
    follower = city.people.system(FOLLOWER)
    made = [subscribe(follower, entry) for entry in ENTRIES]
    each = events // (len(ENTRIES) * HOOKS)
    with Receiver(flaky(7, share)) as receiver, dispatching(city) as outcomes:
        receiver.hang_seconds = 0.8
        paths = {}
        for subscription in made:
            for number in range(HOOKS):
                path = f"/{subscription['entry']}/{number}"
                webhook(city.people, FOLLOWER, subscription["id"], receiver.url(path))
                paths[path] = subscription["entry"]
        threads, files = threading.active_count(), descriptors()
        started = time.monotonic()
        numbers = {entry: happen(city, entry, each) for entry in ENTRIES}
        most_threads = most_files = 0
        deadline = started + seconds
        while any(len({event["id"] for event in list(receiver.taken[path])}) < each for path in paths):
            assert time.monotonic() < deadline, {path: len(receiver.taken[path]) for path in paths}
            most_threads, most_files = max(most_threads, threading.active_count()), max(most_files, descriptors())
            time.sleep(0.1)
        taken = time.monotonic() - started
    for subscription in made:
        follower.call("DELETE", f"/api/v1/subscriptions/{subscription['id']}")
    attempts = Counter((one.path, one.headers["webhook-id"]) for one in receiver.seen)
    return {
        "order": {
            path: list(dict.fromkeys(int(event["sequence"]) for event in receiver.taken[path])) == numbers[entry]
            for path, entry in paths.items()
        },
        "unmarked": unmarked(receiver),
        "at_once": max(receiver.most_at_once[path] for path in paths),
        "attempts": sum(attempts.values()),
        "most_attempts": max(attempts.values()),
        "repeats": sum(len(receiver.taken[path]) - each for path in paths),
        "threads": most_threads - threads,
        "files": most_files - files,
        "seconds": round(taken, 1),
        "outcomes": dict(Counter(outcomes)),
    }


def unmarked(receiver: Receiver) -> int:
    """Return how many repeated deliveries did not say so: another id, other bytes, or no higher attempt number."""
    last: dict[tuple[str, str], tuple[bytes, int]] = {}
    faults = 0
    for one in receiver.seen:
        place, attempt = (one.path, one.event["sequence"]), int(one.headers["webhook-attempt"])
        before = last.get(place)
        if before is not None and (before[0] != one.body or attempt <= before[1]):
            faults += 1
        last[place] = (one.body, attempt)
    return faults


def check(found: dict[str, Any]) -> None:
    assert all(found["order"].values()), found
    assert (found["unmarked"], found["at_once"]) == (0, 1), found
    assert found["most_attempts"] < 40, found
    # Workers, one timer an attempt, and the receiver's own threads; nothing that grows with the events.
    assert found["threads"] <= 3 * QUICK.workers + 4 * HOOKS * len(ENTRIES), found
    assert found["files"] <= 12 * QUICK.workers, found


def test_eight_hundred_events_reach_flaky_webhooks_in_order_and_none_is_lost(delivering_city: HostedCity) -> None:
    check(storm(delivering_city, int(os.environ.get("HUB_TEST_STORM", "800")), FAILING, seconds=120))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_webhooks_twenty_thousand_events_reach_flaky_receivers_in_order_and_none_is_lost(
    delivering_city: HostedCity,
) -> None:
    found = storm(delivering_city, 20_000, FAILING, seconds=3000)
    print(found)
    check(found)
