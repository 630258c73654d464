"""Macro-economy (宏观经济): observations of indicators. Lead: statistics. Zhengzhou names it, Jilin does not.

统计法实施条例 第二十六条至第二十八条: revisions are new vintages, definitions travel with the figures, nothing is
read before the release time. Growth at comparable prices is never recomputed from current values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from catalogue.basic.database import BasicDatabase, RecordFault
from catalogue.elements import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

PERIODS: Final = {
    "A": r"[0-9]{4}",
    "S": r"[0-9]{4}-S[12]",
    "Q": r"[0-9]{4}-Q[1-4]",
    "M": r"[0-9]{4}-M(0[1-9]|1[0-2])",
    "W": r"[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])",
    "D": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
}
"""SDMX form of a period, by frequency."""

STATES_WITHOUT_VALUE: Final = frozenset({"M", "C"})
GROWTH: Final = frozenset({"yoy", "mom"})


def check_record(record: Mapping[str, object], _: date) -> Iterator[RecordFault]:
    """Yield the contradictions inside one observation."""
    frequency, period, value, status = (record.get(element) for element in ("M004", "M005", "M008", "M011"))
    pattern = PERIODS.get(str(frequency))
    if pattern is None or re.fullmatch(pattern, str(period)) is None:
        text = ("时期写法与频率不符", "the period does not fit the frequency")
        yield RecordFault("macro.period", ("M005", "M004"), *text)
    if value is None and status not in STATES_WITHOUT_VALUE:
        text = ("没有数值，也没有缺失或保密状态", "no value and no status that says why")
        yield RecordFault("macro.missing", ("M008", "M011"), *text)
    if value is not None and status in STATES_WITHOUT_VALUE:
        text = ("缺失或保密的观测却有数值", "a missing or confidential observation with a value")
        yield RecordFault("macro.confidential", ("M008", "M011"), *text)
    if record.get("M006") in GROWTH and record.get("M009") not in {"%", "百分点", None}:
        text = ("增速的计量单位应为 %", "growth is in per cent")
        yield RecordFault("macro.unit", ("M009", "M006"), *text)


MACRO_ECONOMY: Final = BasicDatabase(
    database=Database.MACRO,
    name="宏观经济基础信息库",
    name_en="macro-economy",
    switch="macro_economy",
    articles={"zhengzhou": "郑州市信息化建设管理办法 第十八条"},
    lead="统计",
    class_code="106",
    check=check_record,
)
