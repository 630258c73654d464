"""Shapes in the tables and on their way out: stored form, boxes, GeoJSON and WKT.

Stored is GeoPackage binary (OGC 12-128r19 2.1.3): a head with the system (4490) and, but for single points, the box
around the shape, then standard WKB, little-endian, longitude first. PostgreSQL keeps a native ``box`` beside it,
computed from that head by the function ``hub.shape_box`` (migration 0017), so that the two never disagree, and indexes
the box: a question by box costs what an index costs, and no extension is needed.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from hub.rows.errors import OperandError, QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.item import Item

SYSTEM: Final = 4490
_HEAD: Final = struct.Struct("<2sBBi")
_BARE: Final = _HEAD.pack(b"GP", 0, 1, SYSTEM).hex()
_BOXED: Final = _HEAD.pack(b"GP", 0, 3, SYSTEM).hex()
_ENVELOPE_BYTES: Final = 32
_POINT_HEX: Final = 42
_BOX_NUMBERS: Final = 4


def box_column(column: str) -> str:
    """Return the name of the box kept beside a shape; it begins with an underscore, as no item's column does."""
    return f"_b_{column}"


def stored(written: Sequence[str | None], bounds: np.ndarray[Any, np.dtype[np.float64]]) -> pl.Series:
    """Return shapes as PostgreSQL takes a bytea: the head, then the WKB (hexadecimal) given.

    ``bounds`` holds least x, least y, greatest x, greatest y of each.
    """
    envelopes = np.ascontiguousarray(bounds[:, [0, 2, 1, 3]], dtype="<f8").tobytes().hex()
    size = 2 * _ENVELOPE_BYTES
    texts = [
        None
        if wkb is None
        else f"\\x{_BARE}{wkb}"
        if len(wkb) == _POINT_HEX
        else f"\\x{_BOXED}{envelopes[size * number : size * (number + 1)]}{wkb}"
        for number, wkb in enumerate(written)
    ]
    return pl.Series(texts, dtype=pl.String)


def wkb_of(value: bytes) -> bytes:
    """Return the WKB of a stored shape."""
    return value[_HEAD.size + (_ENVELOPE_BYTES if value[3] >> 1 & 7 else 0) :]


def centre_of(value: bytes) -> tuple[float, float]:
    """Return the middle of the box around a stored shape."""
    if value[3] >> 1 & 7:
        west, east, south, north = struct.unpack_from("<4d", value, _HEAD.size)
        return (west + east) / 2, (south + north) / 2
    longitude, latitude = struct.unpack_from("<2d", value, _HEAD.size + 5)
    return float(longitude), float(latitude)


def geojson_of(value: bytes) -> str:
    """Return a stored shape as a GeoJSON geometry (RFC 7946 3.1), with all its digits."""
    import shapely

    return str(shapely.to_geojson(shapely.from_wkb(wkb_of(value))))


def wkt_of(value: bytes) -> str:
    """Return a stored shape as well-known text, with all its digits."""
    import shapely

    return str(shapely.to_wkt(shapely.from_wkb(wkb_of(value)), rounding_precision=-1))


def wkt_column(values: pl.Series) -> pl.Series:
    r"""Return stored shapes as PostgreSQL writes them (``\x…``) as well-known texts."""
    texts = [None if text is None else wkt_of(bytes.fromhex(text[2:])) for text in values.to_list()]
    return pl.Series(values.name, texts, dtype=pl.String)


def asked_box(item: Item, value: object) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a box as written: four numbers, a list or parted by commas.

    Raises:
        OperandError: not four numbers, or not in this order.
    """
    parts = value.split(",") if isinstance(value, str) else list(value) if isinstance(value, tuple) else []
    try:
        numbers = [float(part) for part in parts if not isinstance(part, bool)]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) == len(parts) == _BOX_NUMBERS and np.isfinite(numbers).all():
        west, south, east, north = numbers
        if west <= east and south <= north:
            return west, south, east, north
    raise OperandError(item.column, "西,南,东,北四个经纬度", "west,south,east,north in degrees")


def not_comparable(item: Item) -> QueryError:
    """Build the refusal to compare, sort or group by a shape."""
    return QueryError(
        "空间信息项只能按外包矩形（bbox）或是否缺失查询，不能比较大小、排序或分组",
        "a shape can be asked for by box (bbox) or for being absent; it is not compared, sorted or grouped by",
        position=item.column,
        next_zh="写作 bbox=西,南,东,北（CGCS2000 经纬度）",
        next_en="write bbox=west,south,east,north in CGCS2000 degrees",
    )
