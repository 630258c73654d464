"""Former names of counties and districts, from divisions through time, as other names of what they became.

An old document says 邙山区, and means what that code and name became. A name leads to a place only where its period
ends in exactly one division of today; what was split, what the lists lose sight of, a name that another county of the
city bears now, and a name that would lead to two places lead nowhere: nothing is guessed. 地名管理条例 Art. 21.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from catalogue.addresses import Level
from catalogue.divisions_model import Level as DivisionLevel
from catalogue.divisions_through_time import Divisions
from hub.registers.divisions import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalogue.addresses import Place
    from catalogue.divisions_model import Division
    from hub.database import Unit

_NO_PLACE: Final = frozenset({"郊区", "市区"})
"""Names that told no place even when they were in force."""
_COUNTY_DIGITS: Final = 6


def with_former_names(unit: Unit, places: Sequence[Place]) -> list[Place]:
    """Return the places, counties with the names they and what went up in them once bore."""
    current = {place.prefix: place.name for place in places if place.level is Level.COUNTY}
    found = _former(unit, current) if current else {}
    return [
        replace(place, aliases=tuple(dict.fromkeys((*place.aliases, *sorted(found[place.prefix])))))
        if place.level is Level.COUNTY and place.prefix in found
        else place
        for place in places
    ]


def timeline_of(unit: Unit) -> tuple[int, int, bool]:
    """Return what changes when divisions are loaded: the newest list, how many there are, whether any is in force."""
    return (*store.version(unit), store.has_periods(unit))


def _former(unit: Unit, current: Mapping[str, str]) -> dict[str, set[str]]:
    periods, changes, notes = store.large(unit)
    divisions = Divisions(periods, changes, notes)
    leads: dict[tuple[str, str], set[str]] = {}
    for code, name, target in _ended(divisions, periods):
        leads.setdefault((code[:4], name), set()).add(target)
    borne = {(code[:4], name) for code, name in current.items()}
    found: dict[str, set[str]] = {}
    for (city, name), targets in leads.items():
        target = next(iter(targets))
        if len(targets) == 1 and target in current and (city, name) not in borne and (target[:4], name) not in borne:
            found.setdefault(target, set()).add(name)
    return found


def _ended(divisions: Divisions, periods: Iterable[Division]) -> Iterable[tuple[str, str, str]]:
    """Yield code, name and the six digits of what it is today, of every ended period of a county that became one."""
    for one in periods:
        if one.level is not DivisionLevel.COUNTY or one.valid_to is None or one.is_collective or one.name in _NO_PLACE:
            continue
        became = divisions.current(one.code, one.valid_from)
        if len(became) == 1 and not became[0].ended:
            yield one.code, one.name, became[0].code[:_COUNTY_DIGITS]
