"""From stored entries to the plain values decisions are made from.

One resource with its published description, its items and the exemption records on them. What the
secrecy review stopped is not in it: it does not exist outside the provider (实施条例 of 保守国家秘密法 Art. 42).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue import store
from catalogue.entry import Entry
from hub.directory.errors import EntryNotFoundError
from hub.directory.evidence import exemption_of
from hub.identity import store as identity_store
from hub.rows.tables import RowTable
from policies.facts import ItemFacts, ResourceFacts, Sensitivity

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from catalogue.store import EntryRow, ExemptionRow
    from hub.context import Context
    from hub.database import Unit

OUTSIDE = "outside"
"""The column under which a request line names information that the directory does not list."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A published entry ready to be decided on and read."""

    id: uuid.UUID
    name: str
    title: str
    provider_id: uuid.UUID
    version: int
    row: EntryRow
    entry: Entry
    facts: ResourceFacts
    table: RowTable


def load_resource(context: Context, unit: Unit, key: str | uuid.UUID) -> Resource:
    """Return the published resource of a name, resource code or id.

    Raises:
        EntryNotFoundError: there is none, it is not published, or it was withdrawn.
    """
    row = store.find_entry(unit, key)
    if row is None or row.published_version is None or row.withdrawn_at is not None:
        raise EntryNotFoundError(key if isinstance(key, str) else "")
    return resource_of(context, unit, row, row.published_version)


def resource_of(context: Context, unit: Unit, row: EntryRow, number: int) -> Resource:
    """Return one version of an entry as a resource (raises :class:`EntryNotFoundError` without it)."""
    version = store.find_version(unit, row.id, number)
    if version is None:
        raise EntryNotFoundError(row.name)
    entry = Entry.from_dict(version.body).without_items(frozenset(version.stopped_items))
    exemptions = store.exemptions(unit, entry_id=row.id)
    jurisdiction = identity_store.jurisdiction(unit, row.jurisdiction)
    pack = jurisdiction.pack if jurisdiction is not None else "national"
    facts = ResourceFacts(
        id=str(row.id),
        name=row.name,
        provider_id=str(row.provider_id),
        kind=entry.kind,
        pack=context.pack(pack).name,
        items=tuple(_item_facts(entry, exemptions)),
        release_time=entry.release_time,
        suspended="suspended" if row.suspended else None,
        published=row.published_version == number and row.withdrawn_at is None,
    )
    return Resource(
        row.id, row.name, entry.title, row.provider_id, number, row, entry, facts,
        RowTable(row.id, entry.items, entry.keys),
    )  # fmt: skip


def _item_facts(entry: Entry, exemptions: Iterable[ExemptionRow]) -> Iterable[ItemFacts]:
    by_item: dict[str, list[ExemptionRow]] = {}
    for row in exemptions:
        by_item.setdefault(row.item or "", []).append(row)
    for item in entry.items:
        yield ItemFacts(
            name=item.name,
            column=item.column,
            sensitivity=item.sensitivity,
            share_type=entry.share_type(item),
            open_type=entry.open_type(item),
            excluded_from_opening=item.excluded_from_opening,
            masking=item.masking,
            exemptions=tuple(exemption_of(row) for row in by_item.get(item.column, ())),
        )


def outside_item(unit: Unit, resource: Resource, description: str) -> ItemFacts:
    """Return the facts of information outside the directory: only pointers of the provider restrict it.

    State secrets are never listed: a request line that names one is answered under R01 on a pointer
    record of the provider, valid that day (保守国家秘密法 Art. 14-20; 政务数据共享条例 Art. 3).
    """
    pointers = [row for row in store.exemptions(unit, member_id=resource.provider_id) if row.entry_id is None]
    return ItemFacts(
        name=description,
        column=OUTSIDE,
        sensitivity=Sensitivity.INT,
        exemptions=tuple(exemption_of(row) for row in pointers),
    )
