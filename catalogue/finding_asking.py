"""What is asked of the directory and what is found: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from catalogue.finding_profiles import FACETS

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

CLOSED: Final = 3
ORDERS: Final = ("name", "title", "modified", "issued", "data_at", "relevance")
FRESHNESS: Final = ("no_data", "fresh", "due", "overdue")
COUNTED: Final = (*FACETS, "freshness", "keyword")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the public sees what is open in some form, an organ all; ``member_id`` sees its own besides.

    ``jurisdiction`` narrows to the directory of one city, county or zone; None looks at all.
    """

    public_only: bool = True
    member_id: uuid.UUID | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on entries; an empty one is no condition, several values of one are alternatives.

    ``keywords`` alone must all be there. ``class_codes`` hold for everything below a class. Times are aware UTC,
    ``_from`` is included, ``_until`` is not. ``changed_from``: description or
    data are as new as this. ``all_of``, ``any_of`` and ``none_of`` join further conditions to
    these, and facets count with all of them.
    """

    provider_ids: tuple[uuid.UUID, ...] = ()
    class_codes: tuple[str, ...] = ()
    share_types: tuple[int, ...] = ()
    open_types: tuple[int, ...] = ()
    cycles: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    sensitivities: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    freshness: tuple[str, ...] = ()
    modified_from: datetime | None = None
    modified_until: datetime | None = None
    changed_from: datetime | None = None
    issued_from: date | None = None
    issued_until: date | None = None
    ids: tuple[uuid.UUID, ...] = ()
    all_of: tuple[Filters, ...] = ()
    any_of: tuple[Filters, ...] | None = None
    none_of: tuple[Filters, ...] = ()

    def by_facet(self) -> dict[str, tuple[str, ...]]:
        """Return the conditions on facets."""
        given: dict[str, Sequence[object]] = {
            "provider": self.provider_ids,
            "class": self.class_codes,
            "theme": self.themes,
            "share_type": [int(one) for one in self.share_types],
            "open_type": [int(one) for one in self.open_types],
            "cycle": self.cycles,
            "format": self.formats,
            "sensitivity": self.sensitivities,
            "licence": self.licences,
            "origin": self.origins,
        }
        return {name: tuple(map(str, values)) for name, values in given.items() if values}


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for.

    ``order``: columns of :data:`ORDERS`, True for descending; empty: the nearest first, without a text the newest.
    ``facets``: names of :data:`COUNTED`. ``at``: the time freshness is judged at; None: now. ``suggest``: whether
    near words are looked for where nothing, or not everything, is held.
    """

    text: str = ""
    filters: Filters = Filters()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int = 20
    offset: int = 0
    facets: tuple[str, ...] = ()
    at: datetime | None = None
    suggest: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found."""

    entry_id: uuid.UUID
    name: str
    title: str
    provider_id: uuid.UUID
    jurisdiction: str
    resource_code: str | None
    share_type: int
    open_type: int
    class_path: tuple[str, ...]
    version: int
    item_count: int
    is_authoritative: bool
    issued: date | None
    modified: datetime
    data_at: datetime | None
    freshness: str
    rows: int | None
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """How many entries carry one value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found.

    Each facet counts with all filters but its own. Where no entry, or few, hold all words, ``near`` has entries that
    hold most of them; where none does, ``suggestions`` has words that do find something.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    near: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemHit:
    """One item found, with its entry; ``is_authoritative``: the provider is the item's source department."""

    entry_id: uuid.UUID
    column: str
    item: str
    sensitivity: str
    share_type: int
    is_open: bool
    is_authoritative: bool
    name: str
    title: str
    provider_id: uuid.UUID
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class FoundItems:
    """One page of items, how many there are, counts by facet of their entries, words to look for instead."""

    hits: tuple[ItemHit, ...]
    total: int
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
