"""How often a table changes, guessed from the times in its sample, and which column tells what is new. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.item import DataType
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from connectors.databases.describing import ColumnFacts, TableFacts

_CHANGED: Final = re.compile(
    r"更新|修改|变更|同步|入库|最后|时间戳|update|modif|change|gxsj|xgsj|bgsj|tbsj|rksj|gxrq|sjc|last|etl",
    re.IGNORECASE,
)
_MADE: Final = re.compile(r"创建|录入|登记|create|insert|cjsj|lrsj|djsj|djrq", re.IGNORECASE)
_CYCLES: Final = ((2, "2"), (10, "3"), (15, "8"), (45, "4"), (120, "5"), (250, "9"), (500, "6"))
"""Largest median gap in days, and the code of ``catalogue_update_cycle``."""
_FEWEST_DAYS: Final = 3
_TIMES: Final = frozenset({DataType.DATETIME, DataType.DATE})
_LARGE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class CycleGuess:
    """Code of ``catalogue_update_cycle`` (empty: nothing tells it) and why."""

    code: str
    reason: Text


def watermark_of(table: TableFacts) -> ColumnFacts | None:
    """Return the column that says when a row was last changed; an indexed one first, then one the database writes."""
    fits = [
        column
        for column in table.columns
        if column.item_type.letter is DataType.DATETIME
        and (column.is_touched or _CHANGED.search(column.name) or _CHANGED.search(column.comment))
    ]
    return max(fits, key=lambda column: (column.is_indexed, column.is_touched), default=None)


def guess_cycle(table: TableFacts) -> CycleGuess:
    """Return how often the table changes, by the median gap between the days its rows were changed or made."""
    watermark = watermark_of(table)
    made = [
        column
        for column in table.columns
        if column.item_type.letter in _TIMES and (_MADE.search(column.name) or _MADE.search(column.comment))
    ]
    for column in ([watermark] if watermark is not None else []) + made:
        gap = _median_gap(table.values(column.name))
        if gap is None:
            continue
        code = next((code for most, code in _CYCLES if gap <= most), "10")
        name = column.comment or column.name
        return CycleGuess(
            code,
            Text(
                f"样本中“{name}”相邻日期一般相隔 {gap:g} 天",
                f"in the sample, days of {column.name} usually lie {gap:g} days apart",
            ),
        )
    return CycleGuess("", Text("没有能说明更新周期的时间列", "no column of times tells how often it changes"))


def _median_gap(values: pl.Series) -> float | None:
    days = values.str.slice(0, 10).str.replace_all("[/.]", "-").str.to_date("%Y-%m-%d", strict=False).drop_nulls()
    apart = days.unique().sort()
    if len(apart) < _FEWEST_DAYS:
        return None
    gap = apart.diff().drop_nulls().dt.total_days().median()
    return float(gap) if isinstance(gap, int | float) else None


def strategy_of(table: TableFacts, keys: Sequence[str]) -> tuple[str, str, Text]:
    """Return how a pull should travel (strategy, watermark column) and why."""
    watermark = watermark_of(table)
    if not keys:
        return "whole", "", Text("没有主键，每次取全部行", "no key: all rows travel each time")
    if watermark is not None and watermark.is_indexed and (table.rows or 0) >= _LARGE:
        return (
            "watermark",
            watermark.name,
            Text(
                f"约 {table.rows} 行，{watermark.name} 有索引：只取其后变化的行",
                f"about {table.rows} rows and an index on {watermark.name}: only later rows travel",
            ),
        )
    return (
        "difference",
        "",
        Text("有主键：只传变化的行，删除也能发现", "a key: changed rows travel, deletions are seen"),
    )
