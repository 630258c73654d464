"""The inventory of existing resources: listed, from a file, made into drafts in one act (Zhengzhou Art. 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.hub.duties.duty_kit import OTHER, UNIT, clerk, reviewer, workbook
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from tests.support.clock import Clock
    from tests.support.hosted import Doors

HEADINGS = ("业务系统", "资源名称", "数据量（行）", "更新周期", "信息项", "计划编目日期", "未编目原因")


def put(doors: Doors, name: str, **more: Any) -> dict[str, Any]:
    found = clerk(doors).put("/api/v1/inventory", json={"system": "救助管理系统", "name": name, **more})
    assert found.status_code == 200, found.text
    return dict(found.json())


def listed(doors: Doors, query: str = "") -> dict[str, dict[str, Any]]:
    found = clerk(doors).get(f"/api/v1/inventory?limit=200{query}").json()["resources"]
    return {str(one["name"]): one for one in found}


def test_a_list_is_taken_in_and_taken_in_again_changes_nothing(doors: Doors) -> None:
    rows = [HEADINGS, ("婚姻系统", "婚姻档案", "120,000", "日", "姓名、登记日期", "2026-09-30", "等待系统升级")]
    first, again = (clerk(doors).post("/api/v1/inventory/import", content=workbook(rows)).json() for _ in range(2))
    kept = listed(doors)["婚姻档案"]
    assert (first["added"], again["added"], again["unchanged"]) == (1, 0, 1)
    assert (kept["rows"], kept["update_cycle"], kept["items"], kept["planned_on"]) == (
        120000, "2", ["姓名", "登记日期"], "2026-09-30",
    )  # fmt: skip


def test_every_fault_of_a_list_is_told_in_one_pass(doors: Doors) -> None:
    rows = [HEADINGS, ("系统", "", "许多", "偶尔吧", "", "明年", ""), ("", "名称", 1, "", "", "", "")]
    found = clerk(doors).post("/api/v1/inventory/import", content=workbook(rows)).json()
    assert [(one["row"], one["column"]) for one in found["faults"]] == [
        (2, "B"),
        (2, "C"),
        (2, "D"),
        (2, "F"),
        (3, "A"),
    ]


def test_a_line_becomes_a_draft_in_one_act_and_nothing_is_invented(doors: Doors) -> None:
    line = put(doors, "流浪乞讨救助信息", items=["姓名", "救助日期"], update_cycle="4")
    draft = clerk(doors).post(f"/api/v1/inventory/{line['id']}/draft").json()
    entry = clerk(doors).get(f"/api/v1/entries/{draft['name']}").json()["entry"]
    assert ([one["name"] for one in entry["items"]], entry["source_system"]) == (["姓名", "救助日期"], "救助管理系统")
    assert {one["rule"] for one in draft["findings"]} >= {"V01", "V10"}
    assert listed(doors)["流浪乞讨救助信息"]["standing"] == "draft"


def test_a_line_becomes_a_draft_only_once(doors: Doors) -> None:
    line = put(doors, "临时救助信息")
    codes = [clerk(doors).post(f"/api/v1/inventory/{line['id']}/draft").status_code for _ in range(2)]
    assert codes == [201, 422]


def test_a_line_that_an_entry_holds_is_attached(doors: Doors) -> None:
    line = put(doors, "婚姻登记库")
    clerk(doors).post(f"/api/v1/inventory/{line['id']}/attach", json={"entry": MARRIAGES})
    assert listed(doors, "&standing=attached")["婚姻登记库"]["entry"] == MARRIAGES


def test_a_plan_whose_day_has_passed_is_listed(doors: Doors, duty_clock: Clock) -> None:
    put(doors, "早该编目的资源", planned_on="2026-01-05")
    put(doors, "以后编目的资源", planned_on=f"{duty_clock.today.year + 1}-01-05")
    late = listed(doors, "&overdue=true")
    assert ("早该编目的资源" in late, "以后编目的资源" in late) == (True, False)


def test_the_authority_counts_by_unit(doors: Doors) -> None:
    put(doors, "又一项资源", rows=10)
    units = reviewer(doors).get("/api/v1/inventory/report").json()["units"]
    line = next(one for one in units if one["member"] == UNIT)
    assert line["listed"] == line["attached"] + line["draft"] + line["open"] + line["closed"]


def test_a_unit_sees_only_its_own_lines(doors: Doors) -> None:
    line = put(doors, "只给自己看的资源")
    client = clerk(doors, OTHER)
    names = [one["name"] for one in client.get("/api/v1/inventory?limit=200").json()["resources"]]
    code = client.post(f"/api/v1/inventory/{line['id']}/close", json={"reason": "不是我的"}).status_code
    assert ("只给自己看的资源" in names, code) == (False, 404)


def test_a_resource_is_taken_off_the_list_with_a_reason(doors: Doors) -> None:
    line = put(doors, "停用系统的资源")
    clerk(doors).post(f"/api/v1/inventory/{line['id']}/close", json={"reason": "系统已停用"})
    assert listed(doors, "&standing=closed")["停用系统的资源"]["closed"] == "系统已停用"
