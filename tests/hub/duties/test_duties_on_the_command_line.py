"""The verbs of duties, inventory, sources and sheets as people type them, with their exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.identity.roles import Role
from tests.hub.duties.duty_kit import ARTICLE, AUTHORITY, RULE, UNIT, workbook
from tests.hub.sheets.sheet_kit import changed, column
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.support.hosted import HostedCity


class Run(Protocol):
    """Types a command as somebody; ``unit`` else the authority."""

    def __call__(self, *words: str, unit: bool = True) -> Result: ...


@pytest.fixture
def hub(duty_city: HostedCity) -> Run:
    """Give the command line, in Chinese, of the unit's clerk or the authority's reviewer."""
    people = duty_city.people.city

    def run(*words: str, unit: bool = True) -> Result:
        login = people.member(UNIT).login(Role.CLERK)
        login = login if unit else people.member(AUTHORITY).login(Role.CATALOGUE_REVIEWER)
        environment = {
            "HUB_CLIENT_URL": duty_city.url,
            "HUB_CLIENT_PASSWORD": people.password,
            "HUB_CLIENT_LOGIN": login,
            "LC_ALL": "zh_CN.UTF-8",
        }
        return CliRunner().invoke(app, list(words), env=environment)

    return run


def test_a_list_with_a_fault_ends_with_4_and_names_the_cell(hub: Run, tmp_path: Path) -> None:
    file = tmp_path / "zeren.xlsx"
    rows = [("责任单位", "资源名称", "更新周期", "依据", "条款"), (UNIT, "命令行责任", "偶尔", RULE, ARTICLE)]
    file.write_bytes(workbook(rows))
    done = hub("duty", "import", str(file), unit=False)
    assert (done.exit_code, "第 2 行 C 更新周期" in done.output, "没有写入" in done.output) == (4, True, True)


def test_the_authority_enters_and_the_unit_lists_what_it_owes(hub: Run) -> None:
    basis = ("--cycle", "4", "--rule", RULE, "--article", ARTICLE)
    made = hub("duty", "enter", UNIT, "命令行登记的责任", *basis, unit=False)
    seen = hub("duty", "list", "--limit", "200")
    assert (made.exit_code, seen.exit_code, "应供未编目" in seen.output) == (0, 0, True), made.output
    assert "命令行登记的责任" in seen.output


def test_the_report_of_duties_is_written_as_csv(hub: Run, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    assert hub("duty", "report", "-o", str(file), unit=False).exit_code == 0
    assert file.read_text("utf-8-sig").startswith("单位,")


def test_an_inventory_is_taken_in_and_listed(hub: Run, tmp_path: Path) -> None:
    file = tmp_path / "pucha.xlsx"
    file.write_bytes(workbook([("业务系统", "资源名称"), ("福彩系统", "福彩站点信息")]))
    assert hub("inventory", "import", str(file)).exit_code == 0
    assert "福彩站点信息" in hub("inventory", "list", "--limit", "200").output


def test_shared_items_are_listed_with_their_page(hub: Run) -> None:
    done = hub("source", "shared", unit=False)
    assert (done.exit_code, "项，列出" in done.output) == (0, True)


def test_a_template_goes_out_and_comes_back(hub: Run, tmp_path: Path) -> None:
    file = tmp_path / "mulu.xlsx"
    out = hub("sheet", "export", "--entry", MARRIAGES, "-o", str(file))
    back = hub("sheet", "import", str(file))
    assert (out.exit_code, back.exit_code, "未变 1" in back.output) == (0, 0, True), back.output


def test_a_bulk_edit_shows_the_difference_and_writes_when_asked(hub: Run, tmp_path: Path) -> None:
    file = tmp_path / "edit.xlsx"
    assert hub("sheet", "edit-export", "--entry", MARRIAGES, "--column", "licence", "-o", str(file)).exit_code == 0

    def change(grid: list[list[str]]) -> None:
        grid[1][column(grid, "许可协议")] = "内部使用"

    file.write_bytes(changed(file.read_bytes(), "批量修改", change))
    shown, made = hub("sheet", "edit", str(file)), hub("sheet", "edit", str(file), "--apply")
    assert ("没有写入" in shown.output, "内部使用" in shown.output, made.exit_code) == (True, True, 0)
    assert "已存为草稿" in made.output
