"""Legal persons and other bodies (法人单位) by their unified social credit code. Lead: market regulation.

市场主体登记管理条例 第八条、第九条; GB 32100-2015. *Active* is a set of states, not the absence of deregistration:
a revoked body still exists until it is deregistered.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from catalogue.basic.database import BasicDatabase, RecordFault
from catalogue.elements import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACTIVE: Final = frozenset({"1", "7"})
"""States in which a body does or may resume business (``entity_status``): active, suspended."""

ENDED: Final = frozenset({"3", "4"})


def check_record(record: Mapping[str, object], today: date) -> Iterator[RecordFault]:
    """Yield the contradictions inside one body's record."""
    code, kind, status = (record.get(element) for element in ("L001", "L003", "L015"))
    founded, approved, ended = (record.get(element) for element in ("L010", "L016", "L020"))
    if isinstance(code, str) and isinstance(kind, str) and code[:2] != kind:
        text = ("机构类型与统一社会信用代码前两位不符", "the class does not fit positions 1-2 of the code")
        yield RecordFault("legal_person.class", ("L003", "L001"), *text)
    dates = [day for day in (founded, approved, ended) if isinstance(day, date)]
    if dates != sorted(dates) or any(day > today for day in dates):
        text = (
            "成立、核准、注销日期先后不符或晚于今天",
            "establishment, approval and end are out of order or in the future",
        )
        yield RecordFault("legal_person.dates", ("L010", "L016", "L020"), *text)
    if status in ACTIVE and ended is not None:
        text = ("存续单位却有注销（吊销）日期", "an active body with a date of deregistration")
        yield RecordFault("legal_person.active_end", ("L015", "L020"), *text)
    if status in ENDED and ended is None:
        text = ("已注销单位没有注销日期", "a deregistered body without its date")
        yield RecordFault("legal_person.missing_end", ("L015", "L020"), *text)
    capital = record.get("L008")
    if isinstance(capital, int | float) and (capital < 0 or not record.get("L009")):
        text = ("注册资本为负或没有币种", "capital is negative or has no currency")
        yield RecordFault("legal_person.capital", ("L008", "L009"), *text)
    if status in ACTIVE and not record.get("L005"):
        text = ("存续单位没有法定代表人（负责人）", "an active body without a representative")
        yield RecordFault("legal_person.representative", ("L005",), *text)
    converted = record.get("L021")
    if isinstance(code, str) and isinstance(converted, str) and converted and converted != code[8:17]:
        text = (
            "原组织机构代码与统一社会信用代码第 9 至 17 位不同，请核实",
            "the former code differs from positions 9-17",
        )
        yield RecordFault("legal_person.former_code", ("L021", "L001"), *text, is_flag=True)


LEGAL_PERSONS: Final = BasicDatabase(
    database=Database.LEGAL_PERSON,
    name="法人单位基础信息库",
    name_en="legal persons",
    switch="legal_persons",
    articles={"zhengzhou": "郑州市信息化建设管理办法 第十八条", "jilin": "吉林市信息化促进办法 第二十六条"},
    lead="市场监管",
    class_code="102",
    check=check_record,
)
