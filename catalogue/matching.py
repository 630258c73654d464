"""Compare a claimed value with the stored one: match, mismatch, or cannot verify. Nothing else is told.

Names after base-databases 1.1: NFC, spaces removed, the middle dots U+00B7, U+2022, U+30FB unified; a name
that may hide a rare character (ideographic description, private use, Latin spelling of a Han name) gives
``CANNOT_VERIFY``, never ``MISMATCH``. Codes are compared as codes; a label of the code list reads as its code.
Pure.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from catalogue.code_lists import CodeListNotFoundError, load_code_list
from catalogue.item import DataType

if TYPE_CHECKING:
    from catalogue.item import Item

_DOTS = re.compile("[\u2022\u30fb\uff65\u2027]")
_SPACES = re.compile(r"\s+")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_DESCRIPTION = re.compile("[\u2ff0-\u2fff\u31ef\ufffd\u25a1?]")
_PINYIN_INSIDE = re.compile("[A-Za-z]")
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Selectors that choose a drawing of the same character."""
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


class MatchResult(StrEnum):
    """Outcome of one comparison (base-databases section 7)."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    CANNOT_VERIFY = "cannot_verify"


def normal_name(name: str) -> str:
    """Return a name as it is compared."""
    return _DOTS.sub("\u00b7", _SPACES.sub("", _VARIANTS.sub("", unicodedata.normalize("NFC", name))))


def is_doubtful_name(name: str) -> bool:
    """Whether a name may be written around a character the writer could not type."""
    if _DESCRIPTION.search(name) or any(unicodedata.category(char) == "Co" for char in name):
        return True
    return _HAN.search(name) is not None and _PINYIN_INSIDE.search(name) is not None


def _is_spelled(name: str) -> bool:
    """Whether a name stands in letters alone: the spelling of a Han name, or a name that never had characters."""
    return _HAN.search(name) is None and _PINYIN_INSIDE.search(name) is not None


def compare_names(stored: str, claimed: str) -> MatchResult:
    """Compare two names; where one may be a way around a character that could not be typed, nothing is said."""
    if normal_name(stored) == normal_name(claimed):
        return MatchResult.MATCH
    if is_doubtful_name(stored) or is_doubtful_name(claimed) or _is_spelled(stored) != _is_spelled(claimed):
        return MatchResult.CANNOT_VERIFY
    return MatchResult.MISMATCH


def _as_code(item: Item, value: str) -> str:
    """Return the code of a label, or the value itself."""
    if item.code_list is None:
        return value
    try:
        rows = load_code_list(item.code_list.name).rows
    except CodeListNotFoundError:
        return value
    if value in rows:
        return value
    return next((code for code, row in rows.items() if row.name_zh == value), value)


def normal_value(item: Item, value: str) -> str:
    """Return a claimed value in the form in which the item is stored, as far as it can be read."""
    text = unicodedata.normalize("NFKC", value).strip()
    if item.type is DataType.DATE and (found := _DATE.fullmatch(text)):
        year, month, day = (int(part) for part in found.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return text
    if item.check in {"citizen_id", "organisation_code"}:
        return text.upper()
    return _as_code(item, text)


def compare(item: Item, stored: object, claimed: str) -> MatchResult:
    """Compare one item; a stored null cannot be verified."""
    if stored is None or stored == "":
        return MatchResult.CANNOT_VERIFY
    if item.masking == "name":
        return compare_names(str(stored), claimed)
    wanted = normal_value(item, claimed)
    if isinstance(stored, datetime | date):
        same = stored.isoformat() == wanted
    elif isinstance(stored, bool):
        same = wanted.lower() in ({"true", "1", "是"} if stored else {"false", "0", "否"})
    elif isinstance(stored, int | float | Decimal):
        try:
            same = Decimal(str(stored)) == Decimal(wanted)
        except InvalidOperation:
            same = False
    else:
        same = normal_value(item, str(stored)) == wanted
    return MatchResult.MATCH if same else MatchResult.MISMATCH
