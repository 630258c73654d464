"""Invented standard addresses: division, street, door, building, unit, floor, room (GB/T 39609-2020); no real place.

A town is a grid: the running number of a room in the town tells its whole address, so that no list of addresses is
needed and every room has exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from hub.generator.names import estate_names, street_names, town_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hub.generator.parameters import CityParameters

    Numbers = NDArray[np.int64]

ROOMS, FLOORS, UNITS, BUILDINGS = 2, 18, 3, 10
"""Rooms a floor, floors a unit, units a building, buildings a door."""

_DOOR: Final = ROOMS * FLOORS * UNITS * BUILDINGS
_STREETS: Final = 8
_VILLAGES: Final = 12


@dataclass(frozen=True, slots=True)
class Town:
    """A town or subdistrict: nine digits, its name, the district it is in."""

    code: str
    name: str
    district: str


def towns_of(city: CityParameters) -> list[Town]:
    """Return all towns of the city, district by district."""
    found: list[Town] = []
    for district in city.districts:
        for number in range(1, district.towns + 1):
            name = town_name(len(found))
            found.append(Town(f"{district.code}{number:03d}", name, district.name))
    return found


class Grid:
    """Gives rooms out, town by town; what was given once is never given again."""

    def __init__(self, city: CityParameters) -> None:
        """Begin with empty towns."""
        self.towns = towns_of(city)
        self._city = city.name
        self._next = np.zeros(len(self.towns), dtype=np.int64)
        self._codes = pl.Series([town.code for town in self.towns])
        self._starts = pl.Series([f"{city.name}{town.district}{town.name}" for town in self.towns])

    def rooms(self, towns: Numbers) -> Rooms:
        """Return a new room for each place of ``towns`` (numbers of the list of towns)."""
        order = np.argsort(towns, kind="stable")
        sorted_ = towns[order]
        turn = np.empty(len(towns), dtype=np.int64)
        turn[order] = np.arange(len(towns)) - np.searchsorted(sorted_, sorted_, "left")
        numbers = self._next[towns] + turn
        self._next += np.bincount(towns, minlength=len(self.towns))
        return self.told(towns, numbers)

    def told(self, towns: Numbers, numbers: Numbers) -> Rooms:
        """Return the addresses of rooms by their running number in the town."""
        room = numbers % ROOMS + 1
        floor = numbers // ROOMS % FLOORS + 1
        unit = numbers // (ROOMS * FLOORS) % UNITS + 1
        building = numbers // (ROOMS * FLOORS * UNITS) % BUILDINGS + 1
        block = numbers // _DOOR
        streets = street_names(towns * _STREETS + block % _STREETS)
        door = pl.Series(block // _STREETS * 2 + 1).cast(pl.String)
        village = block % _VILLAGES + 1
        place = pl.Series(towns)
        codes = self._codes.gather(place)
        division = codes + _padded(village, 3)
        start = self._starts.gather(place)
        street = start + streets
        flat = pl.Series(floor).cast(pl.String) + _padded(room, 2)
        full = street + door + "号" + estate_names(towns + block) + pl.Series(building).cast(pl.String) + "号楼"
        full = full + pl.Series(unit).cast(pl.String) + "单元" + flat + "室"
        ids = codes + _padded(numbers, 8)
        return Rooms(ids, full, division, streets, door, pl.DataFrame({"b": building, "u": unit, "f": flat}))


@dataclass(frozen=True, slots=True)
class Rooms:
    """Addresses at room level: id, whole text, twelve digits of the division, street, door, building and flat."""

    ids: pl.Series
    texts: pl.Series
    divisions: pl.Series
    streets: pl.Series
    doors: pl.Series
    flats: pl.DataFrame

    def gather(self, places: Sequence[int] | Numbers) -> Rooms:
        """Return the addresses at these places."""
        where = pl.Series(np.asarray(places, dtype=np.int64))
        return Rooms(
            self.ids.gather(where),
            self.texts.gather(where),
            self.divisions.gather(where),
            self.streets.gather(where),
            self.doors.gather(where),
            self.flats[where.to_list()],
        )


def _padded(numbers: Numbers, width: int) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(width)
