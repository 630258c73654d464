"""The template and bulk edit over HTTP: drafts, never a published version; conflicts told; nothing half done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.demo.directory import demo_entry
from hub.identity.roles import Role
from tests.hub.duties.duty_kit import OTHER, UNIT, clerk, reviewer
from tests.hub.sheets.sheet_kit import changed, column
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from tests.hub.sheets.sheet_kit import Grid
    from tests.support.hosted import Doors

NATIONAL, EDIT = "/api/v1/sheets/national", "/api/v1/sheets/edit"


def template(doors: Doors, *names: str) -> bytes:
    found = clerk(doors).get(f"{NATIONAL}.xlsx", params={"entry": list(names)})
    assert found.status_code == 200, found.text
    return found.content


def sent(doors: Doors, content: bytes, query: str = "") -> dict[str, Any]:
    found = clerk(doors).post(f"{NATIONAL}?{query}", content=content)
    assert found.status_code == 200, found.text
    return dict(found.json())


def edit_sheet(doors: Doors, level: str, *columns: str) -> bytes:
    wanted = {"entry": [MARRIAGES], "column": list(columns), "level": level}
    return clerk(doors).get(f"{EDIT}.xlsx", params=wanted).content


def edited(doors: Doors, content: bytes, query: str = "dry_run=false") -> dict[str, Any]:
    found = clerk(doors).post(f"{EDIT}?{query}", content=content)
    assert found.status_code == 200, found.text
    return dict(found.json())


def describe(doors: Doors, title: str) -> str:
    entry = demo_entry("shehui-zuzhi", doors.city.people.today()).entry.to_dict() | {"title": title, "name": ""}
    return str(clerk(doors).post("/api/v1/entries", json={"entry": entry}).json()["name"])


def set_cell(heading: str, value: str, line: int = 1) -> Any:
    def change(grid: Grid) -> None:
        grid[line][column(grid, heading)] = value

    return change


def test_a_template_sent_back_as_it_is_changes_nothing(doors: Doors) -> None:
    found = sent(doors, template(doors, MARRIAGES))
    assert (found["unchanged"], found["changed"], found["new"], found["total"]) == (1, 0, 0, 0)


def test_a_changed_cell_opens_a_new_draft_and_the_published_version_stays(doors: Doors) -> None:
    before = clerk(doors).get(f"/api/v1/entries/{MARRIAGES}?version=1").json()
    content = changed(template(doors, MARRIAGES), "信息资源", set_cell("关键词", "婚姻\n登记"))
    found = sent(doors, content)
    listed = clerk(doors).get("/api/v1/entries?limit=200").json()["entries"]
    row = next(one for one in listed if one["name"] == MARRIAGES)
    assert (found["changed"], found["entries"][0]["changes"][0]["path"]) == (1, "keywords")
    assert (row["published_version"], row["draft_version"]) == (1, found["entries"][0]["version"])
    assert clerk(doors).get(f"/api/v1/entries/{MARRIAGES}?version=1").json() == before


def test_a_new_resource_becomes_a_draft_and_rules_speak_of_its_cells(doors: Doors) -> None:
    content = template(doors, describe(doors, "社会组织甲"))
    for heading, value in (("条目标识", ""), ("信息资源名称", "社会组织年检信息"), ("更新周期", "")):
        content = changed(content, "信息资源", set_cell(heading, value))
    found = sent(doors, changed(content, "信息项", all_rows("社会组织年检信息")))
    assert (found["new"], found["is_written"]) == (1, True)
    places = {(one["rule"], one["heading"]) for one in found["findings"]}
    assert ("V01", "更新周期") in places


def all_rows(title: str) -> Any:
    def change(grid: Grid) -> None:
        for line in grid[1:]:
            line[column(grid, "条目标识")], line[column(grid, "信息资源名称")] = "", title

    return change


def test_a_faulty_row_writes_nothing_and_every_fault_is_told(doors: Doors) -> None:
    first, second = describe(doors, "社会组织乙"), describe(doors, "社会组织丙")
    content = changed(template(doors, first, second), "信息资源", set_cell("更新周期", "偶尔", 2))
    content = changed(content, "信息资源", set_cell("关键词", "新的", 1))
    content = changed(content, "信息项", set_cell("数据长度", "很长", 2))
    content = changed(content, "信息项", set_cell("数据类型", "", 3))
    found = sent(doors, content)
    places = {(one["sheet"], one["row"], one["heading"]) for one in found["faults"]}
    assert (found["is_written"], found["total"]) == (False, 3)
    assert {("信息项", 3, "数据长度"), ("信息项", 4, "数据类型"), ("信息资源", 3, "更新周期")} == places


def test_the_good_rows_are_written_where_that_is_asked(doors: Doors) -> None:
    names = [describe(doors, "社会组织丁"), describe(doors, "社会组织戊")]
    content = changed(template(doors, *names), "信息资源", set_cell("更新周期", "偶尔", 2))
    content = changed(content, "信息资源", set_cell("关键词", "新的", 1))
    found = sent(doors, content, "accept_good=true")
    assert (found["is_written"], found["changed"], found["faulty"]) == (True, 1, 1)


def test_a_dry_run_shows_the_difference_and_writes_nothing(doors: Doors) -> None:
    name = describe(doors, "社会组织己")
    content = changed(template(doors, name), "信息资源", set_cell("关键词", "试一试"))
    found = sent(doors, content, "dry_run=true")
    entry = clerk(doors).get(f"/api/v1/entries/{name}").json()["entry"]
    assert (found["changed"], found["is_written"], "试一试" in entry["keywords"]) == (1, False, False)


def test_a_resource_of_another_unit_is_a_fault(doors: Doors) -> None:
    content = template(doors, MARRIAGES)
    found = clerk(doors, OTHER).post(NATIONAL, content=content).json()
    assert (found["is_written"], found["faulty"]) == (False, 1)


def test_leaving_all_items_out_drops_none(doors: Doors) -> None:
    name = describe(doors, "社会组织庚")

    def clear(grid: Grid) -> None:
        del grid[1:]

    found = sent(doors, changed(template(doors, name), "信息项", clear))
    assert (found["is_written"], [one["heading"] for one in found["faults"]]) == (False, ["信息资源名称"])


def test_secrets_in_a_template_stop_the_whole_file_and_open_an_incident(doors: Doors) -> None:
    name = describe(doors, "社会组织辛")
    content = changed(template(doors, name), "信息项", set_cell("敏感类别", "SS 国家秘密"))
    found = clerk(doors).post(NATIONAL, content=content)
    assert (found.status_code, "V07" in found.text) == (422, True)


def test_what_is_no_template_is_refused_with_the_way_to_go(doors: Doors) -> None:
    found = clerk(doors).post(NATIONAL, content="甲,乙\n1,2\n".encode())
    assert (found.status_code, found.json()["type"].rpartition("/")[2]) == (422, "sheet-form")


def test_a_unit_exports_only_its_own_entries_and_the_authority_all(doors: Doors) -> None:
    codes = [
        one.get(f"{NATIONAL}.xlsx?entry={MARRIAGES}").status_code for one in (clerk(doors, OTHER), reviewer(doors))
    ]
    assert codes == [404, 200]


def test_a_bulk_edit_is_shown_first_and_written_as_a_draft_when_asked(doors: Doors) -> None:
    sheet = changed(
        edit_sheet(doors, "items", "item_description", "item_length"), "批量修改", set_cell("信息项说明", "=1+1")
    )
    shown, made = edited(doors, sheet, "dry_run=true"), edited(doors, sheet)
    entry = clerk(doors).get(f"/api/v1/entries/{MARRIAGES}").json()["entry"]
    assert (shown["changed"], shown["is_written"], made["changed"], made["is_written"]) == (1, False, 1, True)
    assert entry["items"][0]["description"] == "=1+1"


def test_an_entry_changed_since_is_a_conflict_and_stays_as_it_is(doors: Doors) -> None:
    sheet = changed(edit_sheet(doors, "entries", "keywords"), "批量修改", set_cell("关键词", "后到的"))
    edited(doors, changed(edit_sheet(doors, "entries", "keywords"), "批量修改", set_cell("关键词", "先到的")))
    found = edited(doors, sheet)
    entry = clerk(doors).get(f"/api/v1/entries/{MARRIAGES}").json()["entry"]
    assert (found["conflict"], found["is_written"], entry["keywords"]) == (1, False, ["先到的"])


def test_a_row_of_no_entry_or_item_is_a_fault(doors: Doors) -> None:
    sheet = changed(edit_sheet(doors, "items", "item_length"), "批量修改", set_cell("列名", "mei_you"))
    found = edited(doors, sheet)
    assert (found["is_written"], [one["heading"] for one in found["faults"]]) == (False, ["列名"])


def test_a_column_that_the_system_sets_is_not_edited_in_bulk(doors: Doors) -> None:
    found = clerk(doors).get(f"{EDIT}.xlsx?column=resource_code")
    assert (found.status_code, found.json()["type"].rpartition("/")[2]) == (422, "sheet-column")


def test_nobody_but_a_clerk_imports(doors: Doors) -> None:
    assert doors.staff(UNIT, Role.APPROVER).post(NATIONAL, content=b"x").status_code == 403
