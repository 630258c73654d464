"""What is proposed for an item, and what an answer does: from facts alone, without a database."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from catalogue.classes import Change, Op, apply, shipped_tree
from catalogue.item import DataType, IdentifierRole
from connectors.databases.describing import ColumnFacts, TableFacts
from connectors.databases.describing_types import item_type
from hub.directory.describing.answers import answered, questions
from hub.directory.describing.entry import Organ, Proposal, propose
from hub.directory.describing.errors import AnswerError, MarkedTableError
from hub.directory.describing.items import Known
from policies.facts import OpenType, Sensitivity, ShareType
from tests.hub.describing.registers import citizen, credit_code, person

if TYPE_CHECKING:
    from collections.abc import Mapping

TODAY = date(2026, 11, 22)
ROWS = 40


def table(columns: Mapping[str, tuple[str, str, list[str]]], key: str = "", comment: str = "") -> TableFacts:
    """Return a table of columns: type, comment, sample."""
    facts = tuple(ColumnFacts(name, kind, item_type(kind), about) for name, (kind, about, _) in columns.items())
    sample = pl.DataFrame({name: values for name, (_, _, values) in columns.items()})
    return TableFacts("postgresql://u@h:5432/d", "t", comment, facts, (key,) if key else (), sample=sample)


def proposed(found: TableFacts, organ: str = "示例市民政局", title: str = "登记信息") -> Proposal:
    """Return the proposal for an organ."""
    return propose(found, Organ(organ, "91410199MA0DEM1369", "410199"), Known(organ, TODAY, demo=True), title, {})


PERSONS = {
    "sfzh": ("varchar(18)", "身份证号", [citizen(n) for n in range(1, ROWS)]),
    "xm": ("varchar(50)", "姓名", [person(n) for n in range(1, ROWS)]),
    "dwmc": ("varchar(100)", "单位名称", [f"示例第{n}公司" for n in range(1, ROWS)]),
    "djje": ("decimal(12,2)", "待遇金额（元）", [f"{n}.50" for n in range(1, ROWS)]),
}
FIRMS = {
    "dm": ("varchar(18)", "统一社会信用代码", [credit_code(n) for n in range(1, ROWS)]),
    "mc": ("varchar(100)", "企业名称", [f"示例第{n}公司" for n in range(1, ROWS)]),
    "beizhu": ("varchar(100)", "经办备注", [f"{citizen(n)}" for n in range(1, ROWS)]),
}


def test_everything_said_of_a_person_is_personal_and_closed() -> None:
    entry = proposed(table(PERSONS, "sfzh")).entry
    assert {item.sensitivity for item in entry.items} == {Sensitivity.PI}
    assert (entry.opening.type, entry.sharing.type) == (OpenType.CLOSED, ShareType.CONDITIONAL)


def test_the_theme_raises_what_is_said_of_persons() -> None:
    entry = proposed(table(PERSONS, "sfzh"), title="低保对象信息").entry
    assert {item.sensitivity for item in entry.items} == {Sensitivity.SPI}
    assert (entry.grade, entry.class_path) == ("G4", ("2", "203"))


def test_a_number_of_a_person_in_an_innocent_column_is_found_by_the_sample() -> None:
    entry = proposed(table(FIRMS, "dm"), "示例市市场监督管理局").entry
    remark = next(item for item in entry.items if item.column == "beizhu")
    assert (remark.sensitivity, remark.identifier_role) == (Sensitivity.PI, IdentifierRole.DIRECT)
    assert remark.excluded_from_opening


def test_a_base_item_is_shared_without_conditions_by_its_source_alone() -> None:
    own = proposed(table(FIRMS, "dm"), "示例市市场监督管理局").entry.items[0]
    other = proposed(table(FIRMS, "dm"), "示例市民政局").entry.items[0]
    assert (own.base_item, own.source_department) == (True, "示例市市场监督管理局")
    assert (other.base_item, other.source_department) == (False, "登记机关")


def test_not_shared_is_never_proposed_and_not_chosen_here() -> None:
    entry = proposed(table(PERSONS, "sfzh")).entry
    with pytest.raises(AnswerError, match="豁免"):
        answered(entry, "sharing", "不予共享")


def test_personal_items_stay_conditional_whatever_is_answered_for_the_entry() -> None:
    entry = answered(proposed(table(PERSONS, "sfzh")).entry, "sharing", "1")
    assert {entry.share_type(item) for item in entry.items} == {ShareType.CONDITIONAL}


def test_an_entry_of_persons_cannot_be_answered_open() -> None:
    entry = proposed(table(PERSONS, "sfzh")).entry
    with pytest.raises(AnswerError, match="没有公开的信息项"):
        answered(entry, "opening", "1 使用时注明来源")


def test_scope_and_purpose_are_taken_from_the_answer() -> None:
    entry = answered(proposed(table(PERSONS, "sfzh")).entry, "sharing", "2；范围：全市行政机关；用途：核对待遇")
    assert (entry.sharing.scope, entry.sharing.purpose) == ("全市行政机关", "核对待遇")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("class_path", "999"),
        ("legal_basis", "某个文件"),
        ("update_cycle", "有时"),
        ("sharing", "好的"),
        ("secrecy_assessment", "做过了"),
        ("crs", "火星坐标"),
        ("colour", "红"),
    ],
)
def test_an_answer_nobody_understands_says_how_it_is_written(key: str, text: str) -> None:
    with pytest.raises(AnswerError) as refused:
        answered(proposed(table(PERSONS, "sfzh")).entry, key, text)
    assert refused.value.next_zh
    assert refused.value.next_en


def test_a_class_is_named_by_its_last_code_or_its_words() -> None:
    entry = proposed(table(PERSONS, "sfzh")).entry
    assert answered(entry, "class_path", "102").class_path == ("1", "102")
    assert answered(entry, "class_path", "全民社会保障").class_path == ("2", "203")


def test_the_classes_are_those_of_the_tree_in_force() -> None:
    changes = [Change(Op.ADD, "298", "低空经济", "low-altitude economy"), Change(Op.RETIRE, "203", to="298")]
    tree, entry = apply(shipped_tree(), changes, 2), proposed(table(PERSONS, "sfzh")).entry
    with pytest.raises(AnswerError) as refused:
        answered(entry, "class_path", "203", tree)
    assert answered(entry, "class_path", "低空经济", tree).class_path == ("2", "298")
    assert "298" in refused.value.next_zh


def test_there_are_eleven_questions_at_most() -> None:
    columns = {**PERSONS, "lng": ("numeric(12,6)", "经度", ["113.6"] * (ROWS - 1))}
    assert len(questions(proposed(table(columns, "sfzh")), TODAY)) + len(("title", "names")) == 11


def test_a_mark_of_secrecy_stops_it_and_is_not_repeated() -> None:
    columns = {**PERSONS, "nr": ("text", "内容", ["机密★10年 甲事项"] * (ROWS - 1))}
    with pytest.raises(MarkedTableError) as stopped:
        proposed(table(columns, "sfzh"))
    assert stopped.value.facts["columns"] == ["nr"]
    assert "甲事项" not in str(stopped.value)


def test_a_photograph_is_left_out_with_the_reason() -> None:
    columns = {**PERSONS, "zp": ("bytea", "照片", [""] * (ROWS - 1))}
    out = proposed(table(columns, "sfzh")).items.left_out
    assert [(one.source, "二进制" in one.reason.zh) for one in out] == [("zp", True)]


def test_a_date_kept_as_text_is_a_date_and_one_with_a_time_a_moment() -> None:
    columns = {
        **PERSONS,
        "ksrq": ("varchar(10)", "开始日期", ["2026-01-02"] * (ROWS - 1)),
        "czsj": ("date", "操作时间", ["2026-01-02 10:20:00"] * (ROWS - 1)),
    }
    kinds = {item.column: item.type for item in proposed(table(columns, "sfzh")).entry.items}
    assert (kinds["ksrq"], kinds["czsj"]) == (DataType.DATE, DataType.DATETIME)


def test_the_question_of_an_assessment_is_a_persons_own_statement() -> None:
    asked = questions(proposed(table(PERSONS, "sfzh")), TODAY)
    assert {one.key for one in asked if one.is_vouched} == {"secrecy_assessment", "impact_assessment"}
