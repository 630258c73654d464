"""How a file would be taken in by a mapping: its first rows as they would be stored, and the faults of the first 1,000.

Nothing is stored. The gate looks first, as it does at a push: a marked file is stopped here as well. Protected values
are shown as the report of a push shows them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from connectors.files.reader import open_table
from connectors.port import LINE
from hub.push.decode import read_push
from hub.push.gate import Gate, GateResult
from hub.push.header import unmapped
from hub.push.masks import masked
from hub.push.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from catalogue.item import Item
    from connectors.port import Limits, ReadOptions, TableFacts
    from hub.push.check import CheckedChunk
    from hub.push.decode import CheckPlan

ROWS_SHOWN: Final = 20
ROWS_CHECKED: Final = 1000
_CHUNK_BYTES: Final = 256 << 10
_PLACES: Final = 5


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How many values of the rows checked break a rule, and the first lines in which they do."""

    rule: str
    cells: int
    lines: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values, with the texts of the rule where the hub ships it."""
        rule = RULES.get(self.rule)
        texts = {} if rule is None else {"name": rule.name_zh, "name_en": rule.name_en}
        mend = {} if rule is None else {"mend": rule.mend_zh, "mend_en": rule.mend_en}
        return {"rule": self.rule, **texts, **mend, "cells": self.cells, "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class Preview:
    """First accepted rows as texts by item column, counts of the rows checked, and what the reading noted."""

    items: tuple[Item, ...]
    rows: tuple[dict[str, Any], ...]
    checked: int
    accepted: int
    rejected: int
    faults: tuple[FaultCount, ...]
    facts: TableFacts
    is_whole: bool

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; ``whole_file`` says whether the rows checked are all there are."""
        return {
            "items": [{"column": item.column, "name": item.name} for item in self.items],
            "rows": list(self.rows),
            "returned": len(self.rows),
            "checked": self.checked,
            "whole_file": self.is_whole,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "faults": [fault.to_dict() for fault in self.faults],
            "notes": [note.zh for note in self.facts.notes],
            "notes_en": [note.en for note in self.facts.notes],
        }


def preview(path: Path, options: ReadOptions, plan: CheckPlan, limits: Limits) -> Preview:
    """Read the first rows as a push would.

    Raises:
        FileError: the file cannot be read.
        HeaderMismatchError: its columns are not the entry's items by this mapping.
        GateStoppedError: the rows read, or the texts around them, bear a mark.
    """
    small = replace(limits, chunk_bytes=min(_CHUNK_BYTES, limits.chunk_bytes), sheet_chunk_rows=ROWS_CHECKED)
    chunks: list[CheckedChunk] = []
    is_whole = True
    with read_push(path, options, plan, small) as reading:
        for chunk in reading.chunks():
            if sum(one.rows for one in chunks) >= ROWS_CHECKED:
                is_whole = False
                break
            chunks.append(chunk)
        reading.gate.raise_if_stopped()
        facts = reading.facts()
    return Preview(
        items=plan.items,
        rows=_first_rows(chunks, plan.items),
        checked=sum(chunk.rows for chunk in chunks),
        accepted=sum(chunk.accepted.height for chunk in chunks),
        rejected=sum(chunk.rejected_rows for chunk in chunks),
        faults=_faults(chunks),
        facts=facts,
        is_whole=is_whole,
    )


def refuse_secrets(path: Path, options: ReadOptions, limits: Limits, today: date) -> None:
    """Search the first rows of a file for secrecy marks, and all texts around them, before anything is proposed.

    Raises:
        FileError: the file cannot be read at all.
        GateStoppedError: there is one.
    """
    with open_table(path, options, limits) as table:
        gate = Gate((), unmapped(table.header, table.letters), today=today)
        gate.scan_name(options.name or "")
        gate.scan_outside(table.outside())
        left = ROWS_CHECKED
        for frame in table.chunks():
            gate.scan_chunk(frame.head(left))
            left -= min(frame.height, left)
            if not left:
                break
    GateResult(tuple(one for one in gate.result().findings if one.kind.is_secrecy)).raise_if_stopped()


def _first_rows(chunks: Sequence[CheckedChunk], items: Sequence[Item]) -> tuple[dict[str, Any], ...]:
    if not chunks:
        return ()
    good = pl.concat([chunk.accepted for chunk in chunks]).head(ROWS_SHOWN)
    shown = pl.DataFrame({item.column: masked(_text(good[item.column]), item) for item in items})
    return tuple(
        {"line": line, **{column: value or None for column, value in row.items()}}
        for line, row in zip(good[LINE].to_list(), shown.iter_rows(named=True), strict=True)
    )


def _text(values: pl.Series) -> pl.Series:
    """Return stored values as texts; bytes (geometry) in hexadecimal."""
    if values.dtype == pl.Binary:
        return values.bin.encode("hex")
    return values.cast(pl.String)


def _faults(chunks: Sequence[CheckedChunk]) -> tuple[FaultCount, ...]:
    """Count the faults by rule, the commonest first."""
    cells: Counter[str] = Counter()
    lines: dict[str, list[int]] = {}
    for chunk in chunks:
        for rule, line in chunk.rejections.select("rule", "line").iter_rows():
            cells[rule] += 1
            places = lines.setdefault(rule, [])
            if len(places) < _PLACES and line not in places:
                places.append(line)
    return tuple(FaultCount(rule, count, tuple(lines[rule])) for rule, count in cells.most_common())
