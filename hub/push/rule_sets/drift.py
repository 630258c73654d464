"""How a push differs from the last one of its mode: rows, blanks, different values, codes, means, dates.

Jilin Art. 27. Each finding carries both figures and the limit. Limits come from the rule set's ``drift`` rule, and
otherwise from :data:`DEFAULTS`; they only tell, unless the entry says that drift holds a push (``push.hold_drift``):
then it waits for a person. Shares are of the rows; ``distribution`` is the population stability index over the codes
of an item.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hub.push.holds import Hold, HoldReason
from hub.push.rule_sets.kinds import DRIFT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from catalogue.item import Item
    from hub.push.rule_sets.model import RuleSet

DEFAULTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "rows_down": 0.30,
        "rows_up": 1.00,
        "null_share": 0.10,
        "distinct_share": 0.30,
        "distribution": 0.25,
        "mean_shift": 0.50,
        "median_shift": 0.50,
        "new_codes": 0,
        "range_back_days": 0,
    }
)
"""Limits for every entry. An index of 0.25 is the usual sign of a changed population; 0.10 of one to look at."""
LEAST_ROWS: Final = 30
"""Below this many rows shares say nothing and are not compared."""
_FLOOR: Final = 1e-4
_YEAR: Final = 4


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """One difference: which measure, of which item (empty: the whole push), before, now, the limit passed."""

    measure: str
    column: str
    item: str
    before: float | int | str
    now: float | int | str
    difference: float
    limit: float
    words: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON data with its sentence in both languages."""
        zh, en = sentence(self)
        body: dict[str, Any] = {
            "measure": self.measure,
            "item": self.item,
            "column": self.column,
            "before": self.before,
            "now": self.now,
            "difference": round(self.difference, 6),
            "limit": self.limit,
            "message": zh,
            "message_en": en,
        }
        return body | ({"codes": list(self.words)} if self.words else {})


_MEASURES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "rows_down": ("行数减少", "fewer rows"),
        "rows_up": ("行数增加", "more rows"),
        "null_share": ("空值占比变化", "share of blanks"),
        "distinct_share": ("不同值占比变化", "share of different values"),
        "distribution": ("代码分布变化（PSI）", "distribution of codes (PSI)"),
        "mean_shift": ("平均值变化", "mean"),
        "median_shift": ("中位数变化", "median"),
        "new_codes": ("出现上次没有的代码", "codes that were not there"),
        "range_back_days": ("最新日期倒退（天）", "the latest date went back (days)"),
    }
)
MEASURES: Final = _MEASURES
"""Each measure in both languages."""


def sentence(finding: DriftFinding) -> tuple[str, str]:
    """Return a finding in one line, Chinese and English."""
    zh, en = _MEASURES[finding.measure]
    where = f"[{finding.item}] " if finding.item else ""
    figures = f"{_figure(finding.before)} → {_figure(finding.now)}"
    return f"{where}{zh}：{figures}（限度 {finding.limit:g}）", f"{where}{en}: {figures} (limit {finding.limit:g})"


def _figure(value: float | int | str) -> str:  # noqa: PYI041 - rows are whole numbers and are shown as such
    match value:
        case str():
            return value
        case float():
            return f"{value:,.4g}"
        case _:
            return f"{value:,}"


def limits_of(rule_set: RuleSet) -> Mapping[str, float]:
    """Return the limits in use for an entry."""
    given = {name: float(value) for rule in rule_set.of_kind(DRIFT) for name, value in rule.params.items()}
    return {**DEFAULTS, **given}


def compared(
    before: Mapping[str, Any], now: Mapping[str, Any], items: Sequence[Item], limits: Mapping[str, float]
) -> tuple[DriftFinding, ...]:
    """Return every difference beyond its limit between two profiles of one resource, in the order of the items."""
    found = list(_rows(before["rows"], now["rows"], limits))
    if min(before["rows"], now["rows"]) < LEAST_ROWS:
        return tuple(found)
    for item in items:
        old, new = before["items"].get(item.column), now["items"].get(item.column)
        if old is not None and new is not None:
            found += _item(item, _Pair(old, new, before["rows"], now["rows"]), limits)
    return tuple(found)


def hold_of(findings: Sequence[DriftFinding]) -> Hold | None:
    """Return the hold that the findings mean where the entry holds pushes for drift; None for no finding."""
    if not findings:
        return None
    lines = [sentence(one) for one in findings[:5]]
    return Hold(
        HoldReason.DRIFT,
        {"findings": [one.to_dict() for one in findings]},
        "与上次推送相比变化超过限度：" + "；".join(zh for zh, _ in lines),
        "differs from the last push by more than allowed: " + "; ".join(en for _, en in lines),
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    old_rows: int
    new_rows: int

    def shares(self, name: str) -> tuple[float, float]:
        return self.old[name] / self.old_rows, self.new[name] / self.new_rows


def _rows(before: int, now: int, limits: Mapping[str, float]) -> Iterator[DriftFinding]:
    if before == 0:
        return
    share = (now - before) / before
    for measure, difference in (("rows_down", -share), ("rows_up", share)):
        if difference > limits[measure]:
            yield DriftFinding(measure, "", "", before, now, difference, limits[measure])


def _item(item: Item, pair: _Pair, limits: Mapping[str, float]) -> Iterator[DriftFinding]:
    def finding(measure: str, before: float | str, now: float | str, difference: float) -> Iterator[DriftFinding]:
        if difference > limits[measure]:
            yield DriftFinding(measure, item.column, item.name, before, now, difference, limits[measure])

    blank, distinct = pair.shares("nulls"), pair.shares("distinct")
    yield from finding("null_share", *blank, abs(blank[1] - blank[0]))
    if not pair.new.get("codes"):
        yield from finding("distinct_share", *distinct, abs(distinct[1] - distinct[0]))
    if pair.old.get("codes") and pair.new.get("codes"):
        index = stability_index(pair.old["codes"], pair.new["codes"])
        yield from finding("distribution", 0.0, index, index)
        yield from _new_codes(item, pair, limits)
    for measure, name in (("mean_shift", "mean"), ("median_shift", "median")):
        old, new = pair.old.get(name), pair.new.get(name)
        if old and new is not None:
            yield from finding(measure, float(old), float(new), abs((new - old) / old))
    if "last" in pair.old and "last" in pair.new:
        back = (_date(pair.old["last"]) - _date(pair.new["last"])).days
        yield from finding("range_back_days", pair.old["last"], pair.new["last"], float(back))


def _new_codes(item: Item, pair: _Pair, limits: Mapping[str, float]) -> Iterator[DriftFinding]:
    fresh = sorted(set(pair.new["codes"]) - set(pair.old["codes"]))
    if len(fresh) > limits["new_codes"]:
        number = len(fresh)
        yield DriftFinding(
            "new_codes", item.column, item.name, 0, number, number, limits["new_codes"], tuple(fresh[:20])
        )


def stability_index(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """Return the population stability index of two counts by code: 0 for equal shares."""
    old_total, new_total = sum(before.values()), sum(now.values())
    index = 0.0
    for code in before.keys() | now.keys():
        old = max(before.get(code, 0) / old_total, _FLOOR)
        new = max(now.get(code, 0) / new_total, _FLOOR)
        index += (new - old) * math.log(new / old)
    return index


def _date(text: str) -> date:
    return date(int(text), 1, 1) if len(text) == _YEAR else date.fromisoformat(text)
