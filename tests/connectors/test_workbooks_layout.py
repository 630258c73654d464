"""Workbooks of old systems: merged and hidden cells, several header lines, formats; read as stored, and said."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from connectors.files.errors import FileLimitError, ReadOptionError, SheetError, UnsupportedFileError
from connectors.files.reader import open_table
from connectors.port import FIELDS, LINE, ReadNote, ReadOptions, TableFacts

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook.workbook import Workbook

OFFICE = shutil.which("soffice")
Rows = list[tuple[str, ...]]


def read(path: Path, options: ReadOptions | None = None) -> tuple[tuple[str, ...], Rows, TableFacts]:
    """Return header, rows as texts, and facts."""
    with open_table(path, options) as table:
        chunks = list(table.chunks())
        rows = pl.concat(chunks).drop(LINE, FIELDS).rows() if chunks else []
        return table.header, rows, table.facts()


def notes(facts: TableFacts) -> dict[str, ReadNote]:
    return {note.kind: note for note in facts.notes}


@pytest.fixture
def book() -> Workbook:
    """Give the yearbook table of a department: title, unit, two header lines, merged cells."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (
        ["人口统计表"],
        ["单位：万人"],
        ["地区", "2023年", None, "2024年", None],
        [None, "男", "女", "男", "女"],
        ["河南", 1, 2, 3, 4],
        ["郑州", 5, 6, None, 8],
        ["洛阳", 9, 10, None, 12],
    ):
        sheet.append(row)
    for area in ("A1:E1", "A3:A4", "B3:C3", "D3:E3", "D5:D7"):
        sheet.merge_cells(area)
    return workbook


TWO_LINES = ReadOptions(header_row=3, header_rows=2)


def saved(workbook: Workbook, folder: Path) -> Path:
    path = folder / "人口.xlsx"
    workbook.save(path)
    return path


def test_header_lines_are_joined_under_their_merged_groups(book: Workbook, tmp_path: Path) -> None:
    header, _, _ = read(saved(book, tmp_path), TWO_LINES)
    assert header == ("地区", "2023年/男", "2023年/女", "2024年/男", "2024年/女")


def test_merged_cells_among_the_data_are_not_filled_and_that_is_said(book: Workbook, tmp_path: Path) -> None:
    _, rows, facts = read(saved(book, tmp_path), TWO_LINES)
    note = notes(facts)["merged_not_filled"]
    assert ([row[3] for row in rows], note.count, note.places) == (["3", "", ""], 1, ("D5:D7",))


@pytest.mark.parametrize(
    ("area", "way", "expected"),
    [
        ("B5:C6", "down", [("1", ""), ("1", "")]),
        ("B5:C6", "right", [("1", "1"), ("", "")]),
        ("B5:C6", "all", [("1", "1"), ("1", "1")]),
    ],
)
def test_merged_cells_are_filled_as_asked(book: Workbook, tmp_path: Path, area: str, way: str, expected: Rows) -> None:
    book.worksheets[0].merge_cells(area)
    _, rows, facts = read(saved(book, tmp_path), ReadOptions(header_row=3, header_rows=2, fill_merged=way))
    assert ([row[1:3] for row in rows[:2]], "merged_filled" in notes(facts)) == (expected, True)


def test_a_way_of_filling_that_is_unknown_is_explained(book: Workbook, tmp_path: Path) -> None:
    with pytest.raises(ReadOptionError, match="填充"):
        read(saved(book, tmp_path), ReadOptions(fill_merged="up"))


def test_hidden_rows_and_columns_are_read_and_said(book: Workbook, tmp_path: Path) -> None:
    sheet = book.worksheets[0]
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["C"].hidden = True
    _, rows, facts = read(saved(book, tmp_path), TWO_LINES)
    told = notes(facts)
    places = (told["hidden_rows"].places, told["hidden_columns"].places)
    assert (len(rows), places) == (3, (("6",), ("C",)))


def test_a_hidden_sheet_is_not_asked_about_and_is_said(book: Workbook, tmp_path: Path) -> None:
    codes = book.create_sheet("代码")
    codes.append(["x"])
    codes.sheet_state = "hidden"
    _, rows, facts = read(saved(book, tmp_path), TWO_LINES)
    assert (len(rows), notes(facts)["hidden_sheets"].places) == (3, ("代码",))


def test_two_sheets_that_are_shown_are_still_asked_about(book: Workbook, tmp_path: Path) -> None:
    book.create_sheet("说明").append(["x"])
    with pytest.raises(SheetError):
        read(saved(book, tmp_path))


def test_percentages_are_read_as_stored_and_said(book: Workbook, tmp_path: Path) -> None:
    cell = book.worksheets[0]["B5"]
    cell.value, cell.number_format = 0.4532, "0.0%"
    _, rows, facts = read(saved(book, tmp_path), TWO_LINES)
    assert (rows[0][1], notes(facts)["percent"].places) == ("0.4532", ("B",))


def test_zeros_in_front_that_are_only_shown_are_said(book: Workbook, tmp_path: Path) -> None:
    cell = book.worksheets[0]["B5"]
    cell.value, cell.number_format = 123, "000000"
    _, rows, facts = read(saved(book, tmp_path), TWO_LINES)
    assert (rows[0][1], notes(facts)["padded"].places) == ("123", ("B",))


def test_numbers_shown_rounded_or_in_thousands_are_read_whole_and_said(book: Workbook, tmp_path: Path) -> None:
    sheet = book.worksheets[0]
    sheet["C5"].value, sheet["C5"].number_format = 1.2345, "0.00"
    sheet["C6"].number_format = sheet["C7"].number_format = "0.00"
    sheet["E5"].value, sheet["E5"].number_format = 1234000, "#,##0,"
    _, rows, facts = read(saved(book, tmp_path), TWO_LINES)
    told = {kind: note.places for kind, note in notes(facts).items() if kind in {"rounded", "thousands"}}
    assert ((rows[0][2], rows[0][4]), told) == (("1.2345", "1234000"), {"rounded": ("C",), "thousands": ("E",)})


def test_columns_with_number_cells_are_told_from_texts_of_digits(book: Workbook, tmp_path: Path) -> None:
    sheet = book.worksheets[0]
    for row in (5, 6, 7):
        sheet.cell(row, 2).value = "0012"
    _, _, facts = read(saved(book, tmp_path), TWO_LINES)
    assert facts.number_columns == ("C", "D", "E")


def test_formulas_are_counted_and_one_without_a_value_is_visible(book: Workbook, tmp_path: Path) -> None:
    book.worksheets[0]["B5"].value = "=1+1"
    _, rows, facts = read(saved(book, tmp_path), TWO_LINES)
    assert (rows[0][1], notes(facts)["formula"].count) == ("#FORMULA!", 1)


def test_dates_of_the_1904_system_are_the_days_they_show(book: Workbook, tmp_path: Path) -> None:
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0]["B5"].value = dt.date(2020, 2, 29)
    _, rows, _ = read(saved(book, tmp_path), TWO_LINES)
    assert rows[0][1] == "2020-02-29"


def test_too_many_header_lines_or_lines_without_a_header_are_refused(book: Workbook, tmp_path: Path) -> None:
    path = saved(book, tmp_path)
    for options in (ReadOptions(header_rows=11), ReadOptions(header_rows=2, no_header=True)):
        with pytest.raises(ReadOptionError):
            read(path, options)


def converted(path: Path, kind: str, folder: Path) -> Path:
    """Save a workbook as another kind with LibreOffice."""
    if OFFICE is None:
        pytest.skip("LibreOffice is not installed")
    profile = folder / "profile"
    command = [OFFICE, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(folder / "out"), str(path)], check=True, capture_output=True, timeout=120)
    return folder / "out" / f"{path.stem}.{kind}"


@pytest.fixture(scope="module")
def xls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the table as an XLS, with hidden cells and a percentage."""
    folder = tmp_path_factory.mktemp("xls")
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (["地区", "2023年", None], [None, "男", "女"], ["河南", 0.5, 2], ["郑州", 0.25, None]):
        sheet.append(row)
    for area in ("A1:A2", "B1:C1", "C3:C4"):
        sheet.merge_cells(area)
    sheet["B3"].number_format = sheet["B4"].number_format = "0.0%"
    sheet.row_dimensions[4].hidden = True
    hidden = workbook.create_sheet("代码")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    return converted(saved(workbook, folder), "xls", folder)


def test_an_xls_tells_the_same_as_an_xlsx(xls: Path) -> None:
    header, rows, facts = read(xls, ReadOptions(header_rows=2, fill_merged="down"))
    kinds = {"hidden_sheets", "merged_filled", "hidden_rows", "percent"}
    assert (header, rows, set(notes(facts)) & kinds) == (
        ("地区", "2023年/男", "2023年/女"),
        [("河南", "0.5", "2"), ("郑州", "0.25", "2")],
        kinds,
    )


def test_an_xls_with_a_password_is_refused_by_name(xls: Path, tmp_path: Path) -> None:
    data = bytearray(xls.read_bytes())
    # the first record of the workbook stream after its opening becomes FILEPASS ([MS-XLS] 2.4.117)
    start = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    data[start : start + 2] = b"\x2f\x00"
    path = tmp_path / "locked.xls"
    path.write_bytes(bytes(data))
    with pytest.raises(UnsupportedFileError, match="密码"):
        read(path)


@pytest.fixture(scope="module")
def ods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a table as an ODS, with an error, merged and hidden cells, and a hidden sheet."""
    folder = tmp_path_factory.mktemp("ods")
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    rows: list[list[object]] = [
        ["标题"], ["编号", "数"], ["0012", 0.5], ["乙", None],
        ["410199199003071021", "=1/0"], ["丁", dt.date(2020, 1, 2)],
    ]  # fmt: skip
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    sheet.row_dimensions[4].hidden = True
    hidden = workbook.create_sheet("代码")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    return converted(saved(workbook, folder), "ods", folder)


def test_an_ods_is_read_like_any_workbook(ods: Path) -> None:
    header, rows, facts = read(ods, ReadOptions(header_row=2, fill_merged="down"))
    assert (facts.format, header, rows) == (
        "ods",
        ("编号", "数"),
        [("0012", "0.5"), ("乙", "0.5"), ("410199199003071021", "#DIV/0!"), ("丁", "2020-01-02")],
    )


def test_an_ods_says_what_it_shows_otherwise(ods: Path) -> None:
    _, _, facts = read(ods, ReadOptions(header_row=2))
    told = {kind: note.places for kind, note in notes(facts).items()}
    assert told == {
        "hidden_sheets": ("代码",), "merged_not_filled": ("B3:B4",), "hidden_rows": ("4",), "formula": (),
    }  # fmt: skip


def test_texts_of_an_ods_reach_the_gate(ods: Path) -> None:
    with open_table(ods, ReadOptions(header_row=2)) as table:
        assert "x" in " ".join(text.text for text in table.outside())


def changed_ods(ods: Path, folder: Path, part: str, old: bytes, new: bytes) -> Path:
    path = folder / "changed.ods"
    with zipfile.ZipFile(ods) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new, 1) if name == part else content)
    return path


def test_an_ods_with_a_password_is_refused_by_name(ods: Path, tmp_path: Path) -> None:
    mark = b"<manifest:encryption-data/></manifest:manifest>"
    path = changed_ods(ods, tmp_path, "META-INF/manifest.xml", b"</manifest:manifest>", mark)
    with pytest.raises(UnsupportedFileError, match="密码"):
        read(path)


def test_an_ods_whose_cells_reach_too_far_is_refused_before_it_unfolds(ods: Path, tmp_path: Path) -> None:
    far = b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    cell = b'<table:table-cell table:number-columns-repeated="1900"/><table:table-cell office:value-type="string">'
    row = far + b"<table:table-row>" + cell + b"<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    path = changed_ods(ods, tmp_path, "content.xml", b"</table:table>", row)
    with pytest.raises(FileLimitError):
        read(path)
