"""Items that hold shapes (points, lines, areas): which check names say so, and what they let in.

A shape is an item of type G (通用型) whose ``check`` names its kind; GB/T 25529-2010 and OGC 06-103r4 give the kinds.
Coordinates are CGCS2000, longitude first. Pure, no I/O.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.item import DataType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from catalogue.item import Item

SHAPE_CHECKS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "geometry": (),
        "geometry_point": ("Point", "MultiPoint"),
        "geometry_line": ("LineString", "MultiLineString"),
        "geometry_polygon": ("Polygon", "MultiPolygon"),
    }
)
"""Kinds of shapes by check name; none listed means every kind but collections of different ones."""


def is_shape(item: Item) -> bool:
    """Tell whether an item holds shapes."""
    return item.type is DataType.GENERAL and item.check in SHAPE_CHECKS


def the_shape(items: Iterable[Item]) -> Item | None:
    """Return the item that is the shape of a row: the only one; None where there is none, or several."""
    found = [item for item in items if is_shape(item)]
    return found[0] if len(found) == 1 else None
