"""How a rejected value is shown in the report: enough to find it in the source, not enough to use it.

Stricter than the masks of answers (``masking_rules.csv``): the clerk has the file at hand, the report travels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.shapes import is_shape
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from catalogue.item import Item

_SHOWN: Final = 60
_LONG: Final = 15
"""Identity numbers have 15 or 18 characters: these show their first six and their last."""
_HIDDEN: Final = frozenset({Sensitivity.SPI, Sensitivity.MIN, Sensitivity.SS, Sensitivity.WS})
_MASKED: Final = frozenset({Sensitivity.PI, Sensitivity.TS})
_CODES: Final = frozenset({"organisation_code", "division_code", "org_code"})
_PERSON: Final = r"^\s*[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\s*$"
"""What reads like an identity number; no organisation code or division code does."""
_LONG_DIGITS: Final = r"([0-9]{3})[0-9]{7,}([0-9Xx])"


def masked(values: pl.Series, item: Item) -> pl.Series:
    """Return values as the report shows them.

    SPI, MIN, SS, WS: the length only. PI and TS: long ones as ``410102***********X`` (six first, one
    last), short ones by their first character. PUB, INT: as they are, but for digit runs of 11 and more
    that no code explains. All: one line, at most 60 characters.
    """
    column = pl.col("v")
    length = column.str.len_chars()
    if is_shape(item):
        shown = pl.lit("（图形）")
    elif item.sensitivity in _HIDDEN:
        shown = pl.format("*（{} 字）", length)
    elif item.sensitivity in _MASKED:
        is_long = length >= _LONG
        head = pl.when(is_long).then(column.str.slice(0, 6)).otherwise(column.str.slice(0, 1))
        tail = pl.when(is_long).then(column.str.slice(-1)).otherwise(pl.lit(""))
        shown = head + pl.lit("***********").str.slice(0, (length - 1).clip(0, 11)) + tail
    elif item.check in _CODES:
        # A number that stands in the wrong column is hidden there too.
        shown = (
            pl.when(column.str.contains(_PERSON))
            .then(column.str.replace_all(_LONG_DIGITS, "${1}***${2}"))
            .otherwise(column)
        )
    else:
        shown = column.str.replace_all(_LONG_DIGITS, "${1}***${2}")
    line = shown.str.replace_all(r"\s+", " ")
    cut = pl.when(line.str.len_chars() > _SHOWN).then(line.str.slice(0, _SHOWN) + "…").otherwise(line)
    return pl.DataFrame({"v": values}).select(pl.when(length > 0).then(cut).otherwise(pl.lit(""))).to_series()
