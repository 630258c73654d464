"""Rules between the rows of one file: a combination that may not repeat, a value that only grows by period.

Both work on hashes. Uniqueness keeps 12 bytes a row (:mod:`hub.push.keys`). Order keeps the latest period of each
group: rows are compared with the period before them in their chunk, and with the latest of the chunks before; a file
in order of its periods is therefore compared throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from hub.push.keys import KeyIndex
from hub.push.rule_sets.kinds import nature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item
    from hub.push.rule_sets.model import SetRule

_SEED: Final = 0x5348


class Unique:
    """A combination of items that no two rows may share; rows that leave one of them blank are not compared."""

    def __init__(self, rule: SetRule) -> None:
        self.source = rule
        self._columns = [str(column) for column in rule.params["items"]]
        self.at = self._columns[0]
        self._index = KeyIndex(self._columns)

    def first_lines(self, typed: pl.DataFrame, lines: pl.Series, kept: pl.Series) -> pl.Series:
        """Return for each row the line of the earlier row with its combination, null for none."""
        filled = typed.select(pl.all_horizontal(pl.col(self._columns).is_not_null())).to_series() & kept
        blank = pl.repeat(None, typed.height, dtype=pl.UInt32, eager=True)
        if not filled.any():
            return blank
        found = self._index.first_lines(typed.filter(filled), lines.filter(filled))
        return blank.scatter(filled.arg_true(), found)


class Monotone:
    """A value that goes one way only from period to period inside its group."""

    def __init__(self, rule: SetRule, items: Mapping[str, Item]) -> None:
        self.source = rule
        self.at = str(rule.params["value"])
        self._period = str(rule.params["period"])
        self._group = [str(column) for column in rule.params.get("group", ())]
        self._falls = rule.params.get("direction", "grows") == "falls"
        self._is_text = nature(items[self._period]) == "text"
        self._latest: pl.DataFrame | None = None
        sign = "↘" if self._falls else "↗"
        self.statement = f"{items[self.at].name} {sign} {items[self._period].name}"

    def broken(self, typed: pl.DataFrame) -> pl.Series:
        """Return the rows whose value goes back on the period before; a later call goes on from this one."""
        period = pl.col(self._period).cast(pl.String) if self._is_text else pl.col(self._period)
        if typed[self._period].dtype == pl.Date:
            period = period.to_physical()
        group = typed.select(self._group).hash_rows(seed=_SEED) if self._group else None
        rows = (
            typed.select(
                period.alias("p"),
                (pl.col(self.at).cast(pl.Float64, strict=False) * (-1 if self._falls else 1)).alias("v"),
            )
            .with_columns((pl.lit(0, dtype=pl.UInt64) if group is None else group).alias("g"))
            .with_row_index("i")
            .drop_nulls()
        )
        known = rows if self._latest is None else pl.concat([self._latest, rows], how="diagonal")
        ordered = known.sort("g", "p", maintain_order=True)
        before = ordered.select(
            pl.col("i"), (pl.col("v") < pl.col("v").shift(1).over("g")).fill_null(value=False).alias("bad")
        )
        self._latest = ordered.unique("g", keep="last", maintain_order=True).select("p", "v", "g")
        bad = before.filter(pl.col("bad") & pl.col("i").is_not_null())["i"]
        nothing = pl.repeat(value=False, n=typed.height, dtype=pl.Boolean, eager=True)
        return nothing.scatter(bad, values=True) if bad.len() else nothing
