"""Rejected rows come back mended: only those, each once, and never over what came later."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from hub.push.loop.sheet import LINE_TITLE
from tests.hub.push.loop.kit import HEADER, mended, stop
from tests.support.acts import problem_of

if TYPE_CHECKING:
    from tests.hub.push.loop.kit import Clerk

DIRTY = [stop(1), stop(2, G="也许"), stop(3, H="东经"), stop(4)]
"""The second and the third row (lines 3 and 4 of the file) are faulty."""
MEND = {3: {"是否有候车亭": "否"}, 4: {"经度": "113.7"}}


def test_mended_rows_of_the_marked_workbook_go_in(clerk: Clerk) -> None:
    report = clerk.push(DIRTY)
    assert (report["accepted"], report["rejected"]) == (2, 2)
    back = clerk.resume(report["push"], mended(clerk.marked(report["push"]), MEND))
    assert (back["accepted"], back["rejected"], back["resumes"]) == (2, 0, report["push"])
    assert sorted(clerk.rows()) == ["ZD00001", "ZD00002", "ZD00003", "ZD00004"]


def test_the_first_report_says_which_push_took_its_rejected_rows(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    back = clerk.resume(first, mended(clerk.marked(first), {3: MEND[3]}))
    resolved = clerk.get(first)["resolved"]
    assert (resolved["resolved"], resolved["pending"]) == (1, 1)
    assert [(one["push"], one["rows"]) for one in resolved["by"]] == [(back["push"], 1)]


def test_what_is_still_faulty_has_a_workbook_of_its_own(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    back = clerk.resume(first, mended(clerk.marked(first), {3: MEND[3], 4: {"经度": "东"}}))
    assert (back["accepted"], back["rejected"]) == (1, 1)
    sheet = openpyxl.load_workbook(clerk.marked(back["push"])).worksheets[0]
    assert [row[7].value for row in sheet.iter_rows(min_row=2)] == ["东"]
    again = clerk.resume(back["push"], mended(clerk.marked(back["push"]), {4: MEND[4]}))
    assert (again["accepted"], again["resumes"]) == (1, first)


def test_a_row_deleted_from_the_workbook_stays_rejected_and_is_said(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    back = clerk.resume(first, mended(clerk.marked(first), MEND, drop=[4]))
    assert (back["accepted"], back["resume"]["left"], back["resume"]["left_lines"]) == (1, 1, [4])
    assert any("第 4 行" in line for line in back["summary"])


def test_the_same_workbook_sent_twice_is_one_push(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    book = mended(clerk.marked(first), MEND)
    back = clerk.resume(first, book)
    again = clerk.resume(first, book)
    assert (again["push"], again["is_repeat"]) == (back["push"], True)


def test_a_row_that_is_in_already_is_not_taken_again(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    marked = clerk.marked(first)
    clerk.resume(first, mended(marked, {3: MEND[3]}))
    back = clerk.resume(first, mended(marked, {3: {"是否有候车亭": "是"}, 4: MEND[4]}))
    assert (back["received"], back["resume"]["done_before"], back["resume"]["done_lines"]) == (1, 1, [3])


def test_an_unknown_line_is_refused_by_name(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    book = openpyxl.load_workbook(clerk.marked(first))
    book.worksheets[0].cell(2, 10).value = "999"
    book.save(clerk.folder / "x.xlsx")
    problem = problem_of(lambda: clerk.resume(first, clerk.folder / "x.xlsx")).problem
    assert (problem["type"].rpartition("/")[2], problem["lines"]) == ("resume-line", [999])


def test_a_line_twice_is_refused_by_name(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    book = openpyxl.load_workbook(clerk.marked(first))
    book.worksheets[0].cell(3, 10).value = "3"
    book.save(clerk.folder / "x.xlsx")
    problem = problem_of(lambda: clerk.resume(first, clerk.folder / "x.xlsx")).problem
    assert (problem["type"].rpartition("/")[2], problem["lines"]) == ("resume-line", [3])


def test_the_workbook_of_another_push_is_refused_by_name(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    other = clerk.push([stop(7, G="也许")])["push"]
    book = clerk.marked(other)
    problem = problem_of(lambda: clerk.resume(first, book)).problem
    assert (problem["type"].rpartition("/")[2], problem["workbook_of"]) == ("resume-file", other[:8])


def test_a_file_without_line_numbers_is_refused(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    plain = clerk.file([stop(2)], "plain.csv")
    assert problem_of(lambda: clerk.resume(first, plain)).problem["type"].endswith("resume-file")


def test_a_csv_saved_from_the_workbook_comes_back_too(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    path = clerk.folder / "mended.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*HEADER, LINE_TITLE["zh"]])
        table.writerow([*stop(2).values(), "3"])
    assert clerk.resume(first, path)["accepted"] == 1


def test_a_row_changed_by_a_later_version_is_not_changed_back(clerk: Clerk) -> None:
    clerk.push([stop(2, B="旧站")])
    first = clerk.push(DIRTY)["push"]
    later = clerk.push([stop(2, B="新站")])["version"]
    book = mended(clerk.marked(first), MEND)
    problem = problem_of(lambda: clerk.resume(first, book)).problem
    assert (problem["type"].rpartition("/")[2], problem["lines"], problem["versions"]) == (
        "resume-overtaken",
        [3],
        [later],
    )
    assert clerk.resume(first, mended(clerk.marked(first), MEND, drop=[3]))["accepted"] == 1
    assert clerk.rows()["ZD00002"]["站点名称"] == "新站"


def test_a_later_push_of_the_whole_table_stands_for_all_rows(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    later = clerk.push([stop(n) for n in range(1, 6)], mode="full")
    book = mended(clerk.marked(first), MEND)
    problem = problem_of(lambda: clerk.resume(first, book)).problem
    assert (problem["version"], problem["push"]) == (later["version"], later["push"])


def test_a_repeated_key_left_as_it_is_is_given_back_again(clerk: Clerk) -> None:
    first = clerk.push([stop(1), stop(1, B="另一站")])
    assert [rule["rule"] for rule in first["rules"]] == ["R04"]
    back = clerk.resume(first["push"], clerk.marked(first["push"]))
    assert (back["accepted"], [rule["rule"] for rule in back["rules"]]) == (0, ["R04"])
    assert clerk.rows()["ZD00001"]["站点名称"] == "站1"


def test_a_repeated_key_that_is_mended_goes_in(clerk: Clerk) -> None:
    first = clerk.push([stop(1), stop(1, B="另一站")])["push"]
    back = clerk.resume(first, mended(clerk.marked(first), {3: {"站点编码": "ZD00009"}}))
    assert (back["accepted"], clerk.rows()["ZD00009"]["站点名称"]) == (1, "另一站")


def test_a_dry_run_of_mended_rows_leaves_them_rejected(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    tried = clerk.resume(first, mended(clerk.marked(first), MEND), dry_run="true")
    assert (tried["state"], tried["accepted"], clerk.get(first)["resolved"]["pending"]) == ("dry_run", 2, 2)


@pytest.mark.parametrize("value", ["=1+2", "+86", "@sum", "-1-2", "'quoted", "  two  blanks  "])
def test_a_value_like_a_formula_comes_back_as_it_was(clerk: Clerk, value: str) -> None:
    first = clerk.push([stop(1, B=value, G="也许")])["push"]
    back = clerk.resume(first, mended(clerk.marked(first), {2: {"是否有候车亭": "是"}}))
    assert (back["accepted"], clerk.rows()["ZD00001"]["站点名称"].strip(" '")) == (1, value.strip(" '"))


def _kept(clerk: Clerk, sql: str) -> list[Any]:
    with clerk.city.services.database.begin() as unit:
        return [tuple(row) for row in unit.connection.exec_driver_sql(sql)]


def test_the_text_of_a_row_goes_when_the_row_is_in(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    clerk.resume(first, mended(clerk.marked(first), {3: MEND[3]}))
    sql = f"SELECT line, cells IS NULL FROM hub.push_held_row WHERE push_id = '{first}' ORDER BY line"
    assert _kept(clerk, sql) == [(3, True), (4, False)]
