"""Comments of columns as people write them, taken apart into name, codes, unit and remark."""

from __future__ import annotations

import pytest

from catalogue.item import DataType, Item
from hub.directory.describing.comments import take_apart
from hub.push.units import unit_of

SEX = (("1", "男"), ("2", "女"))


@pytest.mark.parametrize(
    ("comment", "name", "codes"),
    [
        ("性别(1男 2女)", "性别", SEX),
        ("性别（1-男，2-女，9-未说明的性别）", "性别", (*SEX, ("9", "未说明的性别"))),
        ("性别 男:1,女:2", "性别", SEX),
        ("状态:0停用,1启用", "状态", (("0", "停用"), ("1", "启用"))),
        ("状态：0=停用；1=启用", "状态", (("0", "停用"), ("1", "启用"))),
        ("是否有效 0否1是", "是否有效", (("0", "否"), ("1", "是"))),
        ("是否有效0否1是", "是否有效", (("0", "否"), ("1", "是"))),
        ("人员类别【01 在职;02 退休】", "人员类别", (("01", "在职"), ("02", "退休"))),
        ("险种类型 A 养老 B 医疗", "险种类型", (("A", "养老"), ("B", "医疗"))),
        ("地址(1号楼2单元)", "地址", ()),
        ("2020年收入", "2020年收入", ()),
    ],
)
def test_codes_and_their_meanings_are_told_from_the_name(
    comment: str, name: str, codes: tuple[tuple[str, str], ...]
) -> None:
    spoken = take_apart(comment)
    assert (spoken.name, spoken.codes) == (name, codes)


@pytest.mark.parametrize(
    ("comment", "name", "unit"),
    [
        ("注册资本(万元)", "注册资本", "万元"),
        ("注册资本（单位：万元）", "注册资本", "万元"),
        ("建筑面积 单位:平方米", "建筑面积", "平方米"),
        ("建筑面积（㎡）", "建筑面积", "平方米"),
        ("建筑面积，平方米", "建筑面积", "平方米"),
        ("保障金额/元", "保障金额", "元"),
        ("月保障金（元/月）", "月保障金", "元"),
    ],
)
def test_a_unit_is_told_from_the_name_and_known_to_the_checks(comment: str, name: str, unit: str) -> None:
    spoken = take_apart(comment)
    item = Item(f"{spoken.name}（{spoken.unit}）", "a", DataType.NUMBER)
    assert (spoken.name, spoken.unit, unit_of(item)) == (name, unit, unit)


@pytest.mark.parametrize("comment", ["", "ID", "update time", "a(1 b 2 c)"])
def test_without_chinese_there_is_no_name(comment: str) -> None:
    assert take_apart(comment).name == ""


@pytest.mark.parametrize(
    ("comment", "remark"),
    [
        ("成立日期（YYYYMMDD）", "YYYYMMDD"),
        ("企业名称,来自登记系统", "来自登记系统"),
        ("户主姓名（与户口本一致）", "与户口本一致"),
    ],
)
def test_what_follows_no_habit_stays_a_remark(comment: str, remark: str) -> None:
    assert take_apart(comment).remark == remark


@pytest.mark.parametrize("comment", ["主键", "主键ID", "自增主键"])
def test_a_column_that_only_counts_is_known(comment: str) -> None:
    assert take_apart(comment).is_technical
