"""The ladder, the letter before and after, several answers in one act: what the provider sees and sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.hub.clocks.conftest import ITEM
from tests.support import acts

if TYPE_CHECKING:
    from tests.hub.clocks.conftest import Office

TWO = {ITEM: "verify_only", "xingming": "masked"}


def proposal(office: Office, request: dict[str, Any], item: str = ITEM) -> dict[str, Any]:
    return office.provider.call("GET", f"{office.path(request, item)}/proposal")


def answers(office: Office, request: dict[str, Any], **decisions: str) -> dict[str, Any]:
    body = {
        "answers": [
            {"line": acts.line_of(request, item)["id"], "decision": decision, "decider_role": "数据共享工作负责人"}
            for item, decision in decisions.items()
        ]
    }
    return office.provider.call("POST", f"/api/v1/requests/{request['id']}/answers", json=body)


def test_the_proposal_names_the_widest_lawful_form(office: Office) -> None:
    request = office.ask({"xingming": "full"})
    assert proposal(office, request, "xingming")["proposed"] == "masked"


def test_a_form_wider_than_the_law_lets_the_class_go_is_shown_with_the_reason(office: Office) -> None:
    found = proposal(office, office.ask({"xingming": "full"}), "xingming")
    full = next(one for one in found["forms"] if one["form"] == "full")
    assert (full["is_allowed"], "影响评估" in full["reason"]) == (False, True)


def test_the_lesser_offers_come_in_the_order_of_the_ladder(office: Office) -> None:
    found = proposal(office, office.ask({"xingming": "full"}), "xingming")
    assert [one["form"] for one in found["lesser_offers"]] == ["aggregate_only", "verify_only"]


def test_without_a_record_in_force_the_proposal_says_why_a_refusal_is_not_possible(office: Office) -> None:
    refusal = proposal(office, office.ask({"xingming": "masked"}), "xingming")["refusal"]
    assert (refusal["is_possible"], "R01" in refusal["why"]) == (False, True)


def test_the_proposal_drafts_the_reply_in_both_languages(office: Office) -> None:
    draft = proposal(office, office.ask())["drafts"][0]
    assert (draft["decision"], acts.PURPOSE in draft["zh"], acts.PURPOSE in draft["en"]) == ("verify_only", True, True)


def test_the_requester_sees_no_proposal(office: Office) -> None:
    path = f"{office.path(office.ask())}/proposal"
    assert acts.problem_of(lambda: office.asker.call("GET", path)).status == 403


def test_a_preview_shows_the_letter_and_stores_nothing(office: Office) -> None:
    request = office.ask()
    before = office.city.counts()
    body = {"decision": "verify_only", "decider_role": "数据共享工作负责人"}
    shown = office.provider.call("POST", f"{office.path(request)}/preview", json=body)
    assert (shown["letter"]["decision"], office.city.counts() == before) == ("verify_only", True)


def test_the_letter_given_is_the_letter_shown(office: Office) -> None:
    request = office.ask()
    body = {"decision": "verify_only", "decider_role": "数据共享工作负责人"}
    shown = office.provider.call("POST", f"{office.path(request)}/preview", json=body)["letter"]
    office.answer(request)
    assert office.asker.call("GET", f"{office.path(request)}/letter") == shown


def test_the_letter_names_number_asked_decision_provision_decider_date_and_remedy(office: Office) -> None:
    request = office.ask({"xingming": "masked"})
    office.answer(request, "xingming", decision="narrow", offer="verify_only", duty="核对低保只需核验姓名是否一致")
    text = office.asker.raw("GET", f"{office.path(request, 'xingming')}/letter", params={"format": "text"}).text
    wanted = ("编号：", "申请内容：", "决定：退回缩小范围", "条文：", "决定人：", "日期：", "救济途径：", "第28条")
    assert [word for word in wanted if word not in text] == []


def test_an_unanswered_line_has_no_letter(office: Office) -> None:
    path = f"{office.path(office.ask())}/letter"
    assert acts.problem_of(lambda: office.asker.call("GET", path)).status == 404


def test_several_lines_are_answered_in_one_act(office: Office) -> None:
    request = office.ask(TWO)
    done = answers(office, request, **{ITEM: "verify_only", "xingming": "masked"})
    assert (done["state"], [line["state"] for line in done["lines"]]) == ("answered", ["granted", "granted"])


def test_when_one_answer_is_not_possible_none_is_given_and_one_list_says_why(office: Office) -> None:
    request = office.ask(TWO)
    problem = acts.problem_of(lambda: answers(office, request, **{ITEM: "full", "xingming": "masked"}))
    states = {line["state"] for line in office.read(request)["lines"]}
    assert (states, len(problem.problem["lines"])) == ({"waiting"}, 1)


def test_the_flag_without_an_assessment_on_file_opens_no_wider_form(office: Office) -> None:
    request = office.ask({"xingming": "full"})
    problem = acts.problem_of(
        lambda: office.answer(request, "xingming", decision="full", cites_law_and_assessment=True)
    )
    assert "影响评估" in problem.next_zh


def test_an_answered_line_names_what_comes_next(office: Office) -> None:
    request = office.ask()
    office.answer(request)
    problem = acts.problem_of(lambda: office.answer(request))
    assert (problem.status, bool(problem.next_zh)) == (409, True)
