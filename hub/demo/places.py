"""Where things are in the invented city: districts, roads, addresses, positions.

The city lies in open sea, so that no map shows it on top of a real place. Positions are CGCS2000
longitude and latitude in degrees (EPSG:4490), six decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.demo.city import load_city
from hub.demo.names import ROADS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

CENTRE: Final = (122.5, 34.5)
REACH_DEGREES: Final = 0.04
_OFFSETS: Final[Mapping[str, tuple[float, float]]] = {
    "410191": (0.09, 0.0),
    "410192": (-0.09, 0.0),
    "410193": (0.0, -0.08),
    "410194": (0.0, 0.08),
    "410179": (0.17, 0.09),
}
SUBDISTRICTS: Final = ("望云街道", "听松街道", "采薇街道", "观澜街道")


@dataclass(frozen=True, slots=True)
class District:
    """A district or the zone; ``short`` is its name without the city's."""

    code: str
    name: str

    @property
    def short(self) -> str:
        """The name as lists show it."""
        return self.name.removeprefix(load_city().name_zh)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: district, road, house number, position."""

    district: District
    road: str
    number: int
    longitude: float
    latitude: float

    @property
    def street(self) -> str:
        """The address down to the road."""
        return f"{self.district.name}{self.road}"

    @property
    def address(self) -> str:
        """The address down to the house number."""
        return f"{self.street}{self.number}号"


def districts() -> tuple[District, ...]:
    """Return districts and zone."""
    return tuple(District(place.code, place.name_zh) for place in load_city().places)


def spot(dice: Random, district: District | None = None) -> Spot:
    """Return a place somewhere in a district."""
    where = district or dice.choice(districts())
    east, north = _OFFSETS[where.code]
    return Spot(
        where,
        dice.choice(ROADS),
        dice.randint(1, 199),
        round(CENTRE[0] + east + dice.uniform(-REACH_DEGREES, REACH_DEGREES), 6),
        round(CENTRE[1] + north + dice.uniform(-REACH_DEGREES, REACH_DEGREES), 6),
    )
