"""The only SQL of urging and of disputes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.supervision import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit

_URGING, _DISPUTE, _RECORD = tables.urging, tables.dispute, tables.dispute_record


@dataclass(frozen=True, slots=True)
class Urging:
    """One act of urging (催办) over a late clock, and the reason the bound member gives."""

    id: uuid.UUID
    clock_id: uuid.UUID
    urged_by: uuid.UUID
    urged_at: datetime
    text: str
    reason: str | None = None
    reason_by: uuid.UUID | None = None
    reason_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute: about what, between whom, where it stands, who may not hear it, how it ended."""

    id: uuid.UUID
    number: int
    request_id: uuid.UUID
    line_id: uuid.UUID | None
    grant_id: uuid.UUID | None
    about: str
    requester_id: uuid.UUID
    provider_id: uuid.UUID
    authority_id: uuid.UUID | None
    state: str
    outcome: str | None
    opened_by: uuid.UUID
    opened_at: datetime
    closed_at: datetime | None
    excluded: tuple[str, ...]
    decision: Mapping[str, Any] | None

    @property
    def label(self) -> str:
        """The number people use, for example D-000003."""
        return f"D-{self.number:06d}"


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """One entry of a dispute's file: what was done or said, at which stage, by whom, with its receipt."""

    position: int
    act: str
    stage: str
    member_id: uuid.UUID
    staff_id: uuid.UUID
    text: str
    at: datetime
    receipt_id: uuid.UUID


def insert_urging(unit: Unit, value: Urging) -> None:
    """Store an act of urging."""
    unit.connection.execute(
        _URGING.insert().values(
            id=value.id, clock_id=value.clock_id, urged_by=value.urged_by, urged_at=value.urged_at, text=value.text
        )
    )


def give_reason(unit: Unit, clock_id: uuid.UUID, reason: str, by: uuid.UUID, at: datetime) -> bool:
    """Store why a case is late with the latest urging that has no reason; False when there is none."""
    open_one = (
        sa.select(_URGING.c.id)
        .where(_URGING.c.clock_id == clock_id, _URGING.c.reason.is_(None))
        .order_by(_URGING.c.urged_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    changed = _URGING.update().where(_URGING.c.id == open_one).values(reason=reason, reason_by=by, reason_at=at)
    return unit.connection.execute(changed).rowcount == 1


def urgings(unit: Unit, clock_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Urging]]:
    """Return the acts of urging over several clocks, the oldest first."""
    found: dict[uuid.UUID, list[Urging]] = {}
    query = sa.select(_URGING).where(_URGING.c.clock_id.in_(clock_ids)).order_by(_URGING.c.urged_at)
    for row in unit.connection.execute(query):
        found.setdefault(row.clock_id, []).append(Urging(**row._mapping))
    return found


def urging_counts(unit: Unit, clock_ids: Sequence[uuid.UUID]) -> tuple[int, int]:
    """Return how many acts of urging there were over several clocks, and how many were answered with a reason."""
    row = unit.connection.execute(
        sa.select(sa.func.count(), sa.func.count(_URGING.c.reason)).where(_URGING.c.clock_id.in_(clock_ids))
    ).one()
    return row[0], row[1]


def insert_dispute(unit: Unit, value: Dispute) -> int:
    """Store a dispute; returns its number."""
    number: int = unit.connection.execute(
        _DISPUTE.insert()
        .values(
            id=value.id,
            request_id=value.request_id,
            line_id=value.line_id,
            grant_id=value.grant_id,
            about=value.about,
            requester_id=value.requester_id,
            provider_id=value.provider_id,
            state=value.state,
            opened_by=value.opened_by,
            opened_at=value.opened_at,
            excluded=list(value.excluded),
        )
        .returning(_DISPUTE.c.number)
    ).scalar_one()
    return number


def update_dispute(unit: Unit, dispute_id: uuid.UUID, **values: object) -> None:
    """Change columns of a dispute."""
    unit.connection.execute(_DISPUTE.update().where(_DISPUTE.c.id == dispute_id).values(**values))


def find_dispute(unit: Unit, dispute_id: uuid.UUID, *, lock: bool = False) -> Dispute | None:
    """Return a dispute, held until the transaction ends with ``lock``."""
    query = sa.select(_DISPUTE).where(_DISPUTE.c.id == dispute_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _dispute(row) if row is not None else None


def open_dispute_over(unit: Unit, line_id: uuid.UUID | None, grant_id: uuid.UUID | None) -> Dispute | None:
    """Return the dispute over a line or a grant that has not ended."""
    wanted = _DISPUTE.c.line_id == line_id if line_id is not None else _DISPUTE.c.grant_id == grant_id
    query = sa.select(_DISPUTE).where(wanted, _DISPUTE.c.closed_at.is_(None))
    row = unit.connection.execute(query.limit(1)).one_or_none()
    return _dispute(row) if row is not None else None


def disputes(
    unit: Unit, member: uuid.UUID, *, state: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[tuple[Dispute, ...], int]:
    """Return a page of the disputes a member is a party to or hears, the newest first, and how many there are."""
    wanted: list[sa.ColumnElement[bool]] = [
        sa.or_(_DISPUTE.c.requester_id == member, _DISPUTE.c.provider_id == member, _DISPUTE.c.authority_id == member)
    ]
    if state is not None:
        wanted.append(_DISPUTE.c.state == state)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_DISPUTE).where(*wanted)).scalar_one()
    query = sa.select(_DISPUTE).where(*wanted).order_by(_DISPUTE.c.number.desc()).limit(limit).offset(offset)
    return tuple(_dispute(row) for row in unit.connection.execute(query)), total


def add_record(unit: Unit, dispute_id: uuid.UUID, value: DisputeRecord) -> None:
    """Add an entry to a dispute's file; the caller holds the dispute, and ``position`` is given here."""
    position = (
        sa.select(sa.func.coalesce(sa.func.max(_RECORD.c.position), 0) + 1)
        .where(_RECORD.c.dispute_id == dispute_id)
        .scalar_subquery()
    )
    unit.connection.execute(
        _RECORD.insert().values(
            id=uuid.uuid4(),
            dispute_id=dispute_id,
            position=position,
            act=value.act,
            stage=value.stage,
            member_id=value.member_id,
            staff_id=value.staff_id,
            text=value.text,
            at=value.at,
            receipt_id=value.receipt_id,
        )
    )


def records(unit: Unit, dispute_id: uuid.UUID) -> tuple[DisputeRecord, ...]:
    """Return the file of a dispute, in order."""
    query = sa.select(_RECORD).where(_RECORD.c.dispute_id == dispute_id).order_by(_RECORD.c.position)
    return tuple(
        DisputeRecord(row.position, row.act, row.stage, row.member_id, row.staff_id, row.text, row.at, row.receipt_id)
        for row in unit.connection.execute(query)
    )


def _dispute(row: sa.Row[Any]) -> Dispute:
    return Dispute(**{**row._mapping, "excluded": tuple(row.excluded)})
