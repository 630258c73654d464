"""The only SQL of the notices filed before a version narrows what is shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.directory.changes import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit

_NOTICE = tables.entry_change_notice


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """A filed notice: which items of which version narrow, how many things that hits, why."""

    id: uuid.UUID
    entry_id: uuid.UUID
    version: int
    columns: tuple[str, ...]
    affected: Mapping[str, Any]
    reason: str
    filed_by: uuid.UUID
    filed_at: datetime
    receipt_id: uuid.UUID


def add(unit: Unit, notice: ChangeNotice) -> None:
    """Store a notice."""
    values = {name: getattr(notice, name) for name in ChangeNotice.__dataclass_fields__}
    unit.connection.execute(_NOTICE.insert().values({**values, "columns": list(notice.columns)}))


def filed_columns(unit: Unit, entry_id: uuid.UUID, version: int) -> frozenset[str]:
    """Return the items for which a notice was filed for a version."""
    query = sa.select(_NOTICE.c.columns).where(_NOTICE.c.entry_id == entry_id, _NOTICE.c.version == version)
    return frozenset(column for columns in unit.connection.execute(query).scalars() for column in columns)


def notices_of(unit: Unit, entry_id: uuid.UUID, limit: int, offset: int) -> tuple[tuple[ChangeNotice, ...], int]:
    """Return a page of the notices of an entry, the newest first, and how many there are."""
    wanted = _NOTICE.c.entry_id == entry_id
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_NOTICE).where(wanted)).scalar_one()
    query = sa.select(_NOTICE).where(wanted).order_by(_NOTICE.c.filed_at.desc(), _NOTICE.c.id)
    rows = unit.connection.execute(query.limit(limit).offset(offset))
    return tuple(ChangeNotice(**{**row._mapping, "columns": tuple(row.columns)}) for row in rows), total
