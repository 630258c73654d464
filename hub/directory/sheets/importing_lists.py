"""What every list taken from a file has in common: all faults in one pass, nothing written where one is, unless asked.

Used for supply duties and for the inventory; the template of entries follows the same rule in its own module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from hub.directory.sheets.faults import Fault, Normalised, listed
from hub.directory.sheets.words import code_of, is_own_form

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.database import Unit
    from hub.directory.sheets.reading import SheetRow, SheetTable
    from policies.errors import DomainError

_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SEVERAL: Final = re.compile(r"[\n；;、,，]+")


@dataclass(frozen=True, slots=True)
class How:
    """How a file is taken in: only looked at (``dry_run``), and the good rows though others are faulty."""

    dry_run: bool = False
    accept_good: bool = False


@dataclass(slots=True)
class Taken:
    """What became of a file: every row counts once, as added, changed, unchanged or faulty."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faulty: int = 0
    is_written: bool = False
    idle: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    normalised: Normalised = field(default_factory=Normalised)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "rows": self.rows,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "faulty": self.faulty,
            "is_written": self.is_written,
            "columns_not_read": self.idle,
            "normalised": self.normalised.to_list(),
            **listed(self.faults),
        }


class Reading:
    """Reads the cells of one row; faults are noted with their places, and the row is faulty from then on."""

    def __init__(self, table: SheetTable, row: SheetRow, normalised: Normalised) -> None:
        """Nothing is wrong yet."""
        self.table, self.row, self.normalised = table, row, normalised
        self.faults: list[Fault] = []

    def fault(self, key: str, text: tuple[str, str], mend: tuple[str, str]) -> None:
        """Note a fault of a cell (or of the row, with an empty key)."""
        self.faults.append(Fault(self.table.place(self.row, key), *text, *mend))

    def failed(self, error: DomainError) -> None:
        """Note what a use case says is wrong with the row."""
        self.fault("", (error.zh, error.en), (error.next_zh, error.next_en))

    def text(self, key: str, *, needed: tuple[str, str] | None = None) -> str:
        """Return a cell; ``needed`` names it where it must be filled in."""
        found = self.row[key].strip()
        if not found and needed is not None:
            self.fault(key, (f"没有填{needed[0]}", f"{needed[1]} is missing"), ("请填写", "fill it in"))
        return found

    def several(self, key: str) -> tuple[str, ...]:
        """Return the parts of a cell, parted by lines, commas and the like."""
        return tuple(part.strip() for part in _SEVERAL.split(self.row[key]) if part.strip())

    def day(self, key: str) -> date | None:
        """Return a day; None for a blank cell."""
        text = self.row[key].strip()
        match = _DAY.match(text)
        if not text:
            return None
        try:
            if match is not None:
                return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
        self.fault(key, ("不是日期", "this is no date"), ("写成 2026-12-31", "write it as 2026-12-31"))
        return None

    def number(self, key: str) -> int | None:
        """Return a whole number; None for a blank cell."""
        text = self.row[key].strip().replace(",", "").replace("，", "").removesuffix(".0")
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= len("999999999999999"):
            return int(text)
        self.fault(key, ("不是整数", "this is no whole number"), ("只写数字", "write digits alone"))
        return None

    def code(self, key: str, name: str) -> str:
        """Return the code of a list that a cell means; empty for a blank cell."""
        text = self.row[key].strip()
        if not text:
            return ""
        found = code_of(name, text)
        if found is None:
            self.fault(
                key,
                ("代码表中没有这个值", "the code list has no such value"),
                ("填代码或名称", "give a code or its name"),
            )
            return ""
        if not is_own_form(name, found, text):
            self.normalised.note(self.table.headings[key], text, found)
        return found


def take(unit: Unit, table: SheetTable, how: How, store_row: Callable[[Reading], str | None]) -> Taken:
    """Read every row and store the good ones; ``store_row`` returns added, changed or unchanged, None for a faulty row.

    What was stored is taken back where the report says that nothing is written.
    """
    with unit.connection.begin_nested() as point:
        report = _taken(table, how, store_row)
        if not report.is_written:
            point.rollback()
    return report


def _taken(table: SheetTable, how: How, store_row: Callable[[Reading], str | None]) -> Taken:
    report = Taken(rows=len(table.rows), idle=table.idle, faults=list(table.faults))
    for row in table.rows:
        reading = Reading(table, row, report.normalised)
        outcome = store_row(reading)
        if reading.faults or outcome is None:
            report.faulty += 1
            report.faults += reading.faults
        else:
            setattr(report, outcome, getattr(report, outcome) + 1)
    report.is_written = not how.dry_run and (how.accept_good or not report.faults)
    return report
