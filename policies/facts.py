"""The plain values a decision is made from. Pure: no I/O, no SQL, no HTTP.

Vocabulary of Zhengzhou Art. 20, 政务数据共享条例 Art. 14-15 and the product's own classes
(sensitivity, requester), each explained where it is declared.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read at run time by tools that resolve annotations
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - as above
from enum import IntEnum, StrEnum
from types import MappingProxyType

from policies.claims import Exemption  # noqa: TC001 - as above
from policies.hours import Hours  # noqa: TC001 - as above


class ShareType(IntEnum):
    """Sharing between departments (政务数据共享条例 Art. 14)."""

    UNCONDITIONAL = 1
    CONDITIONAL = 2
    WITHHELD = 3


class OpenType(IntEnum):
    """Opening to society (上海市数据条例 Art. 41; 深圳经济特区数据条例 Art. 48)."""

    UNCONDITIONAL = 1
    CONDITIONAL = 2
    CLOSED = 3


class Sensitivity(StrEnum):
    """Sensitivity class of an item (``codes/sensitivity_class.csv``)."""

    PUB = "PUB"
    INT = "INT"
    PI = "PI"
    SPI = "SPI"
    MIN = "MIN"
    TS = "TS"
    WS = "WS"
    SS = "SS"


class DataClass(StrEnum):
    """Column of the decision table: a sensitivity, or what the resource or the calendar makes of it."""

    PUB = "PUB"
    AGG = "AGG"
    INT = "INT"
    MICRO = "MICRO"
    PI = "PI"
    SPI = "SPI"
    MIN = "MIN"
    TS = "TS"
    UNPUB = "UNPUB"
    WS = "WS"
    SS = "SS"


class RequesterClass(StrEnum):
    """Row of the decision table: who asks, and with what standing towards this resource."""

    OWN = "OWN"
    AGY_GRANT = "AGY_GRANT"
    AGY_NO_GRANT = "AGY_NO_GRANT"
    AGY_OUT_OF_SCOPE = "AGY_OUT_OF_SCOPE"
    PSU = "PSU"
    LP_SELF = "LP_SELF"
    CIT_SELF = "CIT_SELF"
    GUARDIAN = "GUARDIAN"
    APPLICANT = "APPLICANT"
    PUBLIC = "PUBLIC"
    OPERATOR = "OPERATOR"


class RequesterKind(StrEnum):
    """What the requester is, before the grant and the resource are looked at."""

    PUBLIC = "public"
    AGENCY = "agency"
    PUBLIC_SERVICE = "public_service"
    LEGAL_PERSON = "legal_person"
    CITIZEN = "citizen"
    GUARDIAN = "guardian"
    APPLICANT = "applicant"
    OPERATOR = "operator"


class Action(StrEnum):
    """What is done with the items."""

    READ = "read"
    VERIFY = "verify"
    MATCH = "match"
    AGGREGATE = "aggregate"
    SUBSCRIBE = "subscribe"
    DOWNLOAD = "download"


class Mode(StrEnum):
    """The way in which granted data reaches its user (共享方式, 政务数据共享条例 Art. 20); a grant names its modes."""

    QUERY = "query"
    VERIFY = "verify"
    BATCH = "batch"
    SUBSCRIBE = "subscribe"
    RELAY = "relay"
    AGGREGATE = "aggregate"
    DOWNLOAD = "download"


FIRST_MODES = frozenset({Mode.QUERY, Mode.VERIFY})
"""The modes of a grant that names none: what every grant gave before modes were asked for."""
MODE_OF: Mapping[Action, Mode] = MappingProxyType(
    {
        Action.READ: Mode.QUERY,
        Action.VERIFY: Mode.VERIFY,
        Action.MATCH: Mode.BATCH,
        Action.AGGREGATE: Mode.AGGREGATE,
        Action.SUBSCRIBE: Mode.SUBSCRIBE,
        Action.DOWNLOAD: Mode.DOWNLOAD,
    }
)
"""The mode an action needs where the question names none; a relayed read names ``Mode.RELAY``."""


class Treatment(StrEnum):
    """The form in which an item is given, widest first (区分处理, 政府信息公开条例 Art. 37)."""

    FULL = "full"
    MASKED = "masked"
    AGGREGATE_ONLY = "aggregate_only"
    VERIFY_ONLY = "verify_only"
    WITHHELD = "withheld"


class Outcome(StrEnum):
    """Outcome of one item. All but ``PENDING`` may stand in a decision table."""

    ALLOW = "ALLOW"
    ALLOW_MASKED = "ALLOW_MASKED"
    VERIFY_ONLY = "VERIFY_ONLY"
    AGGREGATE_ONLY = "AGGREGATE_ONLY"
    APPLY = "APPLY"
    CONSULT = "CONSULT"
    NOT_YET = "NOT_YET"
    REFUSE = "REFUSE"
    OUT_OF_GRANT = "OUT_OF_GRANT"
    NO_CONTENT = "NO_CONTENT"
    NOT_IN_SYSTEM = "NOT_IN_SYSTEM"
    PENDING = "PENDING"
    """Undetermined: something needed to decide is missing. Never in a table, never a refusal."""


class ResourceKind(StrEnum):
    """What the rows of a resource are."""

    RECORDS = "records"
    AGGREGATE = "aggregate"
    MICRODATA = "microdata"


class GrantStatus(StrEnum):
    """State of a stored permission (授权); only ``ACTIVE`` gives anything."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Path(StrEnum):
    """The three legal acts that must not stand for one another."""

    SHARE = "share"
    OPEN = "open"
    DISCLOSURE = "foi"


class NaiveTimeError(ValueError):
    """A time without a zone was given where a moment is meant."""


def _require_zone(where: str, *moments: datetime | None) -> None:
    """Raise :class:`NaiveTimeError` when a moment carries no time zone."""
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        raise NaiveTimeError(f"{where}：时间须带时区，请用 UTC / a time zone is needed, use UTC")


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks. Ids are opaque strings; ``subject`` and ``ward`` are internal keys, never identity numbers.

    ``subject`` is the person or legal person the requester has proven to be, ``ward`` the child whose
    guardianship is proven, ``second_factor`` says that this session passed one.
    """

    kind: RequesterKind
    member_id: str | None = None
    system_id: str | None = None
    staff_id: str | None = None
    subject: str | None = None
    ward: str | None = None
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the decision knows of one item. ``column`` is its ASCII name, ``name`` the Chinese one.

    ``share_type`` and ``open_type`` are the values that hold for the item (the entry's, where the item
    has none); None means unknown, and unknown never means allowed. ``is_own_motion`` marks what the
    organ must publish by itself (政府信息公开条例 Art. 20).
    """

    name: str
    column: str
    sensitivity: Sensitivity
    share_type: ShareType | None = None
    open_type: OpenType | None = None
    excluded_from_opening: bool = False
    masking: str | None = None
    exemptions: tuple[Exemption, ...] = ()
    is_own_motion: bool = False


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """One resource and its items.

    ``pack`` names the regulation pack of its jurisdiction; ``release_time`` ends an embargo (aware
    UTC); ``suspended`` holds the case number of a suspension, or None.
    """

    id: str
    name: str
    provider_id: str
    kind: ResourceKind
    pack: str
    items: tuple[ItemFacts, ...]
    release_time: datetime | None = None
    under_verification: bool = False
    suspended: str | None = None
    published: bool = False
    by_column: Mapping[str, ItemFacts] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check times and index the items.

        Raises:
            NaiveTimeError: ``release_time`` has no zone.
            ValueError: two items share a column.

        """
        _require_zone("release_time", self.release_time)
        by_column = {item.column: item for item in self.items}
        if len(by_column) != len(self.items):
            raise ValueError("信息项列名重复，请改名后再试 / two items share a column name: rename one")
        object.__setattr__(self, "by_column", MappingProxyType(by_column))


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """The stored permission of one system for one resource (政务数据共享条例 Art. 20-25).

    ``items`` gives the treatment by column; ``purposes`` the purpose codes; ``case_pattern`` a
    pattern, list or expression (:mod:`policies.case_numbers`, e.g. ``HF-[0-9][0-9][0-9][0-9]-*``) the case number
    of each call must match, or None; valid from ``valid_from`` (included) until ``valid_until`` (excluded).
    ``row_filter`` is opaque here: the row layer compiles it and must refuse what it cannot read.
    ``cites_law_and_assessment``: the grant cites the law and an impact assessment (个人信息保护法 Art. 28, 55).
    ``exact_match``: columns that may be matched by equality although they are not given in full.
    ``quotas``: limits per day in the city, by ``calls``, ``rows`` and ``subjects``; an absent one is no limit.
    ``modes``: the ways of delivery given; ``hours``: when it may be used, None at any time.
    """

    id: str
    version: int
    system_id: str
    member_id: str
    resource_id: str
    items: Mapping[str, Treatment]
    purposes: frozenset[str]
    legal_basis: str
    valid_from: datetime
    valid_until: datetime
    status: GrantStatus
    case_pattern: str | None = None
    row_filter: tuple[object, ...] = ()
    cites_law_and_assessment: bool = False
    exact_match: frozenset[str] = frozenset()
    quotas: Mapping[str, int] = field(default_factory=dict)
    modes: frozenset[Mode] = FIRST_MODES
    hours: Hours | None = None

    def __post_init__(self) -> None:
        """Check that both ends of the period carry a zone (raises :class:`NaiveTimeError`)."""
        _require_zone("valid_from, valid_until", self.valid_from, self.valid_until)


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """One question to :func:`policies.decision.decide`.

    ``items`` are the columns asked for; None asks for every item open or granted to the requester.
    ``queried`` are columns used in filter, sort or group; ``matched`` columns compared by equality
    with one value (the key of a verification). ``now`` is aware UTC. ``mode`` None: that of the action
    (:data:`MODE_OF`). ``is_working_day`` is needed where a grant is for working days alone; None: not known.
    """

    requester: Requester
    action: Action
    items: tuple[str, ...] | None
    now: datetime
    purpose: str | None = None
    legal_basis: str | None = None
    case_number: str | None = None
    queried: frozenset[str] = frozenset()
    matched: frozenset[str] = frozenset()
    mode: Mode | None = None
    is_working_day: bool | None = None
