"""Registering a provider's API: two persons, a checked address, versions, suspension, a trial with synthetic data."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import PROVIDER, ROW

if TYPE_CHECKING:
    from tests.hub.relay.conftest import Town

SYNTHETIC = "990000199001010015"


def test_an_endpoint_that_nobody_approved_is_not_called(town: Town) -> None:
    before = len(town.provider.seen)
    town.propose(path="/other/{shenfen_haoma}")
    town.ask()
    assert town.provider.seen[before:][0].target.startswith("/api/persons/")


def test_who_proposed_an_endpoint_cannot_approve_it(town: Town) -> None:
    body = town.definition()
    made = town.doors.staff(PROVIDER, Role.APPROVER).post("/api/v1/relay-endpoints", json=body).json()
    done = town.step("approve", endpoint=made["id"])
    assert (done.status_code, done.json()["type"]) == (409, "/problems/relay-four-eyes")
    assert town.receipts("denial")[-1]["reason_code"] == "four-eyes"


def test_another_organ_neither_sees_nor_changes_an_endpoint(town: Town) -> None:
    other = town.doors.staff("gonganju", Role.APPROVER)
    path = f"/api/v1/relay-endpoints/{town.endpoint}"
    found = [other.get(path), other.post(f"{path}/approve"), other.post(f"{path}/suspend", json={"reason": "x"})]
    assert [one.status_code for one in found] == [404, 404, 404]


def test_nobody_registers_an_api_for_another_organs_entry(town: Town) -> None:
    other = town.doors.staff("gonganju", Role.CLERK).post("/api/v1/relay-endpoints", json=town.definition())
    assert other.status_code == 404


def test_a_version_that_is_approved_takes_the_place_of_the_one_before(town: Town) -> None:
    before = town.endpoint
    town.attach()
    clerk = town.doors.staff(PROVIDER, Role.CLERK)
    states = [clerk.get(f"/api/v1/relay-endpoints/{one}").json()["state"] for one in (before, town.endpoint)]
    assert states == ["retired", "active"]


def test_a_suspended_endpoint_is_not_called_within_five_seconds_and_is_again_when_resumed(town: Town) -> None:
    assert town.step("suspend", reason="接口维护").status_code == 200
    started = time.monotonic()
    while town.ask().status_code == 200:
        assert time.monotonic() - started < 5
    assert town.outcome() == ("failed", "suspended", 503)
    assert town.step("resume").status_code == 200
    assert town.ask().status_code == 200


def test_the_hubs_administrator_may_stop_any_endpoint_and_not_approve_one(town: Town) -> None:
    city = town.city.people.city
    admin = town.doors.staff(city.authority.slug, Role.SECURITY_ADMIN)
    path = f"/api/v1/relay-endpoints/{town.endpoint}"
    codes = [admin.post(f"{path}/approve").status_code, admin.post(f"{path}/suspend", json={"reason": "x"}).status_code]
    assert codes == [403, 200]


def test_a_step_that_does_not_fit_is_told_with_those_that_do(town: Town) -> None:
    done = town.step("resume")
    assert (done.status_code, done.json()["state"]) == (409, "active")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"path": "/persons/{nothing}"}, "/fields/nothing"),
        ({"path": "/persons"}, "/path"),
        ({"path": "/persons/../{shenfen_haoma}"}, "/path"),
        ({"path": "/persons/%2e/{shenfen_haoma}"}, "/path"),
        ({"path": "persons/{shenfen_haoma}"}, "/path"),
        ({"path": "/p/{shenfen_haoma}/{shenfen_haoma}"}, "/path"),
        ({"path": "/p;x/{shenfen_haoma}"}, "/path"),
        ({"rows": "data"}, "/rows"),
        ({"fields": {"shenfen_haoma": "idNo"}}, "/fields/shenfen_haoma"),
        ({"fields": {"xingming": "/name"}}, "/fields/shenfen_haoma"),
        ({"fields": {"shenfen_haoma": "/idNo", "no_such": "/x"}}, "/fields/no_such"),
        ({"body": {"a": 1}}, "/body"),
        ({"method": "POST", "body": {"a": "x{shenfen_haoma}"}}, "/query"),
        ({"query": {"a": "{xingming}&b"}}, "/query"),
        ({"header_name": "Host", "secret": "x"}, "/header_name"),
        ({"header_name": "Hub-Assertion", "secret": "x"}, "/header_name"),
        ({"header_name": "X-Key"}, "/secret"),
        ({"header_name": "X-Key", "secret": "a\r\nX: y"}, "/secret"),
        ({"trust_pem": "no certificate"}, "/trust_pem"),
        ({"signer": {"kty": "oct", "k": "AAAA"}}, "/signer"),
        ({"not_found": [200]}, "/not_found"),
        ({"max_stale_seconds": 0}, "/max_stale_seconds"),
        ({"base_url": "http://127.0.0.1:1/a?b=c"}, "/base_url"),
        ({"base_url": "http://127.0.0.1:1/a/../b"}, "/base_url"),
    ],
    ids=str,
)
def test_a_definition_with_a_fault_is_not_stored_and_the_place_is_named(
    town: Town, changes: dict[str, Any], pointer: str
) -> None:
    made = town.propose(**changes)
    assert made.status_code == 422, made.text
    assert pointer in [fault["pointer"] for fault in made.json()["faults"]]


def test_the_value_of_the_providers_header_is_stored_encrypted_and_shown_to_nobody(town: Town) -> None:
    made = town.propose(header_name="X-Api-Key", secret="CANARY-SECRET")
    with town.city.services.database.begin() as unit:
        row = unit.driver.execute(
            "SELECT relay_endpoint::text FROM hub.relay_endpoint WHERE id = %s", (made.json()["id"],)
        ).fetchone()
    assert (made.json()["has_secret"], "CANARY" in made.text, "CANARY" in str(row)) == (True, False, False)
    assert b"CANARY-SECRET".hex() not in str(row)


def test_a_trial_with_a_synthetic_record_tells_what_came_and_no_value(town: Town) -> None:
    town.provider.behave = stub.answers({"data": [{**ROW, "idNo": SYNTHETIC, "date": None}]})
    town.provider.behave = stub.answers({"data": [{**ROW, "idNo": SYNTHETIC, "x": "CANARY"}]})
    done = town.step("test", Role.CLERK, key={"shenfen_haoma": SYNTHETIC})
    told = done.json()
    assert (told["outcome"], told["rows"], told["undeclared"], "CANARY" in done.text) == ("good", 1, 1, False)
    assert set(told["items"]) == {"shenfen_haoma", "xingming", "hunyin_zhuangtai", "dengji_riqi", "dengji_jiguan"}
    assert town.receipts()[-1]["id"] == told["receipt"]


def test_a_trial_says_what_is_wrong_with_the_api(town: Town) -> None:
    town.provider.behave = stub.answers({"code": 1})
    done = town.step("test", Role.CLERK, key={"shenfen_haoma": SYNTHETIC}).json()
    assert (done["outcome"], done["reason"]) == ("wrong", "rows")


def test_a_trial_with_a_number_somebody_may_have_is_not_made(town: Town) -> None:
    before = len(town.provider.seen)
    done = town.step("test", Role.CLERK, key={"shenfen_haoma": "410102199001010010"})
    assert (done.status_code, len(town.provider.seen)) == (422, before)
