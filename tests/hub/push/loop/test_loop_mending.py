"""Rejected rows mended in the browser; who may read them, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.roles import Role
from hub.rounds import run_now
from tests.hub.push.loop.kit import OTHER, OWNER, stop

if TYPE_CHECKING:
    from tests.hub.push.loop.kit import Clerk
    from tests.support.clock import Clock

DIRTY = [stop(1), stop(2, G="也许"), stop(3, G="也许", H="东经"), stop(4)]


def test_rejected_rows_are_shown_with_values_and_faults(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    page = clerk.get(f"{push}/held-rows", limit=1)
    assert (page["total"], page["returned"], page["rows"][0]["line"]) == (2, 1, 3)
    assert page["rows"][0]["values"][6] == "也许"
    assert page["rows"][0]["faults"][0]["column"] == "houche_ting"
    assert clerk.system.call("GET", page["next"])["rows"][0]["line"] == 4


def test_a_mended_value_is_checked_at_once(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    path = f"/api/v1/pushes/{push}/held-rows/4"
    half = clerk.system.call("PATCH", path, json={"values": {"houche_ting": "是"}})
    assert [fault["column"] for fault in half["faults"]] == ["jingdu"]
    assert clerk.system.call("PATCH", path, json={"values": {"经度": "113.5"}})["faults"] == []


def test_good_rows_go_in_as_one_push_and_the_others_stay(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    for line in (3, 4):
        clerk.system.call("PATCH", f"/api/v1/pushes/{push}/held-rows/{line}", json={"values": {"houche_ting": "是"}})
    back = clerk.system.call("POST", f"/api/v1/pushes/{push}/held-rows/resume")
    assert (back["accepted"], back["rejected"]) == (1, 0)
    assert [row["line"] for row in clerk.get(f"{push}/held-rows")["rows"]] == [4]


def test_a_value_is_replaced_in_all_rows_after_a_count(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    body = {"item": "houche_ting", "from": "也许", "to": "否"}
    path = f"/api/v1/pushes/{push}/held-rows/replace"
    assert clerk.system.call("POST", path, json=body) == {"rows": 2, "done": False}
    done = clerk.system.call("POST", path, json={**body, "count": 2})
    assert done == {"rows": 2, "done": True, "without_faults": 1}


def test_a_count_that_no_longer_fits_replaces_nothing(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    body = {"item": "houche_ting", "from": "也许", "to": "否", "count": 7}
    answer = clerk.person.post(f"/api/v1/pushes/{push}/held-rows/replace", json=body)
    assert (answer.status_code, answer.json()["rows"]) == (422, 2)


def test_values_are_given_to_the_pushing_roles_of_the_provider_alone(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    callers = {
        "clerk": clerk.person,
        "approver": clerk.approver,
        "secrecy": clerk.doors.staff(OWNER, Role.SECRECY_REVIEWER),
        "other clerk": clerk.doors.staff(OTHER, Role.CLERK),
        "other system": clerk.doors.system(OTHER),
        "public": clerk.doors.public(),
    }
    for path in ("held-rows", "marked.xlsx"):
        codes = {name: one.get(f"/api/v1/pushes/{push}/{path}").status_code for name, one in callers.items()}
        assert codes == {
            "clerk": 200,
            "approver": 403,
            "secrecy": 403,
            "other clerk": 404,
            "other system": 404,
            "public": 401,
        }


def test_the_text_of_rejected_rows_is_erased_when_its_time_is_over(clerk: Clerk, clock: Clock) -> None:
    push = clerk.push(DIRTY)["push"]
    clock.forward(days=31)
    run_now(clerk.city.services, "held_rows")
    assert clerk.get(push)["resolved"]["erased"]
    answer = clerk.person.get(f"/api/v1/pushes/{push}/marked.xlsx")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "nothing-held")
