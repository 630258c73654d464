"""Shapes as they are handed on: longitude and latitude in CGCS2000, extended WKB that says so (SRID 4490), flat.

Degrees pass unchanged, digit by digit. Metres of a national zone become degrees by the projection alone (the datum
stays, so no grid and no parameter is involved); the zone number before an easting is recognised where the file's
statement forgot it, and coordinates that contradict the statement are refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from connectors.files.errors import CoordinateSystemError
from connectors.files.spatial_crs import ZONE, gauss_kruger, zones
from connectors.port import ReadNote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from connectors.files.spatial_crs import CoordinateSystem
    from connectors.files.spatial_features import Shapes

    Numbers = NDArray[np.float64]

STORED: Final = 4490
_LAST_LONGITUDE: Final = 180.0
_LAST_LATITUDE: Final = 90.0
_METRES_FROM: Final = 1000.0
_MOST: Final = 0.5
_NORTH: Final = (100_000.0, 6_500_000.0)
_EAST: Final = (0.0, 1_000_000.0)


class Storing:
    """Turns shapes of one file into stored text, and remembers what was done to them."""

    def __init__(self, system: CoordinateSystem) -> None:
        self._system = system
        self._is_checked = False
        self._heights = 0
        self._prefix_note: int | None = None

    def texts(self, shapes: Shapes) -> pl.Series:
        """Return WKB in hexadecimal, blank where there is no shape.

        Raises:
            CoordinateSystemError: the coordinates cannot be in the system stated.
        """
        import shapely

        self._heights += int(np.count_nonzero(shapely.has_z(shapes)))
        if not self._is_checked:
            self._check(shapely.get_coordinates(shapes))
        if self._system.proj:
            shapes = shapely.transform(shapes, self._degrees)
        named = shapely.set_srid(shapely.force_2d(shapes), STORED)
        written = shapely.to_wkb(named, hex=True, byte_order=1, include_srid=True)
        return pl.Series([one or "" for one in written.tolist()], dtype=pl.String)

    def _degrees(self, places: Numbers) -> Numbers:
        """Return longitudes and latitudes of projected places; what is outside the projection becomes infinite."""
        from pyproj import Proj

        if not len(places):
            return places
        longitude, latitude = Proj(self._system.proj)(places[:, 0], places[:, 1], inverse=True)
        return np.column_stack((longitude, latitude))

    def _check(self, places: Numbers) -> None:
        """Hold the first coordinates against the system stated; most decide, single faults are faults of rows."""
        places = places[np.isfinite(places).all(axis=1)]
        if not len(places):
            return
        self._is_checked = True
        x, y = places[:, 0], places[:, 1]
        in_degrees = float(np.mean((np.abs(x) <= _LAST_LONGITUDE) & (np.abs(y) <= _LAST_LONGITUDE))) > _MOST
        if not self._system.proj:
            if float(np.mean(np.maximum(np.abs(x), np.abs(y)) > _METRES_FROM)) > _MOST:
                raise _contradiction("经纬度", "degrees", "平面坐标（米）", "metres")
            return
        if in_degrees:
            raise _contradiction("平面坐标（米）", "metres", "经纬度", "degrees")
        if self._system.is_gauss_kruger:
            self._check_zone(float(np.median(x)), float(np.median(y)))

    def _check_zone(self, x: float, y: float) -> None:
        prefix = int(x // ZONE)
        is_north = _NORTH[0] <= y <= _NORTH[1]
        if not is_north or prefix not in {0, *zones(self._system.meridian)}:
            swapped = _NORTH[0] <= x <= _NORTH[1] and int(y // ZONE) in {0, *zones(self._system.meridian)}
            if swapped:
                raise _exchanged()
            raise CoordinateSystemError(
                "坐标值与所说的投影带不符：东坐标前的带号不属于这个中央经线，或北坐标超出我国范围",
                "the coordinates do not fit the zone stated: another zone number, or a northing outside the country",
                next_zh="核对中央经线和带号（3 度带：带号 = 中央经线 ÷ 3），改正 .prj 或 --crs 后再推送",
                next_en="check central meridian and zone number (3 degrees: meridian / 3), then correct .prj or --crs",
                facts={"crs": self._system.name},
            )
        if prefix != self._system.prefix:
            self._prefix_note = prefix
            zone = gauss_kruger(self._system.meridian, prefix, self._system.basis)
            self._system = replace(self._system, proj=zone.proj, prefix=prefix)

    def notes(self) -> Iterator[ReadNote]:
        """Yield what was done to the shapes."""
        if self._heights:
            yield ReadNote(
                "heights_dropped",
                f"{self._heights:,} 个图形的高程未入库（空间信息项为二维）",
                f"the heights of {self._heights:,} shapes were not stored: shapes are kept in two dimensions",
                self._heights,
            )
        if self._prefix_note is not None:
            zh = f"带号 {self._prefix_note}" if self._prefix_note else "没有带号"
            en = f"carry the zone number {self._prefix_note}" if self._prefix_note else "carry no zone number"
            yield ReadNote(
                "zone_prefix",
                f"东坐标{zh}，与坐标系说明不同；中央经线一致，已按坐标值换算",
                f"the eastings {en}, other than stated; the central meridian is the same, and the values were followed",
            )


def _contradiction(stated_zh: str, stated_en: str, found_zh: str, found_en: str) -> CoordinateSystemError:
    return CoordinateSystemError(
        f"坐标系说的是{stated_zh}，坐标值却是{found_zh}",
        f"the system stated is in {stated_en}, but the values are {found_en}",
        next_zh="确认真实的坐标系，用 --crs 说明（例如 EPSG:4490、EPSG:4547）；文件自己写错的，先改正文件",
        next_en="find out the true system and state it with --crs (EPSG:4490, EPSG:4547), or correct the file",
        facts={"found": found_en},
    )


def _exchanged() -> CoordinateSystemError:
    return CoordinateSystemError(
        "平面坐标的东、北写反（我国测量习惯 X 向北、Y 向东，数据文件须东坐标在前）",
        "easting and northing are exchanged: in files the easting comes first, though surveyors call the northing X",
        next_zh="交换两个坐标后再推送",
        next_en="exchange the two and push again",
        facts={"found": "exchanged"},
    )
