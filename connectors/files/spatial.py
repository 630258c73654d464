"""Files of shapes (GeoJSON, Shapefile, GeoPackage) as one table: properties as texts, the shape as WKB in CGCS2000.

The formats are read by our own small readers, shapes are built by shapely, systems are judged by pyproj (decision
0011). The system must be stated, by the file, its format or the provider; what cannot be stored is refused, and what
cannot be told is said (测绘法 第九条; :mod:`connectors.files.spatial_crs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import polars as pl

from catalogue.coordinates import offset_named
from connectors.files.errors import CoordinateSystemError, FileLimitError
from connectors.files.kinds import Kind
from connectors.files.rows import RowTally, clean_rows
from connectors.files.spatial_crs import offset_error, stated_by_word
from connectors.files.spatial_notes import system_notes
from connectors.files.spatial_stored import Storing
from connectors.port import BROKEN, FIELDS, GEOMETRY, LINE, TableFacts, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from connectors.files.spatial_crs import CoordinateSystem
    from connectors.files.spatial_features import Batch, FeatureSource
    from connectors.port import Limits, OutsideText, ReadOptions

_PREVIEW_ROWS: Final = 20


def open_spatial(path: Path, kind: Kind, options: ReadOptions, limits: Limits) -> SpatialTable:
    """Open the table of a file of shapes.

    Raises:
        FileError: the file cannot be read, or its coordinates cannot be stored.
    """
    source: FeatureSource
    if kind is Kind.SHAPEFILE:
        from connectors.files.spatial_shapefile import ShapefileFeatures

        source = ShapefileFeatures(path, options, limits)
    elif kind is Kind.GEOPACKAGE:
        from connectors.files.spatial_geopackage import GeoPackageFeatures

        source = GeoPackageFeatures(path, options, limits)
    else:
        from connectors.files.spatial_geojson import GeoJsonFeatures

        source = GeoJsonFeatures(path, options, limits)
    try:
        return SpatialTable(source, options, limits)
    except BaseException:
        source.close()
        raise


class SpatialTable:
    """The features of one layer as a table; see :class:`connectors.port.TableSource`."""

    def __init__(self, source: FeatureSource, options: ReadOptions, limits: Limits) -> None:
        """Decide the coordinate system before anything is read.

        Raises:
            CoordinateSystemError, OffsetCoordinatesError: the coordinates cannot be stored as CGCS2000.
        """
        self._source, self._options, self._limits = source, options, limits
        self._system = decided_system(source.system, options)
        self._overruled = _refuse_named(source, options)
        shape = GEOMETRY if GEOMETRY not in source.names else f"_{GEOMETRY}"
        self._header = (*source.names, shape)
        self._storing = Storing(self._system)
        self._tally = RowTally(self._header, options.skip_footer)
        self._next = 1

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the properties, the shape last."""
        return self._header

    @property
    def letters(self) -> tuple[str, ...]:
        """A letter a column, for mappings."""
        return tuple(letter(index) for index in range(len(self._header)))

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read the features in order; the line of a feature is its number, from 1."""
        for batch in self._source.batches():
            frame = self._frame(batch)
            kept = self._tally.take(self._cleaned(frame))
            if kept.height:
                yield kept
        self._tally.finish()

    def _frame(self, batch: Batch) -> pl.DataFrame:
        texts = self._storing.texts(batch.shapes)
        if batch.broken:
            words = [BROKEN + word for word in batch.broken.values()]
            texts = texts.scatter(list(batch.broken), words)
        columns = [*batch.texts, texts]
        frame = pl.DataFrame([one.alias(position(index)) for index, one in enumerate(columns)])
        first, self._next = self._next, self._next + batch.height
        return frame.with_columns(
            pl.int_range(first, self._next, eager=True).alias(LINE), pl.lit(None, dtype=pl.Int32).alias(FIELDS)
        )

    def _cleaned(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Hold properties to the limits of cells, and a shape to the limit of a record."""
        name = position(len(self._header) - 1)
        longest = frame[name].str.len_bytes().max()
        if isinstance(longest, int) and longest > 2 * self._limits.line_bytes:
            raise FileLimitError(
                f"有图形超过 {self._limits.line_bytes >> 20} MiB",
                f"a shape is larger than {self._limits.line_bytes >> 20} MiB",
                next_zh="把过大的图形拆分或适当抽稀后再推送",
                next_en="split or thin out the shape and push again",
                facts={"limit": self._limits.line_bytes},
            )
        if len(self._header) == 1:
            return frame
        shapes = frame[name]
        # The limit of a cell is for texts: a shape is held to its own, and never leaves its row.
        short = frame.with_columns(shapes.str.slice(0, 1))
        kept = clean_rows(short, self._tally, self._limits)
        return frame if kept.height == frame.height else frame.join(kept.select(LINE), on=LINE, how="semi")

    def facts(self) -> TableFacts:
        """Return the counts so far, and what is to be said of the coordinates."""
        layers = self._source.layers
        return TableFacts(
            format=self._source.format,
            encoding=self._source.encoding,
            sheet=layers[0] if layers else "",
            sheets=layers,
            skipped_rows=getattr(self._source, "deleted", 0),
            bytes_read=self._source.bytes_read,
            crs=self._system.name,
            notes=(*system_notes(self._system, self._overruled), *self._storing.notes()),
            **self._tally.counts(),
        )

    def outside(self) -> Iterator[OutsideText]:
        """Yield names and other texts of the file."""
        return self._source.outside()

    def footer(self) -> Iterator[OutsideText]:
        """Yield the rows left out at the end."""
        return self._tally.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return the header alone: a file of shapes has no preamble."""
        return (self._header,)

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def decided_system(stated: CoordinateSystem | None, options: ReadOptions) -> CoordinateSystem:
    """Return the system of the coordinates, from the file and from the provider's own statement.

    Raises:
        CoordinateSystemError: none is stated, or the two contradict each other.
    """
    if options.crs is None:
        if stated is None:
            raise CoordinateSystemError(
                "文件没有写明坐标系（Shapefile 缺少 .prj，或图层坐标系未定义），不能猜测",
                "the file does not state its coordinate system (no .prj, or an undefined one); it is not guessed",
                next_zh="确认坐标系后用 --crs 说明，例如 EPSG:4490（CGCS2000 经纬度）、EPSG:4547（中央经线 114°）",
                next_en="find out and state it with --crs: EPSG:4490 (CGCS2000 degrees), EPSG:4547 (zone 114°E)",
                facts={"option": "crs"},
            )
        return stated
    given = stated_by_word(options.crs, "provider")
    if stated is not None and stated.basis == "file" and (stated.proj, stated.is_wgs84) != (given.proj, given.is_wgs84):
        raise CoordinateSystemError(
            f"文件写明的坐标系（{stated.name}）与 --crs 所说的（{given.name}）不一致",
            f"the file states {stated.name}, and --crs says {given.name}",
            next_zh="核对后改正文件中的坐标系说明，或去掉 --crs",
            next_en="correct the statement in the file, or leave --crs out",
            facts={"crs": given.name},
        )
    return given


def _refuse_named(source: FeatureSource, options: ReadOptions) -> str:
    """Raise where names betray GCJ-02 or BD-09; return the column whose name the provider's statement overrules."""
    for name in (options.name or "", *source.layers[:1]):
        found = offset_named(name)
        if found is not None:
            raise offset_error(found, "文件名或图层名", "the name of the file or layer")
    for name in source.names:
        found = offset_named(name)
        if found is not None and options.crs is None:
            raise offset_error(found, "列名", "the name of a column")
        if found is not None:
            return name
    return ""
