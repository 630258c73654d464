"""Which rules may withhold data: read the rank of a cited rule from its name.

政务数据共享条例 第十四条: *not shared* rests on a law, an administrative regulation or a decision of the State
Council; a departmental rule or a local document is not enough. Names follow 立法法 and 行政法规制定程序条例:
a law is called 法, an administrative regulation 条例, 规定 or 办法; local ones carry their place. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from catalogue.entry import Citation, CitationRank

SUFFICIENT: Final = frozenset(
    {CitationRank.LAW, CitationRank.ADMINISTRATIVE_REGULATION, CitationRank.STATE_COUNCIL_DECISION}
)
_WRITTEN: Final = re.compile(r"^\s*《?(?P<rule>[^《》第]+?)》?\s*(?P<article>第.+条.*)$")
_ARTICLE: Final = re.compile(r"第[0-9０-９零〇一二三四五六七八九十百]+条")
_PLACE: Final = re.compile(
    r"^(?!全国)[\u4e00-\u9fff]{2,8}?(?:省|自治区|特别行政区|经济特区|自治州|(?<!城)市(?!场|政)|县(?!级)|自治旗)"
)
"""A place at the head of the name; 城市, 市场 and 县级 are ordinary words, not places."""

_STATE_COUNCIL: Final = re.compile(r"国务院.*(?:决定|意见|通知|批复)|国发|国办发")
_DEPARTMENT: Final = re.compile(r"^[^（(]*(?:部|局|委|委员会|总局|署|厅)(?!队)|实施细则|细则|指南|通知|意见|标准|目录")
_BYLAW: Final = re.compile(r"办法|规定|规则|规范")


def parse_citation(text: str) -> Citation | None:
    """Read ``《统计法》第二十五条`` into a citation with its rank; None without a rule and an article."""
    match = _WRITTEN.match(text)
    if match is None or not _ARTICLE.search(match["article"]):
        return None
    return Citation(match["rule"].strip(), match["article"].strip(), rank_of(match["rule"]))


def rank_of(rule: str) -> CitationRank:
    """Return the rank a rule's name speaks for; when in doubt the lower one."""
    name = re.sub(r"[《》\s]|中华人民共和国|[（(][^（）()]*[）)]", "", rule)
    if _STATE_COUNCIL.search(name):
        return CitationRank.STATE_COUNCIL_DECISION
    if _PLACE.search(name):
        return CitationRank.LOCAL_REGULATION
    if name.endswith("法") and not name.endswith("办法"):
        return CitationRank.LAW
    if name.endswith("条例"):
        return CitationRank.ADMINISTRATIVE_REGULATION
    if _DEPARTMENT.search(name) or _BYLAW.search(name):
        return CitationRank.DEPARTMENTAL_RULE
    return CitationRank.OTHER


def is_sufficient(citation: Citation) -> bool:
    """Say whether a citation may withhold data: rule and article named, high enough by word and by name.

    A declared rank cannot lift a rule above what its name says, except that an administrative
    regulation may be called 规定 or 办法.
    """
    if not citation.rule.strip() or not _ARTICLE.search(citation.article) or citation.rank not in SUFFICIENT:
        return False
    spoken = rank_of(citation.rule)
    may_be_regulation = spoken is CitationRank.DEPARTMENTAL_RULE and _BYLAW.search(citation.rule) is not None
    return spoken in SUFFICIENT or (
        citation.rank is CitationRank.ADMINISTRATIVE_REGULATION
        and may_be_regulation
        and not _DEPARTMENT.search(citation.rule)
    )
