"""A written address cut along the levels of the dictionary: every way to read it that holds together.

From left to right, each name must lie inside what was read before it; missing and repeated levels are allowed, a name
that is not in the dictionary is stepped over and told as unread. Nothing is decided here: several readings may stand
(新华区 of two cities), and :mod:`catalogue.addresses_scoring` chooses or refuses. Pure functions, no I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue.addresses import CODE_DIGITS, Level, Piece, Place, Reading
from catalogue.addresses_tail import parsed_tail
from catalogue.addresses_text import written

if TYPE_CHECKING:
    from catalogue.addresses_index import Hit, NameIndex

_STEP_OVER: Final = re.compile(
    r"[一-龥A-Z\d]{2,14}?(?:开发区|示范区|集聚区|聚集区|实验区|试验区|管理区|工业园区|工业园|工业区|产业园区|园区|科技园|"
    r"新区|农场|林场|管委会|街道|区|县|镇|乡)(?=[一-龥A-Z\d])(?!路|街|大道|政府|公司|供销)"
)
MOST_READINGS: Final = 64
_SURE: Final = 0.9
_STEPPED: Final = 0.85


@dataclass(frozen=True, slots=True)
class _Step:
    at: int
    place: Place | None
    prefix: str
    pieces: tuple[Piece, ...] = ()
    fit: float = 1.0
    weight: float = 0.0
    unread: str = ""
    stepped: int = 0


def readings(text: str, index: NameIndex, within: str = "") -> tuple[Reading, ...]:
    """Return the readings of an address text; none where it names nothing of the dictionary.

    Args:
        text: as written.
        index: the dictionary.
        within: digits of the division the text is known to lie in ("": not known).

    """
    plain = written(text)
    if plain is None:
        return ()
    root = index.division_of(within) if within else None
    ends = _walk(plain.text, index, _Step(0, root, within))
    found: list[Reading] = []
    for step in ends:
        found.extend(_closed(plain.text, index, step))
    if len(within) >= CODE_DIGITS[Level.COUNTY]:
        found = [replace(one, is_within=True) for one in found]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.base.id))[:MOST_READINGS])


def _walk(text: str, index: NameIndex, first: _Step) -> list[_Step]:
    """Return every state in which no division follows any more."""
    open_steps = [first]
    ends: list[_Step] = []
    while open_steps and len(ends) < MOST_READINGS:
        step = open_steps.pop()
        hits = [hit for hit in index.divisions_at(text, step.at, step.prefix) if hit.end > step.at]
        open_steps.extend(_taken(text, step, hit) for hit in hits)
        if any(hit.fit >= _SURE for hit in hits):
            continue
        ends.append(step)
        if not hits and step.stepped < 2 and not index.streets_at(text, step.at, step.prefix):  # noqa: PLR2004
            over = _STEP_OVER.match(text, step.at)
            if over is not None and step.place is not None:
                open_steps.append(_over(step, over))
    return ends


def _taken(text: str, step: _Step, hit: Hit) -> _Step:
    words = text[step.at : hit.end]
    piece = Piece(words, hit.place.level, hit.place.id, hit.place.name, round(hit.fit, 3))
    is_repeat = len(hit.place.prefix) <= len(step.prefix)
    place = step.place if is_repeat and step.place is not None else hit.place
    fit = step.fit if is_repeat else step.fit * hit.fit
    prefix = step.prefix if is_repeat else hit.place.prefix
    weight = step.weight + len(words) * hit.fit
    return _Step(hit.end, place, prefix, (*step.pieces, piece), fit, weight, step.unread, step.stepped)


def _over(step: _Step, found: re.Match[str]) -> _Step:
    fit, weight = step.fit * _STEPPED, step.weight - len(found[0]) / 2
    return _Step(
        found.end(), step.place, step.prefix, step.pieces, fit, weight, step.unread + found[0], step.stepped + 1
    )


def _closed(text: str, index: NameIndex, step: _Step) -> list[Reading]:
    """Return the readings that end with this division: with each street that fits, else with the division alone."""
    if step.place is None:
        return []
    rest = text[step.at :]
    found = []
    for hit in index.streets_at(text, step.at, step.prefix):
        tail = parsed_tail(text[hit.end :])
        if _goes_on(text, hit.end) or tail.is_elsewhere:
            continue
        words = text[step.at : hit.end]
        piece = Piece(words, Level.STREET, hit.place.id, hit.place.name, round(hit.fit, 3))
        weight = step.weight + len(words) * hit.fit
        unread = step.unread + tail.unread
        pieces = (*step.pieces, piece)
        found.append(Reading(hit.place, pieces, tail.parts, step.fit * hit.fit, weight, tail.relation, unread))
    if found:
        return found
    if not step.pieces:
        return []
    tail = parsed_tail(rest)
    parts = tail.parts if step.place.level is Level.VILLAGE and not tail.is_elsewhere else tail.parts.upto(Level.STREET)
    return [Reading(step.place, step.pieces, parts, step.fit, step.weight, tail.relation, step.unread + rest)]


_GOES_ON: Final = re.compile(
    r"[东西南北中]?(?:大道|大街|支路|路(?!口|[东西南北])|街(?!口|[东西南北])|巷|里(?!\d)|弄|胡同|新村|小区|花园|社区|街道|村|办)"
)


def _goes_on(text: str, at: int) -> bool:
    """Tell whether the name of a street only begins a longer name (解放路 in 解放路小区)."""
    return _GOES_ON.match(text, at) is not None
