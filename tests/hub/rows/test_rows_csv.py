"""CSV for programs and for Excel: nothing runs, nothing is spoilt, everything can be had back."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.item import DataType, Item
from hub.rows.compiler import Column
from hub.rows.csv_text import EXCEL, PLAIN, CsvStyle, Encoding, csv_stream, frame_of, original

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT = Column(Item("身份号码", "code", DataType.TEXT), is_masked=False, masking=None)
NUMBER = Column(Item("数量", "n", DataType.NUMBER), is_masked=False, masking=None)
RISKY = "=+-@\t\r＝＋－＠"


def _bytes(values: Sequence[object], style: CsvStyle = PLAIN, column: Column = TEXT) -> bytes:
    return b"".join(csv_stream([column], [frame_of([column], [(value,) for value in values])], style))


def _cells(values: Sequence[object], style: CsvStyle = PLAIN, column: Column = TEXT) -> list[str]:
    text = _bytes(values, style, column).decode(style.encoding.value).removeprefix("\ufeff")
    return [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]


@pytest.mark.parametrize("style", [PLAIN, EXCEL])
@pytest.mark.parametrize("sign", list(RISKY))
def test_no_text_runs_as_a_formula(style: CsvStyle, sign: str) -> None:
    assert _cells([f"{sign}cmd|' /C calc'!A0"], style) == [f"'{sign}cmd|' /C calc'!A0"]


@pytest.mark.parametrize("style", [PLAIN, EXCEL])
@pytest.mark.parametrize("number", ["5", "-5", "+3.25", "-0.5", "12345678901", "-123456789012"])
def test_plain_numbers_stay_as_they_are(style: CsvStyle, number: str) -> None:
    assert _cells([number], style, NUMBER) == [number]


@pytest.mark.parametrize(
    "code", ["410102199003070018", "007", "00", "123456789012", "0371", "1E5", "3-4", "2020/1/2", "8:30"]
)
def test_excel_keeps_codes_as_text(code: str) -> None:
    assert _cells([code], EXCEL) == [f'="{code}"']


@pytest.mark.parametrize("code", ["410102199003070018", "007", "1E5", "3-4"])
def test_programs_get_codes_as_they_are(code: str) -> None:
    assert _cells([code], PLAIN) == [code]


def test_excel_keeps_a_long_number_of_a_numeric_item() -> None:
    assert _cells(["123456789012345678"], EXCEL, NUMBER) == ['="123456789012345678"']


@given(values=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_every_text_can_be_had_back(values: list[str]) -> None:
    back = [[original(cell) for cell in _cells([*values, "end"], style)] for style in (PLAIN, EXCEL)]
    assert back == [[*values, "end"]] * 2


@given(value=st.text(st.sampled_from([*RISKY, "'", "0", "1", '"', "a", ",", "\n"]), min_size=1))
def test_no_cell_begins_with_a_sign_unless_it_is_a_number_or_our_own_text_form(value: str) -> None:
    for style in (PLAIN, EXCEL):
        cell = _cells([value, "end"], style)[0]
        is_ours = style is EXCEL and re.fullmatch(r'="[^"=+@\t\r＝＋－＠]*"', cell) is not None
        assert cell[:1] not in RISKY or is_ours or re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", cell)


def test_a_missing_value_and_the_empty_text_stay_different() -> None:
    assert _bytes([None, "", "x"]) == b'code\n\n""\nx\n'


def test_excel_gets_a_mark_chinese_titles_and_its_line_ends() -> None:
    assert _bytes(["x"], EXCEL) == "\ufeff身份号码\r\nx\r\n".encode()


def test_gb18030_is_written_on_request_and_holds_rare_characters() -> None:
    assert _bytes(["𠮷䶮"], CsvStyle(for_excel=True, encoding=Encoding.GB18030)) == "身份号码\r\n𠮷䶮\r\n".encode(
        "gb18030"
    )


def test_an_answer_without_rows_still_has_its_head() -> None:
    assert _bytes([]) == b"code\n"
