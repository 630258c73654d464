"""Checks of a push: every rule with a planted fault, every coercion counted, nothing else reported."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.faults import FaultCode
from catalogue.item import CodeListRef, DataType, Item
from connectors.port import FIELDS, LINE, position
from hub.push.check import Checker, accepted_schema
from hub.push.header import ColumnMap, map_header
from hub.push.rules import COERCIONS, RULE_OF_FAULT, RULES, number_of, rule_id
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.push.check import CheckedChunk

TODAY = dt.date(2026, 11, 22)
FIRST_ACROSS = 50
"""From here on rules need a rule set, stored rows or geometry: planted in the tests of those."""
GENDER = CodeListRef("gender", "GB/T 2261.1-2003")


def frame(*rows: Sequence[str], fields: Sequence[int | None] | None = None) -> pl.DataFrame:
    columns = {position(i): pl.Series([row[i] for row in rows], dtype=pl.String) for i in range(len(rows[0]))}
    return pl.DataFrame(columns).with_columns(
        pl.Series(LINE, range(2, len(rows) + 2), dtype=pl.Int64),
        pl.Series(FIELDS, fields or [None] * len(rows), dtype=pl.Int32),
    )


def columns(items: Sequence[Item], extra: Sequence[str] = ()) -> ColumnMap:
    header = [*(item.name for item in items), *extra]
    return map_header(header, [chr(65 + i) for i in range(len(header))], items)


def check(item: Item, *values: str) -> CheckedChunk:
    """Check the values of one item beside a running number that is the key."""
    number = Item("序号", "number", DataType.INTEGER)
    rows = [(str(index), value) for index, value in enumerate(values)]
    items = (number, item)
    return Checker(items, ("number",), today=TODAY).check(frame(*rows), columns(items))


def item(kind: DataType = DataType.TEXT, **facts: Any) -> Item:
    return Item("信息项", "value", kind, **facts)


CITIZEN = item(length=18, check="citizen_id", sensitivity=Sensitivity.PI)
FIRM = item(length=18, check="organisation_code")

PLANTED = [
    ("R01", item(required=True), ""),
    ("R01", item(required=True), "  "),
    ("R01", item(DataType.NUMBER, required=True), "N/A"),
    ("R03", CITIZEN, "410102199003071000"),
    ("R03", item(check="bank_card"), "6222021234567890000"),
    ("R05", item(DataType.NUMBER), "约465"),
    ("R43", item(DataType.NUMBER), "465(万元)"),
    ("R43", item(DataType.NUMBER), "12.5%"),
    ("R44", Item("金额（万元）", "value", DataType.NUMBER), "465人"),
    ("R44", Item("金额", "value", DataType.NUMBER, description="单位：万元"), "12%"),
    ("R44", Item("金额（万元）", "value", DataType.NUMBER), "50万美元"),
    ("R44", Item("金额（万元）", "value", DataType.NUMBER), "50(万元港币)"),
    ("R44", Item("金额（万元）", "value", DataType.NUMBER), "$50"),
    ("R44", Item("金额（万美元）", "value", DataType.NUMBER), "¥50"),
    ("R44", Item("金额（万美元）", "value", DataType.NUMBER), "人民币50万美元"),
    ("R43", item(DataType.NUMBER), "$1,000.50"),
    ("R45", item(DataType.INTEGER), "126~155"),
    ("R45", item(DataType.NUMBER), "10-20"),
    ("R45", item(DataType.NUMBER), "１０～２０"),
    ("R06", item(DataType.DATE), "20.1.11"),
    ("R10", item(DataType.DATE), "二〇二一年二月二十九日"),
    ("R10", item(DataType.DATE), "2021.2.29"),
    ("R05", item(DataType.DOUBLE), "inf"),
    ("R05", item(DataType.NUMBER), "1,23"),
    ("R06", item(DataType.DATE), "2020年1月"),
    ("R06", item(DataType.DATE), "去年"),
    ("R06", item(DataType.DATETIME), "下午三点"),
    ("R07", item(code_list=GENDER), "7"),
    ("R08", item(length=4), "郑州市公安局"),
    ("R09", item(DataType.INTEGER), "1.5"),
    ("R09", item(DataType.INTEGER), "99999999999999999999"),
    ("R09", item(DataType.NUMBER, length=5, scale=2), "1234.5"),
    ("R09", item(DataType.NUMBER, length=9, scale=2), "1.234"),
    ("R09", item(DataType.NUMBER, length=3), "1234.5"),
    ("R10", item(DataType.DATE), "2021-02-29"),
    ("R10", item(DataType.DATE), "1700-01-01"),
    ("R11", CITIZEN, "4101021990"),
    ("R12", CITIZEN, "410102199003071021"),
    ("R13", CITIZEN, "410102199002300011"),
    ("R14", CITIZEN, "990102199001010015"),
    ("R15", CITIZEN, "410102900307102"),
    ("R16", CITIZEN, "410199194001010000"),
    ("R17", FIRM, "9110000060003734"),
    ("R18", FIRM, "911100006000373411"),
    ("R36", FIRM, "9111000060003734IL"),
    ("R20", item(code_list=GENDER), "男"),
    ("R20", item(code_list=GENDER), "女性"),
    ("R21", item(DataType.BOOLEAN), "也许"),
    ("R22", item(), "郑州�司"),
    ("R22", item(DataType.NUMBER), "1�"),
    ("R23", item(), "郑\x00州"),
    ("R24", item(), "#DIV/0!"),
    ("R24", item(DataType.NUMBER), "#REF!"),
    ("R26", item(DataType.DATE), "43831"),
    ("R27", item(check="org_code"), "12345"),
    ("R28", item(check="bank_card"), "12a"),
    ("R40", item(check="bank_card"), "6222021234567890"),
    ("R29", item(check="public_phone"), "13800000000;13900000000"),
    ("R30", item(DataType.GENERAL), "不是编码"),
    ("R32", item(check="division_code"), "4101"),
    ("R42", item(check="division_code"), "418888"),
    ("R33", CITIZEN, "4101021990030710O2"),
    ("R34", CITIZEN, "410102209912310012"),
    ("R41", CITIZEN, "4.10102199003071E+17"),
    ("R41", item(DataType.INTEGER), "4.10102199003071E+17"),
]


@pytest.mark.parametrize(("rule", "of", "value"), PLANTED, ids=[f"{i}-{p[0]}" for i, p in enumerate(PLANTED)])
def test_a_planted_fault_is_reported_under_its_rule_and_nothing_else(rule: str, of: Item, value: str) -> None:
    found = check(of, value).rejections
    assert found.select("line", "letter", "column", "rule").rows() == [(2, "B", "value", rule)]


GOOD = [
    (item(), "河南省郑州市（中原区）", "河南省郑州市（中原区）"),
    (item(), "", None),
    (CITIZEN, "11010519491231002X", "11010519491231002X"),
    (FIRM, "91350100M000100Y43", "91350100M000100Y43"),
    (item(DataType.INTEGER), "12", 12),
    (item(DataType.NUMBER), "12.50", "12.5"),
    (item(DataType.NUMBER), "-0012", "-12"),
    (item(DataType.NUMBER), "+.5", "0.5"),
    (item(DataType.NUMBER, length=10, scale=2), "12.50", Decimal("12.50")),
    (item(DataType.NUMBER, length=10, scale=2), "12.5000", Decimal("12.50")),
    (item(DataType.NUMBER, length=10, scale=0), "12", 12),
    (item(DataType.CURRENCY), "1.2345", Decimal("1.2345")),
    (item(DataType.DOUBLE), "1.5e-3", 0.0015),
    (item(DataType.DATE), "2020-01-11", dt.date(2020, 1, 11)),
    (item(DataType.DATETIME), "2020-01-11 08:30:00", dt.datetime(2020, 1, 11, 8, 30)),  # noqa: DTZ001
    (item(DataType.BOOLEAN), "true", True),
    (item(code_list=GENDER), "1", "1"),
    (item(DataType.GENERAL), "aGVsbG8=", "aGVsbG8="),
    (item(DataType.MEMO), "第一行\n第二行", "第一行\n第二行"),
]


@pytest.mark.parametrize(("of", "value", "stored"), GOOD, ids=[str(i) for i in range(len(GOOD))])
def test_a_good_value_is_stored_typed_and_uncounted(of: Item, value: str, stored: object) -> None:
    chunk = check(of, value)
    assert (chunk.accepted["value"].to_list(), dict(chunk.coercions)) == ([stored], {})


COERCED = [
    ("K01", item(), " 郑州 ", "郑州"),
    ("K01", item(code_list=GENDER), "1　", "1"),
    ("K02", item(), "Ａ１２", "A12"),
    ("K02", item(DataType.INTEGER), "１２", 12),
    ("K02", item(code_list=GENDER), "２", "2"),
    ("K03", item(DataType.NUMBER), "N/A", None),
    ("K03", item(), "NULL", None),
    ("K03", item(DataType.NUMBER), "—", None),
    ("K03", FIRM, "N/A", None),
    ("K04", item(DataType.NUMBER), "1,234,567.5", "1234567.5"),
    ("K04", item(DataType.CURRENCY), "￥1,234.50", Decimal("1234.5000")),
    ("K05", item(DataType.DATE), "2020年1月11日", dt.date(2020, 1, 11)),
    ("K05", item(DataType.DATE), "2020/1/11", dt.date(2020, 1, 11)),
    ("K05", item(DataType.DATE), "20200111", dt.date(2020, 1, 11)),
    ("K06", item(DataType.DATE), "2020-01-11 00:00:00", dt.date(2020, 1, 11)),
    ("K07", item(DataType.BOOLEAN), "是", True),
    ("K07", item(DataType.BOOLEAN), "0", False),
    ("K08", CITIZEN, "11010519491231002x", "11010519491231002X"),
    ("K09", item(DataType.DATETIME), "2020-01-11T00:30:00Z", dt.datetime(2020, 1, 11, 8, 30)),  # noqa: DTZ001
    ("K09", item(DataType.DATETIME), "2020/1/11 8:30", dt.datetime(2020, 1, 11, 8, 30)),  # noqa: DTZ001
    ("K09", item(DataType.DATETIME), "2020-01-11", dt.datetime(2020, 1, 11)),  # noqa: DTZ001
    ("K10", item(), "郑\u200b州", "郑州"),
    ("K11", item(DataType.INTEGER), "12.0", 12),
    ("K12", FIRM, "91410100300006557C", "91410100300006557C"),
    ("K03", item(DataType.NUMBER), "无", None),
    ("K03", item(DataType.DATE), "#N/A", None),
    ("K03", item(), "#N/A", None),
    ("K05", item(DataType.DATE), "2020.1.11", dt.date(2020, 1, 11)),
    ("K13", Item("金额（万元）", "value", DataType.NUMBER), "465万元", "465"),
    ("K13", Item("增长率(%)", "value", DataType.DOUBLE), "12.5%", 12.5),
    ("K13", Item("金额（万元）", "value", DataType.NUMBER), "50(万元人民币)", "50"),
    ("K13", Item("金额（万元）", "value", DataType.NUMBER), "50万元(人民币)", "50"),
    ("K13", Item("金额（万元）", "value", DataType.NUMBER), "人民币50万元", "50"),
    ("K13", Item("金额（万元）", "value", DataType.NUMBER), "50万人民币元", "50"),
    ("K13", Item("金额（万美元）", "value", DataType.NUMBER), "50万美元", "50"),
    ("K14", Item("金额（万元）", "value", DataType.NUMBER), "500000元人民币", "50"),
    ("K14", Item("金额（万元）", "value", DataType.NUMBER), "1.5亿元", "15000"),
    ("K14", Item("金额（万元）", "value", DataType.NUMBER, 20, 4), "46500(元)", Decimal("4.6500")),
    ("K14", Item("金额（万元）", "value", DataType.NUMBER), "5元", "0.0005"),
    ("K18", item(), "4.10102E+17", "4.10102E+17"),
]


@pytest.mark.parametrize(("kind", "of", "value", "stored"), COERCED, ids=[str(i) for i in range(len(COERCED))])
def test_a_coerced_value_is_stored_and_counted_by_kind(kind: str, of: Item, value: str, stored: object) -> None:
    chunk = check(of, value)
    assert (chunk.accepted["value"].to_list(), dict(chunk.coercions)) == ([stored], {(kind, "value"): 1})


HINTS = [
    ("R12", CITIZEN, "410102199003071021", "X"),
    ("R18", FIRM, "911100006000373411", "L"),
    ("R20", item(code_list=GENDER), "男", "1"),
    ("R07", item(code_list=CodeListRef("ethnic_groups", "1")), "1", "01"),
    ("R08", item(length=2), "郑州市", "3"),
    ("R26", item(DataType.DATE), "43831", "2020-01-01"),
]


@pytest.mark.parametrize(("rule", "of", "value", "hint"), HINTS, ids=[h[0] for h in HINTS])
def test_the_report_says_what_the_value_should_have_been(rule: str, of: Item, value: str, hint: str) -> None:
    assert check(of, value).rejections.select("rule", "detail").rows() == [(rule, hint)]


def test_faults_stand_at_their_row_among_good_rows() -> None:
    chunk = check(item(DataType.INTEGER), "1", "x", " 3", "4", "y", "")
    assert (chunk.rejections["line"].to_list(), chunk.accepted["value"].to_list()) == ([3, 6], [1, 3, 4, None])


def test_all_faults_of_a_row_are_found_in_one_pass() -> None:
    items = (item(DataType.DATE), Item("数", "n", DataType.INTEGER))
    found = Checker(items, (), today=TODAY).check(frame(("昨天", "x")), columns(items)).rejections
    assert found["rule"].to_list() == ["R06", "R05"]


def test_a_shifted_row_has_one_fault_and_no_others() -> None:
    items = (item(DataType.DATE), Item("数", "n", DataType.INTEGER))
    found = Checker(items, (), today=TODAY).check(frame(("x", "y"), fields=[3]), columns(items)).rejections
    assert found.select("rule", "letter", "detail").rows() == [("R02", None, "3")]


def test_a_row_with_one_value_is_told_to_look_like_a_subtitle() -> None:
    items = (Item("序号", "n", DataType.TEXT, required=True), item(required=True), Item("丙", "c", DataType.TEXT))
    rows = frame(("北京市（92所）", "", ""), ("1", "", "丙"))
    found = Checker(items, (), today=TODAY).check(rows, columns(items)).rejections
    assert found.select("line", "rule", "detail").rows() == [(2, "R01", "1"), (3, "R01", None)]


def test_a_list_the_hub_does_not_hold_is_not_checked() -> None:
    assert check(item(code_list=CodeListRef("yiyuan-dengji", "1")), "一级").rejections.height == 0


def test_a_value_in_a_column_without_a_name_rejects_the_row() -> None:
    items = (item(),)
    found = Checker(items, (), today=TODAY).check(frame(("a", ""), ("b", "?")), columns(items, ("",))).rejections
    assert found.select("line", "rule", "detail").rows() == [(3, "R25", "B")]


def test_of_equal_keys_the_first_row_stays_and_later_ones_name_it() -> None:
    items = (Item("编号", "code", DataType.TEXT, 9), item())
    checker = Checker(items, ("code",), today=TODAY)
    first = checker.check(frame(("a", "1"), ("b", "2"), ("a", "3")), columns(items))
    second = checker.check(frame(("c", "4"), ("b", "5")).with_columns(pl.col(LINE) + 3), columns(items))
    found = pl.concat([first.rejections, second.rejections])
    assert found.select("line", "rule", "detail").rows() == [(4, "R04", "2"), (6, "R04", "3")]


def test_a_rejected_row_does_not_occupy_its_key() -> None:
    items = (Item("编号", "code", DataType.TEXT), item(DataType.INTEGER))
    chunk = Checker(items, ("code",), today=TODAY).check(frame(("a", "x"), ("a", "1")), columns(items))
    assert (chunk.accepted["value"].to_list(), chunk.rejections["rule"].to_list()) == ([1], ["R05"])


def test_without_a_key_the_same_row_twice_is_a_duplicate() -> None:
    items = (item(), Item("乙", "b", DataType.TEXT))
    chunk = Checker(items, (), today=TODAY).check(frame(("a", "b"), ("a", "c"), ("a", "b")), columns(items))
    assert chunk.rejections.select("line", "rule").rows() == [(4, "R04")]


def test_keys_of_rejected_rows_are_told_and_unreadable_ones_counted() -> None:
    items = (Item("编号", "code", DataType.TEXT), item(DataType.INTEGER))
    rows = frame(("a", "x"), ("", "1"), ("c", "1"), ("d", "1"), fields=[None, None, None, 3])
    chunk = Checker(items, ("code",), today=TODAY).check(rows, columns(items))
    assert (chunk.rejected_keys["code"].to_list(), chunk.unidentified, chunk.rejected_rows) == (["a"], 2, 3)


def test_accepted_chunks_have_the_schema_that_was_announced() -> None:
    items = tuple(Item(kind.name, kind.name.lower(), kind, 12, 2) for kind in DataType)
    rows = frame(tuple("" for _ in items), tuple("x" * 40 for _ in items))
    chunk = Checker(items, (), today=TODAY).check(rows, columns(items))
    assert chunk.accepted.schema == accepted_schema(items)


def test_an_absent_item_is_stored_as_null() -> None:
    from hub.push.header import HeaderMapping

    items = (item(), Item("备注", "remark", DataType.TEXT))
    where = map_header(["信息项"], ["A"], items, HeaderMapping(absent=frozenset({"remark"})))
    chunk = Checker(items, (), today=TODAY).check(frame(("a",)), where)
    assert chunk.accepted["remark"].to_list() == [None]


@pytest.mark.parametrize(
    ("sensitivity", "shown"),
    [
        (Sensitivity.PI, "410102***********1"),
        (Sensitivity.SPI, "*（18 字）"),
        (Sensitivity.INT, "410***1"),
    ],
)
def test_a_rejected_identity_number_is_never_shown_whole(sensitivity: Sensitivity, shown: str) -> None:
    of = item(length=18, check="citizen_id", sensitivity=sensitivity)
    assert check(of, "410102199003071021").rejections["value"].to_list() == [shown]


def test_a_short_personal_value_shows_its_first_character_only() -> None:
    of = item(DataType.DATE, sensitivity=Sensitivity.PI)
    assert check(of, "昨天下午").rejections["value"].to_list() == ["昨***"]


def test_every_fault_of_the_validators_has_a_rule() -> None:
    assert [code for code in FaultCode if rule_id(RULE_OF_FAULT[code]) not in RULES] == []


def test_every_rule_says_what_is_wrong_and_how_to_mend_it_in_both_languages() -> None:
    texts = [(r.standard, r.name_zh, r.name_en, r.zh, r.en, r.mend_zh, r.mend_en) for r in RULES.values()]
    assert texts
    assert all(all(row) for row in texts)


def test_every_rule_is_planted_here() -> None:
    elsewhere = {"R02", "R04", "R25", "R19", "R31", "R35", "R37", "R38", "R39", "R46"}
    of_values = {rule for rule in RULES if number_of(rule) < FIRST_ACROSS}
    assert of_values - {planted[0] for planted in PLANTED} == elsewhere


@pytest.mark.parametrize(
    ("rule", "of", "value"),
    [
        ("R19", FIRM, "00350100M000100Y4"),
        ("R31", FIRM, "A1410100MB0000000U"),
        ("R35", CITIZEN, "41010217900307102"),
        ("R37", FIRM, "91A50100M000100Y43"),
        ("R39", item(check="org_code"), "D2143569-1"),
    ],
    ids=["R19", "R31", "R35", "R37", "R39"],
)
def test_a_rarer_fault_is_reported_under_its_rule(rule: str, of: Item, value: str) -> None:
    from catalogue.identifiers import citizen_check_character, organisation_check_character

    last = {"R19": organisation_check_character, "R35": citizen_check_character}.get(rule)
    found = check(of, value if last is None else value + last(value)).rejections
    assert found["rule"].to_list() == [rule]


def test_every_coercion_is_counted_somewhere() -> None:
    elsewhere = {"K15", "K16", "K17", "K19", "K20"}  # with a rule set, or in test_push_dates
    of_values = {kind for kind in COERCIONS if int(kind[1:]) < 90}  # geometry has its own
    assert of_values == {row[0] for row in COERCED} | elsewhere


ANY_ITEM = st.one_of(
    st.builds(
        item,
        st.sampled_from(DataType),
        length=st.none() | st.integers(1, 40),
        scale=st.none() | st.integers(0, 6),
        required=st.booleans(),
    ),
    st.sampled_from([CITIZEN, FIRM, item(code_list=GENDER), item(check="division_code"), item(check="bank_card")]),
)
ANY_VALUE = st.one_of(
    st.text(max_size=20),
    st.text("0123456789.,-+eE年月日/: ￥１　", max_size=20),
    st.dates().map(str),
    st.integers().map(str),
    st.floats().map(str),
)


@settings(deadline=None, max_examples=150)
@given(ANY_ITEM, st.lists(ANY_VALUE, min_size=1, max_size=6))
def test_every_row_is_either_accepted_or_rejected_with_a_reason(of: Item, values: list[str]) -> None:
    chunk = check(of, *values)
    assert chunk.accepted.height + chunk.rejections["line"].n_unique() == chunk.rows == len(values)
    assert chunk.accepted.schema == accepted_schema((Item("序号", "number", DataType.INTEGER), of))


@settings(deadline=None, max_examples=150)
@given(st.decimals(-(10**9), 10**9, places=3), st.integers(0, 4))
def test_no_number_is_stored_rounded(number: Decimal, scale: int) -> None:
    chunk = check(item(DataType.NUMBER, length=20, scale=scale), str(number))
    assert all(stored == number for stored in chunk.accepted["value"].to_list())
