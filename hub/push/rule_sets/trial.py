"""Try rules before they hold: on a file, or on the rows that stand now. Nothing is stored but that it was tried.

Runs the whole way of a push up to the merge (gate, header, values, rules), so that what it reports is what a push
would report. Jilin Art. 27.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from connectors.port import ReadOptions
from hub.directory import privacy_gate
from hub.directory.code_lists.reading import own_codes
from hub.push import report as reporting
from hub.push.decode import CheckPlan, read_push
from hub.push.header import HeaderMapping
from hub.push.rejections import RejectionLog
from hub.push.rule_sets import references, store
from hub.push.rule_sets.running import RunningRules

if TYPE_CHECKING:
    from connectors.port import Limits
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.push.rule_sets.model import RuleSet


@dataclass(frozen=True, slots=True)
class Sample:
    """What rules are tried on: a file with how to read it; None: the current rows of the resource."""

    path: Path | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    mapping: HeaderMapping = field(default_factory=HeaderMapping)


def tried(
    context: Context, database: Database, resource: Resource, rule_set: RuleSet, sample: Sample, limits: Limits
) -> dict[str, Any]:
    """Return the report of a trial: counts by rule with masked examples, coercions, warnings; nothing is merged.

    Raises:
        FileError, HeaderMismatchError: the file cannot be read as a push of this entry.
        GateStoppedError: it bears marks; as at a push, the caller opens the incident.

    """
    with TemporaryDirectory(prefix="trial-") as name, database.begin(statement_timeout_seconds=0) as unit:
        folder = Path(name)
        plan, rules = _plan(context, unit, resource, rule_set)
        if sample.path is None:
            sample = Sample(folder / "current.csv", ReadOptions(name="current.csv", encoding="utf-8", delimiter=","))
            store.write_current(unit, resource.table, folder / "current.csv")
        plan = replace(plan, mapping=sample.mapping)
        log = RejectionLog(folder / "rejections.csv")
        builder = reporting.ReportBuilder(resource.entry.items, log)
        assert sample.path is not None  # noqa: S101 - given, or set just above
        with read_push(sample.path, sample.options, plan, limits) as reading:
            for chunk in reading.chunks():
                builder.add(chunk)
            made = builder.build(reading.facts(), title=resource.title)
        return made.to_dict(log) | {"rules_version": rule_set.version, "warnings": _warnings(rule_set, rules)}


def _plan(context: Context, unit: Unit, resource: Resource, rule_set: RuleSet) -> tuple[CheckPlan, RunningRules]:
    items = resource.entry.items
    asked = references.lookups(context, unit, rule_set, resource.provider_id)
    rules = RunningRules(rule_set, items, today=context.today(), lookups=asked)
    plan = CheckPlan(items, resource.entry.keys, context.today(), context.demo, rules=rules)
    allowed, lists = privacy_gate.allowed(unit, resource.id), own_codes(unit, items)
    return replace(plan, allowed=allowed, code_lists=lists), rules


def _warnings(rule_set: RuleSet, rules: RunningRules) -> list[dict[str, Any]]:
    return [
        {"name": rule.name, "zh": rule.words("zh"), "en": rule.words("en"), "rows": told.rows, "lines": told.lines}
        for rule in rule_set.rules
        if (told := rules.warned.get(rule.name)) is not None
    ]


def summary_of(report: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a trial: counts only."""
    return {
        "received": report["received"],
        "accepted": report["accepted"],
        "rejected": report["rejected"],
        "rules": {one["rule"]: one["rows"] for one in report["rules"]},
        "warnings": {one["name"]: one["rows"] for one in report["warnings"]},
    }
