"""The SQL of publishing many harvested entries at once: rows, versions and events in a few statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from catalogue import tables
from hub.harvest.tables import harvest_record

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit


def names_taken(unit: Unit) -> set[str]:
    """Return the names of all entries."""
    rows: sa.ScalarResult[str] = unit.connection.execute(sa.select(tables.entry.c.name)).scalars()
    return set(rows)


def versions_of(unit: Unit, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, str]]:
    """Return the number of the newest version and the name of entries, locked."""
    newest = (
        sa.select(sa.func.max(tables.entry_version.c.number))
        .where(tables.entry_version.c.entry_id == tables.entry.c.id)
        .scalar_subquery()
    )
    rows = unit.connection.execute(
        sa.select(tables.entry.c.id, sa.func.coalesce(newest, 0), tables.entry.c.name)
        .where(tables.entry.c.id.in_(ids))
        .with_for_update()
    )
    return {row[0]: (int(row[1]), str(row[2])) for row in rows}


def insert_entries(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store new entries."""
    if rows:
        unit.connection.execute(tables.entry.insert(), rows)


def change_entries(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put new versions of entries in force; each row names its entry as ``of_id``."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "of_id"]
    statement = (
        tables.entry.update()
        .where(tables.entry.c.id == sa.bindparam("of_id"))
        .values({name: sa.bindparam(name) for name in names})
    )
    unit.connection.execute(statement, rows)


def insert_versions(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store published versions."""
    if rows:
        unit.connection.execute(tables.entry_version.insert(), rows)


def withdraw(unit: Unit, ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Withdraw entries and their versions in force."""
    entry, version = tables.entry, tables.entry_version
    unit.connection.execute(
        version.update()
        .where(version.c.entry_id == entry.c.id, version.c.number == entry.c.published_version, entry.c.id.in_(ids))
        .values(state="withdrawn")
    )
    unit.connection.execute(entry.update().where(entry.c.id.in_(ids)).values(withdrawn_at=now))


def insert_events(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record one step of each entry."""
    if rows:
        unit.connection.execute(tables.entry_event.insert(), rows)


def settle(unit: Unit, source_id: uuid.UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note what became of records: ``of_record``, ``of_entry``, ``of_digest`` (None: listed no more)."""
    if not rows:
        return
    c = harvest_record.c
    unit.connection.execute(
        harvest_record.update()
        .where(c.source_id == source_id, c.record == sa.bindparam("of_record"))
        .values(review="none", entry_id=sa.bindparam("of_entry"), published_digest=sa.bindparam("of_digest")),
        rows,
    )
