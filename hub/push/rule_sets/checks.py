"""The rule set of an entry on one push: prepared before the file is read, drift told after, all of it in the report.

Jilin Art. 27. A push names the version of the rule set that checked it; what could not be asked, and rules that lost
an item, are told, not passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hub.push.rule_sets import drift, references, store
from hub.push.rule_sets.profile import Profiler
from hub.push.rule_sets.running import RunningRules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import polars as pl

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.push.decode import CheckPlan
    from hub.push.holds import Hold
    from hub.push.rule_sets.drift import DriftFinding
    from hub.push.rule_sets.model import RuleSet, SetRule
    from hub.push.store import NewPush


def in_force(unit: Unit, resource: Resource) -> RuleSet:
    """Return the rules that check the pushes to a resource now; the empty set where none is in force."""
    return store.in_force(unit, resource.id)


@dataclass(slots=True)
class PushChecks:
    """What the rule set does for one push: ``rules`` run with the checks, ``profiler`` sees the accepted rows."""

    rule_set: RuleSet
    rules: RunningRules
    profiler: Profiler
    findings: tuple[DriftFinding, ...] = ()
    compares: bool = True
    profile: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def prepared(
        cls, context: Context, unit: Unit, resource: Resource, plan: CheckPlan
    ) -> tuple[PushChecks, CheckPlan]:
        """Return the checks of a push and the plan with its rules.

        A file that only names keys (``plan.only``) is read by the rule set and not checked against it: it brings no
        row. Such files, and rows of another push that come back, are not compared with the last push either.
        """
        rule_set = in_force(unit, resource)
        items = plan.only or resource.entry.items
        used = rule_set if plan.only is None else rule_set.reading_only()
        asked = references.lookups(context, unit, used, resource.provider_id)
        rules = RunningRules(used, items, today=context.today(), lookups=asked)
        compares = plan.only is None and plan.columns is None
        return cls(rule_set, rules, Profiler(items), compares=compares), replace(plan, rules=rules)

    def add(self, accepted: pl.DataFrame) -> None:
        """Take in accepted rows."""
        if self.compares:
            self.profiler.add(accepted)

    def look(self, unit: Unit, resource: Resource, mode: str) -> None:
        """Compare the push with the last one of its mode, after its last row."""
        if not self.compares:
            return
        self.profile = self.profiler.body()
        before = store.last_profile(unit, resource.id, mode)
        if before is not None:
            limits = drift.limits_of(self.rule_set)
            self.findings = drift.compared(before, self.profile, resource.entry.items, limits)

    def hold(self) -> Hold | None:
        """Return the hold that drift calls for where the entry wants one; None for no drift."""
        return drift.hold_of(self.findings)

    def keep(self, unit: Unit, given: NewPush, at: datetime) -> None:
        """Store what a push that is kept looked like."""
        if self.compares:
            findings = [one.to_dict() for one in self.findings]
            values = {"push_id": given.id, "entry_id": given.entry_id, "mode": given.mode, "at": at}
            values |= {"rule_set_version": self.rule_set.version, "body": self.profile, "findings": findings}
            store.add_profile(unit, values)

    def body(self) -> dict[str, Any]:
        """Return the parts of the report: the version, warnings by rule, rules not run and why, drift."""
        by_name = {rule.name: rule for rule in self.rule_set.rules}
        warned = [
            _named(by_name[name]) | {"rows": told.rows, "lines": list(told.lines)}
            for name, told in sorted(self.rules.warned.items())
            if told.rows
        ]
        lost = [_named(rule) | _why("信息项已不在条目中", "an item left the entry") for rule in self.rules.lost]
        unasked = [
            _named(rule) | _why("被引用的资源现在不可核对", "the resource cannot be asked now")
            for rule in self.rules.unasked
        ]
        rules = {"version": self.rule_set.version, "warnings": warned, "not_run": [*lost, *unasked]}
        return {"rule_set": rules, "drift": [one.to_dict() for one in self.findings]}

    def lines(self, language: str) -> list[str]:
        """Return the lines a terminal shows."""
        is_zh = language == "zh"
        body = self.body()
        lines = []
        if self.rule_set.version:
            number = self.rule_set.version
            lines.append(f"  按规则集第 {number} 版检查" if is_zh else f"  checked by version {number} of the rule set")
        lines += [_warning_line(one, is_zh=is_zh) for one in body["rule_set"]["warnings"]]
        lines += [
            f"  ⚠ 规则 {one['name']} 未执行：{one['why']}"
            if is_zh
            else f"  ⚠ rule {one['name']} was not run: {one['why_en']}"
            for one in body["rule_set"]["not_run"]
        ]
        return lines + [f"  Δ {one['message'] if is_zh else one['message_en']}" for one in body["drift"]]


def _warning_line(one: Mapping[str, Any], *, is_zh: bool) -> str:
    where = ", ".join(map(str, one["lines"]))
    if is_zh:
        return f"  ⚠ {one['zh']}：{one['rows']:,} 行（第 {where} 行…），只提醒，已收下"
    return f"  ⚠ {one['en']}: {one['rows']:,} rows (lines {where} …), told and kept"


def version_of(report: Mapping[str, Any]) -> int:
    """Return the version of the rule set that checked a push, by its report; 0 for none."""
    rules = report.get("rule_set")
    return int(rules["version"]) if isinstance(rules, dict) else 0


def _named(rule: SetRule) -> dict[str, Any]:
    return {"name": rule.name, "kind": rule.kind, "zh": rule.words("zh"), "en": rule.words("en")}


def _why(zh: str, en: str) -> dict[str, str]:
    return {"why": zh, "why_en": en}
