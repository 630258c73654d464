"""What a regulation pack holds once it is loaded: immutable values, checked for completeness.

A pack is the law of one jurisdiction as data: articles, the closed list of grounds, deadlines, the
decision table, switches. Deadlines and grounds come from here, never from code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from policies.errors import DomainError
from policies.facts import Path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.claims import OrganLevel, SecrecyLevel
    from policies.facts import DataClass, Outcome, RequesterClass
    from policies.obligations import Obligation
    from policies.text import Text


class PackError(DomainError):
    """A pack's data is incomplete or contradicts itself; the message names file, row and remedy."""

    def __init__(self, where: str, zh: str, en: str) -> None:
        """Say where (file, row) and what is wrong, in both languages."""
        super().__init__(
            f"{where}：{zh}",
            f"{where}: {en}",
            next_zh="修正该文件或安装完整的法规包后重新启动。",
            next_en="Mend the file, or install an intact pack, and start again.",
            facts={"where": where},
        )


class GroundKind(StrEnum):
    """What a code of the grounds list is good for; only some may found a refusal."""

    GROUND = "ground"
    FOI_GROUND = "foi_ground"
    FOI_HANDLING = "foi_handling"
    NATIONAL_OVERLAY = "national_overlay"
    INADMISSIBLE = "inadmissible"


class RuleKind(StrEnum):
    """Rank of a legal text. The first three may be cited for 不予共享 (政务数据共享条例 Art. 14)."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    STATE_COUNCIL_DECISION = "state_council_decision"
    JUDICIAL_INTERPRETATION = "judicial_interpretation"
    DEPARTMENTAL_RULE = "departmental_rule"
    LOCAL_RULE = "local_rule"
    STANDARD = "standard"
    PRODUCT = "product"


class Unit(StrEnum):
    """Unit of a deadline. ``*_MIN`` are times to keep, ``DATE`` a yearly MM-DD, ``NONE`` has no figure."""

    WORKING_DAY = "working_day"
    DAY = "day"
    HOUR = "hour"
    MONTH = "month"
    YEAR = "year"
    MONTH_MIN = "month_min"
    YEAR_MIN = "year_min"
    DATE = "date"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One article: the rule's name, its number, and our own short title."""

    law: str
    number: str
    title: Text


@dataclass(frozen=True, slots=True)
class Ground:
    """One code of the grounds list.

    ``article`` names the pack's own provision first; ``forms`` are the narrower forms that must be
    considered before a refusal; ``remedies`` the remedy text by path.
    """

    code: str
    name: Text
    kind: GroundKind
    article: str
    paths: frozenset[Path]
    decided_by: Text
    forms: tuple[str, ...]
    remedies: Mapping[Path, Text]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline. ``value`` and ``extension`` count ``unit``; ``date`` is MM-DD for yearly dates.

    ``pauses`` are the reasons the law lets the clock stand still for, ``silence`` what silence means
    (only ever ``organ_decides`` or ``consent``; never a refusal).
    """

    code: str
    name: Text
    source: str
    unit: Unit
    value: int | None
    date: str | None
    extension: int | None
    extension_needs: str | None
    pauses: frozenset[str]
    silence: str | None
    bound_party: str
    certainty: str


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One cell of the decision table. Compared by identity: a pack holds each cell once."""

    id: str
    requester: RequesterClass
    data_class: DataClass
    outcome: Outcome
    ground: str | None
    consultation: bool
    article: str
    obligations: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True)
class SecrecyRule:
    """Who may set a level and for how long at most, in years (保守国家秘密法 Art. 17, 20)."""

    level: SecrecyLevel
    name: Text
    source: str
    longest_years: int
    lowest_organ: OrganLevel
    lowest_authorised_organ: OrganLevel


@dataclass(frozen=True, slots=True)
class RightsStatement:
    """A notice on intellectual property that goes with the data (Jilin Art. 29). Never a ground."""

    article: str
    text: Text


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """The law of one jurisdiction. ``version`` is the SHA-256 (hex) of the files it was read from.

    ``share_grounds`` is the closed list for refusing another organ, ``open_grounds`` the one for
    opening and disclosure. ``local_basis`` is the city's article on the right to use, empty where there is none.
    """

    name: str
    title: Text
    version: str
    national_overlay: bool
    macro_economy: bool
    articles: tuple[Article, ...]
    laws: Mapping[str, RuleKind]
    grounds: Mapping[str, Ground]
    share_grounds: frozenset[str]
    open_grounds: frozenset[str]
    deadlines: Mapping[str, Deadline]
    table: Mapping[tuple[RequesterClass, DataClass], Rule]
    by_id: Mapping[str, Rule]
    secrecy: Mapping[SecrecyLevel, SecrecyRule]
    masking_rules: frozenset[str]
    no_reasons: tuple[str, ...]
    rights_statement: RightsStatement | None
    local_basis: str = ""

    def basis(self, national: str) -> str:
        """Return a national article with the city's own beside it, where the city has one; never another city's."""
        return f"{national}; {self.local_basis}" if self.local_basis else national

    def grounds_for(self, path: Path) -> frozenset[str]:
        """Return the closed list of grounds for one path; sharing never borrows a disclosure ground."""
        return self.share_grounds if path is Path.SHARE else self.open_grounds
