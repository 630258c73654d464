"""An open resource to read: invented charging points, twelve public items, found by code and by community.

Every community (12-digit code) has exactly a hundred points, so that one equality on an indexed item gives a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from catalogue.item import DataType, Item
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from pathlib import Path

PER_COMMUNITY: Final = 100
DIVISIONS: Final = ("410102", "410103", "410104", "410105", "410106", "410108", "410122", "410181", "410182", "410183")
LIKE: Final = "gongjiao-zhandian"
"""The entry of the demo whose metadata this one takes: unconditionally open."""


def place_items() -> tuple[Item, ...]:
    """Return the items, in order."""

    def item(name: str, column: str, kind: DataType, length: int | None = None, check: str | None = None) -> Item:
        return Item(name, column, kind, length, check=check, sensitivity=Sensitivity.PUB, required=True)

    return (
        item("充电桩编码", "code", DataType.TEXT, 12),
        item("名称", "name", DataType.TEXT, 100),
        item("社区代码", "community", DataType.TEXT, 12, "division_code"),
        item("所在道路", "road", DataType.TEXT, 100),
        item("使用状态", "status", DataType.TEXT, 10),
        item("功率", "power_kw", DataType.INTEGER, 6),
        item("接口数", "plugs", DataType.INTEGER, 3),
        item("投运日期", "since", DataType.DATE),
        item("是否快充", "is_fast", DataType.BOOLEAN),
        item("经度", "longitude", DataType.DOUBLE),
        item("纬度", "latitude", DataType.DOUBLE),
        item("运营单位", "operator", DataType.TEXT, 100),
    )


def codes(rows: int) -> list[str]:
    """Return the keys in an order that jumps about, so that neighbours in time are none in the table."""
    step = 7919 if rows % 7919 else 7907
    return [f"CD{number * step % rows:08d}" for number in range(rows)]


def communities(rows: int) -> list[str]:
    """Return the community codes."""
    return [_community(number) for number in range(max(1, rows // PER_COMMUNITY))]


def _community(number: int) -> str:
    return f"{DIVISIONS[number % len(DIVISIONS)]}{number:06d}"


def write_places(path: Path, rows: int) -> None:
    """Write the points as CSV; one number of rows gives one file."""
    random = np.random.default_rng(rows)
    number = np.arange(rows)

    def one_of(values: tuple[str, ...]) -> pl.Series:
        return pl.Series(values).gather(random.integers(0, len(values), rows))

    listed = pl.Series(communities(rows))
    days = pl.Series(random.integers(0, 3000, rows), dtype=pl.Int32) + 16000
    columns = (
        pl.Series([f"CD{one:08d}" for one in range(rows)]),
        pl.Series([f"示例充电桩{one}号" for one in range(rows)]),
        # Points of a community lie apart in the table, as they would in a register kept by time.
        listed.gather(number % len(listed)),
        one_of(("建设路", "人民路", "中原路", "航海路", "花园路", "文化路")),
        one_of(("在用", "检修", "停用")),
        pl.Series(random.integers(7, 360, rows)),
        pl.Series(random.integers(1, 9, rows)),
        days.cast(pl.Date).dt.to_string("%Y-%m-%d"),
        one_of(("true", "false")),
        pl.Series(np.round(random.uniform(113.4, 113.9, rows), 6)),
        pl.Series(np.round(random.uniform(34.6, 34.9, rows), 6)),
        one_of(("示例充电运营一公司", "示例充电运营二公司", "示例充电运营三公司")),
    )
    titles = [item.name for item in place_items()]
    pl.DataFrame([column.alias(title) for column, title in zip(columns, titles, strict=True)]).write_csv(path)
