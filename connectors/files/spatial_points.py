"""Two columns of a plain table as points: ``longitude,latitude,crs``, for registers that give coordinates as numbers.

Wraps any table of texts and adds the shape as its last column. The system must be said, because a table never says
it; names of the columns or of the file that speak of GCJ-02 or BD-09 are believed (their own names before the file's).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl

from catalogue.coordinates import names_true_system
from connectors.files.errors import ReadOptionError
from connectors.files.spatial_crs import refuse_offset, stated_by_word
from connectors.files.spatial_features import UNREADABLE
from connectors.files.spatial_notes import system_notes
from connectors.files.spatial_stored import Storing
from connectors.port import BROKEN, GEOMETRY, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from connectors.port import OutsideText, ReadOptions, TableFacts, TableSource

_PARTS: Final = 3


def pointed(source: TableSource, options: ReadOptions) -> TableSource:
    """Return the source with points, where the options ask for them; itself where they do not.

    Raises:
        ReadOptionError: the option is not written right, or names columns that are not there.
        OffsetCoordinatesError, CoordinateSystemError: the coordinates cannot be stored.
    """
    if options.point is None:
        return source
    try:
        return PointTable(source, options.point, options.name or "")
    except BaseException:
        source.close()
        raise


class PointTable:
    """A table with a column of points; see :class:`connectors.port.TableSource`."""

    def __init__(self, source: TableSource, point: str, name: str) -> None:
        """``point`` names the columns, by header or letter, and the system; ``name`` is the file's."""
        self._source = source
        parts = [part.strip() for part in point.replace("，", ",").split(",")]
        if len(parts) != _PARTS or not all(parts):
            raise _wrong("应写作 经度列,纬度列,坐标系", "it is written longitude,latitude,crs")
        if GEOMETRY in source.header:
            raise _wrong("文件已有图形列", "the file has shapes of its own")
        self._places = tuple(self._index(part) for part in parts[:2])
        for index in self._places:
            refuse_offset(source.header[index], "坐标列的列名", "the name of a coordinate column")
        if not all(names_true_system(source.header[index]) for index in self._places):
            refuse_offset(name, "文件名", "the name of the file")
        self._system = stated_by_word(parts[2], "provider")
        self._storing = Storing(self._system)

    def _index(self, name: str) -> int:
        header, letters = self._source.header, self._source.letters
        found = [index for index, one in enumerate(header) if one.strip() == name]
        found = found or [index for index, one in enumerate(letters) if one == name.upper()]
        if len(found) != 1:
            raise _wrong(f"没有“{name}”这一列，或有多列同名", f"there is no column “{name}”, or several")
        return found[0]

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns, the shape last."""
        return (*self._source.header, GEOMETRY)

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters of the columns; the shape has the one after the last."""
        return (*self._source.letters, letter(len(self._source.header)))

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read the rows and make their points."""
        name = position(len(self._source.header))
        for frame in self._source.chunks():
            yield frame.with_columns(self._points(frame).alias(name))

    def _points(self, frame: pl.DataFrame) -> pl.Series:
        """Return the points of some rows; blank where both numbers are, broken where one is none."""
        import shapely

        texts = [frame[position(index)].str.strip_chars() for index in self._places]
        numbers = [text.cast(pl.Float64, strict=False).to_numpy() for text in texts]
        known = np.isfinite(numbers[0]) & np.isfinite(numbers[1])
        made = np.full(frame.height, None, dtype=object)
        if known.any():
            made[known] = shapely.points(numbers[0][known], numbers[1][known])
        blank = (texts[0] == "") & (texts[1] == "")
        written = self._storing.texts(made)
        return written.set(~pl.Series(known) & ~blank, BROKEN + UNREADABLE)

    def facts(self) -> TableFacts:
        """Return the counts of the table, with its system and what is to be said of it."""
        facts = self._source.facts()
        notes = (*facts.notes, *system_notes(self._system), *self._storing.notes())
        return replace(facts, crs=self._system.name, notes=notes)

    def outside(self) -> Iterator[OutsideText]:
        """Yield the texts outside the table."""
        return self._source.outside()

    def footer(self) -> Iterator[OutsideText]:
        """Yield the rows left out at the end."""
        return self._source.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return the first rows."""
        return self._source.preview()

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _wrong(zh: str, en: str) -> ReadOptionError:
    return ReadOptionError(
        f"坐标列的说明（point）有误：{zh}",
        f"the option point is not right: {en}",
        next_zh="例如 --point 经度,纬度,EPSG:4490；列可写表头中的名称或列字母",
        next_en="for example --point lon,lat,EPSG:4490; columns go by name or by letter",
        facts={"option": "point"},
    )
