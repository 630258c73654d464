"""Drafts of an application: saved incomplete, shared with colleagues, never overwritten unseen; use cases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from hub.client import HubProblemError
from hub.exchange.cart.bases import shipped_bases
from hub.exchange.cart.templates import shipped_templates
from hub.identity.roles import Role
from tests.hub.cart.conftest import ASKER, MARITAL, SPOUSE, fields_of, line_of
from tests.support.acts import MARRIAGES, RESIDENTS, problem_of

if TYPE_CHECKING:
    from tests.hub.cart.conftest import Shop


def test_an_empty_draft_can_be_saved(shop: Shop) -> None:
    draft = shop.user.call("POST", "/api/v1/applications", json={})
    assert (draft["state"], draft["version"]) == ("draft", 1)


def test_an_incomplete_draft_says_everything_that_is_missing_at_once(shop: Shop) -> None:
    draft = shop.user.call("POST", "/api/v1/applications", json={})
    missing = {fault["field"] for fault in draft["faults"]}
    asked = {"lines", "purpose", "scenario", "bases", "case_pattern", "modes", "valid_until", "retention_days"}
    assert missing == asked | {"people", "systems"}


def test_every_fault_is_told_in_both_languages(shop: Shop) -> None:
    draft = shop.user.call("POST", "/api/v1/applications", json={})
    assert all(fault["message"] and fault["message_en"] for fault in draft["faults"])


def test_an_incomplete_application_is_not_submitted_and_nothing_of_it_is(shop: Shop) -> None:
    draft = shop.draft(lines=[{"entry": MARRIAGES, "item": MARITAL, "form": "verify_only"}], people=[])
    before = shop.city.counts()
    problem = problem_of(lambda: shop.act(draft, "submit"))
    assert (fields_of(problem), shop.city.counts()) == ({"people"}, before)


def test_a_colleague_of_the_same_organ_reads_and_the_head_too(shop: Shop) -> None:
    draft = shop.draft()
    assert shop.head.call("GET", f"/api/v1/applications/{draft['id']}")["label"] == draft["label"]


@pytest.mark.parametrize("whose", ["ours", "nobody's"])
def test_another_organ_s_application_reads_as_one_that_does_not_exist(shop: Shop, whose: str) -> None:
    key = shop.draft()["id"] if whose == "ours" else "00000000-0000-4000-8000-000000000000"
    problem = problem_of(lambda: shop.stranger.call("GET", f"/api/v1/applications/{key}"))
    without_address = {name: value for name, value in problem.problem.items() if name != "instance"}
    assert (problem.status, without_address) == (
        404,
        {
            "type": "/problems/application-not-found",
            "title": "没有这份申请车",
            "title_en": "No such application",
            "status": 404,
            "detail": "没有这份申请车，或不属于本单位",
            "detail_en": "there is no such application, or it is not your organ's",
            "next": "请从“申请车”列表中打开",
            "next_en": "open it from your list of applications",
        },
    )


@pytest.mark.parametrize("word", ["dry-run", "submit", "withdraw"])
def test_another_organ_acts_on_no_application_of_ours(shop: Shop, word: str) -> None:
    draft = shop.draft()
    assert problem_of(lambda: shop.act(draft, word, shop.stranger)).status in {404, 422}
    assert shop.read(draft)["version"] == draft["version"]


def test_another_organ_changes_no_application_of_ours(shop: Shop) -> None:
    draft = shop.draft()
    assert problem_of(lambda: shop.change(draft, shop.stranger, purpose="别的用途")).status == 404


def test_a_change_on_an_old_version_is_refused_and_names_the_present_one(shop: Shop) -> None:
    draft = shop.draft()
    shop.change(draft, title="同事先改")
    problem = problem_of(lambda: shop.change(draft, title="后来的改动"))
    assert (problem.status, problem.problem["version"], shop.read(draft)["title"]) == (409, 2, "同事先改")


def test_of_changes_at_the_same_moment_exactly_one_is_stored(shop: Shop) -> None:
    draft = shop.draft()

    def change(number: int) -> int:
        try:
            shop.change(draft, title=f"第 {number} 人的改动")
        except HubProblemError as error:
            return error.status
        return 200

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(change, range(4)))
    assert answers == [200, 409, 409, 409]


def test_of_submissions_at_the_same_moment_exactly_one_makes_parts(shop: Shop) -> None:
    draft = shop.draft()

    def submit(_: int) -> int:
        try:
            shop.act(draft, "submit")
        except HubProblemError as error:
            return error.status
        return 200

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(submit, range(3)))
    assert (answers, len(shop.read(draft)["parts"])) == ([200, 409, 409], 3)


def test_only_what_is_sent_is_changed(shop: Shop) -> None:
    draft = shop.draft()
    changed = shop.change(draft, title="只改标题")
    assert (changed["title"], changed["purpose"], changed["lines"]) == ("只改标题", draft["purpose"], draft["lines"])


def test_a_line_that_is_sent_again_keeps_its_id(shop: Shop) -> None:
    draft = shop.draft()
    changed = shop.change(draft, lines=[{"entry": MARRIAGES, "item": MARITAL, "form": "verify_only"}])
    assert [line["id"] for line in changed["lines"]] == [line_of(draft, MARITAL)["id"]]


def test_a_line_with_an_unknown_id_is_refused(shop: Shop) -> None:
    draft = shop.draft()
    line = {"id": "00000000-0000-4000-8000-000000000000", "entry": MARRIAGES, "item": MARITAL}
    assert fields_of(problem_of(lambda: shop.change(draft, lines=[line]))) == {"lines/0/id"}


def test_an_item_may_be_named_in_chinese(shop: Shop) -> None:
    draft = shop.draft(lines=[{"entry": MARRIAGES, "item": "婚姻状态", "form": "verify_only"}])
    assert draft["lines"][0]["item"] == MARITAL


def test_applications_are_listed_in_pages_with_their_total(shop: Shop) -> None:
    shop.draft()
    shop.draft()
    page = shop.user.call("GET", "/api/v1/applications", params={"limit": 1})
    assert (page["returned"], page["next"]) == (1, 1)
    assert page["total"] >= 2


def test_the_list_of_one_organ_holds_none_of_another(shop: Shop) -> None:
    shop.draft()
    assert shop.stranger.call("GET", "/api/v1/applications")["total"] == 0


def test_there_are_at_least_six_use_cases(shop: Shop) -> None:
    listed = shop.user.call("GET", "/api/v1/templates")
    assert {"dibao", "kaiban-qiye", "ruxue", "budongchan"} <= {one["id"] for one in listed["templates"]}
    assert listed["total"] >= 6


@pytest.mark.parametrize("key", sorted(shipped_templates()))
def test_every_use_case_cites_articles_of_the_library(key: str) -> None:
    assert set(shipped_templates()[key].bases) <= set(shipped_bases())


def test_a_use_case_finds_its_items_in_the_directory_in_the_narrowest_form(shop: Shop) -> None:
    draft = shop.user.call("POST", "/api/v1/applications", json={"template": "dibao"})
    found = {(line["entry"], line["item"], line["form"]) for line in draft["lines"] if line["entry"]}
    assert {(RESIDENTS, "shenfen_haoma", "verify_only"), (MARRIAGES, MARITAL, "verify_only")} <= found


def test_a_use_case_asks_for_the_article_of_the_organ_s_own_duty(shop: Shop) -> None:
    draft = shop.user.call("POST", "/api/v1/applications", json={"template": "dibao"})
    mended = shop.change(draft, basis_text="社会救助暂行办法 第十三条")
    assert ([one["field"] for one in draft["remarks"]], mended["remarks"]) == (["basis_text"], [])


def test_what_a_use_case_does_not_find_stays_a_line_to_be_completed(shop: Shop) -> None:
    draft = shop.user.call("POST", "/api/v1/applications", json={"template": "kaiban-qiye"})
    left = [line for line in draft["lines"] if line["entry"] is None]
    assert left
    assert all("可检索" in line["description"] for line in left)


def test_a_use_case_that_does_not_exist_names_those_that_do(shop: Shop) -> None:
    problem = problem_of(lambda: shop.user.call("POST", "/api/v1/applications", json={"template": "meiyou"}))
    assert problem.status == 404
    assert "dibao" in problem.problem["next"]


def test_the_reviewer_adds_a_use_case_and_an_agency_begins_from_it(shop: Shop) -> None:
    reviewer = shop.city.people.person("shujuju", Role.CATALOGUE_REVIEWER)
    new = {
        "id": "zhufang-buchong",
        "name_zh": "住房补充核对",
        "name_en": "Another housing check",
        "purpose": "住房补充核对",
        "scenario": "补充核对婚姻状态",
        "bases": ["sharing-20"],
        "modes": ["verify"],
        "items": [{"name": "婚姻状态", "element": "P019"}],
    }
    reviewer.call("POST", "/api/v1/templates", json=new)
    draft = shop.user.call("POST", "/api/v1/applications", json={"template": "zhufang-buchong"})
    assert draft["lines"][0]["item"] == MARITAL


def test_an_agency_user_adds_nothing_to_the_libraries(shop: Shop) -> None:
    body = {"id": "x-1", "law": "某条例", "article": "一", "duty_zh": "职责", "duty_en": "duty"}
    assert problem_of(lambda: shop.user.call("POST", "/api/v1/legal-bases", json=body)).status == 403


def test_the_library_of_bases_is_searched_by_words_and_theme(shop: Shop) -> None:
    found = shop.user.call("GET", "/api/v1/legal-bases", params={"q": "重复收集"})
    assert [one["citation"] for one in found["bases"]] == ["政务数据共享条例 第十九条"]


def test_an_added_basis_is_cited_by_its_id(shop: Shop) -> None:
    reviewer = shop.city.people.person("shujuju", Role.CATALOGUE_REVIEWER)
    body = {
        "id": "gzf-7",
        "law": "公共租赁住房管理办法",
        "article": "七",
        "duty_zh": "申请条件",
        "duty_en": "eligibility",
    }
    reviewer.call("POST", "/api/v1/legal-bases", json=body)
    draft = shop.draft(bases=["gzf-7"], basis_text="")
    assert draft["legal_basis"] == "公共租赁住房管理办法 第七条"


def test_an_id_is_given_to_one_basis_only(shop: Shop) -> None:
    reviewer = shop.city.people.person("shujuju", Role.CATALOGUE_REVIEWER)
    body = {"id": "pipl-34", "law": "某条例", "article": "一", "duty_zh": "职责", "duty_en": "duty"}
    assert fields_of(problem_of(lambda: reviewer.call("POST", "/api/v1/legal-bases", json=body))) == {"id"}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown entry": ({"lines": [{"entry": "meiyou", "item": "x"}]}, "lines/0/entry"),
    "unknown item": ({"lines": [{"entry": MARRIAGES, "item": "meiyou"}]}, "lines/0/item"),
    "no provider": ({"lines": [{"description": "收养登记信息"}]}, "lines/0"),
    "unknown provider": ({"lines": [{"provider": "nobody", "description": "收养"}]}, "lines/0/provider"),
    "own organ": ({"lines": [{"provider": ASKER, "description": "收养"}]}, "lines/0/provider"),
    "named twice": ({"lines": [{"entry": MARRIAGES, "item": MARITAL}] * 2}, "lines/1"),
    "withheld": ({"lines": [{"entry": MARRIAGES, "item": MARITAL, "form": "withheld"}]}, "lines/0/form"),
    "form without its mode": (
        {"lines": [{"entry": MARRIAGES, "item": MARITAL, "form": "verify_only"}], "modes": ["query"]},
        "lines/0/form",
    ),
    "basis without article": ({"basis_text": "根据有关规定"}, "basis_text"),
    "unknown basis": ({"bases": ["meiyou"]}, "bases"),
    "list and pattern": ({"case_numbers": ["GZF-1"]}, "case_pattern"),
    "group in a pattern": ({"case_pattern": "re:(a+)+$"}, "case_pattern"),
    "endless period": ({"valid_until": "2199-01-01T00:00:00Z", "period_days": None}, "valid_until"),
    "period that is over": ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
    "purpose of two lines": ({"purpose": "一行\n又一行"}, "purpose"),
    "system of another organ": ({"systems": ["00000000-0000-4000-8000-000000000000"]}, "systems/0"),
    "filter on an item not asked for": (
        {"row_filters": {MARRIAGES: {"item": SPOUSE, "op": "eq", "value": "1"}}},
        f"row_filters/{MARRIAGES}",
    ),
    "filter of no known form": ({"row_filters": {MARRIAGES: {"sql": "1=1"}}}, f"row_filters/{MARRIAGES}"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_is_wrong_is_named_by_its_field(shop: Shop, case: str) -> None:
    changes, field = WRONG[case]
    assert field in {fault["field"] for fault in shop.draft(**changes)["faults"]}


REFUSED: dict[str, dict[str, Any]] = {
    "identity number": {"scenario": "核对 11010519491231002X 的婚姻状态"},
    "secrecy mark": {"basis_text": "机密★10年"},
    "telephone of a person": {"people": ["经办人 13812345678"]},
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_may_not_be_kept_is_not_stored_and_not_repeated(shop: Shop, case: str) -> None:
    before = shop.city.counts()
    problem = problem_of(lambda: shop.draft(**REFUSED[case]))
    text = next(iter(REFUSED[case].values()))
    said = str(text if isinstance(text, str) else text[0])
    assert (problem.status, shop.city.counts(), said in str(problem.problem)) == (422, before, False)


HOSTILE = {
    "unknown member": {"purpos": "x"},
    "zero byte": {"purpose": "a\x00b"},
    "half a surrogate": {"row_filters": {"x": {"item": "\udc00"}}},
    "far too many lines": {"lines": [{"entry": "a", "item": str(number)} for number in range(501)]},
    "a year beyond calendars": {"valid_from": "9999-12-31T23:59:59Z"},
    "a number for a text": {"purpose": 7},
    "a filter that is no object": {"row_filters": {"x": "DROP TABLE"}},
    "a very large period": {"period_days": 10**30},
}


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_hostile_bodies_are_problems_and_store_nothing(shop: Shop, case: str) -> None:
    before = shop.city.counts()
    body = json.dumps(HOSTILE[case]).encode()
    headers = {"Content-Type": "application/json"}
    problem = problem_of(lambda: shop.user.raw("POST", "/api/v1/applications", content=body, headers=headers))
    assert (problem.status in {400, 422}, shop.city.counts()) == (True, before)
