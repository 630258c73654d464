"""Passports and travel permits, number plates, credit codes, foreign numbers, account numbers, birth dates.

GA 36-2018 (number plates), 护照法 and the forms of today's passports, GB 32100-2015 (credit codes), ISO 13616
(IBAN). A form that much else shares (a passport's) counts only near its word. Linear expressions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from catalogue.identifiers import organisation_check_character
from catalogue.patterns import USCC_ALPHABET
from catalogue.privacy.kinds import Kind, Span
from catalogue.privacy.labels import Label, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSPORT: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[EGDPSegdps][0-9]{8}|[Ee][A-HJ-NP-Za-hj-np-z][0-9]{7}|[DSPdsp][Ee]?[0-9]{7}|1[45][0-9]{7}"
    r"|[CHMchm][0-9]{8}(?:[0-9]{2})?"
    r"|[A-Z]{1,2}[0-9]{6,8})(?![0-9A-Za-z])"
)
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z](?:[·•‧∙.・ -]?[A-HJ-NP-Z0-9]){4,5}"
    r"(?:[A-HJ-NP-Z0-9]|[挂学警港澳领试超])(?![0-9A-Za-z])"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][·•‧∙.・ -]?[A-HJ-NP-Z0-9]{5}(?![0-9A-Za-z])"
)
_CREDIT: Final = re.compile(rf"(?<![0-9A-Za-z])[1-9ANY][1-9][0-9]{{6}}[{USCC_ALPHABET}]{{10}}(?![0-9A-Za-z])")
_SSN: Final = re.compile(r"(?<![0-9A-Za-z-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z-])")
_CODES: Final = "ADAEATBEBGCHCYCZDEDKEEESFIFRGBGRHRHUIEILISITLILTLULVMCMTNLNOPLPTRORSSASESISKSMTRUA"
_COUNTRIES: Final = frozenset(_CODES[index : index + 2] for index in range(0, len(_CODES), 2))
"""Countries whose accounts have such numbers."""
_IBAN: Final = re.compile(
    r"(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}(?:[A-Za-z0-9]{11,30}"
    r"|(?: [A-Za-z0-9]{4}){2,7}(?: [A-Za-z0-9]{1,3})?)(?![0-9A-Za-z])"
)
_LICENCE: Final = re.compile(
    r"(?i:driv(?:er'?s?|ing) licen[cs]e)(?: (?:no\.?|number|#))?(?: is"
    r"|:)? ?(?P<id>[A-Z0-9][A-Z0-9-]{5,17})(?![0-9A-Za-z])"
)
_HONG_KONG: Final = re.compile(r"(?<![0-9A-Za-z])[A-Z]{1,2}[0-9]{6}\([0-9A]\)")
_DAY: Final = (
    r"(?P<day>(?:19|20)[0-9]{2}(?:[-/.][01]?[0-9][-/.][0-3]?[0-9]|年[01]?[0-9]月(?:[0-3]?[0-9]日)?"
    r"|[01][0-9][0-3][0-9])(?![0-9])"
    r"|[0-3]?[0-9][/.-][0-3]?[0-9][/.-](?:19|20)[0-9]{2}(?![0-9])"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? [0-3]?[0-9](?:st|nd|rd|th)?,? (?:19"
    r"|20)[0-9]{2})"
)
_BORN: Final = re.compile(
    rf"(?:出生(?:日期|年月日?|时间|于)?|生日|生于|(?i:date of birth|birth ?(?:day|date)|born(?: on)?|\bdob\b"
    rf"|csrq))[^\w]{{0,3}}(?:[是为:于]|is|on)?[ ]{{0,2}}{_DAY}"
)
_BORN_AFTER: Final = re.compile(rf"{_DAY}[ ]?(?:出生|生人|生(?=[,，。;；)]))")
_DIGITS_IN_PLATE: Final = 2
_WORD_LENGTH: Final = 20


def documents(text: str) -> Iterator[Span]:
    """Yield everything of this module found in half-width ``text``."""
    yield from _plates(text)
    for match in _PASSPORT.finditer(text):
        if nearest(text, match.start(), reach=_WORD_LENGTH)[0] is Label.PASSPORT:
            yield Span(match.start(), match.end(), Kind.PASSPORT)
    for pattern in (_SSN, _HONG_KONG):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), Kind.FOREIGN_ID)
    for match in _LICENCE.finditer(text):
        yield Span(match.start("id"), match.end("id"), Kind.FOREIGN_ID, is_certain=False)
    for match in _IBAN.finditer(text):
        if _iban_holds(match[0]):
            yield Span(match.start(), match.end(), Kind.IBAN)


def credit_codes(text: str) -> Iterator[Span]:
    """Yield credit codes whose check character holds; look for persons' numbers first, one of 27 has that form too."""
    for match in _CREDIT.finditer(text):
        if organisation_check_character(match[0][:17]) == match[0][17]:
            yield Span(match.start(), match.end(), Kind.CREDIT_CODE)


def births(text: str) -> Iterator[Span]:
    """Yield dates that are said to be somebody's birth."""
    for pattern in (_BORN, _BORN_AFTER):
        for match in pattern.finditer(text):
            yield Span(match.start("day"), match.end("day"), Kind.BIRTH_DATE)


def _plates(text: str) -> Iterator[Span]:
    for match in _PLATE.finditer(text):
        if sum(character.isdigit() for character in match[0]) >= _DIGITS_IN_PLATE:
            yield Span(match.start(), match.end(), Kind.PLATE)


def _iban_holds(value: str) -> bool:
    """ISO 7064 MOD 97-10 over the number with its first four characters moved to the end."""
    plain = value.replace(" ", "").upper()
    if plain[:2] not in _COUNTRIES:
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
