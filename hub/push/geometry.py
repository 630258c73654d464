"""One column of shapes, from text to what is stored: built, judged, and written as GeoPackage binary.

A source of shapes hands extended WKB in hexadecimal that names its system (SRID 4490), longitude first; a table may
hold ``SRID=4490;POINT(…)``. Text without a system is given back: nothing passes for CGCS2000 in silence (测绘法
第九条). The place of a fault is told, but for items whose values are protected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from catalogue.coordinates import inside
from catalogue.shapes import SHAPE_CHECKS
from connectors.port import BROKEN
from hub.push import rules_of_shapes as rules
from hub.push.column import fresh
from hub.rows.shapes import stored
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from catalogue.item import Item
    from hub.push.column import Checked

    Flags = NDArray[np.bool_]

SYSTEMS: Final = (4490, 4326)
"""Systems a text may name: CGCS2000, and WGS-84, which is less than a metre away."""
_HEXADECIMAL: Final = r"^[0-9A-Fa-f]+$"
_TEXT: Final = r"(?i)^SRID=(4490|4326);"
_PLAIN_TEXT: Final = r"(?i)^\s*(SRID=[0-9]+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*Z?M?\s*[(E]"
_LAST: Final = (180.0, 90.0)
_COLLECTION: Final = "GeometryCollection"
_PROTECTED: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN, Sensitivity.TS})
_REASONS: Final = (
    ("ring self-intersection", "边界环自相交"),
    ("self-intersection", "自相交"),
    ("hole lies outside", "洞在面之外"),
    ("holes are nested", "洞互相嵌套"),
    ("nested shells", "面互相重叠"),
    ("duplicate rings", "边界环重复"),
    ("too few points", "点数不足"),
    ("interior is disconnected", "面被洞分割成几块"),
)
_PLACE: Final = re.compile(r"\[(-?[0-9.eE+-]+) (-?[0-9.eE+-]+)\]")


def check_geometry(raw: pl.Series, item: Item) -> Checked:
    """Check one column of text against an item that holds shapes; ``typed`` is the stored form."""
    import shapely

    checked = fresh(pl.repeat(None, raw.len(), dtype=pl.String, eager=True))
    shapes = _built(raw, checked)
    known = ~shapely.is_missing(shapes)
    if not known.any():
        return checked
    flags = {
        rules.EMPTY: known & shapely.is_empty(shapes),
        rules.OTHER_KIND: known & ~_is_wanted(shapes, str(item.check)),
    }
    bounds = shapely.bounds(shapes)
    exchanged, beyond = _misplaced(bounds)
    flags |= {rules.EXCHANGED: known & exchanged, rules.OUT_OF_WORLD: known & beyond}
    invalid = known & ~shapely.is_valid(shapes)
    kinds = np.array([None if one is None else one.geom_type for one in shapes], dtype=object)
    details = {rules.OTHER_KIND: kinds, rules.INVALID: _reasons(shapes, invalid, item)}
    flat = shapely.force_2d(shapes)
    written = shapely.to_wkb(flat, hex=True, byte_order=1, flavor="iso").tolist()
    checked.typed = stored(written, bounds)
    for rule, bad in (*flags.items(), (rules.INVALID, invalid)):
        detail = details.get(rule)
        checked.mark(
            pl.Series(bad), rule, None if detail is None else pl.Series(detail.tolist(), dtype=pl.String, strict=False)
        )
    abroad = known & ~(inside(bounds[:, 0], bounds[:, 1]) & inside(bounds[:, 2], bounds[:, 3]))
    outside = pl.Series(abroad) & checked.rules.is_null()
    if outside.any():
        checked.changed[rules.OUTSIDE_CHINA] = outside
    return checked


def _built(raw: pl.Series, checked: Checked) -> Any:  # noqa: ANN401 - an array of shapely geometries
    """Build the shapes; mark what is none, or names no system."""
    import shapely

    made = np.full(raw.len(), None, dtype=object)
    texts = raw.str.strip_chars()
    waiting = (texts != "").fill_null(value=False)
    hexadecimal = waiting & texts.str.contains(_HEXADECIMAL)
    if hexadecimal.any():
        _place(made, hexadecimal, shapely.from_wkb(_array(texts.filter(hexadecimal)), on_invalid="ignore"))
        unsaid = hexadecimal.to_numpy() & ~shapely.is_missing(made) & ~np.isin(shapely.get_srid(made), SYSTEMS)
        checked.mark(pl.Series(unsaid), rules.NO_SYSTEM)
        made[unsaid] = None
    worded = waiting & texts.str.contains(_TEXT)
    if worded.any():
        bare = texts.filter(worded).str.replace(_TEXT, "")
        _place(made, worded, shapely.from_wkt(_array(bare), on_invalid="ignore"))
    broken = waiting & texts.str.starts_with(BROKEN)
    if broken.any():
        checked.mark(broken & (texts == f"{BROKEN}ring"), rules.OPEN_RING)
    checked.mark(waiting & ~worded & texts.str.contains(_PLAIN_TEXT), rules.NO_SYSTEM)
    checked.mark(waiting & pl.Series(shapely.is_missing(made)), rules.UNREADABLE)
    return made


def _array(texts: pl.Series) -> NDArray[Any]:
    return np.array(texts.to_list(), dtype=object)


def _place(made: NDArray[Any], where: pl.Series, shapes: NDArray[Any]) -> None:
    made[where.to_numpy()] = shapes


def _is_wanted(shapes: NDArray[Any], check: str) -> Flags:
    """Tell which shapes are of a kind the item takes; a collection of different ones is of no kind."""
    wanted = SHAPE_CHECKS[check]
    return np.array(
        [one is None or (one.geom_type in wanted if wanted else one.geom_type != _COLLECTION) for one in shapes]
    )


def _misplaced(bounds: NDArray[np.float64]) -> tuple[Flags, Flags]:
    """Tell which shapes have longitude and latitude exchanged, and which lie nowhere on earth."""
    west, south, east, north = bounds.T
    placed = inside(west, south) & inside(east, north)
    exchanged = ~placed & inside(south, west) & inside(north, east)
    finite = np.isfinite(bounds).all(axis=1)
    within = (west >= -_LAST[0]) & (east <= _LAST[0]) & (south >= -_LAST[1]) & (north <= _LAST[1])
    return exchanged, ~exchanged & ~(finite & within)


def _reasons(shapes: NDArray[Any], invalid: Flags, item: Item) -> NDArray[Any]:
    """Return why shapes are invalid, and where; the place only of items whose values may be shown."""
    import shapely

    texts = np.full(len(shapes), None, dtype=object)
    for index in np.flatnonzero(invalid):
        said = str(shapely.is_valid_reason(shapes[index]))
        word = next((zh for en, zh in _REASONS if said.casefold().startswith(en)), "结构有误")
        place = None if item.sensitivity in _PROTECTED else _PLACE.search(said)
        where = "" if place is None else f"（{float(place.group(1)):.6f}, {float(place.group(2)):.6f}）"
        texts[index] = f"{word}{where}"
    return texts
