"""The only SQL of the inventory of existing resources. Functions take a unit and never commit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from catalogue import tables as catalogue_tables
from hub.directory.inventory import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection
    from datetime import date, datetime

    from hub.database import Unit

_R, _ENTRY = tables.resource, catalogue_tables.entry


class Standing(StrEnum):
    """Whether a resource is in the directory."""

    ATTACHED = "attached"
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One resource of a unit's system. ``closed`` says why it was taken off the list, empty while it is on it."""

    id: uuid.UUID
    member_id: uuid.UUID
    system: str
    name: str
    owner_unit: str
    rows: int | None
    update_cycle: str
    items: tuple[str, ...]
    planned_on: date | None
    reason: str
    entry_id: uuid.UUID | None
    closed: str
    by_staff: uuid.UUID
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A resource with where it stands, and the name of its entry."""

    row: ResourceRow
    standing: Standing
    entry: str | None
    is_overdue: bool


_standing = sa.case(
    (_R.c.closed != "", Standing.CLOSED.value),
    (
        sa.and_(_ENTRY.c.published_version.is_not(None), _ENTRY.c.withdrawn_at.is_(None)),
        Standing.ATTACHED.value,
    ),
    (sa.and_(_ENTRY.c.id.is_not(None), _ENTRY.c.withdrawn_at.is_(None)), Standing.DRAFT.value),
    else_=Standing.OPEN.value,
)
_joined = _R.outerjoin(_ENTRY, _ENTRY.c.id == _R.c.entry_id)


def _late(today: date) -> sa.ColumnElement[bool]:
    return sa.and_(_R.c.planned_on < today, _standing.in_([Standing.OPEN.value, Standing.DRAFT.value]))


def _row(found: sa.RowMapping) -> ResourceRow:
    values = {name: found[name] for name in ResourceRow.__dataclass_fields__}
    return ResourceRow(**{**values, "items": tuple(values["items"])})


def insert(unit: Unit, row: ResourceRow) -> None:
    """Store a new line."""
    values = {name: getattr(row, name) for name in ResourceRow.__dataclass_fields__}
    unit.connection.execute(_R.insert().values(**{**values, "items": list(row.items)}))


def change(unit: Unit, row: ResourceRow) -> None:
    """Store a line as it is now."""
    values = {name: getattr(row, name) for name in ResourceRow.__dataclass_fields__ if name != "id"}
    unit.connection.execute(_R.update().where(_R.c.id == row.id).values(**{**values, "items": list(row.items)}))


def find(unit: Unit, resource_id: uuid.UUID, *, lock: bool = False) -> ResourceRow | None:
    """Return a line by id."""
    query = sa.select(_R).where(_R.c.id == resource_id)
    found = unit.connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return None if found is None else _row(found)


def named(unit: Unit, member_id: uuid.UUID, system: str, name: str) -> ResourceRow | None:
    """Return the line of a unit's system that has this name."""
    query = sa.select(_R).where(_R.c.member_id == member_id, _R.c.system == system, _R.c.name == name)
    found = unit.connection.execute(query).mappings().one_or_none()
    return None if found is None else _row(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of members, in a standing, only those whose plan is overdue on a day."""

    members: Collection[uuid.UUID]
    today: date
    standing: Standing | None = None
    only_overdue: bool = False


def listed(unit: Unit, wanted: Wanted, *, limit: int = 50, offset: int = 0) -> tuple[tuple[Listed, ...], int]:
    """Return a page of lines by planned day, then system and name, and how many there are."""
    where: list[sa.ColumnElement[bool]] = [_R.c.member_id.in_(list(wanted.members))]
    if wanted.standing is not None:
        where.append(_standing == wanted.standing.value)
    if wanted.only_overdue:
        where.append(_late(wanted.today))
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_joined).where(*where)).scalar_one()
    query = (
        sa.select(_R, _standing.label("standing"), _ENTRY.c.name.label("entry"), _late(wanted.today).label("late"))
        .select_from(_joined)
        .where(*where)
        .order_by(_R.c.planned_on.nulls_last(), _R.c.system, _R.c.name, _R.c.id)
        .limit(limit)
        .offset(offset)
    )
    rows = unit.connection.execute(query).mappings()
    found = [Listed(_row(row), Standing(row["standing"]), row["entry"], bool(row["late"])) for row in rows]
    return tuple(found), total


def counts(unit: Unit, members: Collection[uuid.UUID], today: date) -> list[dict[str, Any]]:
    """Return per unit: resources listed, attached, draft, open, closed, plans overdue, systems, rows not attached."""
    marked = (
        sa.select(_R.c.member_id, _R.c.system, _R.c.rows, _standing.label("standing"), _late(today).label("late"))
        .select_from(_joined)
        .where(_R.c.member_id.in_(list(members)))
        .subquery()
    )

    def number(standing: Standing) -> sa.Label[int]:
        return sa.func.count().filter(marked.c.standing == standing.value).label(standing.value)

    waiting = marked.c.standing.in_([Standing.OPEN.value, Standing.DRAFT.value])
    query = (
        sa.select(
            marked.c.member_id,
            sa.func.count().label("listed"),
            *(number(standing) for standing in Standing),
            sa.func.count().filter(marked.c.late).label("overdue"),
            sa.func.count(sa.distinct(marked.c.system)).label("systems"),
            sa.cast(sa.func.coalesce(sa.func.sum(marked.c.rows).filter(waiting), 0), sa.BigInteger).label("rows_open"),
        )
        .group_by(marked.c.member_id)
        .order_by(marked.c.member_id)
    )
    return [dict(row) for row in unit.connection.execute(query).mappings()]
