"""GeoJSON (RFC 7946): the features of a collection, read piece by piece, so that memory does not grow with the file.

Objects are cut out by counting brackets over whole pieces of bytes, then parsed one by one: nesting costs nothing
until a feature is parsed, and a parser with a depth limit does that. Positions are longitude first in WGS-84
(RFC 7946 4); the ``crs`` member of the 2008 draft is honoured where a file still has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
import polars as pl

from connectors.files.errors import AmbiguousEncodingError, DamagedFileError, EmptyFileError, FileLimitError
from connectors.files.spatial_crs import stated_by_word
from connectors.files.spatial_cutting import Cutter, find_start, too_long
from connectors.files.spatial_features import BATCH_ROWS, UNREADABLE, Batch, build_each, empty_shapes
from connectors.files.streams import ByteStream, find_encoding, utf8_pieces
from connectors.port import GEOMETRY, OutsideText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from connectors.files.encodings import Encoding
    from connectors.files.spatial_crs import CoordinateSystem
    from connectors.files.spatial_features import Shapes
    from connectors.port import Limits, ReadOptions

    Feature = dict[str, Any]

PIECE_BYTES: Final = 2 << 20
BATCH_BYTES: Final = 4 << 20
HEAD_BYTES: Final = 1 << 20


class GeoJsonFeatures:
    """The features of one GeoJSON document; see :class:`connectors.files.spatial_features.FeatureSource`."""

    format = "geojson"

    def __init__(self, path: Path, options: ReadOptions, limits: Limits) -> None:
        """Read the whole file once for the names of its properties and for what stands outside the features.

        Raises:
            FileError: no FeatureCollection, cut, not JSON, or beyond the limits.
        """
        self._path, self._limits = path, limits
        self._encoding = _encoding(path, options, limits)
        self._rest = bytearray()
        self._read = 0
        names: dict[str, None] = {}
        has_ids = False
        count = 0
        for feature, _ in self._features():
            count += 1
            properties = feature.get("properties")
            if isinstance(properties, dict):
                names.update(dict.fromkeys(properties))
            has_ids = has_ids or "id" in feature
        if not count:
            raise EmptyFileError(
                "文件里没有要素（FeatureCollection 的 features 是空的）",
                "the file holds no feature: its FeatureCollection is empty",
                next_zh="检查导出是否成功，再重新推送",
                next_en="check the export and push again",
            )
        self._has_ids = has_ids and "id" not in names
        if len(names) > limits.columns:
            raise _too_wide(limits.columns)
        self._names = (*(("id",) if self._has_ids else ()), *names)
        self._members = self._document()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the properties in order of appearance; ``id`` first where features have one beside them."""
        return self._names

    @property
    def encoding(self) -> str:
        """Encoding of the file."""
        return self._encoding.label

    @property
    def layers(self) -> tuple[str, ...]:
        """GeoJSON has no layers; some programs write a name."""
        name = self._members.get("name")
        return (name,) if isinstance(name, str) else ()

    @property
    def bytes_read(self) -> int:
        """Bytes read."""
        return self._read

    @property
    def system(self) -> CoordinateSystem | None:
        """What the ``crs`` member states, else WGS-84 (RFC 7946 4); null there means: unknown."""
        if "crs" not in self._members:
            return stated_by_word("WGS-84", "format")
        stated = self._members["crs"]
        if stated is None:
            return None
        properties = stated.get("properties") if isinstance(stated, dict) else None
        name = properties.get("name") or properties.get("code") if isinstance(properties, dict) else None
        return stated_by_word(str(name or "?")[:200], "file")

    def outside(self) -> Iterator[OutsideText]:
        """Yield the members beside the features, and the names of properties."""
        yield OutsideText("表头", "the header", " ".join(self._names))
        rest = {key: value for key, value in self._members.items() if key not in {"type", "bbox", "crs"}}
        if rest:
            yield OutsideText("要素集合的其他成员", "other members of the collection", orjson.dumps(rest).decode())

    def close(self) -> None:
        """Nothing stays open between readings."""

    def batches(self) -> Iterator[Batch]:
        """Yield the features in order."""
        held: list[Feature] = []
        size = 0
        for feature, length in self._features():
            held.append(feature)
            size += length
            if size >= BATCH_BYTES or len(held) >= BATCH_ROWS:
                yield self._batch(held)
                held, size = [], 0
        if held:
            yield self._batch(held)

    def _batch(self, features: Sequence[Feature]) -> Batch:
        properties = [feature.get("properties") or {} for feature in features]
        columns = [[_text(one.get(name)) for one in properties] for name in self._names]
        if self._has_ids:
            columns[0] = [_text(feature.get("id")) for feature in features]
        texts = [pl.Series(name, values, dtype=pl.String) for name, values in zip(self._names, columns, strict=True)]
        broken: dict[int, str] = {}
        shapes = _shapes([feature.get(GEOMETRY) for feature in features], broken)
        return Batch(texts, shapes, broken)

    def _features(self) -> Iterator[tuple[Feature, int]]:
        """Yield each feature parsed, and its size in bytes; afterwards ``_rest`` holds what is no feature."""
        self._rest = bytearray()
        for number, raw in enumerate(self._objects(), start=1):
            try:
                feature = orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                raise _malformed(number) from error
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise _malformed(number)
            if not isinstance(feature.get("properties"), dict | None):
                raise _malformed(number)
            yield feature, len(raw)

    def _objects(self) -> Iterator[bytes]:
        """Cut the objects out of the ``features`` array by counting brackets outside texts."""
        stream = ByteStream(self._path, compressed=False, limits=self._limits)
        cutter = Cutter(self._limits)
        head: bytes | None = b""
        try:
            for piece in utf8_pieces(stream, self._encoding, PIECE_BYTES):
                if cutter.ended():
                    self._keep(piece)
                    continue
                if head is not None:
                    head += piece
                    start = find_start(head)
                    if start is None:
                        if len(head) > HEAD_BYTES + PIECE_BYTES:
                            raise _no_collection()
                        continue
                    self._keep(head[:start])
                    piece, head = head[start:], None  # noqa: PLW2901 - the rest of the piece
                yield from cutter.feed(piece)
                if cutter.ended():
                    self._keep(cutter.rest)
            self._read = stream.bytes_read
            if not cutter.ended():
                raise _no_collection() if head is not None else _cut(cutter.count)
        finally:
            stream.close()

    def _keep(self, raw: bytes) -> None:
        """Keep what is no feature, within the limit of a record."""
        if len(self._rest) + len(raw) > self._limits.line_bytes + PIECE_BYTES:
            raise too_long(0, self._limits)
        self._rest += raw

    def _document(self) -> dict[str, Any]:
        """Return the members beside the features."""
        try:
            document = orjson.loads(bytes(self._rest))
        except orjson.JSONDecodeError as error:
            raise _no_collection() from error
        if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
            raise _no_collection()
        document.pop("features", None)
        return document


def _encoding(path: Path, options: ReadOptions, limits: Limits) -> Encoding:
    """Return the encoding; where the bytes cannot tell, JSON is UTF-8 (RFC 8259 8.1)."""
    try:
        return find_encoding(path, compressed=False, wanted=options.encoding, limits=limits)
    except AmbiguousEncodingError:
        return find_encoding(path, compressed=False, wanted="utf-8", limits=limits)


def _text(value: object) -> str:
    """Return a property as the text of a cell; lists and objects as their JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - digits of a double
        return f"{value:.1f}"
    return _json(value) or ""


def _json(value: object) -> str | None:
    """Return a value as JSON; None where it is nested beyond what a writer bears."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return None


def _shapes(given: Sequence[object], broken: dict[int, str]) -> Shapes:
    """Build the shapes: points at once from their positions, others by the geometry library."""
    import shapely

    points = _points(given)
    if points is not None:
        return points
    texts: list[str | None] = []
    for index, one in enumerate(given):
        if one is None:
            texts.append(None)
        elif isinstance(one, dict):
            texts.append(_json(one))
            if texts[-1] is None:
                broken[index] = UNREADABLE
        else:
            texts.append(None)
            broken[index] = UNREADABLE
    try:
        made: Shapes = shapely.from_geojson(np.array(texts, dtype=object))
    except (shapely.errors.ShapelyError, ValueError):
        made = build_each(shapely.from_geojson, texts, broken)
    return made


def _points(given: Sequence[object]) -> Shapes | None:
    """Return points, where every shape is one of two or three numbers; None where any is not."""
    import shapely

    positions = []
    for one in given:
        place = one.get("coordinates") if isinstance(one, dict) and one.get("type") == "Point" else None
        if not isinstance(place, list) or len(place) not in {2, 3}:
            return None
        if not all(type(number) in {int, float} for number in place):
            return None
        positions.append((*place, np.nan) if len(place) == 2 else tuple(place))  # noqa: PLR2004 - no height
    if not positions:
        return empty_shapes(0)
    try:
        numbers = np.array(positions, dtype=np.float64)
    except OverflowError:
        return None
    flat: Shapes = np.asarray(shapely.points(numbers[:, :2]))
    high = ~np.isnan(numbers[:, 2])
    if high.any():
        flat[high] = shapely.points(numbers[high])
    return flat


def _malformed(number: int) -> DamagedFileError:
    return DamagedFileError(
        f"第 {number} 个要素不是合法的 GeoJSON 要素（RFC 7946 3.2）",
        f"feature {number} is no valid GeoJSON feature (RFC 7946 3.2)",
        next_zh="用 QGIS、ArcGIS 等重新导出 GeoJSON，再推送",
        next_en="export it again from QGIS, ArcGIS or the like, and push that",
        facts={"feature": number},
    )


def _cut(number: int) -> DamagedFileError:
    return DamagedFileError(
        f"文件在第 {number} 个要素之后中断，内容不完整",
        f"the file ends in the middle, after feature {number}",
        next_zh="重新导出或重新上传该文件",
        next_en="export or upload the file again",
        facts={"feature": number},
    )


def _no_collection() -> DamagedFileError:
    return DamagedFileError(
        "文件不是 GeoJSON 要素集合（FeatureCollection）",
        "the file is no GeoJSON FeatureCollection",
        next_zh="导出为 FeatureCollection（RFC 7946 3.3）再推送",
        next_en="export it as a FeatureCollection (RFC 7946 3.3) and push that",
    )


def _too_wide(limit: int) -> FileLimitError:
    return FileLimitError(
        f"属性名超过 {limit} 个",
        f"more than {limit} names of properties",
        next_zh="检查属性名是否误用了数据值",
        next_en="check that values are not used as names",
        facts={"limit": limit},
    )
