"""A directory in a database, without a hub: entries put in force as they are, and indexed by the product's own way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from catalogue import tables
from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.finding_index import index_entries
from catalogue.names import pinyin_sort_key
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalogue.store import InTransaction

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
CITY = "410100"


@dataclass(frozen=True, slots=True)
class Holder:
    """A providing unit: its id among the members, its name and code."""

    id: uuid.UUID
    name: str
    code: str


def holder(name: str) -> Holder:
    """Return the unit of a name; the same every time."""
    one = uuid.uuid5(uuid.NAMESPACE_DNS, name)
    return Holder(one, name, one.hex[:18].upper())


def described(title: str, by: Holder, opening: OpenType = OpenType.UNCONDITIONAL) -> Entry:
    """Return a bare description."""
    share = ShareType.WITHHELD if opening is OpenType.CLOSED else ShareType.UNCONDITIONAL
    return Entry(title, Provider(by.name, by.code), Sharing(share), Opening(opening))


def put_in_force(unit: InTransaction, entries: Iterable[tuple[Holder, Entry]], at: datetime = AT) -> list[uuid.UUID]:
    """Store entries as published and index them; return their ids."""
    rows: list[dict[str, object]] = []
    versions: list[dict[str, object]] = []
    for by, entry in entries:
        one = uuid.uuid5(by.id, entry.name or entry.title)
        name = entry.name or one.hex
        rows.append(
            {
                "id": one, "name": name, "resource_code": entry.resource_code, "provider_id": by.id,
                "jurisdiction": CITY, "title": entry.title, "sort_key": pinyin_sort_key(entry.title),
                "published_version": 1, "share_type": int(entry.sharing.type), "open_type": int(entry.opening.type),
                "class_path": list(entry.class_path), "created_at": at, "published_at": at,
            }
        )  # fmt: skip
        body = replace(entry, name=name).to_dict()
        versions.append(
            {
                "entry_id": one, "number": 1, "state": "published", "body": body, "stopped_items": [],
                "edited_by": by.id, "created_at": at, "published_at": at,
            }
        )  # fmt: skip
    unit.connection.execute(tables.entry.insert(), rows)
    unit.connection.execute(tables.entry_version.insert(), versions)
    ids = [uuid.UUID(str(row["id"])) for row in rows]
    index_entries(unit, ids)
    return ids
