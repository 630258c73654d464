"""``checks``: the checks of a push alone, with and without six rules across items and the profile of the file.

The file is that of ``push``; it is read, gated and checked, and nothing is stored: rows a second of the checks, and
what rules and profile add to them.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.generate import population_items, write_population
from benchmarks.rounds import rounded
from connectors.port import ReadOptions
from hub.push.decode import CheckPlan, read_push
from hub.push.rule_sets.model import RuleSet, read_rules
from hub.push.rule_sets.profile import Profiler
from hub.push.rule_sets.running import RunningRules

if TYPE_CHECKING:
    from argparse import Namespace

RULES: Final = (
    {"name": "sex", "kind": "sex_of_citizen_id", "sex": "sex", "citizen_id": "citizen_id"},
    {"name": "birth", "kind": "birth_of_citizen_id", "birth_date": "birth_date", "citizen_id": "citizen_id"},
    {"name": "order", "kind": "order", "first": "birth_date", "second": "registered_on", "severity": "warn"},
    {"name": "past", "kind": "not_after_today", "item": "registered_on"},
    {"name": "needed", "kind": "required_if", "item": "education", "when": "marital_status", "values": ["20"]},
    {"name": "household", "kind": "range", "item": "household", "least": 1},
)


def _seconds(path: Path, rule_set: RuleSet, *, profiles: bool) -> tuple[float, float, int]:
    """Check a file once; returns the seconds, the seconds of processor, and the rows that passed."""
    items = population_items()
    today = datetime.now(UTC).date()
    rules = RunningRules(rule_set, items, today=today)
    plan = CheckPlan(items, ("citizen_id",), today, demo=True, rules=rules)
    profiler = Profiler(items)
    began, worked, passed = time.perf_counter(), time.process_time(), 0
    with read_push(path, ReadOptions(name=path.name, encoding="utf-8", delimiter=","), plan) as reading:
        for chunk in reading.chunks():
            passed += chunk.accepted.height
            if profiles:
                profiler.add(chunk.accepted)
    if profiles:
        profiler.body()
    return time.perf_counter() - began, time.process_time() - worked, passed


def run(given: Namespace) -> dict[str, Any]:
    """Measure in turn, the fastest round of each kind; ratios are of processor time, which others disturb less."""
    rules = read_rules({"rules": list(RULES)}, population_items())
    kinds = {"plain": (RuleSet(), False), "with_profile": (RuleSet(), True), "with_rules": (rules, True)}
    best: dict[str, float] = {}
    work: dict[str, float] = {}
    passed: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        path = Path(name) / "persons.csv"
        write_population(path, given.rows)
        for _ in range(given.rounds):
            for kind, (rule_set, profiles) in kinds.items():
                seconds, worked, passed[kind] = _seconds(path, rule_set, profiles=profiles)
                best[kind] = min(best.get(kind, seconds), seconds)
                work[kind] = min(work.get(kind, worked), worked)
    return {
        **{f"{kind}_seconds": rounded(seconds) for kind, seconds in best.items()},
        "rows_per_second": rounded(given.rows / best["with_rules"]),
        **{f"{kind}_cpu_seconds": rounded(seconds) for kind, seconds in work.items()},
        "rows_per_cpu_second": rounded(given.rows / work["with_rules"]),
        "ratio_profile_to_plain": rounded(work["with_profile"] / work["plain"]),
        "ratio_rules_to_plain": rounded(work["with_rules"] / work["plain"]),
        "rules": len(RULES),
        "rows_passed": passed,
        "table_rows": given.rows,
    }
