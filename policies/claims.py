"""Exemption records: what a department must have on file before an item may be withheld.

An exemption (豁免记录) restricts one item on one ground and rests on the evidence its ground asks for:
a pointer to a classification (R01; 保守国家秘密法 Art. 14-20), a finding on a trade-secret claim (R04;
政府信息公开条例 Art. 32), a privacy assessment (R05; 个人信息保护法 Art. 55-56), a citation (R15;
政务数据共享条例 Art. 14-15), or a reasoned record for the disclosure grounds R02, R03 and R06-R08.
Records only: whether one holds on a day is said by :mod:`policies.exemptions`.
Nothing here holds protected content: the classified matter and the persons are named by reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - read at run time by tools that resolve annotations
from enum import IntEnum, StrEnum


class SecrecyLevel(IntEnum):
    """Levels of a state secret, by their national code (保守国家秘密法 Art. 14)."""

    TOP_SECRET = 1
    SECRET = 2
    CONFIDENTIAL = 3


class OrganLevel(IntEnum):
    """How high an organ stands; a smaller number is higher (保守国家秘密法 Art. 17)."""

    CENTRAL = 1
    PROVINCIAL = 2
    CITY = 3
    COUNTY = 4


class ExemptionStatus(StrEnum):
    """Where a record stands; only ``DECIDED`` can be in force."""

    CLAIMED = "claimed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    OVERTURNED = "overturned"
    REJECTED = "rejected"
    """The organ found that the claim does not hold."""


class Finding(StrEnum):
    """What the organ found about a trade-secret claim."""

    OPEN = "open"
    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"


class Consultation(StrEnum):
    """How asking a third party ended (政府信息公开条例 Art. 32); silence is never consent."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    AGREES = "agrees"
    OBJECTS_WITH_REASON = "objects_with_reason"
    OBJECTS_WITHOUT_REASON = "objects_without_reason"
    SILENT = "silent"
    BY_CLASS = "by_class"
    """A group too large for letters: decided for the class as a whole, aggregates alone may leave."""


@dataclass(frozen=True, slots=True)
class Decider:
    """The person who signs: name and office. Officials in duty are not private."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Referral:
    """An opinion of the secrecy authority on information the law says must be public."""

    authority: str
    reference: str
    on: date
    upholds_secrecy: bool


@dataclass(frozen=True, slots=True)
class SecretPointer:
    """Pointer to a classification kept by the department's secrecy office (R01).

    ``organ_level`` is that of the organ which classified first (a derived classification follows
    its source); ``declassify_on`` the day the secrecy ends, or None when only the longest period of
    the level limits it. ``reference`` is the department's own file number, never a title. ``matter`` is the
    number in the list of secret matters (实施条例 Art. 13), ``officer`` the classification officer by office,
    ``circle`` the organs that may know; ``derived_from`` the reference of the source of a derived classification
    (empty: original), ``secret_points`` which parts are secret, so that the rest can be separated.
    """

    level: SecrecyLevel
    organ: str
    organ_level: OrganLevel
    classified_on: date
    declassify_on: date | None
    reference: str
    last_review_on: date | None
    organ_is_authorised: bool = False
    referral: Referral | None = None
    officer: str = ""
    matter: str = ""
    condition: str = ""
    circle: str = ""
    derived_from: str = ""
    authorisation: str = ""
    secret_points: str = ""


@dataclass(frozen=True, slots=True)
class TradeSecretClaim:
    """A holder's claim, the consultation, and what the organ found (R04).

    ``items`` are the columns the accepted part covers; an empty set covers nothing. ``holder`` names a firm; a
    person only by a keyed digest. Until the finding is made, and no longer than ``protective_until``, the items are
    treated as trade secrets, which is no refusal.
    """

    holder: str
    items: frozenset[str]
    why_unknown: str
    value: str
    measures: str
    claimed_on: date
    consultation: Consultation
    finding: Finding
    finding_reason: str
    found_on: date | None
    protective_until: date | None = None


@dataclass(frozen=True, slots=True)
class PrivacyAssessment:
    """What disclosure would do to the persons concerned (R05). Persons are meant as a group, never listed.

    ``assessment`` is the id of the assessment on file with the hub, where there is one.
    """

    items: frozenset[str]
    harm: str
    assessed_by: str
    assessed_on: date
    consultation: Consultation
    reference: str
    assessment: str = ""


@dataclass(frozen=True, slots=True)
class LegalCitation:
    """A provision that forbids sharing (R15) or disclosure (R02): name of the rule and article."""

    citation: str


@dataclass(frozen=True, slots=True)
class ReasonRecord:
    """The written reason of the owner for a disclosure ground (R03, R06, R07, R08)."""

    reason: str
    reference: str


Evidence = SecretPointer | TradeSecretClaim | PrivacyAssessment | LegalCitation | ReasonRecord


@dataclass(frozen=True, slots=True)
class Exemption:
    """One restriction of one item (``item`` is its column), set by member ``decided_by``.

    ``in_force_until`` and ``review_on`` are the last days on which the record holds: everything ages.
    """

    id: str
    ground: str
    item: str
    evidence: Evidence
    decided_by: str
    decider: Decider
    in_force_from: date
    in_force_until: date | None
    review_on: date | None
    status: ExemptionStatus
