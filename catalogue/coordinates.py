"""Coordinates of the country: its extent, the offset systems of web maps, and how their shift is told.

Public web maps use GCJ-02, an enforced shift of some hundred metres without an official inverse; BD-09 shifts that
once more. A file says nothing of it, so it is told by the names people give such files, and by a stable shift against
known places. The formulas are the published approximation (metres of error): they recognise a shift, they never
convert anything for storage. Degrees, longitude first; CGCS2000 and WGS-84 are alike here. Pure, no I/O.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from catalogue.basic.geography import CHINA_LATITUDE, CHINA_LONGITUDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Degrees = NDArray[np.float64]

METRES_A_DEGREE: Final = 111_320.0
_AXIS: Final = 6378245.0
_ECCENTRICITY: Final = 0.00669342162296594323
"""Krassowsky ellipsoid, on which the published approximation rests."""
_BAIDU: Final = np.pi * 3000.0 / 180.0

SAMPLE_FROM: Final = 5
_WITHIN_METRES: Final = 60.0
_LEAST_METRES: Final = 100.0
_SHARE: Final = 0.6


class Offset(StrEnum):
    """The two shifted systems of web maps."""

    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


_WORDS: Final = {
    Offset.GCJ02: re.compile(r"gcj[-_ ]?0?2|mars|火星|高德|amap|autonavi|国测局|腾讯地图", re.IGNORECASE),
    Offset.BD09: re.compile(r"bd[-_ ]?0?9|baidu|百度|(?<![a-z])bd_?(?:lng|lon|lat|x|y)(?![a-z])", re.IGNORECASE),
}
_TRUE_WORDS: Final = re.compile(
    r"wgs[-_ ]?(?:19)?84|cgcs[-_ ]?2000|(?<![0-9])2000(?:国家大地|坐标)|(?<=[a-z])84$", re.IGNORECASE
)


def offset_named(name: str) -> Offset | None:
    """Return the shifted system a name (of a file, a layer, a column) speaks of; None where it names none, or both."""
    if _TRUE_WORDS.search(name) is not None:
        return None
    return next((system for system, words in _WORDS.items() if words.search(name) is not None), None)


def names_true_system(name: str) -> bool:
    """Tell whether a name says CGCS2000 or WGS-84."""
    return _TRUE_WORDS.search(name) is not None


def gcj02_shift(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return by how many degrees GCJ-02 shifts true places, after the published approximation."""
    x, y = longitude - 105.0, latitude - 35.0
    root, wave = np.sqrt(np.abs(x)), (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(latitude)
    magic = 1.0 - _ECCENTRICITY * np.sin(phi) ** 2
    meridian = _AXIS * (1.0 - _ECCENTRICITY) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def bd09_shift(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return by how many degrees BD-09 shifts true places: GCJ-02, and its own shift on top."""
    east, north = gcj02_shift(longitude, latitude)
    x, y = longitude + east, latitude + north
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return radius * np.cos(angle) + 0.0065 - longitude, radius * np.sin(angle) + 0.006 - latitude


def metres(east: Degrees, north: Degrees, latitude: Degrees) -> Degrees:
    """Return the length of shifts in degrees at a latitude, in metres (good to a per cent)."""
    return np.hypot(east * np.cos(np.radians(latitude)), north) * METRES_A_DEGREE


def inside(longitude: Degrees, latitude: Degrees) -> NDArray[np.bool_]:
    """Tell which places lie in the box around the country (land and sea)."""
    return (
        (longitude >= CHINA_LONGITUDE[0])
        & (longitude <= CHINA_LONGITUDE[1])
        & (latitude >= CHINA_LATITUDE[0])
        & (latitude <= CHINA_LATITUDE[1])
    )


def shifted_system(known: tuple[Degrees, Degrees], given: tuple[Degrees, Degrees]) -> Offset | None:
    """Tell whether given places are known ones under a shift of web maps.

    Args:
        known: longitudes and latitudes of places whose system is right.
        given: the same places as now given, in the same order.

    Returns:
        The system, when most of the places that moved by 100 m or more moved as it moves them (to 60 m), and these
        are at least :data:`SAMPLE_FROM` and most of all; None otherwise. Places that do not move tell against it.
    """
    longitude, latitude = known
    east, north = given[0] - longitude, given[1] - latitude
    usable = inside(longitude, latitude) & np.isfinite(east) & np.isfinite(north)
    if int(usable.sum()) < SAMPLE_FROM:
        return None
    longitude, latitude, east, north = longitude[usable], latitude[usable], east[usable], north[usable]
    moved = metres(east, north, latitude) >= _LEAST_METRES
    for system, shift in ((Offset.GCJ02, gcj02_shift), (Offset.BD09, bd09_shift)):
        by_east, by_north = shift(longitude, latitude)
        alike = moved & (metres(east - by_east, north - by_north, latitude) <= _WITHIN_METRES)
        if int(alike.sum()) >= SAMPLE_FROM and float(alike.mean()) >= _SHARE:
            return system
    return None
