"""What members are called, many at once: lists and facets name hundreds of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from hub.identity import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection

    from hub.database import Unit


_MEMBER = tables.member.c
_BY_ID = sa.select(_MEMBER.id, _MEMBER.name).where(
    _MEMBER.id == sa.func.any(sa.bindparam("ids", type_=ARRAY(UUID(as_uuid=True))))
)
_BY_TEXT = "SELECT id::text, name FROM hub.member WHERE id = ANY (%s::uuid[])"
"""Without a look at every id in Python: a page of facets names hundreds."""


def member_names(unit: Unit, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of members by id; what is no member is left out."""
    return {row.id: row.name for row in unit.connection.execute(_BY_ID, {"ids": list(ids)})}


def names_by_text(unit: Unit, ids: Collection[str]) -> dict[str, str]:
    """Return the same by ids as text, in the form PostgreSQL gives them."""
    return dict(unit.driver.execute(_BY_TEXT, (list(ids),)).fetchall())
