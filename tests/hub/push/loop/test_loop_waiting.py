"""Pushes that wait for a person: held by a limit or for two-step release; and what a dry run tells."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from typing import TYPE_CHECKING

import pytest

from catalogue.entry import OnFaults, PushPolicy, Release
from connectors.port import Limits
from hub.identity.roles import Role
from hub.push import releasing, store, waiting
from hub.push.loop import wait_store
from hub.push.loop.errors import FourEyesError
from hub.push.spool import SpooledFileGoneError
from hub.rounds import run_now
from tests.hub.push.channels.kit import PIECE, TUS
from tests.hub.push.loop.conftest import NUMBERS
from tests.hub.push.loop.kit import Clerk, mended, publish, stop

if TYPE_CHECKING:
    from pathlib import Path

    from hub.push.spool import Spool
    from tests.support.clock import Clock
    from tests.support.hosted import Doors, HostedCity

HOLDS = PushPolicy(on_faults=OnFaults.HOLD_PUSH, most_rejected_rows=1)
TWO_STEP = PushPolicy(release=Release.TWO_STEP)
FAULTY = [stop(1), stop(2, G="也许"), stop(3, H="东")]


def _clerk(city: HostedCity, doors: Doors, folder: Path, policy: PushPolicy) -> Clerk:
    name = f"dengdai-{next(NUMBERS)}"
    publish(city, name, policy)
    return Clerk(city, doors, folder, name)


@pytest.fixture
def holding(city: HostedCity, doors: Doors, tmp_path: Path) -> Clerk:
    return _clerk(city, doors, tmp_path, HOLDS)


@pytest.fixture
def two_step(city: HostedCity, doors: Doors, tmp_path: Path) -> Clerk:
    return _clerk(city, doors, tmp_path, TWO_STEP)


def test_a_push_over_the_limit_of_rejected_rows_waits_and_stores_nothing(holding: Clerk) -> None:
    report = holding.push(FAULTY)
    assert (report["state"], report["version"], holding.rows()) == ("held", None, {})
    assert [hold["reason"] for hold in report["holds"]] == ["fault_rows"]
    assert holding.get(report["push"])["waiting"]["state"] == "held"


def test_a_push_within_the_limit_goes_in(holding: Clerk) -> None:
    assert holding.push(FAULTY[:2])["state"] == "merged"


def test_a_held_push_is_let_in_by_its_clerk(holding: Clerk) -> None:
    push = holding.push(FAULTY)["push"]
    answer = holding.person.post(f"/api/v1/pushes/{push}/release")
    assert (answer.status_code, answer.json()["state"]) == (200, "merged")
    assert list(holding.rows()) == ["ZD00001"]


def test_the_same_file_pushed_again_while_it_waits_is_one_push(holding: Clerk) -> None:
    first = holding.push(FAULTY)
    again = holding.push(FAULTY)
    assert (again["push"], again["is_repeat"]) == (first["push"], True)


def test_a_held_push_is_withdrawn(holding: Clerk) -> None:
    push = holding.push(FAULTY)["push"]
    assert holding.person.post(f"/api/v1/pushes/{push}/withdraw").json()["state"] == "withdrawn"
    assert holding.person.post(f"/api/v1/pushes/{push}/release").status_code == 409


def test_a_newer_push_of_the_whole_table_replaces_a_held_one(holding: Clerk) -> None:
    push = holding.push(FAULTY)["push"]
    newer = holding.push([stop(1)], mode="full")["push"]
    waiting = holding.get(push)["waiting"]
    assert (waiting["state"], waiting["replaced_by"]) == ("replaced", newer)


def test_a_held_push_is_not_released_over_a_later_one(holding: Clerk, clock: Clock) -> None:
    push = holding.push(FAULTY)["push"]
    clock.forward(hours=0.001)
    holding.push([stop(9)])
    assert holding.person.post(f"/api/v1/pushes/{push}/release").status_code == 409


def test_a_two_step_push_waits_for_another_person(two_step: Clerk) -> None:
    report = two_step.push([stop(1), stop(2)])
    assert (report["state"], two_step.rows()) == ("awaiting_release", {})
    assert two_step.person.post(f"/api/v1/pushes/{report['push']}/release").status_code == 403
    assert two_step.approver.post(f"/api/v1/pushes/{report['push']}/release").json()["state"] == "merged"
    assert len(two_step.rows()) == 2


def test_a_two_step_push_is_sent_back_with_words(two_step: Clerk) -> None:
    push = two_step.push([stop(1)])["push"]
    answer = two_step.approver.post(f"/api/v1/pushes/{push}/send-back", json={"words": "缺少本月新增的站点"})
    waiting = two_step.get(push)["waiting"]
    assert (answer.json()["state"], waiting["words"]) == ("sent_back", "缺少本月新增的站点")


def test_two_step_pushes_are_released_in_order_and_against_what_was_seen(two_step: Clerk, clock: Clock) -> None:
    first = two_step.push([stop(1)])["push"]
    clock.forward(hours=0.001)
    second = two_step.push([stop(1, B="改名")])["push"]
    early = two_step.approver.post(f"/api/v1/pushes/{second}/release")
    assert (early.status_code, early.json()["earlier"]) == (409, first)
    assert two_step.approver.post(f"/api/v1/pushes/{first}/release").status_code == 200
    moved = two_step.approver.post(f"/api/v1/pushes/{second}/release")
    assert (moved.status_code, moved.json()["version"]) == (409, 1)
    assert two_step.get(second)["difference"]["changed"] == 1
    assert two_step.approver.post(f"/api/v1/pushes/{second}/release").status_code == 200


def test_a_waiting_push_is_reminded_of_and_lapses(two_step: Clerk, clock: Clock) -> None:
    push = two_step.push([stop(1)])["push"]
    clock.forward(days=3)
    run_now(two_step.city.services, "push_waits")
    kinds = {one["kind"] for one in two_step.approver.get("/api/v1/notices?limit=100").json()["notices"]}
    assert {"push.waiting", "push.overdue"} <= kinds
    clock.forward(days=8)
    run_now(two_step.city.services, "push_waits")
    assert two_step.get(push)["waiting"]["state"] == "lapsed"


def test_files_of_the_spool_that_nothing_waits_for_go_after_a_day(holding: Clerk) -> None:
    holding.push(FAULTY)
    services = holding.city.services
    spool = waiting.spool_of(services.context)
    with services.database.begin() as unit:
        used = wait_store.keys_in_use(unit)
    old, young = (_orphan(holding.folder, spool, content) for content in (b"old", b"young"))
    two_days_ago = time.time() - 2 * 86_400
    for key in (*used, old):
        os.utime(spool.path(key), (two_days_ago, two_days_ago))
    run_now(services, "spool")
    assert all(spool.path(key).is_file() for key in (*used, young))
    with pytest.raises(SpooledFileGoneError):
        spool.path(old)


def _orphan(folder: Path, spool: Spool, content: bytes) -> str:
    path = folder / "orphan"
    path.write_bytes(content)
    return spool.keep(path, hashlib.sha256(content).digest())


def test_a_finished_upload_of_a_push_that_waits_is_answered_with_202(two_step: Clerk) -> None:
    content = two_step.file([stop(1)]).read_bytes()
    hub = two_step.system
    path = f"/api/v1/entries/{two_step.name}/uploads"
    headers = {**TUS, "Upload-Length": str(len(content))}
    made = hub.raw("POST", path, params={"mode": "upsert", "filename": "a.csv"}, headers=headers)
    place = made.headers["location"]
    hub.raw("PATCH", place, content=content, headers={**PIECE, "Upload-Offset": "0"})
    answer = hub.raw("POST", f"{place}/push")
    assert (answer.status_code, answer.json()["state"], two_step.rows()) == (202, "awaiting_release", {})


def test_a_push_whose_values_drift_is_held_and_let_in_by_its_clerk(
    city: HostedCity, doors: Doors, tmp_path: Path
) -> None:
    drifting = _clerk(city, doors, tmp_path, PushPolicy(hold_drift=True))
    usual = [stop(number) for number in range(1, 400)]
    for turn in range(5):
        drifting.push([*usual, stop(500 + turn)], mode="full")
    odd = drifting.push([stop(number, C="中原区", H="99.9", G="否") for number in range(1, 401)], mode="full")
    assert (odd["state"], [hold["reason"] for hold in odd["holds"]]) == ("held", ["drift"])
    assert drifting.rows()["ZD00001"]["所在区"] == "金水区"
    done = drifting.person.post(f"/api/v1/pushes/{odd['push']}/release")
    assert (done.status_code, done.json()["state"]) == (200, "merged")
    assert drifting.rows()["ZD00001"]["所在区"] == "中原区"


def test_mended_rows_of_a_two_step_resource_wait_too_and_are_released(two_step: Clerk) -> None:
    first = two_step.push(FAULTY)["push"]
    assert two_step.approver.post(f"/api/v1/pushes/{first}/release").status_code == 200
    changes = {3: {"是否有候车亭": "是"}, 4: {"经度": "113.7"}}
    back = two_step.resume(first, mended(two_step.marked(first), changes))
    assert (back["state"], back["resumes"], list(two_step.rows())) == ("awaiting_release", first, ["ZD00001"])
    assert two_step.get(first)["resolved"]["pending"] == 2
    done = two_step.approver.post(f"/api/v1/pushes/{back['push']}/release")
    assert (done.status_code, done.json()["accepted"]) == (200, 2)
    assert sorted(two_step.rows()) == ["ZD00001", "ZD00002", "ZD00003"]
    assert two_step.get(first)["resolved"]["pending"] == 0


def test_mended_rows_that_are_sent_back_stay_rejected(two_step: Clerk) -> None:
    first = two_step.push(FAULTY)["push"]
    two_step.approver.post(f"/api/v1/pushes/{first}/release")
    back = two_step.resume(first, mended(two_step.marked(first), {3: {"是否有候车亭": "是"}}, drop=[4]))["push"]
    two_step.approver.post(f"/api/v1/pushes/{back}/send-back", json={"words": "请核对"})
    assert two_step.get(first)["resolved"]["pending"] == 2


def test_who_pushed_cannot_release_even_with_the_role_of_an_approver(two_step: Clerk) -> None:
    content = two_step.file([stop(5)]).read_bytes()
    path = f"/api/v1/entries/{two_step.name}/pushes"
    answer = two_step.person.post(path, params={"filename": "a.csv"}, content=content)
    assert (answer.status_code, answer.json()["state"]) == (202, "awaiting_release")
    services = two_step.city.services
    push_id = uuid.UUID(answer.json()["push"])
    with services.database.begin() as unit:
        push, wait = store.get(unit, push_id), wait_store.get(unit, push_id)
    assert push is not None
    assert push.given.by_staff is not None
    assert wait is not None
    actor = releasing.Actor(wait.member_id, push.given.by_staff, frozenset({Role.CLERK, Role.APPROVER}))
    with pytest.raises(FourEyesError):
        releasing.release(services.context, services.database, push_id, actor, Limits())


def test_a_dry_run_tells_the_difference_and_stores_nothing(clerk: Clerk) -> None:
    clerk.push([stop(1), stop(2), stop(3)])
    tried = clerk.push([stop(1, B="改名"), stop(2), stop(4)], mode="full", dry_run="true")
    counts = {name: tried["difference"][name] for name in ("inserted", "changed", "unchanged", "closed")}
    assert counts == {"inserted": 1, "changed": 1, "unchanged": 1, "closed": 1}
    assert (tried["state"], tried["push"], tried["receipt"]) == ("dry_run", None, None)
    assert [one["name"] for one in tried["difference"]["changed_rows"][0]["items"]] == ["站点名称"]
    assert sorted(clerk.rows()) == ["ZD00001", "ZD00002", "ZD00003"]


def test_a_dry_run_says_that_the_guard_would_stop_the_push(clerk: Clerk) -> None:
    clerk.push([stop(number) for number in range(20)], mode="full")
    tried = clerk.push([stop(1)], mode="full", dry_run="true")
    assert (tried["guard"]["reason"], tried["guard"]["facts"]["closing"]) == ("shrink", 19)


def test_a_dry_run_leaves_no_row_in_any_table(clerk: Clerk) -> None:
    before = clerk.city.counts()
    clerk.push(FAULTY, dry_run="true")
    assert clerk.city.counts() == before


def test_consent_to_closing_many_rows_is_recorded(clerk: Clerk) -> None:
    clerk.push([stop(number) for number in range(20)], mode="full")
    report = clerk.push([stop(1)], mode="full", allow_shrink="true")
    assert (report["consent"]["closing"], report["consent"]["as"]) == (19, "allow_shrink")
    assert report["consent"]["by_system"] is not None
