"""Codes a body may be asked for by: credit code, organisation code, registration number; each in normal form. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.basic.legal_persons_kinds import former_registration_number
from catalogue.faults import FaultCode
from catalogue.identifiers import org_code, organisation_code
from catalogue.normalise import normal_form

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final = ("credit_code", "organisation_code", "registration_number")
"""Kinds of alias a body is looked for under, the first first."""


def code_form(text: str) -> str | None:
    """Return a code as the register knows it, None where it is none by its form and check characters."""
    credit = organisation_code(text)
    if credit.fault in {None, FaultCode.ORGANISATION_CODE_BODY}:  # given so by a registrar, and kept for life
        return credit.normalised
    organisation = org_code(text)
    if organisation.fault is None:
        return organisation.normalised
    return former_registration_number(normal_form(text))


def shown_code(values: Mapping[str, str]) -> str | None:
    """Return the credit code of a body, None for one that has none yet."""
    return values.get("L001")
