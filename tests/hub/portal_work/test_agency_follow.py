"""What an agency sees of answers, grants, verification and wrong records, and does about them (U7, U8)."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hub.directory.facts import load_resource
from hub.identity.roles import Role
from tests.hub.portal.reading import read
from tests.hub.portal_work.agency_kit import OTHER, came_to, filled, forms, post
from tests.hub.portal_work.provider_kit import ASKER, PROVIDER, Bench, faults, page
from tests.support import acts
from tests.support.acts import MARRIAGES

ASKED = {"shenfen_haoma": "verify_only", "xingming": "verify_only", "hunyin_zhuangtai": "verify_only"}
MODES = {"modes": ["verify", "batch"], "retention_days": 30}


@pytest.fixture
def user(bench: Bench) -> httpx2.Client:
    return bench.person(ASKER, Role.AGENCY_USER)


@pytest.fixture(scope="module")
def grant(bench: Bench) -> str:
    """Give the address of a grant for verification."""
    people = bench.city.people
    request = acts.ask_for(people, ASKER, MARRIAGES, ASKED, **MODES)
    for item in ASKED:
        acts.answer(people, PROVIDER, request, item, decision="verify_only")
    grants = people.person(ASKER, Role.AGENCY_USER).call("GET", "/api/v1/grants")["grants"]
    return f"/w/grants/{grants[0]['id']}"


def narrowed(bench: Bench) -> dict[str, Any]:
    """Return a request whose line was returned with a lesser offer."""
    request = acts.ask_for(bench.city.people, ASKER, MARRIAGES, {"hunyin_zhuangtai": "full"})
    return acts.answer(
        bench.city.people, PROVIDER, request, "hunyin_zhuangtai", decision="narrow", offer="verify_only",
        duty="只需核对婚姻状态是否一致",
    )  # fmt: skip


def test_a_lesser_offer_is_accepted_by_one_button(bench: Bench, user: httpx2.Client) -> None:
    request = narrowed(bench)
    path = f"/w/applications/requests/{request['id']}"
    action = f"{path}/lines/{request['lines'][0]['id']}/accept"
    came_to(post(user, path, action))
    assert "仅供核验" in page(user, path).find("tbody")[0].text


def test_the_letter_is_read_from_the_request(bench: Bench, user: httpx2.Client) -> None:
    request = narrowed(bench)
    path = f"/w/applications/requests/{request['id']}"
    letter = next(one.get("href") for one in page(user, path).find("a") if one.get("href").endswith("/letter"))
    assert "数据共享申请答复书" in page(user, letter).text


def test_an_answer_is_disputed_from_its_line_and_listed(bench: Bench, user: httpx2.Client) -> None:
    request = narrowed(bench)
    path = f"/w/applications/requests/{request['id']}/dispute"
    opened = came_to(post(user, f"{path}?line={request['lines'][0]['id']}", path, text="履职需要具体状态"))
    assert any(one.get("href") == opened for one in page(user, "/w/disputes").find("a"))


def test_a_dispute_without_a_reason_is_a_fault_beside_the_field(bench: Bench, user: httpx2.Client) -> None:
    request = narrowed(bench)
    path = f"/w/applications/requests/{request['id']}/dispute"
    answer = post(user, f"{path}?line={request['lines'][0]['id']}", path, text=" ")
    assert (answer.status_code, faults(read(answer.text))) == (422, [("text", "须写明意见和理由")])


def test_what_the_provider_misses_is_supplied_on_the_page(bench: Bench, user: httpx2.Client) -> None:
    request = acts.ask_for(bench.city.people, ASKER, MARRIAGES, {"hunyin_zhuangtai": "full"})
    body = {"text": "请补充办理环节", "missing": {"": ["material"]}}
    approver = bench.city.people.person(PROVIDER, Role.APPROVER)
    approver.call("POST", f"/api/v1/requests/{request['id']}/supplement", json=body)
    path = f"/w/applications/requests/{request['id']}"
    before = page(user, path)
    came_to(post(user, path, f"{path}/supply", text="在受理环节核对"))
    assert ("待补正" in before.find("h1")[0].text, "办理中" in page(user, path).find("h1")[0].text) == (True, True)


def test_the_clock_is_told_in_words_day_by_day(bench: Bench) -> None:
    request = acts.ask_for(bench.city.people, ASKER, MARRIAGES, {"hunyin_zhuangtai": "full"})
    bench.clock.forward(working_days=6)
    bench.forget()
    shown = page(bench.person(ASKER, Role.AGENCY_USER), f"/w/applications/requests/{request['id']}")
    assert "第 6 天，共 10 个工作日，在示例市民政局，最迟" in shown.text


def test_a_grant_shows_items_key_and_samples_filled_in_for_its_system(
    bench: Bench, user: httpx2.Client, grant: str
) -> None:
    shown = page(user, grant)
    system = str(bench.city.people.registered[ASKER].system_id)
    samples = [one.text for one in shown.find("pre")]
    assert "密钥有效" in shown.text
    assert len([one for one in samples if system in one]) >= 3


def test_a_sample_is_there_as_plain_text(user: httpx2.Client, grant: str) -> None:
    answer = user.get(f"{grant}/samples/curl")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert "hub headers POST" in answer.text


def test_use_is_reported_on_the_grants_page(user: httpx2.Client, grant: str) -> None:
    came_to(post(user, grant, f"{grant}/reports", scenario="核对住房补贴申请"))
    assert "核对住房补贴申请" in page(user, grant).text


def test_a_report_that_says_nothing_is_a_fault(user: httpx2.Client, grant: str) -> None:
    answer = post(user, grant, f"{grant}/reports")
    assert faults(read(answer.text)) == [("scenario", "请至少写明一栏")]


@pytest.mark.parametrize("rest", ["", "/samples/curl"])
def test_another_organs_grant_is_not_there(bench: Bench, grant: str, rest: str) -> None:
    assert bench.person(OTHER, Role.AGENCY_USER).get(f"{grant}{rest}").status_code == 404


@pytest.mark.parametrize("path", ["/w/verify", "/w/batch"])
def test_verification_is_told_as_a_systems_work_with_the_call_to_copy(
    user: httpx2.Client, grant: str, path: str
) -> None:
    shown = page(user, path)
    assert "由系统核验，不在网页上核验" in shown.text
    assert any(MARRIAGES in one.text for one in shown.find("pre"))
    assert [one for one in shown.find("form") if one.get("action").startswith("/w/")] == []


def reported(user: httpx2.Client, key: str) -> httpx2.Response:
    form = filled(forms(page(user, f"/w/corrections/new?entry={MARRIAGES}"), "/w/corrections/new")[0])
    typed = {
        "key-shenfen_haoma": key,
        "wrong": "hunyin_zhuangtai",
        "value-hunyin_zhuangtai": "",
        "reason": "与证件不符",
    }
    return user.post("/w/corrections/new", data={**form, **typed})


def test_a_record_that_cannot_be_found_is_said_beside_the_key_and_the_key_is_in_no_message(
    user: httpx2.Client, grant: str
) -> None:
    answer = reported(user, "410199199001011230")
    assert (answer.status_code, [at for at, _ in faults(read(answer.text))]) == (422, ["keys"])
    assert "410199199001011230" not in read(answer.text).find("ul")[0].text


def test_a_wrong_record_is_reported_and_followed(bench: Bench, user: httpx2.Client, grant: str) -> None:
    case = came_to(reported(user, first_key(bench)))
    listed = [one.get("href") for one in page(user, "/w/corrections/mine").find("a")]
    assert ("已报" in page(user, case).text, case in listed) == (True, True)


def first_key(bench: Bench) -> str:
    """Return the key of one record of the register, from its table."""
    with bench.city.services.database.begin() as unit:
        resource = load_resource(bench.city.services.context, unit, MARRIAGES)
        row = unit.connection.exec_driver_sql(
            f"SELECT shenfen_haoma FROM data.r_{resource.id.hex} GROUP BY 1 HAVING count(*) = 1 LIMIT 1"
        ).one()
    return bench.city.services.numbers.open(str(row[0]))


def test_a_report_without_the_token_is_refused(user: httpx2.Client, grant: str) -> None:
    data = {"entry": MARRIAGES, "key-shenfen_haoma": "1", "wrong": "xingming", "reason": "x"}
    assert user.post("/w/corrections/new", data=data).status_code == 403


def test_another_organs_report_is_not_there(bench: Bench, user: httpx2.Client, grant: str) -> None:
    case = came_to(reported(user, first_key(bench)))
    assert bench.person(OTHER, Role.AGENCY_USER).get(case).status_code == 404


@pytest.mark.parametrize("path", ["/w/cart", "/w/grants", "/w/applications"])
def test_a_clerk_finds_no_page_of_the_desk(bench: Bench, path: str) -> None:
    assert bench.person(PROVIDER, Role.CLERK).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/w/cart", "/w/grants", "/w/applications", "/w/verify", "/w/corrections/mine"])
def test_who_has_not_logged_in_is_sent_to_the_login(bench: Bench, path: str) -> None:
    answer = httpx2.get(f"{bench.city.url}{path}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"].startswith("/login?next=")) == (303, True)
