"""The only SQL of the list of an entry's versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue.tables import entry_version

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class VersionHead:
    """A version without its description."""

    number: int
    state: str
    stopped_items: tuple[str, ...]
    created_at: datetime
    published_at: datetime | None


def versions_of(
    unit: Unit, entry_id: uuid.UUID, *, published_only: bool, limit: int, offset: int
) -> tuple[tuple[VersionHead, ...], int]:
    """Return a page of the versions of an entry, the newest first, and how many there are."""
    wanted = [entry_version.c.entry_id == entry_id]
    if published_only:
        wanted.append(entry_version.c.published_at.is_not(None))
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(entry_version).where(*wanted)
    ).scalar_one()
    columns = [entry_version.c[name] for name in VersionHead.__dataclass_fields__]
    rows = unit.connection.execute(
        sa.select(*columns).where(*wanted).order_by(entry_version.c.number.desc()).limit(limit).offset(offset)
    )
    return tuple(VersionHead(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in rows), total
