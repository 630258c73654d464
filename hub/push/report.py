"""The report of a push: what was taken, what was given back by which rule, how to mend it.

One object for page, JSON, command line and log (no whole identity number in any of them): counts by rule
with first examples, coercions by kind, what the file left out. Jilin Art. 27. Exit codes for scripts:
0 all taken, 3 partly given back, 4 all given back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from hub.push.check import REJECTION_SCHEMA
from hub.push.rejections import RejectionLog, described
from hub.push.rules import COERCIONS, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item
    from connectors.port import ReadNote, TableFacts
    from hub.push.check import CheckedChunk
    from hub.push.rejections import Language

EXAMPLES: Final = 3
INLINE_FAULTS: Final = 100
EXIT_OK, EXIT_PARTLY, EXIT_ALL_REJECTED = 0, 3, 4


@dataclass(frozen=True, slots=True)
class RuleCount:
    """One rule: ``rows`` rejected rows that break it, ``cells`` faults, and the first faults as examples."""

    rule: str
    rows: int
    cells: int
    examples: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """What the accepted rows did to the resource; ``held`` rows are not in the file and yet not closed."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class PushReport:
    """See the module. ``coercions`` counts by coercion id and item name; ``merge`` is None in a dry run."""

    received: int
    accepted: int
    rejected: int
    rules: tuple[RuleCount, ...]
    coercions: Mapping[tuple[str, str], int]
    facts: TableFacts
    faults: int
    cells: int = 0
    blanks: int = 0
    """Values of accepted rows in all items, and how many of them are empty (hub.push.quality)."""
    merge: MergeCounts | None = None
    push: str = ""
    title: str = ""

    @property
    def exit_code(self) -> int:
        """Exit code of the command line."""
        if self.rejected == 0:
            return EXIT_OK
        return EXIT_PARTLY if self.accepted else EXIT_ALL_REJECTED

    def to_dict(
        self, log: RejectionLog | None = None, *, inline: int = INLINE_FAULTS, link: str | None = None
    ) -> dict[str, object]:
        """Return JSON values.

        Args:
            log: where the faults are; without it only counts and examples are given.
            inline: how many faults to include; ``total`` and ``next`` say what is not.
            link: address of the full list, for ``next``; the cursor is appended as ``after``.
        """
        body: dict[str, object] = {
            "push": self.push,
            "title": self.title,
            "received": self.received,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "rules": [_rule_dict(count) for count in self.rules],
            "coercions": [_coercion_dict(*key, number) for key, number in sorted(self.coercions.items())],
            "file": _file_dict(self.facts),
            "faults": {"total": self.faults},
            "cells": self.cells,
            "blanks": self.blanks,
            "exit_code": self.exit_code,
        }
        if self.merge is not None:
            merge = self.merge
            body["merge"] = {
                "inserted": merge.inserted,
                "updated": merge.updated,
                "unchanged": merge.unchanged,
                "closed": merge.closed,
                "held": merge.held,
            }
        if log is not None:
            page = log.page(0, inline)
            joint = "&" if link and "?" in link else "?"
            follow = None if page.next is None or link is None else f"{link}{joint}after={page.next}"
            body["faults"] = {
                "total": page.total,
                "returned": len(page.faults),
                "items": list(page.faults),
                "cursor": page.next,
                "next": follow,
            }
        return body

    def summary(self, language: Language = "zh") -> tuple[str, ...]:
        """Return the lines a terminal shows; plain text, the caller colours and escapes it."""
        return tuple(_summary_zh(self) if language == "zh" else _summary_en(self))


@dataclass(slots=True)
class ReportBuilder:
    """Gathers a report chunk by chunk; the faults go to ``log`` at once."""

    items: tuple[Item, ...]
    log: RejectionLog
    received: int = 0
    accepted: int = 0
    rejected: int = 0
    faults: int = 0
    filling: tuple[int, int] = (0, 0)
    """Values of accepted rows, and the empty ones among them."""
    _cells: Counter[str] = field(default_factory=Counter)
    _rows: Counter[str] = field(default_factory=Counter)
    _examples: defaultdict[str, list[Mapping[str, object]]] = field(default_factory=lambda: defaultdict(list))
    _coercions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, chunk: CheckedChunk) -> None:
        """Take in one checked chunk."""
        self.received += chunk.rows
        self.accepted += chunk.accepted.height
        self.rejected += chunk.rejected_rows
        self._coercions.update(chunk.coercions)
        taken = chunk.accepted
        self.filling = (
            self.filling[0] + taken.height * len(self.items),
            self.filling[1] + sum(taken[column].null_count() for column in taken.columns),
        )
        found = chunk.rejections
        if not found.height:
            return
        self.log.append(found)
        self.faults += found.height
        for (rule,), group in found.group_by("rule", maintain_order=True):
            name = str(rule)
            self._cells[name] += group.height
            self._rows[name] += group["line"].n_unique()
            wanted = EXAMPLES - len(self._examples[name])
            self._examples[name] += [described(row) for row in group.head(wanted).iter_rows(named=True)]

    def give_back(self, lines: pl.Series, rule: str) -> None:
        """Count rows as rejected that were taken in as accepted: the merge found that they cannot be done."""
        self.accepted -= len(lines)
        self.rejected += len(lines)
        self.faults += len(lines)
        columns = {name: pl.lit(None, dtype=kind) for name, kind in REJECTION_SCHEMA.items()}
        found = pl.DataFrame({"line": lines}).with_columns(**{**columns, "line": pl.col("line"), "rule": pl.lit(rule)})
        self.log.append(found)
        self._cells[rule] += len(lines)
        self._rows[rule] += len(lines)
        wanted = EXAMPLES - len(self._examples[rule])
        self._examples[rule] += [described(row) for row in found.head(wanted).iter_rows(named=True)]

    def build(
        self, facts: TableFacts, *, merge: MergeCounts | None = None, push: str = "", title: str = ""
    ) -> PushReport:
        """Return the report; rules by how many rows break them."""
        names = {item.column: item.name for item in self.items}
        ordered = sorted(self._rows, key=lambda rule: (-self._rows[rule], rule))
        return PushReport(
            received=self.received,
            accepted=self.accepted,
            rejected=self.rejected,
            rules=tuple(
                RuleCount(rule, self._rows[rule], self._cells[rule], tuple(self._examples[rule])) for rule in ordered
            ),
            coercions={(kind, names.get(column, column)): n for (kind, column), n in self._coercions.items()},
            facts=facts,
            faults=self.faults,
            cells=self.filling[0],
            blanks=self.filling[1],
            merge=merge,
            push=push,
            title=title,
        )


def note_dict(note: ReadNote) -> dict[str, object]:
    """Return a note of the reading as JSON values."""
    return {
        "kind": note.kind,
        "text": note.zh,
        "text_en": note.en,
        "count": note.count,
        "places": list(note.places),
    }


def _file_dict(facts: TableFacts) -> dict[str, object]:
    """Return how the file was read and what of it was left out."""
    return {
        "format": facts.format,
        "encoding": facts.encoding,
        "encoding_basis": facts.encoding_basis,
        "member": facts.member,
        "records_path": facts.records_path,
        "compression": facts.compression,
        "delimiter": facts.delimiter,
        "sheet": facts.sheet,
        "header_row": facts.header_line,
        "skipped_rows": facts.skipped_rows,
        "blank_rows": facts.blank_rows,
        "blank_lines": list(facts.blank_lines),
        "blank_columns": list(facts.blank_columns),
        "footer_rows": facts.footer_rows,
        "footer_lines": list(facts.footer_lines),
        "footer_filled": list(facts.footer_filled),
        "notes": [note_dict(note) for note in facts.notes],
        "crs": facts.crs,
    }


def _rule_dict(count: RuleCount) -> dict[str, object]:
    rule = RULES[count.rule]
    return {
        "rule": rule.id,
        "name": rule.name_zh,
        "name_en": rule.name_en,
        "standard": rule.standard,
        "message": rule.zh,
        "message_en": rule.en,
        "mend": rule.mend_zh,
        "mend_en": rule.mend_en,
        "rows": count.rows,
        "cells": count.cells,
        "examples": [dict(example) for example in count.examples],
    }


def _coercion_dict(kind: str, item: str, number: int) -> dict[str, object]:
    row = COERCIONS[kind]
    return {"coercion": row.id, "what": row.zh, "what_en": row.en, "item": item, "values": number}


def _summary_zh(report: PushReport) -> list[str]:
    merge = report.merge
    did = "" if merge is None else f" (新增 {merge.inserted:,}, 变更 {merge.updated:,}, 未变 {merge.unchanged:,})"
    closed = "" if merge is None else f"   删除 {merge.closed:,}"
    number = f"   推送号 {report.push}" if report.push else ""
    title = f"{report.title}   " if report.title else ""
    lines = [
        f"{title}收到 {report.received:,}",
        f"✔ 通过 {report.accepted:,}{did}   ✘ 退回 {report.rejected:,}{closed}{number}",
    ]
    for count in report.rules:
        rule = RULES[count.rule]
        lines.append(f"  {rule.id} {rule.name_zh}  {count.rows:,} 行  {_example_zh(count)} → {rule.mend_zh}")
    lines += [
        f"  {kind} {COERCIONS[kind].zh}  [{item}] {number:,} 个值"
        for (kind, item), number in sorted(report.coercions.items())
    ]
    if merge is not None and merge.held:
        lines.append(f"  文件中没有的 {merge.held:,} 行没有删除：退回的行可能就是它们；改好后重推即可")
    facts = report.facts
    if facts.blank_rows:
        places = "、".join(str(line) for line in facts.blank_lines)
        more = "等" if facts.blank_rows > len(facts.blank_lines) else ""
        lines.append(f"  空行 {facts.blank_rows:,} 行未读入（第 {places} 行{more}）")
    if facts.blank_columns:
        lines.append(f"  空列 {len(facts.blank_columns)} 列未读入（{'、'.join(facts.blank_columns)}）")
    if facts.footer_rows:
        lines.append(f"  表尾 {facts.footer_rows:,} 行按要求未读入（自第 {facts.footer_lines[0]} 行起）")
    if facts.footer_filled:
        places = "、".join(str(line) for line in facts.footer_filled)
        lines.append(f"  ⚠ 其中第 {places} 行有多个值，像是数据而不是注释，请核对 --skip-footer")
    lines += [f"  {note.zh}" + (f"（{'、'.join(note.places)}）" if note.places else "") for note in facts.notes]
    return lines


def _summary_en(report: PushReport) -> list[str]:
    merge = report.merge
    did = (
        "" if merge is None else f" (new {merge.inserted:,}, changed {merge.updated:,}, unchanged {merge.unchanged:,})"
    )
    closed = "" if merge is None else f"   closed {merge.closed:,}"
    number = f"   push {report.push}" if report.push else ""
    title = f"{report.title}   " if report.title else ""
    lines = [
        f"{title}received {report.received:,}",
        f"✔ accepted {report.accepted:,}{did}   ✘ rejected {report.rejected:,}{closed}{number}",
    ]
    for count in report.rules:
        rule = RULES[count.rule]
        lines.append(f"  {rule.id} {rule.name_en}  {count.rows:,} rows  {_example_en(count)} → {rule.mend_en}")
    lines += [
        f"  {kind} {COERCIONS[kind].en}  [{item}] {number:,} values"
        for (kind, item), number in sorted(report.coercions.items())
    ]
    if merge is not None and merge.held:
        lines.append(f"  {merge.held:,} rows not in the file are not closed: rejected rows may be these")
    facts = report.facts
    if facts.blank_rows:
        more = " …" if facts.blank_rows > len(facts.blank_lines) else ""
        places = ", ".join(map(str, facts.blank_lines))
        lines.append(f"  {facts.blank_rows:,} blank rows not read (lines {places}{more})")
    if facts.blank_columns:
        lines.append(f"  {len(facts.blank_columns)} blank columns not read ({', '.join(facts.blank_columns)})")
    if facts.footer_rows:
        lines.append(f"  {facts.footer_rows:,} footer rows not read, as asked (from line {facts.footer_lines[0]} on)")
    if facts.footer_filled:
        places = ", ".join(map(str, facts.footer_filled))
        lines.append(f"  ⚠ line {places} of these holds several values, like data and no note: check --skip-footer")
    lines += [f"  {note.en}" + (f" ({', '.join(note.places)})" if note.places else "") for note in facts.notes]
    return lines


def _place(fault: Mapping[str, object], column: str) -> str:
    """Return where in its row a fault is: column and item, the item alone where the file lacks it, or nothing."""
    if fault["item"] is None:
        return ""
    return " " + ("" if fault["letter"] is None else column.format(letter=fault["letter"])) + f"[{fault['item']}]"


def _example_zh(count: RuleCount) -> str:
    first = count.examples[0]
    column = _place(first, "{letter} 列 ")
    value = f" {first['value']}" if first["value"] else ""
    hint = f" {first['hint']}" if first["hint"] else ""
    return f"例: 第 {first['line']:,} 行{column}{value}{hint}"


def _example_en(count: RuleCount) -> str:
    first = count.examples[0]
    column = _place(first, "column {letter} ")
    value = f" {first['value']}" if first["value"] else ""
    hint = f" {first['hint_en']}" if first["hint_en"] else ""
    return f"e.g. line {first['line']:,}{column}{value}{hint}"
