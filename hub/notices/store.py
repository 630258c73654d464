"""The only SQL of notices."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.notices import tables

if TYPE_CHECKING:
    from datetime import datetime

    from hub.database import Unit

_NOTICE, _READ = tables.notice, tables.notice_read


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. ``zh``/``en`` say what happened and by which article, ``next_*`` what to do now.

    ``role`` None is for everybody of the member; ``once`` makes it the same notice as an earlier one, which is then
    not sent again. Texts hold no protected value.
    """

    member: uuid.UUID
    kind: str
    zh: str
    en: str
    next_zh: str = ""
    next_en: str = ""
    role: str | None = None
    link: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    once: str | None = None


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice as one person sees it."""

    id: uuid.UUID
    notice: Notice
    created_at: datetime
    read_at: datetime | None


def send(unit: Unit, notice: Notice, now: datetime) -> bool:
    """Store a notice in the transaction of what it tells; False when it was sent before."""
    found = insert(_NOTICE).values(
        id=uuid.uuid4(),
        member_id=notice.member,
        role=notice.role,
        kind=notice.kind,
        zh=notice.zh,
        en=notice.en,
        next_zh=notice.next_zh,
        next_en=notice.next_en,
        link=notice.link,
        subject_kind=notice.subject_kind,
        subject_id=notice.subject_id,
        once=notice.once,
        created_at=now,
    )
    once = found.on_conflict_do_nothing(index_elements=["once"]).returning(_NOTICE.c.id)
    return unit.connection.execute(once).scalar_one_or_none() is not None


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who reads notices: member, the person's own id, roles."""

    member: uuid.UUID
    staff: uuid.UUID
    roles: frozenset[str]

    def sees(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions of the notices this person sees."""
        for_roles = sa.or_(_NOTICE.c.role.is_(None), _NOTICE.c.role.in_(sorted(self.roles)))
        return [_NOTICE.c.member_id == self.member, for_roles]


def for_person(
    unit: Unit, reader: Reader, *, unread: bool, limit: int, offset: int
) -> tuple[tuple[SentNotice, ...], int]:
    """Return a page of the notices of a person, the newest first, and how many there are."""
    joined = _NOTICE.outerjoin(_READ, (_READ.c.notice_id == _NOTICE.c.id) & (_READ.c.staff_id == reader.staff))
    wanted = reader.sees()
    if unread:
        wanted.append(_READ.c.read_at.is_(None))
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(joined).where(*wanted)).scalar_one()
    rows = unit.connection.execute(
        sa.select(_NOTICE, _READ.c.read_at)
        .select_from(joined)
        .where(*wanted)
        .order_by(_NOTICE.c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(_sent(row) for row in rows), total


def mark_read(unit: Unit, notice: uuid.UUID, reader: Reader, now: datetime) -> bool:
    """Note that a person has read a notice; False when there is no such notice for that person."""
    mine = sa.select(_NOTICE.c.id).where(_NOTICE.c.id == notice, *reader.sees())
    if unit.connection.execute(mine).one_or_none() is None:
        return False
    read = insert(_READ).values(notice_id=notice, staff_id=reader.staff, read_at=now)
    unit.connection.execute(read.on_conflict_do_nothing(index_elements=["notice_id", "staff_id"]))
    return True


def _sent(row: sa.Row[Any]) -> SentNotice:
    found = row._mapping
    return SentNotice(
        id=found["id"],
        notice=Notice(
            member=found["member_id"],
            kind=found["kind"],
            zh=found["zh"],
            en=found["en"],
            next_zh=found["next_zh"],
            next_en=found["next_en"],
            role=found["role"],
            link=found["link"],
            subject_kind=found["subject_kind"],
            subject_id=found["subject_id"],
            once=found["once"],
        ),
        created_at=found["created_at"],
        read_at=found["read_at"],
    )
