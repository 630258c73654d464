"""The marked workbook at its limits: several sheets, more faults than comments, rows deleted, columns made rows."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import openpyxl

from hub.push.loop.held import HeldHead, HeldRow
from hub.push.loop.workbook import Marked, MarkedWorkbook
from tests.hub.push.loop.kit import mended, stop

if TYPE_CHECKING:
    from pathlib import Path

    from hub.push.loop.workbook import Written
    from tests.hub.push.loop.kit import Clerk

HEAD = HeldHead(("编码", "名称", "上级"), ("A", "B", "A↑"), {"bianma": 0, "mingcheng": 1, "shangji": 2})
PUSH = uuid.UUID("12345678-0000-4000-8000-000000000000")


def held(line: int, *cells: str) -> HeldRow:
    return HeldRow(line, cells, faults=None, is_mended=False, tried_by=None, resolved_by=None)


def fault(line: int, column: str | None, letter: str | None, rule: str = "R01", detail: str | None = None) -> Any:
    return {"line": line, "letter": letter, "item": column, "column": column, "rule": rule, "value": "",
            "detail": detail}  # fmt: skip


def written(path: Path, count: int, **limits: int) -> Written:
    book = MarkedWorkbook(path, Marked(PUSH, "登记", HEAD, **limits))  # type: ignore[arg-type]
    rows = [held(line, f"B{line}", "", "上") for line in range(2, count + 2)]
    book.add(rows, {row.line: [fault(row.line, "mingcheng", "B")] for row in rows})
    return book.close()


def test_rows_beyond_the_limit_of_a_sheet_go_on_in_the_next_one(tmp_path: Path) -> None:
    written(tmp_path / "x.xlsx", 5, sheet_rows=2)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert [(sheet.title, sheet.max_row) for sheet in book.worksheets[:-1]] == [
        ("退回行", 3),
        ("退回行 2", 3),
        ("退回行 3", 2),
    ]
    told = {str(row[0].value): str(row[1].value) for row in book["说明"].iter_rows()}
    assert "分在 3 张表" in told["注意"]


def test_beyond_the_limit_of_comments_the_column_of_reasons_says_it(tmp_path: Path) -> None:
    done = written(tmp_path / "x.xlsx", 5, comments=2)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert (done.comments, done.comments_left_out) == (2, 3)
    assert [sheet.cell(row, 2).comment is None for row in range(2, 7)] == [False, False, True, True, True]
    assert all("R01" in str(sheet.cell(row, 5).value) for row in range(2, 7))


def test_faults_of_made_columns_and_of_whole_rows_are_marked_where_they_belong(tmp_path: Path) -> None:
    book = MarkedWorkbook(tmp_path / "x.xlsx", Marked(PUSH, "登记", HEAD))
    row = held(7, "B7", "名", "")
    book.add([row], {7: [fault(7, "shangji", "A↑"), fault(7, None, None, "R04", "3")]})
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert [cell.column for cell in sheet[2] if cell.comment is not None] == [3, 4]


def test_no_sheet_is_protected_so_that_rows_can_be_deleted(tmp_path: Path) -> None:
    written(tmp_path / "x.xlsx", 2)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert [sheet.protection.sheet for sheet in book.worksheets] == [False, False]
    assert book.worksheets[0].data_validations.dataValidation[0].formula1 == "FALSE"


def test_rows_of_several_sheets_come_back_together(clerk: Clerk) -> None:
    first = clerk.push([stop(number, G="也许") for number in range(1, 5)])["push"]
    book = openpyxl.load_workbook(mended(clerk.marked(first), {n: {"是否有候车亭": "是"} for n in range(2, 6)}))
    one = book.worksheets[0]
    two = book.create_sheet("退回行 2", 1)
    for row in (one[1], one[4], one[5]):
        two.append([cell.value for cell in row])
    one.delete_rows(4, 2)
    book.save(clerk.folder / "two.xlsx")
    back = clerk.resume(first, clerk.folder / "two.xlsx")
    assert (back["accepted"], back["rejected"], len(clerk.rows())) == (4, 0, 4)


def test_rows_made_of_columns_are_mended_where_their_line_tells_them_apart(clerk: Clerk) -> None:
    path = clerk.folder / "wide.csv"
    path.write_text(
        "站点编码,站点名称,所在区,所在道路,行驶方向,经度,纬度,1路,2路\n"
        "ZD00001,站1,金水区,花园路,南向北,113.6,34.7,是,\n"
        "ZD00002,站2,金水区,花园路,南向北,113.6,34.7,也许,\n"
        "ZD00003,站3,金水区,花园路,南向北,113.6,34.7,也许,或许\n",
        encoding="utf-8",
    )
    shape = {"unpivot": "{#}路", "unpivot_heading": "经停线路", "unpivot_value": "是否有候车亭"}
    first = clerk.system.push(clerk.name, path, options={"mode": "upsert", **shape})
    assert (first["accepted"], first["rejected"], first["held_rows"]["left_out"]) == (1, 3, 2)
    assert any("另有 2 条退回行没有留存原文" in line for line in first["summary"])
    marked = clerk.marked(first["push"])
    assert [cell.value for cell in openpyxl.load_workbook(marked).worksheets[0][2]][7:10] == ["1", "也许", "3"]
    back = clerk.resume(first["push"], mended(marked, {3: {"是否有候车亭": "是"}}))
    assert (back["accepted"], clerk.rows()["ZD00002"]["经停线路"]) == (1, "1")
