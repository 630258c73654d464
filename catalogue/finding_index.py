"""The index of published entries is made equal to what is published, in the transaction that publishes.

Zhengzhou Art. 18: the directory is found as it stands. One function does it for publication, withdrawal, harvest and
for rows an older version of the program made. Writers follow one another: the revision's row is held until the end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue import code_store, state_store, tables
from catalogue.code_lists import load_code_list
from catalogue.entry import Entry
from catalogue.finding_profiles import digest_of, values_of
from catalogue.finding_terms import MADE_BY, fold, keyword_term, plain_terms, title_terms, vector, whole_term
from policies.facts import OpenType

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from catalogue.item import Item
    from catalogue.store import InTransaction

BATCH: Final = 200
LONGEST_TITLE: Final = 200
SOURCE, COPY = 0, 10_000
"""``standing`` of what the source department itself holds, and of what others hold."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index holds of one entry, made without the database: ``row`` lacks its profile, items their labels."""

    row: Mapping[str, Any]
    profile: Mapping[str, list[str]]
    items: tuple[Mapping[str, Any], ...]
    labels: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class InForce:
    """The version in force of an entry: its row's facts and its description without the stopped items."""

    id: uuid.UUID
    name: str
    resource_code: str | None
    provider_id: uuid.UUID
    jurisdiction: str
    modified: datetime
    entry: Entry
    codes: tuple[str, ...] = ()
    """Every code it has or had, of any scheme: each leads to it."""


def index_entries(unit: InTransaction, ids: Collection[uuid.UUID]) -> None:
    """Make the index of these entries equal to what is published of them: rows are made anew, or taken away."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return
    state_store.count(unit)
    known = _data_facts(unit, wanted)
    unit.connection.execute(tables.entry_item.delete().where(tables.entry_item.c.entry_id.in_(wanted)))
    unit.connection.execute(tables.entry_index.delete().where(tables.entry_index.c.entry_id.in_(wanted)))
    for start in range(0, len(wanted), BATCH):
        made = [indexed(one) for one in _in_force(unit, wanted[start : start + BATCH])]
        if made:
            _write(unit, made)
    for entry_id, (at, rows) in known.items():
        note_data(unit, entry_id, at, rows)


def _data_facts(unit: InTransaction, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[datetime, int | None]]:
    t = tables.entry_index
    rows = unit.connection.execute(
        sa.select(t.c.entry_id, t.c.data_at, t.c.rows).where(t.c.entry_id.in_(ids), t.c.data_at.is_not(None))
    )
    return {row.entry_id: (row.data_at, row.rows) for row in rows}


def _in_force(unit: InTransaction, ids: Sequence[uuid.UUID]) -> list[InForce]:
    entry, version = tables.entry, tables.entry_version
    rows = unit.connection.execute(
        sa.select(entry, version.c.body, version.c.stopped_items)
        .join(version, sa.and_(version.c.entry_id == entry.c.id, version.c.number == entry.c.published_version))
        .where(entry.c.id.in_(ids), entry.c.withdrawn_at.is_(None))
        .order_by(entry.c.id)
    ).mappings()
    codes = code_store.codes_of(unit, ids)
    return [
        InForce(
            row["id"], row["name"], row["resource_code"], row["provider_id"], row["jurisdiction"],
            row["published_at"] or row["created_at"],
            Entry.from_dict(row["body"]).without_items(frozenset(row["stopped_items"])),
            tuple(code.code for code in codes.get(row["id"], ())),
        )
        for row in rows
    ]  # fmt: skip


def is_source(entry: Entry, item: Item) -> bool:
    """Whether the provider is the source of an item (一数一源): named as its source, or holder of a base item."""
    own = item.source_department in (entry.provider.code, entry.provider.name)
    return own or (item.base_item and not item.source_department)


def indexed(one: InForce) -> Indexed:
    """Return what the index holds of a version in force."""
    entry = one.entry
    codes = dict.fromkeys([one.name, one.resource_code or "", *one.codes, *entry.related_codes])
    title = {
        *title_terms(entry.title), *plain_terms(entry.title_en), whole_term(entry.title),
        *(whole_term(code) for code in codes if code), *(term for code in codes for term in plain_terms(code)),
    }  # fmt: skip
    if entry.title_en:
        title.add(whole_term(entry.title_en))
    terms = title.union(
        *map(title_terms, (*entry.keywords, entry.provider.name)),
        *map(
            plain_terms,
            (
                entry.abstract,
                entry.abstract_en,
                entry.provider.unit,
                entry.provider.code,
                entry.source_system,
            ),
        ),
        *(plain_terms(text) for item in entry.items for text in (item.name, item.column, *item.aliases)),
    )
    terms |= {keyword_term(keyword) for keyword in entry.keywords}
    terms |= {whole_term(text) for text in (entry.provider.code, entry.provider.name, one.name) if text}
    is_own = any(is_source(entry, item) for item in entry.items)
    row = {
        "entry_id": one.id,
        "open_type": int(entry.opening.type),
        "standing": (SOURCE if is_own else COPY) + min(len(entry.title), LONGEST_TITLE),
        "made_by": MADE_BY,
        "item_count": len(entry.items),
        "modified": one.modified,
        "issued": entry.issued or one.modified.date(),
        "stale_after": _stale_after(entry.update_cycle),
        "keywords": list(entry.keywords),
        "title_terms": vector(sorted(title)),
        "terms": vector(sorted(terms)),
    }
    labels: dict[str, Mapping[str, Any]] = {}
    items = tuple(_item(one, item, position, labels) for position, item in enumerate(entry.items))
    return Indexed(row, values_of(entry, one.provider_id, one.jurisdiction), items, labels)


def _item(one: InForce, item: Item, position: int, labels: dict[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    entry = one.entry
    texts = (item.name, item.column, *item.aliases)
    digest = hashlib.sha256("\x1f".join(map(fold, texts)).encode()).hexdigest()
    if digest not in labels:
        terms = set(chain.from_iterable(map(title_terms, texts))) | {whole_term(text) for text in texts}
        labels[digest] = {"digest": digest, "name": fold(item.name), "terms": vector(sorted(terms))}
    shared = int(entry.share_type(item))
    return {
        "entry_id": one.id,
        "column": item.column,
        "position": position,
        "name": item.name,
        "sensitivity": item.sensitivity.value,
        "share_type": shared,
        "is_open": entry.open_type(item) is OpenType.UNCONDITIONAL,
        "is_public": entry.opening.type is not OpenType.CLOSED,
        "standing": (SOURCE if is_source(entry, item) else COPY) + shared,
        "label": digest,
    }


def _stale_after(cycle: str) -> str | None:
    row = load_code_list("catalogue_update_cycle").rows.get(cycle)
    return (row.extra.get("default_stale_after") or None) if row is not None else None


def _numbers(unit: InTransaction, table: sa.Table, made: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return the numbers of profiles or labels by digest; those that are new are added."""
    found = dict(unit.connection.execute(sa.select(table.c.digest, table.c.id).where(table.c.digest.in_(made))).all())
    new = [row for digest, row in sorted(made.items()) if digest not in found]
    if new:
        added = unit.connection.execute(insert(table).returning(table.c.digest, table.c.id), new)
        found.update(added.all())
    return found


def _write(unit: InTransaction, made: Sequence[Indexed]) -> None:
    profiles = {digest_of(one.profile): {"digest": digest_of(one.profile), "body": one.profile} for one in made}
    profile_numbers = _numbers(unit, tables.index_profile, profiles)
    labels: dict[str, Mapping[str, Any]] = {}
    for one in made:
        labels |= one.labels
    label_numbers = _numbers(unit, tables.item_label, labels) if labels else {}
    rows: list[Mapping[str, Any]] = []
    items: list[Mapping[str, Any]] = []
    for one in made:
        number = profile_numbers[digest_of(one.profile)]
        rows.append({**one.row, "profile": number})
        items.extend({**item, "label": label_numbers[item["label"]], "profile": number} for item in one.items)
    stale = sa.cast(sa.bindparam("stale_after", type_=sa.Text), sa.Interval)
    unit.connection.execute(tables.entry_index.insert().values(stale_after=stale), rows)
    if items:
        unit.connection.execute(tables.entry_item.insert(), items)


def note_data(unit: InTransaction, entry_id: uuid.UUID, at: datetime, rows: int | None) -> None:
    """Note the time and the number of rows of the data an entry stands at, and when the next are due."""
    t = tables.entry_index
    unit.connection.execute(
        t.update()
        .where(t.c.entry_id == entry_id)
        .values(
            data_at=at,
            rows=rows,
            due_at=sa.literal(at, tables.AWARE) + t.c.stale_after,
            overdue_at=sa.literal(at, tables.AWARE) + t.c.stale_after + t.c.stale_after,
        )
    )


def outdated(unit: InTransaction, limit: int) -> tuple[uuid.UUID, ...]:
    """Return entries in force that the index lacks or that an older way of making terms wrote."""
    entry, index = tables.entry, tables.entry_index
    rows: Iterable[uuid.UUID] = unit.connection.execute(
        sa.select(entry.c.id)
        .outerjoin(index, index.c.entry_id == entry.c.id)
        .where(
            entry.c.published_version.is_not(None),
            entry.c.withdrawn_at.is_(None),
            sa.or_(index.c.entry_id.is_(None), index.c.made_by != MADE_BY),
        )
        .order_by(entry.c.id)
        .limit(limit)
    ).scalars()
    return tuple(rows)
