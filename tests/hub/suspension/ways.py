"""Two hubs on one database: a system uses every way of delivery at the one, and is stopped at the other.

:func:`measured` gives the seconds from the moment the other hub has answered the stop until the first refusal. What is
promised is five (:data:`LIMIT_SECONDS`, 政务数据共享条例 Art. 25: what may no longer be shared is not shared).
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx2

from hub.app import build_services
from hub.client import HubProblemError
from hub.database import Database
from hub.demo.load import People
from hub.demo.population import FRAMES
from hub.identity import store
from hub.identity.roles import Role
from tests.hub.delivery import kit
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import FIELDS, LIMITS
from tests.support import acts
from tests.support.acts import MARRIAGES
from tests.support.hosted import POOLS, HostedCity, _served, hosted_city
from tests.support.running import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Server
    from tests.hub.relay.provider import Provider

LIMIT_SECONDS: Final = 5.0
WAITS_SECONDS: Final = 20.0
"""How long is waited for what ought to happen within the limit: what comes later is measured, not cut off."""
USER, HOLDER, AUTHORITY = "rensheju", "minzhengju", "shujuju"
ITEMS: Final = ("shenfen_haoma", "xingming", "hunyin_zhuangtai", "dengji_riqi")
MODES: Final = ("query", "verify", "batch", "download", "subscribe", "relay", "aggregate")
MANY: Final = 60_000
READER_BYTES: Final = 16 * 1024
CUTS: Final = ("grant-suspended", "grant-narrowed", "suspended", "key-ended")
USE: Final = {"purpose": acts.PURPOSE, "case_number": acts.CASE}


@dataclass
class Pair:
    """A hub that is used, another that stops, their people, a provider's API and a receiver of webhooks."""

    city: HostedCity
    other: People
    """People whose sessions are at the other hub."""
    other_database: Database
    provider: Provider
    receiver: kit.Receiver
    folder: Path
    number: str
    given: str = ""
    """The id of the grant."""
    streams: ExitStack = field(default_factory=ExitStack)
    pushes: int = 0

    def grant(self) -> None:
        """Give the user a new grant of everything, in every mode; what it had before is withdrawn."""
        people = self.city.people
        if self.given:
            self.set_status("revoked")
        request = acts.ask_for(people, USER, MARRIAGES, dict.fromkeys(ITEMS, "full"), modes=list(MODES))
        cited = {"cites_law_and_assessment": True, "assessment": acts.assess(people, HOLDER, MARRIAGES, ITEMS)}
        for item in ITEMS:
            acts.answer(people, HOLDER, request, item, decision="full", **cited)
        found = people.person(USER, Role.AGENCY_USER).call("GET", "/api/v1/grants", params={"limit": 200})["grants"]
        self.given = next(str(one["id"]) for one in found if one["request"] == request["id"])
        self.settle()

    def set_status(self, status: str) -> None:
        """Suspend, resume or withdraw the grant as its provider, at the other hub."""
        said = {"reason": "已整改"} if status == "active" else {"ground": "security-event", "reason": "疑似密钥泄露"}
        head = self.other.person(HOLDER, Role.APPROVER)
        head.call("POST", f"/api/v1/grants/{self.given}/status", json={"status": status, **said})

    def guard(self, path: str) -> None:
        """Do an act of the authority's security administrator at the other hub."""
        self.other.person(AUTHORITY, Role.SECURITY_ADMIN).call("POST", path)

    @property
    def system_id(self) -> str:
        return str(self.city.people.registered[USER].system_id)

    def key(self) -> str:
        """Return the thumbprint of the user's key."""
        found = self.rows("SELECT thumbprint FROM hub.system_key WHERE system_id::text = %s", self.system_id)
        return str(found[0][0])

    def rows(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        with self.other_database.begin() as unit:
            return list(unit.driver.execute(text, values).fetchall())

    def last_close(self) -> object:
        """Return the outcome of the stream that ended last."""
        text = "SELECT convert_from(body, 'UTF8') FROM hub.receipt WHERE kind = 'stream_close'"
        return self.rows(f"{text} ORDER BY position DESC LIMIT 1")

    def revive_key(self) -> None:
        """Put the key in force again: the law of the hub has no way back, a test needs one."""
        with self.other_database.begin() as unit:
            text = "UPDATE hub.system_key SET status = 'active', valid_to = now() + interval '300 days'"
            unit.driver.execute(text + " WHERE thumbprint = %s", (self.key(),))
            store.bump_epoch(unit)
        self.settle()

    def settle(self) -> None:
        """Let the hub that is used see at once what it would see within its limit."""
        self.city.services.identity.keeper.refresh()

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response | None:
        """Send as the user; None is a refusal of standing or grant, every other error is raised."""
        try:
            return self.city.people.system(USER).raw(method, path, **more)
        except HubProblemError as error:
            if error.status in {401, 403, 410}:
                return None
            raise

    def post(self, word: str, body: dict[str, Any]) -> httpx2.Response | None:
        return self.ask("POST", f"/api/v1/exchange/{MARRIAGES}/{word}", json={**USE, **body})


def narrow(pair: Pair, way: str) -> None:
    """Take the mode of a way out of the grant, as its provider at the other hub."""
    head = pair.other.person(HOLDER, Role.APPROVER)
    body = {"reason": "按实际需要缩小", "without_modes": [MODE_OF.get(way, "query")]}
    head.call("POST", f"/api/v1/grants/{pair.given}/narrow", json=body)


MODE_OF: Final = {
    "verify loop": "verify",
    "batch match": "batch",
    "download stream": "download",
    "changes feed": "subscribe",
    "webhook queue": "subscribe",
    "relay call": "relay",
    "deferred relay job": "relay",
    "aggregate": "aggregate",
}
"""The mode a way needs; query, where it is not named."""
STOPPED: Final[dict[str, tuple[Callable[[Pair, str], object], Callable[[Pair, str], object]]]] = {
    "grant suspended": (
        lambda pair, _: pair.set_status("suspended"),
        lambda pair, _: pair.set_status("active"),
    ),
    "grant narrowed": (narrow, lambda pair, _: pair.grant()),
    "member suspended": (
        lambda pair, _: pair.guard(f"/api/v1/members/{USER}/suspend"),
        lambda pair, _: pair.guard(f"/api/v1/members/{USER}/resume"),
    ),
    "system suspended": (
        lambda pair, _: pair.guard(f"/api/v1/systems/{pair.system_id}/suspend"),
        lambda pair, _: pair.guard(f"/api/v1/systems/{pair.system_id}/resume"),
    ),
    "key revoked": (
        lambda pair, _: pair.guard(f"/api/v1/keys/{pair.key()}/revoke"),
        lambda pair, _: pair.revive_key(),
    ),
}
"""What stops a use, and what takes it back."""


def paging(pair: Pair) -> Callable[[], bool]:
    """Read page after page, from the first again at the end."""
    place: list[str | None] = [None]

    def page() -> bool:
        answer = pair.post("query", {"limit": 5} | ({"cursor": place[0]} if place[0] is not None else {}))
        place[0] = answer.json()["next"] if answer is not None else None
        return answer is not None

    return page


def one_cursor(pair: Pair) -> Callable[[], bool]:
    """Ask again and again for the page behind one cursor that was given before."""
    first = pair.post("query", {"limit": 5})
    assert first is not None
    cursor = first.json()["next"]
    return lambda: pair.post("query", {"limit": 5, "cursor": cursor}) is not None


def verifying(pair: Pair) -> Callable[[], bool]:
    """Verify one person again and again."""
    body = {"key": {"shenfen_haoma": pair.number}, "claims": {"hunyin_zhuangtai": "10"}}
    return lambda: pair.post("verify", body) is not None


def matching(pair: Pair) -> Callable[[], bool]:
    """Compare one batch after another."""
    body = {"key": ["shenfen_haoma"], "claims": ["hunyin_zhuangtai"], "rows": [[pair.number, "10"]] * 500}
    return lambda: pair.post("match", body) is not None


def counting(pair: Pair) -> Callable[[], bool]:
    """Ask for figures again and again."""
    return lambda: pair.post("aggregate", {"group_by": ["hunyin_zhuangtai"]}) is not None


def following(pair: Pair) -> Callable[[], bool]:
    """Read the feed of changes."""
    asked = {"after": 0, "limit": 5, **USE}
    return lambda: pair.ask("GET", f"/api/v1/data/{MARRIAGES}/changes", params=asked) is not None


def relaying(pair: Pair) -> Callable[[], bool]:
    """Ask the provider's own API through the hub."""
    attach(pair)
    body = {"key": {"shenfen_haoma": pair.number}, **USE}
    return lambda: pair.ask("POST", f"/api/v1/relay/{MARRIAGES}", json=body) is not None


def deferred(pair: Pair) -> Callable[[], bool]:
    """Ask while the provider is away, and look again and again whether the answer is there."""
    attach(pair, may_wait=True)
    pair.provider.behave = stub.answers({}, status=500)
    body = {"key": {"shenfen_haoma": pair.number}, **USE}
    answer = pair.ask("POST", f"/api/v1/relay/{MARRIAGES}", json=body, headers={"Prefer": "respond-async"})
    assert answer is not None
    assert answer.status_code == 202
    place = answer.headers["Location"]
    return lambda: pair.ask("GET", place) is not None


def held_token(pair: Pair) -> Callable[[], bool]:
    """Use one token that was issued before, with fresh proofs of its key; none is asked for anew."""
    auth = pair.city.people.system(USER).auth
    assert auth is not None
    pair.post("query", {"limit": 1})
    client = pair.streams.enter_context(httpx2.Client(base_url=pair.city.url, auth=auth, timeout=60))
    body = {"limit": 1, **USE}

    def use() -> bool:
        answer = client.post(f"/api/v1/exchange/{MARRIAGES}/query", json=body)
        assert answer.status_code in {200, 401, 403}, answer.text
        return answer.status_code == 200

    return use


def streaming(pair: Pair) -> Callable[[], bool]:
    """Read a large file at the pace of a slow reader, until it is broken off."""
    client = pair.streams.enter_context(
        httpx2.Client(base_url=pair.city.url, auth=pair.city.people.system(USER).auth, timeout=60)
    )
    path = f"/api/v1/exchange/{MARRIAGES}/download"
    answer = pair.streams.enter_context(client.stream("GET", path, params=USE))
    assert answer.status_code == 200
    pieces = answer.iter_bytes(READER_BYTES)  # kept: a reader that lets go of it has hung up
    next(pieces)
    opened = answer.headers["Receipt"]
    text = (
        "SELECT convert_from(body, 'UTF8')::jsonb ->> 'outcome' FROM hub.receipt"
        " WHERE kind = 'stream_close' AND convert_from(body, 'UTF8')::jsonb ->> 'opened' = %s"
    )

    def is_running() -> bool:
        ended = pair.rows(text, opened)
        assert pieces is not None
        assert not ended or ended[0][0] in CUTS, ended
        return not ended

    return is_running


def calling(pair: Pair) -> Callable[[], bool]:
    """Push changes without pause; events go to the user's webhook until its queue is dropped."""
    system = pair.city.people.system(USER)
    made = kit.subscribe(system, MARRIAGES)
    kit.webhook(pair.city.people, USER, made["id"], pair.receiver.url(f"/{time.monotonic_ns()}"))
    since = pair.rows("SELECT coalesce(max(position), 0) FROM hub.receipt")[0][0]
    text = (
        "SELECT 1 FROM hub.receipt WHERE position > %s AND kind = 'delivery'"
        " AND convert_from(body, 'UTF8')::jsonb ->> 'outcome' = 'dropped'"
    )

    def push() -> bool:
        pair.pushes += 1
        path = pair.folder / "one.csv"
        head, name = (
            "身份号码,姓名,婚姻状态,登记日期,登记机关,配偶姓名,配偶身份号码",
            "示例" + "甲乙丙丁"[pair.pushes % 4],
        )
        path.write_text(f"{head}\n{pair.number},{name},10,2010-08-20,示例处{pair.pushes},,\n", encoding="utf-8")
        pair.city.people.person(HOLDER, Role.CLERK).push(MARRIAGES, path, options={"mode": "upsert"})
        return not pair.rows(text, since)

    return push


def attach(pair: Pair, **more: Any) -> None:
    """Register the provider's API anew, so that its breaker is fresh."""
    row = {"idNo": pair.number, "person": {"name": "示例甲"}, "status": "10", "date": "2010-08-20", "office": "示例处"}
    pair.provider.behave = stub.answers({"data": [row]})
    body = {"entry": MARRIAGES, "base_url": f"{pair.provider.url}/api", "path": "/persons/{shenfen_haoma}",
            "rows": "/data", "fields": FIELDS, **more}  # fmt: skip
    made = pair.city.people.person(HOLDER, Role.CLERK).call("POST", "/api/v1/relay-endpoints", json=body)
    pair.city.people.person(HOLDER, Role.APPROVER).call("POST", f"/api/v1/relay-endpoints/{made['id']}/approve")
    pair.settle()


WAYS: Final[dict[str, Callable[[Pair], Callable[[], bool]]]] = {
    "query pages": paging,
    "open cursor": one_cursor,
    "verify loop": verifying,
    "batch match": matching,
    "download stream": streaming,
    "changes feed": following,
    "webhook queue": calling,
    "relay call": relaying,
    "deferred relay job": deferred,
    "aggregate": counting,
    "token issued before": held_token,
}
"""Every way of delivery: begun with the pair, it gives what is done again and again."""


NO_TRIALS: Final = {
    ("webhook queue", "key revoked"),
    ("deferred relay job", "grant suspended"),
    ("deferred relay job", "grant narrowed"),
}
"""A webhook is not sent under the system's key. A question that waits for its provider gives nothing while it waits;
that an answer lying ready is not given after a stop is shown in tests/hub/relay/test_relay_waiting.py."""
TRIALS: Final = tuple((way, stop) for way in WAYS for stop in STOPPED if (way, stop) not in NO_TRIALS)
"""Every stop on every way."""


def measured(pair: Pair, way: str, stop: str) -> float:
    """Use a way, stop it at the other hub, and return the seconds until the first refusal; takes the stop back."""
    act, undo = STOPPED[stop]
    probe = WAYS[way](pair)
    try:
        assert probe(), f"{way} gave nothing before it was stopped: {pair.last_close()}"
        act(pair, way)
        began = time.monotonic()
        while probe():
            assert time.monotonic() - began < WAITS_SECONDS, f"{way} goes on after {stop}"
            time.sleep(0.01)
        seconds = time.monotonic() - began
        undo(pair, way)
    finally:
        pair.streams.close()
        pair.streams = ExitStack()
    pair.settle()
    return seconds


@contextmanager
def two_hubs(server: Server, template: str, folder: Path) -> Iterator[Pair]:
    """Serve two hubs on one database, with everything that is used published, filled and granted."""
    with ExitStack() as stack:
        provider = stack.enter_context(stub.running_provider())
        receiver = stack.enter_context(kit.Receiver())
        city = stack.enter_context(hosted_city(server, template, folder, egress_loopback=True))
        city.services.relay.limits = LIMITS
        database = Database(city.services.database.conninfo, POOLS)
        stack.callback(database.close)
        port = free_port()
        settings = city.services.settings.model_copy(update={"port": port, "data_dir": city.services.settings.data_dir})
        services = build_services(settings, database)
        stack.enter_context(_served_at(services, port))
        other = People(f"http://127.0.0.1:{port}", tuple(city.people.registered.values()))
        stack.callback(other.close)
        acts.publish_and_supply(city.people, MARRIAGES, folder / "files")
        number = str(FRAMES[MARRIAGES]()["shenfen_haoma"].to_list()[0])
        pair = Pair(city, other, database, provider, receiver, folder, number)
        pair.grant()
        _enlarge(database)
        yield pair


@contextmanager
def _served_at(services: Any, port: int) -> Iterator[None]:
    """Serve the second hub: it answers under the public address of the first, at a port of its own."""
    with _served(services):
        yield


def _enlarge(database: Database) -> None:
    """Make the register several times what buffers hold, so that a stream of it is still running when it is cut."""
    with database.begin() as unit:
        row = unit.driver.execute("SELECT id FROM hub.entry WHERE name = %s", (MARRIAGES,)).fetchone()
        assert row is not None
        unit.driver.execute(
            f"INSERT INTO data.r_{row[0].hex} (_row, _push, _sum_a, _sum_b, shenfen_haoma, xingming, hunyin_zhuangtai,"
            " dengji_riqi) SELECT 1000000 + n, 1, n, n, 'T' || n, repeat('示例', 150), '10', '2010-08-20'"
            " FROM generate_series(1, %s) AS n",
            (MANY,),
        )
