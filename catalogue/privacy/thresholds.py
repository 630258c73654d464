"""From what on a column counts as holding undeclared personal information: counts and shares by kind.

The law names no figure; these are defaults of the product that a department changes per resource, with a reason.
One identity number that holds is one too many; a name in one remark of a thousand is not a register of persons.
A column whose name says that it holds something of the kind needs less to be believed. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.identifiers import PUBLIC_PHONE
from catalogue.privacy.headers import meaning_of
from catalogue.privacy.kinds import Kind
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item
    from catalogue.privacy.columns import ColumnReport, KindCount

DECLARED: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN})
"""Sensitivities of an item that say it holds personal information."""
CODES: Final = frozenset({"organisation_code", "org_code", "division_code"})
"""Checks of items whose values are codes of bodies and places; numbers of persons among them are accidents of form."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Counts as a finding from ``count`` values on, if they are also this share (0 to 1) of the filled ones."""

    count: int
    share: float = 0.0


DEFAULTS: Final[Mapping[Kind, Threshold]] = MappingProxyType(
    {
        Kind.CITIZEN_ID: Threshold(1),
        Kind.BANK_CARD: Threshold(1),
        Kind.PHONE: Threshold(3),
        Kind.EMAIL: Threshold(3),
        Kind.PASSPORT: Threshold(1),
        Kind.FOREIGN_ID: Threshold(3),
        Kind.IBAN: Threshold(1),
        Kind.PLATE: Threshold(3),
        Kind.WECHAT: Threshold(3),
        Kind.QQ: Threshold(3),
        Kind.NAME: Threshold(20, 0.3),
        Kind.ADDRESS: Threshold(20, 0.3),
        Kind.BIRTH_DATE: Threshold(3),
    }
)
"""Kinds that are looked for in pushes, with their defaults. Network addresses, credit codes are told, never held."""
_UNCERTAIN: Final = 3
"""From this many on, numbers with only the form of one are believed."""
_BY_NAME: Final = frozenset({Kind.CITIZEN_ID, Kind.BANK_CARD, Kind.PASSPORT, Kind.BIRTH_DATE, Kind.ADDRESS, Kind.PLATE})
"""Kinds for which the name of an item alone asks for a decision before it is opened."""


def is_exempt(item: Item, kind: Kind) -> bool:
    """Say whether an item may hold a kind: declared personal, published telephones, codes of bodies, public posts."""
    if item.sensitivity in DECLARED or (kind is Kind.PHONE and item.check == PUBLIC_PHONE):
        return True
    if item.check in CODES:
        return kind in {Kind.CITIZEN_ID, Kind.PHONE, Kind.BANK_CARD}
    meaning = meaning_of(item.name, item.column, *item.aliases)
    if kind is Kind.ADDRESS:
        # The address of a firm or an office is public; that of a home shows by the item's name.
        return meaning is None or meaning.kind is not Kind.ADDRESS or meaning.is_public_duty
    return meaning is not None and meaning.kind is kind and meaning.is_public_duty


def exceeds(report: ColumnReport, kind: Kind, threshold: Threshold) -> bool:
    """Say whether a column holds so much of a kind that somebody must decide."""
    found: KindCount | None = report.kinds.get(kind)
    if found is None:
        return False
    believed = found.certain or found.count >= _UNCERTAIN
    return bool(believed) and found.count >= threshold.count and report.share(kind) >= threshold.share


def said_by_name(item: Item) -> Kind | None:
    """Return the kind an item's name says it holds although it is not declared personal; None: nothing to decide."""
    meaning = meaning_of(item.name, item.column)
    if meaning is None or meaning.is_public_duty or meaning.kind not in _BY_NAME or is_exempt(item, meaning.kind):
        return None
    return meaning.kind
