"""Drift against the last push: every measure with its figures, nothing where nothing changed (Jilin Art. 27)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from catalogue.item import CodeListRef, DataType, Item
from connectors.port import LINE
from hub.push.holds import HoldReason
from hub.push.rule_sets import drift
from hub.push.rule_sets.model import RuleSet, read_rules
from hub.push.rule_sets.profile import SKETCH, Profiler
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

ITEMS = (
    Item("编号", "key", DataType.TEXT, 20, sensitivity=Sensitivity.PUB),
    Item("性别", "sex", DataType.TEXT, 1, code_list=CodeListRef("gender", "1")),
    Item("金额", "amount", DataType.DOUBLE),
    Item("日期", "day", DataType.DATE),
    Item("生日", "born", DataType.DATE, sensitivity=Sensitivity.PI),
)
ROWS = 6000


def rows(number: int = ROWS, **changes: pl.Series) -> pl.DataFrame:
    """Return rows as the checks accept them; ``changes`` replace whole columns."""
    random = np.random.default_rng(5)
    day = pl.Series(np.arange(number) % 300, dtype=pl.Int32).cast(pl.Date)
    frame = pl.DataFrame(
        {
            "key": pl.Series([f"k{index}" for index in range(number)]),
            "sex": pl.Series(["1", "2"]).gather(np.arange(number) % 2),
            "amount": pl.Series(random.normal(100, 10, number)),
            "day": day,
            "born": day,
            LINE: pl.Series(np.arange(2, number + 2), dtype=pl.Int64),
        }
    )
    return frame.with_columns(**changes)


def profile(frame: pl.DataFrame, chunk: int = 1000) -> Mapping[str, Any]:
    """Return the profile of rows taken in chunk by chunk."""
    made = Profiler(ITEMS)
    for start in range(0, frame.height, chunk):
        made.add(frame.slice(start, chunk))
    return made.body()


def findings(now: pl.DataFrame, before: pl.DataFrame | None = None) -> list[tuple[str, str]]:
    """Return measure and item of every difference from the usual rows."""
    found = drift.compared(profile(rows() if before is None else before), profile(now), ITEMS, drift.DEFAULTS)
    return [(one.measure, one.column) for one in found]


def blank(values: pl.Series, share: float) -> pl.Series:
    return values.set(pl.Series(np.arange(values.len()) < share * values.len()), None)


NOW = {
    "same": (rows(), []),
    "fewer rows": (rows(4000), [("rows_down", "")]),
    "more rows": (rows(13000), [("rows_up", "")]),
    "blanks": (rows(amount=blank(rows()["amount"], 0.2)), [("null_share", "amount")]),
    "repeats": (rows(key=pl.Series(["x"]).gather(np.zeros(ROWS, np.int64))), [("distinct_share", "key")]),
    "other shares": (
        rows(sex=pl.Series(["1", "2"]).gather((np.arange(ROWS) % 10 == 0).astype(np.int64))),
        [("distribution", "sex")],
    ),
    "a new code": (rows(sex=rows()["sex"].scatter([0, 1], "9")), [("new_codes", "sex")]),
    "another unit": (rows(amount=rows()["amount"] * 10_000), [("mean_shift", "amount"), ("median_shift", "amount")]),
    "one wild value": (rows(amount=rows()["amount"].scatter(7, 10_000_000.0)), [("mean_shift", "amount")]),
    "an older file": (
        rows(day=pl.Series(np.arange(ROWS) % 250, dtype=pl.Int32).cast(pl.Date)),
        [("range_back_days", "day")],
    ),
    "few rows": (rows(10), [("rows_down", "")]),
}


@pytest.mark.parametrize("name", NOW)
def test_a_push_is_told_to_differ_in_what_it_differs_and_nothing_else(name: str) -> None:
    now, expected = NOW[name]
    assert findings(now) == expected


def test_a_finding_carries_both_figures_and_the_limit() -> None:
    found = drift.compared(profile(rows()), profile(rows(3000)), ITEMS, drift.DEFAULTS)[0].to_dict()
    assert (found["before"], found["now"], found["difference"], found["limit"]) == (6000, 3000, 0.5, 0.3)


def test_new_codes_are_named() -> None:
    found = drift.compared(profile(rows()), profile(NOW["a new code"][0]), ITEMS, drift.DEFAULTS)[0]
    assert found.to_dict()["codes"] == ["9"]


def test_a_rule_sets_the_limits() -> None:
    rules = read_rules({"rules": [{"name": "d", "kind": "drift", "rows_down": 0.9, "new_codes": 2}]}, ITEMS)
    limits = drift.limits_of(rules)
    assert (limits["rows_down"], limits["new_codes"], limits["rows_up"]) == (0.9, 2.0, 1.0)


def test_without_a_rule_the_usual_limits_hold() -> None:
    assert drift.limits_of(RuleSet()) == drift.DEFAULTS


def test_drift_means_a_hold_with_its_figures() -> None:
    held = drift.hold_of(drift.compared(profile(rows()), profile(rows(100)), ITEMS, drift.DEFAULTS))
    assert held is not None
    assert (held.reason, held.facts["findings"][0]["measure"]) == (HoldReason.DRIFT, "rows_down")


def test_no_drift_means_no_hold() -> None:
    assert drift.hold_of(()) is None


def test_the_number_of_different_values_is_estimated_within_a_tenth() -> None:
    distinct = profile(rows())["items"]["key"]["distinct"]
    assert abs(distinct - ROWS) < ROWS / 10


def test_few_different_values_are_counted_exactly() -> None:
    values = pl.Series(["a", "b", "c"]).gather(np.arange(ROWS) % 3)
    assert profile(rows(key=values))["items"]["key"]["distinct"] == 3


def test_the_profile_does_not_depend_on_how_the_file_was_cut() -> None:
    whole, pieces = profile(rows(), chunk=ROWS), profile(rows(), chunk=257)
    for facts in (whole["items"]["amount"], pieces["items"]["amount"]):
        facts["mean"] = round(facts["mean"], 9)
    assert whole == pieces


def test_no_value_of_a_personal_item_is_in_the_profile() -> None:
    facts = profile(rows())["items"]["born"]
    assert (facts["first"], facts["last"]) == ("1970", "1970")


def test_the_sketch_does_not_grow() -> None:
    made = Profiler(ITEMS)
    for start in range(0, ROWS, 1000):
        made.add(rows().slice(start, 1000))
    assert made._columns[0].sketch.len() == SKETCH
