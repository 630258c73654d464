"""Webhooks over real HTTP: registered by two people, signed, thin, in order, tried again, stopped with the grant."""

from __future__ import annotations

import json
import threading
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from connectors.egress_client import EgressLimits
from hub.exchange.subscriptions import Event, EventType, emit, store
from hub.exchange.subscriptions.errors import LeaseLostError
from hub.exchange.subscriptions.parts import SECRET_FILE, Outside, build_delivery
from hub.exchange.subscriptions.rules import WebhookRules
from hub.exchange.subscriptions.standing import Doorkeeper
from hub.identity.roles import Role
from hub.ledger.keys import open_secret
from tests.hub.delivery.kit import FOLLOWER, PROVIDER, Receiver, flaky, subscribe, upsert_stops, verified, webhook
from tests.support import acts
from tests.support.acts import BUS_STOPS, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.client import Hub
    from tests.support.hosted import HostedCity

QUICK = WebhookRules(
    workers=8,
    slow_workers=4,
    poll_seconds=0.02,
    slow_seconds=0.2,
    hold_seconds=0.1,
    backoff_first_seconds=0.02,
    backoff_longest_seconds=0.2,
    limits=EgressLimits(connect_seconds=1.0, read_seconds=0.4, total_seconds=0.6, answer_bytes=64 * 1024),
)


@contextmanager
def dispatching(city: HostedCity, rules: WebhookRules = QUICK) -> Iterator[list[str]]:
    """Deliver with other rules than the served hub's, whose own dispatcher rests meanwhile; yields the outcomes."""
    services = city.services
    outcomes: list[str] = []
    services.delivery.dispatcher.stop()
    settings = services.settings
    outside = Outside(
        settings.public_url, services.delivery.desk.policy, open_secret(settings.receipt_key.parent / SECRET_FILE)
    )
    door = Doorkeeper(services.context, services.identity.keeper, services.cache)
    own = build_delivery(services.database, door, outside, rules, outcomes.append).dispatcher
    own.start()
    try:
        yield outcomes
    finally:
        own.close()
        services.delivery.dispatcher.start()


def entry_id_of(city: HostedCity, name: str) -> uuid.UUID:
    return city.services.cache.load(name, None).resource.id


def happen(city: HostedCity, entry: str, count: int = 1) -> list[int]:
    """Let events happen to a resource; returns their numbers."""
    entry_id = entry_id_of(city, entry)
    numbers = []
    with city.services.database.begin() as unit:
        for _ in range(count):
            event = Event(entry_id, EventType.DATA_CHANGED, city.services.context.now(), {"version": 1, "changed": 1})
            numbers.append(emit(unit, event))
    return numbers


@pytest.fixture(scope="module")
def follower(delivering_city: HostedCity) -> Hub:
    return delivering_city.people.system(FOLLOWER)


@pytest.fixture
def followed(delivering_city: HostedCity, follower: Hub) -> Iterator[str]:
    """Give a subscription to the residents; its webhooks are ended after the test."""
    made = subscribe(follower, RESIDENTS)
    yield str(made["id"])
    follower.call("DELETE", f"/api/v1/subscriptions/{made['id']}")


def hook_of(city: HostedCity, subscription: str) -> dict[str, Any]:
    user = city.people.person(FOLLOWER, Role.AGENCY_USER)
    found = user.call("GET", f"/api/v1/subscriptions/{subscription}")
    return dict(found["webhooks"][0])


def wait_until(holds: Any, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.02)


def test_subscribing_again_gives_the_same_subscription(follower: Hub, followed: str) -> None:
    assert subscribe(follower, RESIDENTS)["id"] == followed


def test_without_a_grant_nobody_subscribes(delivering_city: HostedCity) -> None:
    system = delivering_city.people.system("jiaoyuju")
    problem = acts.problem_of(lambda: subscribe(system, RESIDENTS))
    assert (problem.status, problem.problem["type"]) == (403, "/problems/pending")


def test_a_push_tells_the_subscriber_which_version_came_and_nothing_of_its_rows(
    delivering_city: HostedCity, follower: Hub, tmp_path: Path
) -> None:
    made = subscribe(follower, BUS_STOPS)
    with Receiver() as receiver, dispatching(delivering_city):
        webhook(delivering_city.people, FOLLOWER, made["id"], receiver.url())
        report = upsert_stops(delivering_city.people, tmp_path, {"ZZ80001": "某某站"})
        receiver.wait_for(1)
        event = receiver.taken["/hook"][0]
    follower.call("DELETE", f"/api/v1/subscriptions/{made['id']}")
    assert event["data"] == {
        "resource": BUS_STOPS,
        "version": report["version"],
        "rows": event["data"]["rows"],
        "inserted": 1,
        "changed": 0,
        "closed": 0,
        "changes": f"{delivering_city.url}/api/v1/data/{BUS_STOPS}/changes",
    }


def test_an_event_is_a_signed_cloudevent(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver, dispatching(delivering_city):
        secret = webhook(delivering_city.people, FOLLOWER, followed, receiver.url())["secret"]
        happen(delivering_city, RESIDENTS)
        receiver.wait_for(1)
        seen = receiver.seen[0]
    wanted = {"specversion": "1.0", "type": "shutong.data.changed", "subject": RESIDENTS}
    assert verified(secret, seen.headers, seen.body)
    assert {name: seen.event[name] for name in wanted} == wanted
    assert (seen.headers["content-type"].partition(";")[0], seen.headers["webhook-id"], seen.headers["origin"]) == (
        "application/cloudevents+json",
        seen.event["id"],
        "127.0.0.1",
    )


def test_a_failed_event_comes_again_with_the_same_id_and_bytes_and_says_the_attempt(
    delivering_city: HostedCity, followed: str
) -> None:
    answers = ["500", "close", "ok"]
    with Receiver(lambda _path, number: answers[min(number, 2)]) as receiver, dispatching(delivering_city):
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS)
        receiver.wait_for(1)
        seen = list(receiver.seen)
    assert [one.headers["webhook-attempt"] for one in seen] == ["1", "2", "3"]
    assert len({(one.headers["webhook-id"], one.body) for one in seen}) == 1


def test_a_later_event_never_passes_an_earlier_one(delivering_city: HostedCity, followed: str) -> None:
    with Receiver(flaky(3, 0.5)) as receiver, dispatching(delivering_city):
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        numbers = happen(delivering_city, RESIDENTS, 30)
        wait_until(lambda: len({event["id"] for event in receiver.taken["/hook"]}) == 30)
        order = list(dict.fromkeys(int(event["sequence"]) for event in receiver.taken["/hook"]))
    assert (order, receiver.most_at_once["/hook"]) == (numbers, 1)


def test_each_event_names_the_one_before_it(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver, dispatching(delivering_city):
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS, 4)
        receiver.wait_for(4)
        events = receiver.taken["/hook"]
    assert [event["previous"] for event in events[1:]] == [event["sequence"] for event in events[:-1]]


def test_no_redirect_is_followed(delivering_city: HostedCity, followed: str) -> None:
    with Receiver(lambda _path, number: "302" if number == 0 else "ok") as receiver, dispatching(delivering_city):
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS)
        receiver.wait_for(1)
    assert {one.path for one in receiver.seen} == {"/hook"}


def test_a_target_may_ask_for_more_time(delivering_city: HostedCity, followed: str) -> None:
    with Receiver(lambda _path, number: "429" if number == 0 else "ok") as receiver, dispatching(delivering_city):
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS)
        receiver.wait_for(1)
    assert receiver.seen[1].at - receiver.seen[0].at >= 0.9


def test_a_slow_target_holds_nobody_up(delivering_city: HostedCity, follower: Hub, followed: str) -> None:
    def answers(path: str, _number: int) -> str:
        return "hang" if path == "/slow" else "ok"

    people = delivering_city.people
    with Receiver(answers) as receiver, dispatching(delivering_city):
        webhook(people, FOLLOWER, followed, receiver.url("/slow"))
        webhook(people, FOLLOWER, followed, receiver.url("/quick"))
        started = time.monotonic()
        happen(delivering_city, RESIDENTS, 50)
        receiver.wait_for(50, path="/quick")
        taken = time.monotonic() - started
    assert taken < 5


def test_a_target_that_is_gone_is_asked_no_more(delivering_city: HostedCity, followed: str) -> None:
    with Receiver(lambda _path, _number: "410") as receiver, dispatching(delivering_city):
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS, 3)
        wait_until(lambda: hook_of(delivering_city, followed)["status"] == "disabled")
        hook = hook_of(delivering_city, followed)
    assert (hook["reason"], hook["losses"][0]["events"], len(receiver.seen)) == ("gone", 3, 1)


def test_a_suspended_grant_stops_the_queue_within_five_seconds_and_says_what_was_dropped(
    delivering_city: HostedCity, followed: str
) -> None:
    people = delivering_city.people
    with Receiver() as receiver, dispatching(delivering_city):
        webhook(people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS)
        receiver.wait_for(1)
        with suspended(delivering_city):
            deadline = time.monotonic() + 5
            happen(delivering_city, RESIDENTS, 5)
            wait_until(lambda: hook_of(delivering_city, followed)["losses"] != [], seconds=5)
            assert time.monotonic() < deadline
            count = receiver.count()
            loss = hook_of(delivering_city, followed)["losses"][0]
    assert (count <= 6, loss["kind"], 1 <= loss["events"] <= 5) == (True, "dropped", True)
    assert loss["reason"] not in {"", "gone"}


@contextmanager
def suspended(city: HostedCity) -> Iterator[None]:
    """Suspend the member's system for the length of the block: its grants give nothing meanwhile."""
    security = city.people.person(city.people.city.authority.slug, Role.SECURITY_ADMIN)
    system = city.people.registered[FOLLOWER].system_id
    security.call("POST", f"/api/v1/systems/{system}/suspend")
    try:
        yield
    finally:
        security.call("POST", f"/api/v1/systems/{system}/resume")


def test_what_was_given_up_is_named_and_the_queue_goes_on(delivering_city: HostedCity, followed: str) -> None:
    rules = WebhookRules(**{**_values(QUICK), "give_up": timedelta(seconds=0.3)})
    broken = threading.Event()
    with (
        Receiver(lambda _path, _number: "ok" if broken.is_set() else "500") as receiver,
        dispatching(delivering_city, rules),
    ):
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        numbers = happen(delivering_city, RESIDENTS, 2)
        wait_until(lambda: hook_of(delivering_city, followed)["losses"] != [])
        broken.set()
        happen(delivering_city, RESIDENTS)
        receiver.wait_for(1)
        losses = hook_of(delivering_city, followed)["losses"]
    assert ({loss["kind"] for loss in losses}, min(loss["first"] for loss in losses)) == ({"dead"}, numbers[0])


def _values(rules: WebhookRules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in rules.__dataclass_fields__}


def test_events_can_be_sent_again_from_a_number(delivering_city: HostedCity, followed: str) -> None:
    people = delivering_city.people
    with Receiver() as receiver, dispatching(delivering_city):
        hook = webhook(people, FOLLOWER, followed, receiver.url())
        numbers = happen(delivering_city, RESIDENTS, 3)
        receiver.wait_for(3)
        user = people.person(FOLLOWER, Role.AGENCY_USER)
        wait_until(lambda: hook_of(delivering_city, followed)["done"] == numbers[-1])
        user.call("POST", f"/api/v1/webhooks/{hook['id']}/redeliver", json={"after": numbers[0]})
        receiver.wait_for(5)
        events = receiver.taken["/hook"]
    assert [event["id"] for event in events[3:]] == [event["id"] for event in events[1:3]]


def test_after_a_rotation_both_secrets_sign(delivering_city: HostedCity, followed: str) -> None:
    people = delivering_city.people
    with Receiver() as receiver, dispatching(delivering_city):
        hook = webhook(people, FOLLOWER, followed, receiver.url())
        user = people.person(FOLLOWER, Role.AGENCY_USER)
        fresh = user.call("POST", f"/api/v1/webhooks/{hook['id']}/secret")
        happen(delivering_city, RESIDENTS)
        receiver.wait_for(1)
        seen = receiver.seen[0]
    assert [verified(one["secret"], seen.headers, seen.body) for one in (hook, fresh)] == [True, True]


def test_the_secret_is_shown_once_and_stands_in_no_table(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver, dispatching(delivering_city):
        hook = webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        shown = json.dumps(hook_of(delivering_city, followed))
    with psycopg.connect(delivering_city.services.database.conninfo) as connection:
        row = connection.execute("SELECT w::text FROM hub.webhook w WHERE id = %s", (hook["id"],)).fetchone()
    secret = hook["secret"].removeprefix("whsec_")
    assert (secret in shown, row is not None and secret in row[0]) == (False, False)


def test_the_target_is_asked_whether_it_wants_events(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver:
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
    assert receiver.options[0]["webhook-request-origin"] == "127.0.0.1"


def propose(city: HostedCity, subscription: str, url: str) -> dict[str, Any]:
    user = city.people.person(FOLLOWER, Role.AGENCY_USER)
    return user.call("POST", f"/api/v1/subscriptions/{subscription}/webhooks", json={"url": url})


def test_a_target_that_does_not_agree_is_not_registered(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver:
        receiver.allowed = {"WebHook-Allowed-Origin": "another.example.cn"}
        problem = acts.problem_of(lambda: propose(delivering_city, followed, receiver.url()))
    assert (problem.status, problem.problem["type"]) == (422, "/problems/webhook-handshake")


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest",
        "https://10.0.0.8/hook",
        "https://2130706433/hook",
        "https://0177.0.0.1/hook",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
        "https://user:secret@example.cn/hook",
        "https://[::ffff:169.254.169.254]/x",
        "http://192.0.2.7/hook",
    ],
)
def test_an_address_inside_is_not_registered(delivering_city: HostedCity, followed: str, url: str) -> None:
    problem = acts.problem_of(lambda: propose(delivering_city, followed, url))
    assert problem.problem["type"] in {"/problems/egress-refused", "/problems/webhook-address"}


def test_the_hub_itself_is_no_target(delivering_city: HostedCity, followed: str) -> None:
    problem = acts.problem_of(lambda: propose(delivering_city, followed, f"{delivering_city.url}/healthz"))
    assert problem.problem["type"] == "/problems/egress-refused"


def test_one_person_alone_cannot_approve(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver:
        made = propose(delivering_city, followed, receiver.url())
        user = delivering_city.people.person(FOLLOWER, Role.AGENCY_USER)
        problem = acts.problem_of(lambda: user.call("POST", f"/api/v1/webhooks/{made['id']}/approve"))
    assert problem.status == 403


def test_nothing_goes_to_an_address_that_waits_for_approval(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver, dispatching(delivering_city):
        propose(delivering_city, followed, receiver.url())
        happen(delivering_city, RESIDENTS)
        time.sleep(0.4)
    assert receiver.seen == []


def test_another_organ_sees_nothing_of_a_subscription(delivering_city: HostedCity, followed: str) -> None:
    other = delivering_city.people.person(PROVIDER, Role.AGENCY_USER)
    problem = acts.problem_of(lambda: other.call("GET", f"/api/v1/subscriptions/{followed}"))
    assert (problem.status, problem.problem["type"]) == (404, "/problems/subscription-not-found")


def test_every_delivered_event_has_a_receipt_before_and_one_after(delivering_city: HostedCity, followed: str) -> None:
    with Receiver() as receiver, dispatching(delivering_city):
        hook = webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS, 2)
        receiver.wait_for(2)
        wait_until(lambda: hook_of(delivering_city, followed)["delivered"] == 2)
    with psycopg.connect(delivering_city.services.database.conninfo) as connection:
        rows = connection.execute("SELECT body FROM hub.receipt WHERE kind = 'delivery' ORDER BY position").fetchall()
    bodies = [json.loads(bytes(row[0])) for row in rows]
    outcomes = [body["outcome"] for body in bodies if body.get("webhook") == hook["id"] and "event" in body]
    assert outcomes == ["opened", "delivered", "opened", "delivered"]


def test_the_queue_of_a_killed_worker_goes_on_when_its_lease_ends_and_the_repeat_is_marked(
    delivering_city: HostedCity, followed: str
) -> None:
    services = delivering_city.services
    services.delivery.dispatcher.stop()
    with Receiver() as receiver:
        hook = webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS)
        with services.database.begin() as unit:  # as it stands when a worker dies between opening and sending
            now = services.context.now()
            claimed = store.claim(unit, now, now + timedelta(seconds=0.5), uuid.uuid4(), limit=1, slow=1)[0]
            store.keep(unit, claimed, attempts=1, opened=uuid.uuid4(), tried_since=now)
        with dispatching(delivering_city):
            receiver.wait_for(1)
        first = receiver.seen[0]
    assert (str(claimed.webhook.id), first.headers["webhook-attempt"]) == (hook["id"], "2")


def test_a_worker_that_lost_its_lease_stores_nothing(delivering_city: HostedCity, followed: str) -> None:
    services = delivering_city.services
    services.delivery.dispatcher.stop()
    with Receiver() as receiver:
        webhook(delivering_city.people, FOLLOWER, followed, receiver.url())
        happen(delivering_city, RESIDENTS)
    with services.database.begin() as unit:
        now = services.context.now()
        claimed = store.claim(unit, now, now - timedelta(seconds=1), uuid.uuid4(), limit=1, slow=1)[0]
        store.claim(unit, now, now + timedelta(seconds=9), uuid.uuid4(), limit=1, slow=1)
    with pytest.raises(LeaseLostError), services.database.begin() as unit:
        store.keep(unit, claimed, done=99)
    services.delivery.dispatcher.start()
