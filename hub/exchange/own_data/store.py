"""The only SQL of people's own rights, the log's receipts of accesses among it. Functions take a unit, never commit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue.tables import entry
from hub.exchange.own_data import tables
from hub.identity.tables import member as member_table

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from hub.database import Unit

_WARD, _DELAY, _COMPLAINT = tables.guardianship, tables.access_delay, tables.own_complaint


@dataclass(frozen=True, slots=True)
class Guardianship:
    """A proven guardianship; ``sealed`` holds the child's number."""

    guardian: str
    ward: str
    sealed: bytes
    proven_by: uuid.UUID
    proven_at: datetime
    until: date


class DelayState(StrEnum):
    """Where a record stands that withholds accesses."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    DECLINED = "declined"
    ENDED = "ended"


class DelayMode(StrEnum):
    """Told after the day, or those of that time never."""

    DELAY = "delay"
    SUPPRESS = "suppress"


@dataclass(frozen=True, slots=True)
class Delay:
    """Accesses of an organ for some purposes that lawfully are not told for a time."""

    id: uuid.UUID
    member_id: uuid.UUID
    mode: DelayMode
    purposes: tuple[str, ...]
    case_number: str | None
    legal_basis: str
    covers_from: datetime
    until: date
    state: DelayState
    proposed_by: uuid.UUID
    proposed_at: datetime
    confirmed_by: uuid.UUID | None = None
    confirmed_at: datetime | None = None
    ended_by: uuid.UUID | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint of a person or body to the authority; what is said is sealed."""

    id: uuid.UUID
    number: int
    subject: str
    entry_id: uuid.UUID | None
    correction_id: uuid.UUID | None
    sealed: bytes
    state: str
    due_on: date
    at: datetime
    answer: bytes | None
    answered_by: uuid.UUID | None
    answered_at: datetime | None

    @property
    def label(self) -> str:
        """The number people use, for example T-000003."""
        return f"T-{self.number:06d}"


@dataclass(frozen=True, slots=True)
class Access:
    """One look at a person's record, as its receipt tells it: no officer, no case."""

    kind: str
    at: datetime
    member_id: str | None
    entry_id: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WholeAccess:
    """Looks of one organ at many records at once (pages, files, streams), for one purpose."""

    member_id: str
    entry_id: str
    purpose: str | None
    times: int
    first: datetime
    last: datetime


def published_names(unit: Unit) -> tuple[str, ...]:
    """Return the names of all published entries."""
    rows = unit.connection.execute(
        sa.select(entry.c.name)
        .where(entry.c.published_version.is_not(None), entry.c.withdrawn_at.is_(None))
        .order_by(entry.c.name)
    )
    return tuple(row.name for row in rows)


def find_guardianship(unit: Unit, guardian: str, ward: str) -> Guardianship | None:
    """Return a proven guardianship."""
    row = unit.connection.execute(
        sa.select(_WARD).where(_WARD.c.guardian == guardian, _WARD.c.ward == ward)
    ).one_or_none()
    return None if row is None else _ward(row)


def wards_of(unit: Unit, guardian: str, today: date) -> tuple[Guardianship, ...]:
    """Return the wards of a person who are not of age."""
    rows = unit.connection.execute(
        sa.select(_WARD).where(_WARD.c.guardian == guardian, _WARD.c.until > today).order_by(_WARD.c.proven_at)
    )
    return tuple(_ward(row) for row in rows)


def _ward(row: sa.Row[Any]) -> Guardianship:
    return Guardianship(row.guardian, row.ward, bytes(row.sealed), row.proven_by, row.proven_at, row.until)


def save_guardianship(unit: Unit, known: Guardianship) -> None:
    """Store a proven guardianship; a newer proof takes the place of an older."""
    values = {
        "guardian": known.guardian,
        "ward": known.ward,
        "sealed": known.sealed,
        "proven_by": known.proven_by,
        "proven_at": known.proven_at,
        "until": known.until,
    }
    statement = insert(_WARD).values(values)
    unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["guardian", "ward"],
            set_={name: statement.excluded[name] for name in ("sealed", "proven_by", "proven_at", "until")},
        )
    )


_LOOKS = ("query", "verify", "match", "relay", "delivery", "download")
_SHOWN = """
FROM hub.receipt r
WHERE {what} AND NOT EXISTS (
  SELECT 1 FROM hub.access_delay d
  WHERE d.state = 'in_force' AND d.member_id::text = r.member_id AND r.at >= d.covers_from
    AND (r.at AT TIME ZONE 'Asia/Shanghai')::date <= d.until AND (d.until >= :today OR d.mode = 'suppress')
    AND convert_from(r.body, 'UTF8')::jsonb ->> 'purpose' = ANY (d.purposes)
    AND (d.case_number IS NULL OR convert_from(r.body, 'UTF8')::jsonb ->> 'case_number' = d.case_number))
"""
_ONE = "r.subject_digest = ANY (:digests) AND r.kind = ANY (:kinds) AND r.at >= :since"
_MANY = (
    "r.entry_id = ANY (:entries) AND r.subject_digest IS NULL AND r.member_id IS NOT NULL AND r.kind = ANY (:kinds)"
    " AND r.at >= :since AND coalesce(convert_from(r.body, 'UTF8')::jsonb ->> 'rows', '1') <> '0'"
)


def accesses(
    unit: Unit, digests: Collection[str], since: datetime, today: date, *, limit: int, offset: int
) -> tuple[tuple[Access, ...], int]:
    """Return one page of looks at a person's records, the newest first, and how many may be told."""
    values = {"digests": list(digests), "kinds": list(_LOOKS), "since": since, "today": today}
    shown = _SHOWN.format(what=_ONE)
    total: int = unit.connection.execute(sa.text(f"SELECT count(*) {shown}"), values).scalar_one()
    rows = unit.connection.execute(
        sa.text(
            f"SELECT r.kind, r.at, r.member_id, r.entry_id, r.body {shown}"
            " ORDER BY r.at DESC, r.position DESC LIMIT :limit OFFSET :offset"
        ),
        {**values, "limit": limit, "offset": offset},
    )
    found = tuple(Access(row.kind, row.at, row.member_id, row.entry_id, orjson.loads(bytes(row.body))) for row in rows)
    return found, total


def whole_accesses(unit: Unit, entries: Collection[uuid.UUID], since: datetime, today: date) -> tuple[WholeAccess, ...]:
    """Return the organs that took many records at once from these resources, by purpose."""
    rows = unit.connection.execute(
        sa.text(
            "SELECT r.member_id, r.entry_id, convert_from(r.body, 'UTF8')::jsonb ->> 'purpose' AS purpose,"
            f" count(*) AS times, min(r.at) AS first, max(r.at) AS last {_SHOWN.format(what=_MANY)}"
            " GROUP BY 1, 2, 3 ORDER BY last DESC"
        ),
        {"entries": [str(one) for one in entries], "kinds": [*_LOOKS, "stream_open"], "since": since, "today": today},
    )
    return tuple(WholeAccess(row.member_id, row.entry_id, row.purpose, row.times, row.first, row.last) for row in rows)


def insert_delay(unit: Unit, one: Delay) -> None:
    """Insert a proposed record."""
    unit.connection.execute(
        _DELAY.insert().values(
            id=one.id,
            member_id=one.member_id,
            mode=one.mode.value,
            purposes=list(one.purposes),
            case_number=one.case_number,
            legal_basis=one.legal_basis,
            covers_from=one.covers_from,
            until=one.until,
            state=one.state.value,
            proposed_by=one.proposed_by,
            proposed_at=one.proposed_at,
        )
    )


def find_delay(unit: Unit, delay_id: uuid.UUID) -> Delay | None:
    """Return a record, held until the transaction ends."""
    row = unit.connection.execute(sa.select(_DELAY).where(_DELAY.c.id == delay_id).with_for_update()).one_or_none()
    return None if row is None else _delay(row)


def update_delay(unit: Unit, delay_id: uuid.UUID, **values: object) -> None:
    """Change columns of a record."""
    unit.connection.execute(_DELAY.update().where(_DELAY.c.id == delay_id).values(**values))


def delays(unit: Unit, member: uuid.UUID | None) -> tuple[Delay, ...]:
    """Return the records of an organ, or of all, the newest first."""
    query = sa.select(_DELAY).order_by(_DELAY.c.proposed_at.desc(), _DELAY.c.id)
    rows = unit.connection.execute(query if member is None else query.where(_DELAY.c.member_id == member))
    return tuple(_delay(row) for row in rows)


def _delay(row: sa.Row[Any]) -> Delay:
    values = dict(row._mapping)
    values |= {
        "mode": DelayMode(row.mode),
        "state": DelayState(row.state),
        "purposes": tuple(row.purposes),
    }
    return Delay(**values)


def insert_complaint(unit: Unit, **values: Any) -> Complaint:
    """Insert a complaint and return it with its number."""
    row = unit.connection.execute(
        _COMPLAINT.insert().values(id=uuid.uuid4(), state="open", **values).returning(*_COMPLAINT.c)
    ).one()
    return _complaint(row)


def _complaint(row: sa.Row[Any]) -> Complaint:
    return Complaint(**dict(row._mapping))


def complaints(
    unit: Unit, *, subject: str | None = None, limit: int | None = None, offset: int = 0
) -> tuple[tuple[Complaint, ...], int]:
    """Return complaints of one person, or of all, open ones first, the most urgent first; and how many there are."""
    query = sa.select(_COMPLAINT).order_by(_COMPLAINT.c.state.desc(), _COMPLAINT.c.due_on, _COMPLAINT.c.number)
    counted = sa.select(sa.func.count()).select_from(_COMPLAINT)
    if subject is not None:
        query, counted = (one.where(_COMPLAINT.c.subject == subject) for one in (query, counted))
    total: int = unit.connection.execute(counted).scalar_one()
    rows = unit.connection.execute(query.limit(limit).offset(offset))
    return tuple(_complaint(row) for row in rows), total


def find_complaint(unit: Unit, complaint_id: uuid.UUID) -> Complaint | None:
    """Return a complaint, held until the transaction ends."""
    query = sa.select(_COMPLAINT).where(_COMPLAINT.c.id == complaint_id).with_for_update()
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else _complaint(row)


def update_complaint(unit: Unit, complaint_id: uuid.UUID, **values: object) -> None:
    """Change columns of a complaint."""
    unit.connection.execute(_COMPLAINT.update().where(_COMPLAINT.c.id == complaint_id).values(**values))


def member_names(unit: Unit, ids: Collection[str]) -> dict[str, str]:
    """Return the names of organs by their id as text."""
    wanted = [uuid.UUID(one) for one in ids]
    rows = unit.connection.execute(
        sa.select(member_table.c.id, member_table.c.name).where(member_table.c.id.in_(wanted))
    )
    return {str(row.id): row.name for row in rows}
