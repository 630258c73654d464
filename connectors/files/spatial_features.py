"""What every source of shapes gives, whatever its format: features in batches, and the system they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from connectors.files.spatial_crs import CoordinateSystem
    from connectors.port import OutsideText

    Shapes = NDArray[Any]
    """Shapely geometries; None where a feature has none."""

BATCH_ROWS: Final = 20_000
UNREADABLE: Final = "unreadable"
RING: Final = "ring"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some features in order: ``texts`` one series a property, ``broken`` why a shape could not be built, by row."""

    texts: list[pl.Series]
    shapes: Shapes
    broken: dict[int, str]

    @property
    def height(self) -> int:
        """Number of features."""
        return len(self.shapes)


class FeatureSource(Protocol):
    """One layer of one file, opened; read forward once."""

    @property
    def format(self) -> str:
        """Word for the format in the report."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the properties, in order."""

    @property
    def encoding(self) -> str:
        """Encoding of the texts, for people."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers of the file, the one read first; empty where the format has none."""

    @property
    def system(self) -> CoordinateSystem | None:
        """The system the file states, or its format; None where neither does."""

    @property
    def bytes_read(self) -> int:
        """Bytes read so far."""

    def batches(self) -> Iterator[Batch]:
        """Yield the features; raise a ``FileError`` at the first place that cannot be read."""

    def outside(self) -> Iterator[OutsideText]:
        """Yield texts that are neither properties nor shapes."""

    def close(self) -> None:
        """Give back what is open."""


def empty_shapes(size: int) -> Shapes:
    """Return an array of no shapes."""
    return np.full(size, None, dtype=object)


def word_for(error: Exception) -> str:
    """Return why a shape could not be built, by what the geometry library says of it."""
    text = str(error).casefold()
    return RING if "linearring" in text or "closed" in text or "at least" in text else UNREADABLE


def build_each(build: object, raw: Sequence[object], broken: dict[int, str]) -> Shapes:
    """Build shapes one by one, after one of them has made building them together fail; note which cannot be."""
    import shapely

    made = empty_shapes(len(raw))
    for index, value in enumerate(raw):
        if value is None:
            continue
        try:
            made[index] = build(value)  # type: ignore[operator]  # one of shapely's readers
        except (shapely.errors.ShapelyError, ValueError, TypeError, OverflowError) as error:
            broken[index] = word_for(error)
    return made
