"""What the tests of delivery share: who is granted what, batches, feeds replayed, a receiver of webhooks that fails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import override

from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hub.client import Hub
    from hub.demo.load import People

MATCHER, FOLLOWER, STRANGER = "rensheju", "zhujianju", "jiaoyuju"
PROVIDER = "minzhengju"
KEY, NAME, STATE = "shenfen_haoma", "xingming", "hunyin_zhuangtai"
USE = {"purpose": acts.PURPOSE, "case_number": acts.CASE}


def grant_batch(people: People, member: str) -> dict[str, Any]:
    """Grant a member the marriages for verification in batches."""
    wanted = dict.fromkeys((KEY, NAME, STATE), "verify_only")
    request = acts.ask_for(people, member, MARRIAGES, wanted, modes=["batch", "verify"])
    for item in wanted:
        acts.answer(people, PROVIDER, request, item, decision="verify_only")
    return request


def grant_feed(people: People, member: str, entry: str = RESIDENTS, **more: Any) -> dict[str, Any]:
    """Grant a member to follow the residents, by the rule; names and numbers come masked."""
    items = {KEY: "masked", NAME: "masked", "xingbie": "full"}
    return acts.ask_for(people, member, entry, items, modes=["subscribe", "query"], **more)


def match(hub: Hub, rows: list[Any], *, claims: tuple[str, ...] = (NAME, STATE), **more: Any) -> dict[str, Any]:
    """Compare rows with the marriages."""
    body = {"key": [KEY], "claims": list(claims), "rows": rows, **USE, **more}
    return hub.call("POST", f"/api/v1/exchange/{MARRIAGES}/match", json=body)


def changes(hub: Hub, entry: str = BUS_STOPS, **parameters: Any) -> dict[str, Any]:
    """Return one page of a feed."""
    return hub.call("GET", f"/api/v1/data/{entry}/changes", params=parameters)


@dataclass
class Copy:
    """A subscriber's copy of a resource, kept by replaying the feed."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    at: int = 0
    snapshot: str | None = None
    pages: int = 0

    def catch_up(self, read: Callable[..., dict[str, Any]], limit: int = 1000) -> None:
        """Read until nothing more is to come."""
        cursor: str | None = None
        while True:
            asked: dict[str, Any] = {"after": self.at, "limit": limit}
            asked |= {"cursor": cursor} if cursor is not None else {}
            asked |= {"snapshot": self.snapshot} if self.snapshot is not None else {}
            page = read(**asked)
            self.pages += 1
            for change in page["changes"]:
                if change["op"] == "delete":
                    self.rows.pop(change["row"], None)
                else:
                    self.rows[change["row"]] = change["values"]
            self.snapshot, cursor = page["snapshot"], page["next"]
            if not page["has_more"]:
                self.at = page["to"]
                return

    def contents(self) -> list[str]:
        """Return the rows as sorted texts, to compare with another table."""
        return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in self.rows.values())


def upsert_stops(people: People, folder: Path, stops: Mapping[str, str]) -> dict[str, Any]:
    """Push some bus stops, code and name, as their department does."""
    head = "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度"
    lines = (f"{code},{name},东区,示例路,由西向东,1路,是,122.4,34.5" for code, name in stops.items())
    path = folder / "stops.csv"
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return people.system("jiaotongju").push(BUS_STOPS, path, options={"mode": "upsert"})


def subscribe(hub: Hub, entry: str = BUS_STOPS) -> dict[str, Any]:
    """Subscribe a system."""
    return hub.call("POST", "/api/v1/subscriptions", json={"entry": entry, **USE})


def webhook(people: People, member: str, subscription: str, url: str) -> dict[str, Any]:
    """Register an address by one person and approve it by another; returns it with its secret."""
    made = people.person(member, Role.AGENCY_USER).call(
        "POST", f"/api/v1/subscriptions/{subscription}/webhooks", json={"url": url}
    )
    people.person(member, Role.AGENCY_APPROVER).call("POST", f"/api/v1/webhooks/{made['id']}/approve")
    return made


def verified(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether a delivery carries a true signature, by the words of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split(" "))


@dataclass
class Delivery:
    """One attempt as the receiver saw it."""

    path: str
    headers: dict[str, str]
    body: bytes
    answer: str
    at: float

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvent."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Receiver:
    """An HTTP server that takes events, and fails as it is told: ``answers(path, number)`` says how.

    Answers: ``ok``; ``500``, ``429``, ``410``, ``302``; ``hang`` (says nothing for a while); ``close`` (drops the
    connection); ``slow`` (takes its time); ``twice`` (takes the event and then answers 500, so that it comes again).
    """

    def __init__(self, answers: Callable[[str, int], str] = lambda _path, _number: "ok") -> None:
        self.seen: list[Delivery] = []
        self.taken: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.options: list[dict[str, str]] = []
        self.allowed: dict[str, str] = {"WebHook-Allowed-Origin": "*"}
        self.hang_seconds = 1.0
        self.slow_seconds = 0.05
        self.retry_after = "1"
        self.most_at_once: defaultdict[str, int] = defaultdict(int)
        self._at_once: defaultdict[str, int] = defaultdict(int)
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._answers = answers
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str = "/hook") -> str:
        """Return an address of it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def count(self, path: str | None = None) -> int:
        """Return how many events were taken."""
        with self._lock:
            return sum(len(events) for name, events in self.taken.items() if path is None or name == path)

    def wait_for(self, count: int, seconds: float = 20.0, path: str | None = None) -> None:
        """Wait until so many events were taken."""
        deadline = time.monotonic() + seconds
        while self.count(path) < count:
            assert time.monotonic() < deadline, f"{self.count(path)} of {count} events came"
            time.sleep(0.02)

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> str:
        with self._lock:
            number = self._numbers[path]
            self._numbers[path] += 1
            answer = self._answers(path, number)
            delivery = Delivery(path, headers, body, answer, time.monotonic())
            self.seen.append(delivery)
            if answer in {"ok", "slow", "twice"}:
                self.taken[path].append(delivery.event)
        return answer

    def _begins(self, path: str) -> None:
        with self._lock:
            self._at_once[path] += 1
            self.most_at_once[path] = max(self.most_at_once[path], self._at_once[path])

    def _ends(self, path: str) -> None:
        with self._lock:
            self._at_once[path] -= 1

    def _wait(self, answer: str) -> None:
        time.sleep({"hang": self.hang_seconds, "slow": self.slow_seconds}.get(answer, 0.0))

    def _head(self, answer: str) -> tuple[int, dict[str, str]]:
        """Return status and headers of an answer."""
        status = {"ok": 204, "slow": 200, "twice": 500}.get(answer) or int(answer)
        headers = {"Content-Length": "0"}
        if status == 302:
            headers["Location"] = self.url("/elsewhere")
        if status in {429, 503}:
            headers["Retry-After"] = self.retry_after
        return status, headers

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_OPTIONS(self) -> None:
                receiver.options.append({name.lower(): value for name, value in self.headers.items()})
                self._send(200, receiver.allowed)

            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers["content-length"]))
                receiver._begins(self.path)
                answer = receiver._take(self.path, headers, body)
                if answer == "hang":  # the caller gives up long before this ends
                    receiver._ends(self.path)
                receiver._wait(answer)
                if answer != "hang":
                    receiver._ends(self.path)
                if answer in {"hang", "close"}:
                    self.close_connection = True
                else:
                    self._send(*receiver._head(answer))

            def _send(self, status: int, headers: Mapping[str, str]) -> None:
                # Who has stopped waiting gets no answer, and that is no fault of this server.
                with suppress(OSError):
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler


def flaky(seed: int, share: float) -> Callable[[str, int], str]:
    """Return answers that fail at random in every way there is, a ``share`` of them."""
    throw = Random(seed)
    ways = ("500", "503", "close", "twice", "slow", "302", "hang")
    weights = (6, 3, 4, 4, 3, 1, 1)

    def answer(_path: str, _number: int) -> str:
        return throw.choices(ways, weights)[0] if throw.random() < share else "ok"

    return answer
