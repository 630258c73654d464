"""Kinds of bodies by positions 1-2 of their credit code, and the registrar each belongs to (GB 32100-2015).

Not only enterprises: organs, public institutions, social bodies, law firms, unions, religious venues and rural
collectives have codes too. A body keeps its code for life, so the pair is that of the day it was given. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.identifiers import BODY_ALPHABET, body_check_character

if TYPE_CHECKING:
    from collections.abc import Mapping


class BodyKind(StrEnum):
    """What a body is; the value is the word of the interface."""

    ORGAN = "organ"
    PUBLIC_INSTITUTION = "public_institution"
    MASS_ORGANISATION = "mass_organisation"
    LEGAL_SERVICE = "legal_service"
    SOCIAL_ORGANISATION = "social_organisation"
    SOCIAL_SERVICE = "social_service"
    FOUNDATION = "foundation"
    RELIGIOUS = "religious"
    UNION = "union"
    ENTERPRISE = "enterprise"
    INDIVIDUAL_BUSINESS = "individual_business"
    COOPERATIVE = "cooperative"
    RURAL_COLLECTIVE = "rural_collective"
    FOREIGN_OFFICE = "foreign_office"
    OTHER = "other"


_KIND: Final[Mapping[str, BodyKind]] = MappingProxyType(
    {
        "11": BodyKind.ORGAN,
        "12": BodyKind.PUBLIC_INSTITUTION,
        "13": BodyKind.MASS_ORGANISATION,
        "21": BodyKind.FOREIGN_OFFICE,
        "41": BodyKind.FOREIGN_OFFICE,
        "51": BodyKind.SOCIAL_ORGANISATION,
        "52": BodyKind.SOCIAL_SERVICE,
        "53": BodyKind.FOUNDATION,
        "61": BodyKind.FOREIGN_OFFICE,
        "62": BodyKind.FOREIGN_OFFICE,
        "71": BodyKind.RELIGIOUS,
        "72": BodyKind.RELIGIOUS,
        "81": BodyKind.UNION,
        "91": BodyKind.ENTERPRISE,
        "92": BodyKind.INDIVIDUAL_BUSINESS,
        "93": BodyKind.COOPERATIVE,
        "N1": BodyKind.RURAL_COLLECTIVE,
        "N2": BodyKind.RURAL_COLLECTIVE,
        "N3": BodyKind.RURAL_COLLECTIVE,
    }
    | {f"3{second}": BodyKind.LEGAL_SERVICE for second in "12345"}
)

_REGISTRAR_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "1": ("编制", "编办", "事业单位登记"),
        "2": ("外交", "外事"),
        "3": ("司法",),
        "4": ("文化", "文旅"),
        "5": ("民政",),
        "6": ("旅游", "文旅"),
        "7": ("宗教", "民宗"),
        "8": ("工会",),
        "9": ("市场监督", "市场监管", "工商"),
        "N": ("农业", "农村", "农牧"),
    }
)
"""By what its name tells a registrar of each first position; a name that tells none is not judged."""

_FOR_MANY: Final = ("审批", "政务服务", "行政服务")
"""Bureaus that register bodies of several kinds in one place (相对集中行政许可权)."""


@dataclass(frozen=True, slots=True)
class CodeParts:
    """What a credit code is made of; ``division`` is that of the registrar on the day of registration."""

    registrar: str
    pair: str
    division: str
    organisation_code: str


def parts_of(code: str) -> CodeParts:
    """Return the parts of a valid credit code of 18 characters."""
    return CodeParts(code[0], code[:2], code[2:8], code[8:17])


def kind_of(code: str) -> BodyKind:
    """Return the kind of the body a credit code was given to."""
    return _KIND.get(code[:2], BodyKind.OTHER)


def class_name(pair: str) -> tuple[str, str]:
    """Return the Chinese and English name of a pair of ``org_uscc_prefix``; the pair itself where it has none."""
    row = load_code_list("org_uscc_prefix").rows.get(pair)
    return (row.name_zh, row.name_en) if row is not None else (pair, pair)


def registrar_fits(pair: str, authority: str) -> bool:
    """Whether a registration authority of this name gives codes of this pair; a name that tells nothing fits."""
    if any(word in authority for word in _FOR_MANY):
        return True
    told = {first for first, words in _REGISTRAR_WORDS.items() if any(word in authority for word in words)}
    return not told or pair[:1] in told


def is_for_life(old: str, new: str) -> bool:
    """Whether two codes can be the same body's: one code for life, so only the organisation code ties them.

    A second credit code of a body is a mistake of the registrar or a conversion; both keep positions 9-17.
    """
    return old[8:17] == new[8:17]


def former_organisation_code(text: str) -> str | None:
    """Return a nine-character organisation code in normal form, None where it is not one by its own check."""
    value = text.strip().upper().replace("-", "")
    if len(value) != len("D2143569X") or any(char not in BODY_ALPHABET for char in value):
        return None
    return value if body_check_character(value[:8]) == value[8] else None


def former_registration_number(text: str) -> str | None:
    """Return a registration number of market regulation (13 or 15 digits, before the credit code), None otherwise.

    The 15-digit form carries a check digit, but registers hold converted ones without: the form alone is asked for.
    """
    value = text.strip().replace(" ", "")
    return value if value.isascii() and value.isdigit() and len(value) in _REGISTRATION_LENGTHS else None


_REGISTRATION_LENGTHS: Final = (13, 15)
