"""Areas on the ellipsoid of CGCS2000 (GB 22021: a = 6,378,137 m, 1/f = 298.257222101), never on a plane."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pyproj import Geod

SEMI_MAJOR_M: Final = 6_378_137.0
INVERSE_FLATTENING: Final = 298.257222101


@cache
def _geod() -> Geod:
    from pyproj import Geod

    return Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)


def area_m2(shape: Any) -> float:  # noqa: ANN401 - a shapely geometry
    """Return the area of polygons in CGCS2000 degrees, longitude first, in square metres; holes are taken off."""
    import shapely

    total = 0.0
    for part in shapely.get_parts(shape):
        turned = shapely.geometry.polygon.orient(part)
        total += abs(float(_geod().geometry_area_perimeter(turned)[0]))
    return total
