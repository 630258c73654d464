"""Who received a record: the only SQL that asks the receipts and pushes for it. No value of a row is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.ledger.tables import receipt

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit

DELIVERING = ("query", "verify", "match", "download", "delivery", "relay", "stream_open")
_BODY = sa.cast(sa.func.convert_from(receipt.c.body, "UTF8"), JSONB)


def receipt_content(unit: Unit, receipt_id: uuid.UUID) -> dict[str, object]:
    """Return what a receipt says; empty where there is none of this id."""
    body = unit.connection.execute(sa.select(receipt.c.body).where(receipt.c.id == receipt_id)).scalar_one_or_none()
    content: dict[str, object] = {} if body is None else orjson.loads(bytes(body))
    return content


def merged_at(unit: Unit, entry_id: uuid.UUID, number: int) -> datetime | None:
    """Return when a version of a resource came to stand; None where there is no such version."""
    found: datetime | None = unit.connection.execute(
        sa.text("SELECT merged_at FROM hub.push WHERE entry_id = :entry AND number = :number"),
        {"entry": entry_id, "number": number},
    ).scalar_one_or_none()
    return found


def receivers(
    unit: Unit, entry_id: uuid.UUID, since: datetime, subject_digest: str | None
) -> dict[str, tuple[str, ...]]:
    """Return the members that were given the record since a time, each with the systems that received it.

    Counted are answers about this very person or body, and answers about many (pages, files, streams) that held any
    row; answers about somebody else are not. Without a digest every answer of the resource counts.
    """
    about = (
        sa.true()
        if subject_digest is None
        else (receipt.c.subject_digest == subject_digest) | receipt.c.subject_digest.is_(None)
    )
    rows = unit.connection.execute(
        sa.select(receipt.c.member_id, receipt.c.system_id)
        .where(
            receipt.c.entry_id == str(entry_id),
            receipt.c.at >= since,
            receipt.c.kind.in_(DELIVERING),
            receipt.c.member_id.is_not(None),
            about,
            sa.func.coalesce(_BODY["rows"].astext, "1") != "0",
        )
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for member_id, system_id in rows:
        found.setdefault(member_id, set()).update({system_id} if system_id is not None else ())
    return {member: tuple(sorted(systems)) for member, systems in sorted(found.items())}
