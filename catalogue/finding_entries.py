"""Finding entries: one page in the order of how near they are, with counts by facet over everything found."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from catalogue import finding_query as query
from catalogue import tables
from catalogue.finding_asking import Ask, Found, Hit
from catalogue.finding_given import IDS, Given, execute, freshness, holding, number
from catalogue.finding_near import most_words, near_words, sounding_alike
from catalogue.finding_profiles import Whole
from catalogue.finding_search import Searching

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from catalogue.finding_asking import Viewer
    from catalogue.finding_profiles import Tally
    from catalogue.finding_terms import Reading
    from catalogue.store import InTransaction


def find(unit: InTransaction, viewer: Viewer, ask: Ask) -> Found:
    """Return one page of entries, how many there are, and the counts asked for.

    Where no entry, or few, hold all words of a text, what holds most of them is given beside as near.
    """
    search = Searching(unit, viewer, ask)
    conditions = search.conditions()
    if not ask.text.strip():
        return _listed(search, conditions)
    reading = search.reading()
    if not reading.words:
        return Found((), 0, dict.fromkeys(ask.facets, ()))
    text = holding("terms", reading.required, "required")
    tally = query.count_entries(unit, text + conditions, search.at, search.room)
    if not tally.total:
        reading = search.reading(loosely=True)
        text = holding("terms", reading.required, "required")
        tally = query.count_entries(unit, text + conditions, search.at, search.room)
    if not tally.total:
        return _near(search, reading, conditions)
    within = conditions + search.allowed()
    total = search.total(tally).total
    if ask.order:
        ids = _ordered(unit, text + within, ask)
    else:
        page = ask.offset, ask.limit
        ids = query.nearest(unit, reading, within, search.items(), total=total, page=page)
    near: list[uuid.UUID] = []
    if ask.suggest and not ask.order and not ask.offset and total < min(ask.limit, FEW):
        near = [one for one in most_words(search, reading, within, limit=ask.limit) if one not in ids]
    hits = _hits(unit, [*ids, *near[: ask.limit - len(ids)]], search.at)
    facets = search.facets(tally, text + conditions)
    return Found(hits[: len(ids)], total, facets, near=hits[len(ids) :])


def _listed(search: Searching, conditions: Given) -> Found:
    """Return entries without a text: the newest first where no order is asked for."""
    unit, ask = search.unit, search.ask
    if search.is_plain:
        tally = _whole(search, conditions)
    else:
        tally = query.count_entries(unit, conditions, search.at, search.room)
    ids = _ordered(unit, conditions + search.allowed(), ask)
    total = search.total(tally).total
    return Found(_hits(unit, ids, search.at), total, search.facets(tally, conditions))


def _whole(search: Searching, conditions: Given) -> Tally:
    """Return the tally of all that may be seen: counted anew when something was published, or is half a minute old.

    A push does not count as a publication: freshness may lag behind by that half minute here, and only here.
    """
    known, is_public = search.profiles.whole, search.viewer.public_only
    revision = query.quiet_revision(search.unit)
    kept = known.get(is_public)
    is_same = kept is not None and (kept.revision, kept.room) == (revision, search.room)
    if kept is not None and is_same and abs(search.at - kept.at) < KEPT:
        return kept.tally
    found = query.count_entries(search.unit, conditions, search.at, search.room).packed(len(query.FRESHNESS))
    if revision is not None:
        known[is_public] = Whole(revision, search.at, search.room, found)
    return found


def _near(search: Searching, reading: Reading, conditions: Given) -> Found:
    """Return the entries that hold most of the words, and words to look for instead."""
    unit, ask = search.unit, search.ask
    within = conditions + search.allowed()
    ids: list[uuid.UUID] = []
    words: tuple[str, ...] = ()
    if ask.suggest:
        ids = most_words(search, reading, within, limit=ask.limit)
        ids = ids or sounding_alike(unit, reading, within, ask.limit)
        words = near_words(unit, reading, conditions, search.items())
    return Found((), 0, dict.fromkeys(ask.facets, ()), words, _hits(unit, ids, search.at))


FEW: Final = 10
"""Fewer hits than this are followed by what is near."""
KEPT: Final = timedelta(seconds=30)
_COLUMNS: Final = {
    "name": tables.entry.c.name,
    "title": tables.entry.c.sort_key,
    "modified": tables.entry_index.c.modified,
    "issued": tables.entry_index.c.issued,
    "data_at": tables.entry_index.c.data_at,
    "relevance": tables.entry_index.c.standing,
}


def _ordered(unit: InTransaction, given: Given, ask: Ask) -> list[uuid.UUID]:
    wanted = ask.order or (("modified", True),)
    return list(execute(unit, _page, given, wanted, size=ask.limit, first=ask.offset).scalars())


def _page(
    conditions: Sequence[sa.ColumnElement[bool]], wanted: Sequence[tuple[str, bool]]
) -> sa.Select[tuple[uuid.UUID]]:
    t, entry = tables.entry_index, tables.entry
    chosen = sa.select(t.c.entry_id)
    if any(name in {"name", "title"} for name, _ in wanted):
        chosen = chosen.join(entry, entry.c.id == t.c.entry_id)
    order = [
        _COLUMNS[name].desc().nulls_last() if is_descending else _COLUMNS[name].asc().nulls_last()
        for name, is_descending in wanted
    ]
    page = chosen.where(*conditions).order_by(*order, t.c.entry_id)
    return page.limit(number("size")).offset(number("first"))


def _hits(unit: InTransaction, ids: Sequence[uuid.UUID], at: datetime) -> tuple[Hit, ...]:
    """Return entries in the order of their ids."""
    if not ids:
        return ()
    rows = execute(unit, _rows, Given(), ids=list(ids), at=at).mappings()
    found: dict[uuid.UUID, Hit] = {row["entry_id"]: _hit(dict(row)) for row in rows}
    return tuple(found[one] for one in ids if one in found)


def _rows(_: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    t, entry = tables.entry_index, tables.entry
    return (
        sa.select(
            t.c.entry_id, entry.c.name, entry.c.title, entry.c.provider_id, entry.c.jurisdiction,
            entry.c.resource_code, entry.c.share_type, t.c.open_type, entry.c.class_path,
            entry.c.published_version.label("version"), t.c.item_count, t.c.standing, t.c.issued, t.c.modified,
            t.c.data_at, freshness().label("fresh"), t.c.rows, t.c.keywords,
        )
        .join(entry, entry.c.id == t.c.entry_id)
        .where(t.c.entry_id == sa.func.any(sa.bindparam("ids", type_=IDS)))
    )  # fmt: skip


def _hit(values: dict[str, Any]) -> Hit:
    standing, fresh = values.pop("standing"), values.pop("fresh")
    values |= {"class_path": tuple(values["class_path"]), "keywords": tuple(values["keywords"])}
    return Hit(**values, is_authoritative=standing < query.COPY, freshness=query.FRESHNESS[fresh])


def figures(unit: InTransaction, viewer: Viewer) -> dict[str, int]:
    """Return the counts a viewer may know: entries and items published, entries open without conditions."""
    found = execute(unit, _figures, Searching(unit, viewer, Ask()).conditions()).one()
    return {"entries": found.entries, "items": int(found.items), "open": found.open}


def _figures(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[tuple[int, int, int]]:
    t = tables.entry_index
    return sa.select(
        sa.func.count().label("entries"),
        sa.func.coalesce(sa.func.sum(t.c.item_count), 0).label("items"),
        sa.func.count().filter(t.c.open_type == 1).label("open"),
    ).where(*conditions)
