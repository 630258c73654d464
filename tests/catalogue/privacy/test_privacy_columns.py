"""Columns: names say what they hold, every value is searched, thresholds decide what counts."""

from __future__ import annotations

import polars as pl
import pytest

from catalogue.item import DataType, Item
from catalogue.privacy.columns import ColumnScanner, scan_frame
from catalogue.privacy.headers import meaning_of
from catalogue.privacy.kinds import Kind
from catalogue.privacy.thresholds import DEFAULTS, Threshold, exceeds, is_exempt, said_by_name
from policies.facts import Sensitivity

MEANINGS = {
    "身份证号": Kind.CITIZEN_ID,
    "SFZH": Kind.CITIZEN_ID,
    "id_card_no": Kind.CITIZEN_ID,
    "手机号码": Kind.PHONE,
    "sjhm": Kind.PHONE,
    "Mobile Phone": Kind.PHONE,
    "联系人": Kind.NAME,
    "xm": Kind.NAME,
    "full_name": Kind.NAME,
    "银行卡号": Kind.BANK_CARD,
    "电子邮箱": Kind.EMAIL,
    "家庭住址": Kind.ADDRESS,
    "出生日期": Kind.BIRTH_DATE,
    "车牌号": Kind.PLATE,
    "护照号": Kind.PASSPORT,
}
OTHERS = ("企业名称", "站点名称", "邮政编码", "金额", "更新时间", "所在区", "经度", "床位数")
ROWS = 30_000


def item(name: str, column: str = "x", **more: object) -> Item:
    values = {"type": DataType.TEXT, "sensitivity": Sensitivity.PUB, **more}
    return Item(name, column, **values)  # type: ignore[arg-type]


def report_of(name: str, values: list[str | None]) -> dict[Kind, int]:
    scanner = ColumnScanner((name,))
    scanner.add(pl.Series(values, dtype=pl.String))
    return {kind: count.count for kind, count in scanner.report().kinds.items()}


@pytest.mark.parametrize(("name", "kind"), MEANINGS.items(), ids=list(MEANINGS))
def test_a_columns_name_says_what_it_holds(name: str, kind: Kind) -> None:
    meaning = meaning_of(name)
    assert meaning is not None
    assert meaning.kind is kind


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_say_nothing_of_persons(name: str) -> None:
    assert meaning_of(name) is None


def test_a_single_number_in_the_last_row_is_found() -> None:
    values: list[str | None] = [f"备注{number:08d}号" for number in range(ROWS)]
    assert report_of("备注", [*values, "联系13812345678"])[Kind.PHONE] == 1


def test_a_rare_kind_does_not_hide_behind_a_frequent_one() -> None:
    values: list[str | None] = [f"0371-6{number:07d}" for number in range(ROWS)]
    found = report_of("备注", [*values, "身份证410105199001011234"])
    assert found[Kind.CITIZEN_ID] == 1


def test_counts_beyond_what_is_read_closely_are_said_to_be_estimates() -> None:
    scanner = ColumnScanner(("电话",))
    scanner.add(pl.Series([f"0371-6{number:07d}" for number in range(ROWS)]))
    found = scanner.report().kinds[Kind.PHONE]
    assert (found.count, found.is_estimate) == (ROWS, True)


def test_the_name_of_a_column_is_the_word_before_its_values() -> None:
    assert report_of("身份证号", ["110105199001011", "999999999999999999"])[Kind.CITIZEN_ID] == 2


def test_a_column_of_names_is_told_by_most_of_its_values() -> None:
    values: list[str | None] = [
        f"{surname}{given}" for surname in "王李张刘陈" for given in ("明远", "雅琴", "雨晴", "建国", "晓梅", "志强")
    ]
    assert report_of("col1", values)[Kind.NAME] == 30


def test_a_column_of_words_is_no_column_of_names() -> None:
    assert report_of("col1", ["高中", "小学", "初中", "大学"] * 20) == {}


def test_dates_and_amounts_are_no_findings() -> None:
    assert report_of("日期", ["2024-01-02", "12345.67", "2024/12/31 12:00:00"] * 1000) == {}


def test_a_frame_gives_one_report_a_column() -> None:
    frame = pl.DataFrame({"电话": ["13812345678"], "名称": ["示例公司"]})
    assert [(one.name, list(one.kinds)) for one in scan_frame(frame)] == [("电话", [Kind.PHONE]), ("名称", [])]


def test_no_report_holds_a_whole_value() -> None:
    scanner = ColumnScanner(("电话",))
    scanner.add(pl.Series(["13812345678"]))
    assert scanner.report().kinds[Kind.PHONE].examples == ["13*********"]


def test_a_threshold_asks_for_count_and_share() -> None:
    scanner = ColumnScanner(("备注",))
    scanner.add(pl.Series(["a@example.org"] * 5 + ["无"] * 95))
    report = scanner.report()
    asked = (Threshold(3), Threshold(6), Threshold(3, 0.05), Threshold(3, 0.06))
    assert [exceeds(report, Kind.EMAIL, threshold) for threshold in asked] == [True, False, True, False]


@pytest.mark.parametrize(
    ("one", "kind", "exempt"),
    [
        (item("联系电话", sensitivity=Sensitivity.PI), Kind.PHONE, True),
        (item("联系电话", check="public_phone"), Kind.PHONE, True),
        (item("服务电话"), Kind.PHONE, True),
        (item("联系电话"), Kind.PHONE, False),
        (item("法定代表人"), Kind.NAME, True),
        (item("申请人姓名"), Kind.NAME, False),
        (item("注册地址"), Kind.ADDRESS, True),
        (item("家庭住址"), Kind.ADDRESS, False),
    ],
)
def test_what_belongs_to_an_office_or_is_declared_is_exempt(one: Item, kind: Kind, *, exempt: bool) -> None:
    assert is_exempt(one, kind) is exempt


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (item("身份证号"), Kind.CITIZEN_ID),
        (item("家庭住址"), Kind.ADDRESS),
        (item("身份证号", sensitivity=Sensitivity.PI), None),
        (item("联系电话"), None),
        (item("企业名称"), None),
    ],
)
def test_the_name_of_an_item_alone_can_ask_for_a_decision(one: Item, kind: Kind | None) -> None:
    assert said_by_name(one) is kind


def test_every_personal_kind_that_is_held_has_a_default() -> None:
    assert set(Kind) - set(DEFAULTS) == {Kind.IP, Kind.CREDIT_CODE, Kind.SECRECY_MARK}
