"""Every row of a push against the items of its entry: what may be stored, and what is given back with its reason.

Jilin Art. 27 (true, accurate, timely, complete). All faults of a row are found in one pass; a row is
accepted whole or rejected whole. Column-wise throughout, chunk by chunk; memory does not grow with the
file but for the hashes of its keys. Rules are those of :mod:`hub.push.rules`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.code_lists import code_list_names, load_code_list
from connectors.port import FIELDS, LINE, position
from hub.push.displaced import displaced
from hub.push.keys import KeyIndex
from hub.push.masks import masked
from hub.push.rule_sets.model import WARN, RuleSet
from hub.push.rule_sets.running import RunningRules, tally
from hub.push.rules import rule_id
from hub.push.rules_of_values import SHIFTED
from hub.push.values import Checked, Context, check_values, storage_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from catalogue.item import Item
    from hub.push.header import ColumnMap
    from hub.push.rule_sets.running import Broken

REQUIRED, FIELD_COUNT, DUPLICATE, UNNAMED = 1, 2, 4, 25
REJECTION_SCHEMA: Final = pl.Schema(
    {
        "line": pl.Int64,
        "letter": pl.String,
        "item": pl.String,
        "column": pl.String,
        "rule": pl.String,
        "value": pl.String,
        "detail": pl.String,
    }
)
"""One row a fault: source line, column letter, item name and column (null for the whole row), rule id,
the value masked by the item's sensitivity, and what the rule's ``detail`` text is filled with."""


@dataclass(frozen=True, slots=True)
class CheckedChunk:
    """Result of one chunk.

    ``accepted`` has the items' columns in order, typed by :func:`accepted_schema`, and ``_line``.
    ``rejections`` follows :data:`REJECTION_SCHEMA`. ``rejected_keys`` holds the key columns of rejected
    rows whose key could be read, so that their earlier good version stays; ``unidentified`` counts the others.
    ``coercions`` counts the changed values of accepted rows by coercion id and column.
    """

    accepted: pl.DataFrame
    rejections: pl.DataFrame
    rejected_keys: pl.DataFrame
    rows: int
    rejected_rows: int
    unidentified: int
    coercions: Counter[tuple[str, str]]
    raw: pl.DataFrame | None = None
    """Rejected rows as they were read (columns of the file and the line); None where none was rejected."""


def accepted_schema(items: Sequence[Item]) -> pl.Schema:
    """Return names and types of accepted chunks, ``_line`` last."""
    return pl.Schema({item.column: storage_type(item) for item in items} | {LINE: pl.Int64()})


class Checker:
    """Checks the chunks of one file, in order."""

    def __init__(
        self,
        items: Sequence[Item],
        key_columns: Sequence[str],
        *,
        today: date,
        demo: bool = False,
        code_lists: Mapping[str, Mapping[str, str]] | None = None,
        rules: RunningRules | None = None,
    ) -> None:
        """Prepare the checks.

        Args:
            items: of the entry, in order.
            key_columns: columns that identify a row; none means that the whole row does.
            today: no birth date may lie after it.
            demo: accept sample citizen numbers.
            code_lists: code to label, by list name; a list that is not given is the shipped one.
            rules: the entry's rule set, ready for this one file.
        """
        self._items = tuple(items)
        self._keys = tuple(key_columns)
        given = code_lists or {}
        self._rules = rules or RunningRules(RuleSet(), self._items, today=today)
        self._contexts = {
            item.column: Context(today, demo, _codes(item, given), self._rules.readings[item.column])
            for item in self._items
        }
        self._index = KeyIndex(self._keys or [item.column for item in items])

    def check(self, frame: pl.DataFrame, columns: ColumnMap) -> CheckedChunk:
        """Check one chunk of a table source."""
        rows = _Rows(frame, columns)
        results = {item.column: self._column(rows, item) for item in self._items}
        typed = pl.DataFrame([results[item.column].typed.alias(item.column) for item in self._items])
        typed = typed.with_columns(frame[LINE])
        rows.find_displaced(self._items, results, self._contexts)
        lines = frame[LINE]
        broken = self._rules.within(typed, results)
        faulty = _any_fault(rows, results)
        for one in broken:
            if one.source.severity != WARN:
                faulty |= one.rows
        if not faulty.any():
            repeated = self._index.first_lines(typed, lines)
        else:
            fresh = self._index.first_lines(typed.filter(~faulty), lines.filter(~faulty))
            repeated = pl.repeat(None, frame.height, dtype=pl.UInt32, eager=True).scatter((~faulty).arg_true(), fresh)
        rejected = faulty | repeated.is_not_null()
        later = self._rules.between(typed, lines, ~rejected)
        for one in later:
            if one.source.severity != WARN:
                rejected |= one.rows
        broken += later
        coercions = _coercions(results, rejected) + tally(broken, ~rejected)
        for one in broken:
            if one.source.severity == WARN:
                self._rules.warn(one, lines, ~rejected)
        if not rejected.any():
            empty = typed.clear()
            return CheckedChunk(
                typed, REJECTION_SCHEMA.to_frame(), empty.select(self._keys), frame.height, 0, 0, coercions
            )
        rejections = self._rejections(rows, results, repeated, broken)
        keys, unidentified = self._rejected_keys(rows, results, typed, rejected)
        return CheckedChunk(
            typed.filter(~rejected),
            rejections,
            keys,
            frame.height,
            int(rejected.sum()),
            unidentified,
            coercions,
            raw=frame.filter(rejected),
        )

    def _column(self, rows: _Rows, item: Item) -> Checked:
        raw = rows.of(item)
        checked = check_values(raw, item, self._contexts[item.column])
        if item.required or item.column in self._keys:
            checked.mark(checked.typed.is_null(), REQUIRED)
        return checked

    def _rejections(
        self, rows: _Rows, results: Mapping[str, Checked], repeated: pl.Series, broken: Sequence[Broken]
    ) -> pl.DataFrame:
        """List every fault of the chunk; a row whose values stand in wrong columns has that fault only."""
        lines = rows.frame[LINE]
        shifted = rows.shifted
        parts = [_row_faults(lines, rows.miscounted, FIELD_COUNT, rows.frame[FIELDS])]
        if rows.displaced is not None:
            parts.append(_row_faults(lines, rows.displaced.is_not_null(), SHIFTED, rows.displaced))
        parts += [_row_faults(lines, found & ~shifted, UNNAMED, letter) for found, letter in rows.unnamed_values()]
        parts.append(_row_faults(lines, repeated.is_not_null(), DUPLICATE, repeated))
        for item in self._items:
            checked = results[item.column]
            bad = checked.rules.is_not_null() & ~shifted
            if bad.any():
                if (checked.rules == REQUIRED).any():
                    checked.explain(REQUIRED, rows.lonely)
                parts.append(_cell_faults(rows, item, checked, bad))
        names = {item.column: item for item in self._items}
        parts += [
            _broken_rules(rows, names[one.at], one, one.rows & ~shifted)
            for one in broken
            if one.source.severity != WARN
        ]
        return pl.concat(parts).sort("line", maintain_order=True)

    def _rejected_keys(
        self, rows: _Rows, results: Mapping[str, Checked], typed: pl.DataFrame, rejected: pl.Series
    ) -> tuple[pl.DataFrame, int]:
        """Return the readable keys of rejected rows, and how many rejected rows have none."""
        keys = typed.select(self._keys)
        if not self._keys:
            return keys, int(rejected.sum())
        readable = rejected & ~rows.shifted
        for column in self._keys:
            readable &= results[column].rules.is_null() & typed[column].is_not_null()
        return keys.filter(readable), int((rejected & ~readable).sum())


class _Rows:
    """One chunk seen through the column map."""

    def __init__(self, frame: pl.DataFrame, columns: ColumnMap) -> None:
        self.frame = frame
        self._columns = columns
        self.miscounted = frame[FIELDS].is_not_null()
        self.displaced: pl.Series | None = None
        self.shifted = self.miscounted

    def find_displaced(
        self, items: Sequence[Item], results: Mapping[str, Checked], contexts: Mapping[str, Context]
    ) -> None:
        """Find the rows whose values stand one column beside their own."""
        self.displaced = displaced(
            {index: self.frame[position(index)] for index in self._columns.positions.values()},
            [(item, self._columns.positions.get(item.column)) for item in items],
            results,
            contexts,
        )
        if self.displaced is not None:
            letters = pl.Series(self._columns.letters, dtype=pl.String)
            self.displaced = letters.gather(self.displaced).set(self.miscounted, None)
            self.shifted = self.miscounted | self.displaced.is_not_null()

    @cached_property
    def lonely(self) -> pl.Series:
        """``1`` for rows with a single value in all columns, as subtitles and notes are; null for others."""
        cells = [name for name in self.frame.columns if name not in {LINE, FIELDS}]
        filled = pl.sum_horizontal(pl.col(name).str.strip_chars() != "" for name in cells)
        return self.frame.select(pl.when(filled == 1).then(pl.lit("1"))).to_series()

    def of(self, item: Item) -> pl.Series:
        """Return the text of an item's column; blanks where the file does not carry it."""
        index = self._columns.positions.get(item.column)
        if index is None:
            return pl.repeat("", self.frame.height, dtype=pl.String, eager=True)
        return self.frame[position(index)]

    def letter(self, item: Item) -> str | None:
        """Return the spreadsheet letter of an item's column."""
        index = self._columns.positions.get(item.column)
        return None if index is None else self._columns.letters[index]

    def unnamed_values(self) -> list[tuple[pl.Series, pl.Series]]:
        """Return, for each column without a name that holds values, where it does and its letter."""
        found = []
        for index in self._columns.unnamed:
            filled = self.frame[position(index)].str.strip_chars() != ""
            if filled.any():
                letters = pl.repeat(self._columns.letters[index], self.frame.height, dtype=pl.String, eager=True)
                found.append((filled, letters))
        return found


def _codes(item: Item, given: Mapping[str, Mapping[str, str]]) -> Mapping[str, str] | None:
    """Return the codes of an item's list; None where it has none, or one the hub does not hold (V10 says so)."""
    if item.code_list is None or item.code_list.name not in {*given, *code_list_names()}:
        return None
    name = item.code_list.name
    if name in given:
        return given[name]
    return {code: row.name_zh for code, row in load_code_list(name).rows.items()}


def _coercions(results: Mapping[str, Checked], rejected: pl.Series) -> Counter[tuple[str, str]]:
    """Count, for accepted rows, the values each coercion changed."""
    kept = ~rejected
    counts = Counter[tuple[str, str]]()
    for column, found in results.items():
        for kind, flags in found.changed.items():
            counts[kind, column] += int((flags & kept).sum())
    return +counts


def _any_fault(rows: _Rows, results: Mapping[str, Checked]) -> pl.Series:
    faulty = rows.shifted
    for found, _ in rows.unnamed_values():
        faulty |= found
    for checked in results.values():
        if checked.rules.null_count() != checked.rules.len():
            faulty |= checked.rules.is_not_null()
    return faulty


def _row_faults(lines: pl.Series, bad: pl.Series, rule: int, details: pl.Series) -> pl.DataFrame:
    """List a fault of whole rows."""
    where = lines.filter(bad)
    nothing = pl.lit(None, dtype=pl.String)
    return pl.DataFrame({"line": where, "detail": details.filter(bad).cast(pl.String)}).select(
        "line",
        nothing.alias("letter"),
        nothing.alias("item"),
        nothing.alias("column"),
        pl.lit(rule_id(rule)).alias("rule"),
        nothing.alias("value"),
        "detail",
    )


def _broken_rules(rows: _Rows, item: Item, one: Broken, bad: pl.Series) -> pl.DataFrame:
    """List the faults of one rule of the rule set, at the item it is told of."""
    size = bad.len()
    numbers = pl.repeat(one.rule, size, dtype=pl.UInt8, eager=True)
    return _cell_faults(rows, item, Checked(numbers, numbers, one.details), bad)


def _cell_faults(rows: _Rows, item: Item, checked: Checked, bad: pl.Series) -> pl.DataFrame:
    """List the faults of one item."""
    rules = checked.rules.filter(bad)
    ids = {number: rule_id(number) for number in rules.unique().to_list()}
    return pl.DataFrame(
        {
            "line": rows.frame[LINE].filter(bad),
            "rule": rules.replace_strict(ids, return_dtype=pl.String),
            "value": masked(rows.of(item).filter(bad), item),
            "detail": checked.details.filter(bad),
        }
    ).select(
        "line",
        pl.lit(rows.letter(item), dtype=pl.String).alias("letter"),
        pl.lit(item.name).alias("item"),
        pl.lit(item.column).alias("column"),
        "rule",
        "value",
        "detail",
    )
