"""From stored entries to the plain values decisions are made from.

One resource with its published description, its items and the exemption records on them. What the
secrecy review stopped is not in it: it does not exist outside the provider (实施条例 of 保守国家秘密法 Art. 42).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from catalogue import store
from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.store import EntryRow
from hub.directory import bulk_store
from hub.directory.errors import EntryNotFoundError
from hub.directory.evidence import exemption_of
from hub.directory.privacy.store import held_columns
from hub.identity import store as identity_store
from hub.rows.flagging.store import flags_of
from hub.rows.sealed_state import stored_sealed
from hub.rows.tables import RowTable
from policies.facts import ItemFacts, OpenType, ResourceFacts, ResourceKind, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import Member

    class Described(Protocol):
        """A published entry as :mod:`catalogue.published` gives it: its row and its description."""

        @property
        def row(self) -> EntryRow:
            """The row of the directory."""

        @property
        def entry(self) -> Entry:
            """The description in force, without what the secrecy review stopped."""


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
    flags: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Rows under verification by ``_row``, with the doubted items; empty for nearly every resource."""


def load_resource(context: Context, unit: Unit, key: str | uuid.UUID) -> Resource:
    """Return the published resource of a name, resource code or id.

    The id of a member stands for what that member holds outside the directory: a resource without items.

    Raises:
        EntryNotFoundError: there is none, it is not published, or it was withdrawn.
    """
    row = store.find_entry(unit, key)
    member = identity_store.member(unit, "id", key) if row is None and isinstance(key, uuid.UUID) else None
    if member is not None:
        return _outside_resource(context, unit, member)
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
    flags = flags_of(unit, row.id)
    facts = ResourceFacts(
        id=str(row.id),
        name=row.name,
        provider_id=str(row.provider_id),
        kind=entry.kind,
        pack=context.pack(pack).name,
        items=tuple(_item_facts(entry, exemptions, held_columns(unit, row.id))),
        release_time=entry.release_time,
        under_verification=bool(flags),
        suspended="suspended" if row.suspended else None,
        published=row.published_version == number and row.withdrawn_at is None,
    )
    return Resource(
        row.id, row.name, entry.title, row.provider_id, number, row, entry, facts,
        RowTable(row.id, entry.items, entry.keys, context.numbers, stored_sealed(unit, row.id)), flags,
    )  # fmt: skip


def facts_of_many(context: Context, unit: Unit, entries: Iterable[Described]) -> dict[uuid.UUID, ResourceFacts]:
    """Return what decisions on published entries are made from, by entry: read in one batch, as :func:`resource_of`."""
    rows = {one.row.id: one for one in entries}
    exemptions, held = bulk_store.exemptions_of(unit, rows), bulk_store.held_of(unit, rows)
    flagged = bulk_store.flagged_of(unit, rows)
    packs: dict[str, str] = {}
    for code in {one.row.jurisdiction for one in rows.values()}:
        jurisdiction = identity_store.jurisdiction(unit, code)
        packs[code] = context.pack(jurisdiction.pack if jurisdiction is not None else "national").name
    return {
        key: ResourceFacts(
            id=str(key),
            name=one.row.name,
            provider_id=str(one.row.provider_id),
            kind=one.entry.kind,
            pack=packs[one.row.jurisdiction],
            items=tuple(_item_facts(one.entry, exemptions.get(key, ()), held.get(key, frozenset()))),
            release_time=one.entry.release_time,
            under_verification=key in flagged,
            suspended="suspended" if one.row.suspended else None,
            published=True,
        )
        for key, one in rows.items()
    }


def _outside_resource(context: Context, unit: Unit, member: Member) -> Resource:
    """Return what a member holds outside the directory: no item, nothing to read, the pack of its jurisdiction."""
    title = f"{member.name}：目录外信息"
    row = EntryRow(
        id=member.id,
        name=OUTSIDE,
        resource_code=None,
        provider_id=member.id,
        jurisdiction=member.jurisdiction,
        title=title,
        draft_version=None,
        published_version=None,
        share_type=ShareType.CONDITIONAL,
        open_type=OpenType.CLOSED,
        class_path=(),
        created_at=member.created,
        published_at=None,
        withdrawn_at=None,
        suspended=False,
    )
    entry = Entry(
        title, Provider(member.name, member.organisation_code), Sharing(ShareType.CONDITIONAL), Opening(OpenType.CLOSED)
    )
    jurisdiction = identity_store.jurisdiction(unit, member.jurisdiction)
    pack = context.pack(jurisdiction.pack if jurisdiction is not None else "national").name
    facts = ResourceFacts(str(member.id), OUTSIDE, str(member.id), ResourceKind.RECORDS, pack, ())
    return Resource(member.id, OUTSIDE, title, member.id, 0, row, entry, facts, RowTable(member.id, (), ()))


def _item_facts(
    entry: Entry, exemptions: Iterable[ExemptionRow], held: frozenset[str] = frozenset()
) -> Iterable[ItemFacts]:
    """Yield the facts of the items; those in ``held`` wait for a decision of the privacy gate before opening."""
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
            excluded_from_opening=item.excluded_from_opening or item.column in held,
            masking=item.masking,
            exemptions=tuple(exemption_of(row) for row in by_item.get(item.column, ())),
            is_own_motion=item.own_motion is not None,
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
