"""The neutral description of an entry for machines: plain values, from which every form is written.

DCAT-AP, DCAT-US, schema.org, Data Package, Croissant and Atom say the same of an entry because all are written from
one :class:`Description`. A fact that is not known, or not for the reader, is empty here and absent everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from catalogue.item import Item
    from hub.open.dcat.vocabularies import FileFormat, Licence


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Chinese, with English beside it where somebody wrote it."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """An organ: the end of its address, its name, its credit code (GB 32100), whether it is an organ of this city."""

    key: str
    name: str
    code: str = ""
    is_local: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """An office, never a person: its organ, its unit, its telephone and e-mail where it has them."""

    organ: str
    unit: str = ""
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A division: its code (GB/T 2260, or statistical) and its name."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Concept:
    """A class of the directory's tree: its code, its name, the code of the class above it."""

    code: str
    name: Text
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """An article of a rule, with a key that is safe in addresses."""

    key: str
    rule: str
    article: str


@dataclass(frozen=True, slots=True)
class Period:
    """Years, months or days as ISO 8601 writes them; either end may be open."""

    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured share (0 to 1) of one of the four words of Jilin Art. 27."""

    word: str
    share: float


@dataclass(frozen=True, slots=True)
class Form:
    """One form in which the data are had: a file, or a page that says how (``download`` is empty then).

    ``is_ours``: the hub serves it. ``bytes`` and ``sha256`` only where a prepared file has them.
    """

    key: str
    title: Text
    about: Text
    access: str
    download: str = ""
    format: FileFormat | None = None
    bytes: int | None = None
    sha256: str = ""
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """Where a harvested entry was described first: its page there, the source's own date, when it was read."""

    code: str
    url: str
    modified: str
    harvested: datetime


@dataclass(frozen=True, slots=True)
class Description:
    """Everything a machine is told of one entry.

    ``items`` are what the entry describes, ``given`` the columns the public is given when it downloads;
    ``described`` is when the description was published, ``modified`` the newer of that and of the data.
    """

    name: str
    id: str
    title: Text
    about: Text
    publisher: Agent
    share_type: int
    open_type: int
    described: datetime
    modified: datetime
    concepts: tuple[Concept, ...] = ()
    themes: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    contact: Contact | None = None
    resource_code: str = ""
    keywords: tuple[str, ...] = ()
    issued: date | None = None
    cycle: str = ""
    frequency: str = ""
    places: tuple[Place, ...] = ()
    period: Period | None = None
    crs: str = ""
    licence: Licence | None = None
    condition: str = ""
    rights: str = ""
    version: str = ""
    rows: int | None = None
    data_at: datetime | None = None
    forms: tuple[Form, ...] = ()
    items: tuple[Item, ...] = ()
    keys: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    system: str = ""
    measures: tuple[Measure, ...] = ()
    related: tuple[str, ...] = ()
    previous: str = ""
    origin: Source | None = None
    is_sample: bool = False
    is_aggregate: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The catalogue as a whole: who publishes it, where it is, what it covers, when it began and last changed."""

    base: str
    title: Text
    about: Text
    publisher: Agent
    contact: Contact | None
    place: Place
    licence: Licence | None
    issued: date | None
    modified: datetime | None
    rules: tuple[Rule, ...]
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the catalogue: its descriptions, how many there are in all, the addresses around it."""

    catalogue: Catalogue
    descriptions: tuple[Description, ...]
    total: int
    size: int
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Of this page and its neighbours by relation: self, first, last, next, previous."""
