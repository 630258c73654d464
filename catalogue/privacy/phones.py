"""Telephone numbers: mobile and fixed lines of China, 400 and 800, and those of other countries.

Forms: 电信网编号计划 (mobile 1 and ten digits, fixed lines with area code), ITU-T E.164 and E.123 (``+`` and country
code). A number without ``+``, area code or separators counts only near a word that says so. Linear expressions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from catalogue.privacy.area_codes import area_code
from catalogue.privacy.kinds import Kind, Span
from catalogue.privacy.labels import Label, nearest, says_phone_after, stands_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNTRY: Final = r"(?:\(?(?:\+|00)? ?86\)?[ -]{0,2}(?:\(0\))?)"
_MOBILE: Final = re.compile(
    rf"(?<![0-9]){_COUNTRY}?0?1[3-9](?:[0-9]{{9}}|[0-9]([ .-])[0-9]{{4}}\1[0-9]{{4}}|[0-9][ -][0-9]{{4}}[ -]?[0-9]{{4}}"
    r"|[0-9]{5}[ -][0-9]{4}|[0-9]{2}[ -][0-9]{3}[ -][0-9]{4}|[0-9][ -][0-9]{3}[ -][0-9]{5}"
    r"|[0-9][ -][0-9]{2}[ -][0-9]{3}[ -][0-9]{3})"
    r"(?![0-9])"
)
_LANDLINE: Final = re.compile(
    r"(?<![0-9])(?:\(?(?:\+|00) ?86\)?[ -]{0,2}|86[ -])?(?P<area>\(0[1-9][0-9]{1,2}\)"
    r"|\(?0?[1-9][0-9]{1,2}\)?)(?P<gap>[ -]{0,3})"
    r"(?P<line>[2-9](?:[0-9]{6,7}|[0-9]{2,3}[ -][0-9]{4}))(?![0-9])"
    r"(?:[ ]?(?:转|-|(?i:ext\.?)|[xX#])[ ]?[0-9]{1,5}(?![0-9]))?"
)
_SERVICE: Final = re.compile(
    r"(?<![0-9])[48]00([ -]?)(?:[0-9]{3}[ -]?[0-9]{4}|[0-9]{4}[ -]?[0-9]{3}|[0-9][ -][0-9]{3}[ -][0-9]{3})(?![0-9])"
)
_EXTENSION: Final = r"(?:[ ]?(?:x|ext\.? ?)[0-9]{1,6})?"
_PLUS: Final = re.compile(rf"(?<![0-9A-Za-z])\(?\+ ?[1-9](?:[ ./()-]{{0,3}}[0-9]){{6,16}}{_EXTENSION}(?![0-9])")
_NANP: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:1[ .-])?(?:00?1[ .-])?\(?[2-9][0-9]{2}\)?[ .-]{0,2}[0-9]{3}[.-][0-9]{4}(?:[ ]?(?:x"
    r"|ext\.? ?)[0-9]{1,6})?(?![0-9A-Za-z-])"
)
_LOOSE: Final = re.compile(
    rf"(?<![0-9A-Za-z./:-])\(?[0-9](?:[ ./()-]{{0,3}}[0-9]){{5,14}}{_EXTENSION}(?![0-9A-Za-z])(?!\.[0-9])"
)
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])\b|[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:19"
    r"|20)[0-9]{2}"
)
_SHORT, _LONGEST, _PLAUSIBLE = 6, 15, 8
_LOCAL: Final = range(7, 9)
_SEPARATED: Final = re.compile(r"[ ().-]")
_TOUCHES: Final = frozenset("._%&#@/\\")
_GAP: Final = 20


_SILENT: Final = frozenset({Label.NONE, Label.PHONE})
_GROUP: Final = re.compile("[0-9]+")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])")
_CLOSE: Final = 4
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_GOES_ON: Final = re.compile(r" ?[€$%£(]|[ -]{1,2}[0-9]")
_CITED: Final = re.compile(r"(?<![A-Za-z])(?!TEL|FAX|MOB)[A-Z]{2,5} $")
_FEWEST_GROUPS, _LARGEST_GROUP, _NATIONAL = 2, 4, 12


def phones(text: str, *, alone: bool = False) -> Iterator[Span]:
    """Yield telephone numbers of half-width ``text``, the surest forms first; later ones may overlap earlier ones."""
    yield from _mobiles(text, alone=alone)
    yield from _landlines(text, alone=alone)
    yield from _services(text, alone=alone)
    yield from _foreign(text, alone=alone)


def _label(text: str, start: int, *, alone: bool) -> tuple[Label, int]:
    return (Label.NONE, 0) if alone else nearest(text, start)


def _mobiles(text: str, *, alone: bool) -> Iterator[Span]:
    for match in _MOBILE.finditer(text):
        start, end = match.span()
        label, gap = _label(text, start, alone=alone)
        if label is Label.OTHER and gap <= _GAP and match[0][0] != "+":
            continue
        before = text[start - 1 : start]
        if label is not Label.PHONE and before.isascii() and (before.isalnum() or before in _TOUCHES):
            continue
        if text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit():
            continue
        if text[end : end + 1].isascii() and text[end : end + 1].isalpha() and label is not Label.PHONE:
            continue
        yield Span(start, end, Kind.PHONE)


def _landlines(text: str, *, alone: bool) -> Iterator[Span]:
    for match in _LANDLINE.finditer(text):
        start, end = match.span()
        area = match["area"].strip("()")
        label, gap = _label(text, start, alone=alone)
        has_country = match.start("area") > start
        if not area.startswith("0"):
            area = "0" + area if has_country else ""
        if area_code(area) != area or label is Label.OTHER or not stands_alone(text, start, end):
            continue
        separated = "(" in match["area"] or match["gap"] != "" or has_country
        if separated or alone or (label is Label.PHONE and gap <= _GAP):
            yield Span(start, end, Kind.PHONE, separated)
    if alone:
        return
    for match in _LOCAL_LINE.finditer(text):
        label, gap = nearest(text, match.start())
        if label is Label.PHONE and gap <= _NEAR_LOCAL and stands_alone(text, *match.span()):
            yield Span(*match.span(), Kind.PHONE, is_certain=False)


_LOCAL_LINE: Final = re.compile(r"(?<![0-9.-])[2-9](?:[0-9]{6,7}|[0-9]{2,3}-[0-9]{4})(?![0-9])(?![年月日元万亿人个号])")
_NEAR_LOCAL: Final = 8


def _services(text: str, *, alone: bool) -> Iterator[Span]:
    for match in _SERVICE.finditer(text):
        label, _ = _label(text, match.start(), alone=alone)
        if (
            stands_alone(text, *match.span())
            and label is not Label.OTHER
            and (match[1] or label is Label.PHONE or "-" in match[0])
        ):
            yield Span(*match.span(), Kind.PHONE)


def _foreign(text: str, *, alone: bool) -> Iterator[Span]:
    if "+" in text:
        for match in _PLUS.finditer(text):
            if _PLAUSIBLE <= _count(match[0]) <= _LONGEST + 6:
                yield Span(match.start(), match.end(), Kind.PHONE)
    for match in _NANP.finditer(text):
        label, _ = _label(text, match.start(), alone=alone)
        if label not in {Label.OTHER, Label.CARD, Label.PERSON}:
            yield Span(match.start(), match.end(), Kind.PHONE)
    for match in _LOOSE.finditer(text):
        start, end = match.span()
        digits = _count(re.split(r" ?(?:x|ext)", match[0])[0])
        if not _SHORT <= digits <= _LONGEST or _DATE.match(text, start + (match[0][0] == "("), end):
            continue
        if alone or text.endswith("用户", 0, start):
            continue
        label, gap = nearest(text, start)
        said = label is Label.PHONE and gap <= _GAP and _is_near(text, start, gap, match[0])
        grouped = label in _SILENT and _looks_grouped(text, start, match[0], digits)
        if said or grouped or says_phone_after(text, end):
            yield Span(start, end, Kind.PHONE, is_certain=False)


def _looks_grouped(text: str, start: int, number: str, digits: int) -> bool:
    """Whether a number in a text without Han characters is written in the groups of a telephone number."""
    groups = [len(group) for group in _GROUP.findall(number)]
    end = start + len(number)
    is_number = _PLAUSIBLE <= digits <= _NATIONAL and len(groups) > _FEWEST_GROUPS and max(groups) <= _LARGEST_GROUP
    is_other = (
        "/" in number
        or "(" in number[2:]
        or ("." in number and "-" in number)
        or _THOUSANDS.fullmatch(number) is not None
    )
    is_year = _YEAR.match(number.lstrip("(")) is not None
    goes_on = _GOES_ON.match(text, end) is not None or _CITED.search(text, max(0, start - 7), start) is not None
    if not is_number or is_other or is_year or goes_on:
        return False
    return _HAN.search(text, max(0, start - 40), start + 40) is None


def _is_near(text: str, start: int, gap: int, number: str) -> bool:
    """Whether only words without digits lie between the label and the number, and the number looks like one."""
    between = text[start - gap : start]
    if any(character.isdigit() for character in between) and not between.rstrip().endswith((",", "/", "或", "、", ";")):
        return False
    if between.count('"') > 1 or (gap > _CLOSE and _YEAR.match(number.lstrip("("))):
        return False
    return _SEPARATED.search(number) is not None or _count(number) >= _LOCAL.start


def _count(number: str) -> int:
    return sum(character.isdigit() for character in number)
