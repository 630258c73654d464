"""An entry (目录条目): what one resource is, who provides it, who may have it, and how it is supplied.

The thirteen core metadata of the guide 发改高技〔2017〕1272号, the grade that 政务数据共享条例 第十三条 adds,
and the extended metadata both cities' rules call for (Zhengzhou Art. 18-22, Jilin Art. 26-29).
An entry is a value: every version is a new one. Pure, no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime  # noqa: TC003 - decoding reads the annotations at run time
from enum import StrEnum
from typing import Self, cast

from catalogue.item import Item  # noqa: TC001 - as above
from catalogue.shape import ShapeError, decode, encode
from policies.facts import OpenType, ResourceKind, ShareType

EntryFormatError = ShapeError
"""An entry's JSON has the wrong shape; it names the path, what is expected and how to mend it."""


class CitationRank(StrEnum):
    """How high a cited rule stands. Only the first three may withhold data (政务数据共享条例 第十四条、第十五条)."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    STATE_COUNCIL_DECISION = "state_council_decision"
    LOCAL_REGULATION = "local_regulation"
    DEPARTMENTAL_RULE = "departmental_rule"
    OTHER = "other"


class AssessmentKind(StrEnum):
    """Assessments made before an entry is listed (政务数据共享条例 第十二条、第十三条; 个人信息保护法 第五十五条)."""

    SECRECY_RISK = "secrecy_risk"
    PERSONAL_INFORMATION = "personal_information"


class Zone(StrEnum):
    """Network zone in which the resource is exchanged (Zhengzhou Art. 21)."""

    EXTRANET = "extranet"
    INTERNET = "internet"


class PushMode(StrEnum):
    """What a push holds: the whole resource, rows to insert and replace by key, new rows only, or keys to close."""

    FULL = "full"
    UPSERT = "upsert"
    APPEND = "append"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Provider:
    """The providing unit: name, unified social credit code (GB 32100), internal unit, contact of its sharing office."""

    name: str
    code: str
    unit: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A rule by name and article, with its rank."""

    rule: str
    article: str
    rank: CitationRank = CitationRank.OTHER


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment: when, by whom, with what result (kept three years: 个人信息保护法 第五十六条)."""

    kind: AssessmentKind
    on: date
    assessor: str
    result: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """Core metadata 9, the default for items without an override.

    ``scope`` and ``purpose`` are asked for type 2, ``citations`` for type 3; ``mode_category`` and ``modes``
    are codes of ``catalogue_sharing_mode_category`` and ``catalogue_sharing_mode``.
    """

    type: ShareType
    scope: str = ""
    purpose: str = ""
    citations: tuple[Citation, ...] = ()
    mode_category: str = "1"
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """Core metadata 10 in the three-class form of today's portals; the national flag is derived."""

    type: OpenType
    condition: str = ""

    @property
    def is_open(self) -> bool:
        """The flag 是否向社会开放 of the national template."""
        return self.type is not OpenType.CLOSED


class OnFaults(StrEnum):
    """What happens to a push with rejected rows: the good rows go in, or the whole push waits for a person."""

    HOLD_ROWS = "hold_rows"
    HOLD_PUSH = "hold_push"


class Release(StrEnum):
    """Whether a push goes in by itself, or another person of the department releases it first."""

    DIRECT = "direct"
    TWO_STEP = "two_step"


@dataclass(frozen=True, slots=True)
class PushPolicy:
    """How the resource is supplied (Zhengzhou Art. 19).

    ``hold_rows``: a full push that would close more rows than this waits for a person's consent
    (mass-delete guard); None means the system's default share of the resource. ``keep_versions`` and ``keep_days``:
    how many versions, and for how long, can be read back; history older than both is removed. None keeps all.
    ``on_faults`` hold_push: a push waits as a whole when more than ``most_rejected_rows`` rows, or more than
    ``most_rejected_percent`` of its rows, are rejected; with neither limit, when any is. ``hold_drift``: it waits
    also when its rows differ too much from the last push.
    """

    modes: tuple[PushMode, ...] = (PushMode.FULL, PushMode.UPSERT)
    hold_rows: int | None = None
    keep_versions: int | None = None
    keep_days: int | None = None
    on_faults: OnFaults = OnFaults.HOLD_ROWS
    most_rejected_rows: int | None = None
    most_rejected_percent: float | None = None
    hold_drift: bool = False
    release: Release = Release.DIRECT


@dataclass(frozen=True, slots=True)
class Extra:
    """Metadata of another catalogue for which this description has no place: its name there and its value as text.

    Of a :class:`Link` the text is JSON, because what is said of a file has numbers and truth values.
    """

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """A file or service outside the hub: where it is, what it is called, its format as its source writes it."""

    url: str
    title: str = ""
    format: str = ""
    media_type: str = ""
    bytes: int | None = None
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a harvested entry comes from: its source's code, its identifier there, its page, its provider there.

    ``modified`` is the source's own date as it writes it; ``harvested`` the time it was read. The hub holds no rows.
    """

    source: str
    record: str
    harvested: datetime
    url: str = ""
    publisher: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of an entry.

    ``name`` is the ASCII slug of URLs (empty: the system derives it from ``title``); ``resource_code`` and
    ``issued`` are set by the system at publication. ``class_path`` holds codes of
    ``catalogue_resource_class`` from the top down, ``formats`` codes of ``catalogue_resource_format``,
    ``update_cycle`` a code of ``catalogue_update_cycle``, ``grade`` a code of ``data_grade``,
    ``spatial_coverage`` division codes, ``crs`` a code of ``crs``. ``keys`` are the columns that identify
    a row. ``release_time``: nobody outside the provider reads before it (统计法实施条例 第二十八条).
    ``origin`` is set on what was harvested; ``links`` are its files and services at the source; ``extras`` keep
    what another catalogue said of it beyond all this, so that it can be given back without loss.
    """

    title: str
    provider: Provider
    sharing: Sharing
    opening: Opening
    name: str = ""
    title_en: str = ""
    abstract: str = ""
    abstract_en: str = ""
    class_path: tuple[str, ...] = ()
    resource_code: str | None = None
    formats: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    keys: tuple[str, ...] = ()
    update_cycle: str = ""
    issued: date | None = None
    related_codes: tuple[str, ...] = ()
    grade: str = ""
    kind: ResourceKind = ResourceKind.RECORDS
    legal_basis: tuple[Citation, ...] = ()
    source_system: str = ""
    assessments: tuple[Assessment, ...] = ()
    zone: Zone = Zone.EXTRANET
    crs: str | None = None
    spatial_coverage: tuple[str, ...] = ()
    temporal_start: str = ""
    temporal_end: str = ""
    keywords: tuple[str, ...] = ()
    licence: str = ""
    rights_statement: str = ""
    release_time: datetime | None = None
    push: PushPolicy = PushPolicy()
    effective_from: date | None = None
    effective_to: date | None = None
    supersedes: str | None = None
    review_on: date | None = None
    registration_code: str | None = None
    registration_expires: date | None = None
    origin: Origin | None = None
    links: tuple[Link, ...] = ()
    extras: tuple[Extra, ...] = ()

    def item(self, column: str) -> Item | None:
        """Return the item with this column name, None when there is none."""
        return next((item for item in self.items if item.column == column), None)

    def share_type(self, item: Item) -> ShareType:
        """Return how ``item`` is shared: its own type, else the entry's."""
        return self.sharing.type if item.share_type is None else item.share_type

    def open_type(self, item: Item) -> OpenType:
        """Return how ``item`` is open: excluded or its own type, else the entry's; never wider than the entry's."""
        if item.excluded_from_opening:
            return OpenType.CLOSED
        return self.opening.type if item.open_type is None else max(item.open_type, self.opening.type)

    def without_items(self, columns: frozenset[str]) -> Self:
        """Return the entry without these items: what is left when a secrecy review stops them."""
        return replace(
            self,
            items=tuple(item for item in self.items if item.column not in columns),
            keys=tuple(key for key in self.keys if key not in columns),
        )

    def to_dict(self) -> dict[str, object]:
        """Return the entry as JSON data; members that hold their default are left out."""
        return cast("dict[str, object]", encode(self))

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Build an entry from JSON data.

        Raises:
            EntryFormatError: a member is missing, unknown or of the wrong shape.

        """
        return decode(cls, data)
