"""The only SQL of the boundaries of divisions; shapes are WKB in CGCS2000 degrees, longitude first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.registers.divisions import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import date, datetime

    from hub.database import Unit

_SHAPE = tables.division_shape


@dataclass(frozen=True, slots=True)
class StoredShape:
    """The boundary of a division as drawn from a day on; ``review_number`` None: it may not be published."""

    code: str
    valid_from: date
    shape: bytes
    west: float
    south: float
    east: float
    north: float
    area_m2: float
    stated_system: str
    checked_against: str
    review_number: str | None
    file_name: str
    digest: str
    loaded_at: datetime
    loaded_by: uuid.UUID


def write(unit: Unit, shapes: Sequence[StoredShape]) -> None:
    """Keep boundaries; one of the same division and day is replaced."""
    for one in shapes:
        values = {name: getattr(one, name) for name in StoredShape.__slots__}
        made = insert(_SHAPE).values(values)
        changed = {name: made.excluded[name] for name in values if name not in {"code", "valid_from"}}
        unit.connection.execute(made.on_conflict_do_update(index_elements=["code", "valid_from"], set_=changed))


def latest(unit: Unit, codes: Sequence[str], on: date | None) -> dict[str, StoredShape]:
    """Return the boundaries of codes in force on a day (None: the newest known), by code."""
    asked = sa.select(_SHAPE).where(_SHAPE.c.code.in_(codes))
    if on is not None:
        asked = asked.where(_SHAPE.c.valid_from <= on)
    rows = unit.connection.execute(asked.order_by(_SHAPE.c.code, _SHAPE.c.valid_from)).mappings()
    return {row["code"]: StoredShape(**row) for row in rows}


def around(unit: Unit, longitude: float, latitude: float, on: date) -> list[StoredShape]:
    """Return the boundaries whose box holds a place on a day, the newest drawing of each division."""
    inside = sa.and_(
        _SHAPE.c.west <= longitude,
        _SHAPE.c.east >= longitude,
        _SHAPE.c.south <= latitude,
        _SHAPE.c.north >= latitude,
    )
    codes = [row.code for row in unit.connection.execute(sa.select(_SHAPE.c.code).where(inside).distinct())]
    return list(latest(unit, codes, on).values())


def counts(unit: Unit) -> tuple[int, int]:
    """Return how many boundaries there are, and how many of them have a review number."""
    asked = sa.select(sa.func.count(), sa.func.count(_SHAPE.c.review_number))
    found = unit.connection.execute(asked).one()
    return int(found[0]), int(found[1])
