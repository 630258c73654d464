"""The report of a push: counted by rule, with examples; nothing cut off without saying so; safe to open."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
import pytest

from catalogue.item import DataType, Item
from connectors.port import TableFacts
from hub.push.check import REJECTION_SCHEMA, CheckedChunk
from hub.push.rejections import RejectionLog
from hub.push.report import MergeCounts, PushReport, ReportBuilder
from hub.push.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = (Item("公民身份号码", "citizen_id", DataType.TEXT), Item("金额", "amount", DataType.NUMBER))
FACTS = TableFacts("csv", "GB18030", blank_rows=12, blank_lines=(5, 9), blank_columns=("K", "L"))


def chunk(*faults: tuple[int, str, str, str | None], rows: int = 10) -> CheckedChunk:
    """Return a chunk of ``rows`` rows with faults (line, rule, value, detail) in the first item."""
    rejected = pl.DataFrame(
        [(line, "C", "公民身份号码", "citizen_id", rule, value, detail) for line, rule, value, detail in faults],
        schema=REJECTION_SCHEMA,
        orient="row",
    )
    bad = rejected["line"].n_unique()
    accepted = pl.DataFrame({"citizen_id": ["x"] * (rows - bad)})
    return CheckedChunk(accepted, rejected, accepted.clear(), rows, bad, 0, Counter({("K01", "amount"): 3}))


FAULTS = (
    (305, "R12", "410102***********4", "X"),
    (77, "R03", "410105***********0", None),
    (80, "R12", "410102***********1", "2"),
)


@pytest.fixture
def log(tmp_path: Path) -> RejectionLog:
    return RejectionLog(tmp_path / "faults.csv")


def report(log: RejectionLog, *chunks: CheckedChunk) -> PushReport:
    builder = ReportBuilder(ITEMS, log)
    for one in chunks:
        builder.add(one)
    return builder.build(FACTS, merge=MergeCounts(1, 2, 3, 0), push="P-20260821-0007", title="医保参保人员")


def test_rules_are_counted_over_all_chunks_the_commonest_first(log: RejectionLog) -> None:
    found = report(log, chunk(*FAULTS), chunk((400, "R12", "1", None))).rules
    assert [(count.rule, count.rows, count.cells) for count in found] == [("R12", 3, 3), ("R03", 1, 1)]


def test_the_summary_reads_like_a_letter_to_the_clerk(log: RejectionLog) -> None:
    lines = report(log, chunk(*FAULTS)).summary()
    assert lines[:3] == (
        "医保参保人员   收到 10",
        "✔ 通过 7 (新增 1, 变更 2, 未变 3)   ✘ 退回 3   删除 0   推送号 P-20260821-0007",
        "  R12 公民身份号码校验位  2 行  例: 第 305 行 C 列 [公民身份号码] "
        "410102***********4 若其余各位无误，末位应为 X → " + RULES["R12"].mend_zh,
    )


def test_the_summary_names_coercions_blank_rows_and_blank_columns(log: RejectionLog) -> None:
    lines = report(log, chunk()).summary()
    assert lines[2:] == (
        "  K01 去掉首尾空白  [金额] 3 个值",
        "  空行 12 行未读入（第 5、9 行等）",
        "  空列 2 列未读入（K、L）",
    )


def test_the_summary_exists_in_english(log: RejectionLog) -> None:
    assert "2 rows  e.g. line 305 column C" in report(log, chunk(*FAULTS)).summary("en")[2]


@pytest.mark.parametrize(
    ("faults", "rows", "code"), [((), 10, 0), (FAULTS, 10, 3), (FAULTS, 3, 4)], ids=["0", "3", "4"]
)
def test_the_exit_code_tells_how_much_was_taken(
    log: RejectionLog, faults: tuple[tuple[int, str, str, str | None], ...], rows: int, code: int
) -> None:
    assert report(log, chunk(*faults, rows=rows)).exit_code == code


def test_json_says_the_total_and_where_the_rest_is(log: RejectionLog) -> None:
    body = report(log, chunk(*FAULTS)).to_dict(log, inline=2, link="/api/v1/pushes/7/faults")
    faults = body["faults"]
    assert isinstance(faults, dict)
    assert (faults["total"], faults["returned"], faults["next"]) == (3, 2, "/api/v1/pushes/7/faults?after=2")


def test_pages_of_faults_join_to_all_of_them(log: RejectionLog) -> None:
    report(log, chunk(*FAULTS), chunk((400, "R12", "1", None)))
    lines: list[object] = []
    page = log.page(0, 3)
    lines += [fault["line"] for fault in page.faults]
    assert page.next is not None
    lines += [fault["line"] for fault in log.page(page.next, 3).faults]
    assert lines == [305, 77, 80, 400]


def test_a_fault_carries_message_standard_and_mend_in_both_languages(log: RejectionLog) -> None:
    report(log, chunk(*FAULTS))
    fault = log.page(0, 1).faults[0]
    assert all(fault[key] for key in ("message", "message_en", "standard", "mend", "mend_en", "hint", "hint_en"))


def test_the_table_for_the_clerk_has_every_fault_and_opens_in_a_spreadsheet(log: RejectionLog) -> None:
    report(log, chunk(*FAULTS))
    content = b"".join(log.table())
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert (content[:3], rows[0][0], [row[0] for row in rows[1:]]) == (b"\xef\xbb\xbf", "行号", ["305", "77", "80"])


@pytest.mark.parametrize(("value", "shown"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-5", "-5"), ("＝A1", "'＝A1")])
def test_formulas_in_rejected_values_are_defused_and_numbers_left(log: RejectionLog, value: str, shown: str) -> None:
    report(log, chunk((2, "R05", value, None)))
    rows = list(csv.reader(io.StringIO(b"".join(log.table()).decode("utf-8-sig"))))
    assert rows[1][4] == shown


def test_a_push_without_faults_has_an_empty_list(log: RejectionLog) -> None:
    body = report(log, chunk()).to_dict(log)
    assert body["faults"] == {"total": 0, "returned": 0, "items": [], "cursor": None, "next": None}
