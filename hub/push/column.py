"""A column of one chunk while it is checked: typed values, the rule each breaks, what was changed.

The parsers of :mod:`hub.push.values`, :mod:`hub.push.numbers` and :mod:`hub.push.moments` share it. Column-wise
throughout: what parses at once costs nothing, only the rest is cleaned and judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from hub.push.cleaning import Cleaned, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date


@dataclass(slots=True)
class Checked:
    """A column after the checks: typed values (null where blank or faulty), rule numbers, details.

    ``changed`` says for each coercion which values it changed.
    """

    typed: pl.Series
    rules: pl.Series
    details: pl.Series
    changed: dict[str, pl.Series] = field(default_factory=dict)

    def mark(self, bad: pl.Series, rule: int, details: pl.Series | None = None) -> None:
        """Set ``rule`` where ``bad`` holds and no rule stands yet; the value there becomes null."""
        fresh = bad.fill_null(value=False) & self.rules.is_null()
        if not fresh.any():
            return
        self.rules = self.rules.set(fresh, rule)
        if details is not None:
            self.details = details.zip_with(fresh, self.details)
        self.typed = self.typed.set(fresh, None)

    def explain(self, rule: int, details: pl.Series) -> None:
        """Add details to the values that break ``rule``."""
        self.details = details.zip_with((self.rules == rule).fill_null(value=False), self.details)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the entry's rule set says about writing an item's values; nothing of it is ever guessed.

    ``unit`` is the unit the item holds; ``serial`` means that whole numbers in a date item are Excel serials;
    ``missing`` are words that mean "no value" here, beside the usual ones.
    """

    unit: str | None = None
    serial: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a check needs besides the values; ``codes`` maps each code of the item's list to its label."""

    today: date
    demo: bool
    codes: Mapping[str, str] | None
    reading: Reading = Reading()


def nulls(size: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return a column without a value; ``pl.repeat`` makes the same through a query, at twenty times the cost."""
    return pl.Series([None], dtype=dtype).new_from_index(0, size)


def fresh(typed: pl.Series) -> Checked:
    """Return a result in which nothing is wrong yet."""
    size = typed.len()
    return Checked(
        typed,
        nulls(size, pl.UInt8),
        nulls(size, pl.String),
    )


def repair(
    raw: pl.Series,
    typed: pl.Series,
    parse: Callable[[Cleaned, Checked], Checked],
    *,
    free_text: bool = False,
    keep: frozenset[str] = frozenset(),
) -> Checked:
    """Take the values that did not parse at once, clean them, and let ``parse`` type or judge them.

    ``parse`` gets the cleaned values and a blank result of their size, and fills it. ``keep`` are words that
    mean something here although they usually mean "no value".
    """
    whole = fresh(typed)
    rest = typed.is_null() & (raw != "")
    if not rest.any():
        return whole
    rows = rest.arg_true()
    cleaned = clean(raw.gather(rows), free_text=free_text, keep=keep)
    part = Checked(
        nulls(rows.len(), typed.dtype),
        cleaned.rules,
        nulls(rows.len(), pl.String),
        dict(cleaned.changed),
    )
    part = parse(cleaned, part)
    whole.typed = whole.typed.scatter(rows, part.typed)
    whole.rules = whole.rules.scatter(rows, part.rules)
    whole.details = whole.details.scatter(rows, part.details)
    for kind, changed in part.changed.items():
        if changed.any():
            whole.changed[kind] = spread(changed, rows, raw.len())
    return whole


def spread(flags: pl.Series, rows: pl.Series, size: int) -> pl.Series:
    """Return flags of some rows as flags of all ``size`` rows."""
    return pl.repeat(value=False, n=size, dtype=pl.Boolean, eager=True).scatter(rows, flags)


def set_typed(part: Checked, values: pl.Series) -> pl.Series:
    """Store what parsed where no rule stands; return which values still wait."""
    part.typed = values.zip_with(part.rules.is_null() & values.is_not_null(), part.typed)
    return part.typed.is_null() & part.rules.is_null()
