"""Which members are data-sharing authorities (共享主管部门), and over whom: the authority of the same level (本级)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from hub.identity import tables
from hub.identity.facts import MemberKind, Status

if TYPE_CHECKING:
    import uuid

    from hub.database import Unit


def authorities(unit: Unit) -> tuple[uuid.UUID, ...]:
    """Return the data-sharing authorities (共享主管部门) of all jurisdictions that are not suspended."""
    table = tables.member
    query = sa.select(table.c.id).where(
        table.c.kind == MemberKind.AUTHORITY.value, table.c.status == Status.ACTIVE.value
    )
    return tuple(unit.connection.execute(query.order_by(table.c.slug)).scalars())


def authorities_over(unit: Unit, member_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the authorities of a member's own level (本级), or of the level above where its level has none."""
    members, places = tables.member, tables.jurisdiction
    own = sa.select(members.c.jurisdiction).where(members.c.id == member_id).scalar_subquery()
    above = sa.select(places.c.parent).where(places.c.code == own).scalar_subquery()
    active = sa.and_(members.c.kind == MemberKind.AUTHORITY.value, members.c.status == Status.ACTIVE.value)
    for place in (own, above):
        query = sa.select(members.c.id).where(active, members.c.jurisdiction == place).order_by(members.c.slug)
        found = tuple(unit.connection.execute(query).scalars())
        if found:
            return found
    return ()


def members_under(unit: Unit, authority_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the members an authority is over: of its own level, and of levels below that have no authority."""
    members, places = tables.member, tables.jurisdiction
    own = sa.select(members.c.jurisdiction).where(members.c.id == authority_id).scalar_subquery()
    served = sa.select(members.c.jurisdiction).where(
        members.c.kind == MemberKind.AUTHORITY.value, members.c.status == Status.ACTIVE.value
    )
    below = sa.select(places.c.code).where(places.c.parent == own, places.c.code.not_in(served))
    query = sa.select(members.c.id).where(sa.or_(members.c.jurisdiction == own, members.c.jurisdiction.in_(below)))
    return tuple(unit.connection.execute(query.order_by(members.c.slug)).scalars())


def members_named(unit: Unit, name: str) -> tuple[uuid.UUID, ...]:
    """Return the members of this full name."""
    table = tables.member
    return tuple(unit.connection.execute(sa.select(table.c.id).where(table.c.name == name)).scalars())
