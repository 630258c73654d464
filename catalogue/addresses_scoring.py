"""The choice between the readings of a text: one place, or none; never a guess between equals.

The reading that explains most of the text wins. Where two explain it equally well and neither lies in the other, the
answer falls back to what they have in common and tells how many they are. Where the score of what is left lies below
the threshold, nothing is answered: a wrong address is worse than none. Pure functions, no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue.addresses import AddressMatch, Found, Level, Outcome, Parts, Piece, Reading, path_key, short_key
from catalogue.addresses_standard import base_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.addresses_index import NameIndex

NO_MATCH: Final = AddressMatch(Outcome.NO_MATCH)
_NEAR_WEIGHT: Final = 0.35
"""Readings whose explained characters differ by less are equals."""
_BY_DOOR: Final = 0.9
"""Fit of a district that is told only by a door plate found in one of its streets."""
_SHORTENED: Final = 0.95
"""Fit of an address found without the unit or floor the text leaves out."""
_MAIN_DOOR: Final = 0.9
"""Fit of a main door plate for an annex of it (88号 for 88号附1号) that is not stored itself."""
_CONCLUDED_IN_CITY: Final = 0.9
_CONCLUDED_BY_TWO: Final = 0.85
_CONCLUDED: Final = 0.7
"""Fits of a district that only a town or village tells: inside a named city; by two names; by one name alone."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How sure a match must be."""

    least_score: float = 0.6
    """Below this nothing is answered (setting ``address_least_score``)."""


def wanted_keys(readings: Sequence[Reading]) -> set[int]:
    """Return the keys under which the addresses these readings speak of would be stored."""
    return {key for reading in readings for _, keys in _ways(reading) for key, _ in keys}


def _ways(reading: Reading) -> list[tuple[Level, list[tuple[int, float]]]]:
    """Return the keys to look under, the deepest level written first, each with how well it would fit.

    A written unit or floor may be missing in the standard address, so it is looked for without them too; a room is
    looked for in every unit only where the text names none: another unit's room of that number is another room.
    """
    ways = []
    for level, _ in reversed(reading.parts.texts):
        parts = reading.parts.upto(level)
        ways.append((level, [key for base in base_keys(reading.base) for key in _keys(base, level, parts)]))
    return ways


def _keys(base: str, level: Level, parts: Parts) -> list[tuple[int, float]]:
    keys = [(path_key(base, parts), 1.0)]
    if level is Level.ROOM:
        plain = replace(parts, floor="")
        keys.append((path_key(base, plain), 1.0))
        keys.append((path_key(base, replace(plain, unit="")), _SHORTENED))
        if not parts.unit:
            keys.append((short_key(base, parts), _SHORTENED))
    elif level is Level.FLOOR and parts.unit:
        keys.append((path_key(base, replace(parts, unit="")), _SHORTENED))
    elif level is Level.DOOR and "-" in parts.door:
        keys.append((path_key(base, replace(parts, door=parts.door.split("-", maxsplit=1)[0])), _MAIN_DOOR))
    return keys


def choose(
    readings: Sequence[Reading], found: Mapping[int, Sequence[Found]], index: NameIndex, rules: Rules | None = None
) -> AddressMatch:
    """Return what a text is, from its readings and the stored addresses under :func:`wanted_keys`."""
    rules = rules or Rules()
    if not readings:
        return NO_MATCH
    best = _deepest_only([one for one in readings if one.weight >= readings[0].weight - _NEAR_WEIGHT])
    placed = [(_placed(reading, found), reading) for reading in best]
    with_address = [one for one in placed if one[0].found is not None]
    chosen = with_address or placed
    if len({match.id for match, _ in chosen}) > 1:
        match = _fallback(chosen, index)
    else:
        match = _alone(*chosen[0], index, is_one_of_many=len(chosen) < len(placed))
    if match.outcome is Outcome.MATCHED and match.score < rules.least_score:
        return replace(NO_MATCH, score=match.score, pieces=match.pieces, unread=match.unread)
    return match


def _deepest_only(readings: Sequence[Reading]) -> list[Reading]:
    """Drop readings that end in a division inside which another reading goes deeper.

    A name alone is taken for the highest division that bears it: a district before a town of that name elsewhere.
    """
    if all(len(one.pieces) == 1 for one in readings):
        highest = min(one.pieces[0].level for one in readings)
        return [one for one in readings if one.pieces[0].level is highest]
    return [
        one
        for one in readings
        if not any(
            one.base.level <= Level.VILLAGE
            and other.base.level > one.base.level
            and other.base.prefix.startswith(one.base.prefix)
            for other in readings
        )
    ]


def _placed(reading: Reading, found: Mapping[int, Sequence[Found]]) -> AddressMatch:
    """Return the deepest stored address of a reading; its street or division where none of its parts is stored."""
    base = reading.base
    match = AddressMatch(
        Outcome.MATCHED,
        base.level,
        base.id,
        base.name,
        base.prefix,
        round(reading.score, 3),
        relation=reading.relation,
        pieces=reading.pieces,
        unread=reading.unread,
    )
    for level, keys in _ways(reading):
        for key, fit in keys:
            stored = {one.id: one for one in found.get(key, ()) if one.level is level}
            if len(stored) > 1:
                match = replace(match, equals=len(stored), equals_level=level)
                break
            if stored:
                one = next(iter(stored.values()))
                score = round(match.score * fit, 3)
                return replace(match, level=level, id=one.id, name=one.full_text, score=score, found=one)
    return match


def _fallback(chosen: Sequence[tuple[AddressMatch, Reading]], index: NameIndex) -> AddressMatch:
    """Return what equals have in common and the text itself names; ambiguous where that is nothing."""
    first, reading = chosen[0]
    shared = [
        piece
        for piece in reading.pieces
        if all(any(piece.place == other.place for other in one.pieces) for _, one in chosen)
    ]
    equals = len({match.id for match, _ in chosen})
    level = max((match.level for match, _ in chosen if match.level is not None), default=None)
    if not shared:
        return AddressMatch(Outcome.AMBIGUOUS, equals=equals, equals_level=level, unread=reading.unread)
    return replace(_cut_back(first, shared, index), equals=equals, equals_level=level)


def _cut_back(match: AddressMatch, named: Sequence[Piece], index: NameIndex) -> AddressMatch:
    """Return a match at the deepest of these pieces only."""
    deepest = max(named, key=lambda piece: piece.level)
    place = index.by_id[deepest.place]
    fit = 1.0
    for piece in named:
        fit *= piece.fit
    score = round(fit, 3)
    return replace(match, level=place.level, id=place.id, name=place.name, prefix=place.prefix, score=score, found=None)


def _alone(match: AddressMatch, reading: Reading, index: NameIndex, *, is_one_of_many: bool) -> AddressMatch:
    """Return the one match there is, less sure where its district is concluded and not written."""
    named = [piece for piece in reading.pieces if piece.level <= Level.VILLAGE]
    levels = {piece.level for piece in named}
    if Level.COUNTY in levels or match.level is None or match.level < Level.COUNTY or reading.is_within:
        return match
    if is_one_of_many or reading.base.level is Level.STREET:
        if match.found is not None:
            return replace(match, score=round(match.score * _BY_DOOR, 3))
        return _cut_back(match, named, index) if named else NO_MATCH
    concluded = _CONCLUDED_IN_CITY if Level.CITY in levels else _CONCLUDED_BY_TWO if len(levels) > 1 else _CONCLUDED
    return replace(match, score=round(match.score * concluded, 3))
