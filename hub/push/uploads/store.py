"""The only SQL of resumable uploads. Functions take a unit and never commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.push.progress import Stage
from hub.push.uploads.tables import upload as t

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload; lengths are bytes, times aware UTC. ``answer`` is what its last finishing was answered."""

    id: uuid.UUID
    member_id: uuid.UUID
    entry: str
    filename: str
    length: int
    received: int
    sha256: bytes | None
    wishes: Mapping[str, Any]
    stage: Stage
    rows: int
    push_id: uuid.UUID | None
    answer: Mapping[str, Any] | None
    created_at: datetime
    expires_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether all bytes are here."""
        return self.received == self.length


@dataclass(frozen=True, slots=True)
class Use:
    """How much of its quota an organ uses: open uploads and the bytes announced in them."""

    count: int
    size: int


_NAMES = tuple(Upload.__dataclass_fields__)


def _upload(row: sa.RowMapping) -> Upload:
    return Upload(**{**{name: row[name] for name in _NAMES}, "stage": Stage(row["stage"])})


def lock_member(unit: Unit, member_id: uuid.UUID) -> None:
    """Let uploads of one organ be made one after the other, so that its quota is counted right."""
    unit.connection.execute(
        sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"upload {member_id}", sa.literal(0))))
    )


def use(unit: Unit, member_id: uuid.UUID, now: datetime) -> Use:
    """Return what the open uploads of an organ take; those pushed hold no bytes any more."""
    where = (t.c.member_id == member_id) & t.c.push_id.is_(None) & (t.c.expires_at > now)
    asked = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(t.c.length), 0)).where(where)
    count, size = unit.connection.execute(asked).one()
    return Use(int(count), int(size))


def add(unit: Unit, upload: Upload) -> None:
    """Store a new upload."""
    values = {name: getattr(upload, name) for name in _NAMES}
    unit.connection.execute(
        sa.insert(t).values(**values | {"stage": upload.stage.value, "wishes": dict(upload.wishes)})
    )


def get(unit: Unit, upload_id: uuid.UUID, member_id: uuid.UUID, now: datetime) -> Upload | None:
    """Return an upload of an organ that has not expired."""
    where = (t.c.id == upload_id) & (t.c.member_id == member_id) & (t.c.expires_at > now)
    row = unit.connection.execute(sa.select(t).where(where)).mappings().first()
    return None if row is None else _upload(row)


def page(
    unit: Unit, member_id: uuid.UUID, now: datetime, *, before: datetime | None, limit: int
) -> tuple[tuple[Upload, ...], int]:
    """Return the uploads of an organ, newest first, those made before a time for the next page; and how many in all."""
    mine = (t.c.member_id == member_id) & (t.c.expires_at > now)
    total = unit.connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one()
    chosen = mine if before is None else mine & (t.c.created_at < before)
    rows = unit.connection.execute(sa.select(t).where(chosen).order_by(t.c.created_at.desc(), t.c.id).limit(limit))
    return tuple(map(_upload, rows.mappings())), total


def advance(unit: Unit, upload: Upload, received: int, expires_at: datetime) -> None:
    """Acknowledge bytes: from here on they are never asked for again."""
    stage = Stage.RECEIVED if received == upload.length else Stage.RECEIVING
    values = {"received": received, "expires_at": expires_at, "stage": stage.value}
    unit.connection.execute(sa.update(t).where(t.c.id == upload.id).values(**values))


def note(unit: Unit, upload_id: uuid.UUID, stage: Stage, rows: int) -> None:
    """Say how far the push of an upload has come."""
    unit.connection.execute(sa.update(t).where(t.c.id == upload_id).values(stage=stage.value, rows=rows))


def settle(
    unit: Unit, upload_id: uuid.UUID, stage: Stage, answer: Mapping[str, Any], push_id: uuid.UUID | None
) -> None:
    """Keep what the finishing of an upload was answered, and the push it became."""
    values = {"stage": stage.value, "answer": dict(answer), "push_id": push_id}
    unit.connection.execute(sa.update(t).where(t.c.id == upload_id).values(**values))


def remove(unit: Unit, upload_id: uuid.UUID) -> None:
    """Forget an upload."""
    unit.connection.execute(sa.delete(t).where(t.c.id == upload_id))


def expired(unit: Unit, now: datetime, limit: int = 500) -> tuple[uuid.UUID, ...]:
    """Return uploads whose time is over."""
    rows = unit.connection.execute(sa.select(t.c.id).where(t.c.expires_at <= now).order_by(t.c.expires_at).limit(limit))
    return tuple(row.id for row in rows)


def known(unit: Unit) -> set[str]:
    """Return the ids (hexadecimal) of all uploads that may have a file."""
    return {row.id.hex for row in unit.connection.execute(sa.select(t.c.id).where(t.c.push_id.is_(None)))}
