"""Standard addresses: levels, places, the parts below a street, and what matching a written address says.

The tree (GB/T 39609-2020; 地名管理条例 Art. 21): province, city, county, town, village, street (or estate, or hamlet),
door plate, building, unit, floor, room. Pure values, no I/O.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final


class Level(IntEnum):
    """How deep an address goes."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWN = 4
    VILLAGE = 5
    STREET = 6
    DOOR = 7
    BUILDING = 8
    UNIT = 9
    FLOOR = 10
    ROOM = 11

    @property
    def word(self) -> str:
        """The name of the level in answers: ``province`` … ``room``."""
        return self.name.lower()


LEVEL_NAMES: Final = {
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.COUNTY: "县（区）",
    Level.TOWN: "乡（街道）",
    Level.VILLAGE: "村（社区）",
    Level.STREET: "路街巷、小区或自然村",
    Level.DOOR: "门牌号",
    Level.BUILDING: "楼栋",
    Level.UNIT: "单元",
    Level.FLOOR: "楼层",
    Level.ROOM: "室",
}
OPEN_LEVEL: Final = Level.DOOR
"""Deepest level that is open data; what lies below it is shared on a grant (element G010)."""
CODE_DIGITS: Final = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWN: 9, Level.VILLAGE: 12}
"""Leading digits of a division code that tell a division of this level."""


BELOW_STREET: Final = (Level.DOOR, Level.BUILDING, Level.UNIT, Level.FLOOR, Level.ROOM)


class Outcome(StrEnum):
    """What came of matching one text."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    """Several places fit equally well and have nothing in common: none is named."""
    NO_MATCH = "no_match"


class Relation(StrEnum):
    """How a text places itself beside what it names, instead of at it."""

    CROSSING = "intersection"
    OPPOSITE = "opposite"
    OFFSET = "offset"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Place:
    """A named place of the dictionary: a division, a street, an estate or a hamlet.

    ``prefix`` are the digits of the division it is, or lies in: 2, 4, 6, 9 or 12 of them.
    """

    id: str
    level: Level
    name: str
    prefix: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """What stands below a street, in normal form; empty where nothing was written."""

    door: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""

    def upto(self, level: Level) -> Parts:
        """Return these parts without what lies below ``level``."""
        return Parts(
            self.door if level >= Level.DOOR else "",
            self.building if level >= Level.BUILDING else "",
            self.unit if level >= Level.UNIT else "",
            self.floor if level >= Level.FLOOR else "",
            self.room if level >= Level.ROOM else "",
        )

    @property
    def level(self) -> Level | None:
        """The deepest level written; None where nothing is."""
        for level, text in (
            (Level.ROOM, self.room),
            (Level.FLOOR, self.floor),
            (Level.UNIT, self.unit),
            (Level.BUILDING, self.building),
            (Level.DOOR, self.door),
        ):
            if text:
                return level
        return None

    @property
    def texts(self) -> tuple[tuple[Level, str], ...]:
        """The parts that are written, from the door down."""
        values = zip(BELOW_STREET, (self.door, self.building, self.unit, self.floor, self.room), strict=True)
        return tuple((level, text) for level, text in values if text)


def path_key(base: str, parts: Parts) -> int:
    """Return 64 bits that tell an address below a street (``base``: id of the street or village), signed."""
    return _key("p", base, parts.door, parts.building, parts.unit, parts.floor, parts.room)


def short_key(base: str, parts: Parts) -> int:
    """Return the same without unit and floor, which texts often leave out."""
    return _key("s", base, parts.door, parts.building, parts.room)


def _key(*texts: str) -> int:
    digest = hashlib.blake2b("\x1f".join(texts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(frozen=True, slots=True)
class Piece:
    """Which part of a text was taken as what, and how well it fits (1.0: as the standard writes it)."""

    text: str
    level: Level
    place: str
    name: str
    fit: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text: the division, the street if it names one, the parts below, how well all that fits.

    ``base`` is where the parts hang: the street, else the deepest division. ``weight`` ranks readings: how many
    characters are explained, each counted by its fit.
    """

    base: Place
    pieces: tuple[Piece, ...]
    parts: Parts
    score: float
    weight: float
    relation: Relation | None = None
    unread: str = ""
    is_within: bool = False
    """Whoever asked said in which county it lies."""


@dataclass(frozen=True, slots=True)
class Found:
    """A standard address below a street, as the register holds it; the point in degrees, CGCS2000."""

    id: str
    level: Level
    full_text: str = ""
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """What a text is: level reached, score, identifier; or why nothing is named.

    ``equals`` counts the places that fitted equally well one level deeper than what is answered (0: none).
    ``unread`` is what of the text was not needed or not known.
    """

    outcome: Outcome
    level: Level | None = None
    id: str | None = None
    name: str = ""
    prefix: str = ""
    score: float = 0.0
    equals: int = 0
    equals_level: Level | None = None
    relation: Relation | None = None
    pieces: tuple[Piece, ...] = field(default_factory=tuple)
    unread: str = ""
    found: Found | None = None
