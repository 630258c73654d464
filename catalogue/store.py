"""The only SQL of the resource directory: entries, their versions, events, items for search, exemptions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue import tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class InTransaction(Protocol):
    """What the store needs of a unit of work: the connection of an open transaction."""

    @property
    def connection(self) -> sa.Connection:
        """The connection."""
        ...


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry's standing in the directory; the descriptions are in its versions."""

    id: uuid.UUID
    name: str
    resource_code: str | None
    provider_id: uuid.UUID
    jurisdiction: str
    title: str
    draft_version: int | None
    published_version: int | None
    share_type: int
    open_type: int
    class_path: tuple[str, ...]
    created_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    suspended: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of an entry: its state and its description as JSON."""

    entry_id: uuid.UUID
    number: int
    state: str
    body: Mapping[str, Any]
    stopped_items: tuple[str, ...]
    edited_by: uuid.UUID
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One step of a version's way through the lifecycle."""

    step: str
    from_state: str
    to_state: str
    by_staff: uuid.UUID
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExemptionRow:
    """A stored exemption record; ``body`` is read by the use case."""

    id: uuid.UUID
    entry_id: uuid.UUID | None
    item: str | None
    member_id: uuid.UUID
    ground: str
    body: Mapping[str, Any]
    in_force_from: date
    in_force_until: date | None
    review_on: date
    status: str


ENTRY_COLUMNS = [tables.entry.c[name] for name in EntryRow.__dataclass_fields__]
_VERSION = [tables.entry_version.c[name] for name in VersionRow.__dataclass_fields__]


def entry_row(values: Mapping[str, Any]) -> EntryRow:
    """Return the standing of an entry from its columns."""
    return EntryRow(**{**values, "class_path": tuple(values["class_path"])})


def _entry(row: sa.Row[Any]) -> EntryRow:
    return entry_row(dict(row._mapping))


def _version(row: sa.Row[Any]) -> VersionRow:
    values = dict(row._mapping)
    values["stopped_items"] = tuple(values["stopped_items"])
    return VersionRow(**values)


def insert_entry(unit: InTransaction, row: EntryRow, sort_key: str) -> None:
    """Store a new entry without versions."""
    values = {name: getattr(row, name) for name in EntryRow.__dataclass_fields__}
    values["class_path"] = list(row.class_path)
    unit.connection.execute(tables.entry.insert().values(**values, sort_key=sort_key))


def find_entry(unit: InTransaction, key: str | uuid.UUID, *, lock: bool = False) -> EntryRow | None:
    """Return an entry by its name, its id, or any code of any scheme it has or had."""
    if isinstance(key, uuid.UUID):
        condition: sa.ColumnElement[bool] = tables.entry.c.id == key
    elif "/" in key:
        condition = tables.entry.c.resource_code == key
    else:
        condition = tables.entry.c.name == key
    row = _one_entry(unit, condition, lock=lock)
    return find_coded(unit, key, lock=lock) if row is None and isinstance(key, str) else row


def find_coded(unit: InTransaction, code: str, *, lock: bool = False) -> EntryRow | None:
    """Return the entry that has or had a code, of any scheme."""
    coded = sa.select(tables.entry_code.c.entry_id).where(tables.entry_code.c.code == code)
    return _one_entry(unit, tables.entry.c.id.in_(coded), lock=lock)


def _one_entry(unit: InTransaction, condition: sa.ColumnElement[bool], *, lock: bool) -> EntryRow | None:
    """Return the entry of a condition; None where none fits, or (two schemes writing alike) more than one."""
    query = sa.select(*ENTRY_COLUMNS).where(condition).limit(2)
    rows = unit.connection.execute(query.with_for_update() if lock else query).all()
    return _entry(rows[0]) if len(rows) == 1 else None


def names_like(unit: InTransaction, stem: str) -> frozenset[str]:
    """Return the names taken that begin with ``stem``."""
    rows = unit.connection.execute(
        sa.select(tables.entry.c.name).where(tables.entry.c.name.startswith(stem, autoescape=True))
    )
    return frozenset(rows.scalars())


def names_between(unit: InTransaction, low: uuid.UUID, high: uuid.UUID) -> tuple[tuple[uuid.UUID, str], ...]:
    """Return id and name of the entries whose ids lie between two, both included; at most a few are asked for."""
    rows = unit.connection.execute(
        sa.select(tables.entry.c.id, tables.entry.c.name).where(tables.entry.c.id.between(low, high)).limit(16)
    )
    return tuple((row[0], row[1]) for row in rows)


def title_taken(unit: InTransaction, provider_id: uuid.UUID, title: str, besides: uuid.UUID | None) -> bool:
    """Whether the provider has another entry of this title (metadata 2: unique within the provider)."""
    query = sa.select(sa.literal(1)).where(
        tables.entry.c.provider_id == provider_id,
        tables.entry.c.title == title,
        tables.entry.c.withdrawn_at.is_(None),
    )
    if besides is not None:
        query = query.where(tables.entry.c.id != besides)
    return unit.connection.execute(query.limit(1)).one_or_none() is not None


def update_entry(unit: InTransaction, entry_id: uuid.UUID, **values: object) -> None:
    """Change columns of an entry."""
    unit.connection.execute(tables.entry.update().where(tables.entry.c.id == entry_id).values(**values))


def save_version(unit: InTransaction, row: VersionRow) -> None:
    """Insert a version, or replace one under work. INVARIANT: a published version is never changed."""
    values = {name: getattr(row, name) for name in VersionRow.__dataclass_fields__}
    values["stopped_items"] = list(row.stopped_items)
    statement = insert(tables.entry_version).values(**values)
    unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[tables.entry_version.c.entry_id, tables.entry_version.c.number],
            set_={name: statement.excluded[name] for name in ("state", "body", "stopped_items", "edited_by")},
            where=tables.entry_version.c.published_at.is_(None),
        )
    )


def set_version_state(
    unit: InTransaction, entry_id: uuid.UUID, number: int, state: str, *, published_at: datetime | None = None
) -> None:
    """Move a version to a state."""
    values: dict[str, object] = {"state": state}
    if published_at is not None:
        values["published_at"] = published_at
    unit.connection.execute(
        tables.entry_version.update()
        .where(tables.entry_version.c.entry_id == entry_id, tables.entry_version.c.number == number)
        .values(**values)
    )


def find_version(unit: InTransaction, entry_id: uuid.UUID, number: int) -> VersionRow | None:
    """Return one version."""
    row = unit.connection.execute(
        sa.select(*_VERSION).where(tables.entry_version.c.entry_id == entry_id, tables.entry_version.c.number == number)
    ).one_or_none()
    return _version(row) if row is not None else None


def next_version(unit: InTransaction, entry_id: uuid.UUID) -> int:
    """Return the number of the next version of an entry."""
    highest: int | None = unit.connection.execute(
        sa.select(sa.func.max(tables.entry_version.c.number)).where(tables.entry_version.c.entry_id == entry_id)
    ).scalar_one()
    return (highest or 0) + 1


def add_event(
    unit: InTransaction, entry_id: uuid.UUID, version: int, event: EventRow, receipt_id: uuid.UUID | None
) -> None:
    """Record one step."""
    unit.connection.execute(
        tables.entry_event.insert().values(
            entry_id=entry_id,
            version=version,
            step=event.step,
            from_state=event.from_state,
            to_state=event.to_state,
            by_staff=event.by_staff,
            reason=event.reason,
            at=event.at,
            receipt_id=receipt_id,
        )
    )


def events(unit: InTransaction, entry_id: uuid.UUID, version: int) -> tuple[EventRow, ...]:
    """Return the steps of a version in order."""
    columns = [tables.entry_event.c[name] for name in EventRow.__dataclass_fields__]
    rows = unit.connection.execute(
        sa.select(*columns)
        .where(tables.entry_event.c.entry_id == entry_id, tables.entry_event.c.version == version)
        .order_by(tables.entry_event.c.id)
    )
    return tuple(EventRow(**row._mapping) for row in rows)


def steps_of(unit: InTransaction, entry_id: uuid.UUID, version: int) -> tuple[str, ...]:
    """Return the names of the steps of a version in order."""
    return tuple(event.step for event in events(unit, entry_id, version))


def take_sequence(unit: InTransaction, class_code: str) -> int:
    """Return the next sequence number of a class; consecutive, from 1, never reused."""
    statement = insert(tables.resource_code_sequence).values(class_code=class_code, last=1)
    taken: int = unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[tables.resource_code_sequence.c.class_code],
            set_={"last": tables.resource_code_sequence.c.last + 1},
        ).returning(tables.resource_code_sequence.c.last)
    ).scalar_one()
    return taken


def insert_exemption(unit: InTransaction, row: ExemptionRow, *, recorded_by: uuid.UUID, recorded_at: datetime) -> None:
    """Store an exemption record."""
    values = {name: getattr(row, name) for name in ExemptionRow.__dataclass_fields__}
    unit.connection.execute(
        tables.exemption.insert().values(**values, recorded_by=recorded_by, recorded_at=recorded_at)
    )


def exemptions(
    unit: InTransaction, *, entry_id: uuid.UUID | None = None, member_id: uuid.UUID | None = None
) -> tuple[ExemptionRow, ...]:
    """Return exemption records of an entry, or the pointers and records of a member."""
    columns = [tables.exemption.c[name] for name in ExemptionRow.__dataclass_fields__]
    query = sa.select(*columns).order_by(tables.exemption.c.recorded_at, tables.exemption.c.id)
    if entry_id is not None:
        query = query.where(tables.exemption.c.entry_id == entry_id)
    if member_id is not None:
        query = query.where(tables.exemption.c.member_id == member_id)
    return tuple(ExemptionRow(**row._mapping) for row in unit.connection.execute(query))


def set_exemption_status(unit: InTransaction, exemption_id: uuid.UUID, status: str) -> None:
    """Withdraw or overturn a record; it is never deleted."""
    unit.connection.execute(
        tables.exemption.update().where(tables.exemption.c.id == exemption_id).values(status=status)
    )


def element_sources(unit: InTransaction, besides: uuid.UUID | None) -> dict[str, str]:
    """Return the department that published entries name as source of each base element (一数一源)."""
    item = sa.func.jsonb_array_elements(tables.entry_version.c.body["items"]).table_valued("value", name="item")
    value = sa.cast(item.c.value, tables.entry_version.c.body.type)
    element, department = value["element"].astext, value["source_department"].astext
    query = (
        sa.select(element, sa.func.min(department))
        .select_from(
            tables.entry.join(
                tables.entry_version,
                sa.and_(
                    tables.entry_version.c.entry_id == tables.entry.c.id,
                    tables.entry_version.c.number == tables.entry.c.published_version,
                ),
            ).join(item, sa.true())
        )
        .where(tables.entry.c.withdrawn_at.is_(None), element.is_not(None), department.is_not(None))
        .group_by(element)
    )
    if besides is not None:
        query = query.where(tables.entry.c.id != besides)
    return dict(unit.connection.execute(query).all())


def list_entries(
    unit: InTransaction, *, provider_id: uuid.UUID | None = None, limit: int = 50, offset: int = 0
) -> tuple[tuple[EntryRow, ...], int]:
    """Return one page of entries in every state, by title, and how many there are."""
    conditions = [] if provider_id is None else [tables.entry.c.provider_id == provider_id]
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(tables.entry).where(*conditions)
    ).scalar_one()
    rows = unit.connection.execute(
        sa.select(*ENTRY_COLUMNS)
        .where(*conditions)
        .order_by(tables.entry.c.sort_key, tables.entry.c.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple(_entry(row) for row in rows), total
