"""Where a record lies: an entry of the organ and its items, and the law of its jurisdiction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue import store
from catalogue.entry import Entry
from hub.directory.errors import ExemptionError
from hub.directory.publish import own_entry
from hub.identity import store as identity_store

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.packs import Pack


def columns_of(unit: Unit, staff: StaffRequester, name: str) -> tuple[uuid.UUID, tuple[str, ...]]:
    """Return the id of an entry of the person's organ and the columns of its version under work or in force.

    Raises:
        EntryNotFoundError, NotYourEntryError: there is none, or it is another organ's.

    """
    row = own_entry(unit, staff, name)
    number = row.draft_version or row.published_version
    version = store.find_version(unit, row.id, number) if number is not None else None
    return row.id, tuple(item.column for item in Entry.from_dict(version.body).items) if version is not None else ()


def entry_with_items(unit: Unit, staff: StaffRequester, name: str, items: Collection[str]) -> uuid.UUID:
    """Return the id of an entry of the person's organ that has all ``items`` (raises :class:`ExemptionError`)."""
    entry_id, columns = columns_of(unit, staff, name)
    if not items or not set(items) <= set(columns):
        listed = "、".join(columns)
        raise ExemptionError(
            f"豁免须落到信息项；本条目有：{listed}",
            f"name one item of the entry: {listed}",
            next_zh="请对照 docs/reference/exemptions.md 修改",
            next_en="see docs/reference/exemptions.md",
        )
    return entry_id


def pack_of(context: Context, unit: Unit, jurisdiction: str) -> Pack:
    """Return the regulation pack of a jurisdiction."""
    found = identity_store.jurisdiction(unit, jurisdiction)
    return context.pack(found.pack if found is not None else "national")
