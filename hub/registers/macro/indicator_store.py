"""Reads and writes of indicators, series and the switch of the macro-economy database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue.indicators import Indicator, Measure, PriceBasis, SeriesKey
from catalogue.tables import entry
from hub.identity.tables import jurisdiction
from hub.registers.macro import tables
from hub.registers.tables import register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from hub.database import Unit

SWITCH: Final = "macro_economy"
_INDICATOR = tables.macro_indicator
_SERIES = tables.macro_series
_COLUMNS: Final = tuple(column.name for column in _INDICATOR.c if column.name not in {"dimension", "changed_at"})


@dataclass(frozen=True, slots=True)
class Switch:
    """Where the database stands: on or off, and the entry that describes it (None: not described yet)."""

    is_on: bool
    entry_name: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """One stored series."""

    id: int
    key: SeriesKey


def switch(unit: Unit) -> Switch:
    """Return the switch; a city that has no line for it has it off."""
    row = unit.connection.execute(
        sa.select(register.c.is_on, entry.c.name)
        .outerjoin(entry, entry.c.id == register.c.entry_id)
        .where(register.c.code == SWITCH)
    ).one_or_none()
    return Switch(is_on=False, entry_name=None) if row is None else Switch(row.is_on, row.name)


def own_areas(unit: Unit) -> frozenset[str]:
    """Return the codes of the jurisdictions this hub serves: areas too, also where they are invented."""
    return frozenset(unit.connection.execute(sa.select(jurisdiction.c.code)).scalars())


def _indicator(row: sa.Row[tuple[object, ...]]) -> Indicator:
    told = {name: row._mapping[name] for name in _COLUMNS}
    return Indicator(**told | {"measure": Measure(told["measure"]), "price_basis": PriceBasis(told["price_basis"])})


def indicators(unit: Unit) -> tuple[Indicator, ...]:
    """Return all indicators by code."""
    rows = unit.connection.execute(sa.select(_INDICATOR).order_by(_INDICATOR.c.code))
    return tuple(_indicator(row) for row in rows)


def indicator(unit: Unit, code: str) -> Indicator | None:
    """Return one indicator."""
    row = unit.connection.execute(sa.select(_INDICATOR).where(_INDICATOR.c.code == code)).one_or_none()
    return None if row is None else _indicator(row)


def define(unit: Unit, one: Indicator, now: datetime) -> None:
    """Store an indicator, or describe a known one anew."""
    told: dict[str, object] = {name: getattr(one, name) for name in _COLUMNS}
    told |= {"measure": one.measure.value, "price_basis": one.price_basis.value}
    told |= {"dimension": one.dimension, "changed_at": now}
    kept = {name: value for name, value in told.items() if name != "code"}
    unit.connection.execute(insert(_INDICATOR).values(**told).on_conflict_do_update(index_elements=["code"], set_=kept))


def dimension_in_use(unit: Unit, code: str) -> str | None:
    """Return the dimension of an indicator that has series already: it cannot change any more."""
    return unit.connection.execute(
        sa.select(_INDICATOR.c.dimension).where(
            _INDICATOR.c.code == code, sa.exists().where(_SERIES.c.indicator == _INDICATOR.c.code)
        )
    ).scalar_one_or_none()


def series_of(unit: Unit, code: str) -> tuple[Series, ...]:
    """Return the series of an indicator, by area, frequency, measure and price basis."""
    rows = unit.connection.execute(
        sa.select(_SERIES)
        .where(_SERIES.c.indicator == code)
        .order_by(_SERIES.c.area, _SERIES.c.frequency, _SERIES.c.measure, _SERIES.c.price_basis)
    )
    return tuple(Series(row.id, _key(row)) for row in rows)


def _key(row: sa.Row[tuple[object, ...]]) -> SeriesKey:
    found = row._mapping
    return SeriesKey(
        found["indicator"],
        found["area"],
        found["frequency"],
        Measure(found["measure"]),
        PriceBasis(found["price_basis"]),
    )


def series_keys(unit: Unit, numbers: Iterable[int]) -> dict[int, SeriesKey]:
    """Return series by number."""
    rows = unit.connection.execute(sa.select(_SERIES).where(_SERIES.c.id.in_(sorted(set(numbers)))))
    return {row.id: _key(row) for row in rows}


def series_ids(unit: Unit, keys: Iterable[SeriesKey]) -> Mapping[SeriesKey, int]:
    """Return the numbers of series, making those that are not there."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    rows = [
        {
            "indicator": key.indicator,
            "area": key.area,
            "frequency": key.frequency,
            "measure": key.measure.value,
            "price_basis": key.price_basis.value,
        }
        for key in wanted
    ]
    unit.connection.execute(insert(_SERIES).on_conflict_do_nothing(index_elements=list(rows[0])), rows)
    found = unit.connection.execute(
        sa.select(_SERIES).where(_SERIES.c.indicator.in_(sorted({key.indicator for key in wanted})))
    )
    known = {_key(row): row.id for row in found}
    return {key: known[key] for key in wanted}
