"""The files of the demo pass the same intake as any department's; the dirty one fails it where it should."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from connectors.port import ReadOptions
from hub.demo.directory import DemoEntry, demo_entries, demo_entry
from hub.demo.generators import DATA_NAMES, demo_frame, file_name, write_all, write_file
from hub.demo.mistakes import ENTRY, write_dirty, write_mended
from hub.demo.series import air_index
from hub.demo.workbook import write_workbook
from hub.push.decode import CheckPlan, read_push
from tests.support.effort import steps_of

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)
WITH_DATA = [entry for entry in demo_entries(TODAY) if entry.file]
NEEDED = {"changzhu-renkou": 2000, "qiye-dengji": 300, "gongjiao-zhandian": 200, "kongqi-zhiliang-ribao": 450}


def intake(path: Path, entry: DemoEntry, header_row: int = 1) -> tuple[int, pl.DataFrame]:
    """Return how many rows the hub accepts of a file, and what it rejects."""
    published = entry.entry.without_items(entry.stopped)
    plan = CheckPlan(published.items, published.keys, TODAY, demo=True)
    with read_push(path, ReadOptions(name=path.name, header_row=header_row), plan) as reading:
        chunks = list(reading.chunks())
        return reading.counts.accepted, pl.concat([chunk.rejections for chunk in chunks])


def test_an_entry_has_a_file_exactly_when_it_has_data() -> None:
    assert {entry.name for entry in WITH_DATA} == DATA_NAMES


@pytest.mark.parametrize("entry", WITH_DATA, ids=lambda entry: entry.name)
def test_rows_have_the_columns_of_their_entry_in_order(entry: DemoEntry) -> None:
    assert demo_frame(entry.name, TODAY).columns == [item.column for item in entry.entry.items]


@pytest.mark.parametrize("entry", WITH_DATA, ids=lambda entry: entry.name)
def test_the_hub_accepts_every_row_of_a_file(entry: DemoEntry, tmp_path: Path) -> None:
    path = write_file(tmp_path, entry, TODAY, without=entry.stopped)
    accepted, rejections = intake(path, entry)
    assert (accepted, rejections.height) == (demo_frame(entry.name, TODAY).height, 0)


@pytest.mark.parametrize(("name", "rows"), NEEDED.items())
def test_the_story_finds_the_rows_it_tells_of(name: str, rows: int) -> None:
    assert demo_frame(name, TODAY).height == rows


def test_all_files_together_take_less_than_three_million_steps(tmp_path: Path) -> None:
    # Counted: 1.2 million, a fifth of a second; a demo that makes its files step by step keeps nobody waiting.
    assert steps_of(lambda: write_all(tmp_path, WITH_DATA, TODAY)) < 3_000_000


def test_the_same_day_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    first, second = (write_all(tmp_path / folder, WITH_DATA, TODAY) for folder in ("first", "second"))
    assert {name: path.read_bytes() for name, path in first.items()} == {
        name: path.read_bytes() for name, path in second.items()
    }


def test_files_come_in_every_form_departments_send() -> None:
    assert {entry.file for entry in WITH_DATA} == {"csv", "gb18030.csv", "csv.gz", "xlsx"}


def test_a_file_is_named_after_its_entry() -> None:
    assert file_name(demo_entry("hunyin-dengji", TODAY)) == "hunyin-dengji.csv"


def test_stopped_columns_are_in_no_file(tmp_path: Path) -> None:
    entry = demo_entry("gongshui-sheshi", TODAY)
    path = write_all(tmp_path, [entry], TODAY)["gongshui-sheshi"]
    assert "经度" not in path.read_text("utf-8")


def test_air_is_told_up_to_yesterday() -> None:
    assert demo_frame("kongqi-zhiliang-ribao", TODAY)["riqi"].max() == TODAY - timedelta(days=1)


@pytest.mark.parametrize(("value", "index"), [(0, 0), (35, 50), (36, 52), (75, 100), (115, 150), (250, 300)])
def test_the_index_of_fine_particles_follows_the_table(value: float, index: int) -> None:
    assert air_index("pm25", value) == index


def test_an_entry_without_data_says_so() -> None:
    with pytest.raises(LookupError, match="no sample data"):
        demo_frame("zhuhu-diaocha")


def test_every_mistake_of_the_dirty_workbook_is_found_in_its_cell(tmp_path: Path) -> None:
    entry = demo_entry(ENTRY, TODAY)
    dirty = write_dirty(tmp_path, entry)
    accepted, rejections = intake(dirty.path, entry, header_row=dirty.header_row)
    found = rejections.select("line", pl.col("column").fill_null(""), "rule").rows()
    assert (accepted, found) == (dirty.rows - 8, [(one.row, one.column, one.rule) for one in dirty.mistakes])


def test_the_mended_workbook_is_accepted_whole(tmp_path: Path) -> None:
    entry = demo_entry(ENTRY, TODAY)
    accepted, rejections = intake(write_mended(tmp_path, entry), entry, header_row=3)
    assert (accepted, rejections.height) == (300, 0)


def test_a_workbook_keeps_text_as_text_and_numbers_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    write_workbook(path, '表"1"', [["名称", "数"], ["甲 & <乙>", 1.5], ["007", None]])
    read = pl.read_excel(path, engine="calamine")
    assert read.rows() == [("甲 & <乙>", 1.5), ("007", None)]
