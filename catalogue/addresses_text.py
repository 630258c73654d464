"""A written address brought into one spelling: width, brackets, dashes, numerals, words that mean the same.

What is dropped is returned as remarks, so that nothing is lost silently. Pure functions, no I/O.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 300
"""Characters of an address text; a longer one is no address."""
_DIGITS: Final = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
    "○": 0,
}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_NUMERAL: Final = "[〇零○一二两三四五六七八九十百千]"
_COUNTED: Final = (
    rf"(?P<number>{_NUMERAL}+)"
    r"(?=(?:号|弄|栋|幢|座|单元|层|室|排|组|队|#|楼(?![村乡镇庄店子坡寨房]))|[、,]\d*(?:号|层|室))"
)
_ROAD_NUMBER: Final = re.compile(
    r"(?<![\d号第-])(?P<number>\d{1,2})(?=(?:大街|大道|支路|路|街|巷|胡同|道)(?![口东西南北]\d))"
)
_FREE_ZONE: Final = (
    (re.compile(r"(?:中国)?\(?上海\)?(?:自由贸易|自贸)试验区(?:临港新片区)?"), "上海市"),
    (
        re.compile(r"(?:中国)?\(?河南(?:省)?\)?(?:自由贸易|自贸)?试验区(郑州|开封|洛阳)片区(?:\([^()]{1,8}\))?"),
        r"\1市",
    ),
    (re.compile(r"(?:中国)?\(?河南(?:省)?\)?(?:自由贸易|自贸)试验区"), "河南省"),
)
_LEAD: Final = re.compile(
    r"^(?:中国|中华人民共和国|住所|地址|经营场所|注册地址|企业地址|营业地址)[::]?|^(?:县城关?|市区|城区|市)(?=[一-龥]{2})(?!场|政)"
)
_TRANSPARENT: Final = re.compile(r"市辖区|省直辖县级行政(?:区划|单位)|(?<=市)市区(?=[^一-龥]|$)")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|<([^<>]*)>|《([^《》]*)》")
_DASHES: Final = re.compile(r"[—–―─‐‑~〜]+|(?<=\d)至(?=\d)")
_SPACE: Final = re.compile(r"[\s·.。;;:]+")
_SAME: Final = (
    (re.compile(r"(?:楼)?号(?:楼|栋|幢)(?:楼)?"), "号楼"),
    (re.compile(r"(?<=[\dA-Z])(?:栋|幢|座)(?:楼)?"), "号楼"),
    (re.compile(r"(?<=\d)#楼"), "号楼"),
    (re.compile(r"(?<=\d)#(?=\d)"), "号楼"),
    (re.compile(r"(?<=\d)#"), "号"),
    (re.compile(r"第(?=\d+(?:号楼|单元|层|楼|号))"), ""),
    (re.compile(r"(?<=\d)(?:门牌|号门牌)"), "号"),
    (re.compile(r"街道办(?:事处)?|街办(?:事处)?"), "街道"),
    (re.compile(r"(?<=[一-龥])办事处"), "街道"),
    (re.compile(r"(?<=[一-龥])乡政府(?=所在地|院内)"), "乡"),
    (re.compile(r"(?<=[一-龥])镇政府(?=所在地|院内)"), "镇"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A text in one spelling, and the remarks taken out of it."""

    text: str
    remarks: tuple[str, ...] = ()


def number_of(numeral: str) -> int:
    """Return the value of a Chinese numeral: positional (二〇三 is 203) or with tens (一百二十三 is 123)."""
    if not any(character in _TENS for character in numeral):
        return int("".join(str(_DIGITS[character]) for character in numeral))
    total, digit = 0, 0
    for character in numeral:
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def numeral_of(number: int) -> str:
    """Return 1 to 99 as a Chinese numeral, as road names write it: 12 is 十二."""
    tens, ones = divmod(number, 10)
    names = "〇一二三四五六七八九"
    head = "" if tens == 0 else "十" if tens == 1 else names[tens] + "十"
    return head + (names[ones] if ones or not tens else "")


def folded(text: str) -> str:
    """Return a text in half-width capitals without blanks: what every comparison begins with."""
    text = unicodedata.normalize("NFKC", text).upper()
    return _SPACE.sub("", _DASHES.sub("-", text))


def spelled(text: str) -> str:
    """Return a folded text with numerals as digits where they count, and as numerals where they name a road."""
    text = re.sub(_COUNTED, lambda found: str(number_of(found["number"])), text)
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    return _ROAD_NUMBER.sub(lambda found: numeral_of(int(found["number"])) if int(found["number"]) else "0", text)


def written(text: str) -> Written | None:
    """Return an address text in one spelling; None where it cannot be read (too long, or its encoding is lost)."""
    if not text or len(text) > LONGEST or "\ufffd" in text:
        return None
    plain = folded(text)
    for pattern, place in _FREE_ZONE:
        plain = pattern.sub(place, plain, count=1)
    plain = _TRANSPARENT.sub("", _LEAD.sub("", plain))
    remarks: list[str] = []
    while (found := _BRACKETS.search(plain)) is not None:
        remarks.append(next((inner for inner in found.groups() if inner), ""))
        plain = plain[: found.start()] + plain[found.end() :]
    head, bracket, rest = plain.partition("(")
    if bracket and len(head) > 3:  # noqa: PLR2004 - an opened bracket that is never closed: the rest is a remark
        plain = head
        remarks.append(rest)
    plain = plain.strip("()[],、-")
    return Written(spelled(plain), tuple(remark for remark in remarks if remark))
