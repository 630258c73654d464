"""The shapes of a Shapefile (ESRI Shapefile Technical Description, July 1998), by columns where the format allows it.

Every length and count a record states is held against the bytes that are there before anything is made of it. The
index file (.shx) is not needed and not believed. Heights and measures are read over. A multipatch is refused.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from connectors.files.errors import DamagedFileError, UnsupportedFileError
from connectors.files.spatial_features import RING, UNREADABLE, empty_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from connectors.files.spatial_features import Shapes
    from connectors.port import Limits

HEADER_BYTES: Final = 100
_RECORD: Final = struct.Struct(">ii")
_TYPE: Final = struct.Struct("<i")
_COUNTS: Final = struct.Struct("<ii")
_BOX_BYTES: Final = 32
_POINT_BYTES: Final = 20
_POINTS: Final = frozenset({1, 11, 21})
_MULTI: Final = frozenset({8, 18, 28})
_LINES: Final = frozenset({3, 13, 23})
_POLYGONS: Final = frozenset({5, 15, 25})
WITH_HEIGHT: Final = frozenset({11, 13, 15, 18, 21, 23, 25, 28})
_POSITION: Final = np.dtype([("x", "<f8"), ("y", "<f8")])
_TOO_FEW: Final = "the record states more than it holds"
_READ_BYTES: Final = 4 << 20


class ShapeRecords:
    """The main file, read forward record by record within limits."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Read the head.

        Raises:
            DamagedFileError: shorter than a head, or no Shapefile.
            UnsupportedFileError: shapes of a kind that is not read.
        """
        self._path, self._limits = path, limits
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES or head[:4] != (9994).to_bytes(4, "big"):
            raise damaged("文件头", 0)
        self.kind = _TYPE.unpack_from(head, 32)[0]
        if self.kind not in _POINTS | _MULTI | _LINES | _POLYGONS | {0}:
            raise UnsupportedFileError(
                f"Shapefile 的图形类型 {self.kind} 不支持（三维面片 MultiPatch 等）",
                f"shapes of type {self.kind} are not read (multipatch and the like)",
                next_zh="导出为点、线或面图层后再推送",
                next_en="export a layer of points, lines or polygons and push that",
                facts={"type": self.kind},
            )

    def contents(self, most: int) -> Iterator[list[bytes]]:
        """Yield the contents of up to ``most`` records at a time, or as many as fit the size of a read.

        Raises:
            DamagedFileError: a record is longer than what is there, or than the limits allow.
        """
        held: list[bytes] = []
        size = number = 0
        with self._path.open("rb") as file:
            file.seek(HEADER_BYTES)
            while head := file.read(_RECORD.size):
                number += 1
                if len(head) < _RECORD.size:
                    raise damaged("图形", number)
                length = _RECORD.unpack(head)[1] * 2
                if not _TYPE.size <= length <= self._limits.line_bytes:
                    raise damaged("图形", number)
                content = file.read(length)
                if len(content) < length:
                    raise damaged("图形", number)
                held.append(content)
                size += length
                if len(held) >= most or size >= _READ_BYTES:
                    yield held
                    held, size = [], 0
        if held:
            yield held


def shapes_of(contents: list[bytes], broken: dict[int, str]) -> Shapes:
    """Build the shapes of some records; those that cannot be built are noted by their place in the list."""
    import shapely

    made = empty_shapes(len(contents))
    kinds = [_TYPE.unpack_from(content)[0] for content in contents]
    plain = [index for index, kind in enumerate(kinds) if kind in _POINTS and len(contents[index]) >= _POINT_BYTES]
    if plain:
        places = np.frombuffer(b"".join(contents[index][4:20] for index in plain), "<f8").reshape(-1, 2)
        made[plain] = shapely.points(places)
    for index, kind in enumerate(kinds):
        if kind == 0 or (kind in _POINTS and made[index] is not None):
            continue
        try:
            made[index] = _built(kind, contents[index])
        except LookupError:
            broken[index] = UNREADABLE
        except (shapely.errors.ShapelyError, ValueError):
            broken[index] = RING if kind in _POLYGONS else UNREADABLE
    return made


def _built(kind: int, content: bytes) -> Any:  # noqa: ANN401 - a shapely geometry
    import shapely

    if kind in _MULTI:
        (count,) = _TYPE.unpack_from(_part(content, 36, 4))
        return shapely.multipoints(_positions(content, 40, count))
    if kind not in _LINES | _POLYGONS:
        raise LookupError(_TOO_FEW)
    parts, count = _COUNTS.unpack_from(_part(content, 4 + _BOX_BYTES, _COUNTS.size))
    if parts < 0 or count < 0:
        raise LookupError(_TOO_FEW)
    starts = np.frombuffer(_part(content, 44, 4 * parts), "<i4").astype(np.int64)
    positions = _positions(content, 44 + 4 * parts, count)
    bounds = np.append(starts, count)
    if not parts or starts[0] != 0 or (np.diff(bounds) <= 0).any():
        raise LookupError(_TOO_FEW)
    pieces = [positions[begin:end] for begin, end in pairwise(bounds)]
    if kind in _LINES:
        lines = [shapely.LineString(piece) for piece in pieces]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    return _polygon(pieces)


def _part(content: bytes, start: int, size: int) -> bytes:
    part = content[start : start + size]
    if size < 0 or len(part) < size:
        raise LookupError(_TOO_FEW)
    return part


def _positions(content: bytes, start: int, count: int) -> NDArray[np.float64]:
    if count <= 0:
        raise LookupError(_TOO_FEW)
    return np.frombuffer(_part(content, start, 16 * count), "<f8").reshape(-1, 2)


def _polygon(rings: list[NDArray[np.float64]]) -> Any:  # noqa: ANN401 - a shapely geometry
    """Build a polygon of rings: clockwise ones are shells, the others holes of the shell around them."""
    import shapely

    if any(len(ring) < 4 or tuple(ring[0]) != tuple(ring[-1]) for ring in rings):  # noqa: PLR2004 - a triangle, closed
        raise ValueError("ring")
    if len(rings) == 1:
        return shapely.Polygon(rings[0])
    shells = [ring for ring in rings if _area(ring) <= 0]
    holes = [ring for ring in rings if _area(ring) > 0]
    if not shells:
        shells, holes = holes, []
    inside: list[list[NDArray[np.float64]]] = [[] for _ in shells]
    if len(shells) == 1:
        inside[0] = holes
    elif holes:
        _assign(shells, holes, inside)
    polygons = [shapely.Polygon(shell, mine) for shell, mine in zip(shells, inside, strict=True)]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _assign(
    shells: list[NDArray[np.float64]], holes: list[NDArray[np.float64]], inside: list[list[NDArray[np.float64]]]
) -> None:
    """Give each hole to the smallest shell around it; a hole around which there is none is a shell of its own."""
    import shapely

    bodies = np.array([shapely.Polygon(shell) for shell in shells], dtype=object)
    tree = shapely.STRtree(bodies)
    areas: NDArray[np.float64] = shapely.area(bodies)
    for hole in holes:
        around = tree.query(shapely.Point(hole[0]), predicate="intersects")
        if around.size:
            inside[int(around[np.argmin(areas[around])])].append(hole)
        else:
            shells.append(hole)
            inside.append([])


def _area(ring: NDArray[np.float64]) -> float:
    """Return twice the signed area; clockwise is negative. Taken from the first corner, to keep digits."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))


def damaged(part: str, number: int) -> DamagedFileError:
    """Build the error of a Shapefile that breaks its own format."""
    words = {"文件头": "head", "图形": "shapes", "属性表": "attribute table"}
    return DamagedFileError(
        f"Shapefile 的{part}已损坏或不完整" + (f"（第 {number} 条记录）" if number else ""),
        f"the {words[part]} of the Shapefile is damaged or cut" + (f" (record {number})" if number else ""),
        next_zh="重新导出，并把 .shp、.shx、.dbf、.prj 一起打包为 ZIP 后推送",
        next_en="export it again, and push .shp, .shx, .dbf and .prj together in one ZIP",
        facts={"record": number},
    )
