"""Finding single items (信息项): who holds one, how it is shared; the source department's own before copies.

政务数据共享条例 Art. 13 (sharing is stated item by item), Art. 19 (一数一源). Names of items are kept once: a search
looks through some ten thousand names, not through two million items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from catalogue import finding_query as query
from catalogue import tables
from catalogue.finding_asking import FoundItems, ItemHit
from catalogue.finding_given import TEXTS, condition, execute, holding, number, profiles_among
from catalogue.finding_near import near_words
from catalogue.finding_profiles import FACETS
from catalogue.finding_search import Searching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.finding_asking import Ask, Facet, Viewer
    from catalogue.finding_given import Key
    from catalogue.finding_profiles import Tally
    from catalogue.finding_terms import Reading
    from catalogue.store import InTransaction


def find_items(unit: InTransaction, viewer: Viewer, ask: Ask) -> FoundItems:
    """Return one page of items, those called so, or by a word that means the same, first; no text finds nothing.

    Of the filters those on facets hold here (not keywords, names, times, freshness).
    """
    search = Searching(unit, viewer, ask)
    nothing: dict[str, tuple[Facet, ...]] = dict.fromkeys(ask.facets, ())
    reading = search.reading()
    if not reading.words:
        return FoundItems((), 0, nothing)
    tally = _counts(search, reading)
    if not tally.total:
        reading = search.reading(loosely=True)
        tally = _counts(search, reading)
    if not tally.total:
        words = near_words(unit, reading, search.conditions(), search.items()) if ask.suggest else ()
        return FoundItems((), 0, nothing, words)
    chosen = search.chosen()
    total = (tally if chosen is None else tally.kept(chosen[tally.profiles])).total
    facets = {name: search.by_profile(name, tally) for name in ask.facets if name in FACETS}
    return FoundItems(_page(search, reading), total, facets)


def _counts(search: Searching, reading: Reading) -> Tally:
    """Return the items found by profile of their entry."""
    return query.count_items(search.unit, search.items(), holding("label", reading.required, "label"), search.room)


def _page(search: Searching, reading: Reading) -> tuple[ItemHit, ...]:
    """Return one page: of each name the best, so that few rows are looked at, then the best of all names."""
    ask, words, given = search.ask, holding("label", reading.required, "label"), search.items()
    chosen = search.chosen()
    if search.filters and chosen is not None:
        given += profiles_among("chosen", chosen, of="item")
    values = {"same": [reading.whole, *reading.same], "size": ask.limit, "first": ask.offset}
    widest = ask.offset + ask.limit
    rows = execute(search.unit, _best, given, words.keys, **words.values, **values, widest=widest)
    return tuple(ItemHit(**row._mapping) for row in rows)


def _best(conditions: Sequence[sa.ColumnElement[bool]], words: Sequence[Key]) -> sa.Select[Any]:
    label, item, entry = tables.item_label, tables.entry_item, tables.entry
    is_same = label.c.name == sa.func.any(sa.bindparam("same", type_=TEXTS))
    rank = sa.case((is_same, 0), else_=sa.func.least(sa.func.length(label.c.name), 200))
    near = sa.select(label.c.id, rank.label("rank")).where(*map(condition, words)).subquery()
    best = (
        sa.select(item)
        .where(item.c.label == near.c.id, *conditions)
        .order_by(item.c.standing, item.c.entry_id, item.c.position)
        .limit(number("widest"))
        .lateral("best")
    )
    return (
        sa.select(
            best.c.entry_id, best.c.column, best.c.name.label("item"), best.c.sensitivity, best.c.share_type,
            best.c.is_open, (best.c.standing < query.COPY).label("is_authoritative"), entry.c.name, entry.c.title,
            entry.c.provider_id, entry.c.jurisdiction,
        )
        .select_from(near.join(best, sa.true()).join(entry, entry.c.id == best.c.entry_id))
        .order_by((near.c.rank > 0), best.c.standing >= query.COPY, near.c.rank, best.c.standing,
                  entry.c.sort_key, best.c.position)
        .limit(number("size"))
        .offset(number("first"))
    )  # fmt: skip
