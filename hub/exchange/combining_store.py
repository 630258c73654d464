"""The only SQL of what members hold together: who has grants on an entry, and the grants of a member on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from hub.exchange.tables import grant

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.database import Unit

MOST_HOLDINGS = 50
"""So many other grants of one member are looked at for what they show together."""


def holders_of(unit: Unit, entry_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the members with an active grant on an entry."""
    query = (
        sa.select(grant.c.member_id)
        .where(grant.c.entry_id == entry_id, grant.c.status == "active")
        .distinct()
        .order_by(grant.c.member_id)
    )
    return tuple(unit.connection.execute(query).scalars())


def granted_forms(
    unit: Unit, member_id: uuid.UUID, *, besides: uuid.UUID
) -> tuple[tuple[uuid.UUID, Mapping[str, str]], ...]:
    """Return the active grants of a member on other entries: the entry, and the form of each item."""
    query = (
        sa.select(grant.c.entry_id, grant.columns["items"])
        .where(grant.c.member_id == member_id, grant.c.status == "active", grant.c.entry_id != besides)
        .order_by(grant.c.changed_at.desc(), grant.c.id)
        .limit(MOST_HOLDINGS)
    )
    return tuple((row[0], row[1]) for row in unit.connection.execute(query))
