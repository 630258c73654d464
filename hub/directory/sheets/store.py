"""The only SQL of the workbooks: which entries go into one, and the entry of a title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from catalogue import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping, Sequence

    from hub.database import Unit

_E, _V = tables.entry, tables.entry_version


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry in a workbook: the version under work, else the one in force."""

    id: uuid.UUID
    name: str
    resource_code: str | None
    provider_id: uuid.UUID
    number: int
    state: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries: of members, of these names where any are given, only published ones where asked."""

    members: Collection[uuid.UUID]
    names: Sequence[str] = ()
    only_published: bool = False


def chosen(unit: Unit, choice: Choice, limit: int) -> tuple[tuple[Chosen, ...], int]:
    """Return the entries of a choice by title, at most ``limit``, and how many there are."""
    number = (
        _E.c.published_version
        if choice.only_published
        else sa.func.coalesce(_E.c.draft_version, _E.c.published_version)
    )
    joined = _E.join(_V, sa.and_(_V.c.entry_id == _E.c.id, _V.c.number == number))
    where: list[sa.ColumnElement[bool]] = [_E.c.provider_id.in_(list(choice.members)), _E.c.withdrawn_at.is_(None)]
    if choice.names:
        where.append(_E.c.name.in_(list(choice.names)))
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(joined).where(*where)).scalar_one()
    query = (
        sa.select(_E.c.id, _E.c.name, _E.c.resource_code, _E.c.provider_id, _V.c.number, _V.c.state, _V.c.body)
        .select_from(joined)
        .where(*where)
        .order_by(_E.c.sort_key, _E.c.id)
        .limit(limit)
    )
    rows = unit.connection.execute(query).mappings()
    return tuple(Chosen(**row) for row in rows), total


def entry_titled(unit: Unit, provider_id: uuid.UUID, title: str) -> uuid.UUID | None:
    """Return the entry of a unit that has this title, None without one."""
    query = sa.select(_E.c.id).where(_E.c.provider_id == provider_id, _E.c.title == title, _E.c.withdrawn_at.is_(None))
    found: uuid.UUID | None = unit.connection.execute(query.limit(1)).scalar_one_or_none()
    return found
