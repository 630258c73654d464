"""The only SQL of supply duties. Functions take a unit and never commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.directory.duties import tables
from hub.directory.duties.states import DutyState

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from hub.database import Unit

_DUTY, _ACT = tables.duty, tables.duty_act


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One supply duty; ``items`` empty: the whole resource. ``columns`` maps items owed to columns of the entry."""

    id: uuid.UUID
    member_id: uuid.UUID
    authority_id: uuid.UUID
    title: str
    items: tuple[str, ...]
    update_cycle: str
    rule: str
    article: str
    since: date
    note: str
    state: DutyState
    entry_id: uuid.UUID | None
    columns: Mapping[str, str]
    objection: str
    created_at: datetime
    changed_at: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act on a duty."""

    act: str
    from_state: str
    to_state: str
    reason: str
    by_staff: uuid.UUID
    at: datetime
    receipt_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Supply:
    """What is known of an entry that answers a duty.

    ``body`` is its version in force (empty: none), ``since`` its first publication, ``pushed_at`` the last push that
    went in, ``is_relayed`` that it is served by an interface of its department, without pushes.
    """

    entry_id: uuid.UUID
    name: str
    title: str
    provider_id: uuid.UUID
    body: Mapping[str, Any]
    stopped: tuple[str, ...]
    published_at: datetime | None
    pushed_at: datetime | None
    is_relayed: bool


def _duty(row: sa.RowMapping) -> DutyRow:
    return DutyRow(**{**row, "items": tuple(row["items"]), "state": DutyState(row["state"])})


def insert(unit: Unit, row: DutyRow) -> int:
    """Store a new duty; returns its number."""
    names = (name for name in DutyRow.__dataclass_fields__ if name != "number")
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    values |= {"items": list(row.items), "columns": dict(row.columns), "state": row.state.value}
    number: int = unit.connection.execute(_DUTY.insert().values(**values).returning(_DUTY.c.number)).scalar_one()
    return number


def change(unit: Unit, duty_id: uuid.UUID, **values: object) -> None:
    """Change columns of a duty."""
    unit.connection.execute(_DUTY.update().where(_DUTY.c.id == duty_id).values(**values))


def find(unit: Unit, duty_id: uuid.UUID, *, lock: bool = False) -> DutyRow | None:
    """Return a duty by id."""
    query = sa.select(_DUTY).where(_DUTY.c.id == duty_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return None if row is None else _duty(row)


def of_title(unit: Unit, member_id: uuid.UUID, title: str) -> DutyRow | None:
    """Return the duty of a unit that has this title."""
    query = sa.select(_DUTY).where(_DUTY.c.member_id == member_id, _DUTY.c.title == title)
    row = unit.connection.execute(query).mappings().one_or_none()
    return None if row is None else _duty(row)


def listed(
    unit: Unit,
    members: Collection[uuid.UUID],
    *,
    states: Collection[DutyState] = (),
    limit: int | None = None,
    offset: int = 0,
) -> tuple[tuple[DutyRow, ...], int]:
    """Return a page of the duties of members by number, and how many there are; ``limit`` None: all of them."""
    where = [_DUTY.c.member_id.in_(list(members))]
    if states:
        where.append(_DUTY.c.state.in_([state.value for state in states]))
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_DUTY).where(*where)).scalar_one()
    query = sa.select(_DUTY).where(*where).order_by(_DUTY.c.number).limit(limit).offset(offset)
    return tuple(_duty(row) for row in unit.connection.execute(query).mappings()), total


def owing(unit: Unit) -> tuple[uuid.UUID, ...]:
    """Return the members that owe something."""
    query = sa.select(_DUTY.c.member_id).where(_DUTY.c.state != DutyState.LIFTED.value).distinct()
    return tuple(unit.connection.execute(query.order_by(_DUTY.c.member_id)).scalars())


def add_act(unit: Unit, duty_id: uuid.UUID, row: ActRow) -> None:
    """Note an act."""
    values = {name: getattr(row, name) for name in ActRow.__dataclass_fields__}
    unit.connection.execute(_ACT.insert().values(duty_id=duty_id, **values))


def acts(unit: Unit, duty_id: uuid.UUID) -> tuple[ActRow, ...]:
    """Return the acts on a duty in order."""
    columns = [_ACT.c[name] for name in ActRow.__dataclass_fields__]
    rows = unit.connection.execute(sa.select(*columns).where(_ACT.c.duty_id == duty_id).order_by(_ACT.c.id))
    return tuple(ActRow(**row) for row in rows.mappings())


def supplies(unit: Unit, entries: Sequence[uuid.UUID]) -> dict[uuid.UUID, Supply]:
    """Return what is known of entries: the version in force, the last push that went in, an interface in use."""
    if not entries:
        return {}
    rows = unit.connection.execute(
        sa.text(
            "SELECT e.id AS entry_id, e.name, e.title, e.provider_id, e.published_at,"
            " CASE WHEN e.withdrawn_at IS NULL AND NOT e.suspended THEN v.body END AS body, v.stopped_items,"
            " (SELECT max(greatest(p.merged_at, r.at)) FROM hub.push p LEFT JOIN hub.push_repeat r ON r.push_id = p.id"
            "   WHERE p.entry_id = e.id AND p.number IS NOT NULL AND p.mode NOT IN ('restore', 'erase')) AS pushed_at,"
            " EXISTS (SELECT 1 FROM hub.relay_endpoint a WHERE a.entry_id = e.id AND a.state = 'active') AS is_relayed"
            " FROM hub.entry e LEFT JOIN hub.entry_version v"
            "   ON v.entry_id = e.id AND v.number = e.published_version"
            " WHERE e.id = ANY(:entries)"
        ),
        {"entries": list(entries)},
    )
    return {
        row["entry_id"]: Supply(
            entry_id=row["entry_id"],
            name=row["name"],
            title=row["title"],
            provider_id=row["provider_id"],
            body=row["body"] or {},
            stopped=tuple(row["stopped_items"] or ()),
            published_at=row["published_at"] if row["body"] else None,
            pushed_at=row["pushed_at"],
            is_relayed=row["is_relayed"],
        )
        for row in rows.mappings()
    }
