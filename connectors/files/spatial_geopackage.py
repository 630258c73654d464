"""One layer of a GeoPackage (OGC 12-128r19): an SQLite database, read and never obeyed.

The file is opened read-only and immutable, its schema untrusted: an authorizer lets nothing pass but reading columns
of plain tables, so that no view, trigger, virtual table, generated column or function of the file ever runs, and
limits of length and of work end what would not end. Shapes are standard WKB behind the GeoPackage head (clause 2.1.3).
"""

from __future__ import annotations

import base64
import sqlite3
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from connectors.files.errors import DamagedFileError, FileLimitError, LayerError
from connectors.files.spatial_crs import refuse_offset, stated_by_wkt, stated_by_word
from connectors.files.spatial_features import BATCH_ROWS, UNREADABLE, Batch, build_each
from connectors.port import OutsideText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from connectors.files.spatial_crs import CoordinateSystem
    from connectors.files.spatial_features import Shapes
    from connectors.port import Limits, ReadOptions

_HEAD: Final = struct.Struct("<2sBBi")
_ENVELOPES: Final = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_EXTENDED: Final = 0x20
_STEPS: Final = 100_000
_MOST_STEPS: Final = 2_000
"""Calls of the progress handler between two batches: 200 million steps of the SQLite machine."""
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_TRANSACTION})
_LAYERS: Final = (
    "SELECT c.table_name, g.column_name, g.srs_id FROM gpkg_contents c JOIN gpkg_geometry_columns g"
    " ON g.table_name = c.table_name WHERE c.data_type = 'features' ORDER BY c.table_name LIMIT 1000"
)
_SYSTEM: Final = (
    "SELECT srs_name, organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?"
)
_ROW_CHUNK: Final = 2_000


class GeoPackageFeatures:
    """The features of one layer; see :class:`connectors.files.spatial_features.FeatureSource`."""

    format = "geopackage"
    encoding = "UTF-8"

    def __init__(self, path: Path, options: ReadOptions, limits: Limits) -> None:
        """Open the file and choose the layer: the one asked for (``options.sheet``), or the only one.

        Raises:
            DamagedFileError: no readable database, or not the tables the standard demands.
            LayerError: no such layer, none, or several of which one must be chosen.
            FileLimitError: too many columns.
        """
        self._path, self._limits = path, limits
        self._steps = 0
        self._database = self._opened(path)
        try:
            with self._reading():
                self._layers = self._database.execute(_LAYERS).fetchall()
            self._layer, self._shape, self._srs = self._chosen(options.sheet)
            self._columns = self._plain_columns()
        except BaseException:
            self._database.close()
            raise

    def _opened(self, path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._limits.line_bytes)
        database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        with self._reading():
            for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
                database.execute(f"PRAGMA {pragma}")
        database.set_authorizer(self._allow)
        database.set_progress_handler(self._step, _STEPS)
        return database

    @staticmethod
    def _allow(action: int, first: str | None, second: str | None, _schema: str | None, inner: str | None) -> int:
        """Let columns be read, and the columns of a table be listed; ``inner`` names a view or trigger at work."""
        if inner is not None:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if first == "table_xinfo" and second else sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY

    def _step(self) -> int:
        self._steps += 1
        return int(self._steps > _MOST_STEPS)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn what SQLite raises into an error for people; the database's own words may hold values."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise DamagedFileError(
                "GeoPackage 无法读取：文件已损坏、不完整，或不符合标准（OGC 12-128）",
                "the GeoPackage cannot be read: damaged, cut, or not as the standard demands (OGC 12-128)",
                next_zh="用 QGIS 等重新导出为 GeoPackage（普通表，不含视图），再推送",
                next_en="export it again as a GeoPackage of plain tables, no views, and push that",
            ) from error

    def _chosen(self, wanted: str | int | None) -> tuple[str, str, int]:
        names = [str(name) for name, _, _ in self._layers]
        if isinstance(wanted, str) and wanted not in names and wanted.isdecimal():
            wanted = int(wanted)
        if isinstance(wanted, int):
            wanted = names[wanted - 1] if 0 < wanted <= len(names) else ""
        if wanted is None and len(names) == 1:
            wanted = names[0]
        if wanted is None or wanted not in names:
            shown = "、".join(names[:20]) or "无"
            raise LayerError(
                f"GeoPackage 里没有所指的图层，或有多个图层需要指明（现有：{shown}）",
                f"there is no such layer, or several of which one must be named (present: {', '.join(names[:20])})",
                next_zh="用 --sheet 指明图层名或序号",
                next_en="name the layer, or its number, with --sheet",
                facts={"layers": names[:100]},
            )
        layer = self._layers[names.index(wanted)]
        return str(layer[0]), str(layer[1]), int(layer[2] or 0)

    def _plain_columns(self) -> tuple[str, ...]:
        """Return the property columns of the layer, having made sure that it is a plain table without tricks."""
        with self._reading():
            kind = self._database.execute(
                "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (self._layer,)
            ).fetchall()
        if len(kind) != 1 or kind[0][0] != "table" or str(kind[0][1]).upper().startswith("CREATE VIRTUAL"):
            raise LayerError(
                "所选图层不是普通数据表（视图或虚拟表），不予读取",
                "the layer is no plain table but a view or a virtual table; it is not read",
                next_zh="把图层另存为普通 GeoPackage 图层后再推送",
                next_en="save the layer as a plain GeoPackage layer and push that",
            )
        with self._reading():
            found = self._database.execute(f"PRAGMA table_xinfo({_quoted(self._layer)})").fetchall()
        if any(hidden for *_, hidden in found) or self._shape not in {str(column[1]) for column in found}:
            raise LayerError(
                "图层含有计算列，或缺少几何列，不予读取",
                "the layer has computed columns, or no geometry column; it is not read",
                next_zh="把图层另存为普通 GeoPackage 图层后再推送",
                next_en="save the layer as a plain GeoPackage layer and push that",
            )
        if len(found) > self._limits.columns:
            raise FileLimitError(
                f"图层有 {len(found)} 列，上限是 {self._limits.columns}",
                f"the layer has {len(found)} columns, the limit is {self._limits.columns}",
                next_zh="只导出需要的列",
                next_en="export the columns that are needed",
                facts={"limit": self._limits.columns},
            )
        keys = [str(column[1]) for column in found if column[5] and str(column[2]).upper() == "INTEGER"]
        row_number = keys[0] if len(keys) == 1 and keys[0].casefold() in {"fid", "ogc_fid", "objectid"} else None
        return tuple(str(column[1]) for column in found if str(column[1]) not in {self._shape, row_number})

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the properties; the row number a program adds (fid) is none."""
        return self._columns

    @property
    def layers(self) -> tuple[str, ...]:
        """The layer read, then the others."""
        others = [str(name) for name, _, _ in self._layers if str(name) != self._layer]
        return (self._layer, *others)

    @property
    def bytes_read(self) -> int:
        """Size of the file."""
        return self._path.stat().st_size

    @property
    def system(self) -> CoordinateSystem | None:
        """The system of the layer; None where it is the standard's «undefined» (srs_id -1 or 0)."""
        if self._srs in {-1, 0}:
            return None
        with self._reading():
            found = self._database.execute(_SYSTEM, (self._srs,)).fetchone()
        if found is None:
            return None
        name, organisation, code, definition = found
        refuse_offset(str(name or "")[:200], "图层的坐标系名称", "the name of the layer's system")
        if str(organisation or "").upper() == "EPSG" and isinstance(code, int):
            return stated_by_word(f"EPSG:{code}", "file")
        return stated_by_wkt(str(definition or ""))

    def outside(self) -> Iterator[OutsideText]:
        """Yield the names of the layers, and the names of the columns."""
        for name in self.layers:
            yield OutsideText("图层名", "a layer name", name)
        yield OutsideText("表头", "the header", " ".join(self._columns))

    def batches(self) -> Iterator[Batch]:
        """Yield the features in the order of the table."""
        columns = ", ".join(_quoted(name) for name in (self._shape, *self._columns))
        with self._reading():
            cursor = self._database.execute(f"SELECT {columns} FROM {_quoted(self._layer)}")  # noqa: S608 - quoted
            cursor.arraysize = _ROW_CHUNK
        held: list[tuple[Any, ...]] = []
        size = 0
        while True:
            self._steps = 0
            with self._reading():
                rows = cursor.fetchmany(_ROW_CHUNK)
            size += sum(len(row[0]) for row in rows if isinstance(row[0], bytes))
            held += rows
            if held and (not rows or len(held) >= BATCH_ROWS or size >= self._limits.line_bytes):
                yield self._batch(held)
                held, size = [], 0
            if not rows:
                return

    def _batch(self, rows: Sequence[tuple[Any, ...]]) -> Batch:
        columns = list(zip(*rows, strict=True))
        texts = [
            pl.Series(name, [_text(value) for value in values], dtype=pl.String)
            for name, values in zip(self._columns, columns[1:], strict=True)
        ]
        broken: dict[int, str] = {}
        return Batch(texts, _shapes(columns[0], broken), broken)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _quoted(name: str) -> str:
    """Return a name as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if isinstance(value, str) else repr(value)


def _shapes(values: Sequence[object], broken: dict[int, str]) -> Shapes:
    """Build the shapes of GeoPackage binaries."""
    import shapely

    raw: list[bytes | None] = []
    for index, value in enumerate(values):
        wkb = _wkb(value)
        raw.append(wkb)
        if wkb is None and value is not None:
            broken[index] = UNREADABLE
    try:
        made: Shapes = shapely.from_wkb(np.array(raw, dtype=object))
    except (shapely.errors.ShapelyError, ValueError):
        made = build_each(shapely.from_wkb, raw, broken)
    return made


def _wkb(value: object) -> bytes | None:
    """Return the WKB behind the GeoPackage head; None where there is none."""
    if not isinstance(value, bytes) or len(value) <= _HEAD.size or value[:2] != b"GP":
        return None
    flags = value[3]
    envelope = _ENVELOPES.get(flags >> 1 & 0b111)
    if envelope is None or flags & _EXTENDED:
        return None
    return value[_HEAD.size + envelope :] or None
