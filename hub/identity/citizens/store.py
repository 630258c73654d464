"""The only SQL of citizens' sign-ins and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from hub.identity.citizens import tables

if TYPE_CHECKING:
    from datetime import datetime

    from hub.database import Unit

_LOGIN, _SESSION = tables.citizen_login, tables.citizen_session


class SessionKind(StrEnum):
    """For whom a session speaks."""

    CITIZEN = "citizen"
    LEGAL_PERSON = "legal_person"


@dataclass(frozen=True, slots=True)
class CitizenSessionRow:
    """A session as stored."""

    id: str
    subject: str
    kind: SessionKind
    sealed: bytes
    has_second_factor: bool
    csrf: str
    created: datetime
    last_seen: datetime
    expires: datetime


def insert_login(unit: Unit, state_digest: str, sealed: bytes, lang: str, at: datetime) -> None:
    """Keep a sign-in under way."""
    unit.connection.execute(_LOGIN.insert().values(state_digest=state_digest, sealed=sealed, lang=lang, at=at))


def take_login(unit: Unit, state_digest: str) -> tuple[bytes, str, datetime] | None:
    """Return a sign-in under way and forget it: each state is good once."""
    row = unit.connection.execute(
        _LOGIN.delete()
        .where(_LOGIN.c.state_digest == state_digest)
        .returning(_LOGIN.c.sealed, _LOGIN.c.lang, _LOGIN.c.at)
    ).one_or_none()
    return None if row is None else (bytes(row.sealed), row.lang, row.at)


def insert_session(unit: Unit, row: CitizenSessionRow) -> None:
    """Store a session."""
    unit.connection.execute(
        _SESSION.insert().values(
            id=row.id,
            subject=row.subject,
            kind=row.kind.value,
            sealed=row.sealed,
            has_second_factor=row.has_second_factor,
            csrf=row.csrf,
            created=row.created,
            last_seen=row.last_seen,
            expires=row.expires,
        )
    )


def find_session(unit: Unit, session_id: str) -> CitizenSessionRow | None:
    """Return a session by its id."""
    row = unit.connection.execute(sa.select(_SESSION).where(_SESSION.c.id == session_id)).one_or_none()
    if row is None:
        return None
    return CitizenSessionRow(
        row.id, row.subject, SessionKind(row.kind), bytes(row.sealed), row.has_second_factor, row.csrf, row.created,
        row.last_seen, row.expires,
    )  # fmt: skip


def touch_session(unit: Unit, session_id: str, at: datetime) -> None:
    """Note that a session was used."""
    unit.connection.execute(_SESSION.update().where(_SESSION.c.id == session_id).values(last_seen=at))


def delete_session(unit: Unit, session_id: str) -> None:
    """End a session."""
    unit.connection.execute(_SESSION.delete().where(_SESSION.c.id == session_id))


def prune(unit: Unit, now: datetime, login_before: datetime) -> int:
    """Forget ended sessions and sign-ins that never came back; returns how many rows went."""
    gone = unit.connection.execute(_SESSION.delete().where(_SESSION.c.expires <= now)).rowcount
    return gone + unit.connection.execute(_LOGIN.delete().where(_LOGIN.c.at <= login_before)).rowcount
