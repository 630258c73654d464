"""A Shapefile: main file, attribute table, projection and code page, side by side in one folder (from one ZIP)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.files.errors import DamagedFileError
from connectors.files.spatial_crs import MAX_STATEMENT, stated_by_wkt
from connectors.files.spatial_dbf import Attributes
from connectors.files.spatial_features import BATCH_ROWS, Batch
from connectors.files.spatial_shp import ShapeRecords, damaged, shapes_of
from connectors.port import OutsideText

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from connectors.files.spatial_crs import CoordinateSystem
    from connectors.port import Limits, ReadOptions

_PAGE_BYTES: Final = 64


class ShapefileFeatures:
    """The features of one Shapefile; see :class:`connectors.files.spatial_features.FeatureSource`."""

    format = "shapefile"
    layers: tuple[str, ...] = ()

    def __init__(self, path: Path, options: ReadOptions, limits: Limits) -> None:
        """``path`` is the main file; the others stand beside it under the same name.

        Raises:
            FileError: a part is missing, damaged or beyond the limits, or its encoding cannot be told.
        """
        self._parts = {ending: path.with_suffix(ending) for ending in (".dbf", ".prj", ".cpg")}
        self._path = path
        self._records = ShapeRecords(path, limits)
        if not self._parts[".dbf"].is_file():
            raise DamagedFileError(
                "缺少 Shapefile 的属性表（.dbf）：一个 Shapefile 由 .shp、.shx、.dbf、.prj 等文件共同组成",
                "the attribute table (.dbf) is missing: a Shapefile is .shp, .shx, .dbf and .prj together",
                next_zh="把同名的 .shp、.shx、.dbf、.prj、.cpg 一起打包为 ZIP 再推送",
                next_en="put the .shp, .shx, .dbf, .prj and .cpg of one name into one ZIP and push that",
            )
        self._attributes = Attributes(self._parts[".dbf"], self._page(), options.encoding, limits)
        self.deleted = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns; writers cut them at 10 bytes."""
        return self._attributes.names

    @property
    def encoding(self) -> str:
        """Encoding of the attribute table."""
        return self._attributes.encoding.label

    @property
    def bytes_read(self) -> int:
        """Size of the two files."""
        return self._path.stat().st_size + self._parts[".dbf"].stat().st_size

    @property
    def system(self) -> CoordinateSystem | None:
        """What the ``.prj`` file states; None without one."""
        path = self._parts[".prj"]
        if not path.is_file():
            return None
        with path.open("rb") as file:
            text = file.read(MAX_STATEMENT + 1).decode("utf-8", errors="replace").strip("\ufeff\x00 \r\n")
        return stated_by_wkt(text) if text else None

    def outside(self) -> Iterator[OutsideText]:
        """Yield the names of the columns."""
        yield OutsideText("表头", "the header", " ".join(self.names))

    def batches(self) -> Iterator[Batch]:
        """Yield the features; records marked as deleted are left out and counted."""
        contents = self._records.contents(BATCH_ROWS)
        held: list[list[bytes]] = []

        def sizes() -> Iterator[int]:
            for content in contents:
                held.append(content)
                yield len(content)

        total = 0
        for texts, deleted in self._attributes.read(sizes()):
            broken: dict[int, str] = {}
            shapes = shapes_of(held.pop(), broken)
            total += len(shapes)
            self.deleted += int(deleted.sum())
            yield _without(deleted, Batch(texts, shapes, broken))
        if total != self._attributes.records:
            raise damaged("图形", total)

    def _page(self) -> str | None:
        path = self._parts[".cpg"]
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_PAGE_BYTES).decode("ascii", errors="ignore").strip() or None

    def close(self) -> None:
        """Nothing stays open between readings."""


def _without(deleted: NDArray[np.bool_], batch: Batch) -> Batch:
    """Return a batch without the records marked as deleted."""
    if not deleted.any():
        return batch
    keep = ~deleted
    places = {int(old): new for new, old in enumerate(keep.nonzero()[0])}
    broken = {places[index]: word for index, word in batch.broken.items() if index in places}
    return Batch([text.filter(pl.Series(keep)) for text in batch.texts], batch.shapes[keep], broken)
