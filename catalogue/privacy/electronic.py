"""E-mail addresses, network addresses, WeChat ids and QQ numbers. Linear expressions, bounded repeats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from catalogue.privacy.kinds import Kind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT: Final = r"(?:@| ?[\[(] ?(?:at|AT|@) ?[\])] ?)"
_EMAIL: Final = re.compile(
    rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_][A-Za-z0-9._%+'-]{{0,63}}{_AT}(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,8}}[A-Za-z]{{2,24}}(?![A-Za-z0-9])"
)
_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IP4: Final = re.compile(rf"(?<![0-9A-Za-z.-])(?:{_OCTET}\.){{3}}{_OCTET}(?![0-9A-Za-z-])(?!\.[0-9])")
_IP6: Final = re.compile(
    r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![0-9A-Za-z:])"
)
_VERSION: Final = re.compile(r"(?i:version|ver\.?|版本|[v§])[ :]?$")
_WECHAT: Final = re.compile(
    r"(?:微信号?|(?i:wechat|weixin)(?: ?(?:id|ID))?)(?:[:是为]| ?: ?"
    r"|\s){0,3}(?P<id>[A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9@.])"
)
_QQ: Final = re.compile(
    r"(?:(?<![0-9A-Za-z])[Qq]{2}|扣扣)(?:号码?|群)?(?:[:是为]| ?: ?|\s){0,3}(?P<id>[1-9][0-9]{4,10})(?![0-9@])"
)
_NOT_AN_ID: Final = re.compile(r"(?i:official|public|account|group|pay|wechat|weixin)")


def emails(text: str) -> Iterator[Span]:
    """Yield e-mail addresses, also with ``[at]`` for the sign."""
    if "@" in text or "[" in text or "(" in text:
        for match in _EMAIL.finditer(text):
            yield Span(match.start(), match.end(), Kind.EMAIL)


def addresses(text: str) -> Iterator[Span]:
    """Yield IPv4 and IPv6 addresses; version numbers are none."""
    if "." in text:
        for match in _IP4.finditer(text):
            if _VERSION.search(text, max(0, match.start() - 10), match.start()) is None:
                yield Span(match.start(), match.end(), Kind.IP)
    if ":" in text:
        for match in _IP6.finditer(text):
            yield Span(match.start(), match.end(), Kind.IP)


def accounts(text: str) -> Iterator[Span]:
    """Yield WeChat ids and QQ numbers that are called so."""
    for match in _WECHAT.finditer(text):
        if _NOT_AN_ID.match(match["id"]) is None:
            yield Span(match.start("id"), match.end("id"), Kind.WECHAT)
    for match in _QQ.finditer(text):
        yield Span(match.start("id"), match.end("id"), Kind.QQ)
