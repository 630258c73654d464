"""Tables of departments' databases become published entries through ``hub catalogue describe``, in few answers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from connectors.databases.describing import Wish, describe_table
from connectors.databases.describing_any import describe_by_dialect
from connectors.egress import EgressPolicy
from connectors.sources import SourceLimits
from hub.cli_output import Exit
from hub.identity.roles import Role
from policies.facts import OpenType, Sensitivity
from tests.hub.describing.registers import CARS, FIRMS, INSURED, POOR, REGISTERS, Register, citizen, person
from tests.hub.pulls.servers import PASSWORD

if TYPE_CHECKING:
    from typer.testing import Result

    from tests.hub.describing.conftest import Desk
    from tests.hub.pulls.servers import Source

NAMES = {POOR.name: "ext1=备用说明\n", CARS.name: "bz=-\n"}
"""What the clerk answers where a column has no Chinese name: a name, or that it is no item."""
MOST_ANSWERS = 11
PERSONAL = {Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN}
_ASKED = re.compile(r"^([0-9]+)\. ", re.MULTILINE)


def described(desk: Desk, source: Source, register: Register, *more: str, title: str = "\n") -> Result:
    """Describe a register, taking every proposal by Enter and naming what has no name."""
    typed = title + NAMES.get(register.name, "") + "\n" * MOST_ANSWERS
    return desk.type("describe", source.address, register.name, *more, member=register.provider, typed=typed)


def titled(register: Register, source: Source) -> str:
    """Return a title of its own for each database, as both describe the same register to one city."""
    return f"{register.comment.removesuffix('表')}（{source.dialect}）\n"


def kept(desk: Desk, name: str = "entry.json") -> dict[str, Any]:
    """Return what a command wrote."""
    found: dict[str, Any] = json.loads((desk.folder / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: str(register.name))
def test_a_table_becomes_a_published_entry_in_under_twelve_answers(
    desk: Desk, source: Source, register: Register
) -> None:
    result = described(desk, source, register, "--assess", "--save", "entry.json", title=titled(register, source))
    assert result.exit_code == 0, result.output
    assert int(_ASKED.findall(result.stderr)[-1]) <= MOST_ANSWERS
    name = re.search(r"✔ (\S+) 第 1 版：已评估，规则提示 (\d+) 条", result.stdout)
    assert name is not None, result.stdout
    desk.publish(name[1], register.provider, first=1)
    shown = desk.city.people.person(register.provider, Role.CLERK).call("GET", f"/api/v1/entries/{name[1]}")
    assert shown["state"] == "published"
    assert not _open_and_personal(kept(desk))


def _open_and_personal(entry: dict[str, Any]) -> list[str]:
    """Return items that are personal and would be open."""
    if entry["opening"]["type"] == OpenType.CLOSED:
        return []
    return [
        item["name"]
        for item in entry["items"]
        if item.get("sensitivity") in PERSONAL and not item.get("excluded_from_opening")
    ]


def test_no_value_of_the_table_is_shown_kept_or_sent(desk: Desk, postgres: Source) -> None:
    result = described(desk, postgres, POOR, "--dry-run", "--save", "entry.json")
    everything = result.output + (desk.folder / "entry.json").read_text("utf-8")
    values = [value for number in range(1, 61) for value in (citizen(number), person(number), f"幸福路{number}号")]
    assert [value for value in values if value in everything] == []


def test_items_without_a_chinese_name_are_listed_and_not_invented(desk: Desk, postgres: Source) -> None:
    result = desk.type("describe", postgres.address, POOR.name, "--yes", "--json", member=POOR.provider)
    assert result.exit_code == Exit.USAGE
    assert json.loads(result.stdout)["columns"] == ["ext1"]


def test_a_name_without_chinese_is_not_taken(desk: Desk, postgres: Source) -> None:
    typed = "\next1=extension\next1=备用说明\n" + "\n" * MOST_ANSWERS
    result = desk.type("describe", postgres.address, POOR.name, "--dry-run", member=POOR.provider, typed=typed)
    assert "列 ext1 的名称须是中文" in result.stderr
    assert result.exit_code == 0


def test_machines_give_their_answers_in_a_file(desk: Desk, postgres: Source) -> None:
    (desk.folder / "answers.toml").write_text(
        'title = "参保缴费明细"\nupdate_cycle = "每月"\nsecrecy_assessment = "2026-01-12 数据共享科 不涉密"\n'
        '[items.aae180]\nsensitivity = "SPI"\n',
        "utf-8",
    )
    words = ("--answers", "answers.toml", "--yes", "--json", "--dry-run")
    result = desk.type("describe", postgres.address, INSURED.name, *words, member=INSURED.provider)
    entry = json.loads(result.stdout)["proposal"]["entry"]
    base = next(item for item in entry["items"] if item["column"] == "aae180")
    assert (entry["title"], base["sensitivity"], entry["grade"]) == ("参保缴费明细", "SPI", "G4")
    assert [one["kind"] for one in entry["assessments"]] == ["secrecy_risk"]


def test_a_machine_states_no_assessment_for_a_person(desk: Desk, postgres: Source) -> None:
    result = desk.type("describe", postgres.address, FIRMS.name, "--yes", "--json", "--dry-run", member=FIRMS.provider)
    assert "assessments" not in json.loads(result.stdout)["proposal"]["entry"]


def test_every_item_says_why(desk: Desk, postgres: Source) -> None:
    result = desk.type("describe", postgres.address, FIRMS.name, "--yes", "--json", "--dry-run", member=FIRMS.provider)
    items = json.loads(result.stdout)["proposal"]["items"]
    articles = ("政务数据共享条例", "国发〔2016〕51号")
    assert items
    assert all(any(law in why["zh"] for why in item["reasons"] for law in articles) for item in items)


def test_the_screen_speaks_english_where_the_locale_does(desk: Desk, postgres: Source) -> None:
    typed = "\n" * (MOST_ANSWERS + 1)
    words = ("describe", postgres.address, FIRMS.name, "--dry-run")
    said = desk.type(*words, member=FIRMS.provider, typed=typed, lang="en_GB.UTF-8")
    assert "Enter takes:" in said.stderr
    assert "neither stored nor sent" in said.stderr


def test_a_table_that_is_not_there_is_named_with_its_neighbours(desk: Desk, source: Source) -> None:
    result = desk.type("describe", source.address, "dbd", "--yes", member=POOR.provider)
    assert "dbdx" in result.stderr


def test_a_table_with_secrecy_marks_is_stopped(desk: Desk, postgres: Source) -> None:
    postgres.run(
        "CREATE TABLE marked (id varchar(10) PRIMARY KEY, neirong text)",
        "COMMENT ON TABLE marked IS '工作台账'",
        "INSERT INTO marked VALUES ('1', '机密★10年 某事项')",
    )
    result = desk.type("describe", postgres.address, "marked", "--yes", member=POOR.provider)
    assert result.exit_code == Exit.POLICY
    assert "涉密标志（neirong）" in result.stderr
    assert "某事项" not in result.output


def test_codes_of_the_department_are_filed_as_its_own_list(desk: Desk, postgres: Source) -> None:
    title = "缴费记录（报送代码表）\n"
    result = described(desk, postgres, INSURED, "--file-lists", title=title)
    assert result.exit_code == 0, result.output
    filed = re.findall(r"已报送代码表 (\S+)（", result.stdout)
    shown = desk.city.people.person(INSURED.provider, Role.CLERK).call("GET", "/api/v1/directory/code-list-filings")
    assert {one.rpartition("_")[2] for one in filed} == {"aae140", "jfbz"}
    assert shown["total"] == 2


ENUMERATED = {
    "postgresql": (
        "CREATE TYPE sex AS ENUM ('男', '女')",
        "CREATE DOMAIN area AS varchar(6)",
        "CREATE TABLE people (id bigserial PRIMARY KEY, xb sex NOT NULL, qh area, zp bytea)",
        "COMMENT ON COLUMN people.xb IS '性别'",
        "INSERT INTO people (xb, qh) VALUES ('男', '410101')",
    ),
    "mysql": (
        (
            "CREATE TABLE people (id bigint PRIMARY KEY AUTO_INCREMENT, xb enum('男','女') NOT NULL COMMENT '性别',"
            " qh varchar(6), zp longblob) CHARACTER SET utf8mb4"
        ),
        "INSERT INTO people (xb, qh) VALUES ('男', '410101')",
    ),
}


def test_enumerations_domains_counters_and_photographs_are_known(source: Source) -> None:
    source.run(*ENUMERATED[source.dialect])
    wish = Wish(source.address, "people", PASSWORD)
    columns = {one.name: one for one in describe_table(wish, EgressPolicy(loopback=True), SourceLimits()).columns}
    assert (columns["xb"].values, columns["xb"].item_type.length, columns["xb"].is_nullable) == (("男", "女"), 1, False)
    assert (columns["id"].is_generated, columns["qh"].item_type.length, columns["zp"].travels) == (True, 6, False)


def test_another_driver_tells_the_same_of_a_table(postgres: Source) -> None:
    native = describe_table(Wish(postgres.address, POOR.name), EgressPolicy(loopback=True), SourceLimits())
    other = describe_by_dialect(Wish(postgres.address.replace("postgresql:", "postgresql+psycopg:"), POOR.name))
    told = [(one.name, one.comment, one.item_type, one.is_nullable) for one in native.columns]
    assert [(one.name, one.comment, one.item_type, one.is_nullable) for one in other.columns] == told
    assert (other.comment, other.primary_key) == (native.comment, native.primary_key)


def test_the_pull_of_the_table_is_proposed_in_the_same_command(desk: Desk, postgres: Source) -> None:
    title = f"拉取用{titled(CARS, postgres)}"
    result = described(desk, postgres, CARS, "--assess", "--pull", "daily", title=title)
    assert result.exit_code == 0, result.output
    written = next(desk.folder.glob("*-pull.json"))
    body = json.loads(written.read_text("utf-8"))
    desk.publish(body["entry"], CARS.provider, first=1)
    clerk = desk.city.people.person(CARS.provider, Role.CLERK)
    made = clerk.call("POST", "/api/v1/pulls", json={**body, "secret": PASSWORD})
    assert desk.city.services.pulls.wait(60)
    run = clerk.call("GET", f"/api/v1/pulls/{made['id']}/runs")["runs"][0]
    clerk.call("POST", f"/api/v1/pulls/{made['id']}/remove")
    assert (run["state"], run["rows_fetched"]) == ("done", 60), run
