"""Files of shapes for tests, written by other hands than the readers': pyshp, sqlite3, json."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import shapefile
import shapely
from pyproj import CRS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Place = tuple[float, float]
ZHENGZHOU: Place = (113.65, 34.76)


def feature(geometry: Mapping[str, Any] | None, **properties: object) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(longitude: float, latitude: float) -> dict[str, Any]:
    """Return a GeoJSON point."""
    return {"type": "Point", "coordinates": [longitude, latitude]}


def collection(features: Iterable[object], **members: object) -> bytes:
    """Return a FeatureCollection."""
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)}, ensure_ascii=False).encode()


def shapefile_zip(
    places: Sequence[Place],
    *,
    encoding: str = "utf-8",
    crs: str | None = "EPSG:4490",
    page: str | None = "UTF-8",
    names: tuple[str, str] = ("名称", "示例站点"),
    change: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a Shapefile of named points as a ZIP; ``change`` replaces parts by their ending."""
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POINT, encoding=encoding) as writer:
        writer.field(names[0], "C", 40)
        writer.field("jiage", "N", 12, 3)
        writer.field("riqi", "D")
        for number, place in enumerate(places):
            writer.point(*place)
            writer.record(f"{names[1]}{number}", 1.5 + number, "20260821")
    files = {ending: part.getvalue() for ending, part in parts.items()}
    if crs is not None:
        files["prj"] = CRS.from_user_input(crs).to_wkt("WKT1_ESRI").encode()
    if page is not None:
        files["cpg"] = page.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, body in {**files, **(change or {})}.items():
            archive.writestr(f"站点.{ending}", body)
    return packed.getvalue()


def geopackage(path: Path, shapes: Sequence[shapely.Geometry], *, srs: int = 4490, more: str = "") -> Path:
    """Write a GeoPackage with one layer of named shapes; ``more`` is SQL run at the end."""
    database = sqlite3.connect(path)
    database.executescript(
        """
        PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300;
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
            organization_coordsys_id INTEGER, definition TEXT, description TEXT);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT,
            last_change TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL, srs_id INTEGER);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,
            srs_id INTEGER, z INTEGER, m INTEGER);
        INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('站点', 'features', 4490);
        CREATE TABLE "站点" (fid INTEGER PRIMARY KEY AUTOINCREMENT, geom BLOB, "名称" TEXT, "数量" INTEGER);
        """
    )
    system = ("name", srs, "EPSG", srs, CRS.from_epsg(srs).to_wkt() if srs > 0 else "undefined", "")
    database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", system)
    database.execute("INSERT INTO gpkg_geometry_columns VALUES ('站点', 'geom', 'GEOMETRY', ?, 0, 0)", (srs,))
    head = struct.pack("<2sBBi", b"GP", 0, 1, srs)
    rows = [(head + shapely.to_wkb(shape), f"示例{number}", number) for number, shape in enumerate(shapes)]
    database.executemany('INSERT INTO "站点" (geom, "名称", "数量") VALUES (?, ?, ?)', rows)
    database.executescript(more)
    database.commit()
    database.close()
    return path
