"""Reading citations: which rule a text names, of what rank, and with which article.

不予共享 may rest only on a law, an administrative regulation or a State Council decision, with its
article (政务数据共享条例 Art. 14-15; check V03 of the directory). A ministry's rule (部门规章, 部门办法) or a
local document is not enough, whatever it is called. What is not recognised does not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from policies.packs.model import RuleKind

if TYPE_CHECKING:
    from policies.packs.model import Pack

NATIONAL_KINDS = frozenset({RuleKind.LAW, RuleKind.ADMINISTRATIVE_REGULATION, RuleKind.STATE_COUNCIL_DECISION})

_STATE = "中华人民共和国"
_NUMERAL = r"[0-9〇零一二三四五六七八九十百千]"
# The article must follow the name, past closing marks, a document number or a year in brackets.
_ARTICLE = rf"》?\s*(?:[（(〔\[][^）)〕\]]{{0,40}}[）)〕\]]号?\s*)?(?:第\s*({_NUMERAL}+)\s*条|Art\.?\s*([0-9]+))"
_QUOTED = re.compile(rf"《([^》]{{2,60}})》?{_ARTICLE}")
_BARE = re.compile(rf"([一-鿿〔〕0-9]{{2,60}}){_ARTICLE}")
# State Council documents: 国发 (not 国办发, the General Office), its orders and its own decisions; the
# decisions of the National People's Congress rank no lower. The article must follow at once.
_COUNCIL = re.compile(
    rf"(?:国发\s*〔[0-9]{{4}}〕\s*[0-9]+\s*号|国务院令\s*第?\s*{_NUMERAL}+\s*号"
    rf"|(?:国务院|全国人民代表大会|全国人民代表大会常务委员会)关于[^，。；《》]{{2,40}}决定)"
    rf"[）)》\s]*(?:第\s*{_NUMERAL}+\s*(?:条|项|款|部分)|Art\.?\s*[0-9]+)"
)


class Citation(NamedTuple):
    """One rule named in a text, its rank (None: not recognised) and the article."""

    name: str
    kind: RuleKind | None
    article: str


def read_citations(text: str, pack: Pack) -> tuple[Citation, ...]:
    """Return every rule that ``text`` names together with an article, in order of appearance."""
    found: list[Citation] = []
    for pattern in (_QUOTED, _BARE):
        for match in pattern.finditer(text):
            name = match.group(1)
            found.append(Citation(name, _rank(name, pack, quoted=pattern is _QUOTED), match.group(2) or match.group(3)))
    found.extend(Citation(m.group(0), RuleKind.STATE_COUNCIL_DECISION, m.group(0)) for m in _COUNCIL.finditer(text))
    return tuple(found)


def citation_is_sufficient(text: str, pack: Pack) -> bool:
    """Return whether ``text`` cites a law, administrative regulation or State Council decision with its article."""
    return any(citation.kind in NATIONAL_KINDS for citation in read_citations(text, pack))


def _rank(name: str, pack: Pack, *, quoted: bool) -> RuleKind | None:
    """Return the rank of a rule by its name; None when it is not known for sure."""
    short = name.strip().removeprefix(_STATE)
    known = pack.laws.get(short)
    if known is not None:
        return known
    if not quoted:
        return _rank_of_tail(short, pack)
    if name.startswith(_STATE) and not short.endswith(("办法", "方法", "规则")):
        # The full official title: statutes end in 法, the State Council's regulations in 条例.
        if short.endswith("法"):
            return RuleKind.LAW
        if short.endswith("条例"):
            return RuleKind.ADMINISTRATIVE_REGULATION
    return None


def _rank_of_tail(words: str, pack: Pack) -> RuleKind | None:
    """Return the rank of the known rule a run of words ends in (依据保守国家秘密法), the longest name first.

    A local rule whose name ends like a national one (上海市数据条例) is listed under its own name, and a
    longer unknown name (某某市统计法实施条例) is not mistaken for the shorter one: only words of reference
    may stand before a bare name.
    """
    for name in sorted(pack.laws, key=len, reverse=True):
        if words.endswith(name):
            before = words.removesuffix(name).removesuffix(_STATE)
            return pack.laws[name] if re.fullmatch(r"|.*(?:依据|根据|按照|依照|违反|参照|和|及|与)", before) else None
    return None
