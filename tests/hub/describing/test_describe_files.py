"""A workbook becomes an entry and the mapping of its columns in one act; its rows then go in by that mapping."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import openpyxl
import pytest

from hub.cli_output import Exit
from hub.identity.roles import Role
from hub.push.mappings.toml_text import load
from tests.hub.describing.registers import citizen, person

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.describing.conftest import Desk

OWNER = "minzhengju"
HEADER = ["序号", "救助对象姓名", "身份证号", "性别（1男2女）", "月救助金额（元）", "首次享受日期", "ghbz"]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Give a workbook as clerks keep them: a title above the header, a note below the rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["临时救助对象名单"])
    sheet.append(HEADER)
    for number in range(1, 41):
        day = f"2026-0{1 + number % 9}-11"
        sheet.append([number, person(number), citizen(number), "12"[number % 2], 500 + number, day, "X"])
    sheet.append(["注：本表每月更新"])
    path = tmp_path / "临时救助对象.xlsx"
    book.save(path)
    return path


def test_a_workbook_becomes_an_entry_with_its_mapping(desk: Desk, workbook: Path) -> None:
    typed = "\n-\n" + "\n\n\n每月\n" + "\n" * 6
    result = desk.type("describe", str(workbook), "--assess", member=OWNER, typed=typed)
    assert result.exit_code == 0, result.output
    document = load(next(desk.folder.glob("*-mapping.toml")).read_text("utf-8"))
    desk.publish(document.entry, OWNER, first=1)
    clerk = desk.city.people.person(OWNER, Role.CLERK)
    body = {"mapping": document.mapping.to_dict(), "why": document.why, "fixed": True}
    clerk.call("POST", f"/api/v1/entries/{document.entry}/mappings", json=body)
    report = clerk.push(document.entry, workbook, options={"mode": "full"})
    assert (report["counts"]["accepted"], report["counts"]["rejected"]) == (40, 0), report


def test_a_column_of_a_file_without_a_chinese_name_is_listed(desk: Desk, workbook: Path) -> None:
    result = desk.type("describe", str(workbook), "--yes", member=OWNER)
    assert result.exit_code == Exit.USAGE
    assert "ghbz" in result.stderr


def test_a_column_with_values_and_no_name_is_listed_by_its_letter(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "机场.csv"
    rows = "".join(f"{number},城市{number},机场{number},{number}00\n" for number in range(1, 30))
    path.write_text(f"排名,机场,,吞吐量\n{rows}", encoding="utf-8")
    result = desk.type("describe", str(path), "--yes", member=OWNER)
    assert (result.exit_code, "没有中文名称的列：C" in result.stderr) == (Exit.USAGE, True)


def test_columns_of_one_name_are_both_listed_and_both_read(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "出入境.csv"
    rows = "".join(f"口岸{number},{number},{number}0\n" for number in range(1, 30))
    path.write_text(f"口岸名称,人数,人数\n{rows}", encoding="utf-8")
    said = 'title = "出入境人数"\nlegal_basis = "政府信息公开条例 第二十条"\nupdate_cycle = "每月"\n'
    said += 'secrecy_assessment = "2026-01-12 数据科 不涉密"\n[names]\nB = "入境人数"\nC = "出境人数"\n'
    (tmp_path / "answers.toml").write_text(said, encoding="utf-8")
    result = desk.type("describe", str(path), "--yes", "--answers", str(tmp_path / "answers.toml"), member=OWNER)
    assert result.exit_code == 0, result.output
    document = load(next(desk.folder.glob("*-mapping.toml")).read_text("utf-8"))
    assert {"B", "C"} <= set(document.mapping.columns.rename)
    desk.publish(document.entry, OWNER)
    clerk = desk.city.people.person(OWNER, Role.CLERK)
    body = {"mapping": document.mapping.to_dict(), "why": document.why, "fixed": True}
    clerk.call("POST", f"/api/v1/entries/{document.entry}/mappings", json=body)
    report = clerk.push(document.entry, path, options={"mode": "full"})
    assert (report["counts"]["accepted"], report["counts"]["rejected"]) == (29, 0), report


def test_a_csv_file_of_public_facilities_is_proposed_open_only_where_the_law_says_so(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "公共厕所.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["兴趣点名称", "地址", "负责人手机"])
        writer.writerows([f"第{n}公厕", f"示例路{n}号", f"138{n:08d}"] for n in range(10, 40))
    result = desk.type("describe", str(path), "--yes", "--dry-run", "--json", member=OWNER)
    assert result.exit_code == Exit.USAGE  # no fact tells under which rule they are collected
    (desk.folder / "a.toml").write_text('legal_basis = "政府信息公开条例 第二十条"\nupdate_cycle = "每月"\n', "utf-8")
    import json

    words = ("describe", str(path), "--yes", "--dry-run", "--json", "--answers", "a.toml")
    entry = json.loads(desk.type(*words, member=OWNER).stdout)["proposal"]["entry"]
    closed = {item["name"] for item in entry["items"] if item.get("excluded_from_opening")}
    assert entry["opening"]["type"] == 1
    assert "负责人手机" in closed


def test_what_is_neither_a_file_nor_an_address_is_told_so(desk: Desk) -> None:
    result = desk.type("describe", "nothing.xlsx", "--yes", member=OWNER)
    assert result.exit_code == Exit.USAGE
    assert "nothing.xlsx" in result.stderr
