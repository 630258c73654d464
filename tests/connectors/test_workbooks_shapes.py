"""Tables that are no plain lists, as text or workbook: notes at the end, subtitles, a column a year, header lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from connectors.files.errors import HeaderError, ReadOptionError
from connectors.files.headings import Pattern, joined, spread
from connectors.files.reader import open_table
from connectors.port import FIELDS, LINE, Limits, ReadOptions

if TYPE_CHECKING:
    from connectors.port import TableFacts

Write = Callable[[str], Path]
YEARS: dict[str, Any] = {"unpivot": "{####}年", "unpivot_heading": "年份", "unpivot_value": "产值"}
TABLE = "地区,2022年,2023年\n河南,1,2\n吉林,,4\n注：初步核算数\n  按现价计算\n数据来源：统计局\n"


@pytest.fixture(params=["csv", "xlsx"])
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Write:
    """Give what writes a table as text or as a workbook: both are read alike."""

    def made(text: str) -> Path:
        path = tmp_path / f"table.{request.param}"
        if request.param == "csv":
            path.write_text(text, "utf-8")
            return path
        workbook = openpyxl.Workbook()
        for line in text.splitlines():
            workbook.worksheets[0].append([cell or None for cell in line.split(",")])
        workbook.save(path)
        return path

    return made


def read(path: Path, limits: Limits | None = None, **options: Any) -> tuple[pl.DataFrame, TableFacts]:
    with open_table(path, ReadOptions(**options), limits) as table:
        chunks = list(table.chunks())
        frame = pl.concat(chunks)
        names = {f"c{index}": name for index, name in enumerate(table.header)}
        return frame.rename(names), table.facts()


def cells(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    return frame.drop(LINE, FIELDS).rows()


def test_notes_at_the_end_are_left_out_and_counted(write: Write) -> None:
    frame, facts = read(write(TABLE), footer_words=("注", "数据来源"))
    assert (cells(frame), facts.footer_rows, facts.footer_lines) == (
        [("河南", "1", "2"), ("吉林", "", "4")], 3, (4, 5, 6),
    )  # fmt: skip


def test_a_note_in_the_middle_is_no_footer(write: Write) -> None:
    frame, facts = read(write("地区,数\n河南,1\n注：以下为估计,\n吉林,2\n注：完,\n"), footer_words=("注",))
    assert (len(cells(frame)), facts.footer_lines) == (3, (5,))


def test_notes_over_the_border_of_a_chunk_are_notes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("地区,数\n" + "河南,1\n" * 50 + "注：甲\n" + "乙乙乙乙\n" * 20, "utf-8")
    frame, facts = read(path, Limits(chunk_bytes=64), footer_words=("注",))
    assert (frame.height, facts.rows, facts.footer_rows) == (50, 50, 21)


def test_a_footer_without_end_is_data_after_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称\n注：甲\n" + "乙\n" * 2000, "utf-8")
    frame, facts = read(path, footer_words=("注",))
    assert (frame.height, facts.footer_rows) == (2001, 0)


def test_texts_of_the_footer_reach_the_gate(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, "utf-8")
    with open_table(path, ReadOptions(footer_words=("注",))) as table:
        list(table.chunks())
        assert "按现价计算" in "".join(one.text for one in table.footer())


def test_columns_of_a_pattern_become_rows_and_blank_cells_make_none(write: Write) -> None:
    frame, facts = read(write(TABLE), footer_words=("注",), **YEARS)
    note = next(note for note in facts.notes if note.kind == "unpivot")
    assert (cells(frame), note.count, facts.rows) == (
        [("河南", "2022", "1"), ("河南", "2023", "2"), ("吉林", "2023", "4")], 1, 3,
    )  # fmt: skip


def test_rows_of_one_line_keep_its_number(write: Write) -> None:
    frame, _ = read(write(TABLE), footer_words=("注",), **YEARS)
    assert frame[LINE].to_list() == [2, 2, 3]


def test_the_letters_say_from_which_columns_a_value_comes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, "utf-8")
    with open_table(path, ReadOptions(**YEARS, subtitles_to="类")) as table:
        assert table.letters == ("A", "A↑", "B:C", "B:C")


def test_a_row_with_shifted_columns_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("地区,2022年,2023年\n河南,1,2,3\n", "utf-8")
    frame, _ = read(path, **YEARS)
    assert frame[FIELDS].to_list() == [4]


@pytest.mark.parametrize("lacking", ["unpivot_heading", "unpivot_value"])
def test_columns_that_become_rows_need_both_items(tmp_path: Path, lacking: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, "utf-8")
    with pytest.raises(ReadOptionError):
        read(path, **{**YEARS, lacking: ""})


def test_a_pattern_that_fits_no_column_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("地区,数\n河南,1\n", "utf-8")
    with pytest.raises(HeaderError, match="样式"):
        read(path, **YEARS)


@pytest.mark.parametrize("text", ["", "{####", "}####{", "{#}{#}", "*" * 9, "#" * 101])
def test_a_pattern_that_is_not_written_right_is_told(text: str) -> None:
    with pytest.raises(ReadOptionError):
        Pattern.of(text)


@pytest.mark.parametrize(
    ("pattern", "name", "heading"),
    [
        ("{####}年", "2024年", "2024"),
        ("{####}年", "２０２４ 年", "2024"),
        ("####年", "2024年", "2024年"),
        ("*（{*}）", "人口（男）", "男"),
        ("{####}年", "2024", None),
        ("a.c", "abc", None),
    ],
)
def test_a_pattern_keeps_the_part_in_braces(pattern: str, name: str, heading: str | None) -> None:
    assert Pattern.of(pattern).heading(name) == heading


def test_subtitles_become_a_value_of_the_rows_below(write: Write) -> None:
    frame, facts = read(write("序号,名称\n河南,\n1,郑州\n2,洛阳\n吉林,\n3,长春\n"), subtitles_to="省份")
    note = next(note for note in facts.notes if note.kind == "subtitle")
    assert (cells(frame), note.count, note.places) == (
        [("1", "郑州", "河南"), ("2", "洛阳", "河南"), ("3", "长春", "吉林")], 2, ("2", "5"),
    )  # fmt: skip


def test_subtitles_hold_over_the_border_of_a_chunk(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("序号,名称\n河南,\n" + "1,郑州\n" * 50, "utf-8")
    frame, _ = read(path, Limits(chunk_bytes=64), subtitles_to="省份")
    assert frame["省份"].unique().to_list() == ["河南"]


def test_without_the_option_subtitles_are_rows(write: Write) -> None:
    frame, _ = read(write("序号,名称\n河南,\n1,郑州\n"))
    assert cells(frame)[0] == ("河南", "")


def test_header_lines_of_a_text_file_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("标题\n地区,人口,,面积\n,男,女,\n河南,1,2,3\n", "utf-8")
    with open_table(path, ReadOptions(header_row=2, header_rows=2)) as table:
        frame = pl.concat(list(table.chunks()))
        assert (table.header, cells(frame)) == (("地区", "人口/男", "人口/女", "面积"), [("河南", "1", "2", "3")])


def test_a_name_over_several_lines_is_joined_once() -> None:
    assert joined([["地区", "人口"], ["地区", "男"], ["", ""]]) == ("地区", "人口/男")


def test_a_group_spreads_only_over_columns_with_a_name_below() -> None:
    assert spread(["a", "", "", "b"], ["x", "y", "", "z"]) == ["a", "a", "", "b"]
