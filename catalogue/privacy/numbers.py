"""Identity numbers and bank cards in text, also those whose check digit fails (GB 11643-1999; ISO/IEC 7812).

A number is taken for an identity number by what speaks for it: a word before it, a birth date inside, a division
that existed, a check digit that holds. Real files are full of numbers with a wrong check digit, and of order
numbers of the same length: no single sign decides. All expressions are linear: bounded repeats, no nesting.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from catalogue.divisions import DEMO_DIVISIONS, PROVINCES, was_ever_valid
from catalogue.everyday_values import luhn_holds
from catalogue.identifiers import citizen_check_character, organisation_check_character
from catalogue.privacy.kinds import Kind, Span
from catalogue.privacy.labels import Label, is_touched, nearest, stands_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG: Final = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){11,20}[xX]?(?![0-9])|(?<![0-9])[0-9]{11,20}[xX]?(?![0-9])")
_BLOCKS: Final = re.compile(r"[0-9]+[xX]?")
_FIRST_YEAR: Final = 1900
_NEW, _OLD = 18, 15
_NEAR: Final = 14
"""Characters between a word and its number within which the word alone is enough."""
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_EVENLY: Final = 4


def numbers(text: str, latest: date, *, alone: bool = False) -> Iterator[Span]:
    """Yield identity numbers and bank cards of half-width ``text``; birth dates lie not after ``latest``.

    ``alone``: the text is one value of a column, so nothing around it speaks.
    """
    for match in _LONG.finditer(text):
        for start, end in _pieces(text, match.start(), match.end()):
            span = _classified(text, start, end, latest, alone=alone)
            if span is not None:
                yield span


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split a run at its gaps where its blocks are numbers of their own; a grouped number stays whole."""
    blocks = [(block.start(), block.end()) for block in _BLOCKS.finditer(text, start, end)]
    sizes = [last - first for first, last in blocks]
    total = sum(sizes)
    if len(blocks) == 1 or (total <= _NEW + 2 and _is_grouped(sizes)):
        yield start, end
        return
    for first, last in blocks:
        if last - first >= 12:  # noqa: PLR2004 - the shortest card has twelve digits
            yield first, last


def _is_grouped(sizes: list[int]) -> bool:
    """Whether blocks look like one number written in groups: 6-8-4, 4-4-4-4-3, 6-4-4-4, 3-3-4-…, 6-13."""
    if sizes[0] == 6 and sum(sizes) in {_NEW, _OLD, 16, 19}:  # noqa: PLR2004
        return True
    if sum(sizes) == _NEW and len(sizes) <= 6:  # noqa: PLR2004
        return True
    return all(size == _EVENLY for size in sizes[:-1]) and sizes[-1] <= _EVENLY + 3


def _classified(text: str, start: int, end: int, latest: date, *, alone: bool) -> Span | None:
    digits = text[start:end].replace(" ", "").replace("-", "").upper()
    if not digits[:-1].isdigit():
        return None
    label, gap = (Label.NONE, 0) if alone else nearest(text, start)
    by_itself = stands_alone(text, start, end)
    if is_touched(text, start, end) or label in {Label.CREDIT, Label.PASSPORT}:
        return None
    certain = _identity(digits, latest, label, by_itself=by_itself, in_han=alone or _in_han(text, start))
    if certain is not None and not (label is Label.CARD and not certain):
        return Span(start, end, Kind.CITIZEN_ID, certain)
    if label is Label.PERSON and gap <= _NEAR and by_itself and _OLD - 1 <= len(digits) <= _NEW + 2:
        return Span(start, end, Kind.CITIZEN_ID, is_certain=False)
    holds = _card(digits, label, by_itself=by_itself, alone=alone) if digits[-1] != "X" else None
    return None if holds is None else Span(start, end, Kind.BANK_CARD, holds)


def _in_han(text: str, start: int) -> bool:
    return _HAN.search(text, max(0, start - 40), start) is not None


def is_birth(digits: str, latest: date) -> bool:
    """Say whether eight digits are a day on which somebody alive or on file can be born."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= _FIRST_YEAR and born <= latest


def is_place(division: str) -> bool:
    """Say whether six digits can begin an identity number: any division there ever was, residence permits too."""
    if division[0] == "9":
        return division[1:3] in PROVINCES
    return was_ever_valid(division) or division in DEMO_DIVISIONS or division[:2] in {"81", "82", "83"}


def _identity(digits: str, latest: date, label: Label, *, by_itself: bool, in_han: bool) -> bool | None:
    """Return True or False (the check digit holds, or fails) where a number is an identity number, else None."""
    if len(digits) == _NEW:
        return _new_form(digits, latest, label, by_itself=by_itself, in_han=in_han)
    if len(digits) == _OLD and digits.isdigit() and by_itself:
        old = is_place(digits[:6]) and is_birth("19" + digits[6:12], latest)
        # Fifteen digits carry no check: any of them near a word for it, else only with a division and a birth date.
        if label is Label.PERSON or (old and label is Label.NONE and not (_issuer(digits) and luhn_holds(digits))):
            return False
    return None


def _new_form(digits: str, latest: date, label: Label, *, by_itself: bool, in_han: bool) -> bool | None:
    holds = citizen_check_character(digits[:17]) == digits[17]
    born = is_birth(digits[6:14], latest)
    if label is Label.PERSON:
        return holds and born if digits[0] != "0" or by_itself else None
    if not born or digits[0] == "0":
        return None
    place = is_place(digits[:6])
    if holds and place:
        return True
    # Credit codes of firms begin with 9 too, and far more often than cards of permanent residents.
    is_firm = digits[0] == "9" and (not holds or organisation_check_character(digits[:17]) == digits[17])
    is_other = label in {Label.OTHER, Label.MONEY} or (label is Label.CARD and _issuer(digits))
    if is_firm or is_other or not by_itself:
        return None
    return False if place or (digits[:2] in PROVINCES and holds) or not in_han else None


_ISSUERS: Final = re.compile(
    r"62[0-9]{14,17}|4[0-9]{12}(?:[0-9]{3}){0,2}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}|35[0-9]{14}|(?:2131|1800)[0-9]{11}|3(?:0[0-5]|[689][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}"
    r"|(?:5[0678]|6[0137])[0-9]{10,17}"
)
_UNIONPAY: Final = re.compile(r"62[0-9]{14}(?:[0-9]{3})?")
_CARD_LENGTHS: Final = range(12, 22)
_ALONE: Final = frozenset({15, 16, 19})
"""Lengths believed without a word: registers of firms count with the same check sum in 14 digits."""
_MAESTRO: Final = re.compile(r"(?:5[0678]|6[0137])[0-9]{10,17}")


def _issuer(digits: str) -> bool:
    return _ISSUERS.fullmatch(digits) is not None


def _card(digits: str, label: Label, *, by_itself: bool, alone: bool) -> bool | None:
    """Return True or False (the Luhn sum holds, or fails) where a number is a bank card or account, else None."""
    if len(digits) not in _CARD_LENGTHS or not by_itself:
        return None
    holds = luhn_holds(digits)
    if label is Label.CARD:
        return holds and _issuer(digits)
    if label in {Label.OTHER, Label.PERSON, Label.PHONE, Label.MONEY} and not (holds and label is Label.PHONE):
        return None
    if holds and _issuer(digits) and len(digits) in _ALONE and (not alone or _MAESTRO.fullmatch(digits) is None):
        return True
    return False if _UNIONPAY.fullmatch(digits) and not alone else None
