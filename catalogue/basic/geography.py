"""Natural resources and spatial geography (自然资源和空间地理). Lead: natural resources and planning.

Coordinates are CGCS2000 (EPSG:4490), longitude first inside the hub; 测绘法 第十条、第十一条, 地名管理条例.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from catalogue.basic.database import BasicDatabase, RecordFault
from catalogue.elements import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

CHINA_LONGITUDE: Final = (73.0, 136.0)
CHINA_LATITUDE: Final = (3.0, 54.0)
OFFSET_SYSTEMS: Final = frozenset({"GCJ-02", "BD-09"})


def check_record(record: Mapping[str, object], _: date) -> Iterator[RecordFault]:
    """Yield the contradictions inside one address, place or feature."""
    longitude, latitude, crs = (record.get(element) for element in ("G011", "G012", "G013"))
    if isinstance(longitude, int | float) and isinstance(latitude, int | float):
        yield from _check_point(float(longitude), float(latitude))
        if not crs:
            text = ("有坐标，没有坐标参考系", "coordinates without their reference system")
            yield RecordFault("geography.crs", ("G013",), *text)
    if crs in OFFSET_SYSTEMS:
        text = ("偏移坐标系不得入库", "an offset system must not be stored")
        yield RecordFault("geography.offset_crs", ("G013",), *text)
    codes = [record.get(element) for element in ("G003", "G004", "G005", "G006", "G007")]
    known = [(code, width) for code, width in zip(codes, (2, 4, 6, 9, 12), strict=True) if isinstance(code, str)]
    if any(lower[:width] != upper[:width] for (upper, width), (lower, _) in pairwise(known)):
        text = ("各级行政区划代码不相隶属", "the division codes are not nested")
        yield RecordFault("geography.divisions", ("G003", "G004", "G005", "G006", "G007"), *text)


def _check_point(longitude: float, latitude: float) -> Iterator[RecordFault]:
    inside = _within(longitude, CHINA_LONGITUDE) and _within(latitude, CHINA_LATITUDE)
    exchanged = _within(latitude, CHINA_LONGITUDE) and _within(longitude, CHINA_LATITUDE)
    if exchanged:
        text = ("经度与纬度写反", "longitude and latitude are exchanged")
        yield RecordFault("geography.exchanged", ("G011", "G012"), *text)
    elif not inside:
        text = (
            "坐标不在我国范围内，可能是投影坐标",
            "the point lies outside the country; perhaps projected coordinates",
        )
        yield RecordFault("geography.outside", ("G011", "G012"), *text)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


GEOGRAPHY: Final = BasicDatabase(
    database=Database.GEOGRAPHY,
    name="自然资源和空间地理基础信息库",
    name_en="natural resources and spatial geography",
    switch="geography",
    articles={"zhengzhou": "郑州市信息化建设管理办法 第十八条", "jilin": "吉林市信息化促进办法 第二十六条"},
    lead="自然资源",
    class_code="103",
    check=check_record,
)
