"""The only SQL of holiday lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from hub.calendars import tables
from policies.workdays import NamedDay

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit

_LIST = tables.holiday_list
_LOADING = 0x53_48_55_48_4F_4C
"""Advisory lock of whoever loads a list: versions of a year are counted one by one."""


@dataclass(frozen=True, slots=True)
class HolidayList:
    """One loaded list: all days the announcement names."""

    year: int
    version: int
    notice: str
    days: tuple[NamedDay, ...]
    digest: str
    loaded_by: uuid.UUID
    loaded_at: datetime


def newest_id(unit: Unit) -> int:
    """Return the number of the list loaded last; 0 when there is none."""
    found: int = unit.connection.execute(sa.select(sa.func.coalesce(sa.func.max(_LIST.c.id), 0))).scalar_one()
    return found


def next_version(unit: Unit, year: int) -> int:
    """Return the version the next list of a year gets, holding off other loaders until the transaction ends."""
    unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOADING)))
    found: int = unit.connection.execute(
        sa.select(sa.func.coalesce(sa.func.max(_LIST.c.version), 0)).where(_LIST.c.year == year)
    ).scalar_one()
    return found + 1


def insert(unit: Unit, value: HolidayList) -> None:
    """Store a list."""
    unit.connection.execute(
        _LIST.insert().values(
            year=value.year,
            version=value.version,
            notice=value.notice,
            days=[{"date": day.day.isoformat(), "name": day.name, "is_workday": day.is_workday} for day in value.days],
            digest=value.digest,
            loaded_by=value.loaded_by,
            loaded_at=value.loaded_at,
        )
    )


def in_force(unit: Unit) -> tuple[HolidayList, ...]:
    """Return the newest list of each year loaded, by year."""
    later = _LIST.alias("later")
    is_newest = ~sa.exists().where(later.c.year == _LIST.c.year, later.c.version > _LIST.c.version)
    rows = unit.connection.execute(sa.select(_LIST).where(is_newest).order_by(_LIST.c.year))
    return tuple(
        HolidayList(
            year=row.year,
            version=row.version,
            notice=row.notice,
            days=tuple(NamedDay(date.fromisoformat(day["date"]), day["name"], day["is_workday"]) for day in row.days),
            digest=row.digest,
            loaded_by=row.loaded_by,
            loaded_at=row.loaded_at,
        )
        for row in rows
    )
