"""Validate an entry: run the rules V01 to V19 and collect what they find. Pure, no I/O.

An entry without findings of severity *error* may be submitted. When V07 speaks, the caller keeps nothing
of the entry and opens an incident (政务数据共享条例 第三条).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.entry_rules import metadata, protection, sharing
from catalogue.entry_rules.finding import Finding, Severity, ValidationContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from catalogue.entry import Entry

    Rule = Callable[[Entry, ValidationContext], Iterator[Finding]]

RULES: Final[Mapping[str, Rule]] = {
    "V01": metadata.check_mandatory,
    "V02": sharing.check_condition,
    "V03": sharing.check_citation,
    "V04": sharing.check_opening,
    "V05": sharing.check_withheld_is_closed,
    "V06": protection.check_grade,
    "V07": protection.check_secrets,
    "V08": protection.check_impact_assessment,
    "V09": protection.check_secrecy_assessment,
    "V10": metadata.check_items,
    "V11": metadata.check_provider,
    "V12": sharing.check_sources,
    "V13": metadata.check_real_time,
    "V14": metadata.check_crs,
    "V15": sharing.check_base_items,
    "V16": protection.check_narrowing,
    "V17": protection.check_combination,
    "V18": metadata.check_texts,
    "V19": sharing.check_exemptions,
}


def validate(entry: Entry, context: ValidationContext) -> tuple[Finding, ...]:
    """Return all findings, in the order of the rules.

    A secret stops everything else: when V07 speaks, only its findings are returned, because the others
    would describe content that must not be kept.
    """
    secrets = tuple(RULES["V07"](entry, context))
    if secrets:
        return secrets
    return tuple(finding for rule in RULES.values() for finding in rule(entry, context))


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Say whether any finding keeps the entry from being listed."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def holds_secrets(findings: tuple[Finding, ...]) -> bool:
    """Say whether the entry must be thrown away and an incident opened (V07)."""
    return any(finding.rule == "V07" for finding in findings)
