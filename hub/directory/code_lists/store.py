"""The only SQL of departments' own code lists. INVARIANT: a version in force is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from catalogue import tables as catalogue_tables
from catalogue.code_lists import CodeList, CodeRow
from hub.directory.code_lists import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit

_LISTS = tables.code_list_version
PROPOSED, IN_FORCE, RETURNED = "proposed", "in_force", "returned"
_COLUMNS = [column for column in _LISTS.c if column.name not in {"rows", "number"}]


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of an own list without its rows."""

    name: str
    version: str
    state: str
    title_zh: str
    title_en: str
    source: str
    member_id: uuid.UUID
    made_by: uuid.UUID
    made_at: datetime
    decided_by: uuid.UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""


def find(unit: Unit, name: str, version: str, *, lock: bool = False) -> ListVersion | None:
    """Return one version in any state."""
    query = sa.select(*_COLUMNS).where(_LISTS.c.name == name, _LISTS.c.version == version)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else ListVersion(**row._mapping)


def owner_of(unit: Unit, name: str) -> uuid.UUID | None:
    """Return the department whose list a name is; None for a new name."""
    query = sa.select(_LISTS.c.member_id).where(_LISTS.c.name == name).order_by(_LISTS.c.number).limit(1)
    found: uuid.UUID | None = unit.connection.execute(query).scalar_one_or_none()
    return found


def content(unit: Unit, name: str, version: str | None) -> CodeList | None:
    """Return a list in force, in one version or (None) the newest."""
    query = sa.select(_LISTS).where(_LISTS.c.name == name, _LISTS.c.state == IN_FORCE)
    if version is not None:
        query = query.where(_LISTS.c.version == version)
    row = unit.connection.execute(query.order_by(_LISTS.c.decided_at.desc()).limit(1)).one_or_none()
    return None if row is None else _content(row)


def proposed_content(unit: Unit, name: str, version: str) -> CodeList | None:
    """Return a list in any state, for those who decide on it."""
    row = unit.connection.execute(
        sa.select(_LISTS).where(_LISTS.c.name == name, _LISTS.c.version == version)
    ).one_or_none()
    return None if row is None else _content(row)


def _content(row: sa.Row[Any]) -> CodeList:
    history = tuple(
        CodeRow(one["code"], one["name_zh"], one["name_en"], MappingProxyType(dict(one.get("extra", {}))))
        for one in row.rows
    )
    return CodeList(
        name=row.name,
        version=row.version,
        title_zh=row.title_zh,
        title_en=row.title_en,
        source=row.source,
        certainty="own",
        rows=MappingProxyType({one.code: one for one in history}),
        history=history,
    )


def versions(
    unit: Unit, *, name: str | None = None, state: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[tuple[ListVersion, ...], int]:
    """Return a page of versions by name, the newest first, and how many there are."""
    wanted = []
    if name is not None:
        wanted.append(_LISTS.c.name == name)
    if state is not None:
        wanted.append(_LISTS.c.state == state)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_LISTS).where(*wanted)).scalar_one()
    query = (
        sa.select(*_COLUMNS).where(*wanted).order_by(_LISTS.c.name, _LISTS.c.number.desc()).limit(limit).offset(offset)
    )
    return tuple(ListVersion(**row._mapping) for row in unit.connection.execute(query)), total


def held(unit: Unit) -> frozenset[tuple[str, str]]:
    """Return name and version of every own list in force."""
    query = sa.select(_LISTS.c.name, _LISTS.c.version).where(_LISTS.c.state == IN_FORCE)
    return frozenset((row[0], row[1]) for row in unit.connection.execute(query))


def insert(unit: Unit, made: ListVersion, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store a proposal with its rows."""
    unit.connection.execute(
        _LISTS.insert().values(
            name=made.name,
            version=made.version,
            state=made.state,
            title_zh=made.title_zh,
            title_en=made.title_en,
            source=made.source,
            rows=[dict(row) for row in rows],
            member_id=made.member_id,
            made_by=made.made_by,
            made_at=made.made_at,
            reason=made.reason,
        )
    )


def drop_returned(unit: Unit, name: str, version: str) -> None:
    """Make room for a mended proposal of the same version: one that was returned was never in force."""
    unit.connection.execute(
        _LISTS.delete().where(_LISTS.c.name == name, _LISTS.c.version == version, _LISTS.c.state == RETURNED)
    )


def settle(unit: Unit, made: ListVersion, state: str, **values: object) -> None:
    """Move a proposal to a state with who decided, when and why."""
    unit.connection.execute(
        _LISTS.update()
        .where(_LISTS.c.name == made.name, _LISTS.c.version == made.version, _LISTS.c.state == PROPOSED)
        .values(state=state, **values)
    )


def entries_using(
    unit: Unit, name: str, version: str, limit: int, offset: int
) -> tuple[tuple[tuple[str, str, uuid.UUID], ...], int]:
    """Return a page of published entries with an item of a list's version: name, title, provider; and how many."""
    entry, body = catalogue_tables.entry, catalogue_tables.entry_version.c.body
    named = {"items": [{"code_list": {"name": name, "version": version}}]}
    joined = entry.join(
        catalogue_tables.entry_version,
        sa.and_(
            catalogue_tables.entry_version.c.entry_id == entry.c.id,
            catalogue_tables.entry_version.c.number == entry.c.published_version,
        ),
    )
    wanted = [entry.c.withdrawn_at.is_(None), body.contains(named)]
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(joined).where(*wanted)).scalar_one()
    rows = unit.connection.execute(
        sa.select(entry.c.name, entry.c.title, entry.c.provider_id)
        .select_from(joined)
        .where(*wanted)
        .order_by(entry.c.sort_key, entry.c.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple((row[0], row[1], row[2]) for row in rows), total
