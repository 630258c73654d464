"""What a shape says of a parcel: its area on the ellipsoid, the county it lies in, and what does not fit.

Nothing is corrected: a registered area that differs from the drawn one is flagged for the department, and the measured
area goes nowhere (测绘法 Art. 37). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from hub.registers.divisions.ellipsoid import area_m2
from hub.registers.features import elements as codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AREA_TOLERANCE: Final = 0.01
"""Share by which the drawn area may differ from the registered one: scale and generalisation, not error."""
LEAST_DIFFERENCE_M2: Final = 10.0
AREA_DIFFERS, NO_DIVISION, DIVISION_DIFFERS = "area_differs", "no_division", "division_differs"
NOT_ANNOUNCED: Final = "not_announced"


@dataclass(frozen=True, slots=True)
class Measured:
    """A shape as measured: box in degrees, area in m² (0 for what is no area), county, flags."""

    bounds: tuple[float, float, float, float]
    area_m2: float
    stated_m2: Decimal | None
    division: str | None
    flags: tuple[str, ...]


class Counties:
    """Boundaries of counties, to be asked which one holds a place."""

    def __init__(self, shapes: Sequence[tuple[str, Any]]) -> None:
        """Index the boundaries, pairs of code and shape."""
        import shapely

        self._codes = [code for code, _ in shapes]
        self._tree = shapely.STRtree([shape for _, shape in shapes])

    def holding(self, place: Any) -> str | None:  # noqa: ANN401 - a shapely point
        """Return the county that holds a place; None where no boundary does."""
        found = self._tree.query(place, predicate="covered_by")
        return min((self._codes[number] for number in found), default=None)


def measure(shape: Any, values: Mapping[str, str], counties: Counties) -> Measured:  # noqa: ANN401 - a shapely geometry
    """Return what a shape says of a parcel with these values by element."""
    area = area_m2(shape) if shape.geom_type in {"Polygon", "MultiPolygon"} else 0.0
    stated = _decimal(values.get(codes.AREA))
    division = counties.holding(shape.representative_point())
    flags = []
    if area and stated is not None and _differs(area, float(stated)):
        flags.append(AREA_DIFFERS)
    if division is None:
        flags.append(NO_DIVISION)
    elif values.get(codes.COUNTY) not in {None, division}:
        flags.append(DIVISION_DIFFERS)
    if is_unannounced(values):
        flags.append(NOT_ANNOUNCED)
    return Measured(shape.bounds, area, stated, division, tuple(flags))


def _differs(measured: float, stated: float) -> bool:
    off = abs(measured - stated)
    return off > LEAST_DIFFERENCE_M2 and off > AREA_TOLERANCE * stated


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def is_unannounced(values: Mapping[str, str]) -> bool:
    """Tell whether the area is an important geographic figure that was not announced (测绘法 Art. 37)."""
    return values.get(codes.IMPORTANT) == "true" and not values.get(codes.ANNOUNCEMENT)
