"""Profiles: the values of an entry that are filtered by and counted, kept once for all entries that share them.

Counting the hits of a search is then one grouping by one number in the database; facets, with filters on or off, are
sums over profiles in memory. Profiles are never changed, so a process keeps every one it has read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa

from catalogue import tables
from catalogue.finding_words import KeptSynonyms
from catalogue.state_store import is_quiet

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from catalogue.entry import Entry
    from catalogue.store import InTransaction

    Counts = NDArray[np.int64]
    Numbers = NDArray[np.int32]
    Flags = NDArray[np.bool_]

FACETS: Final = (
    "provider", "jurisdiction", "class", "theme", "share_type", "open_type", "cycle", "format", "sensitivity",
    "licence", "origin",
)  # fmt: skip
FREQUENCIES_KEPT: Final = timedelta(minutes=10)
MOST_FREQUENCIES: Final = 50_000
_THEMES: Final = "2"
_THEME_LENGTH: Final = 3


def values_of(entry: Entry, provider_id: uuid.UUID, jurisdiction: str) -> dict[str, list[str]]:
    """Return the values of an entry by facet; ``theme`` holds its codes below class 2 of the class tree."""
    return {
        "provider": [str(provider_id)],
        "jurisdiction": [jurisdiction],
        "class": sorted(set(entry.class_path)),
        "theme": sorted({code for code in entry.class_path if code.startswith(_THEMES) and len(code) == _THEME_LENGTH}),
        "share_type": [str(int(entry.sharing.type))],
        "open_type": [str(int(entry.opening.type))],
        "cycle": [entry.update_cycle] if entry.update_cycle else [],
        "format": sorted(set(entry.formats)),
        "sensitivity": sorted({item.sensitivity.value for item in entry.items}),
        "licence": [entry.licence] if entry.licence else [],
        "origin": [entry.origin.source] if entry.origin is not None else [],
    }


def digest_of(values: Mapping[str, list[str]]) -> str:
    """Return what tells one profile from another."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _no_numbers() -> Numbers:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class _Facet:
    """One facet over all profiles: pairs of a profile and the number of one of its values, by profile.

    The pairs of profile ``p`` stand from ``starts[p]`` to ``starts[p + 1]``.
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    owners: Numbers = field(default_factory=_no_numbers)
    codes: Numbers = field(default_factory=_no_numbers)
    starts: Numbers = field(default_factory=lambda: np.zeros(2, dtype=np.int32))

    def with_pairs(self, pairs: Iterable[tuple[int, str]], room: int) -> _Facet:
        """Return the facet with the values of new profiles, which are above those known."""
        numbers = dict(self.numbers)
        new = [(owner, numbers.setdefault(value, len(numbers))) for owner, value in pairs]
        both = np.array(new, dtype=np.int32).reshape(len(new), 2)
        owners = np.concatenate([self.owners, both[:, 0]])
        codes = np.concatenate([self.codes, both[:, 1]])
        return _Facet(numbers, owners, codes, np.searchsorted(owners, np.arange(room + 1)).astype(np.int32))

    def codes_of(self, profiles: Numbers) -> tuple[Numbers, Numbers]:
        """Return the codes of profiles one after another, and how many each has."""
        first = self.starts[profiles]
        lengths = self.starts[profiles + 1] - first
        ends = np.cumsum(lengths)
        places = np.repeat(first - ends + lengths, lengths) + np.arange(int(ends[-1]) if len(ends) else 0)
        return self.codes[places], lengths


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found: the profile and the freshness of each, and of how many alike each stands for (None: one)."""

    profiles: Numbers
    fresh: Numbers
    numbers: Counts | None = None

    def kept(self, flags: Flags) -> Tally:
        """Return those flagged, one flag for each."""
        numbers = None if self.numbers is None else self.numbers[flags]
        return Tally(self.profiles[flags], self.fresh[flags], numbers)

    @property
    def total(self) -> int:
        """How many were found."""
        return len(self.profiles) if self.numbers is None else int(self.numbers.sum())

    def by_freshness(self, kinds: int) -> Counts:
        """Return how many there are of each freshness."""
        return _binned(self.fresh, self.numbers, kinds)

    def packed(self, kinds: int) -> Tally:
        """Return the same with those alike taken together."""
        keys, numbers = np.unique(self.profiles.astype(np.int64) * kinds + self.fresh, return_counts=True)
        return Tally((keys // kinds).astype(np.int32), (keys % kinds).astype(np.int32), numbers.astype(np.int64))


def _binned(values: Numbers, numbers: Counts | None, least: int) -> Counts:
    if numbers is None:
        return np.bincount(values, minlength=least)
    return np.bincount(values, weights=numbers, minlength=least).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Whole:
    """The tally of the whole directory, as it was at a revision and a time."""

    revision: int
    at: datetime
    room: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Known:
    """How far a search sees: ``room`` an array indexed by profile needs, the revision of the city's ``words``.

    ``is_quiet``: the transaction has written nothing.
    """

    room: int
    words: int
    is_quiet: bool


def _new() -> sa.Select[Any]:
    """Return the statement for the profiles above the last one known, with what else tells how old memory is."""
    t, state = tables.index_profile, tables.directory_state
    words = sa.select(state.c.revision).where(state.c.id == tables.WORDS).scalar_subquery()
    now = sa.select(sa.func.coalesce(words, 0).label("words"), is_quiet().label("is_quiet")).subquery("now")
    new = now.outerjoin(t, t.c.id > sa.bindparam("last", type_=sa.Integer))
    return sa.select(now.c.words, now.c.is_quiet, t.c.id, t.c.body).select_from(new).order_by(t.c.id)


_NEW: Final = _new()


class Profiles:
    """Every profile this process has read, ready for counting; ``whole`` keeps the counts of all there is.

    ``words`` keeps the synonyms of the dictionary in force.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.whole: dict[bool, Whole] = {}
        self.words = KeptSynonyms()
        self._held: dict[bool, tuple[datetime, dict[str, int]]] = {}
        self._last = 0
        self._facets = {name: _Facet() for name in FACETS}
        self._lock = Lock()

    def read(self, unit: InTransaction) -> Known:
        """Read the profiles that are new, and the revision of the city's words in the same statement."""
        with self._lock:
            found = unit.connection.execute(_NEW, {"last": self._last}).all()
            rows = [(row.id, row.body) for row in found if row.id is not None]
            if rows:
                self._last = rows[-1][0]
                self._facets = {
                    name: facet.with_pairs(
                        ((number, value) for number, body in rows for value in body.get(name, ())), self._last + 1
                    )
                    for name, facet in self._facets.items()
                }
            return Known(self._last + 1, found[0].words, found[0].is_quiet)

    def frequencies(self, public_only: bool, at: datetime) -> dict[str, int]:  # noqa: FBT001 - whose view it is
        """Return what is kept of the numbers of entries by term, for the caller to add to; emptied now and then."""
        kept = self._held.get(public_only)
        if kept is None or abs(at - kept[0]) > FREQUENCIES_KEPT or len(kept[1]) > MOST_FREQUENCIES:
            kept = self._held[public_only] = (at, {})
        return kept[1]

    def having(self, facet: str, values: Iterable[str], room: int) -> Flags:
        """Return for each profile whether it has one of the values."""
        known = self._facets[facet]
        is_wanted = np.zeros(len(known.numbers), dtype=np.bool_)
        is_wanted[[known.numbers[value] for value in values if value in known.numbers]] = True
        flags = np.zeros(room, dtype=np.bool_)
        chosen = known.owners[is_wanted[known.codes]]
        flags[chosen[chosen < room]] = True
        return flags

    def count(self, facet: str, found: Tally) -> dict[str, int]:
        """Return how many of what was found carry each value."""
        known = self._facets[facet]
        codes, lengths = known.codes_of(found.profiles)
        sums = _binned(codes, None if found.numbers is None else np.repeat(found.numbers, lengths), len(known.numbers))
        return {name: int(number) for name, number in zip(known.numbers, sums, strict=True) if number}


_known: WeakKeyDictionary[sa.Engine, Profiles] = WeakKeyDictionary()
_known_lock = Lock()


def profiles_of(unit: InTransaction) -> Profiles:
    """Return what this process knows of the database's profiles."""
    with _known_lock:
        return _known.setdefault(unit.connection.engine, Profiles())
