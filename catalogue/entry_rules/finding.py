"""What a rule says of an entry, and what a rule may know beside the entry. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from catalogue.classes import ClassTree
    from catalogue.entry import Entry

GUIDE: Final = "政务信息资源目录编制指南（试行） 发改高技〔2017〕1272号"
SHARING_RULES: Final = "政务数据共享条例"

ARTICLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "V01": f"{SHARING_RULES} 第十三条; {GUIDE}",
        "V02": f"{SHARING_RULES} 第十四条、第十五条",
        "V03": f"{SHARING_RULES} 第十四条、第十五条",
        "V04": f"{GUIDE}; 个人信息保护法 第二十五条; 吉林市信息化促进办法 第二十九条",
        "V05": f"{SHARING_RULES} 第十四条",
        "V06": "GB/T 43697-2024; 数据安全法 第二十一条",
        "V07": f"{SHARING_RULES} 第三条; 保守国家秘密法 第三十一条",
        "V08": f"{SHARING_RULES} 第十三条; 个人信息保护法 第五十五条",
        "V09": f"{SHARING_RULES} 第十二条、第十三条",
        "V10": GUIDE,
        "V11": f"GB 32100-2015; {GUIDE}",
        "V12": f"{SHARING_RULES} 第十九条",
        "V13": f"{SHARING_RULES} 第二十二条; {GUIDE}",
        "V14": "测绘法 第十条、第十一条",
        "V15": "政务信息资源共享管理暂行办法 国发〔2016〕51号",
        "V16": f"{SHARING_RULES} 第十七条、第二十七条",
        "V17": f"{SHARING_RULES} 第二十五条",
        "V18": "个人信息保护法 第二十五条; 保守国家秘密法 第三十一条",
        "V19": f"郑州市信息化建设管理办法 第二十条; {SHARING_RULES} 第十五条",
    }
)
"""Where each rule comes from."""


class Severity(StrEnum):
    """An error keeps the entry from being listed; a warning is shown to both sides."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found: where (JSON path), what, and how to mend it, in both languages."""

    rule: str
    severity: Severity
    path: str
    zh: str
    en: str
    mend_zh: str
    mend_en: str

    @property
    def article(self) -> str:
        """The source of the rule."""
        return ARTICLES[self.rule]


@dataclass(frozen=True, slots=True)
class ExemptionFact:
    """An exemption record on an item: its ground, and whether it is in force today."""

    column: str
    ground: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class AffectedGrant:
    """A stored permission that reads the published version: who holds it, and which columns."""

    holder: str
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Holding:
    """What a requester already holds from another resource: the quasi-identifying traits of its items."""

    requester: str
    resource: str
    traits: frozenset[str]


@dataclass(frozen=True, slots=True)
class ValidationContext:
    """What the rules need to know beside the entry.

    ``submitting_department`` is the credit code of the department that submits; ``titles`` the titles of the
    provider's other entries; ``element_sources`` maps an element (``P001``) to the department named as its
    source; ``second_sources`` are the subjects (:mod:`catalogue.subjects`) for which the authority allowed a further
    one, ``decided_sources`` maps a subject to the source the authority named by decision, which goes before the former.
    ``change_notice_filed``: the users were told and the change was filed (政务数据共享条例 第二十七条).
    ``classes`` is the classification tree in force (None: paths are not compared with it), ``own_lists`` name and
    version of departments' code lists (None: not known), ``own_elements`` the codes of the city's own data elements.
    """

    today: date
    submitting_department: str = ""
    titles: frozenset[str] = frozenset()
    exemptions: tuple[ExemptionFact, ...] = ()
    element_sources: Mapping[str, str] = field(default_factory=dict)
    second_sources: frozenset[str] = frozenset()
    decided_sources: Mapping[str, str] = field(default_factory=dict)
    previous: Entry | None = None
    affected_grants: tuple[AffectedGrant, ...] = ()
    change_notice_filed: bool = False
    holdings: tuple[Holding, ...] = ()
    classes: ClassTree | None = None
    own_lists: frozenset[tuple[str, str]] | None = None
    own_elements: frozenset[str] = frozenset()


def error(rule: str, path: str, text: tuple[str, str], mend: tuple[str, str]) -> Finding:
    """Return a finding that stops the entry; ``text`` and ``mend`` are Chinese and English."""
    return Finding(rule, Severity.ERROR, path, *text, *mend)


def warning(rule: str, path: str, text: tuple[str, str], mend: tuple[str, str]) -> Finding:
    """Return a finding that is shown and does not stop the entry."""
    return Finding(rule, Severity.WARNING, path, *text, *mend)
