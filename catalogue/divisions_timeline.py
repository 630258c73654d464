"""One timeline from many lists: which name a code had when, by which source, and where the sources differ.

A dated list (a revision of GB/T 2260, the statistical list of a year) rules from its day until the next list that
covers the code. Before the first of them, and after the last, the yearly lists of the Ministry of Civil Affairs rule
where they are known; before all, lists without dates. Where sources differ the list of the day is followed and a note
tells what the other says: nothing is silently resolved. Pure, no I/O.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from catalogue.divisions_changes import changes_between, without_restated
from catalogue.divisions_lists import DatedList
from catalogue.divisions_model import (
    COLLECTIVE_NAMES,
    FIRST_DAY,
    Change,
    Dating,
    Division,
    Level,
    Note,
    NoteKind,
    is_zone_code,
    kind_of,
    level_of,
    parents_of,
)
from catalogue.divisions_slips import mended, notes_of, slips_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

_SMALL: Final = frozenset({Level.TOWN, Level.VILLAGE})


@dataclass(frozen=True, slots=True)
class Extent:
    """What a list speaks of: a code outside its extent is not withdrawn by being absent."""

    levels: frozenset[Level]
    provinces: frozenset[str]
    collectives: frozenset[Level]
    has_zones: bool

    @classmethod
    def of(cls, names: Mapping[str, str]) -> Extent:
        """Return what a list speaks of, from what is in it."""
        levels = {code: level for code in names if (level := level_of(code)) is not None}
        return cls(
            levels=frozenset(levels.values()),
            provinces=frozenset(code[:2] for code in names),
            collectives=frozenset(level for code, level in levels.items() if names[code] in COLLECTIVE_NAMES),
            has_zones=any(is_zone_code(code[:6]) for code in names),
        )

    def covers(self, code: str, name: str = "") -> bool:
        """Tell whether the list would name this division if it held."""
        level = level_of(code)
        return (
            level in self.levels
            and code[:2] in self.provinces
            and (self.has_zones or not is_zone_code(code[:6]))
            and (name not in COLLECTIVE_NAMES or level in self.collectives)
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything known: periods (no two of a code overlap), changes, notes."""

    periods: tuple[Division, ...]
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The material of a timeline."""

    dated: Sequence[DatedList] = ()
    undated: Mapping[str, str] = field(default_factory=dict)
    undated_source: str = "withdrawn"
    periods: Sequence[Division] = ()
    changes: Sequence[Change] = ()
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class _Window:
    """The days between which dated lists speak of a code; None: none does."""

    first: date | None
    last: date | None


def timeline_of(given: Given) -> Timeline:
    """Put the lists together; of lists of one day, the first one given names a code."""
    lists = one_a_day(given.dated)
    runs = _runs_of(lists)
    stated: dict[str, list[Division]] = defaultdict(list)
    for one in sorted(given.periods, key=attrgetter("code", "valid_from")):
        stated[one.code].append(one)
    extents = [(one.on, Extent.of(one.names)) for one in lists]
    notes: list[Note] = list(given.notes)
    periods: list[Division] = []
    for code in sorted(runs.keys() | stated.keys() | given.undated.keys()):
        own, said = runs.get(code, []), stated.get(code, [])
        window = _Window(None, None)
        if said or code in given.undated:
            days = [on for on, extent in extents if extent.covers(code)]
            window = _Window(days[0], days[-1]) if days else window
        kept = [piece for one in said for piece in _allowed(one, own, window)]
        if not said:
            kept = _undated(given, code, own, window, lists)
        periods += _joined(sorted([*kept, *own], key=attrgetter("valid_from")))
        notes += _differences(said, own, kept)
    inferred, found = _inferred(lists)
    changes = [*given.changes, *without_restated(inferred, given.changes)]
    return Timeline(tuple(periods), tuple(sorted(changes, key=attrgetter("on", "old"))), (*notes, *found))


def one_a_day(dated: Sequence[DatedList]) -> list[DatedList]:
    """Return the lists in order of time, those of one day as one."""
    found = []
    for on, group in groupby(sorted(dated, key=attrgetter("on")), key=attrgetter("on")):
        same = list(group)
        names: dict[str, str] = {}
        for one in same:
            names = {**one.names, **names}
        found.append(same[0] if len(same) == 1 else DatedList(same[0].source, on, names))
    return found


def _runs_of(lists: Sequence[DatedList]) -> dict[str, list[Division]]:
    """Return the periods that the dated lists give each code."""
    runs: dict[str, list[Division]] = defaultdict(list)
    standing: dict[str, Division] = {}
    for one in lists:
        extent = Extent.of(one.names)
        ended = [last for code, last in standing.items() if one.names.get(code) != last.name]
        for last in ended:
            if last.code in one.names or extent.covers(last.code, last.name):
                runs[last.code].append(replace(last, valid_to=one.on))
                del standing[last.code]
        for code, name in one.names.items():
            if code not in standing:
                standing[code] = _begun(one, code, name, standing)
    for code, last in standing.items():
        runs[code].append(last)
    return runs


def _begun(one: DatedList, code: str, name: str, standing: Mapping[str, Division]) -> Division:
    # A list may leave out what it takes for granted (市辖区): what stood before still stands above.
    parent = next((above for above in parents_of(code) if above in one.names or above in standing), None)
    level = level_of(code) or Level.COUNTY
    return Division(code, one.on, None, name, level, parent, kind_of(code), one.source, Dating.LIST)


def _allowed(one: Division, own: Sequence[Division], window: _Window) -> list[Division]:
    """Return what is left of a stated period beside the lists.

    A source that states days speaks wherever the lists give the code no name; yearly lists speak before and after
    the time of the dated ones.
    """
    if one.dating is Dating.YEAR and window.first is not None and window.last is not None:
        before = _cut(one, None, window.first)
        is_open = bool(own) and own[-1].valid_to is None
        after = [] if is_open else _cut(one, window.last, None) if one.valid_from > window.last else []
        return [*before, *after]
    pieces = [one]
    for run in own:
        pieces = [part for piece in pieces for part in (*_cut(piece, None, run.valid_from), *_after(piece, run))]
    return pieces


def _after(one: Division, run: Division) -> list[Division]:
    return [] if run.valid_to is None else _cut(one, run.valid_to, None)


def _cut(one: Division, since: date | None, until: date | None) -> list[Division]:
    """Return a period cut to ``since`` ... ``until``; nothing where nothing is left."""
    start = one.valid_from if since is None else max(one.valid_from, since)
    ends = [day for day in (one.valid_to, until) if day is not None]
    end = min(ends, default=None)
    return [replace(one, valid_from=start, valid_to=end)] if end is None or start < end else []


def _undated(
    given: Given, code: str, own: Sequence[Division], window: _Window, lists: Sequence[DatedList]
) -> list[Division]:
    """Return the period of a name without dates: before the lists, unless a later list shows the name to be newer."""
    name, level = given.undated.get(code), level_of(code)
    if name is None or level is None:
        return []
    if own and own[0].valid_from > lists[0].on and name in {one.name for one in own}:
        return []
    days = [day for day in (window.first, own[0].valid_from if own else None) if day is not None]
    end = min(days, default=None)
    parent = next(iter(parents_of(code)), None)
    one = Division(code, FIRST_DAY, end, name, level, parent, kind_of(code), given.undated_source, Dating.UNDATED)
    return [one] if end is None or end > FIRST_DAY else []


def _joined(periods: Sequence[Division]) -> list[Division]:
    """Return periods in one row; a name that goes on over a seam of sources is one period."""
    found: list[Division] = []
    for one in periods:
        last = found[-1] if found else None
        if last is not None and last.valid_to == one.valid_from and _is_same(last, one):
            found[-1] = replace(one, valid_from=last.valid_from, dating=last.dating)
        else:
            found.append(one)
    return found


def _is_same(last: Division, one: Division) -> bool:
    return (last.name, last.parent) == (one.name, one.parent) and last.dating is not Dating.UNDATED


def _differences(said: Sequence[Division], own: Sequence[Division], kept: Sequence[Division]) -> list[Note]:
    """Tell where a source with periods of its own says something other than the lists of the time."""
    notes = []
    for one in said:
        for run in own:
            shared = _cut(one, run.valid_from, run.valid_to)
            if shared and one.name != run.name:
                day = shared[0].valid_from
                zh = f"{one.source} 自 {one.valid_from.isoformat()} 起为“{one.name}”，{run.source} 此时为“{run.name}”"
                en = f"{one.source} says {one.name} from {one.valid_from.isoformat()}, {run.source} says {run.name}"
                notes.append(Note(one.code, day, NoteKind.DIFFERENCE, zh, en))
        if not own and one.valid_to is None and not any(piece.valid_to is None for piece in kept):
            zh = f"{one.source} 有“{one.name}”，其后的清单没有这个代码"
            en = f"{one.source} has {one.name}; the lists after it do not have this code"
            notes.append(Note(one.code, one.valid_from, NoteKind.DIFFERENCE, zh, en))
    return notes


def _inferred(lists: Sequence[DatedList]) -> tuple[list[Change], list[Note]]:
    """Compare each list with what stood before, over what both speak of; slips are told, and count for nothing.

    Lists of towns and villages alone are not compared.
    """
    large = [one for one in lists if not Extent.of(one.names).levels <= _SMALL]
    notes: list[Note] = []
    clean: dict[date, Mapping[str, str]] = {}
    for source in dict.fromkeys(one.source for one in large):
        same = [one for one in large if one.source == source]
        slips = slips_in(same)
        notes += notes_of(same, slips)
        clean |= {one.on: names for one, names in zip(same, mended(same, slips), strict=True)}
    changes: list[Change] = []
    standing: dict[str, str] = {}
    for one in large:
        now, extent, known = clean[one.on], Extent.of(one.names), Extent.of(standing)
        before = {code: name for code, name in standing.items() if extent.covers(code, name)}
        if standing:
            after = {code: name for code, name in now.items() if known.covers(code, name)}
            changes += changes_between(before, after, one.on, one.source)
        standing = {**{code: name for code, name in standing.items() if code not in before}, **now}
    return changes, notes
