"""Staff log in with a form and see the whole directory; the public never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.demo.city import load_city
from hub.identity.roles import Role
from tests.hub.portal.reading import Element, read
from tests.hub.portal.town import MARRIAGES, Town

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

LOGIN = load_city().member("rensheju").login(Role.AGENCY_USER)
PASSWORD = load_city().password


def form_of(browser: httpx2.Client, path: str = "/login") -> dict[str, str]:
    """Open the page and return its form's hidden fields."""
    page = read(browser.get(path).text)
    return {one.get("name"): one.get("value") for one in page.find("input") if one.get("type") == "hidden"}


def log_in(browser: httpx2.Client, login: str = LOGIN, password: str = PASSWORD) -> httpx2.Response:
    return browser.post("/login", data={**form_of(browser), "login": login, "password": password})


def logout_form(page: Element) -> dict[str, str]:
    form = next(one for one in page.find("form") if one.get("action") == "/logout")
    return {one.get("name"): one.get("value") for one in form.find("input")}


@pytest.fixture
def browser(town: Town) -> Iterator[httpx2.Client]:
    with town.browser() as browser:
        yield browser


def test_a_person_who_logs_in_comes_to_the_workbench(browser: httpx2.Client) -> None:
    answer = log_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/w")


def test_a_person_who_logged_in_finds_items_that_are_closed_to_the_public(browser: httpx2.Client) -> None:
    before = "hunyin-dengji" in browser.get("/items", params={"q": "婚姻状况"}).text
    log_in(browser)
    assert (before, "hunyin-dengji" in browser.get("/items", params={"q": "婚姻状况"}).text) == (False, True)


def test_a_person_who_logged_in_reads_how_to_get_a_closed_entry_but_no_row(browser: httpx2.Client) -> None:
    log_in(browser)
    page = read(browser.get(f"/d/{MARRIAGES}").text)
    captions = [one.get("id") for one in page.find("caption")]
    assert ("提供单位逐项答复" in page.text, captions) == (True, ["described"])


def test_the_head_of_the_page_names_the_member_and_the_person(browser: httpx2.Client) -> None:
    log_in(browser)
    assert "示例市人力资源和社会保障局 · " in read(browser.get("/").text).find("header")[0].text


def test_a_page_for_a_person_is_kept_by_no_cache(browser: httpx2.Client) -> None:
    log_in(browser)
    assert browser.get("/items").headers["cache-control"] == "no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: httpx2.Client) -> None:
    cookie = next(one for one in log_in(browser).headers.get_list("set-cookie") if one.startswith("shutong="))
    assert ("HttpOnly" in cookie, "SameSite=lax" in cookie) == (True, True)


@pytest.mark.parametrize(("login", "password"), [(LOGIN, "wrong-password-1"), ("nobody.at-all", PASSWORD), ("'", "x")])
def test_every_failed_login_gets_the_same_answer(browser: httpx2.Client, login: str, password: str) -> None:
    answer = log_in(browser, login, password)
    alert = next(one.text for one in read(answer.text).find("p") if one.get("role") == "alert")
    assert (answer.status_code, alert.startswith("登录未成功：账号、口令或动态码不正确")) == (401, True)


def test_a_failed_login_never_repeats_what_was_typed(browser: httpx2.Client) -> None:
    answer = log_in(browser, "somebody.typed-this", "and-this-password")
    assert ("typed-this" in answer.text, "this-password" in answer.text) == (False, False)


def test_a_login_from_another_site_is_refused(browser: httpx2.Client) -> None:
    form = {"login": LOGIN, "password": PASSWORD, "form_token": "guessed"}
    answer = browser.post("/login", data=form)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_too_many_attempts_pause_the_login(browser: httpx2.Client) -> None:
    answers = [log_in(browser, "paused.person", "wrong-password-1").status_code for _ in range(6)]
    assert answers == [401, 401, 401, 401, 401, 429]


def test_logging_out_ends_the_session(browser: httpx2.Client) -> None:
    log_in(browser)
    session = browser.cookies["shutong"]
    answer = browser.post("/logout", data=logout_form(read(browser.get("/").text)))
    browser.cookies.set("shutong", session)
    found = "hunyin-dengji" in browser.get("/items", params={"q": "婚姻状况"}).text
    assert (answer.status_code, answer.headers["location"], found) == (303, "/", False)


def test_a_logout_that_another_site_sends_does_nothing(browser: httpx2.Client) -> None:
    log_in(browser)
    answer = browser.post("/logout", data={"csrf": "guessed"})
    assert (answer.status_code, "hunyin-dengji" in browser.get("/items", params={"q": "婚姻状况"}).text) == (403, True)


def test_a_person_who_logged_in_can_check_a_receipt(browser: httpx2.Client) -> None:
    log_in(browser)
    page = read(browser.get("/proof").text)
    form = next(one for one in page.find("form") if one.get("action") == "/proof")
    fields = {one.get("name"): one.get("value") for one in form.find("input") if one.get("type") == "hidden"}
    answer = browser.post("/proof", data={**fields, "receipt": "nonsense"}, files={"file": ("", b"")})
    assert (answer.status_code, "不属实" in answer.text) == (200, True)
