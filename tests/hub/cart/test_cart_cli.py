"""``hub request`` as an agency's user types it: three resources, one application, in both languages and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.cli_output import Exit
from hub.identity.roles import Role
from tests.hub.cart.conftest import ASKER, INSURED, MARITAL, SPOUSE
from tests.support.acts import MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.hub.cart.conftest import Shop

THREE = [f"{RESIDENTS}:xingming:masked", f"{MARRIAGES}:婚姻状态:verify", f"{INSURED}:canbao_zhuangtai:verify_only"]
WHY = [
    *("--purpose", "公租房申请核对", "--scenario", "受理公租房申请时核对", "--basis", "公共租赁住房管理办法 第七条"),
    *("--case-pattern", "GZF-[0-9]*", "--mode", "verify", "--mode", "query", "--person", "住房保障经办人"),
    *("--days", "180", "--retention-days", "90"),
]


class Desk:
    """A user and a head at their terminals; the application lies in one file."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self._member = shop.city.people.city.member(ASKER)
        self._environment = {
            "HUB_CLIENT_URL": shop.city.url,
            "HUB_CLIENT_PASSWORD": shop.city.people.city.password,
            "HUB_CLIENT_SYSTEM": shop.city.people.registered[ASKER].system_id,
            "LANG": "zh_CN.UTF-8",
            "LC_ALL": "",
        }
        self.file = folder / "cart.json"

    def type(self, *words: str, role: Role = Role.AGENCY_USER, lang: str = "zh_CN.UTF-8") -> Result:
        """Run ``hub request`` with these words as the person of a role."""
        environment = {**self._environment, "LANG": lang}
        command = ["request", *words, "--login", self._member.login(role)]
        return CliRunner().invoke(app, command, env=environment)

    def add(self, *words: str) -> Result:
        """Add to the application of the file."""
        return self.type("add", *words, "--save", str(self.file))

    def held(self) -> dict[str, Any]:
        """Return what the file holds."""
        held: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return held


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    """Give a desk with an empty folder."""
    return Desk(shop, tmp_path)


def test_three_resources_go_from_one_command_to_three_providers(desk: Desk) -> None:
    results = [
        desk.add(*THREE, *WHY),
        desk.type("dry-run", str(desk.file)),
        desk.type("submit", str(desk.file)),
        desk.type("consent", str(desk.file), role=Role.AGENCY_APPROVER),
    ]
    assert [result.exit_code for result in results] == [0, 0, 0, 0], [result.output for result in results]
    assert len({part["provider"] for part in desk.held()["parts"]}) == 3


def test_an_application_is_filled_over_several_commands(desk: Desk) -> None:
    desk.add(THREE[0])
    desk.add(*THREE[1:])
    desk.add(*WHY)
    assert (len(desk.held()["lines"]), desk.held()["faults"], desk.held()["version"]) == (3, [], 3)


def test_what_is_missing_is_listed_at_once(desk: Desk) -> None:
    said = desk.add(THREE[0]).stdout
    assert all(words in said for words in ("使用用途", "使用场景", "岗位", "使用时限"))


def test_the_dry_run_says_who_answers_and_by_when(desk: Desk) -> None:
    desk.add(*THREE, f"{MARRIAGES}:{SPOUSE}:masked", *WHY, "--purpose", "住房补贴核对")
    said = desk.type("dry-run", str(desk.file)).stdout
    assert all(words in said for words in ("示例市民政局", "10 个工作日", "个人隐私", "当场授权"))


def test_it_speaks_english_where_the_locale_does(desk: Desk) -> None:
    desk.add(*THREE, *WHY, "--purpose", "住房补贴核对")
    said = desk.type("dry-run", str(desk.file), lang="en_GB.UTF-8").stdout
    assert "granted at once" in said


def test_json_is_for_machines(desk: Desk) -> None:
    said = desk.add(*THREE, *WHY, "--json").stdout
    assert json.loads(said)["state"] == "draft"


def test_templates_are_listed_and_begun_from(desk: Desk) -> None:
    listed = desk.type("templates").stdout
    desk.add("--template", "dibao")
    assert "低保核对" in listed
    assert desk.held()["purpose"] == "低保核对"


def test_legal_bases_are_searched_with_their_certainty(desk: Desk) -> None:
    assert "政务数据共享条例 第十九条" in desk.type("bases", "重复收集").stdout


def test_a_wrong_form_is_a_usage_error_that_names_the_forms(desk: Desk) -> None:
    result = desk.add(f"{MARRIAGES}:{MARITAL}:everything")
    assert result.exit_code == Exit.USAGE
    assert "verify_only" in result.stderr


def test_the_user_cannot_consent_to_the_own_application(desk: Desk) -> None:
    desk.add(*THREE, *WHY)
    desk.type("submit", str(desk.file))
    assert desk.type("consent", str(desk.file)).exit_code == Exit.POLICY


def test_one_line_is_withdrawn_by_its_column(desk: Desk) -> None:
    desk.add(*THREE, *WHY)
    desk.type("submit", str(desk.file))
    desk.type("withdraw", str(desk.file), "--item", MARITAL)
    assert [line["item"] for line in desk.held()["lines"]] == ["xingming", "canbao_zhuangtai"]


def test_status_shows_where_each_line_stands(desk: Desk) -> None:
    desk.add(*THREE, *WHY)
    desk.type("submit", str(desk.file))
    assert desk.type("status", str(desk.file)).stdout.count("待答复") == 3


def test_a_single_request_is_made_as_ever(desk: Desk) -> None:
    made = desk.add(RESIDENTS, "--item", "xingming=masked", *WHY[:8])
    assert made.exit_code == 0, made.output
    assert desk.held()["label"].startswith("A-")
