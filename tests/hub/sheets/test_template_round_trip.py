"""The national template there and back: nothing is lost, older forms are read and counted, faults have their place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.classes import Change, Op, apply, shipped_tree
from catalogue.entry import Entry, PushMode, PushPolicy
from hub.demo.directory import demo_entries, demo_entry
from hub.directory.sheets import building, packing
from hub.directory.sheets.faults import Normalised
from hub.directory.sheets.reading import SheetFile, guarded, unguarded
from hub.directory.sheets.words import code_of
from hub.directory.sheets.writing import write_template
from tests.hub.sheets.sheet_kit import book, changed, column, grids, saved

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DAY = date(2026, 3, 2)


def written(folder: Path, entries: Sequence[Entry], *, one_sheet: bool = False) -> bytes:
    path = folder / "out.xlsx"
    write_template(path, [entry.to_dict() for entry in entries], one_sheet=one_sheet)
    return path.read_bytes()


def read(folder: Path, content: bytes) -> tuple[packing.Packed, list[dict[str, Any]], Normalised]:
    packed, normalised = packing.unpack(SheetFile(saved(folder, content), "sheet.xlsx")), Normalised()
    building.older_share_types(packed.tables, normalised)
    return packed, [building.body_of(one, {}, normalised) for one in packed.resources], normalised


@pytest.mark.parametrize("one_sheet", [False, True])
def test_all_entries_of_the_demo_city_come_back_as_they_were(tmp_path: Path, one_sheet: bool) -> None:  # noqa: FBT001
    entries = [one.entry for one in demo_entries(DAY)]
    _, bodies, normalised = read(tmp_path, written(tmp_path, entries, one_sheet=one_sheet))
    back = {entry.title: entry for entry in map(Entry.from_dict, bodies)}
    assert (back, normalised.to_list()) == ({entry.title: entry for entry in entries}, [])


def test_texts_that_no_cell_can_say_plainly_come_back_too(tmp_path: Path) -> None:
    entry = replace(
        demo_entry("hunyin-dengji", DAY).entry,
        title='=HYPERLINK("http://x")',
        keywords=("一、二", "三\n四"),
        abstract="'=1+1",
        licence="[自定]",
        update_cycle="77",
        push=PushPolicy(modes=(PushMode.UPSERT,), hold_rows=5),
        release_time=datetime(2026, 12, 31, 1, tzinfo=UTC),
    )
    content = written(tmp_path, [entry])
    _, bodies, _ = read(tmp_path, content)
    assert Entry.from_dict(bodies[0]) == entry
    assert not any(cell[:1] in "=+-@" for grid in grids(content).values() for row in grid for cell in row if cell)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@x", "'=1", "''=1", "'普通", "普通", "＝1", ""])
def test_a_guarded_text_is_given_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("catalogue_update_cycle", "每日更新", "2"),
        ("catalogue_update_cycle", "按季度", "5"),
        ("catalogue_update_cycle", "11 不更新", "11"),
        ("catalogue_resource_format", "电子表格/xls", "0202"),
        ("catalogue_resource_format", "Excel", "0203"),
        ("catalogue_resource_format", "其他", None),
        ("catalogue_data_type", "字符串型C", "C"),
        ("catalogue_sharing_type", "2、有条件共享", "2"),
    ],
)
def test_words_of_older_systems_are_read_as_codes(name: str, word: str, code: str | None) -> None:
    assert code_of(name, word) == code


OLD_HEADINGS = [
    "资源名称", "资源提供方", "提供方代码", "资源摘要", "资源格式", "共享类型", "共享条件", "是否向社会开放",
    "开放条件", "更新周期", "信息项名称", "数据类型", "数据长度",
]  # fmt: skip


def old(*rows: list[str]) -> bytes:
    return book({"Sheet1": [["政务信息资源目录填报表"], OLD_HEADINGS, *rows]})


def row(title: str, item: str, share: str = "1", **more: str) -> list[str]:
    base = dict.fromkeys(OLD_HEADINGS, "")
    if title:
        base |= {
            "资源名称": title,
            "资源提供方": "示例市民政局",
            "提供方代码": "X",
            "资源摘要": "摘要",
            "资源格式": "电子表格/xls",
        }
        base |= {"共享类型": share, "共享条件": "范围：各部门；用途：办事", "是否向社会开放": "否", "更新周期": "按月"}
    base |= {"信息项名称": item, "数据类型": "字符串", "数据长度": "20"}
    return list((base | more).values())


def test_a_form_of_an_older_system_is_read_and_every_change_is_counted(tmp_path: Path) -> None:
    content = old(row("低保信息", "姓名"), row("", "户籍地"), row("特困信息", "姓名", share="0"))
    packed, bodies, normalised = read(tmp_path, content)
    first = Entry.from_dict(bodies[0])
    assert (packed.form, [len(body["items"]) for body in bodies]) == ("one_sheet", [2, 1])
    assert (first.sharing.type, first.sharing.scope, first.sharing.purpose, first.update_cycle, first.formats) == (
        2, "各部门", "办事", "4", ("0202",),
    )  # fmt: skip
    counted = {(one["heading"], one["written"], one["read"], one["count"]) for one in normalised.to_list()}
    assert {
        ("共享类型", "1", "2 有条件共享", 1),
        ("共享类型", "0", "1 无条件共享", 1),
        ("更新周期", "按月", "4 每月", 2),
    } <= counted


def test_a_column_with_0_and_3_is_read_by_nobody(tmp_path: Path) -> None:
    packed, _, _ = read(tmp_path, old(row("甲", "姓名", share="0"), row("乙", "姓名", share="3")))
    assert [(one.place.column, one.place.heading) for one in packed.tables[0].faults] == [("F", "共享类型")]


def test_rows_of_one_resource_that_contradict_each_other_are_a_fault(tmp_path: Path) -> None:
    again = row("低保信息", "户籍地", 更新周期="每年")
    packed, _, _ = read(tmp_path, old(row("低保信息", "姓名"), again))
    assert [(one.place.row, one.place.column) for one in packed.resources[0].faults] == [(4, "J")]


def test_a_column_nobody_knows_is_named_where_it_holds_something(tmp_path: Path) -> None:
    content = written(tmp_path, [demo_entry("hunyin-dengji", DAY).entry])

    def add(grid: list[list[str]]) -> None:
        grid[0].append("内部编号")
        grid[1].append("A-1")

    packed, _, _ = read(tmp_path, changed(content, "信息资源", add))
    assert [one.place.heading for one in packed.tables[0].faults] == ["内部编号"]


def test_an_item_of_a_resource_that_is_not_there_is_a_fault_of_its_row(tmp_path: Path) -> None:
    content = written(tmp_path, [demo_entry("hunyin-dengji", DAY).entry])

    def move(grid: list[list[str]]) -> None:
        grid[2][column(grid, "条目标识")], grid[2][column(grid, "信息资源名称")] = "", "别的资源"

    packed, bodies, _ = read(tmp_path, changed(content, "信息项", move))
    assert ([one.place.row for one in packed.faults], len(bodies[0]["items"])) == ([3], 6)


def test_a_class_of_the_city_is_written_with_its_name_and_read_by_it(tmp_path: Path) -> None:
    tree = apply(shipped_tree(), [Change(Op.ADD, "298", "低空经济", "low-altitude economy")], 2)
    entry = replace(demo_entry("hunyin-dengji", DAY).entry, class_path=("2", "298"))
    path = tmp_path / "out.xlsx"
    write_template(path, [entry.to_dict()], classes=tree)
    shown: list[str] = []

    def name_alone(grid: list[list[str]]) -> None:
        place = column(grid, "信息资源分类（项）")
        shown.append(grid[1][place])
        grid[1][place] = "低空经济"

    content = changed(path.read_bytes(), "信息资源", name_alone)
    packed = packing.unpack(SheetFile(saved(tmp_path, content), "sheet.xlsx"))
    body = building.body_of(packed.resources[0], {}, Normalised(), tree)
    assert (shown, body["class_path"]) == (["298 低空经济"], ["2", "298"])


def test_a_group_line_above_the_headings_is_read(tmp_path: Path) -> None:
    top = ["信息资源分类", "", "", "信息资源名称", "提供方", "共享属性", "更新周期", "是否向社会开放", "提供方代码"]
    low = ["类", "项", "目", "", "", "共享类型", "", "", ""]
    line = ["1", "101", "", "人口信息", "示例市公安局", "有条件", "每月", "否", "X"]
    packed, bodies, _ = read(tmp_path, book({"目录": [["填报表"], top, low, line]}))
    assert (bodies[0]["class_path"], bodies[0]["title"], bodies[0]["sharing"]["type"]) == (["1", "101"], "人口信息", 2)
    assert packed.resources[0].row.line == 4
