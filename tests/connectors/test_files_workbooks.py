"""Workbooks: values as text, places as in the sheet, errors visible, bombs refused before they unfold."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest

from connectors.files import biff
from connectors.files.archive import Archive
from connectors.files.errors import DamagedFileError, FileLimitError, SheetError, UnsupportedFileError
from connectors.files.reader import open_table
from connectors.port import LINE, Limits, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from connectors.port import TableFacts

SHEET = "人口"


def book(path: Path, rows: Sequence[Sequence[object]], **sheets: Sequence[Sequence[object]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, content in {SHEET: rows, **sheets}.items():
        sheet = workbook.create_sheet(name)
        for row in content:
            sheet.append(list(row))
    workbook.save(path)
    return path


def read(
    path: Path, options: ReadOptions | None = None, limits: Limits | None = None
) -> tuple[pl.DataFrame, TableFacts]:
    with open_table(path, options, limits) as table:
        chunks = list(table.chunks())
        return (pl.concat(chunks) if chunks else pl.DataFrame()), table.facts()


@pytest.fixture
def xlsx(tmp_path: Path) -> Path:
    return tmp_path / "人口.xlsx"


def rewrite(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Change one part of an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name == part else content)
    path.write_bytes(buffer.getvalue())


def test_texts_numbers_dates_and_truth_values_become_text(xlsx: Path) -> None:
    day = dt.date(2020, 1, 2)
    moment = dt.datetime(2020, 1, 2, 3, 4, 5)  # noqa: DTZ001 - a spreadsheet knows no zone
    frame, facts = read(book(xlsx, [["a", "b", "c", "d", "e"], ["01", 12, day, moment, True]]))
    values = frame.select(pl.exclude(LINE, "_fields")).row(0)
    assert (values, facts.format) == (("01", "12", "2020-01-02", "2020-01-02 03:04:05", "true"), "xlsx")


def test_a_number_of_18_digits_is_shown_with_the_15_a_spreadsheet_keeps(xlsx: Path) -> None:
    frame, _ = read(book(xlsx, [["号码"], ["410199199003071021"], [410199199003071021]]))
    assert frame["c0"].to_list() == ["410199199003071021", "4.10199199003071E+17"]


def test_rows_and_columns_keep_their_place_in_the_sheet(xlsx: Path) -> None:
    rows: list[list[object]] = [
        [],
        [None, "标题"],
        [None, "姓名", "年龄"],
        [None, "张三", 3],
        [],
        [None, "李四", 4],
        [],
    ]
    with open_table(book(xlsx, rows), ReadOptions(header_row=3)) as table:
        frame = pl.concat(list(table.chunks()))
    assert (table.letters, frame[LINE].to_list(), table.facts().blank_rows) == (("B", "C"), [4, 6], 1)


def test_the_only_filled_sheet_is_taken(xlsx: Path) -> None:
    _, facts = read(book(xlsx, [["a"], ["1"]], 空=()))
    assert facts.sheet == SHEET


def test_several_filled_sheets_must_be_chosen_from(xlsx: Path) -> None:
    with pytest.raises(SheetError) as caught:
        read(book(xlsx, [["a"], ["1"]], 说明=[["b"]]))
    assert caught.value.facts["sheets"] == [SHEET, "说明"]


@pytest.mark.parametrize("sheet", ["说明", 2, "2"], ids=["name", "number", "number as text"])
def test_a_sheet_is_chosen_by_name_or_number(xlsx: Path, sheet: str | int) -> None:
    frame, _ = read(book(xlsx, [["a"], ["1"]], 说明=[["b"], ["2"]]), ReadOptions(sheet=sheet))
    assert frame["c0"].to_list() == ["2"]


def test_an_absent_sheet_is_refused(xlsx: Path) -> None:
    with pytest.raises(SheetError):
        read(book(xlsx, [["a"], ["1"]]), ReadOptions(sheet="没有"))


def test_formula_errors_and_uncalculated_formulas_stay_visible(xlsx: Path) -> None:
    book(xlsx, [["a", "b"], ["x", "=1/0"], ["y", "#DIV/0!"]])
    frame, _ = read(xlsx)
    assert frame["c1"].to_list() == ["#FORMULA!", "#DIV/0!"]


def test_texts_outside_the_cells_are_found_for_the_gate(xlsx: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["a"])
    sheet.append(["1"])
    assert sheet.oddHeader is not None
    sheet.oddHeader.center.text = "页眉文字"
    workbook.properties.title = "属性文字"
    workbook.create_sheet("别的表").append(["别表文字"])
    workbook.save(xlsx)
    with open_table(xlsx, ReadOptions(sheet=1)) as table:
        everything = "".join(text.text for text in table.outside())
    assert all(word in everything for word in ("页眉文字", "属性文字", "别的表", "别表文字"))


def test_a_cut_workbook_is_damaged(xlsx: Path) -> None:
    whole = book(xlsx, [["a"], ["1"]]).read_bytes()
    xlsx.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedFileError):
        read(xlsx)


def test_a_part_with_broken_data_is_damaged(xlsx: Path) -> None:
    whole = bytearray(book(xlsx, [["a"], ["1"]]).read_bytes())
    with zipfile.ZipFile(xlsx) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    whole[member.header_offset + 60 : member.header_offset + 90] = bytes(30)
    xlsx.write_bytes(bytes(whole))
    with pytest.raises(DamagedFileError):
        read(xlsx)


def bomb(path: Path, size: int, entries: int = 1) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(entries):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * size)
    return path


def test_a_part_that_unfolds_a_thousandfold_is_refused(xlsx: Path) -> None:
    with pytest.raises(FileLimitError, match="压缩比"):
        read(bomb(xlsx, 100 << 20))


def test_a_hundred_thousand_entries_are_refused(xlsx: Path) -> None:
    with pytest.raises(FileLimitError, match="文件过多"):
        read(bomb(xlsx, 1, 6000))


def test_sizes_that_lie_are_found_while_unpacking(xlsx: Path) -> None:
    data = bomb(xlsx, 8 << 20).read_bytes()
    xlsx.write_bytes(data.replace((8 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    archive = Archive(xlsx, Limits(ratio_from_bytes=1 << 20))
    with pytest.raises(FileLimitError):
        archive.read("xl/worksheets/sheet0.xml")


def test_two_cells_at_the_far_corners_do_not_reserve_the_whole_sheet(xlsx: Path) -> None:
    book(xlsx, [["a"], ["1"]])
    far = b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    rewrite(xlsx, "xl/worksheets/sheet1.xml", b"</row></sheetData>", far)
    with pytest.raises(FileLimitError):
        read(xlsx)


def test_a_name_that_leaves_the_archive_is_refused(xlsx: Path) -> None:
    book(xlsx, [["a"], ["1"]])
    with zipfile.ZipFile(xlsx, "a") as archive:
        archive.writestr("../../etc/passwd", "x")
    with pytest.raises(DamagedFileError):
        read(xlsx)


@pytest.mark.parametrize("part", ["word/document.xml", "ppt/presentation.xml", "xl/workbook.bin"])
def test_other_archives_are_refused_by_name(tmp_path: Path, part: str) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(UnsupportedFileError):
        read(path)


def test_a_web_page_named_xls_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    path.write_text("<html><table><tr><td>1</td></tr></table></html>", encoding="utf-8")
    with pytest.raises(UnsupportedFileError, match="网页"):
        read(path)


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def test_formula_errors_of_an_xls_are_found_at_their_place() -> None:
    name = "表".encode("utf-16-le")
    opening = record(0x0809, struct.pack("<HH12x", 0x0600, 5))
    offset = len(opening) + len(record(0x0085, b"\0" * (8 + len(name)))) + 4
    bound = record(0x0085, struct.pack("<IHBB", offset, 0, 1, 1) + name)
    cell = record(0x0205, struct.pack("<HHHBB", 4, 2, 0, 7, 1))
    formula = record(0x0006, struct.pack("<HHH", 5, 3, 0) + b"\x02\0\x17\0\0\0\xff\xff" + bytes(8))
    sheet = record(0x0809, struct.pack("<HH12x", 0x0600, 0x10)) + cell + formula + record(0x000A, b"")
    names, sheets = biff._walk(opening + bound + record(0x000A, b"") + sheet)
    assert sheets[names["表"]].faults == {(4, 2): "#DIV/0!", (5, 3): "#REF!"}
