"""Legal persons and other bodies (法人单位) by their unified social credit code. Lead: market regulation.

市场主体登记管理条例 第八条、第九条; GB 32100-2015. *Active* is a set of states, not the absence of deregistration:
a revoked body still exists until it is deregistered.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from catalogue.basic.database import BasicDatabase, RecordFault
from catalogue.basic.legal_persons_industry import read_industry
from catalogue.basic.legal_persons_kinds import registrar_fits
from catalogue.basic.legal_persons_status import (
    ACTIVE,
    CANCELLED,
    ENDED,
    PENALISED,
    SUSPENDED,
    SUSPENSION_YEARS,
    suspension_ends,
)
from catalogue.code_lists import load_code_list
from catalogue.divisions import was_ever_valid
from catalogue.elements import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KNOWN_STATES: Final = "entity_status"


def check_record(record: Mapping[str, object], today: date) -> Iterator[RecordFault]:
    """Yield the contradictions inside one body's record."""
    yield from _check_class(record)
    yield from _check_dates(record, today)
    yield from _check_status(record, today)
    yield from _check_money_and_codes(record)


def _text(record: Mapping[str, object], element: str) -> str:
    value = record.get(element)
    return value if isinstance(value, str) else ""


def _check_class(record: Mapping[str, object]) -> Iterator[RecordFault]:
    code, kind, authority = (_text(record, element) for element in ("L001", "L003", "L014"))
    if code and kind and code[:2] != kind:
        text = ("机构类型与统一社会信用代码前两位不符", "the class does not fit positions 1-2 of the code")
        yield RecordFault("legal_person.class", ("L003", "L001"), *text)
    if code and authority and not registrar_fits(code[:2], authority):
        text = ("登记机关与统一社会信用代码首位不符", "the registrar does not give codes of this first position")
        yield RecordFault("legal_person.registrar", ("L014", "L001"), *text)
    converted = _text(record, "L021")
    if code and converted and converted != code[8:17]:
        text = (
            "原组织机构代码与统一社会信用代码第 9 至 17 位不同，请核实",
            "the former code differs from positions 9-17",
        )
        yield RecordFault("legal_person.former_code", ("L021", "L001"), *text, is_flag=True)
    if code and _text(record, "L040") == code:
        text = ("上级单位就是本单位", "the body is its own superior")
        yield RecordFault("legal_person.own_parent", ("L040", "L001"), *text)


def _check_dates(record: Mapping[str, object], today: date) -> Iterator[RecordFault]:
    days = [day for element in ("L010", "L016", "L020") if isinstance(day := record.get(element), date)]
    if days != sorted(days) or any(day > today for day in days):
        text = (
            "成立、核准、注销日期先后不符或晚于今天",
            "establishment, approval and end are out of order or in the future",
        )
        yield RecordFault("legal_person.dates", ("L010", "L016", "L020"), *text)
    begins, ends = record.get("L017"), record.get("L018")
    if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
        text = ("营业期限止早于起", "the term ends before it begins")
        yield RecordFault("legal_person.term", ("L017", "L018"), *text)


def _check_status(record: Mapping[str, object], today: date) -> Iterator[RecordFault]:
    status, ended = _text(record, "L015"), record.get("L020")
    if status and status not in load_code_list(_KNOWN_STATES):
        text = ("登记状态不在代码表中", "the state is not in its list")
        yield RecordFault("legal_person.status", ("L015",), *text)
    if status in ACTIVE and ended is not None:
        text = ("存续单位却有注销（吊销）日期", "an active body with a date of deregistration")
        yield RecordFault("legal_person.active_end", ("L015", "L020"), *text)
    if status in ENDED and ended is None:
        text = ("已注销单位没有注销日期", "a deregistered body without its date")
        yield RecordFault("legal_person.missing_end", ("L015", "L020"), *text)
    if status in (PENALISED | {CANCELLED}) - ENDED and ended is None:
        text = ("吊销或者撤销没有日期，请核实", "a revocation or cancellation without its date")
        yield RecordFault("legal_person.penalty_date", ("L015", "L020"), *text, is_flag=True)
    if status in ACTIVE and not record.get("L005"):
        text = ("存续单位没有法定代表人（负责人）", "an active body without a representative")
        yield RecordFault("legal_person.representative", ("L005",), *text)
    since = record.get("L016")
    if status == SUSPENDED and isinstance(since, date) and suspension_ends(since) < today:
        text = (
            f"歇业超过 {SUSPENSION_YEARS} 年，视为恢复营业或者应当注销，请核实",
            f"suspended for more than {SUSPENSION_YEARS} years: it is in business again or has to be deregistered",
        )
        yield RecordFault("legal_person.suspension", ("L015", "L016"), *text, is_flag=True)


def _check_money_and_codes(record: Mapping[str, object]) -> Iterator[RecordFault]:
    capital = record.get("L008")
    if isinstance(capital, int | float | Decimal) and (capital < 0 or not record.get("L009")):
        text = ("注册资本为负或没有币种", "capital is negative or has no currency")
        yield RecordFault("legal_person.capital", ("L008", "L009"), *text)
    industry, division = _text(record, "L019"), _text(record, "L012")
    if industry and read_industry(industry) is None:
        text = ("行业代码不在 GB/T 4754-2017 中", "the industry code is not in GB/T 4754-2017")
        yield RecordFault("legal_person.industry", ("L019",), *text)
    if division and not was_ever_valid(division):
        text = ("住所行政区划代码从未使用过", "the division of the seat was never in use")
        yield RecordFault("legal_person.division", ("L012",), *text)


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
