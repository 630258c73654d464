"""What is wrong in a sheet, by sheet, row and column, with how to mend it; and what was read otherwise than written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

MOST_SHOWN: Final = 1000
"""Faults an answer lists; how many there are in all is always said."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: ``row`` counts from 1 as spreadsheets do, ``column`` is a letter; both may be empty."""

    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where, what, how to mend it. ``rule`` is a rule of the catalogue (V01 ...) or empty."""

    place: Place
    zh: str
    en: str
    mend_zh: str
    mend_en: str
    rule: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "sheet": self.place.sheet,
            "row": self.place.row,
            "column": self.place.column,
            "heading": self.place.heading,
            "rule": self.rule,
            "message": self.zh,
            "message_en": self.en,
            "mend": self.mend_zh,
            "mend_en": self.mend_en,
        }


@dataclass(slots=True)
class Normalised:
    """Values that were read otherwise than written: counted by column, old and new form, and told."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def note(self, heading: str, written: str, read: str) -> None:
        """Count one value of a column that is a word of a code list (never free text)."""
        self.counts[heading, written, read] += 1

    def to_list(self) -> list[dict[str, Any]]:
        """Return the counts as JSON data, in the order of columns and values."""
        return [
            {"heading": heading, "written": written, "read": read, "count": count}
            for (heading, written, read), count in sorted(self.counts.items())
        ]


def listed(faults: list[Fault]) -> dict[str, Any]:
    """Return faults as a list of an answer: the first of them, and how many there are."""
    shown = sorted(
        faults, key=lambda one: (one.place.sheet, one.place.row or 0, len(one.place.column), one.place.column)
    )
    return {
        "total": len(faults),
        "returned": min(len(faults), MOST_SHOWN),
        "next": MOST_SHOWN if len(faults) > MOST_SHOWN else None,
        "faults": [one.to_dict() for one in shown[:MOST_SHOWN]],
    }
