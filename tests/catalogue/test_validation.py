"""All rules together: one table of rules, each with its article."""

from __future__ import annotations

from catalogue.entry_rules.finding import (
    ARTICLES,
    Finding,
    Severity,
)
from catalogue.validation import RULES, has_errors, validate
from tests.catalogue.entries import (
    CONTEXT,
    ENTRY,
)


def test_a_complete_entry_has_no_finding() -> None:
    assert validate(ENTRY, CONTEXT) == ()


def test_every_rule_has_an_article() -> None:
    assert set(RULES) == set(ARTICLES)


def test_a_warning_does_not_stop_an_entry() -> None:
    assert not has_errors((Finding("V17", Severity.WARNING, "$", "", "", "", ""),))
