"""What a column's name and comment say, and what its samples are like: the evidence the dictionary is asked with.

Names are Chinese (户籍地址), pinyin (hujidizhi), pinyin initials (hjdz) or English (id_card_no, idCardNo); a comment
often goes on after the name: «性别（0未知 1男 2女）». Values of samples are tested and counted, never kept. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.identifiers import check_value
from catalogue.item import DataType
from catalogue.names import HAN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from catalogue.elements import Element

_HAN_RUN: Final = re.compile(f"[{HAN}]+")
_BREAKS: Final = re.compile(r"[\s()（）\[\]【】<>《》,，;；:：。.、/|=\-—_]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LATIN: Final = re.compile(r"[a-z0-9]+")
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_TIME: Final = re.compile(r"[0-9]{4}[-/年]?[0-9]{1,2}[-/月]?[0-9]{1,2}日?([ T]?[0-9]{1,2}:?[0-9]{2}.*)?")
_BOOLEANS: Final = frozenset({"0", "1", "true", "false", "t", "f", "y", "n", "yes", "no", "是", "否", "有", "无"})
_NUMBERS: Final = frozenset({DataType.NUMBER, DataType.CURRENCY, DataType.DOUBLE, DataType.FLOAT})
_ABBREVIATIONS: Final = {
    "no": "number",
    "num": "number",
    "nbr": "number",
    "addr": "address",
    "tel": "phone",
    "telephone": "phone",
    "nm": "name",
    "cd": "code",
    "dt": "date",
    "org": "organisation",
    "organization": "organisation",
    "corp": "company",
    "ent": "enterprise",
    "reg": "registration",
    "cert": "certificate",
    "lic": "licence",
    "license": "licence",
    "div": "division",
    "desc": "description",
    "amt": "amount",
    "qty": "quantity",
    "sex": "gender",
}
FITS: Final = 0.8
"""From this share of the samples on, they speak for an element."""

CONTRADICTS: Final = 0.5
"""Below this share they speak against it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording found: ``text`` without blanks and in lower case, ``weight`` 1.0 or less for a lesser place."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class SampleTest:
    """How samples fit an element: ``fitting`` of ``tested``; ``is_strong`` where chance does not pass the test."""

    tested: int
    fitting: int
    rule: str
    is_strong: bool

    @property
    def speaks_for(self) -> bool:
        """Whether the samples support the element."""
        return self.tested > 0 and self.fitting >= FITS * self.tested

    @property
    def speaks_against(self) -> bool:
        """Whether the samples contradict the element."""
        return self.tested > 0 and self.fitting < CONTRADICTS * self.tested


def han_wordings(name: str, comment: str) -> tuple[Wording, ...]:
    """Return the Chinese wordings of a column, the most telling first: the comment's first part, then the name."""
    found: list[Wording] = []
    for text, weight in ((comment, 1.0), (name, 1.0)):
        parts = [part for part in _BREAKS.split(_plain(text)) if _HAN_RUN.search(part)]
        found.extend(Wording(part, weight if place == 0 else 0.5) for place, part in enumerate(parts[:4]))
    return tuple(found)


def latin_wordings(name: str) -> tuple[Wording, ...]:
    """Return the Latin wordings of a column's name: the whole name joined, then its tails (``f_xm`` is ``xm``)."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name))
    tokens = [_expanded(token) for token in _LATIN.findall(spaced.lower())]
    raw = _LATIN.findall(spaced.lower())
    found: list[Wording] = []
    for first in range(min(len(tokens), 4)):
        weight = 1.0 if first == 0 else 0.85
        joined = ("".join(tokens[first:]), "".join(raw[first:]))
        found.extend(Wording(text, weight) for text in dict.fromkeys(joined) if len(text) > 1)
    return tuple(found)


def latin_key(text: str) -> str:
    """Return the form in which Latin words are compared: joined, lower case, common short forms written out."""
    spaced = _CAMEL.sub(" ", text)
    return "".join(_expanded(token) for token in _LATIN.findall(spaced.lower()))


def _expanded(token: str) -> str:
    return _ABBREVIATIONS.get(token, token)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().strip()


def fit_of(element: Element, samples: Sequence[str], today: date) -> SampleTest:
    """Count how many samples could be values of an element; blank ones are left out."""
    values = [text for text in (_plain(sample) for sample in samples) if text]
    rule, is_strong = _rule_of(element)
    return SampleTest(len(values), sum(_fits(element, value, today) for value in values), rule, is_strong)


def _rule_of(element: Element) -> tuple[str, bool]:
    if element.check is not None:
        return element.check, element.check in {"citizen_id", "organisation_code", "org_code", "division_code"}
    if element.code_list is not None:
        return element.code_list.name, False
    return ("values", False) if element.values else (f"type {element.type.value}", False)


def _fits(element: Element, value: str, today: date) -> bool:
    if element.check is not None:
        return check_value(element.check, value, today=today, demo=True, history=True).fault is None
    if element.code_list is not None:
        rows = load_code_list(element.code_list.name).rows
        return value in rows or value.upper() in rows or any(row.name_zh.startswith(value) for row in rows.values())
    if element.values:
        return value in element.values or value.upper() in element.values
    return _fits_type(element, value)


def _fits_type(element: Element, value: str) -> bool:
    match element.type:
        case DataType.INTEGER:
            return _WHOLE.fullmatch(value) is not None
        case DataType.BOOLEAN:
            return value in _BOOLEANS
        case DataType.DATE | DataType.DATETIME:
            return _TIME.fullmatch(value) is not None
        case type_ if type_ in _NUMBERS:
            return _NUMBER.fullmatch(value) is not None
        case _:
            return element.length is None or len(value) <= element.length
