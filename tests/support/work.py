"""What goes on when a hub is killed: one system pushes without pause, another asks; both remember what they got.

The bus stops are pushed again and again, each push marking its rows with its number, so that every version of
them is known here beforehand: whatever a hub serves after a kill is either exactly one of these versions or wrong.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hub.client import Hub, HubProblemError, HubUnreachableError
from hub.demo.generators import demo_frame
from hub.ledger import evidence, prove
from hub.ledger.prove_log import prove_log
from hub.ledger.verdict import Code
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hub.database import Database
    from hub.demo.load import People
    from tests.support.running import RunningHub

RELAY_POINTS: Final = frozenset({"relay.answered", "relay.receipted"})
"""Fault points that only a call to a provider's own API passes; the work here asks for none."""
REGISTER_POINTS: Final = frozenset({"register.stepped"})
"""Fault points of the feeding of registers; the work here feeds none."""
PUSHER: Final = "jiaotongju"
ASKER: Final = "rensheju"
STOPS: Final = 1_500
SOME: Final = 300
HEAD: Final = "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度"

State = dict[str, str]
"""Rows by stop code, each with the mark of the push that wrote it."""


def rows_of_push(number: int) -> State:
    """Return the rows of the n-th push (1, 2, ...): all stops and one more each time, or every third time some."""
    mark = f"第{number}次"
    size = SOME if is_upsert(number) else STOPS + number
    return {f"ZD{stop:05d}": mark for stop in range(1, size + 1)}


def is_upsert(number: int) -> bool:
    """Whether the n-th push is an upsert of some rows, not a full one."""
    return number % 3 == 0


def after(state: State, number: int) -> State:
    """Return what stands after the n-th push on ``state``."""
    return {**state, **rows_of_push(number)} if is_upsert(number) else rows_of_push(number)


def prepare(people: People, folder: Path) -> None:
    """Publish what the work needs, push the two registers, and grant the questions."""
    acts.publish(people, BUS_STOPS)
    acts.publish_and_supply(people, RESIDENTS, folder)
    acts.publish_and_supply(people, MARRIAGES, folder)
    acts.ask_for(people, ASKER, RESIDENTS, {"shenfen_haoma": "masked", "xingming": "masked"})
    wanted = ("shenfen_haoma", "xingming", "hunyin_zhuangtai")
    request = acts.ask_for(people, ASKER, MARRIAGES, dict.fromkeys(wanted, "verify_only"))
    for item in wanted:
        acts.answer(people, "minzhengju", request, item, decision="verify_only")


@dataclass
class Work:
    """The pushes acknowledged and the answers delivered so far, over all lives of the hub."""

    hub: RunningHub
    people: People
    folder: Path
    states: list[State] = field(default_factory=lambda: [{}])
    """What stands after each acknowledged push; the last is what must be served."""
    delivered: dict[str, str] = field(default_factory=dict)
    """Receipt of each complete answer, with the digest of the body that arrived."""
    checkpoints: list[bytes] = field(default_factory=list)
    problems: list[HubProblemError] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Start both at once; each goes on until the hub is gone or :meth:`end` is called."""
        self._stop.clear()
        self._threads = [
            threading.Thread(target=self._until_gone, args=(act,)) for act in (self.push_once, self._ask_once)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait until both have noticed that the hub is gone, or finish what they do."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _until_gone(self, act: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                act()
            except HubUnreachableError:
                return
            except HubProblemError as problem:
                self.problems.append(problem)
                return

    def push_once(self) -> bool:
        """Push the next version, or again the one that was not acknowledged; returns whether it was known already."""
        number = len(self.states)
        mode = "upsert" if is_upsert(number) else "full"
        path = self.folder / "stops.csv"
        lines = (f"{stop},示例站,东区,{mark},由西向东,1路,是,122.4,34.5" for stop, mark in rows_of_push(number).items())
        path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
        system = self.people.system(PUSHER)
        report = system.push(BUS_STOPS, path, options={"mode": mode}, idempotency_key=f"push-{number}")
        assert report["version"] == number, f"push {number} became version {report['version']}"
        self.states.append(after(self.states[-1], number))
        return bool(report["is_repeat"])

    def _ask_once(self) -> None:
        """Query a page and verify a person; each answer that arrives whole is remembered with its receipt."""
        system = self.people.system(ASKER)
        person = demo_frame(MARRIAGES).row(len(self.delivered) % 500, named=True)
        body = {
            "purpose": acts.PURPOSE,
            "case_number": acts.CASE,
            "key": {"shenfen_haoma": person["shenfen_haoma"]},
            "claims": {"xingming": person["xingming"], "hunyin_zhuangtai": person["hunyin_zhuangtai"]},
        }
        for answer in (
            acts.query(system, RESIDENTS, limit=50),
            system.raw("POST", f"/api/v1/exchange/{MARRIAGES}/verify", json=body),
        ):
            digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
            assert answer.headers["Content-Digest"] == f"sha-256=:{digest}:"
            self.delivered[answer.headers["Receipt"]] = answer.headers["Content-Digest"]

    def check(self, citizen: Hub) -> None:
        """Say what must hold after a restart: all that was acknowledged is there, whole, and nothing half."""
        assert self.problems == []
        version, served = served_stops(citizen)
        done = len(self.states) - 1
        assert version in {done, done + 1}, f"{done} pushes acknowledged, version {version} served"
        expected = self.states[-1] if version == done else after(self.states[-1], version)
        assert served == expected, f"version {version} is not what was pushed"
        self._check_receipts()

    def _check_receipts(self) -> None:
        with self.hub.superuser() as connection:
            found = connection.execute(
                "SELECT id::text, body FROM hub.receipt WHERE id = ANY(%s::uuid[])", (list(self.delivered),)
            ).fetchall()
            twice = connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM hub.push GROUP BY entry_id, number HAVING count(*) > 1) AS two"
            ).fetchone()
        recorded = {receipt: json.loads(bytes(body))["response_digest"] for receipt, body in found}
        assert recorded == self.delivered
        assert twice == (0,)

    def retry(self, citizen: Hub) -> None:
        """Push again what was not acknowledged: it gives exactly the one version, whether it was kept or not."""
        version, _ = served_stops(citizen)
        was_kept = version == len(self.states)
        assert self.push_once() is was_kept
        assert served_stops(citizen) == (len(self.states) - 1, self.states[-1])

    def keep_checkpoint(self, citizen: Hub) -> None:
        """Keep the log's tree head, as a citizen may, to compare later ones with it."""
        self.checkpoints.append(citizen.raw("GET", "/ledger/checkpoint").content)

    def check_versions(self, citizen: Hub) -> None:
        """Every version that was ever acknowledged can still be read as it was."""
        for number, state in enumerate(self.states[1:], start=1):
            assert served_stops(citizen, as_of=number)[1] == state, f"version {number}"

    def check_log(self, citizen: Hub, database: Database, folder: Path) -> int:
        """The log took in every receipt, proves leaf by leaf and continues each checkpoint; returns its size."""
        with database.read_only() as unit:
            size = evidence.dump(unit, folder)
        verdict = prove_log(folder, None)
        assert verdict.code is Code.TRUE, verdict.lines
        latest = citizen.raw("GET", f"/ledger/checkpoint?size={size}").content
        for old in self.checkpoints:
            sizes = {"old": size_of(old), "new": size}
            proof = citizen.raw("GET", "/ledger/consistency", params=sizes).content
            verdict = prove.prove_consistency(old, latest, proof, None)
            assert verdict.code is Code.TRUE, verdict.lines
        return size


def size_of(checkpoint: bytes) -> int:
    """Return the number of leaves a checkpoint signs (its second line)."""
    return int(checkpoint.decode().splitlines()[1])


def served_stops(citizen: Hub, as_of: int | None = None) -> tuple[int, State]:
    """Return the version and all rows of the bus stops as a citizen reads them."""
    extra: Mapping[str, str | int] = {} if as_of is None else {"as_of": as_of}
    page = citizen.call("GET", f"/api/v1/datasets/{BUS_STOPS}/rows", params={"limit": 1, **extra})
    if page["version"] == 0:
        return 0, {}
    text = citizen.raw("GET", f"/api/v1/datasets/{BUS_STOPS}/download", params=extra).content.decode()
    rows = {row["zhandian_bianma"]: row["daolu"] for row in csv.DictReader(io.StringIO(text))}
    assert len(rows) == page["total"] or page["total_is_estimate"]
    return int(page["version"]), rows


__all__ = ["Work", "prepare"]
