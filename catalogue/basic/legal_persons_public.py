"""Which elements of a body the law itself makes public, which it keeps closed, and the door of an individual business.

市场主体登记管理条例 第八条 (registered items), 第九条 (filed items); 企业信息公示暂行条例 第六条、第九条 (published by
the registrar and by the annual report; item 7 of Art. 9 only where the enterprise chooses). What stands here is the
outer limit: the register's entry decides within it what is open in this city. Pure.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.basic.legal_persons_kinds import BodyKind

if TYPE_CHECKING:
    from collections.abc import Mapping

REGISTERED: Final = (
    "L001", "L002", "L003", "L004", "L005", "L008", "L009", "L010", "L011", "L012", "L013", "L014", "L015",
    "L016", "L017", "L018", "L019", "L020", "L021", "L022",
)  # fmt: skip
"""Items of registration and what they are found by: published for every body."""

OF_COMPANIES: Final = ("L024",)
"""Published for companies alone: shareholders are a registered item of companies (第八条第二款)."""

OF_RECORD: Final = ("L036", "L037", "L038", "L039", "L040")
"""Licences, penalties, the list of abnormal operation, affiliation, the superior body."""

PUBLIC: Final = (*REGISTERED, *OF_COMPANIES, *OF_RECORD)
"""All the public may ever be told of a body."""

NEVER_PUBLIC: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("L006", "L007", "L025"),
            ("个人信息保护法 第二十五条", "numbers of persons' documents"),
        ),
        "L023": ("税收征收管理法 第八条", "tax numbers"),
        "L028": ("反洗钱法 第十九条", "beneficial owners"),
        **dict.fromkeys(
            ("L029", "L030", "L031", "L032", "L033", "L034"),
            ("企业信息公示暂行条例 第九条", "the enterprise chooses whether they are published"),
        ),
        "L035": ("社会保险法 第九十二条", "insured employees"),
        "L041": ("反不正当竞争法 第十条", "claims of trade secrets"),
        "L026": ("市场主体登记管理条例 第九条", "filed, published by the annual report"),
        "L027": ("市场主体登记管理条例 第九条", "filed, published by the annual report"),
    }
)
"""Elements the public query never gives, each with the provision and what it is."""

_DOOR: Final = re.compile(
    r"(?:[0-9A-Z一二三四五六七八九十百零〇两甲乙丙丁东西南北中附之#-]+)"
    r"(?:号院|号楼|号|栋|幢|座|楼|层|单元|室|户|弄|排|组|铺|间|门)"
)
_FIRST_NUMBER: Final = re.compile(r"[0-9]")
MASKED: Final = "***"


def is_public(element: str, kind: BodyKind) -> bool:
    """Whether the law lets the public be told an element of a body of this kind."""
    return element in REGISTERED or element in OF_RECORD or (element in OF_COMPANIES and kind is BodyKind.ENTERPRISE)


def public_address(address: str, kind: BodyKind) -> str:
    """Return an address as the public is told it: of an individual business street and place, never the door.

    Its place may be a home. What follows the first sign of a door is left out; an address in which none is
    recognised is cut at its first digit, and one without digits is given as it is.
    """
    if kind is not BodyKind.INDIVIDUAL_BUSINESS:
        return address
    found = _DOOR.search(address) or _FIRST_NUMBER.search(address)
    return address if found is None else f"{address[: found.start()].rstrip('（(、，, ')}{MASKED}"
