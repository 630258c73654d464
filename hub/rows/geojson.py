"""Answers as GeoJSON (RFC 7946): a page with its facts beside the features, or all rows as a stream.

The one shape of an entry becomes the geometry, the other items the properties. Coordinates are CGCS2000, less than a
metre from the WGS-84 the standard names; the answer says so. A row without a shape has a geometry of null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from catalogue.shapes import the_shape
from hub.rows.errors import QuerySyntaxError
from hub.rows.render import json_document, page_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hub.rows.compiler import Column
    from hub.rows.store import RowPage

    Row = tuple[Any, ...]

MEDIA_TYPE = "application/geo+json"
FORMAT = "geojson"
SYSTEM = {"crs_name": "CGCS2000", "crs_uri": "http://www.opengis.net/def/crs/EPSG/0/4490", "axes": "longitude,latitude"}


def shape_of(columns: Sequence[Column]) -> int:
    """Return which column of an answer is the geometry.

    Raises:
        QuerySyntaxError: none is among those given in full, or several are.
    """
    shape = the_shape(column.item for column in columns if not column.is_masked)
    found = next((number for number, column in enumerate(columns) if column.item is shape), None)
    if found is None:
        raise QuerySyntaxError(
            "结果中没有可作图形的空间信息项（或有多个），不能用 GeoJSON 格式",
            "the answer has no item that can be the geometry (or several), so it cannot be GeoJSON",
            position="format",
            next_zh="改用 JSON 或 CSV 格式；有多个空间信息项的，用 items 只选其一",
            next_en="ask for JSON or CSV; where there are several shapes choose one with items",
        )
    return found


def _features(columns: Sequence[Column], rows: Iterable[Row]) -> list[dict[str, object]]:
    place = shape_of(columns)
    names = [column.item.column for column in columns]
    return [
        {
            "type": "Feature",
            "geometry": row[place],
            "properties": {
                name: value for number, (name, value) in enumerate(zip(names, row, strict=True)) if number != place
            },
        }
        for row in rows
    ]


def geojson_page(page: RowPage, more: Mapping[str, object]) -> bytes:
    """Return a page as one FeatureCollection; its facts, and ``more``, stand beside the features."""
    features = _features(page.columns, page.rows)
    facts = {"numberReturned": page.returned, "numberMatched": page.total.rows, **SYSTEM}
    return json_document({"type": "FeatureCollection", **facts, **page_facts(page), **more, "features": features})


def geojson_stream(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Yield one FeatureCollection, batch by batch."""
    shape_of(columns)
    yield b'{"type":"FeatureCollection",' + orjson.dumps(SYSTEM)[1:-1] + b',"features":['
    before = b""
    for batch in batches:
        if batch:
            yield before + b",\n".join(json_document(one) for one in _features(columns, batch))
            before = b",\n"
    yield b"]}"
