"""Finding single items (信息项): who holds one, how it is shared; the source department's own before copies.

政务数据共享条例 Art. 13 (sharing is stated item by item), Art. 19 (一数一源). Names of items are kept once: a search
looks through some ten thousand names, not through two million items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from catalogue import finding_query as query
from catalogue import tables
from catalogue.finding_asking import FoundItems, ItemHit
from catalogue.finding_near import near_words
from catalogue.finding_profiles import FACETS
from catalogue.finding_search import Searching
from catalogue.finding_terms import read
from catalogue.synonyms import groups_by_word

if TYPE_CHECKING:
    from catalogue.finding_asking import Ask, Facet, Viewer
    from catalogue.finding_profiles import Counts, Flags
    from catalogue.finding_terms import Reading
    from catalogue.store import InTransaction


def find_items(unit: InTransaction, viewer: Viewer, ask: Ask) -> FoundItems:
    """Return one page of items, those called so, or by a word that means the same, first; no text finds nothing.

    Of the filters those on facets hold here (not keywords, names, times, freshness).
    """
    search = Searching(unit, viewer, ask)
    nothing: dict[str, tuple[Facet, ...]] = dict.fromkeys(ask.facets, ())
    reading = read(ask.text)
    if not reading.words:
        return FoundItems((), 0, nothing)
    counts = _counts(search, reading)
    if not counts.any():
        reading = read(ask.text, loosely=True)
        counts = _counts(search, reading)
    if not counts.any():
        words = near_words(unit, reading, search.conditions(), search.items()) if ask.suggest else ()
        return FoundItems((), 0, nothing, words)
    allowed = search.chosen()
    total = int(np.where(allowed, counts, 0).sum())
    facets = {name: search.by_profile(name, counts[:, None]) for name in ask.facets if name in FACETS}
    return FoundItems(_page(search, reading, allowed), total, facets)


def _labels(reading: Reading) -> sa.Subquery:
    label = tables.item_label
    same = query.texts([reading.whole, *groups_by_word().get(reading.whole, ())])
    rank = sa.case((label.c.name == sa.func.any(same), 0), else_=sa.func.least(sa.func.length(label.c.name), 200))
    return sa.select(label.c.id, rank.label("rank")).where(query.holds(label.c.terms, reading.required)).subquery()


def _counts(search: Searching, reading: Reading) -> Counts:
    """Return the items found by profile of their entry."""
    item = tables.entry_item
    near = _labels(reading)
    conditions = [item.c.label.in_(sa.select(near.c.id)), *search.items()]
    found = query.counted(search.unit, item.c.profile, conditions, search.room)
    return np.where(search.visible, found, 0)


def _page(search: Searching, reading: Reading, allowed: Flags) -> tuple[ItemHit, ...]:
    """Return one page: of each name the best, so that few rows are looked at, then the best of all names."""
    unit, ask = search.unit, search.ask
    item, entry = tables.entry_item, tables.entry
    near = _labels(reading)
    conditions: list[sa.ColumnElement[bool]] = [item.c.label == near.c.id, *search.items()]
    if search.filters:
        conditions.append(item.c.profile == sa.func.any(query.numbers(np.flatnonzero(allowed))))
    best = (
        sa.select(item)
        .where(*conditions)
        .order_by(item.c.standing, item.c.entry_id, item.c.position)
        .limit(ask.offset + ask.limit)
        .lateral("best")
    )
    rows = unit.connection.execute(
        sa.select(
            best.c.entry_id, best.c.column, best.c.name.label("item"), best.c.sensitivity, best.c.share_type,
            best.c.is_open, (best.c.standing < query.COPY).label("is_authoritative"), entry.c.name, entry.c.title,
            entry.c.provider_id, entry.c.jurisdiction,
        )
        .select_from(near.join(best, sa.true()).join(entry, entry.c.id == best.c.entry_id))
        .order_by((near.c.rank > 0), best.c.standing >= query.COPY, near.c.rank, best.c.standing,
                  entry.c.sort_key, best.c.position)
        .limit(ask.limit)
        .offset(ask.offset)
    )  # fmt: skip
    return tuple(ItemHit(**row._mapping) for row in rows)
