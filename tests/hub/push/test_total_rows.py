"""A row 合计 at the end of a sheet goes in as data, and the report says that it looks like none."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import polars as pl
import pytest

from catalogue.item import DataType, Item
from connectors.port import FIELDS, LINE
from hub.push.decode import CheckPlan, read_push
from hub.push.rejections import RejectionLog
from hub.push.report import PushReport, ReportBuilder
from hub.push.totals import LAST, NAMED, WHOLLY, TotalRows

if TYPE_CHECKING:
    from pathlib import Path

ITEMS: Final = (
    Item("行政区", "quhua", DataType.TEXT, length=20, required=True),
    Item("街道", "jiedao", DataType.TEXT, length=20),
    Item("户数", "hushu", DataType.INTEGER),
    Item("面积", "mianji", DataType.NUMBER, scale=2),
)
HEADER: Final = "行政区,街道,户数,面积\n"
ROWS: Final = "东区,花园街道,120,3.5\n西区,湖滨街道,80,4.25\n"


def pushed(tmp_path: Path, text: str) -> PushReport:
    """Check a file and return its report."""
    path = tmp_path / "街道.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    builder = ReportBuilder(ITEMS, RejectionLog(tmp_path / "faults.csv"))
    with read_push(path, None, CheckPlan(ITEMS, (), dt.date(2026, 11, 22))) as reading:
        for chunk in reading.chunks():
            builder.add(chunk)
        return builder.build(reading.facts())


def lines_told(report: PushReport) -> tuple[str, ...]:
    """Return the lines the report says look like totals."""
    return next((note.places for note in report.facts.notes if note.kind == "total_rows"), ())


def looked(cells: dict[str, list[str]], first: int = 1) -> pl.DataFrame:
    """Return a chunk as a table source gives it."""
    size = len(next(iter(cells.values())))
    return pl.DataFrame(cells).with_columns(
        pl.int_range(first, first + size, dtype=pl.Int64).alias(LINE), pl.lit(None, dtype=pl.Int32).alias(FIELDS)
    )


TOTALS: Final = (
    *("合计,,200,7.75", "总计,,200,7.75", '合　计：,,"1,200",7.75', "小计（户）,,,7.75"),
    *("Grand Total,,200,-", "本页合计,,,"),
)


@pytest.mark.parametrize("total", TOTALS)
def test_a_total_at_the_end_is_taken_and_its_line_is_told(total: str, tmp_path: Path) -> None:
    report = pushed(tmp_path, f"{ROWS}{total}\n")
    assert lines_told(report) == ("4",)
    assert report.received == report.accepted + report.rejected == 3


def test_a_total_behind_a_number_of_the_row_is_told(tmp_path: Path) -> None:
    assert lines_told(pushed(tmp_path, f"{ROWS}3,合计,200,7.75\n")) == ("4",)


@pytest.mark.parametrize(
    "row", ["合计公司,,1,2", "合计,花园街道,120,3.5", "东区,合计,120,3.5", "东区,,120,3.5", "7,,120,3.5"]
)
def test_rows_with_a_text_of_their_own_are_data(row: str, tmp_path: Path) -> None:
    assert lines_told(pushed(tmp_path, f"{ROWS}{row}\n")) == ()


def test_a_total_that_is_given_back_anyway_is_not_told_a_second_time(tmp_path: Path) -> None:
    report = pushed(tmp_path, f"{ROWS},合计,二百,7.75\n")
    assert (report.rejected, lines_told(report)) == (1, ())


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("像合计行", "重新推送")), ("en", ("look like totals", "again"))]
)
def test_the_report_says_what_to_do_in_both_languages(language: str, words: tuple[str, str], tmp_path: Path) -> None:
    summary = pushed(tmp_path, f"{ROWS}合计,,200,7.75\n").summary("zh" if language == "zh" else "en")
    told = next(line for line in summary if words[0] in line)
    assert (words[1] in told, "--skip-footer" in told, told.rstrip("）)").endswith("4")) == (True, True, True)


def test_the_json_of_the_report_names_kind_count_and_lines(tmp_path: Path) -> None:
    body = pushed(tmp_path, "东区,,1,1\n小计,,1,1\n西区,,2,2\n小计,,2,2\n合计,,3,3\n").to_dict()
    file = body["file"]
    assert isinstance(file, dict)
    assert [(one["kind"], one["count"], one["places"]) for one in file["notes"]] == [("total_rows", 3, ["3", "5", "6"])]


def test_more_lines_than_are_named_are_counted() -> None:
    totals = TotalRows()
    frame = looked({"c0": ["合计"] * 30, "c1": ["1"] * 30})
    totals.look(frame, frame[LINE])
    (note,) = totals.notes()
    assert (note.count, len(note.places)) == (30, NAMED)


def test_the_end_of_a_large_file_is_looked_at() -> None:
    totals = TotalRows()
    for first, last in ((1, "东区"), (WHOLLY + 1, "合计")):
        names = ["东区"] * (WHOLLY - 1) + [last]
        frame = looked({"c0": names, "c1": ["1"] * WHOLLY}, first)
        totals.look(frame, frame[LINE])
    assert [note.places for note in totals.notes()] == [(str(2 * WHOLLY),)]
    assert LAST < WHOLLY
