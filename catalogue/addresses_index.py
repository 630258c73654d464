"""The dictionary of named places in memory: divisions, streets, estates, hamlets; found by their specific part.

It holds nothing below a street, so its size follows the names of a city (some ten thousand), never its rooms: about
0.6 KiB a name. Addresses below are looked up by key where they are stored. Pure, no I/O.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from catalogue.addresses import Level, Place
from catalogue.addresses_names import fit_of, stems, written_generic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_CANDIDATES: Final = 120
"""Places of one name looked at; a name borne by more of them tells nothing without more context."""
_BEFORE_STREET: Final = 0.8
"""Fit of a county named without its generic part, before the name of one of its streets."""


class _Entry(NamedTuple):
    prefix: str
    number: int
    generic: str
    fit: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A place whose name stands in a text: where it ends, and how well it fits."""

    place: Place
    end: int
    fit: float


class NameIndex:
    """Named places by specific part; made once, then only read, by any number of threads."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Take the places in; where two have one identifier, the later one stands."""
        self.by_id: dict[str, Place] = {place.id: place for place in places}
        self.division: dict[str, Place] = {
            place.prefix: place for place in self.by_id.values() if place.level <= Level.VILLAGE
        }
        self._places = list(self.by_id.values())
        self._entries: dict[str, list[_Entry]] = {}
        self._streets: dict[str, list[_Entry]] = {}
        for number, place in enumerate(self._places):
            target = self._streets if place.level >= Level.STREET else self._entries
            for stem, generic, fit in stems(self._without_lead(place)):
                target.setdefault(stem, []).append(_Entry(place.prefix, number, generic, fit))
        for target in (self._entries, self._streets):
            for entries in target.values():
                entries.sort()
        self._longest = max(map(len, self._entries), default=0)
        self._longest_street = max(map(len, self._streets), default=0)

    def __len__(self) -> int:
        return len(self._places)

    def _without_lead(self, place: Place) -> Place:
        """Return a town or village without the name of its own city or county in front, as lists write some of them."""
        if place.level not in {Level.TOWN, Level.VILLAGE}:
            return place
        for length in (6, 4):
            above = self.division.get(place.prefix[:length])
            if above is not None and place.name.startswith(above.name) and len(place.name) > len(above.name) + 1:
                return replace(place, name=place.name.removeprefix(above.name))
        return place

    def divisions_at(self, text: str, at: int, prefix: str) -> list[Hit]:
        """Return the divisions below ``prefix`` whose name stands at a place of a text, and repeats of ``prefix``."""
        hits: list[Hit] = []
        for length in range(min(self._longest, len(text) - at), 0, -1):
            entries = self._entries.get(text[at : at + length])
            if entries is not None:
                hits.extend(self._fitting(entries, text, at + length, prefix, is_short=length == 1))
        return hits

    def _fitting(self, entries: list[_Entry], text: str, after: int, prefix: str, *, is_short: bool) -> Iterator[Hit]:
        chosen = [entry for entry in entries if prefix.startswith(entry.prefix)] if prefix else []
        below = [entry for entry in _below(entries, prefix) if not prefix or entry.prefix != prefix]
        if len(below) <= MOST_CANDIDATES:
            chosen.extend(below)
        else:
            chosen.extend(entry for entry in below if len(entry.prefix) <= 6)  # noqa: PLR2004 - counties and above
        for entry in chosen:
            place = self._places[entry.number]
            if place.level >= Level.VILLAGE and len(prefix) < 4:  # noqa: PLR2004 - a village needs its city
                continue
            if not entry.generic:
                yield Hit(place, after, entry.fit)
                continue
            found = written_generic(place.level, text, after)
            if is_short and not found:
                continue
            fit = fit_of(place.level, entry.generic, found, text, after + len(found)) * entry.fit
            if fit == 0 and not found and self._is_before_street(place, text, after):
                fit = _BEFORE_STREET * entry.fit
            if fit > 0 and (found or entry.fit == 1.0 or place.level is Level.TOWN):
                yield Hit(place, after + len(found), fit)

    def _is_before_street(self, place: Place, text: str, after: int) -> bool:
        """Tell whether a city or county named without its generic part stands before one of its own streets."""
        return place.level in {Level.CITY, Level.COUNTY} and bool(self.streets_at(text, after, place.prefix))

    def streets_at(self, text: str, at: int, prefix: str) -> list[Hit]:
        """Return the streets and estates near ``prefix`` (in its county) with the longest name that stands there."""
        near = prefix[:6]
        for length in range(min(self._longest_street, len(text) - at), 1, -1):
            entries = self._streets.get(text[at : at + length])
            if entries is None:
                continue
            hits = [Hit(self._places[one.number], at + length, one.fit) for one in _below(entries, near)]
            if hits:
                return hits
        return []

    def common(self, places: Iterable[Place]) -> Place | None:
        """Return the deepest division all these places lie in; None where they have none in common."""
        prefixes = [place.prefix for place in places]
        shared = prefixes[0]
        for prefix in prefixes[1:]:
            while not prefix.startswith(shared):
                shared = shared[:-1]
        return self.division_of(shared)

    def division_of(self, prefix: str) -> Place | None:
        """Return the deepest known division that holds a prefix."""
        return next(
            (self.division[prefix[:n]] for n in (12, 9, 6, 4, 2) if n <= len(prefix) and prefix[:n] in self.division),
            None,
        )


def _below(entries: list[_Entry], prefix: str) -> list[_Entry]:
    if not prefix:
        return entries
    start = bisect_left(entries, prefix, key=lambda entry: entry.prefix)
    end = start
    while end < len(entries) and entries[end].prefix.startswith(prefix):
        end += 1
    return entries[start:end]
