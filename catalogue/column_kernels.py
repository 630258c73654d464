"""Numeric kernels of the column-wise validators: normal form, weighted sums, check characters.

Strings of equal length are read as one matrix of bytes; of each place every value times its weight is looked up in a
table of 256 values, one pass over the column a place. Pure, no I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from catalogue.normalise import TO_CAPITALS, WHITESPACE

if TYPE_CHECKING:
    from collections.abc import Sequence

BYTE_VALUES: Final = 256


def value_table(alphabet: Sequence[str]) -> pl.Series:
    """Return a lookup table byte -> position of its character in ``alphabet``; other bytes are 0."""
    table = [0] * BYTE_VALUES
    for position, character in enumerate(alphabet):
        table[ord(character)] = position
    return pl.Series(table, dtype=pl.UInt16)


DIGITS: Final = value_table("0123456789")
CAPITALS: Final = {chr(old): new for old, new in TO_CAPITALS.items()}


def normal_form_column(values: pl.Series) -> pl.Series:
    """Return the column in normal form (:func:`catalogue.normalise.normal_form`); blank becomes null."""
    value = pl.col("v")
    frame = pl.DataFrame({"v": values.cast(pl.String)})
    is_ascii = value.str.len_bytes() == value.str.len_chars()
    if frame.select(is_ascii.all()).item():
        raised = value.str.to_uppercase()
    else:
        # Only ASCII and full-width letters are raised: a sharp s or a dotless i must not become a capital.
        raised = pl.when(is_ascii).then(value.str.to_uppercase()).otherwise(value.str.replace_many(CAPITALS))
    trimmed = frame.select(raised.str.strip_chars(WHITESPACE))
    return trimmed.select(pl.when(value != "").then(value)).to_series()


def weighted_sums(values: pl.Series, start: int, table: pl.Series, weights: Sequence[int]) -> pl.Series:
    """Return the sum of table value times weight over ``len(weights)`` characters from ``start``, a row each.

    Every value must be ASCII and long enough; nulls are not allowed. The sums are integers below 2**16.
    """
    width = len(weights)
    if values.is_empty():
        return pl.Series("sum", [], dtype=pl.UInt32)
    characters = values.cast(pl.Binary).bin.slice(start, width)
    codes = characters.bin.reinterpret(dtype=pl.Array(pl.UInt8, width), endianness="little").to_numpy()
    values_of = table.to_numpy().astype(np.uint32)
    sums = np.zeros(len(values), np.uint32)
    for place, weight in enumerate(weights):
        if weight:
            sums += (values_of * np.uint32(weight))[codes[:, place]]
    return pl.Series("sum", sums)


def check_characters(
    values: pl.Series, start: int, table: pl.Series, weights: Sequence[int], characters: Sequence[str]
) -> pl.Series:
    """Return the check character each value should carry: ``characters[sum % len(characters)]``."""
    remainder = weighted_sums(values, start, table, weights) % len(characters)
    return pl.Series("expected", list(characters), dtype=pl.String).gather(remainder)
