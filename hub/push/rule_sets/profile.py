"""What a push looked like, gathered while it streams: shares, counts by code, means, years; no value of a row.

Jilin Art. 27. Memory is flat: distinct values are estimated from the 1,024 smallest hashes of a column (about 3 %),
the median from a sample of 2,048 rows chosen by line. Codes are counted for coded items only, up to 400; dates of
personal items are kept as years.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from catalogue.item import DataType
from connectors.port import LINE
from hub.push.rule_sets.kinds import nature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.item import Item

SKETCH: Final = 1024
SAMPLE: Final = 2048
MOST_CODES: Final = 400
_SPACE: Final = 2.0**64
_SEED: Final = 0x4452


@dataclass(slots=True)
class _Column:
    """Running figures of one item."""

    item: Item
    nulls: int = 0
    sketch: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.UInt64))
    codes: pl.DataFrame | None = None
    total: float = 0.0
    first: int | None = None
    last: int | None = None

    def add(self, values: pl.Series) -> None:
        self.nulls += values.null_count()
        if values.null_count() == values.len():
            return
        self._add_hashes(values)
        if self._is_coded:
            counts = values.cast(pl.String).drop_nulls().value_counts(name="n").rename({values.name: "code"})
            both = counts if self.codes is None else pl.concat([self.codes, counts])
            self.codes = both.group_by("code").agg(pl.col("n").sum())
            if self.codes.height > MOST_CODES:
                self.codes = self.codes.clear()
        match nature(self.item):
            case "number":
                self.total += float(values.cast(pl.Float64, strict=False).sum())
            case "day":
                days = values.cast(pl.Date).to_physical()
                first, last = days.min(), days.max()
                if isinstance(first, int) and isinstance(last, int):
                    self.first = first if self.first is None else min(first, self.first)
                    self.last = last if self.last is None else max(last, self.last)
            case _:
                pass

    @property
    def _is_coded(self) -> bool:
        return self.item.code_list is not None or self.item.type is DataType.BOOLEAN

    def _add_hashes(self, values: pl.Series) -> None:
        """Keep the smallest hashes; once the sketch is full only smaller ones matter, and these are few."""
        hashes = values.drop_nulls().hash(_SEED)
        limit = self.sketch.max()
        if self.sketch.len() >= SKETCH and isinstance(limit, int):
            hashes = hashes.filter(hashes < limit)
        if hashes.len():
            self.sketch = pl.concat([self.sketch, hashes]).unique().bottom_k(SKETCH)

    def distinct(self, filled: int) -> int:
        """Return the number of different values: exact below 1,024, else estimated."""
        if self.sketch.len() < SKETCH:
            return self.sketch.len()
        largest = self.sketch.max()
        estimate = (SKETCH - 1) * _SPACE / float(str(largest))
        return min(round(estimate), filled)


class Profiler:
    """Gathers the profile of one push."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._columns = [_Column(item) for item in items]
        self._numeric = [item.column for item in items if nature(item) == "number"]
        self._rows = 0
        self._sample: pl.DataFrame | None = None

    def add(self, accepted: pl.DataFrame) -> None:
        """Take in the accepted rows of one chunk (with their line)."""
        self._rows += accepted.height
        for column in self._columns:
            column.add(accepted[column.item.column])
        if self._numeric:
            self._add_sample(accepted)

    def _add_sample(self, accepted: pl.DataFrame) -> None:
        """Keep the rows whose line hashes smallest: a fair sample, and the same one for the same file."""
        order = accepted[LINE].hash(_SEED).alias("_order")
        rows = order.to_frame().with_columns(
            accepted[column].cast(pl.Float64, strict=False).alias(column) for column in self._numeric
        )
        if self._sample is not None and self._sample.height >= SAMPLE:
            rows = rows.filter(pl.col("_order") < self._sample["_order"].max())
        if rows.height:
            both = rows if self._sample is None else pl.concat([self._sample, rows])
            self._sample = both.bottom_k(SAMPLE, by="_order")

    def body(self) -> dict[str, Any]:
        """Return the profile as JSON data: ``rows`` and, by column, what is known of its values."""
        return {"rows": self._rows, "items": {column.item.column: self._facts(column) for column in self._columns}}

    def _facts(self, column: _Column) -> dict[str, Any]:
        filled = self._rows - column.nulls
        facts: dict[str, Any] = {"nulls": column.nulls, "distinct": column.distinct(filled)}
        if column.codes is not None and column.codes.height:
            facts["codes"] = dict(sorted(column.codes.iter_rows()))
        match nature(column.item):
            case "number" if filled:
                facts["mean"] = column.total / filled
                if self._sample is not None:
                    facts["median"] = self._sample[column.item.column].median()
            case "day" if column.first is not None and column.last is not None:
                is_personal = column.item.sensitivity.value not in {"PUB", "INT"}
                facts["first"], facts["last"] = (_day(day, by_year=is_personal) for day in (column.first, column.last))
            case _:
                pass
        return facts


def _day(number: int, *, by_year: bool) -> str:
    text = pl.select(pl.lit(number).cast(pl.Date).dt.to_string("%Y-%m-%d")).item()
    return str(text)[:4] if by_year else str(text)
