"""Cases that others begin, answered on pages: corrections, complaints, findings on privacy, entries, notices' links."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from starlette.routing import Match

from hub import rounds
from hub.api import subscriptions
from hub.demo.directory import demo_entry
from hub.demo.generators import demo_frame, write_table
from hub.demo.people import residents
from hub.identity.roles import Role
from hub.portal import pages, pages_standards
from hub.portal.desk import pages as desk_pages
from hub.portal.work import pages as work_pages
from tests.hub.portal.reading import read
from tests.hub.portal_work.provider_kit import ASKER, AUTHORITY, PROVIDER, Bench, faults, page, send
from tests.hub.portal_work.test_provider_pages import faults_of_access
from tests.hub.privacy.test_gate import changed, mailboxes
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE, BUSES = "gonganju", "jiaotongju"
FOUND = "核对原始档案，登记有误，已在业务系统更正"
ANY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def registered(bench: Bench) -> Bench:
    """Give the city with the residents, some of whose items an agency was granted."""
    acts.publish_and_supply(bench.city.people, RESIDENTS, bench.city.folder / "files")
    acts.ask_for(bench.city.people, ASKER, RESIDENTS, {"shenfen_haoma": "verify_only", "minzu": "full"})
    return bench


@pytest.fixture(scope="module")
def source(registered: Bench) -> httpx2.Client:
    return registered.person(SOURCE, Role.APPROVER)


def _report(bench: Bench, number: int) -> str:
    """Report a resident's record as the agency's system; returns the path of the case."""
    person = [one for one in residents() if not one.is_dead and one.age() >= 20][number].number
    body = {"entry": RESIDENTS, "key": {"shenfen_haoma": person}, "items": {"minzu": None}, "reason": "与证件不符"}
    made = bench.city.people.system(ASKER).call("POST", "/api/v1/corrections", json=body)
    return f"/w/corrections/{made['id']}"


@pytest.mark.parametrize(("number", "result"), [(1, "next_push"), (2, "right")])
def test_a_report_is_answered_with_what_was_found(
    registered: Bench, source: httpx2.Client, number: int, result: str
) -> None:
    case = _report(registered, number)
    taken = send(source, case, case)
    done = send(source, case, f"{case}/answer", result=result, finding=FOUND)
    shown = page(source, case).text
    assert (taken.status_code, done.status_code, FOUND in shown) == (303, 303, True)


def test_a_report_is_not_answered_without_a_finding(registered: Bench, source: httpx2.Client) -> None:
    case = _report(registered, 3)
    answer = send(source, case, f"{case}/answer", result="right", finding="")
    assert (answer.status_code, faults(read(answer.text))[0][0]) == (422, "finding")


def test_a_report_is_forwarded_to_the_other_holder_of_the_element(registered: Bench, source: httpx2.Client) -> None:
    case = _report(registered, 4)
    own = send(source, case, f"{case}/answer", result="forward", finding="登记源在其他单位", to=RESIDENTS)
    assert (own.status_code, faults(read(own.text))[0][0]) == (422, "to")


def test_a_clerk_takes_a_report_up_and_is_told_who_answers(registered: Bench) -> None:
    case = _report(registered, 5)
    clerk = registered.person(SOURCE, Role.CLERK)
    assert send(clerk, case, case).status_code == 303
    assert f"{case}/answer" not in [one.get("action") for one in page(clerk, case).find("form")]


@pytest.fixture(scope="module")
def finding(bench: Bench) -> str:
    """Give the path of a finding: mailboxes nobody declared in the bus stops."""
    people = bench.city.people
    acts.publish(people, BUS_STOPS)
    entry = demo_entry(BUS_STOPS, people.today())
    frame = changed(demo_frame(BUS_STOPS, people.today()), mailboxes(5))
    path = bench.city.folder / "stops.csv"
    write_table(path, entry, frame)
    people.person(BUSES, Role.CLERK).push(BUS_STOPS, path, options={"mode": "full"})
    found = people.person(BUSES, Role.CLERK).call("GET", "/api/v1/privacy/findings")["findings"]
    return f"/w/privacy/{found[0]['id']}"


def test_a_finding_is_proposed_by_the_clerk_and_decided_by_the_reviewer(bench: Bench, finding: str) -> None:
    clerk, reviewer = bench.person(BUSES, Role.CLERK), bench.person(BUSES, Role.SECRECY_REVIEWER)
    shown = page(clerk, finding)
    options = [one.get("value") for one in shown.find("input") if one.get("name") == "outcome"]
    bare = send(clerk, finding, finding, outcome=options[0], reason="")
    proposed = send(clerk, finding, finding, outcome=options[0], reason="核对过原始材料")
    decided = send(reviewer, finding, finding, outcome=options[0], reason="复核一致")
    assert (bare.status_code, proposed.status_code, decided.status_code) == (422, 303, 303)
    assert "someone0@example.org" not in shown.text


@pytest.fixture(scope="module")
def complaint(bench: Bench) -> Iterator[str]:
    """Give the path of a complaint a resident made."""
    with httpx2.Client(base_url=bench.city.url, headers={"Accept": "text/html"}, timeout=60) as browser:
        person = [one for one in residents() if not one.is_dead and one.age() >= 30][7].number
        _sign_in(browser, person)
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/me/corrections").text)
        assert token is not None
        browser.post("/me/complaints", data={"csrf": token.group(1), "text": "查询过于频繁 <b>x</b>"})
        made = browser.get("/api/v1/me/complaints").json()["complaints"][0]
        yield f"/w/complaints/{made['id']}"


def _sign_in(browser: httpx2.Client, number: str) -> None:
    asked = httpx2.URL(browser.get("/me/login").headers["location"]).params
    names = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
    form = {**{name: asked[name] for name in names}, "number": number}
    browser.get(browser.post("/demo-idp/authorize", data=form).headers["location"])


def test_a_complaint_is_answered_by_the_supervisor_on_its_page(bench: Bench, complaint: str) -> None:
    supervisor = bench.person(AUTHORITY, Role.SUPERVISOR)
    shown = supervisor.get(complaint).text
    access = [faults_of_access(page(supervisor, f"{lead}{complaint}"), lead[1:] or "zh") for lead in ("", "/en")]
    empty = send(supervisor, complaint, complaint, text=" ")
    done = send(supervisor, complaint, complaint, text="已核实并提醒该单位")
    again = page(supervisor, complaint)
    assert ("&lt;b&gt;x&lt;/b&gt;" in shown, access, empty.status_code) == (True, [[], []], 422)
    assert (done.status_code, "已核实并提醒该单位" in again.text, again.find("textarea")) == (303, True, [])


def test_complaints_are_listed_for_the_supervisor_alone(bench: Bench, complaint: str) -> None:
    shown = page(bench.person(AUTHORITY, Role.SUPERVISOR), "/w/complaints")
    links = [one.get("href") for one in shown.find("a")]
    assert (complaint in links, bench.person(PROVIDER, Role.APPROVER).get("/w/complaints").status_code) == (True, 403)


def test_a_change_under_work_shows_whose_it_is_and_the_days_left(bench: Bench) -> None:
    people = bench.city.people
    clerk = people.person(PROVIDER, Role.CLERK)
    body = dict(clerk.call("GET", f"/api/v1/entries/{MARRIAGES}")["entry"])
    clerk.call("PUT", f"/api/v1/entries/{MARRIAGES}/draft", json={"entry": body})
    rounds.run_now(bench.city.services)
    browser = bench.person(PROVIDER, Role.CLERK)
    shown = page(browser, f"/w/entries/{MARRIAGES}")
    assert ("草稿" in shown.text, "个工作日" in shown.text, "完成评估" in shown.text) == (True, True, True)
    assert faults_of_access(shown, "zh") == []
    assert faults_of_access(page(browser, f"/en/w/entries/{MARRIAGES}"), "en") == []
    assert bench.person(SOURCE, Role.CLERK).get(f"/w/entries/{MARRIAGES}").status_code == 404


def test_the_link_of_a_request_leads_each_side_to_its_own_page(bench: Bench) -> None:
    request = bench.ask()["id"]
    sides = {PROVIDER: (Role.APPROVER, "inbox"), ASKER: (Role.AGENCY_USER, "applications/requests")}
    browsers = {member: bench.person(member, role) for member, (role, _) in sides.items()}
    led = {member: came_from(browser.get(f"/w/requests/{request}")) for member, browser in browsers.items()}
    assert led == {member: f"/w/{where}/{request}" for member, (_, where) in sides.items()}


def came_from(answer: httpx2.Response) -> str:
    """Return where a page that is none of its own led."""
    assert answer.status_code == 307, answer.text[:500]
    return str(answer.headers["location"])


def _links(top: Path) -> dict[str, set[str]]:
    """Return every address given as ``link=`` in the hub, with an id or a name put in, by file."""
    found: dict[str, set[str]] = {}
    for path in sorted((top / "hub").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "link":
                found.setdefault(str(path.relative_to(top)), set()).update(_texts(node.value, constants))
    return found


def _texts(node: ast.expr, constants: dict[str, Any]) -> Iterator[str]:
    """Yield the addresses an expression can be; names that copy a link made elsewhere yield none."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, constants)
            yield from _texts(orelse, constants)
        case ast.JoinedStr(values=values):
            yield "".join(_piece(one, constants) for one in values)
        case _:
            return


def _piece(node: ast.expr, constants: dict[str, Any]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name):
        return str(constants.get(node.value.id, ANY))
    return ANY


def test_every_link_of_a_notice_leads_to_a_page_that_exists() -> None:
    links = {link for found in _links(Path(__file__).resolve().parents[3]).values() for link in found if link}
    assert len(links) > 8
    routers = (work_pages, desk_pages, subscriptions, pages, pages_standards)
    routes = [route for one in routers for route in one.router.routes]
    gone = {link for link in links if not _is_served(routes, link)}
    assert gone == set()


def _is_served(routes: list[Any], link: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": link, "root_path": "", "headers": []}
    return any(one.matches(scope)[0] is Match.FULL for one in routes if hasattr(one, "matches"))
