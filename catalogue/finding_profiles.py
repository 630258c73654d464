"""Profiles: the values of an entry that are filtered by and counted, kept once for all entries that share them.

Counting the hits of a search is then one grouping by one number in the database; facets, with filters on or off, are
sums over profiles in memory. Profiles are never changed, so a process keeps every one it has read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa

from catalogue import tables

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


@dataclass(slots=True)
class _Facet:
    """One facet over all profiles: pairs of a profile and the number of one of its values, packed."""

    numbers: dict[str, int] = field(default_factory=dict)
    owners: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    codes: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))

    def add(self, pairs: Iterable[tuple[int, str]]) -> None:
        """Take in values of new profiles."""
        new = [(owner, self.numbers.setdefault(value, len(self.numbers))) for owner, value in pairs]
        if new:
            both = np.array(new, dtype=np.int32)
            self.owners = np.concatenate([self.owners, both[:, 0]])
            self.codes = np.concatenate([self.codes, both[:, 1]])


@dataclass(frozen=True, slots=True)
class Whole:
    """The counts of the whole directory, as they were at a revision and a time."""

    revision: int
    at: datetime
    counts: Counts


class Profiles:
    """Every profile this process has read, ready for counting; ``whole`` keeps the counts of all there is."""

    def __init__(self) -> None:
        """Begin with none."""
        self.whole: dict[bool, Whole] = {}
        self._last = 0
        self._facets = {name: _Facet() for name in FACETS}
        self._lock = Lock()

    def read(self, unit: InTransaction) -> int:
        """Read the profiles that are new; return the room an array indexed by profile needs."""
        t = tables.index_profile
        with self._lock:
            rows = unit.connection.execute(
                sa.select(t.c.id, t.c.body).where(t.c.id > self._last).order_by(t.c.id)
            ).all()
            for name, facet in self._facets.items():
                facet.add((number, value) for number, body in rows for value in body.get(name, ()))
            if rows:
                self._last = rows[-1].id
            return self._last + 1

    def having(self, facet: str, values: Iterable[str], room: int) -> Flags:
        """Return for each profile whether it has one of the values."""
        with self._lock:
            known = self._facets[facet]
            wanted = [known.numbers[value] for value in values if value in known.numbers]
            owners, codes = known.owners, known.codes
        flags = np.zeros(room, dtype=np.bool_)
        chosen = owners[np.isin(codes, wanted)]
        flags[chosen[chosen < room]] = True
        return flags

    def count(self, facet: str, entries: Counts) -> dict[str, int]:
        """Return how many entries carry each value; ``entries`` holds the number of entries of each profile."""
        with self._lock:
            known = self._facets[facet]
            owners, codes = known.owners, known.codes
            names = list(known.numbers)
        inside = owners < len(entries)
        sums = np.bincount(codes[inside], weights=entries[owners[inside]], minlength=len(names))
        return {name: int(number) for name, number in zip(names, sums, strict=False) if number}


_known: WeakKeyDictionary[sa.Engine, Profiles] = WeakKeyDictionary()
_known_lock = Lock()


def profiles_of(unit: InTransaction) -> Profiles:
    """Return what this process knows of the database's profiles."""
    with _known_lock:
        return _known.setdefault(unit.connection.engine, Profiles())
