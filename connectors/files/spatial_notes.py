"""What the report says of the coordinates of a file: who stated their system, and what nobody can tell from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.port import ReadNote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.files.spatial_crs import CoordinateSystem


def system_notes(system: CoordinateSystem, overruled: str = "") -> Iterator[ReadNote]:
    """Yield what the report says of the system: who stated it, and what cannot be told from a file alone."""
    who = {
        "file": ("文件写明", "stated in the file"),
        "format": ("文件未写明，按 GeoJSON（RFC 7946）为", "not stated; by RFC 7946 a GeoJSON file is in"),
        "provider": ("推送时声明", "declared with the push"),
    }[system.basis]
    stored = "，与 CGCS2000 相差不足 1 米，视同 CGCS2000 入库" if system.is_wgs84 else "，以 CGCS2000 经纬度入库"
    stored_en = "less than a metre from CGCS2000 and stored as such" if system.is_wgs84 else "stored in degrees"
    yield ReadNote("crs", f"坐标系{who[0]} {system.name}{stored}", f"coordinates {who[1]} {system.name}; {stored_en}")
    yield ReadNote(
        "crs_unproven",
        "仅凭文件无法判断坐标是否为 GCJ-02（火星坐标）或 BD-09：数据来自互联网地图的，请勿推送为空间信息项",
        "a file alone cannot show that its coordinates are not GCJ-02 or BD-09: do not push data of web maps as shapes",
    )
    if overruled:
        yield ReadNote(
            "crs_named",
            "有列名像是 GCJ-02 或 BD-09，按推送时声明的坐标系处理",
            "the name of a column speaks of GCJ-02 or BD-09; the system declared with the push was followed",
        )
