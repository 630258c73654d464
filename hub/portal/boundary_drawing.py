"""A boundary as a drawing inside a page: one SVG path from the GeoJSON of the API, as fine as a screen shows.

Only what was reviewed comes here (地图管理条例 Art. 15), in CGCS2000 degrees. Degrees east are drawn shorter by the
cosine of the latitude in the middle, so that a shape stands as on the ground. Lines are rounded to the pixel for
display; the exact boundary is the GeoJSON, and nothing is measured here (测绘法 Art. 37). Pure.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH, MOST_HEIGHT, MARGIN = 640.0, 440.0, 12.0
_LEAST_POINTS: Final = 3


@dataclass(frozen=True, slots=True)
class Drawing:
    """The path of a boundary and the size of its picture in pixels; the review number it must be shown with."""

    path: str
    width: int
    height: int
    review_number: str
    drawn_from: str


def drawing_of(feature: bytes) -> Drawing:
    """Return the drawing of a GeoJSON feature that is a polygon or several."""
    document: dict[str, Any] = json.loads(feature)
    geometry = document["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = [ring for polygon in polygons for ring in polygon]
    west, east = _ends(point[0] for ring in rings for point in ring)
    south, north = _ends(point[1] for ring in rings for point in ring)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 2 * MARGIN) / wide, (MOST_HEIGHT - 2 * MARGIN) / high)

    def placed(point: Sequence[float]) -> tuple[int, int]:
        return (
            round(MARGIN + (point[0] - west) * squeeze * scale),
            round(MARGIN + (north - point[1]) * scale),
        )

    about = document["properties"]
    return Drawing(
        path="".join(_ring([placed(point) for point in ring]) for ring in rings),
        width=math.ceil(wide * scale + 2 * MARGIN),
        height=math.ceil(high * scale + 2 * MARGIN),
        review_number=str(about["review_number"]),
        drawn_from=str(about["drawn_from"]),
    )


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = list(values)
    return min(known), max(known)


def _ring(points: Sequence[tuple[int, int]]) -> str:
    """Return a ring as a path of steps; points that fall on the one before are drawn once, an empty ring not at all."""
    kept = [points[0]]
    for point in points[1:]:
        if point != kept[-1]:
            kept.append(point)
    if len(kept) < _LEAST_POINTS:
        return ""
    steps = "".join(f"l{after[0] - before[0]} {after[1] - before[1]}" for before, after in pairwise(kept))
    return f"M{kept[0][0]} {kept[0][1]}{steps}z"
