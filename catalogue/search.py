"""Search of entries and items: 2-grams of each Han run in ``text[]`` with GIN, titles first.

No segmenter and no search server: a word of two characters inside a title is found, and the index changes
in the transaction of the entry (Zhengzhou Art. 18 directory; measured beside segmenters in the ADRs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalogue import tables
from catalogue.names import near_terms, search_terms

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection
    from datetime import datetime

    from catalogue.store import InTransaction


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. ``public_only`` leaves out what is not open to society in any form."""

    text: str = ""
    provider_id: uuid.UUID | None = None
    class_code: str | None = None
    public_only: bool = True
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class EntryHit:
    """One entry found."""

    id: uuid.UUID
    name: str
    title: str
    provider_id: uuid.UUID
    resource_code: str | None
    share_type: int
    open_type: int
    published_version: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemHit:
    """One item found, with its entry."""

    column: str
    item: str
    sensitivity: str
    share_type: int
    is_open: bool
    name: str
    title: str
    provider_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Facet:
    """How many entries carry one value."""

    value: str
    count: int


_CLOSED = 3
_CANDIDATES = 1_000
"""How many near entries or items are ranked for suggestions: common words are near to very many."""


def _array(terms: list[str]) -> sa.ColumnElement[Any]:
    return sa.cast(terms, ARRAY(sa.Text))


def _conditions(search: Search, terms: list[str]) -> list[sa.ColumnElement[bool]]:
    entry = tables.entry
    conditions: list[sa.ColumnElement[bool]] = [entry.c.published_version.is_not(None), entry.c.withdrawn_at.is_(None)]
    if search.public_only:
        conditions.append(entry.c.open_type != _CLOSED)
    if terms:
        conditions.append(entry.c.terms.contains(_array(terms)))
    if search.provider_id is not None:
        conditions.append(entry.c.provider_id == search.provider_id)
    if search.class_code:
        conditions.append(entry.c.class_path.contains(_array([search.class_code])))
    return conditions


def _query_terms(text: str) -> list[str]:
    """Return the terms every hit must hold; a text without any searchable character has none."""
    return sorted(set(search_terms(text)))


def find_entries(unit: InTransaction, search: Search) -> tuple[tuple[EntryHit, ...], int]:
    """Return one page of entries, those with all words in the title first, and how many there are."""
    entry = tables.entry
    terms = _query_terms(search.text)
    if search.text.strip() and not terms:
        return (), 0
    conditions = _conditions(search, terms)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(entry).where(*conditions)).scalar_one()
    order: list[Any] = []
    if terms:
        order.append(entry.c.title_terms.contains(_array(terms)).desc())
        order.append(sa.func.cardinality(entry.c.title_terms))
    else:
        order.append(entry.c.published_at.desc().nulls_last())
    columns = [entry.c[name] for name in EntryHit.__dataclass_fields__]
    rows = unit.connection.execute(
        sa.select(*columns)
        .where(*conditions)
        .order_by(*order, entry.c.sort_key, entry.c.id)
        .limit(search.limit)
        .offset(search.offset)
    )
    return tuple(EntryHit(**row._mapping) for row in rows), total


def find_items(unit: InTransaction, search: Search) -> tuple[tuple[ItemHit, ...], int]:
    """Return one page of items, exact names first, and how many there are. No text finds nothing."""
    entry, item = tables.entry, tables.entry_item
    terms = _query_terms(search.text)
    if not terms:
        return (), 0
    without_text = Search(provider_id=search.provider_id, class_code=search.class_code, public_only=search.public_only)
    conditions = [item.c.terms.contains(_array(terms)), *_conditions(without_text, [])]
    source = item.join(entry, entry.c.id == item.c.entry_id)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(source).where(*conditions)).scalar_one()
    rows = unit.connection.execute(
        sa.select(
            item.c.column,
            item.c.name.label("item"),
            item.c.sensitivity,
            item.c.share_type,
            item.c.is_open,
            entry.c.name,
            entry.c.title,
            entry.c.provider_id,
        )
        .select_from(source)
        .where(*conditions)
        .order_by(
            (item.c.name == search.text.strip()).desc(), sa.func.length(item.c.name), entry.c.sort_key, item.c.position
        )
        .limit(search.limit)
        .offset(search.offset)
    )
    return tuple(ItemHit(**row._mapping) for row in rows), total


def facets(unit: InTransaction, search: Search) -> tuple[tuple[Facet, ...], tuple[Facet, ...]]:
    """Return the counts by provider id and by class code over what the search finds."""
    entry = tables.entry
    conditions = _conditions(search, _query_terms(search.text))
    providers = unit.connection.execute(
        sa.select(entry.c.provider_id, sa.func.count()).where(*conditions).group_by(entry.c.provider_id)
    )
    code = sa.func.unnest(entry.c.class_path).label("code")
    inner = sa.select(code).where(*conditions).subquery()
    classes = unit.connection.execute(sa.select(inner.c.code, sa.func.count()).group_by(inner.c.code))
    return (
        tuple(Facet(str(value), count) for value, count in sorted(providers, key=lambda row: -row[1])),
        tuple(Facet(value, count) for value, count in sorted(classes)),
    )


def _nearness(column: sa.Column[Any], terms: list[str]) -> sa.ScalarSelect[Any]:
    """Return how many of ``terms`` a row's column holds, longer words counting more."""
    held = sa.func.unnest(column).column_valued("held")
    return (
        sa.select(sa.func.coalesce(sa.func.sum(sa.func.length(held)), 0))
        .where(held == sa.func.any(_array(terms)))
        .scalar_subquery()
    )


def suggest_entries(unit: InTransaction, search: Search) -> tuple[EntryHit, ...]:
    """Return entries that hold some of the text, the nearest title first: for a search that found nothing."""
    entry, terms = tables.entry, near_terms(search.text)
    if not terms:
        return ()
    near = [*_conditions(Search(public_only=search.public_only), []), entry.c.terms.overlap(_array(terms))]
    columns = [entry.c[name] for name in EntryHit.__dataclass_fields__]
    rows = unit.connection.execute(
        sa.select(*columns)
        .where(entry.c.id.in_(sa.select(entry.c.id).where(*near).limit(_CANDIDATES)))
        .order_by(
            _nearness(entry.c.title_terms, terms).desc(), _nearness(entry.c.terms, terms).desc(), entry.c.sort_key
        )
        .limit(search.limit)
    )
    return tuple(EntryHit(**row._mapping) for row in rows)


def suggest_items(unit: InTransaction, search: Search) -> tuple[str, ...]:
    """Return names of items that hold some of the text, the nearest first: words to search for instead."""
    entry, item, terms = tables.entry, tables.entry_item, near_terms(search.text)
    if not terms:
        return ()
    near = [*_conditions(Search(public_only=search.public_only), []), item.c.terms.overlap(_array(terms))]
    found = (
        sa.select(item.c.name, _nearness(item.c.terms, terms).label("nearness"))
        .select_from(item.join(entry, entry.c.id == item.c.entry_id))
        .where(*near)
        .limit(_CANDIDATES)
        .subquery()
    )
    rows = unit.connection.execute(
        sa.select(found.c.name)
        .group_by(found.c.name)
        .order_by(sa.func.max(found.c.nearness).desc(), sa.func.length(found.c.name), found.c.name)
        .limit(search.limit)
    )
    return tuple(rows.scalars())


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """What a list of entries tells beside the title; empty texts where the entry gives none."""

    title_en: str
    abstract: str
    abstract_en: str


def texts_of(unit: InTransaction, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, EntryTexts]:
    """Return title and abstract in both languages of the published versions of entries, by id."""
    entry, version = tables.entry, tables.entry_version
    in_force = sa.and_(version.c.entry_id == entry.c.id, version.c.number == entry.c.published_version)
    texts = [sa.func.coalesce(version.c.body[name].astext, "").label(name) for name in EntryTexts.__dataclass_fields__]
    rows = unit.connection.execute(
        sa.select(entry.c.id, *texts).select_from(entry.join(version, in_force)).where(entry.c.id.in_(ids))
    )
    return {row.id: EntryTexts(row.title_en, row.abstract, row.abstract_en) for row in rows}


def figures(unit: InTransaction) -> dict[str, int]:
    """Return the public counts: entries and items published, entries open without conditions."""
    entry = tables.entry
    live = (entry.c.published_version.is_not(None), entry.c.withdrawn_at.is_(None))
    entries, opened = unit.connection.execute(
        sa.select(sa.func.count(), sa.func.count().filter(entry.c.open_type == 1)).where(*live)
    ).one()
    items = unit.connection.execute(
        sa.select(sa.func.count())
        .select_from(tables.entry_item.join(entry, entry.c.id == tables.entry_item.c.entry_id))
        .where(*live)
    ).scalar_one()
    return {"entries": entries, "items": items, "open": opened}
