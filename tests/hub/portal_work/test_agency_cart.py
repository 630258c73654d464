"""A case worker finds items, fills a cart, tries it, sends it; the head consents (U5, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.identity.roles import Role
from tests.hub.portal.reading import read
from tests.hub.portal_work.agency_kit import (
    OTHER,
    TYPED,
    came_to,
    cart_with,
    complete,
    consented,
    filled,
    forms,
    post,
    sent,
)
from tests.hub.portal_work.provider_kit import ASKER, Bench, faults, page
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    import httpx2

STATUS = "hunyin_zhuangtai"


@pytest.fixture
def user(bench: Bench) -> httpx2.Client:
    return bench.person(ASKER, Role.AGENCY_USER)


def test_a_found_item_stands_with_holder_share_type_freshness_answer_time_and_the_button(user: httpx2.Client) -> None:
    table = page(user, "/items?q=婚姻状态").find("table")[0]
    heads = [one.text for one in table.find("thead")[0].find("th")]
    row = table.find("tbody")[0].text
    assert heads == ["信息项", "持有单位", "所在条目", "共享", "如何取得", "数据更新", "平均答复", "申请"]
    assert ("示例市民政局" in row, "加入申请车" in row, "预审" in row) == (True, True, True)


def test_who_may_not_ask_sees_no_button_for_the_cart(bench: Bench) -> None:
    shown = page(bench.person(OTHER, Role.CLERK), "/items?q=婚姻状态").text
    assert ("示例市民政局" in shown, "加入申请车" in shown) == (True, False)


def test_the_button_beside_an_item_puts_it_into_a_cart_once(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    form = filled(forms(page(user, f"/d/{MARRIAGES}"), "/w/cart/add")[0])
    user.post("/w/cart/add", data={**form, "cart": cart.rpartition("/")[2], "item": STATUS})
    shown = page(user, cart)
    assert [one.get("name") for one in shown.find("select")].count("new_form") == 1
    assert len([one for one in shown.find("select") if one.get("name").startswith("form-")]) == 1


def test_the_precheck_says_who_answers_by_when_on_which_article(user: httpx2.Client) -> None:
    shown = page(user, f"/w/precheck?entry={MARRIAGES}&item={STATUS}&form=verify_only")
    assert "转示例市民政局办理，10 个工作日内答复（政务数据共享条例 第21条）" in shown.text


def test_a_draft_is_saved_however_little_it_holds_and_says_what_is_missing(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    saved = came_to(post(user, cart, cart, act="save", purpose="低保核对"))
    shown = page(user, saved)
    linked = {link.get("href")[1:] for link in shown.find("details")[0].find("a")}
    ids = {one.get("id") for one in shown.find()}
    assert {"scenario", "retention_days", "people"} <= linked <= ids


def test_a_number_that_is_none_is_a_fault_beside_its_field_and_nothing_typed_is_lost(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    answer = post(user, cart, cart, act="save", period_days="半年", scenario="写好的场景")
    assert answer.status_code == 422
    assert faults(read(answer.text)) == [("period_days", "须为整数")]
    assert "写好的场景" in answer.text


def test_a_colleague_who_saved_meanwhile_is_not_overwritten(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    form = filled(forms(page(user, cart), cart)[0])
    came_to(post(user, cart, cart, act="save", scenario="同事的场景"))
    answer = user.post(cart, data={**form, "act": "save", "scenario": "我的场景"})
    assert (answer.status_code, "已被同事改过" in answer.text) == (422, True)
    assert "同事的场景" in user.get(cart).text


def test_an_article_is_picked_from_the_library_and_cited(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    library = came_to(post(user, cart, cart, act="bases"))
    came_to(post(user, f"{library}?q=第二十条 郑州", library, basis="zhengzhou-20-1"))
    assert "郑州市信息化建设管理办法 第二十条" in page(user, f"{cart}/check").text


def test_the_check_tells_every_item_in_words_before_sending(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, STATUS, "peiou_shenfen_haoma")
    check = page(user, complete(user, cart))
    assert "可能不予提供" in check.text
    assert "转提供单位" in check.text
    assert forms(check, f"{cart}/submit") != []


def test_a_narrower_form_proposed_is_taken_by_one_button(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, "peiou_shenfen_haoma")
    check = complete(user, cart)
    came_to(post(user, check, f"{cart}/narrow"))
    assert "仅供核验" in page(user, check).find("tbody")[0].find("td")[0].text


def test_what_is_incomplete_cannot_be_sent_and_says_where(user: httpx2.Client) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    shown = page(user, f"{cart}/check")
    assert forms(shown, f"{cart}/submit") == []
    assert any(link.get("href") == f"{cart}#purpose" for link in shown.find("a"))


def test_three_items_go_from_cart_to_the_provider_with_the_heads_consent(bench: Bench, user: httpx2.Client) -> None:
    application = sent(user, MARRIAGES, "xingming", STATUS, "peiou_shenfen_haoma")
    waiting = page(user, application).text
    consented(bench, application)
    shown = page(user, application).text
    assert "等本单位负责人同意" in waiting
    assert "今天受理，共 10 个工作日，在示例市民政局" in shown


def test_who_sent_it_finds_no_button_to_consent(user: httpx2.Client) -> None:
    application = sent(user, MARRIAGES, STATUS)
    assert forms(page(user, application), f"{application}/consent") == []


def test_the_heads_to_do_list_names_what_waits(bench: Bench, user: httpx2.Client) -> None:
    application = sent(user, MARRIAGES, STATUS)
    head = bench.person(ASKER, Role.AGENCY_APPROVER)
    assert any(link.get("href") == application for link in page(head, "/w").find("a"))


def test_an_application_is_changed_by_the_same_form_until_the_first_answer(bench: Bench, user: httpx2.Client) -> None:
    application = sent(user, MARRIAGES, STATUS)
    cart = application.replace("/w/applications", "/w/cart")
    changed = came_to(post(user, cart, cart, act="save", scenario="换了一个场景"))
    assert (changed, "换了一个场景" in page(user, application).text) == (application, True)


def test_items_that_wait_are_withdrawn_from_the_page(bench: Bench, user: httpx2.Client) -> None:
    application = sent(user, MARRIAGES, "xingming", STATUS)
    consented(bench, application)
    came_to(post(user, application, f"{application}/withdraw"))
    assert "已撤回" in page(user, application).find("h1")[0].text


@pytest.mark.parametrize("act", ["", "/submit", "/drop", "/narrow", "/bases"])
def test_no_act_on_a_cart_passes_without_the_token(user: httpx2.Client, act: str) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    form = filled(forms(page(user, cart), cart)[0])
    del form["csrf"]
    assert user.post(f"{cart}{act}", data={**form, **TYPED}).status_code == 403


@pytest.mark.parametrize("rest", ["", "/check", "/bases"])
def test_another_organs_cart_is_not_there(bench: Bench, user: httpx2.Client, rest: str) -> None:
    cart = cart_with(user, MARRIAGES, STATUS)
    stranger = bench.person(OTHER, Role.AGENCY_USER)
    assert stranger.get(f"{cart}{rest}").status_code == 404


def test_another_organs_application_is_neither_shown_nor_changed(bench: Bench, user: httpx2.Client) -> None:
    application = sent(user, MARRIAGES, STATUS)
    stranger = bench.person(OTHER, Role.AGENCY_USER)
    csrf = filled(forms(page(stranger, "/w/cart"), "/w/cart")[0])["csrf"]
    answer = stranger.post(f"{application}/withdraw", data={"csrf": csrf, "version": "2"})
    assert (stranger.get(application).status_code, answer.status_code) == (404, 404)
