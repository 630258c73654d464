"""A rule set at work on one file: rules of a row, rules between rows, references, in that order, chunk by chunk.

Memory does not grow with the file but for what uniqueness and order need (12 bytes a row, or 24 a group). An object
serves one file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import polars as pl

from hub.push import rules_across as r
from hub.push.column import Reading
from hub.push.rule_sets.between import Monotone, Unique
from hub.push.rule_sets.expressions import row_rule
from hub.push.rule_sets.lists import out_of_force
from hub.push.rule_sets.model import WARN, RuleSet, fitting
from hub.push.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from catalogue.item import Item
    from hub.push.column import Checked
    from hub.push.rule_sets.model import SetRule

FIRST_LINES = 5


class Lookup(Protocol):
    """What another resource can be asked: which of these values it holds."""

    def holds(self, values: pl.Series) -> pl.Series:
        """Say of each value (text, distinct, no nulls) whether the resource holds it."""
        ...


@dataclass(frozen=True, slots=True)
class Broken:
    """Where one rule is broken: its number, the column it is reported at, the rows, the details."""

    source: SetRule
    rule: int
    at: str
    rows: pl.Series
    details: pl.Series


@dataclass(slots=True)
class Warned:
    """What a rule that only warns has found: how many rows, and the first lines."""

    rows: int = 0
    lines: list[int] = field(default_factory=list)


class RunningRules:
    """The rules of one entry on one file."""

    def __init__(
        self,
        rule_set: RuleSet,
        items: Sequence[Item],
        *,
        today: date,
        lookups: Mapping[str, Lookup] | None = None,
    ) -> None:
        """Prepare the rules that the items carry; ``lookups`` answer references, by the name of their rule.

        ``lost`` are rules an item of which has left the entry; ``unasked`` references that may not be asked (no
        lookup): both are told in the report, none is silent.
        """
        self.version = rule_set.version
        usable, self.lost = fitting(rule_set, items)
        by_column = {item.column: item for item in items}
        self._names = {item.column: item.name for item in items}
        self._rows = [found for rule in usable.rules if (found := row_rule(rule, by_column, today)) is not None]
        self._codes = usable.of_kind("code_in_force")
        self._today = today
        self._unique = [Unique(rule) for rule in usable.of_kind("unique")]
        self._monotone = [Monotone(rule, by_column) for rule in usable.of_kind("monotone")]
        given = lookups or {}
        self._references = [(rule, given[rule.name]) for rule in usable.of_kind("in_resource") if rule.name in given]
        self.unasked = tuple(rule for rule in usable.of_kind("in_resource") if rule.name not in given)
        self.readings = readings_of(usable, items)
        self.warned: dict[str, Warned] = {}
        self.set = usable

    def within(self, typed: pl.DataFrame, results: Mapping[str, Checked]) -> list[Broken]:
        """Return what the rules of a row and the references find in a chunk, whatever else is wrong with a row."""
        found = list(self._of_rows(typed, results))
        found += self._of_codes(typed)
        found += self._of_references(typed)
        found += [broken for rule in self._monotone if (broken := self._of_periods(rule, typed)) is not None]
        return found

    def between(self, typed: pl.DataFrame, lines: pl.Series, kept: pl.Series) -> list[Broken]:
        """Return the rows, of those still kept, whose combination stood in an earlier kept row."""
        found = []
        for rule in self._unique:
            earlier = rule.first_lines(typed, lines, kept)
            if earlier.null_count() < earlier.len():
                broken = Broken(rule.source, r.UNIQUE, rule.at, earlier.is_not_null(), earlier.cast(pl.String))
                found.append(broken)
                if broken.source.severity != WARN:
                    kept &= earlier.is_null()
        return found

    def warn(self, broken: Broken, lines: pl.Series, kept: pl.Series) -> None:
        """Note what a rule that only warns has found in the rows that are kept."""
        told = self.warned.setdefault(broken.source.name, Warned())
        where = lines.filter(broken.rows & kept)
        told.rows += where.len()
        told.lines += where.head(FIRST_LINES - len(told.lines)).to_list()

    def _of_rows(self, typed: pl.DataFrame, results: Mapping[str, Checked]) -> Iterator[Broken]:
        if not self._rows:
            return
        flags = typed.select(
            rule.broken.fill_null(value=False).alias(str(index)) for index, rule in enumerate(self._rows)
        )
        for index, rule in enumerate(self._rows):
            rows = flags[str(index)]
            if rule.blank is not None:
                rows &= results[rule.blank].rules.is_null()
            if rows.any():
                yield Broken(rule.source, rule.rule, rule.at, rows, _said(rule.statement, rows))

    def _of_codes(self, typed: pl.DataFrame) -> Iterator[Broken]:
        for rule in self._codes:
            on = rule.params.get("on")
            years = self._today if on is None else typed[str(on)].dt.year().cast(pl.Int32)
            at = str(rule.params["item"])
            rows, details = out_of_force(str(rule.params["list"]), typed[at], years)
            if rows.any():
                yield Broken(rule, r.WITHDRAWN, at, rows, details)

    def _of_references(self, typed: pl.DataFrame) -> Iterator[Broken]:
        for rule, lookup in self._references:
            at = str(rule.params["item"])
            values = typed[at].cast(pl.String)
            asked = values.drop_nulls().unique()
            if asked.is_empty():
                continue
            missing = asked.filter(~lookup.holds(asked))
            if missing.len():
                rows = values.is_in(missing.implode()).fill_null(value=False)
                yield Broken(rule, r.REFERENCE, at, rows, _said(f"{self._names[at]} ∈ {rule.params['resource']}", rows))

    def _of_periods(self, rule: Monotone, typed: pl.DataFrame) -> Broken | None:
        rows = rule.broken(typed)
        return Broken(rule.source, r.MONOTONE, rule.at, rows, _said(rule.statement, rows)) if rows.any() else None


def readings_of(rule_set: RuleSet, items: Sequence[Item]) -> dict[str, Reading]:
    """Return how the values of each item are to be read: what the rule set says, else the unit in its name."""
    units = {rule.params["item"]: str(rule.params["unit"]) for rule in rule_set.of_kind("unit")}
    serial = {rule.params["item"] for rule in rule_set.of_kind("serial_dates")}
    words = {rule.params["item"]: tuple(rule.params["words"]) for rule in rule_set.of_kind("missing")}
    return {
        item.column: Reading(units.get(item.column) or unit_of(item), item.column in serial, words.get(item.column, ()))
        for item in items
    }


def _said(words: str, rows: pl.Series) -> pl.Series:
    return pl.repeat(words, rows.len(), dtype=pl.String, eager=True)


def tally(broken: Sequence[Broken], kept: pl.Series) -> Counter[tuple[str, str]]:
    """Count, for rows that are kept, the values against rules that only warn (K19)."""
    counts = Counter[tuple[str, str]]()
    for one in broken:
        if one.source.severity == WARN:
            counts["K19", one.at] += int((one.rows & kept).sum())
    return +counts
