"""Attacks on authorisation: threats 12, 13, 15 and 18, each with what must happen instead."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS
from tests.threats.conftest import GRANTED, STRANGER, Agencies

if TYPE_CHECKING:
    from hub.client import Hub, HubProblemError
    from tests.hub.portal.town import Town

NOT_GRANTED = "lianxi_dianhua"
"""An item of the residents that nobody here is granted."""


def refused(system: Hub, entry: str, **body: Any) -> HubProblemError:
    return acts.problem_of(lambda: acts.query(system, entry, **body))


def same_for_all(problem: HubProblemError) -> dict[str, Any]:
    """Return a problem without what differs from one request to the next."""
    return {key: value for key, value in problem.problem.items() if key not in {"instance", "receipt"}}


def test_a_grant_for_one_table_opens_no_other(agencies: Agencies) -> None:
    problem = refused(agencies.granted, MARRIAGES)
    assert (problem.status, "receipt" in problem.problem) == (403, True)


def test_without_a_grant_every_item_of_a_table_is_denied_alike(agencies: Agencies) -> None:
    answers = [refused(agencies.granted, MARRIAGES, items=[item]) for item in ("xingming", "peiou_shenfen_haoma")]
    assert same_for_all(answers[0]) == same_for_all(answers[1])


def test_a_cursor_of_another_agency_is_refused(agencies: Agencies) -> None:
    cursor = acts.query(agencies.granted, RESIDENTS, limit=2, items=["shenfen_haoma"]).json()["next"]
    problem = refused(agencies.stranger, RESIDENTS, limit=2, items=["shenfen_haoma", "xingbie"], cursor=cursor)
    assert (problem.status, problem.problem["type"]) == (400, "/problems/cursor")


def test_a_cursor_of_another_table_is_refused(town: Town, agencies: Agencies) -> None:
    cursor = acts.query(agencies.granted, RESIDENTS, limit=2).json()["next"]
    answer = town.reader.get(f"/api/v1/datasets/{BUS_STOPS}/rows", params={"limit": 2, "cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/cursor")


def test_a_request_of_another_agency_is_answered_as_one_that_does_not_exist(town: Town, agencies: Agencies) -> None:
    stranger = town.people.person(STRANGER, Role.AGENCY_USER)
    answers = [
        acts.problem_of(lambda wanted=wanted: stranger.call("GET", f"/api/v1/requests/{wanted}"))  # type: ignore[misc]
        for wanted in (agencies.request["id"], uuid.uuid4())
    ]
    assert answers[0].status == 404
    assert same_for_all(answers[0]) == same_for_all(answers[1])


def test_a_receipt_of_another_agency_is_answered_as_one_that_does_not_exist(agencies: Agencies) -> None:
    receipt = acts.query(agencies.granted, RESIDENTS, limit=1).headers["receipt"]
    answers = [
        acts.problem_of(lambda wanted=wanted: agencies.stranger.raw("GET", f"/ledger/receipts/{wanted}"))  # type: ignore[misc]
        for wanted in (receipt, uuid.uuid4())
    ]
    assert answers[0].status == 404
    assert same_for_all(answers[0]) == same_for_all(answers[1])


def test_a_push_of_another_department_is_answered_as_one_that_does_not_exist(town: Town) -> None:
    owner, other = town.people.person("jiaotongju", Role.CLERK), town.people.person("minzhengju", Role.CLERK)
    report = acts.push_demo_file(town.people, BUS_STOPS, town.folder / "files")
    assert owner.call("GET", f"/api/v1/pushes/{report['push']}")["push"] == report["push"]
    answers = [
        acts.problem_of(lambda wanted=wanted: other.call("GET", f"/api/v1/pushes/{wanted}"))  # type: ignore[misc]
        for wanted in (report["push"], uuid.uuid4())
    ]
    assert answers[0].status == 404
    assert same_for_all(answers[0]) == same_for_all(answers[1])


def test_a_department_cannot_push_to_the_entry_of_another(town: Town) -> None:
    path = town.folder / "files" / f"{BUS_STOPS}.csv"
    system = town.people.system("gonganju")
    problem = acts.problem_of(lambda: system.push(BUS_STOPS, path, options={"mode": "full"}))
    assert problem.status in {403, 404}


def test_a_department_cannot_change_the_entry_of_another(town: Town) -> None:
    other = town.people.person("minzhengju", Role.CLERK)
    problem = acts.problem_of(
        lambda: other.call("POST", f"/api/v1/entries/{BUS_STOPS}/steps", json={"step": "withdraw", "reason": "x"})
    )
    assert problem.status in {403, 404}


@pytest.mark.parametrize(
    "body",
    [
        {"items": [NOT_GRANTED]},
        {"items": ["shenfen_haoma", NOT_GRANTED]},
        {"where": {"item": NOT_GRANTED, "op": "prefix", "value": "1"}},
        {"where": {"not": {"item": NOT_GRANTED, "op": "is_null", "value": True}}},
        {"order": [NOT_GRANTED]},
        {"order": [f"-{NOT_GRANTED}"]},
    ],
)
def test_an_item_that_is_not_granted_opens_in_no_place_of_a_query(agencies: Agencies, body: dict[str, Any]) -> None:
    problem = refused(agencies.granted, RESIDENTS, **body)
    assert (problem.status in {400, 403}, "rows" in problem.problem) == (True, False)


@pytest.mark.parametrize("place", ["items", "where", "order"])
def test_an_item_that_does_not_exist_and_one_not_granted_are_not_told_apart_by_rows(
    agencies: Agencies, place: str
) -> None:
    def body(item: str) -> dict[str, Any]:
        value: Any = {"item": item, "op": "eq", "value": "1"} if place == "where" else [item]
        return {place: value}

    answers = [refused(agencies.stranger, RESIDENTS, **body(item)) for item in (NOT_GRANTED, "mei_you_zhe_xiang")]
    assert [answer.status >= 400 for answer in answers] == [True, True]
    assert [NOT_GRANTED in str(same_for_all(answer)) for answer in answers] == [False, False]


def test_a_verification_of_an_item_that_is_not_granted_says_nothing_of_it(agencies: Agencies) -> None:
    person = acts.query(agencies.granted, RESIDENTS, limit=1).json()["rows"][0]["shenfen_haoma"]
    problem = acts.problem_of(
        lambda: acts.verify(agencies.granted, RESIDENTS, {"shenfen_haoma": person}, {NOT_GRANTED: "13800000000"})
    )
    assert (problem.status, "match" in str(problem.problem)) == (403, False)


@pytest.mark.parametrize(("purpose", "case"), [("好奇", "DB-1"), (acts.PURPOSE, "XX-1"), (acts.PURPOSE, None)])
def test_a_purpose_or_case_outside_the_grant_is_denied(agencies: Agencies, purpose: str, case: str | None) -> None:
    problem = refused(agencies.granted, RESIDENTS, purpose=purpose, case_number=case)
    assert (problem.status, "receipt" in problem.problem) == (403, True)


def test_a_missing_purpose_is_refused(agencies: Agencies) -> None:
    path = f"/api/v1/exchange/{RESIDENTS}/query"
    problem = acts.problem_of(lambda: agencies.granted.raw("POST", path, json={"limit": 1}))
    assert problem.status == 422


def test_who_asked_cannot_consent_to_the_own_request(town: Town, agencies: Agencies) -> None:
    user = town.people.person(GRANTED, Role.AGENCY_USER)
    problem = acts.problem_of(lambda: user.call("POST", f"/api/v1/requests/{agencies.request['id']}/consent"))
    assert problem.status == 403


def test_the_asking_agency_cannot_answer_its_own_request(town: Town) -> None:
    request = acts.ask_for(town.people, GRANTED, MARRIAGES, {"xingming": "verify_only"})
    problem = acts.problem_of(lambda: acts.answer(town.people, GRANTED, request, "xingming", decision="verify_only"))
    assert problem.status in {403, 404, 409}
    mine = town.people.person(GRANTED, Role.AGENCY_USER).call("GET", f"/api/v1/requests/{request['id']}")
    assert acts.line_of(mine, "xingming")["state"] == "waiting"


def test_a_provider_cannot_widen_a_grant_it_did_not_give(town: Town, agencies: Agencies) -> None:
    asker = town.people.person(GRANTED, Role.APPROVER)
    mine = town.people.person(GRANTED, Role.AGENCY_USER).call("GET", "/api/v1/grants")["grants"]
    grant = next(one for one in mine if one["request"] == agencies.request["id"])
    body = {"status": "active", "reason": "自行恢复"}
    problem = acts.problem_of(lambda: asker.call("POST", f"/api/v1/grants/{grant['id']}/status", json=body))
    assert problem.status in {403, 404}


def test_the_clerk_who_described_an_entry_cannot_approve_it(town: Town) -> None:
    clerk = town.people.person("minzhengju", Role.CLERK)
    problem = acts.problem_of(
        lambda: clerk.call("POST", f"/api/v1/entries/{MARRIAGES}/steps", json={"step": "publish"})
    )
    assert problem.status in {403, 409}
