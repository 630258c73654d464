"""The intake gate: what stops a file, what does not, and that a finding never holds the content."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.item import DataType, Item
from catalogue.marks import MarkKind, find_marks
from connectors.port import FIELDS, LINE, OutsideText, position
from hub.push.errors import GateStoppedError
from hub.push.gate import Gate, GateResult
from hub.push.header import HeaderMapping, map_header
from policies.facts import Sensitivity

TODAY = dt.date(2026, 11, 22)
CITIZEN = "11010519491231002X"
ITEMS = (
    Item("姓名", "name", DataType.TEXT, sensitivity=Sensitivity.PI),
    Item("备注", "remark", DataType.TEXT),
    Item("联系电话", "phone", DataType.TEXT, check="public_phone", sensitivity=Sensitivity.PUB),
    Item("信用代码", "code", DataType.TEXT, check="organisation_code", sensitivity=Sensitivity.PUB),
)


def scan(*rows: tuple[str, ...]) -> GateResult:
    header = ["姓名", "备注", "联系电话", "信用代码", "多余"]
    where = map_header(header, list("ABCDE"), ITEMS, HeaderMapping(ignore=frozenset({"多余"})))
    gate = Gate(ITEMS, where, today=TODAY)
    padded = [(*row, *[""] * (5 - len(row))) for row in rows]
    gate.scan_chunk(
        pl.DataFrame({position(i): [row[i] for row in padded] for i in range(5)}).with_columns(
            pl.Series(LINE, range(2, len(rows) + 2)), pl.lit(None, dtype=pl.Int32).alias(FIELDS)
        )
    )
    return gate.result()


def outside(text: str, *, raw: bool = False) -> GateResult:
    gate = Gate(ITEMS, map_header(["姓名", "备注", "联系电话", "信用代码"], list("ABCD"), ITEMS), today=TODAY)
    gate.scan_outside([OutsideText("页眉", "the header", text, 1, may_hold_items=raw)])
    return gate.result()


@pytest.mark.parametrize("mark", ["机密★10年", "绝密★", "秘密★长期", "（工作秘密）", "密级：机密"])
def test_a_secrecy_mark_in_any_cell_stops_the_file(mark: str) -> None:
    assert scan(("张三", "平常"), (f"李四 {mark}", "")).has_secrecy_mark


@pytest.mark.parametrize("text", ["计算机密码", "商业秘密★", "内部资料", "保密协议", "机密"])
def test_words_that_only_look_like_a_mark_pass(text: str) -> None:
    assert not scan(("张三", text)).stopped


def test_a_citizen_number_in_an_undeclared_item_stops_the_file() -> None:
    found = scan(("张三", "平常"), ("李四", f"证件 {CITIZEN}")).findings
    assert [(f.kind, f.letter, f.item, f.lines, f.count) for f in found] == [
        (MarkKind.CITIZEN_ID, "B", "备注", (3,), 1)
    ]


def test_a_citizen_number_in_a_declared_item_passes() -> None:
    assert not scan((CITIZEN,)).stopped


def test_a_column_that_is_not_read_is_searched_too() -> None:
    assert [f.letter for f in scan(("张三", "", "", "", CITIZEN)).findings] == ["E"]


def test_full_width_digits_hide_nothing() -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in CITIZEN)
    assert scan(("张三", wide)).stopped


def test_a_mobile_number_stops_unless_the_item_is_a_public_contact() -> None:
    assert (scan(("张三", "13812345678")).stopped, scan(("张三", "", "13812345678")).stopped) == (True, False)


def test_a_bank_card_number_in_an_undeclared_item_stops_the_file() -> None:
    assert [f.kind for f in scan(("张三", "6222020200112230127")).findings] in ([MarkKind.BANK_CARD], [])


def test_one_number_with_a_wrong_check_character_passes_and_three_stop() -> None:
    wrong = "110105194912310021"
    assert (scan(("张三", wrong)).stopped, scan(*[("张三", wrong)] * 3).stopped) == (False, True)


def test_a_right_credit_code_is_no_personal_number() -> None:
    assert not scan(("张三", "", "", "91110000600037341L")).stopped


def test_long_codes_that_are_no_personal_numbers_pass() -> None:
    assert not scan(("张三", "410102001001"), ("李四", "20260821000000012345")).stopped


def test_a_mark_in_the_file_name_stops_the_file() -> None:
    gate = Gate(ITEMS, map_header(["姓名", "备注", "联系电话", "信用代码"], list("ABCD"), ITEMS), today=TODAY)
    gate.scan_name("机密★人员名单.xlsx")
    assert gate.result().has_secrecy_mark


def test_a_mark_in_text_around_the_table_stops_the_file() -> None:
    assert outside("秘密★10年").has_secrecy_mark


def test_a_citizen_number_above_the_header_stops_the_file() -> None:
    assert outside(f"制表人 {CITIZEN}").stopped


def test_in_raw_text_of_a_workbook_only_secrecy_marks_count() -> None:
    assert (outside(CITIZEN, raw=True).stopped, outside("机密★", raw=True).stopped) == (False, True)


def test_a_telephone_number_above_the_header_passes() -> None:
    assert not outside("联系人 13812345678").stopped


def test_a_finding_never_holds_the_content() -> None:
    result = scan(("张三", f"王小明{CITIZEN}机密★3年"))
    told = json.dumps(result.to_dict(), ensure_ascii=False)
    with pytest.raises(GateStoppedError) as caught:
        result.raise_if_stopped()
    told += str(caught.value) + caught.value.next_zh
    assert not any(secret in told for secret in (CITIZEN, "王小明", "机密★"))


def test_a_marked_sheet_name_is_not_repeated_as_the_place() -> None:
    gate = Gate(ITEMS, map_header(["姓名", "备注", "联系电话", "信用代码"], list("ABCD"), ITEMS), today=TODAY)
    gate.scan_outside([OutsideText("工作表“机密★名单”", "sheet “机密★名单”", "机密★")])
    assert "名单" not in json.dumps(gate.result().to_dict(), ensure_ascii=False)


def test_values_that_only_look_like_marks_do_not_hide_a_later_one() -> None:
    harmless = [("张三", f"订单号{number:018d}密 级 11010519491231002") for number in range(10**17, 10**17 + 3000)]
    assert scan(*harmless, ("李四", CITIZEN), ("王五", "机密★")).has_secrecy_mark


def test_counting_stops_at_a_bound_and_says_so() -> None:
    found = scan(*[("张三", CITIZEN)] * 3000).findings[0]
    assert (found.count, found.at_least, len(found.lines)) == (2000, True, 20)


DIGITS = st.one_of(
    st.sampled_from([CITIZEN, "410102900307102", "13812345678", "6222020200112230127", "4012888888881881"]),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"62[0-9]{14,17}", fullmatch=True),
    st.from_regex(r"4101(0[2-6]|81)19[4-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9])[0-9]{3}[0-9X]", fullmatch=True),
)
BEFORE = st.sampled_from(["", "电话", "身份证号:", "（", " ", "a", "+86 ", "1", "-"])
AFTER = st.sampled_from(["", "，", " ", "b", ")", ".", "9"])
GAPS = st.sampled_from(["", " ", "-"])


def spaced(digits: str, gap: str) -> str:
    """Write a number in the groups people use."""
    cuts = {11: (3, 7), 18: (6, 14), 16: (4, 8, 12), 19: (4, 8, 12, 16)}.get(len(digits), ())
    return gap.join(digits[a:b] for a, b in zip((0, *cuts), (*cuts, len(digits)), strict=True))


@settings(deadline=None, max_examples=300)
@given(BEFORE, DIGITS, GAPS, AFTER)
def test_narrowing_before_the_exact_search_loses_nothing(before: str, digits: str, gap: str, after: str) -> None:
    text = before + spaced(digits, gap) + after
    numbers = {MarkKind.CITIZEN_ID, MarkKind.PHONE, MarkKind.BANK_CARD}
    certain = any(mark.kind in numbers and mark.is_certain for mark in find_marks(text, today=TODAY))
    assert scan(("张三", text)).stopped == certain
