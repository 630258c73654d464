"""The page on which figures that differ are settled: who sees it, what it shows, what a decision does."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.facts import CONSOLE
from hub.identity.roles import Role
from hub.registers.macro import settling
from hub.registers.macro.settling import Choice
from tests.hub.macro.conftest import AGENCY, AUTHORITY, CITY, SECOND, figure
from tests.hub.portal.reading import read
from tests.hub.portal_work.agency_kit import filled, forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.hub.macro.conftest import Bureau
    from tests.support.hosted import Doors, HostedCity

FAR = "2098-01-01 10:00:00"
HTML = {"Accept": "text/html"}


def about(city: HostedCity, period: str) -> dict[str, Any]:
    """Return the open conflict of a quarter, as the console sees it."""
    with city.services.database.begin() as unit:
        _, found = settling.listing(unit, "open", 50)
    return next(one for one in found if one["period"] == period)


@pytest.fixture
def keeper(doors: Doors) -> httpx2.Client:
    return doors.staff(AUTHORITY, Role.CATALOGUE_REVIEWER)


@pytest.fixture
def differing(bureau: Bureau, city: HostedCity) -> str:
    """Let two departments tell one released quarter otherwise; returns the address of the page."""
    bureau.push([figure("2019-Q1", "77.25", "2019-05-01 10:00:00")])
    bureau.push([figure("2019-Q1", "78.5", "2019-05-01 10:00:00")], to=SECOND)
    return f"/w/figures/{about(city, '2019-Q1')['id']}"


@pytest.fixture
def early(bureau: Bureau, city: HostedCity) -> Iterator[str]:
    """Let two departments tell a quarter otherwise that is not released; returns the address of the page."""
    bureau.push([figure("2020-Q1", "6161.5", FAR)])
    bureau.push([figure("2020-Q1", "6262.5", FAR)], to=SECOND)
    found = about(city, "2020-Q1")
    yield f"/w/figures/{found['id']}"
    with city.services.database.begin() as unit:
        choice = Choice("standing", "核对后不变")
        settling.settle(city.services.context, unit, uuid.UUID(found["id"]), choice, CONSOLE)


def send(browser: httpx2.Client, path: str, **typed: str) -> httpx2.Response:
    """Open a page, type into its form, and post it."""
    form = forms(read(browser.get(path).text), path)[0]
    return browser.post(path, data={**filled(form), **typed})


def test_the_list_shows_both_figures_and_their_sources(keeper: httpx2.Client, differing: str) -> None:
    text = keeper.get("/w/figures").text
    assert all(part in text for part in (differing, f"GDP {CITY} 2019-Q1", "77.25 亿元", "78.5 亿元", SECOND))


@pytest.mark.parametrize(("prefix", "words"), [("", "哪个数正确"), ("/en", "Which figure is right")])
def test_the_page_asks_which_figure_is_right(keeper: httpx2.Client, differing: str, prefix: str, words: str) -> None:
    assert words in keeper.get(prefix + differing).text


def test_a_decision_needs_a_choice_and_a_reason(keeper: httpx2.Client, differing: str) -> None:
    answers = [send(keeper, differing, note="有据"), send(keeper, differing, keep="claimed", note=" ")]
    assert [one.status_code for one in answers] == [422, 422]
    assert ["fault" in one.text for one in answers] == [True, True]


def test_the_later_figure_becomes_a_vintage_with_its_reason_for_everybody(
    keeper: httpx2.Client, doors: Doors, differing: str
) -> None:
    answer = send(keeper, differing, keep="claimed", note="核对报表后更正")
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/figures")
    asked = {"area": CITY, "period": "2019-Q1"}
    [one] = doors.public().get("/api/v1/indicators/GDP/observations", params=asked).json()["observations"]
    assert (one["value"], one["vintage"], one["reason"]) == (78.5, 2, "核对报表后更正")
    assert send_again(keeper, differing) == 404


def send_again(keeper: httpx2.Client, path: str) -> int:
    """Post a decision on what is settled already, with the token of another page."""
    token = filled(forms(read(keeper.get("/w/registers").text), "/w/registers")[0])["csrf"]
    answer = keeper.post(path, data={"csrf": token[0], "keep": "standing", "note": "再次"}, headers=HTML)
    assert "keep_standing" not in answer.text
    return answer.status_code


def test_what_is_not_released_is_neither_shown_nor_settled(keeper: httpx2.Client, early: str) -> None:
    page, listed = keeper.get(early).text, keeper.get("/w/figures").text
    assert [one for one in ("6161.5", "6262.5") if one in page + listed] == []
    token = filled(forms(read(keeper.get("/w/registers").text), "/w/registers")[0])["csrf"]
    answer = keeper.post(early, data={"csrf": token[0], "keep": "claimed", "note": "急"}, headers=HTML)
    assert (answer.status_code, "6262.5" in answer.text, forms(read(page), early)) == (422, False, [])


@pytest.mark.parametrize(
    ("member", "role", "status"),
    [(AUTHORITY, Role.SUPERVISOR, 200), (AUTHORITY, Role.AUDITOR, 200), (AGENCY, Role.AGENCY_USER, 403)],
)
def test_supervisors_and_auditors_read_it_and_agencies_do_not(
    doors: Doors, member: str, role: Role, status: int
) -> None:
    assert doors.staff(member, role).get("/w/figures", headers=HTML).status_code == status


def test_who_has_no_session_is_sent_to_the_login(doors: Doors) -> None:
    answer = doors.public().get("/w/figures", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fw%2Ffigures")


def test_it_stands_in_the_menu_and_among_what_is_to_be_done(keeper: httpx2.Client, bureau: Bureau) -> None:
    bureau.push([figure("2019-Q2", "80", "2019-08-01 10:00:00")])
    bureau.push([figure("2019-Q2", "81", "2019-08-01 10:00:00")], to=SECOND)
    text = keeper.get("/w").text
    assert ('href="/w/figures"' in text, f"GDP {CITY} 2019-Q2" in text) == (True, True)
    path = f"/w/figures/{about(bureau.city, '2019-Q2')['id']}"
    assert send(keeper, path, keep="standing", note="现值无误").status_code == 303
