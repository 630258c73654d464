"""The Polars type in which accepted values of an item travel to the database.

Type letters: 政务信息资源目录编制指南（试行）. Numbers of type N without a scale stay exact as decimal text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.item import DataType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item

BIGINT_DIGITS: Final = 18
MONEY_SCALE: Final = 4
DECIMAL_DIGITS: Final = 38
_STORED: Final[Mapping[DataType, pl.DataType]] = {
    DataType.TEXT: pl.String(),
    DataType.MEMO: pl.String(),
    DataType.GENERAL: pl.String(),
    DataType.INTEGER: pl.Int64(),
    DataType.DOUBLE: pl.Float64(),
    DataType.FLOAT: pl.Float64(),
    DataType.DATE: pl.Date(),
    DataType.DATETIME: pl.Datetime("us"),
    DataType.BOOLEAN: pl.Boolean(),
}


def storage_type(item: Item) -> pl.DataType:
    """Return the Polars type accepted values of an item have."""
    if item.type is DataType.NUMBER and item.scale is None:
        return pl.String()
    if item.type is DataType.NUMBER and item.scale == 0 and item.length is not None and item.length <= BIGINT_DIGITS:
        return pl.Int64()
    if item.type in {DataType.NUMBER, DataType.CURRENCY}:
        return pl.Decimal(DECIMAL_DIGITS, MONEY_SCALE if item.scale is None else item.scale)
    return _STORED[item.type]
