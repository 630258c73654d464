"""The four words of Jilin Art. 27 and the promised cycles, as data: how each is counted, by which formula. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from policies.workdays import add_months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.workdays import Calendar

WORDS: Final = ("true", "accurate", "timely", "complete")
OTHERS: Final = "accurate"
"""The word against which rules count that none other names."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its names, formula over the counts, meaning, and the rules that count against it."""

    name: str
    zh: str
    en: str
    formula: str
    meaning_zh: str
    meaning_en: str
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cycle:
    """A promised cycle; ``working`` ones end on a working day. ``ahead``, ``after``: when who is told (days)."""

    code: str
    days: int = 0
    months: int = 0
    working: bool = False
    ahead: int = 0
    after: int = 0

    def due(self, last: date, calendar: Calendar) -> date:
        """Return the last day by which the next update is promised."""
        if self.months:
            return add_months(last, self.months)
        if self.working:
            return calendar.add_working_days(last, self.days)
        return last + timedelta(days=self.days)


@cache
def words() -> Mapping[str, Word]:
    """Return the words by name."""
    data = _data()
    return MappingProxyType(
        {
            name: Word(
                name,
                data[name]["zh"],
                data[name]["en"],
                data[name]["formula"],
                data[name]["meaning_zh"],
                data[name]["meaning_en"],
                frozenset(data[name]["rules"]),
            )
            for name in WORDS
        }
    )


@cache
def cycles() -> Mapping[str, Cycle]:
    """Return the cycles an update is promised in, by code; others promise none."""
    return MappingProxyType({code: Cycle(code, **row) for code, row in _data()["cycles"].items()})


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


def word_of(rule: str) -> str:
    """Return the word against which a rule counts."""
    return next((word.name for word in words().values() if rule in word.rules), OTHERS)
