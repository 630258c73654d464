"""Secrecy marks and personal numbers in text: spans that must not pass the intake gate unseen.

State secrets and work secrets are outside 政务数据 (政务数据共享条例 第三条; 保守国家秘密法 第三十一条);
personal numbers belong only in items declared as such (个人信息保护法). *内部资料* is no secrecy mark.
The ``PREFILTER_*`` expressions are written for Polars (Rust regex) and hold for every text in which
``find_marks`` finds something of that group. Pure functions; a span gives positions, never the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from catalogue.divisions import DEMO_DIVISIONS, PROVINCES, was_ever_valid
from catalogue.everyday_values import luhn_holds
from catalogue.identifiers import citizen_check_character

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP: Final = r"[ \t\u3000\u00a0]*"
_DIGIT: Final = "[0-9０-９]"
_JOIN: Final = "[ \u3000\u00a0－-]?"
PREFILTER_SECRECY: Final = rf"密{_GAP}[★☆⭐✭*＊]|密{_GAP}级|工{_GAP}作{_GAP}秘{_GAP}密"
PREFILTER_PERSONAL: Final = (
    rf"[1-9１-９](?:{_JOIN}{_DIGIT}){{10,}}(?:{_JOIN}[0-9０-９XxＸｘ])?"
    r"|[0-9A-Za-z０-９Ａ-Ｚａ-ｚ._%+－．＿％＋-][@＠][0-9A-Za-z０-９Ａ-Ｚａ-ｚ]"
)

EARLIEST_BIRTH: Final = date(1900, 1, 1)
CONTEXT_LENGTH: Final = 12
"""Characters before a number that are read for words which say what it is."""


class MarkKind(StrEnum):
    """What a span is."""

    STATE_SECRET = "state_secret"
    WORK_SECRET = "work_secret"
    CITIZEN_ID = "citizen_id"
    PHONE = "phone"
    BANK_CARD = "bank_card"
    EMAIL = "email"

    @property
    def is_secrecy(self) -> bool:
        """Whether the text must not be kept at all."""
        return self in {MarkKind.STATE_SECRET, MarkKind.WORK_SECRET}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A span ``text[start:end]``; ``is_certain`` is false where a check character fails and only the shape speaks."""

    start: int
    end: int
    kind: MarkKind
    is_certain: bool = True


_PERIOD: Final = rf"{_GAP}(?:(?:[0-9]+|[一二三四五六七八九十]+){_GAP}(?:年|个{_GAP}月|月)|长{_GAP}期)"
_STATE_SECRET: Final = re.compile(
    rf"(?<!商业)(?<!工作)(?<!技术)(?:绝|机|秘){_GAP}密{_GAP}(?:[★☆⭐✭](?:{_PERIOD})?|\*{_PERIOD})"
    rf"|密{_GAP}级{_GAP}[:为]?{_GAP}[\[〔【(]?(?:绝|机|秘){_GAP}密"
)
_WORK_SECRET: Final = re.compile(
    rf"^[ \t\u3000\u00a0\[〔【(]*(?P<mark>工{_GAP}作{_GAP}秘{_GAP}密)"
    rf"(?:{_GAP}[★☆⭐✭](?:{_PERIOD})?)?[ \t\r\u3000\u00a0\]〕】)]*$"
    rf"|(?P<boxed>[\[〔【(]{_GAP}工{_GAP}作{_GAP}秘{_GAP}密{_GAP}[\]〕】)])"
    rf"|(?P<starred>工{_GAP}作{_GAP}秘{_GAP}密{_GAP}[★☆⭐✭](?:{_PERIOD})?)",
    re.MULTILINE,
)
_CITIZEN_ID: Final = re.compile(
    r"(?<![0-9])([1-9][0-9]{5})[ -]?([0-9]{8})[ -]?([0-9]{3}[0-9Xx])(?![0-9])(?![ -]?[0-9])"
)
_LEGACY_ID: Final = re.compile(r"(?<![0-9A-Za-z.])([1-9][0-9]{5})([0-9]{6})[0-9]{3}(?![0-9A-Za-z])")
_PHONE: Final = re.compile(
    r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?(1[3-9][0-9])([ -]?)[0-9]{4}\2[0-9]{4}(?![0-9A-Za-z])(?!\.[0-9])"
)
_BANK_CARD: Final = re.compile(
    r"(?<![0-9A-Za-z.])(?:62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}"
    r"|(?:62[0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2})([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{1,3})?"
    r"|62[0-9]{4}[ -][0-9]{10,13})(?![0-9A-Za-z])"
)
_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_SAYS_PERSON: Final = re.compile(r"身份|证件|证照号|公民|居民证|(?i:id[ _-]?card|id[ _-]?no)")
_SAYS_ORDER: Final = re.compile(
    r"订单|单号|流水|编号|编码|许可|案号|文号|发票|序号|条码|批号|合同|运单|快递|注册号|设备|序列|(?i:order|serial|sn)"
)
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)[!-~]+")
_SAYS_NUMBER: Final = re.compile(r"(?i:phone|mobile|tel|card|bank|acc(?:oun)?t)[a-z_]*[=/]$")
_PARAMETER_LENGTH: Final = 60
"""Characters of a web address before a number that are read for the name of a parameter."""
_HALF_WIDTH: Final = str.maketrans({chr(0xFF01 + i): chr(0x21 + i) for i in range(94)} | {"\u3000": " ", "\u00a0": " "})


def find_marks(text: str, *, today: date | None = None) -> tuple[Mark, ...]:
    """Return all spans in order of their start; spans never overlap.

    Args:
        text: any length; full-width forms are read as half-width.
        today: no birth date may lie after it; without it dates up to 2099 are plausible.

    """
    # One character is replaced by one, so that positions in ``plain`` are positions in ``text``.
    plain = text.translate(_HALF_WIDTH)
    latest = date(2099, 12, 31) if today is None else today
    links = tuple(match.span() for match in _ADDRESS.finditer(plain))
    found: list[Mark] = []
    groups = (
        _secrecy(plain),
        _citizen_ids(plain, latest),
        _emails(plain),
        _phones(plain, links),
        _bank_cards(plain, links),
    )
    for group in groups:
        for mark in group:
            # What is kept does not overlap, so only the neighbours of the place can.
            place = bisect_left(found, mark)
            if all(
                mark.end <= other.start or other.end <= mark.start for other in found[max(0, place - 1) : place + 1]
            ):
                found.insert(place, mark)
    return tuple(found)


def find_secrecy(text: str) -> tuple[tuple[int, int], ...]:
    """Return the places of secrecy marks alone; ``text`` is half-width already. They may overlap."""
    return tuple((mark.start, mark.end) for mark in _secrecy(text))


def _secrecy(text: str) -> Iterator[Mark]:
    if "密" not in text:
        return
    for match in _STATE_SECRET.finditer(text):
        yield Mark(match.start(), match.end(), MarkKind.STATE_SECRET)
    for match in _WORK_SECRET.finditer(text):
        group = match.lastgroup or 0
        yield Mark(match.start(group), match.end(group), MarkKind.WORK_SECRET)


def _citizen_ids(text: str, latest: date) -> Iterator[Mark]:
    for match in _CITIZEN_ID.finditer(text):
        division, born, tail = match.groups()
        context = _before(text, match.start())
        is_person = _SAYS_PERSON.search(context) is not None
        if not _is_birth(born, latest) or not _is_plausible_division(division, is_person=is_person):
            continue
        holds = citizen_check_character(division + born + tail[:3]) == tail[3].upper()
        if holds or is_person or (_stands_alone(text, match) and not _SAYS_ORDER.search(context)):
            yield Mark(match.start(), match.end(), MarkKind.CITIZEN_ID, holds)
    for match in _LEGACY_ID.finditer(text):
        division, born = match.groups()
        # Fifteen digits carry no check character: without a word that says so they are no identity number.
        if (
            _SAYS_PERSON.search(_before(text, match.start()))
            and was_ever_valid(division)
            and _is_birth("19" + born, latest)
        ):
            yield Mark(match.start(), match.end(), MarkKind.CITIZEN_ID, is_certain=False)


def _before(text: str, start: int) -> str:
    return text[max(0, start - CONTEXT_LENGTH) : start]


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    return re.search(r"[0-9A-Za-z_./-]", around) is None


def _is_plausible_division(division: str, *, is_person: bool) -> bool:
    if is_person or division[0] == "9":
        return division[:2] in PROVINCES or division[1:3] in PROVINCES or division[:2] == "83"
    return was_ever_valid(division) or division in DEMO_DIVISIONS


def _is_birth(digits: str, latest: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return EARLIEST_BIRTH <= born <= latest


def _is_part_of_address(text: str, start: int, links: Sequence[tuple[int, int]]) -> bool:
    """Say whether a number is a page's own in a web address: articles and posts have numbers like phones or cards."""
    place = bisect_left(links, (start, 0)) - 1
    if place < 0 or links[place][1] <= start:
        return False
    return _SAYS_NUMBER.search(text, max(links[place][0], start - _PARAMETER_LENGTH), start) is None


def _phones(text: str, links: Sequence[tuple[int, int]]) -> Iterator[Mark]:
    for match in _PHONE.finditer(text):
        if not _SAYS_ORDER.search(_before(text, match.start())) and not _is_part_of_address(text, match.start(), links):
            yield Mark(match.start(), match.end(), MarkKind.PHONE)


def _bank_cards(text: str, links: Sequence[tuple[int, int]]) -> Iterator[Mark]:
    for match in _BANK_CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match.group())
        start = match.start()
        if (
            luhn_holds(digits)
            and not _SAYS_ORDER.search(_before(text, start))
            and not _is_part_of_address(text, start, links)
        ):
            yield Mark(match.start(), match.end(), MarkKind.BANK_CARD)


def _emails(text: str) -> Iterator[Mark]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Mark(match.start(), match.end(), MarkKind.EMAIL)
