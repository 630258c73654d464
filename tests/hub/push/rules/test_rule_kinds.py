"""Every kind of rule finds what breaks it, at the row and item it concerns, and nothing else (Jilin Art. 27)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from catalogue.item import CodeListRef, DataType, Item
from connectors.port import FIELDS, LINE, position
from hub.push.check import Checker
from hub.push.header import map_header
from hub.push.rule_sets.kinds import DRIFT, KINDS
from hub.push.rule_sets.model import read_rules
from hub.push.rule_sets.running import RunningRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.push.check import CheckedChunk

TODAY = dt.date(2026, 11, 22)
MALE_1990, FEMALE_1990 = "410102199003071038", "410102199003071046"
FIRM, OTHER = "91350100M000100Y43", "91110000600037341L"
ITEMS = (
    Item("编号", "number", DataType.TEXT, 20),
    Item("身份号码", "citizen_id", DataType.TEXT, 18, check="citizen_id"),
    Item("性别", "sex", DataType.TEXT, 1, code_list=CodeListRef("gender", "1")),
    Item("出生日期", "born", DataType.DATE),
    Item("死亡日期", "died", DataType.DATE),
    Item("信用代码", "code", DataType.TEXT, 18, check="organisation_code"),
    Item("机构类型", "kind", DataType.TEXT, 2, code_list=CodeListRef("org_uscc_prefix", "1")),
    Item("状态", "status", DataType.TEXT, 1, code_list=CodeListRef("entity_status", "1")),
    Item("注销日期", "ended", DataType.DATE),
    Item("区划", "division", DataType.TEXT, 12),
    Item("男", "men", DataType.INTEGER),
    Item("女", "women", DataType.INTEGER),
    Item("合计", "total", DataType.NUMBER, 12, 2),
    Item("期次", "period", DataType.TEXT, 8),
)


def running(*rules: Mapping[str, Any], lookups: Mapping[str, Any] | None = None) -> RunningRules:
    """Return rules at work; each gets a name."""
    named = [{"name": f"rule-{index}", **rule} for index, rule in enumerate(rules)]
    return RunningRules(read_rules({"rules": named}, ITEMS), ITEMS, today=TODAY, lookups=lookups)


def check(rules: RunningRules, *rows: Mapping[str, str], chunks: int = 1) -> list[CheckedChunk]:
    """Check rows given by column; their number is the key."""
    header = [item.name for item in ITEMS]
    where = map_header(header, [chr(65 + i) for i in range(len(header))], ITEMS)
    columns = {
        position(index): pl.Series([row.get(item.column, "") for row in rows], dtype=pl.String)
        for index, item in enumerate(ITEMS)
    }
    columns[position(0)] = pl.Series([str(index) for index in range(len(rows))])
    frame = pl.DataFrame(columns).with_columns(
        pl.Series(LINE, range(2, len(rows) + 2), dtype=pl.Int64),
        pl.Series(FIELDS, [None] * len(rows), dtype=pl.Int32),
    )
    checker = Checker(ITEMS, ("number",), today=TODAY, rules=rules)
    size = -(-frame.height // chunks)
    return [checker.check(frame.slice(start, size), where) for start in range(0, frame.height, size)]


def found(chunks: Sequence[CheckedChunk]) -> list[tuple[int, str, str]]:
    """Return line, column and rule of every fault."""
    return [row for chunk in chunks for row in chunk.rejections.select("line", "column", "rule").rows()]


class Known:
    """A resource that holds these values."""

    def __init__(self, *values: str) -> None:
        self.values = values

    def holds(self, values: pl.Series) -> pl.Series:
        return values.is_in(self.values)


SEX = {"kind": "sex_of_citizen_id", "sex": "sex", "citizen_id": "citizen_id"}
BIRTH = {"kind": "birth_of_citizen_id", "birth_date": "born", "citizen_id": "citizen_id"}
CASES: dict[str, tuple[Mapping[str, Any], Mapping[str, str], Mapping[str, str], str, str]] = {
    "sex": (SEX, {"citizen_id": MALE_1990, "sex": "1"}, {"citizen_id": FEMALE_1990, "sex": "1"}, "sex", "R50"),
    "sex unknown": (SEX, {"citizen_id": MALE_1990, "sex": "9"}, {"citizen_id": MALE_1990, "sex": "2"}, "sex", "R50"),
    "birth": (
        BIRTH,
        {"citizen_id": MALE_1990, "born": "1990-03-07"},
        {"citizen_id": MALE_1990, "born": "1990-07-03"},
        "born",
        "R51",
    ),
    "division of a person": (
        {"kind": "division_of_code", "division": "division", "code": "citizen_id"},
        {"citizen_id": MALE_1990, "division": "410102000000"},
        {"citizen_id": MALE_1990, "division": "410103"},
        "division",
        "R52",
    ),
    "division of a body": (
        {"kind": "division_of_code", "division": "division", "code": "code", "digits": "4"},
        {"code": FIRM, "division": "350102"},
        {"code": FIRM, "division": "410102"},
        "division",
        "R52",
    ),
    "dates in order": (
        {"kind": "order", "first": "born", "second": "died"},
        {"born": "1990-03-07", "died": "1990-03-07"},
        {"born": "1990-03-07", "died": "1990-03-06"},
        "died",
        "R53",
    ),
    "numbers in order": (
        {"kind": "order", "first": "men", "second": "total", "relation": "<"},
        {"men": "1", "total": "1.5"},
        {"men": "2", "total": "2.00"},
        "total",
        "R53",
    ),
    "not in the future": (
        {"kind": "not_after_today", "item": "died"},
        {"died": "2026-11-22"},
        {"died": "2026-11-23"},
        "died",
        "R54",
    ),
    "required": (
        {"kind": "required_if", "item": "ended", "when": "status", "values": ["3", "4"]},
        {"status": "1"},
        {"status": "4"},
        "ended",
        "R55",
    ),
    "empty": (
        {"kind": "empty_if", "item": "ended", "when": "status", "values": ["1"]},
        {"status": "4", "ended": "2020-01-01"},
        {"status": "1", "ended": "2020-01-01"},
        "ended",
        "R56",
    ),
    "sum": (
        {"kind": "sum", "total": "total", "parts": ["men", "women"], "tolerance": 1},
        {"men": "10", "women": "11", "total": "22"},
        {"men": "10", "women": "11", "total": "22.01"},
        "total",
        "R57",
    ),
    "type": (
        {"kind": "type_of_credit_code", "type": "kind", "organisation_code": "code"},
        {"kind": "91", "code": FIRM},
        {"kind": "51", "code": FIRM},
        "kind",
        "R58",
    ),
    "pattern": (
        {"kind": "pattern", "item": "period", "pattern": "[0-9]{4}-Q[1-4]"},
        {"period": "2025-Q4"},
        {"period": "2025-Q4x"},
        "period",
        "R61",
    ),
    "range": (
        {"kind": "range", "item": "men", "least": 0, "most": 100},
        {"men": "100"},
        {"men": "101"},
        "men",
        "R62",
    ),
    "list": (
        {"kind": "one_of", "item": "period", "values": ["甲", "乙"]},
        {"period": "乙"},
        {"period": "丙"},
        "period",
        "R63",
    ),
    "withdrawn today": (
        {"kind": "code_in_force", "item": "division", "list": "divisions_zhengzhou_jilin"},
        {"division": "410181"},
        {"division": "412126"},
        "division",
        "R64",
    ),
    "not yet in force": (
        {"kind": "code_in_force", "item": "division", "list": "divisions_zhengzhou_jilin", "on": "born"},
        {"division": "412126", "born": "1981-01-01"},
        {"division": "410181", "born": "1981-01-01"},
        "division",
        "R64",
    ),
    "reference": (
        {"kind": "in_resource", "item": "code", "resource": "faren", "target": "code"},
        {"code": FIRM},
        {"code": OTHER},
        "code",
        "R65",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_broken_rule_is_reported_at_its_row_and_item_and_nothing_else(name: str) -> None:
    rule, good, bad, column, number = CASES[name]
    chunks = check(running(rule, lookups={"rule-0": Known(FIRM)}), good, bad, good)
    assert found(chunks) == [(3, column, number)]


def test_every_kind_that_judges_rows_is_tried_here() -> None:
    between = {"unique", "monotone"}
    judging = {kind.name for kind in KINDS.values() if kind.rule is not None}
    assert {str(case[0]["kind"]) for case in CASES.values()} | between == judging


def test_a_withdrawn_code_is_named_with_its_successor() -> None:
    chunk = check(running(CASES["withdrawn today"][0]), {"division": "412126"})[0]
    assert chunk.rejections["detail"].to_list() == ["用至 1982 → 410124"]


def test_the_report_says_the_rule_with_the_names_of_its_items() -> None:
    chunk = check(running(CASES["dates in order"][0]), CASES["dates in order"][2])[0]
    assert chunk.rejections["detail"].to_list() == ["出生日期 ≤ 死亡日期"]


@pytest.mark.parametrize("blank", ["citizen_id", "sex"])
def test_a_rule_is_silent_where_one_side_is_blank(blank: str) -> None:
    assert found(check(running(SEX), {"citizen_id": MALE_1990, "sex": "2", blank: ""})) == []


def test_a_value_with_a_fault_of_its_own_breaks_no_rule_besides() -> None:
    wrong_check = MALE_1990[:-1] + "7"
    chunks = check(running(SEX, BIRTH), {"citizen_id": wrong_check, "sex": "2", "born": "2000-01-01"})
    assert found(chunks) == [(2, "citizen_id", "R12")]


def test_a_required_value_that_is_there_but_wrong_is_not_called_missing() -> None:
    chunks = check(running(CASES["required"][0]), {"status": "4", "ended": "昨天"})
    assert found(chunks) == [(2, "ended", "R06")]


def test_three_faults_of_one_row_are_three_lines_of_the_report() -> None:
    row = {"citizen_id": MALE_1990, "sex": "2", "born": "2000-01-01", "men": "x"}
    assert found(check(running(SEX, BIRTH), row)) == [(2, "men", "R05"), (2, "sex", "R50"), (2, "born", "R51")]


def test_a_combination_that_repeats_names_the_earlier_line_over_chunks() -> None:
    rules = running({"kind": "unique", "items": ["period", "division"]})
    rows = [{"period": "1", "division": "a"}, {"period": "1", "division": "b"}, {"period": "1", "division": "a"}]
    chunks = check(rules, *rows, {"period": "1"}, {"period": "1"}, chunks=5)
    assert [row for chunk in chunks for row in chunk.rejections.select("line", "column", "rule", "detail").rows()] == [
        (4, "period", "R59", "2")
    ]


@pytest.mark.parametrize("chunks", [1, 2, 5])
def test_a_cumulative_value_that_falls_is_found_in_its_group(chunks: int) -> None:
    rules = running({"kind": "monotone", "value": "total", "period": "period", "group": ["division"]})
    rows = [
        {"division": "a", "period": "2025-01", "total": "10"},
        {"division": "b", "period": "2025-01", "total": "99"},
        {"division": "a", "period": "2025-02", "total": "9"},
        {"division": "b", "period": "2025-02", "total": "99"},
        {"division": "a", "period": "2025-03", "total": "12"},
    ]
    assert found(check(rules, *rows, chunks=chunks)) == [(4, "total", "R60")]


def test_a_rule_that_only_warns_keeps_the_row_counts_it_and_tells_the_lines() -> None:
    rules = running({**SEX, "severity": "warn"})
    chunk = check(rules, {"citizen_id": FEMALE_1990, "sex": "1"})[0]
    told = rules.warned["rule-0"]
    assert (chunk.accepted.height, dict(chunk.coercions), told.rows, told.lines) == (1, {("K19", "sex"): 1}, 1, [2])


def test_a_reference_that_may_not_be_asked_is_told_and_not_run() -> None:
    rules = running(CASES["reference"][0])
    assert (found(check(rules, {"code": OTHER})), [rule.name for rule in rules.unasked]) == ([], ["rule-0"])


def test_the_unit_a_rule_states_is_taken_off_and_others_of_its_kind_converted() -> None:
    rules = running({"kind": "unit", "item": "total", "unit": "万元"})
    chunk = check(rules, {"total": "465万元"}, {"total": "1.2亿元"}, {"total": "12人"})[0]
    assert (chunk.accepted["total"].cast(pl.String).to_list(), found([chunk])) == (
        ["465.00", "12000.00"],
        [(4, "total", "R44")],
    )


def test_serials_are_read_as_dates_only_where_a_rule_says_so() -> None:
    chunk = check(running({"kind": "serial_dates", "item": "born"}), {"born": "43831", "died": "43831"})[0]
    assert found([chunk]) == [(2, "died", "R26")]


def test_own_words_for_missing_are_read_as_blank_and_counted() -> None:
    chunk = check(running({"kind": "missing", "item": "men", "words": ["9999"]}), {"men": "9999"}, {"men": "9998"})[0]
    assert (chunk.accepted["men"].to_list(), dict(chunk.coercions)) == ([None, 9998], {("K20", "men"): 1})


def test_drift_is_a_kind_that_judges_no_row() -> None:
    assert KINDS[DRIFT].rule is None
