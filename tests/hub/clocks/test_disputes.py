"""政务数据共享条例 Art. 28 over HTTP: negotiate, authority, government; who had a hand in it does not hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.identity.roles import Role
from tests.hub.clocks.conftest import ASKER, ITEM
from tests.support import acts

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.hub.clocks.conftest import Office


def narrowed(office: Office) -> dict[str, Any]:
    """Ask for the marriage status and a name masked; the provider returns the name for narrowing."""
    request = office.ask({"xingming": "masked"})
    office.answer(
        request, "xingming", decision="narrow", offer="verify_only", duty="核对低保只需核验姓名是否一致，不需取得姓名"
    )
    return request


def opened(office: Office, request: dict[str, Any], item: str = "xingming") -> dict[str, Any]:
    body = {"line": acts.line_of(request, item)["id"], "text": "履职确需姓名用于通知当事人"}
    return office.asker.call("POST", f"/api/v1/requests/{request['id']}/disputes", json=body)


def act(office: Office, who: str, dispute: dict[str, Any], word: str, **more: Any) -> dict[str, Any]:
    person: Hub = getattr(office, who)
    body = {"act": word, "text": "意见：见附件所述理由", **more}
    return person.call("POST", f"/api/v1/disputes/{dispute['id']}/acts", json=body)


def taken_to_the_authority(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    request = narrowed(office)
    dispute = opened(office, request)
    act(office, "provider", dispute, "record")
    return request, act(office, "asker", dispute, "escalate")


def test_a_dispute_begins_with_negotiation_and_names_owner_and_next_step(office: Office) -> None:
    dispute = opened(office, narrowed(office))
    assert (dispute["state"], dispute["about"], bool(dispute["owner"]), bool(dispute["next_en"])) == (
        "negotiating",
        "narrowed",
        True,
        True,
    )


def test_both_sides_negotiate_on_record_and_settle(office: Office) -> None:
    dispute = opened(office, narrowed(office))
    act(office, "provider", dispute, "record")
    settled = act(office, "asker", dispute, "settle")
    assert (settled["state"], [one["act"] for one in settled["records"]]) == ("settled", ["open", "record", "settle"])


def test_nothing_is_settled_before_the_provider_has_spoken(office: Office) -> None:
    dispute = opened(office, narrowed(office))
    assert acts.problem_of(lambda: act(office, "asker", dispute, "settle")).status == 409


def test_every_act_of_a_dispute_has_its_receipt(office: Office) -> None:
    _, dispute = taken_to_the_authority(office)
    receipts = [one["receipt"] for one in dispute["records"]]
    assert len(receipts) == len(set(receipts)) == 3


def test_the_authority_overturns_and_the_line_is_reopened_with_a_clock(office: Office) -> None:
    request, dispute = taken_to_the_authority(office)
    decided = act(office, "supervisor", dispute, "overturn")
    line = office.line(request, "xingming")
    assert (decided["outcome"], line["state"], line["working_days_left"]) == ("overturned", "waiting", 10)


def test_a_reopened_line_cannot_be_returned_again(office: Office) -> None:
    request, dispute = taken_to_the_authority(office)
    act(office, "supervisor", dispute, "overturn")
    again = acts.problem_of(
        lambda: office.answer(
            request, "xingming", decision="narrow", offer="verify_only", duty="仍认为核验即可满足需要"
        )
    )
    assert "第二十八条" in again.zh


def test_a_reopened_line_is_granted_as_decided(office: Office) -> None:
    request, dispute = taken_to_the_authority(office)
    act(office, "supervisor", dispute, "overturn")
    office.answer(request, "xingming", decision="masked")
    assert office.line(request, "xingming")["state"] == "granted"


def test_the_authority_may_grant_by_its_decision(office: Office) -> None:
    request, dispute = taken_to_the_authority(office)
    act(office, "supervisor", dispute, "overturn", form="masked")
    line = office.line(request, "xingming")
    assert (line["state"], line["treatment"], line["answer"]["by"]) == ("granted", "masked", "authority")


def test_the_authority_grants_nothing_wider_than_the_law_lets_the_class_go(office: Office) -> None:
    _, dispute = taken_to_the_authority(office)
    assert acts.problem_of(lambda: act(office, "supervisor", dispute, "overturn", form="full")).status == 409


def test_upheld_the_requester_may_still_ask_the_government(office: Office) -> None:
    _, dispute = taken_to_the_authority(office)
    act(office, "supervisor", dispute, "uphold")
    act(office, "asker", dispute, "appeal")
    closed = act(office, "supervisor", dispute, "decide_uphold", document="示政函〔2026〕1号")
    assert (closed["state"], closed["outcome"], closed["decision"]["document"]) == (
        "closed",
        "upheld",
        "示政函〔2026〕1号",
    )


def test_the_governments_decision_needs_its_number(office: Office) -> None:
    _, dispute = taken_to_the_authority(office)
    act(office, "supervisor", dispute, "refer")
    assert acts.problem_of(lambda: act(office, "supervisor", dispute, "decide_uphold")).status == 409


def test_the_provider_does_not_hear_its_own_case(office: Office) -> None:
    _, dispute = taken_to_the_authority(office)
    assert acts.problem_of(lambda: act(office, "provider", dispute, "overturn")).status in {403, 409}


def test_who_set_the_class_may_not_hear_the_dispute(office: Office) -> None:
    _, dispute = taken_to_the_authority(office)
    person = office.city.people.city.authority.login(Role.SUPERVISOR)
    with office.city.services.database.begin() as unit:
        unit.driver.execute(
            "UPDATE hub.dispute SET excluded = excluded || to_jsonb((SELECT id::text FROM hub.staff WHERE login = %s))"
            " WHERE id = %s",
            (person, dispute["id"]),
        )
    assert acts.problem_of(lambda: act(office, "supervisor", dispute, "uphold")).status == 403


def test_the_catalogue_reviewer_who_audited_the_class_is_excluded(office: Office) -> None:
    dispute = opened(office, narrowed(office))
    with office.city.services.database.begin() as unit:
        row = unit.driver.execute(
            "SELECT d.excluded ? s.id::text FROM hub.dispute d, hub.staff s WHERE d.id = %s AND s.login = %s",
            (dispute["id"], office.city.people.city.authority.login(Role.CATALOGUE_REVIEWER)),
        ).fetchone()
    assert row == (True,)


def test_an_overdue_line_may_be_disputed(office: Office) -> None:
    request = office.ask()
    office.clock.forward(working_days=11)
    assert opened(office, request, ITEM)["about"] == "overdue"


def test_a_line_in_time_gives_no_dispute(office: Office) -> None:
    request = office.ask()
    assert acts.problem_of(lambda: opened(office, request, ITEM)).status == 409


def test_one_dispute_runs_over_a_line(office: Office) -> None:
    request = narrowed(office)
    opened(office, request)
    assert acts.problem_of(lambda: opened(office, request)).status == 409


def test_a_suspended_grant_may_be_disputed_and_goes_on_by_decision(office: Office) -> None:
    request = office.ask()
    office.answer(request)
    grant = next(
        one for one in office.asker.call("GET", "/api/v1/grants", params={"limit": 200})["grants"]
        if one["request"] == request["id"]
    )  # fmt: skip
    stop = {"status": "suspended", "reason": "使用记录未按期提交", "ground": "records"}
    office.provider.call("POST", f"/api/v1/grants/{grant['id']}/status", json=stop)
    dispute = office.asker.call("POST", f"/api/v1/requests/{request['id']}/disputes", json={"text": "记录已按期提交"})
    act(office, "provider", dispute, "record")
    act(office, "asker", dispute, "escalate")
    act(office, "supervisor", dispute, "overturn")
    again = office.asker.call("GET", "/api/v1/grants", params={"limit": 200})["grants"]
    assert next(one["status"] for one in again if one["id"] == grant["id"]) == "active"


def test_a_stranger_does_not_see_a_dispute(office: Office) -> None:
    dispute = opened(office, narrowed(office))
    stranger = office.city.people.person("jiaoyuju", Role.AGENCY_USER)
    assert acts.problem_of(lambda: stranger.call("GET", f"/api/v1/disputes/{dispute['id']}")).status == 404


def test_the_asker_is_a_party(office: Office) -> None:
    dispute = opened(office, narrowed(office))
    mine = office.city.people.person(ASKER, Role.AGENCY_USER).call("GET", "/api/v1/disputes", params={"limit": 200})
    assert dispute["id"] in {one["id"] for one in mine["disputes"]}
