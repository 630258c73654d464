"""Documents that name a person, by the three-digit list of the public security organs (``id_document_types``).

What proves the citizen identity number (identity card, household register, residence permits) names the person by that
number; other documents by their own. Certificates of officers of the army and the armed police are never stored. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.identifiers import citizen_id
from catalogue.normalise import normal_form

if TYPE_CHECKING:
    from datetime import date

NUMBER: Final = "number"
"""Kind of the name a person has by the citizen identity number, and by the 18 digits of a foreign card of 2023."""
FORMER_NUMBER: Final = "former_number"
BY_NUMBER: Final = frozenset({"111", "112", "113", "X01", "X02", "X03"})
"""Documents that carry the citizen identity number itself (居民身份证 to 居住证)."""
FOREIGN_CARD: Final = "553"
NEVER_STORED: Final = frozenset({"114", "115"})
"""军官证、警官证(武警): numbers may be a state secret in bulk; they are not stored."""
NOT_PERSONAL: Final = frozenset({"X11", "219", "221", "990"})
"""Documents that name a body, a couple, or nothing known: no name of one person."""
MOST: Final = 30
"""Longest number of a document (element P010)."""
_FORM: Final = re.compile(r"[0-9A-Z][0-9A-Z()/-]*")


class DocumentFault(StrEnum):
    """Why a document names nobody."""

    UNKNOWN_TYPE = "document_type_unknown"
    NEVER_STORED = "document_never_stored"
    NOT_PERSONAL = "document_not_of_one_person"
    FORM = "document_number_form"
    NUMBER = "document_number_check"


@dataclass(frozen=True, slots=True)
class PersonName:
    """How one document names a person: the kind of name, and the number in normal form."""

    kind: str
    number: str = field(repr=False)


@cache
def document_types() -> dict[str, re.Pattern[str] | None]:
    """Return every document type with the form of its numbers, None where the list gives none."""
    rows = load_code_list("id_document_types").rows.values()
    patterns = {row.code: dict(row.extra).get("pattern", "") for row in rows}
    return {code: re.compile(pattern) if pattern else None for code, pattern in patterns.items()}


def person_name(
    number: str, document: str | None = None, *, today: date, demo: bool = False, history: bool = False
) -> PersonName | DocumentFault:
    """Return how a document names a person, or why it names nobody.

    Args:
        number: as received.
        document: code of ``id_document_types``; None: the citizen identity number.
        today: no birth date may lie after it.
        demo: accept the sample prefix.
        history: accept 15-digit numbers and convert them (history loads only).

    """
    if document is None or document in BY_NUMBER or document == FOREIGN_CARD:
        checked = citizen_id(number, today=today, demo=demo, history=history)
        if checked.fault is not None:
            return DocumentFault.NUMBER
        is_card = len(checked.normalised) != len("11010519491231002X")
        return PersonName(FOREIGN_CARD if is_card else NUMBER, checked.normalised)
    fault = _type_fault(document)
    if fault is not None:
        return fault
    value = normal_form(number).replace(" ", "")
    pattern = document_types()[document]
    is_formed = pattern.fullmatch(value) if pattern is not None else _FORM.fullmatch(value)
    if not is_formed or len(value) > MOST:
        return DocumentFault.FORM
    return PersonName(document, value)


def _type_fault(document: str) -> DocumentFault | None:
    """Return why documents of a type name nobody, None where they do."""
    if document in NEVER_STORED:
        return DocumentFault.NEVER_STORED
    if document in NOT_PERSONAL:
        return DocumentFault.NOT_PERSONAL
    return None if document in document_types() else DocumentFault.UNKNOWN_TYPE
