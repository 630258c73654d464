"""An approver answers a request on the pages: ladder, refusal with a lesser offer, preview, letters (U4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.hub.portal.reading import read
from tests.hub.portal_work.provider_kit import (
    ASKER,
    PROVIDER,
    REFUSING,
    Bench,
    faults,
    fields,
    page,
    send,
)

if TYPE_CHECKING:
    import httpx2


@pytest.fixture(scope="module")
def approver(bench: Bench) -> httpx2.Client:
    return bench.person(PROVIDER, Role.APPROVER)


def path_of(request: dict[str, Any]) -> str:
    return f"/w/inbox/{request['id']}"


def record_of(browser: httpx2.Client, path: str) -> str:
    """Return the exemption record that can be chosen for the third item."""
    select = next(one for one in page(browser, path).find("select") if one.get("name") == "a3_record")
    return next(one.get("value") for one in select.find("option") if one.get("value"))


def test_three_items_are_answered_with_one_refusal_and_a_lesser_offer(bench: Bench, approver: httpx2.Client) -> None:
    request = bench.ask()
    path = path_of(request)
    record = record_of(approver, path)
    shown = send(approver, f"{path}?adopt=true", path, **REFUSING, a3_record=record, act="preview")
    kept = fields(read(shown.text), path)
    sent = approver.post(path, data={**kept, "act": "send"})
    api = bench.city.people.person(ASKER, Role.AGENCY_USER).call("GET", f"/api/v1/requests/{request['id']}")
    refused = api["lines"][2]["answer"]
    assert sent.status_code == 303
    assert [line["state"] for line in api["lines"]] == ["granted", "granted", "refused"]
    assert (refused["ground"], refused["offer"]) == ("R05", "verify_only")


def test_the_letters_are_seen_before_they_are_given_and_nothing_is_stored_yet(
    bench: Bench, approver: httpx2.Client
) -> None:
    request = bench.ask()
    path = path_of(request)
    shown = read(send(approver, f"{path}?adopt=true", path, act="preview").text)
    api = bench.city.people.person(ASKER, Role.AGENCY_USER).call("GET", f"/api/v1/requests/{request['id']}")
    letters = [one.text for one in shown.find("h2") if one.text.startswith("答复书")]
    assert (len(letters), {line["state"] for line in api["lines"]}) == (3, {"waiting"})


def test_a_refusal_without_a_ground_comes_back_with_every_fault_beside_its_field(
    bench: Bench, approver: httpx2.Client
) -> None:
    path = path_of(bench.ask())
    answer = send(approver, path, path, a3_do="refuse", a3_facts="", act="preview")
    shown = read(answer.text)
    led_to = {name for name, _ in faults(shown)}
    ids = {one.get("id") for one in shown.find()}
    beside = [one.text for one in shown.find("span") if one.get("id") == "a3_facts-fault"]
    assert answer.status_code == 422
    assert {"a3_record", "a3_facts"} <= led_to <= ids
    assert beside[0].startswith("需修改：第 3 项：没有写明符合条文的事实")


def test_what_was_typed_is_kept_when_an_answer_is_not_possible(bench: Bench, approver: httpx2.Client) -> None:
    path = path_of(bench.ask())
    answer = send(approver, path, path, a3_do="refuse", a3_facts="配偶不是申请当事人", act="preview")
    assert fields(read(answer.text), path)["a3_facts"] == "配偶不是申请当事人"


def test_going_back_from_the_letters_keeps_what_was_typed(bench: Bench, approver: httpx2.Client) -> None:
    path = path_of(bench.ask())
    shown = send(approver, path, path, a1_do="verify_only", office="局长", act="preview")
    back = approver.post(path, data={**fields(read(shown.text), path), "act": "edit"})
    kept = fields(read(back.text), path)
    assert (kept["a1_do"], kept["office"]) == ("verify_only", "局长")


def test_without_any_answer_chosen_the_page_says_so(bench: Bench, approver: httpx2.Client) -> None:
    path = path_of(bench.ask())
    answer = send(approver, path, path, act="preview")
    assert (answer.status_code, faults(read(answer.text))) == (422, [("", "还没有选定任何一项的答复。")])


def test_a_return_for_narrowing_needs_the_duty_and_an_offer(bench: Bench, approver: httpx2.Client) -> None:
    path = path_of(bench.ask())
    answer = send(approver, path, path, a1_do="narrow", act="preview")
    assert ("a1_duty", True) in [(name, "履职需要" in text) for name, text in faults(read(answer.text))]


def test_a_form_that_the_class_does_not_allow_is_explained_beside_the_answer(
    bench: Bench, approver: httpx2.Client
) -> None:
    path = path_of(bench.ask())
    answer = send(approver, path, path, a3_do="full", act="preview")
    assert [name for name, _ in faults(read(answer.text))] == ["a3_do"]


def test_an_answer_without_the_token_of_the_session_is_refused(bench: Bench, approver: httpx2.Client) -> None:
    path = path_of(bench.ask())
    answer = approver.post(path, data={"a1_do": "masked", "office": "局长", "act": "send"})
    assert answer.status_code == 403


def test_a_clerk_reads_the_request_and_is_told_who_answers(bench: Bench) -> None:
    path = path_of(bench.ask())
    shown = page(bench.person(PROVIDER, Role.CLERK), path)
    forms = [one for one in shown.find("form") if one.get("action") == path]
    assert (forms, "逐项答复由本单位审核人办理" in shown.text) == ([], True)


def test_another_organ_finds_no_such_request(bench: Bench) -> None:
    path = path_of(bench.ask())
    assert bench.person("gonganju", Role.APPROVER).get(path).status_code == 404


def test_the_page_after_an_act_says_once_what_was_done(bench: Bench, approver: httpx2.Client) -> None:
    request = bench.ask({"hunyin_zhuangtai": "verify_only"})
    path = path_of(request)
    shown = send(approver, f"{path}?adopt=true", path, act="preview")
    approver.post(path, data={**fields(read(shown.text), path), "act": "send"})
    said = [f"已发出答复（{request['label']} · 1 项）" in page(approver, path).text for _ in range(2)]
    assert said == [True, False]


def test_a_given_letter_is_read_in_both_languages(bench: Bench, approver: httpx2.Client) -> None:
    request = bench.ask({"hunyin_zhuangtai": "verify_only"})
    path = path_of(request)
    shown = send(approver, f"{path}?adopt=true", path, act="preview")
    approver.post(path, data={**fields(read(shown.text), path), "act": "send"})
    letter = f"{path}/letters/{request['lines'][0]['id']}"
    assert "仅供核验" in page(approver, letter).text
    assert "granted: for verification only" in page(approver, f"/en{letter}").text


def test_what_is_missing_is_asked_once_and_the_clock_stands_still(bench: Bench, approver: httpx2.Client) -> None:
    path = path_of(bench.ask())
    form = f"{path}/supplement"
    first = send(approver, form, form, text="请补充使用依据的条款号", whole=["legal_basis", "material"])
    again = page(approver, form)
    assert first.status_code == 303
    assert "等待补充材料，时限中止" in page(approver, path).text
    assert ("不能再次要求补充" in again.text, [one for one in again.find("form") if one.get("action") == form]) == (
        True,
        [],
    )


def test_a_supplement_that_names_nothing_comes_back_with_the_reason(bench: Bench, approver: httpx2.Client) -> None:
    form = f"{path_of(bench.ask())}/supplement"
    answer = send(approver, form, form, text="")
    assert (answer.status_code, faults(read(answer.text))[0][0]) == (422, "text")


def test_more_time_is_asked_for_and_shown_as_waiting_for_the_authority(bench: Bench, approver: httpx2.Client) -> None:
    path = path_of(bench.ask())
    form = f"{path}/extension"
    done = send(approver, form, form, working_days="5", reason="须与公安局核对登记底册")
    assert (done.status_code, "待主管部门决定" in page(approver, path).text) == (303, True)


@pytest.mark.parametrize(("days", "reason"), [("abc", "理由充分"), ("99", "理由充分"), ("5", "")])
def test_more_time_is_not_asked_for_without_days_and_reason(
    bench: Bench, approver: httpx2.Client, days: str, reason: str
) -> None:
    form = f"{path_of(bench.ask())}/extension"
    answer = send(approver, form, form, working_days=days, reason=reason)
    assert (answer.status_code, len(faults(read(answer.text)))) == (422, 1)
