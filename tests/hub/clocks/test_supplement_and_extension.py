"""政务数据共享条例 Art. 21 over HTTP with simulated time: one supplement that stops the clock, one extension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.clocks.conftest import ITEM
from tests.support import acts

if TYPE_CHECKING:
    from tests.hub.clocks.conftest import Office

MISSING = {"text": "缺少办理低保核对的职责文件", "missing": {"": ["material", "scenario"]}}


def ask_supplement(office: Office, request: dict[str, Any]) -> dict[str, Any]:
    return office.provider.call("POST", f"/api/v1/requests/{request['id']}/supplement", json=MISSING)


def reply(office: Office, request: dict[str, Any], **changes: str) -> dict[str, Any]:
    body = {"text": "已补充职责文件", "changes": changes}
    person = office.head if changes else office.asker
    return person.call("POST", f"/api/v1/requests/{request['id']}/supplement/reply", json=body)


def ask_extension(office: Office, request: dict[str, Any], days: int = 10) -> dict[str, Any]:
    body = {"working_days": days, "reason": "须核对历史档案"}
    return office.provider.call("POST", f"/api/v1/requests/{request['id']}/extension", json=body)


def decide(office: Office, asked: dict[str, Any], *, consents: bool = True) -> dict[str, Any]:
    body = {"consents": consents, "text": "情况属实"}
    return office.supervisor.call("POST", f"/api/v1/extensions/{asked['id']}/decision", json=body)


def clock_of(request: dict[str, Any]) -> dict[str, Any]:
    return next(dict(clock) for clock in request["clocks"] if clock["deadline"].startswith("share.reply"))


def test_share_supplement_the_clock_stands_still_while_material_is_awaited(office: Office) -> None:
    request = office.ask()
    office.clock.forward(working_days=4)
    standing = clock_of(ask_supplement(office, request))
    assert (standing["state"], standing["due_on"], standing["standing_still_since"]) == (
        "paused",
        None,
        office.clock.today.isoformat(),
    )


def test_share_supplement_the_days_awaited_do_not_count(office: Office) -> None:
    request = office.ask()
    office.clock.forward(working_days=4)
    ask_supplement(office, request)
    office.clock.forward(working_days=30)
    running = clock_of(reply(office, request))
    assert (running["state"], running["working_days_left"]) == ("running", 6)


def test_share_supplement_is_asked_for_once(office: Office) -> None:
    request = office.ask()
    ask_supplement(office, request)
    reply(office, request)
    problem = acts.problem_of(lambda: ask_supplement(office, request))
    assert (problem.status, "第二十一条" in problem.zh) == (409, True)


def test_share_supplement_an_awaited_request_does_not_become_overdue(office: Office) -> None:
    request = office.ask()
    ask_supplement(office, request)
    office.clock.forward(working_days=15)
    office.sweep()
    assert clock_of(office.read(request))["state"] == "paused"


def test_share_supplement_changed_fields_need_the_head(office: Office) -> None:
    request = office.ask()
    ask_supplement(office, request)
    path = f"/api/v1/requests/{request['id']}/supplement/reply"
    body = {"text": "改用途", "changes": {"scenario": "低保年度复核"}}
    assert acts.problem_of(lambda: office.asker.call("POST", path, json=body)).status == 409


def test_share_supplement_the_head_changes_what_was_asked(office: Office) -> None:
    request = office.ask()
    ask_supplement(office, request)
    assert reply(office, request, scenario="低保年度复核")["scenario"] == "低保年度复核"


def test_share_supplement_comes_too_late_after_the_time_ran_out(office: Office) -> None:
    request = office.ask()
    office.clock.forward(working_days=11)
    assert acts.problem_of(lambda: ask_supplement(office, request)).status == 409


def test_share_reply_conditional_is_extended_once_with_consent(office: Office) -> None:
    request = office.ask()
    decide(office, ask_extension(office, request))
    clock = clock_of(office.read(request))
    assert (clock["working_days_left"], clock["extended_by"]) == (20, 10)


def test_an_extension_without_consent_changes_nothing(office: Office) -> None:
    request = office.ask()
    before = office.line(request)["due_on"]
    decide(office, ask_extension(office, request), consents=False)
    assert office.line(request)["due_on"] == before


def test_a_second_extension_is_refused(office: Office) -> None:
    request = office.ask()
    decide(office, ask_extension(office, request, 5))
    assert acts.problem_of(lambda: ask_extension(office, request, 5)).status == 409


def test_an_extension_is_no_longer_than_the_pack_says(office: Office) -> None:
    request = office.ask()
    assert acts.problem_of(lambda: ask_extension(office, request, 11)).status == 409


def test_an_extension_cannot_be_asked_for_after_the_time_ran_out(office: Office) -> None:
    request = office.ask()
    office.clock.forward(working_days=11)
    assert acts.problem_of(lambda: ask_extension(office, request)).status == 409


def test_consent_after_the_time_ran_out_extends_nothing(office: Office) -> None:
    request = office.ask()
    asked = ask_extension(office, request)
    office.clock.forward(working_days=11)
    assert acts.problem_of(lambda: decide(office, asked)).status == 409


def test_an_extension_nobody_consented_to_lapses_by_itself(office: Office) -> None:
    request = office.ask()
    ask_extension(office, request)
    office.clock.forward(working_days=11)
    office.sweep()
    assert office.read(request)["extensions"][0]["state"] == "lapsed"


def test_the_provider_cannot_consent_to_its_own_extension(office: Office) -> None:
    request = office.ask()
    asked = ask_extension(office, request)
    path = f"/api/v1/extensions/{asked['id']}/decision"
    problem = acts.problem_of(lambda: office.provider.call("POST", path, json={"consents": True}))
    assert problem.status == 403


def test_the_requester_is_told_of_the_extension(office: Office) -> None:
    request = office.ask()
    decide(office, ask_extension(office, request))
    told = office.asker.call("GET", "/api/v1/notices")["notices"]
    assert request["label"] in next(one["text"] for one in told if one["kind"] == "request.extension")


def test_share_reply_unconditional_items_answer_themselves(office: Office) -> None:
    people = office.city.people
    acts.publish_and_supply(people, acts.BUS_STOPS, office.city.folder / "stops")
    request = acts.ask_for(people, "rensheju", acts.BUS_STOPS, {"zhandian_mingcheng": "full"})
    line = request["lines"][0]
    assert (line["state"], line["answer"]["by"]) == ("granted", "rule")


@pytest.mark.parametrize("decision", ["verify_only"])
def test_share_deliver_stops_at_once_where_the_data_can_be_used(office: Office, decision: str) -> None:
    request = office.ask()
    office.answer(request, ITEM, decision=decision)
    deliver = next(clock for clock in office.read(request)["clocks"] if clock["deadline"] == "share.deliver")
    assert (deliver["state"], deliver["outcome"], deliver["working_days"]) == ("stopped", "usable", 20)
