"""What members are called, many at once: lists and facets name hundreds of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from hub.identity import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection

    from hub.database import Unit


def member_names(unit: Unit, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of members by id; what is no member is left out."""
    rows = unit.connection.execute(
        sa.select(tables.member.c.id, tables.member.c.name).where(tables.member.c.id.in_(ids))
    )
    return {row.id: row.name for row in rows}
