"""The SQL of what was published to a CKAN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.harvest.tables import harvest_sent

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry at a target: the digest of its package, and the id it has there."""

    entry_id: uuid.UUID
    digest: bytes
    remote_id: str


def sent(unit: Unit, target: str) -> list[Sent]:
    """Return what was sent to a target."""
    c = harvest_sent.c
    rows = unit.connection.execute(
        sa.select(c.entry_id, c.digest, c.remote_id).where(c.target == target).order_by(c.entry_id)
    )
    return [Sent(row.entry_id, bytes(row.digest), row.remote_id) for row in rows]


def note(unit: Unit, target: str, row: Sent, now: datetime) -> None:
    """Note that an entry was sent."""
    values = {"digest": row.digest, "remote_id": row.remote_id, "sent_at": now}
    unit.connection.execute(
        insert(harvest_sent)
        .values(target=target, entry_id=row.entry_id, **values)
        .on_conflict_do_update(index_elements=[harvest_sent.c.target, harvest_sent.c.entry_id], set_=values)
    )


def forget(unit: Unit, target: str, entry_id: uuid.UUID) -> None:
    """Note that an entry is at the target no more."""
    c = harvest_sent.c
    unit.connection.execute(harvest_sent.delete().where(c.target == target, c.entry_id == entry_id))
