"""Addresses with a house number: Chinese ones from the number back to the province or the word before; English ones.

A road alone is no personal information; a house number on it may be. Only a bounded piece before the number is
looked at. GB/T 23705 (order of the parts of an address). Linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from catalogue.privacy.kinds import Kind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_HAN: Final = "\u4e00-\u9fff"
_CORE: Final = re.compile(
    rf"(?:大道|大街|大路|路|街|巷|弄|胡同|道|里|村|园|苑|小区|庄|屯|组"
    rf"|段)[东南西北中]?[ ]?[0-9]{{1,6}}(?:-[0-9]{{1,4}})?号?(?<=号)"
    rf"(?:[{_HAN}]{{1,12}}?(?=[0-9]))?(?:[0-9A-Za-z]{{1,5}}(?:号楼|栋|幢|座|单元|楼|层|室|户|号|门)[-]?){{0,5}}"
    rf"|(?:小区|花园|家园|公寓|大厦|苑|新村|广场|院)[ ]?[0-9A-Za-z]{{1,4}}(?:号楼|栋|幢"
    rf"|座)[0-9A-Za-z]{{0,4}}(?:单元)?[0-9A-Za-z]{{0,5}}(?:室|户|号)?"
    rf"|[{_HAN}]{{1,8}}(?:村|屯|庄)[{_HAN}]{{0,4}}[0-9一二三四五六七八九十]{{1,3}}(?:组|社|队)[0-9]{{0,4}}号?"
)
_PROVINCES: Final = (
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南"
    "|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|台湾|香港|澳门"
)
_START: Final = re.compile(rf"(?:{_PROVINCES})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?")
_LABEL: Final = re.compile(
    r"(?:地址|住址|住所|家住|居住[于在]?|现居住?[于在]?|户籍(?:地|所在地)?|位于|住在|住|坐落于?|籍贯)[:为是于在]?[ ]?"
)
_STOP: Final = re.compile(rf"[^{_HAN}0-9A-Za-z ()（）-]")
_BACK: Final = 44
_STREET: Final = (
    "Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Parkway"
    "|Pkwy|Circle|Cir|Trail|Highway|Hwy"
    "|Ramp|Crescent|Plaza|Alley|Row|Close|Mews|Gardens|Walk|Route|Loop|Ridge|Crossing|Strasse|Straße|Rue|Via"
)
_ENGLISH: Final = re.compile(
    rf"(?<![0-9A-Za-z$£€.#-])[0-9]{{1,6}}[A-Za-z]?(?: (?:[A-Z0-9][A-Za-z0-9.'’-]{{0,20}}|de|la|du"
    rf"|des)){{1,4}}? (?:{_STREET})\b\.?(?:,? (?:Suite|Apt\.?|Unit|Floor|No\.?) ?[0-9A-Za-z]{{1,6}})?"
)
_RESIDES: Final = re.compile(
    r"(?:(?:resid(?:es|ing)|lives|living|located|resident) (?:at|in|of)|address(?: is|:)"
    r"|home at) (?P<place>[0-9]{1,6}[A-Za-z]?(?: [A-Z0-9][A-Za-z0-9.'’-]{0,20}){1,5})"
)


def addresses(text: str) -> Iterator[Span]:
    """Yield addresses in half-width ``text``."""
    for match in _CORE.finditer(text):
        start, certain = _begin(text, match.start())
        if start < match.start():
            yield Span(start, match.end(), Kind.ADDRESS, certain)
    for pattern, group in ((_ENGLISH, 0), (_RESIDES, "place")):
        for match in pattern.finditer(text):
            span = match.span(group)
            end = span[1] - (text[span[1] - 1] == ".")
            yield Span(span[0], end, Kind.ADDRESS, is_certain=False)


def _begin(text: str, core: int) -> tuple[int, bool]:
    """Return where the address begins: at a province, after a word that announces it, or after a mark."""
    first = max(0, core - _BACK)
    piece = text[first:core]
    stop = -1
    for match in _STOP.finditer(piece):
        stop = match.end()
    if stop > 0:
        first, piece = first + stop, piece[stop:]
    province = None
    for match in _START.finditer(piece):
        province = match.start() if province is None else province
    if province is not None:
        return first + province, True
    label = None
    for match in _LABEL.finditer(piece):
        label = match.end()
    if label is not None:
        return first + label, True
    return max(first, core - 16), False
