"""Published entries in full, for whoever may know of them: pages, CKAN, DCAT, feeds.

Zhengzhou Art. 18. What a viewer may not know of is absent here as what does not exist; items the secrecy review
stopped are in no description.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from catalogue import store, tables
from catalogue.entry import Entry
from catalogue.finding import CLOSED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from catalogue.finding import Viewer
    from catalogue.store import EntryRow, InTransaction


@dataclass(frozen=True, slots=True)
class Published:
    """An entry as it is in force: its row, its description without stopped items, its times, rows of its data."""

    row: EntryRow
    entry: Entry
    modified: datetime
    data_at: datetime | None
    rows: int | None


def may_know(viewer: Viewer, row: EntryRow) -> bool:
    """Whether a viewer may know that an entry exists."""
    if row.published_version is None or row.withdrawn_at is not None:
        return False
    if viewer.jurisdiction is not None and row.jurisdiction != viewer.jurisdiction:
        return False
    return not viewer.public_only or row.open_type != CLOSED or row.provider_id == viewer.member_id


def published(unit: InTransaction, viewer: Viewer, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Published]:
    """Return the entries of these ids that are in force and may be known, by id, in the order given."""
    if not ids:
        return {}
    found = _read(unit, viewer, tables.entry.c.id.in_(list(ids)))
    return {key: found[key] for key in ids if key in found}


def _read(unit: InTransaction, viewer: Viewer, wanted: sa.ColumnElement[bool]) -> dict[uuid.UUID, Published]:
    """Return the entries of a condition that are in force and may be known, by id."""
    entry, index = tables.entry, tables.entry_index
    rows = unit.connection.execute(
        sa.select(*store.ENTRY_COLUMNS, index.c.data_at, index.c.rows)
        .outerjoin(index, index.c.entry_id == entry.c.id)
        .where(wanted, entry.c.published_version.is_not(None), entry.c.withdrawn_at.is_(None))
    )
    standing = []
    for one in rows:
        values = dict(one._mapping)
        data_at, count = values.pop("data_at"), values.pop("rows")
        row = store.entry_row(values)
        if may_know(viewer, row):
            standing.append((row, data_at, count))
    described = _described(unit, [row for row, _, _ in standing])
    return {
        row.id: Published(row, described[row.id], row.published_at or row.created_at, data_at, count)
        for row, data_at, count in standing
        if row.id in described
    }


Key = tuple["uuid.UUID", "int | None", "datetime | None"]
_kept: WeakKeyDictionary[sa.Engine, OrderedDict[Key, Entry]] = WeakKeyDictionary()
_kept_lock: Final = Lock()
KEPT_MOST: Final = 2_000
"""Descriptions kept as read. INVARIANT they rest on: a published version is never changed."""


def _described(unit: InTransaction, wanted: Sequence[EntryRow]) -> dict[uuid.UUID, Entry]:
    """Return the descriptions of published versions, without stopped items, by id of the entry.

    The time of publication belongs to the key: a version that was read and then rolled back is not the one that
    comes after it under the same number.
    """
    keys: dict[uuid.UUID, Key] = {row.id: (row.id, row.published_version, row.published_at) for row in wanted}
    with _kept_lock:
        kept = _kept.setdefault(unit.connection.engine, OrderedDict())
        found = {one: kept[key] for one, key in keys.items() if key in kept}
    missing = [key[:2] for one, key in keys.items() if one not in found]
    if missing:
        version = tables.entry_version
        rows = unit.connection.execute(
            sa.select(version.c.entry_id, version.c.body, version.c.stopped_items).where(
                sa.tuple_(version.c.entry_id, version.c.number).in_(missing)
            )
        )
        read = {row[0]: Entry.from_dict(row[1]).without_items(frozenset(row[2])) for row in rows}
        found |= read
        with _kept_lock:
            kept.update({keys[one]: entry for one, entry in read.items()})
            while len(kept) > KEPT_MOST:
                kept.popitem(last=False)
    return found


def known_row(unit: InTransaction, viewer: Viewer, key: str | uuid.UUID) -> EntryRow | None:
    """Return the row of a published entry by name, code or id, if the viewer may know of it.

    What may not be known of is looked for as long as what does not exist: by name, then by every code.
    """
    row = store.find_entry(unit, key)
    if row is not None and not may_know(viewer, row):
        if isinstance(key, str):
            store.find_coded(unit, key)
        return None
    return row


def published_one(unit: InTransaction, viewer: Viewer, key: str | uuid.UUID) -> Published | None:
    """Return the entry of a name, an id (also as text) or a resource code; None where there is none to know of."""
    if isinstance(key, uuid.UUID):
        return published(unit, viewer, [key]).get(key)
    identifier = _as_id(key)
    if identifier is not None:
        return published(unit, viewer, [identifier]).get(identifier)
    found = _read(unit, viewer, tables.entry.c.name == key)
    if found:
        return next(iter(found.values()))
    # A code of any scheme. What is hidden under the name takes this way too, as what is not there does.
    row = known_row(unit, viewer, key) if "/" in key else store.find_coded(unit, key)
    wanted = row.id if row is not None else uuid.UUID(int=0)
    return published(unit, viewer, [wanted]).get(wanted)


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
