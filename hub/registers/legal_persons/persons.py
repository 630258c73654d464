"""How the register knows a person who represents or owns a body: by a keyed pseudonym, never by the number itself.

The pseudonym is made of the kind of document and its number in normal form, so the same person has one whatever body
says so; a citizen identity number counts as one kind, whichever document carries it (base databases, section 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.basic.population_documents import NUMBER, DocumentFault, PersonName, person_name
from catalogue.faults import FaultCode
from catalogue.identifiers import citizen_id

if TYPE_CHECKING:
    from datetime import date

    from hub.identity.number_seals import NumberSeals

_HARMLESS: Final = frozenset({FaultCode.CITIZEN_ID_DIVISION_UNKNOWN, FaultCode.CITIZEN_ID_DEMO})


def person_of(number: str, document: str | None, today: date) -> PersonName | DocumentFault:
    """Return how a document names a person, or why it names nobody; old numbers of 15 digits are converted.

    A first division that is unknown, and the sample prefix, do not hinder that a number names somebody.
    """
    found = person_name(number, document or None, today=today, demo=True, history=True)
    if found is DocumentFault.NUMBER:
        checked = citizen_id(number, today=today, demo=True, history=True)
        if checked.fault in _HARMLESS:
            return PersonName(NUMBER, checked.normalised)
    return found


def pseudonym_of(numbers: NumberSeals, number: str, document: str | None, today: date) -> str | None:
    """Return the keyed pseudonym of a person, None where the document names nobody; ``number`` may be sealed."""
    found = person_of(numbers.open(number), document, today)
    return numbers.pseudonym(found.kind, found.number) if isinstance(found, PersonName) else None
