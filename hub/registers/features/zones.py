"""The national projected zones of CGCS2000: Gauss-Krüger of 3 and 6 degrees (GB/T 22021), to and from degrees.

X counts north, Y east with a false easting of 500,000 m. A Y of eight digits begins with the number of its zone, one of
six digits has none: two series of EPSG codes differ in that alone. Inside the hub everything is degrees, longitude
first; zones are for what comes in and goes out. The transformation is exact to fractions of a millimetre within three
degrees of the central meridian; other ellipsoids and local systems are not transformed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import load_code_list
from connectors.files.spatial_crs import gauss_kruger
from hub.registers.features.errors import ZoneError

if TYPE_CHECKING:
    from pyproj import Transformer

WIDTHS: Final = {"3-degree": 3, "6-degree": 6}
FARTHEST_DEGREES: Final = 4.5
"""From the central meridian: half a 6-degree zone and what surveys of its edge reach beyond."""
_EASTING_DIGITS: Final = 8
_PREFIX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone: its EPSG code, width and central meridian in degrees, its number (None: the easting has no number)."""

    epsg: int
    width: int
    meridian: int
    number: int | None


@cache
def zones() -> dict[int, Zone]:
    """Return all zones by EPSG code (4491 to 4554)."""
    found = {}
    for row in load_code_list("crs").rows.values():
        width = WIDTHS.get(row.extra["kind"])
        if width is not None:
            number = int(row.extra["zone"]) if row.extra["zone"] else None
            found[int(row.code)] = Zone(int(row.code), width, int(row.extra["central_meridian"]), number)
    return found


def zone(epsg: int) -> Zone:
    """Return a zone by its EPSG code.

    Raises:
        ZoneError: the code is no national zone of CGCS2000.
    """
    found = zones().get(epsg)
    if found is None:
        raise ZoneError(f"EPSG:{epsg} 不是 CGCS2000 的 3 度或 6 度分带", f"EPSG:{epsg} is no zone of CGCS2000")
    return found


def zone_of_longitude(longitude: float, width: int, *, has_number: bool) -> Zone:
    """Return the zone of a width (3 or 6 degrees) that a longitude lies in; ``has_number``: its easting has one.

    Raises:
        ZoneError: the longitude lies outside the zones of the country.
    """
    half = width / 2
    for one in zones().values():
        if one.width == width and (one.number is not None) is has_number and abs(longitude - one.meridian) <= half:
            return one
    raise ZoneError("经度不在我国分带范围内", "the longitude lies outside the zones of the country")


def zone_of_easting(easting: float) -> Zone:
    """Return the zone of a Y of eight digits: numbers 13 to 23 are of 6 degrees, 25 to 45 of 3.

    Raises:
        ZoneError: the Y has no number (six digits), or one of no zone.
    """
    number = int(easting) // _PREFIX
    found = next((one for one in zones().values() if one.number == number), None)
    if found is None or len(str(int(easting))) != _EASTING_DIGITS:
        raise ZoneError(
            "横坐标不是带带号的 8 位数，不能确定分带", "the Y is not of eight digits that begin with a zone's number"
        )
    return found


@cache
def _transformer(epsg: int) -> Transformer:
    from pyproj import Transformer

    found = zones()[epsg]
    proj = gauss_kruger(found.meridian, found.number or 0).proj
    return Transformer.from_crs("+proj=longlat +ellps=GRS80 +no_defs", proj, always_xy=True)


def to_zone(found: Zone, longitude: float, latitude: float) -> tuple[float, float]:
    """Return (X north, Y east) in metres of a place in degrees.

    Raises:
        ZoneError: the place lies too far from the central meridian for the zone to be right.
    """
    if abs(longitude - found.meridian) > FARTHEST_DEGREES:
        raise ZoneError("该点离中央经线过远，不属于这个分带", "the place lies too far from the central meridian")
    east, north = _transformer(found.epsg).transform(longitude, latitude)
    return float(north), float(east)


def to_degrees(found: Zone, north: float, east: float) -> tuple[float, float]:
    """Return (longitude, latitude) in degrees of a place given as X north and Y east in metres.

    Raises:
        ZoneError: the Y has another zone's number, or X and Y are exchanged.
    """
    number = found.number or 0
    if not 0 <= east - number * _PREFIX < _PREFIX:
        raise ZoneError("横坐标的带号与分带不符", "the Y is not of this zone: its number differs")
    longitude, latitude = _transformer(found.epsg).transform(east, north, direction="INVERSE")
    if abs(longitude - found.meridian) > FARTHEST_DEGREES:
        raise ZoneError("坐标离中央经线过远，纵横坐标可能写反", "too far from the central meridian; perhaps exchanged")
    return float(longitude), float(latitude)


def shape_in(found: Zone, shape: Any) -> Any:  # noqa: ANN401 - shapely geometries
    """Return a shape in degrees as one in metres of a zone, each place as Y east, X north.

    Raises:
        ZoneError: it reaches too far from the central meridian.
    """
    import numpy as np
    import shapely

    west, _, east, _ = shape.bounds
    if max(abs(west - found.meridian), abs(east - found.meridian)) > FARTHEST_DEGREES:
        raise ZoneError("图形离中央经线过远，不属于这个分带", "the shape lies too far from the central meridian")

    def turned(places: Any) -> Any:  # noqa: ANN401 - an array of places
        return np.column_stack(_transformer(found.epsg).transform(places[:, 0], places[:, 1]))

    return shapely.transform(shape, turned)
