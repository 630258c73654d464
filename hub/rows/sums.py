"""The row checksum: how a push finds what is unchanged without sending it to the database.

128 bits a row: two sums, over the items, of a 64-bit hash of the value seeded by the column's name;
null counts nothing. So the order of items does not matter, and an item added later and still empty
leaves every checksum as it was. Hashes may differ between releases of polars: then rows are compared
in SQL, value by value, and their checksums renewed; nothing rests on them but speed and the
2**-128 chance that a changed row is taken for an unchanged one. Pure: no I/O, no SQL.
"""

from __future__ import annotations

import zlib
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from catalogue.item import DataType
from hub.rows.tables import holds_integer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalogue.item import Item

SUM_A, SUM_B = "_sum_a", "_sum_b"
MONEY_SCALE = 4  # NUMERIC(20,4): codes/catalogue_data_type.csv, type Y
BEIJING = "Asia/Shanghai"
_UINT32 = np.iinfo(np.uint32).max


_POLARS_TYPES: Mapping[DataType, pl.DataType] = MappingProxyType(
    {
        DataType.TEXT: pl.String(),
        DataType.MEMO: pl.String(),
        DataType.GENERAL: pl.String(),
        DataType.DATE: pl.Date(),
        DataType.DATETIME: pl.Datetime("us"),
        DataType.BOOLEAN: pl.Boolean(),
        DataType.DOUBLE: pl.Float64(),
        DataType.FLOAT: pl.Float64(),
        DataType.INTEGER: pl.Int64(),
    }
)


def polars_type(item: Item) -> pl.DataType | None:
    """Return the one polars type of an item, so that equal values hash equally; None: numbers of no stated scale."""
    if item.type is DataType.NUMBER and item.scale is None:
        return None
    if item.type is DataType.NUMBER and holds_integer(item):
        return pl.Int64()
    if item.type in {DataType.NUMBER, DataType.CURRENCY}:
        return pl.Decimal(38, MONEY_SCALE if item.scale is None else item.scale)
    return _POLARS_TYPES[item.type]


def _typed(item: Item, given: pl.DataType) -> pl.Expr:
    column = pl.col(item.column)
    if item.type is DataType.DATETIME and isinstance(given, pl.Datetime) and given.time_zone is not None:
        column = column.dt.convert_time_zone(BEIJING).dt.replace_time_zone(None)
    wanted = polars_type(item)
    return column if wanted is None or wanted == given else column.cast(wanted)


def _sum(items: Sequence[Item], salt: bytes) -> pl.Expr:
    zero = pl.lit(0, dtype=pl.UInt64)
    total = zero
    for item in items:
        seed = zlib.crc32(salt + item.column.encode())
        column = pl.col(item.column)
        total += pl.when(column.is_null()).then(zero).otherwise(column.hash(seed))
    return total.reinterpret(signed=True)


def summed(chunk: pl.DataFrame, items: Sequence[Item]) -> pl.DataFrame:
    """Return the items of ``chunk`` in order and type, with the two checksum columns before them."""
    typed = chunk.select(_typed(item, chunk.schema[item.column]) for item in items)
    return typed.select(_sum(items, b"a:").alias(SUM_A), _sum(items, b"b:").alias(SUM_B), pl.all())


class KnownRows:
    """The checksums of a resource's current rows, against which chunks of a full push are held.

    ``packed`` are blocks of records of three big-endian 64-bit integers (``_row``, ``_sum_a``, ``_sum_b``), taken one
    by one; every ``_row`` is below ``next_row``. Memory is about 36 bytes a row while sorting, 21 to 25 after.
    """

    RECORD = np.dtype([("row", ">i8"), ("a", ">i8"), ("b", ">i8")])

    def __init__(self, packed: Iterable[bytes], next_row: int) -> None:
        # As long as there could be rows at most: memory that is never written costs nothing.
        rows = np.empty(next_row, dtype=np.uint32 if next_row <= _UINT32 else np.int64)
        first, second = (np.empty(next_row, dtype=np.int64) for _ in range(2))
        size = 0
        for block in packed:
            part = np.frombuffer(block, dtype=self.RECORD)
            start, size = size, size + len(part)
            rows[start:size], first[start:size], second[start:size] = part["row"], part["a"], part["b"]
        order = np.argsort(first[:size])
        # One after the other, so that never more than one of them is in memory twice.
        first = first[order]
        second = second[order]
        rows = rows[order]
        self._first, self._second, self._rows = first, second, rows
        self._seen = np.zeros(size, dtype=np.bool_)
        self.duplicates = 0

    def unmatched(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of a summed chunk that are not among the known ones, and mark those that are."""
        first = chunk[SUM_A].to_numpy()
        if not len(self._first) or not len(first):
            return chunk
        order = np.argsort(first)  # neighbours in the search are neighbours in memory
        wanted = first[order]
        place = np.minimum(np.searchsorted(self._first, wanted), len(self._first) - 1)
        hit = (self._first[place] == wanted) & (self._second[place] == chunk[SUM_B].to_numpy()[order])
        matched = place[hit]
        # ``wanted`` is sorted, so a row that stands twice in this chunk stands beside itself in ``matched``.
        self.duplicates += int(np.count_nonzero(matched[1:] == matched[:-1]))
        self.duplicates += int(np.count_nonzero(self._seen[matched]))
        self._seen[matched] = True
        known = np.empty(len(first), dtype=np.bool_)
        known[order] = hit
        return chunk.filter(pl.Series(~known))

    def gone(self) -> pl.Series:
        """Return the ``_row`` of every known row that no chunk held: changed, or missing."""
        return pl.Series("_row", np.sort(self._rows[~self._seen]).astype(np.int64))
