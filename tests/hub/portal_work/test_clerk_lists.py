"""A clerk's lists without scripts: existing resources that become entries (Zhengzhou Art. 17), tokens for CKAN."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import openpyxl
import pytest

from hub.identity.roles import Role
from tests.hub.duties.duty_kit import workbook
from tests.hub.portal.reading import Element, read
from tests.hub.portal_work.provider_kit import ASKER, AUTHORITY, PROVIDER, Bench, faults, fields, page, send

if TYPE_CHECKING:
    from tests.support.clock import Clock

LIST, NEW, IMPORT, TOKENS = "/w/inventory", "/w/inventory/new", "/w/inventory/import", "/w/tokens"
HEADINGS = ("业务系统", "资源名称", "数据量（行）", "更新周期", "计划编目日期")
TEXT = re.compile(r"shutong-ckan-[\w-]+")


@pytest.fixture(scope="module")
def clerk(bench: Bench) -> httpx2.Client:
    return bench.person(PROVIDER, Role.CLERK)


def line(clerk: httpx2.Client, name: str, **typed: Any) -> Element:
    """List a resource; returns its part of the page."""
    done = send(clerk, NEW, NEW, system="救助管理系统", name=name, **typed)
    assert (done.status_code, done.headers.get("location")) == (303, LIST)
    return next(one for one in page(clerk, LIST).find("section") if one.find("h3")[0].text.startswith(name))


def act(clerk: httpx2.Client, part: Element, word: str, **typed: Any) -> httpx2.Response:
    """Send one of the forms of a line."""
    action = next(one.get("action") for one in part.find("form") if one.get("action").endswith(word))
    return clerk.post(action, data={**fields(part, action), **typed})


def take_in(clerk: httpx2.Client, way: str, *rows: tuple[object, ...]) -> httpx2.Response:
    """Send a sheet of the inventory."""
    file = ("pucha.xlsx", workbook([HEADINGS, *rows]))
    return clerk.post(IMPORT, data={**fields(page(clerk, IMPORT), IMPORT), "way": way}, files={"file": file})


def names(clerk: httpx2.Client, query: str = "") -> set[str]:
    return {one.text.partition(" ")[0] for one in page(clerk, f"{LIST}{query}").find("h3")}


def test_a_line_is_described_as_an_entry_whose_page_says_what_is_missing(clerk: httpx2.Client) -> None:
    made = act(clerk, line(clerk, "流浪乞讨救助信息", items="姓名\n救助日期"), "/describe")
    entry = page(clerk, made.headers["location"])
    said = next(one.text for one in entry.find("p") if one.get("role") == "status")
    rules = {one.find("th")[0].text[:3] for one in entry.find("tr")[1:]}
    assert ("已生成草稿" in said, rules >= {"V01", "V10"}) == (True, True)
    assert any("救助日期" in one.text for one in entry.find("td"))
    assert "草稿" in next(one.text for one in page(clerk, LIST).find("h3") if one.text.startswith("流浪乞讨"))


def test_the_template_of_a_draft_comes_back_filled_in(clerk: httpx2.Client) -> None:
    place = act(clerk, line(clerk, "临时救助信息", items="姓名"), "/describe").headers["location"]
    link = next(one.get("href") for one in page(clerk, place).find("a") if "national.xlsx" in one.get("href"))
    book = openpyxl.load_workbook(io.BytesIO(clerk.get(link).content))
    cell = next(
        one for row in book.worksheets[0].iter_rows() for one in row if str(one.value).startswith("信息资源摘要")
    )
    book.worksheets[0].cell(2, cell.column or 1, "临时救助对象和金额，按月更新。")
    out = io.BytesIO()
    book.save(out)
    action = f"{place}/workbook"
    sent = fields(page(clerk, action), action)
    done = clerk.post(action, data=sent, files={"file": ("mulu.xlsx", out.getvalue())})
    assert (done.status_code, done.headers.get("location")) == (303, place)
    assert not any("信息资源摘要" in one.text for one in page(clerk, place).find("td"))


def test_what_is_wrong_with_a_line_is_said_beside_it_and_nothing_is_lost(clerk: httpx2.Client) -> None:
    done = send(clerk, NEW, NEW, system="", name="孤儿信息", owner_unit="儿童福利处")
    shown = read(done.text)
    typed = {one.get("name"): one.get("value") for one in shown.find("input")}
    assert (done.status_code, faults(shown)) == (422, [("system", "没有写业务系统")])
    assert (typed["name"], typed["owner_unit"]) == ("孤儿信息", "儿童福利处")


def test_a_sheet_with_faults_is_told_by_cell_and_not_written(clerk: httpx2.Client) -> None:
    rows = (("殡葬系统", "殡葬服务信息", 10, "年", ""), ("殡葬系统", "", "许多", "", "明年"))
    shown = read(take_in(clerk, "all", *rows).text)
    assert [one.text[:2] for one in shown.find("tbody")[0].find("th")] == ["B3", "C3", "E3"]
    assert "殡葬服务信息" not in names(clerk)
    take_in(clerk, "good", *rows)
    assert "殡葬服务信息" in names(clerk)


def test_a_good_sheet_is_taken_in_and_checking_writes_nothing(clerk: httpx2.Client) -> None:
    row = ("养老系统", "养老机构信息", 320, "年", "2099-12-31")
    checked = take_in(clerk, "check", row)
    before = "养老机构信息" in names(clerk)
    done = take_in(clerk, "all", row)
    assert ("没有写入" in checked.text, before, done.status_code, "养老机构信息" in names(clerk)) == (
        True, False, 303, True,
    )  # fmt: skip


def test_the_authority_sees_the_gaps_by_unit_and_who_has_listed_nothing(bench: Bench, clerk: httpx2.Client) -> None:
    line(clerk, "低保家庭信息")
    reviewer = bench.person(AUTHORITY, Role.CATALOGUE_REVIEWER)
    shown = page(reviewer, f"{LIST}?member={PROVIDER}")
    organ = bench.city.people.city.member(PROVIDER).name
    silent = bench.city.people.city.member(ASKER).name
    assert [one.find("th")[0].text for one in shown.find("tbody")[0].find("tr")] == [organ]
    assert [silent in one.text for one in shown.find("p") if one.text.startswith("尚未登记")] == [True]
    assert [one for one in shown.find("form") if one.get("action").startswith(LIST)] == []


def test_another_unit_does_nothing_with_a_line(bench: Bench, clerk: httpx2.Client) -> None:
    part = line(clerk, "特困人员信息")
    other = bench.person(ASKER, Role.CLERK)
    csrf = fields(page(other, NEW), NEW)["csrf"]
    done = act(other, part, "/close", csrf=csrf, reason="不是我的")
    assert (done.status_code, "特困人员信息" in names(other)) == (422, False)
    assert "特困人员信息" in names(clerk, "?standing=open")


def test_a_line_leaves_the_list_with_its_reason_and_is_overdue_no_more(bench: Bench, clerk: httpx2.Client) -> None:
    clock: Clock = bench.clock
    part = line(clerk, "停用系统的资源", planned_on=(clock.today - timedelta(days=9)).isoformat())
    late = names(clerk, "?overdue=true"), "停用系统的资源" in page(clerk, "/w").text
    without = act(clerk, part, "/close", reason="")
    act(clerk, part, "/close", reason="系统已停用")
    assert (late, without.status_code) == (({"停用系统的资源"}, True), 422)
    assert (names(clerk, "?overdue=true"), names(clerk, "?standing=closed")) == (set(), {"停用系统的资源"})


def whose(bench: Bench, token: str) -> int:
    address = f"{bench.city.url}/api/3/action/api_token_list"
    return httpx2.get(address, headers={"Authorization": token}).status_code


def test_a_token_is_shown_once_works_and_ends_when_it_is_revoked(bench: Bench, clerk: httpx2.Client) -> None:
    made = send(clerk, TOKENS, TOKENS, name="每日推送脚本", days="7")
    token = TEXT.findall(made.text)[0]
    listed = page(clerk, TOKENS)
    before = whose(bench, token)
    done = act(clerk, listed, "/revoke")
    assert (made.headers["cache-control"], TEXT.findall(listed.text), before) == ("no-store", [], 200)
    assert (done.headers["location"], whose(bench, token)) == (TOKENS, 403)
    assert "已撤销" in page(clerk, TOKENS).find("tbody")[0].text


def test_a_form_sent_twice_makes_one_token(clerk: httpx2.Client) -> None:
    first, second = (send(clerk, TOKENS, TOKENS, name="只要一个") for _ in range(2))
    assert (len(set(TEXT.findall(first.text))), [one for one, _ in faults(read(second.text))]) == (1, ["name"])


def test_days_beyond_the_limit_are_said_beside_the_days(clerk: httpx2.Client) -> None:
    shown = read(send(clerk, TOKENS, TOKENS, name="过长", days="366").text)
    assert [one for one, _ in faults(shown)] == ["days"]


def test_who_may_have_no_token_is_told_so_and_gets_none(bench: Bench) -> None:
    approver = bench.person(PROVIDER, Role.APPROVER)
    shown = page(approver, TOKENS)
    csrf = fields(shown, "/logout")["csrf"]
    done = approver.post(TOKENS, data={"csrf": csrf, "name": "试试", "scope": "write"})
    assert ([one for one in shown.find("form") if one.get("action") == TOKENS], TEXT.findall(done.text)) == ([], [])


def test_a_person_revokes_nobody_elses_token(bench: Bench, clerk: httpx2.Client) -> None:
    token = TEXT.findall(send(clerk, TOKENS, TOKENS, name="我的").text)[0]
    other = bench.person(ASKER, Role.CLERK)
    done = act(other, page(clerk, TOKENS), "/revoke", csrf=fields(page(other, TOKENS), TOKENS)["csrf"])
    assert (done.status_code, whose(bench, token)) == (422, 200)
