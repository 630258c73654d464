"""Contradictions inside the record of a body as the register holds it: the rules of the basic database over texts.

A faulty record is kept and served with its doubt; the list goes to the department that owns the fact (Zhengzhou Art.
19, 政务数据共享条例 Art. 26). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from catalogue.basic.legal_persons import LEGAL_PERSONS
from catalogue.faults import FaultCode
from catalogue.identifiers import organisation_code
from catalogue.item import DataType

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_TAKEN: Final = "legal_person.name_taken"
CODE_BODY: Final = "legal_person.code_body"
_DATES: Final = frozenset(one.code for one in LEGAL_PERSONS.elements if one.type is DataType.DATE)
_NUMBERS: Final = frozenset({"L008", "L026"})


@dataclass(frozen=True, slots=True)
class Flag:
    """One contradiction; ``is_fault`` False: it asks for a look and may be right."""

    rule: str
    elements: tuple[str, ...]
    is_fault: bool


def flags_of(values: Mapping[str, str], today: date) -> list[Flag]:
    """Return the contradictions of a record whose values are texts in normal form."""
    record = {code: _typed(code, text) for code, text in values.items()}
    # A code of another version of its list is right in that version; the check knows today's alone.
    record = {code: value for code, value in record.items() if not (isinstance(value, str) and "@" in value)}
    found = [Flag(fault.rule, fault.elements, not fault.is_flag) for fault in LEGAL_PERSONS.check(record, today)]
    if organisation_code(values.get("L001", "")).fault is FaultCode.ORGANISATION_CODE_BODY:
        found.append(Flag(CODE_BODY, ("L001",), is_fault=False))
    return found


def _typed(code: str, text: str) -> object:
    try:
        if code in _DATES:
            return date.fromisoformat(text)
        if code in _NUMBERS:
            return Decimal(text)
    except (ValueError, InvalidOperation):
        return text
    return text
