"""The only SQL of tokens for CKAN clients."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from hub.identity import store as identity_store
from hub.identity import tables as identity_tables
from hub.identity.ckan_tokens.tables import ckan_token

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.facts import Member, Staff


@dataclass(frozen=True, slots=True)
class CkanToken:
    """A token as it is known to the hub: all but the token. ``scope`` is ``write`` or ``import``."""

    id: uuid.UUID
    staff_id: uuid.UUID
    name: str
    scope: str
    created: datetime
    expires: datetime
    last_used: datetime | None
    revoked: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether the token is good at ``now``."""
        return self.revoked is None and self.created <= now < self.expires


_COLUMNS = tuple(ckan_token.c[field.name] for field in fields(CkanToken))


def insert(unit: Unit, value: CkanToken, digest: str) -> None:
    """Store a new token under the digest of its text."""
    values = {field.name: getattr(value, field.name) for field in fields(CkanToken)}
    unit.connection.execute(ckan_token.insert().values(**values, digest=digest))


def by_digest(unit: Unit, digest: str) -> tuple[CkanToken, Staff, Member] | None:
    """Return a token with its person and the person's member; None for a digest nobody has."""
    row = unit.connection.execute(
        sa.select(*_COLUMNS, identity_tables.staff.c.login)
        .join(identity_tables.staff, identity_tables.staff.c.id == ckan_token.c.staff_id)
        .where(ckan_token.c.digest == digest)
    ).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    staff = identity_store.staff_by_login(unit, values.pop("login"))
    member = identity_store.member(unit, "id", staff.member_id) if staff is not None else None
    return None if staff is None or member is None else (CkanToken(**values), staff, member)


def find(unit: Unit, token_id: uuid.UUID) -> CkanToken | None:
    """Return a token by its id."""
    row = unit.connection.execute(sa.select(*_COLUMNS).where(ckan_token.c.id == token_id)).one_or_none()
    return CkanToken(**row._mapping) if row is not None else None


def of_staff(unit: Unit, staff_id: uuid.UUID) -> tuple[CkanToken, ...]:
    """Return all tokens of a person, the newest first; those that ended are among them."""
    query = sa.select(*_COLUMNS).where(ckan_token.c.staff_id == staff_id)
    rows = unit.connection.execute(query.order_by(ckan_token.c.created.desc(), ckan_token.c.id))
    return tuple(CkanToken(**row._mapping) for row in rows)


def live_count(unit: Unit, staff_id: uuid.UUID, now: datetime) -> int:
    """Return how many good tokens a person has."""
    query = (
        sa.select(sa.func.count())
        .select_from(ckan_token)
        .where(ckan_token.c.staff_id == staff_id, ckan_token.c.revoked.is_(None), ckan_token.c.expires > now)
    )
    return int(unit.connection.execute(query).scalar_one())


def touch(unit: Unit, token_id: uuid.UUID, now: datetime) -> None:
    """Note that a token was used."""
    unit.connection.execute(ckan_token.update().where(ckan_token.c.id == token_id).values(last_used=now))


def revoke(unit: Unit, token_id: uuid.UUID, now: datetime) -> None:
    """End a token."""
    unit.connection.execute(ckan_token.update().where(ckan_token.c.id == token_id).values(revoked=now))
