"""The supply duty list: entered by the authority, answered by the unit, gaps told once a cycle (Zhengzhou Art. 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.identity.roles import Role
from hub.rounds import run_now
from tests.hub.duties.duty_kit import ARTICLE, OTHER, RULE, UNIT, clerk, enter, gaps, owed, reviewer, workbook
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from tests.support.clock import Clock
    from tests.support.hosted import Doors, HostedCity


def answer(doors: Doors, duty: dict[str, Any], **given: Any) -> dict[str, Any]:
    found = clerk(doors).post(f"/api/v1/duties/{duty['id']}/answer", json=given)
    assert found.status_code == 200, found.text
    return dict(found.json())


def test_a_duty_without_an_entry_is_a_gap(doors: Doors) -> None:
    assert gaps(enter(doors, "殡葬服务信息")) == ["no_entry"]


def test_a_duty_answered_with_a_supplied_entry_has_no_gap(doors: Doors) -> None:
    duty = enter(doors, "婚姻登记信息", items=["公民身份号码", "婚姻状况"])
    found = answer(doors, duty, entry=MARRIAGES)
    assert (found["state"], gaps(found), found["columns"]) == (
        "linked",
        [],
        {"公民身份号码": "shenfen_haoma", "婚姻状况": "hunyin_zhuangtai"},
    )


def test_an_entry_without_an_item_that_is_owed_is_a_gap_that_names_it(doors: Doors) -> None:
    found = answer(doors, enter(doors, "婚姻登记历史", items=["登记日期", "离婚原因"]), entry=MARRIAGES)
    assert [(one["gap"], one["items"]) for one in found["gaps"]] == [("items_missing", ["离婚原因"])]


def test_a_column_named_in_the_answer_counts_for_the_item(doors: Doors) -> None:
    duty = enter(doors, "登记机关信息", items=["办理机构"])
    assert gaps(answer(doors, duty, entry=MARRIAGES, columns={"办理机构": "dengji_jiguan"})) == []


def test_nothing_is_missing_before_the_day_from_which_it_is_owed(doors: Doors, duty_clock: Clock) -> None:
    assert gaps(enter(doors, "明年起提供的信息", since=f"{duty_clock.today.year + 1}-01-01")) == []


def test_an_objection_is_told_to_the_authority_and_kept_or_lifted_by_it(doors: Doors) -> None:
    duty = enter(doors, "社区矫正信息")
    objected = answer(doors, duty, objection="该项职能属于司法行政部门")
    path = f"/api/v1/duties/{duty['id']}/decision"
    lifted = reviewer(doors).post(path, json={"outcome": "lift", "reason": "经核实不属于民政部门"}).json()
    told = [one["kind"] for one in reviewer(doors).get("/api/v1/notices?limit=200").json()["notices"]]
    assert (objected["state"], gaps(objected), lifted["state"], "duty.objected" in told) == (
        "objected", [], "lifted", True,
    )  # fmt: skip


def test_every_act_on_a_duty_has_its_receipt(doors: Doors) -> None:
    duty = answer(doors, enter(doors, "养老补贴信息"), objection="数据在省级系统")
    assert [(one["act"], bool(one["receipt"])) for one in duty["history"]] == [("enter", True), ("object", True)]


def test_a_unit_neither_sees_nor_answers_the_duty_of_another(doors: Doors) -> None:
    duty = enter(doors, "未成年人保护信息")
    client = clerk(doors, OTHER)
    seen = [one["title"] for one in client.get("/api/v1/duties?limit=200").json()["duties"]]
    path = f"/api/v1/duties/{duty['id']}"
    refused = client.post(f"{path}/answer", json={"objection": "与本单位无关"}).status_code
    assert (duty["title"] in seen, client.get(path).status_code, refused) == (False, 404, 404)


def test_a_unit_cannot_enter_a_duty(doors: Doors) -> None:
    assert clerk(doors).post("/api/v1/duties", json=owed("自己登记")).status_code == 403


def test_a_duty_without_unit_or_cycle_names_both_faults(doors: Doors) -> None:
    found = reviewer(doors).post("/api/v1/duties", json=owed("责任不全", member="meiyou", update_cycle="77")).json()
    assert {one["field"] for one in found["faults"]} == {"update_cycle", "member"}


def test_a_list_is_taken_in_and_its_words_are_read(doors: Doors) -> None:
    rows = [
        ("供数责任清单", "", "", "", "", ""),
        ("责任单位", "资源名称", "应供信息项", "更新周期", "依据", "条款"),
        ("示例市民政局", "低保边缘家庭信息", "姓名；身份证号", "按月", RULE, ARTICLE),
    ]
    found = reviewer(doors).post("/api/v1/duties/import", content=workbook(rows)).json()
    read = [(one["heading"], one["written"], one["read"]) for one in found["normalised"]]
    assert (found["added"], found["is_written"], read) == (1, True, [("更新周期", "按月", "4")])


def test_a_list_with_a_fault_writes_nothing_and_tells_its_place(doors: Doors) -> None:
    rows = [
        ("责任单位", "资源名称", "更新周期", "依据", "条款"),
        (UNIT, "好的一行", "每日", RULE, ARTICLE),
        ("没有这个局", "坏的一行", "每日", RULE, ""),
    ]
    found = reviewer(doors).post("/api/v1/duties/import", content=workbook(rows)).json()
    listed = reviewer(doors).get("/api/v1/duties?limit=200").json()["duties"]
    places = [(one["row"], one["column"]) for one in found["faults"]]
    assert (found["is_written"], found["faulty"], places) == (False, 1, [(3, "E")])
    assert "好的一行" not in {one["title"] for one in listed}


def test_the_good_rows_are_written_where_that_is_asked(doors: Doors) -> None:
    rows = [
        ("责任单位", "资源名称", "更新周期", "依据", "条款"),
        (UNIT, "只要好的", "每日", RULE, ARTICLE),
        (UNIT, "", "每日", RULE, ""),
    ]
    found = reviewer(doors).post("/api/v1/duties/import?accept_good=true", content=workbook(rows)).json()
    assert (found["is_written"], found["added"], found["faulty"], found["total"]) == (True, 1, 1, 2)


def test_the_report_counts_each_unit_and_is_csv_too(doors: Doors) -> None:
    enter(doors, "慈善组织信息")
    units = reviewer(doors).get("/api/v1/duties/report").json()["units"]
    sheet = reviewer(doors).get("/api/v1/duties/report?format=csv").content.decode("utf-8-sig")
    line = next(one for one in units if one["member"] == UNIT)
    assert line["owed"] >= line["no_entry"] >= 1
    assert (sheet.splitlines()[0].startswith("单位,"), "示例市民政局" in sheet) == (True, True)


def test_a_late_push_is_a_gap_told_once_a_cycle(doors: Doors, duty_city: HostedCity, duty_clock: Clock) -> None:
    duty = answer(doors, enter(doors, "婚姻登记（每日）"), entry=MARRIAGES)
    assert gaps(duty) == []
    duty_clock.forward(days=3)
    doors.forget_sessions()
    first, again = (run_now(duty_city.services, "supply-duties")["supply-duties"] for _ in range(2))
    late = gaps(dict(clerk(doors).get(f"/api/v1/duties/{duty['id']}").json()))
    duty_clock.forward(days=1)
    assert (late, first > 0, again) == (["no_push"], True, 0)
    assert run_now(duty_city.services, "supply-duties")["supply-duties"] > 0


def test_the_page_shows_the_gaps_in_both_languages(doors: Doors) -> None:
    enter(doors, "救助站信息")
    zh, en = (clerk(doors).get(f"{path}/w/duties").text for path in ("", "/en"))
    assert ("应供未编目" in zh, "owed, no entry" in en) == (True, True)


def test_a_clerk_answers_on_the_page(doors: Doors) -> None:
    duty = enter(doors, "婚姻状态信息")
    client = doors.staff(UNIT, Role.CLERK)
    form = {"csrf": client.headers["X-CSRF-Token"], "entry": MARRIAGES, "objection": ""}
    answered = client.post(f"/w/duties/{duty['id']}", data=form)
    assert (answered.status_code, client.get(f"/api/v1/duties/{duty['id']}").json()["state"]) == (303, "linked")
