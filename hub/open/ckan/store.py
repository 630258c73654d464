"""The only SQL of this dialect: ids that clients gave to resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.open.ckan.tables import ckan_resource

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from hub.database import Unit


def keep_ids(unit: Unit, entry_id: uuid.UUID, ids: Iterable[uuid.UUID]) -> None:
    """Remember the ids of an entry's resources; one that another entry has stays with that one."""
    wanted = sorted(set(ids))
    unit.connection.execute(
        ckan_resource.delete().where(ckan_resource.c.entry_id == entry_id, ckan_resource.c.id.not_in(wanted))
    )
    if wanted:
        statement = insert(ckan_resource).values([{"id": one, "entry_id": entry_id} for one in wanted])
        unit.connection.execute(statement.on_conflict_do_nothing(index_elements=[ckan_resource.c.id]))


def entries_of_resource(unit: Unit, resource_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the entry whose resource a client gave this id; nothing where there is none."""
    found = unit.connection.execute(sa.select(ckan_resource.c.entry_id).where(ckan_resource.c.id == resource_id))
    return tuple(found.scalars())
