"""One small table in every form a department may send it, written by other hands than the hub's readers."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import polars as pl
import shapely

from tests.support.spatial import collection, feature, geopackage, point, shapefile_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ROWS: Final = (("001", "中山公共花市", 12), ("002", "人民天文中心", 7), ("003", "市立水上中心", None))
"""Number with zeros in front, name in characters that every Chinese encoding has, and a count that may be missing."""
NAMES: Final = ("编号", "名称", "数量")
BIG5_NAMES: Final = ("bianhao", "mingcheng", "shuliang")
PLACES: Final = ((113.65, 34.76), (113.7, 34.75), (113.6, 34.8))
_MANIFEST: Final = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
_EMPTY_SHEET: Final = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="表一">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""


def frame() -> pl.DataFrame:
    """Return the table with its types."""
    return pl.DataFrame(ROWS, schema=dict(zip(NAMES, (pl.String, pl.String, pl.Int64), strict=True)), orient="row")


def csv_text(names: tuple[str, ...] = NAMES) -> str:
    """Return the table as CSV."""
    lines = [names, *((code, name, "" if count is None else str(count)) for code, name, count in ROWS)]
    return "".join(",".join(line) + "\r\n" for line in lines)


def records() -> list[dict[str, Any]]:
    """Return the table as JSON objects."""
    return [dict(zip(NAMES, row, strict=True)) for row in ROWS]


def zipped(name: str, body: bytes) -> bytes:
    """Return a ZIP with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return packed.getvalue()


def old_names_zip() -> bytes:
    """Return a ZIP as a Chinese Windows makes it: the name in GB18030, without the UTF-8 mark."""
    name = "场馆.csv".encode("gb18030")
    plain = zipped("x" * len(name), csv_text().encode("gb18030"))
    return plain.replace(b"x" * len(name), name)


def _written(write: Callable[[pl.DataFrame, io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    write(frame(), target)
    return target.getvalue()


def xlsx() -> bytes:
    """Return the table as a workbook."""
    workbook = openpyxl.Workbook()
    for row in (NAMES, *ROWS):
        workbook.worksheets[0].append(row)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def ods() -> bytes:
    """Return the table as an OpenDocument sheet."""

    def cell(value: object) -> str:
        if value is None:
            return "<table:table-cell/>"
        kind = f'float" office:value="{value}' if isinstance(value, int) else "string"
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in (NAMES, *ROWS))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", _EMPTY_SHEET.format(rows=rows))
    return packed.getvalue()


TABLES: Final[Mapping[str, tuple[str, Callable[[], bytes], dict[str, Any]]]] = {
    "csv-utf16": ("场馆.csv", lambda: csv_text().encode("utf-16"), {}),
    "csv-big5": ("場館.csv", lambda: csv_text(BIG5_NAMES).encode("big5"), {"encoding": "big5"}),
    "csv-gz": ("场馆.csv.gz", lambda: gzip.compress(csv_text().encode()), {}),
    "csv-zip": ("场馆.zip", lambda: zipped("数据/场馆.csv", csv_text().encode()), {}),
    "csv-zip-gb18030": ("场馆.zip", old_names_zip, {}),
    "json": ("场馆.json", lambda: json.dumps({"code": 0, "data": {"list": records()}}).encode(), {}),
    "ndjson": ("场馆.ndjson", lambda: "\n".join(map(json.dumps, records())).encode(), {}),
    "parquet": ("场馆.parquet", lambda: _written(pl.DataFrame.write_parquet), {}),
    "arrow-file": ("场馆.arrow", lambda: _written(pl.DataFrame.write_ipc), {}),
    "arrow-stream": ("场馆.arrows", lambda: _written(pl.DataFrame.write_ipc_stream), {}),
    "xlsx": ("场馆.xlsx", xlsx, {}),
    "ods": ("场馆.ods", ods, {}),
}
"""File name, content and options of the push, by format."""


def geojson_gz(_folder: Path) -> bytes:
    """Return named points as GeoJSON, packed."""
    return gzip.compress(collection(feature(point(*place), 名称=f"示例{n}") for n, place in enumerate(PLACES)))


def shapefile(_folder: Path) -> bytes:
    """Return named points as a Shapefile in a ZIP."""
    return shapefile_zip(PLACES, names=("名称", "示例"))


def package(folder: Path) -> bytes:
    """Return named points as a GeoPackage."""
    return geopackage(folder / "made.gpkg", [shapely.Point(place) for place in PLACES]).read_bytes()


SHAPES: Final[Mapping[str, tuple[str, Callable[[Path], bytes], dict[str, Any]]]] = {
    "geojson-gz": ("站点.geojson.gz", geojson_gz, {}),
    "shapefile-zip": ("站点.zip", shapefile, {"ignore": ["jiage", "riqi"]}),
    "geopackage": ("站点.gpkg", package, {"ignore": ["数量"]}),
}
