"""The SQL of the search: the counts by profile, and one page of hits in the order of how near they are.

The order has tiers: the whole title; a whole code; all words as typed in the title; all words in the title, in any
wording; an item that holds all words; any text. What is the source's own stands first in each. Few hits are ranked in
one statement; of many, a tier is asked only when those before it do not fill the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa

from catalogue import tables
from catalogue.finding_asking import FRESHNESS
from catalogue.finding_given import Given, condition, execute, freshness, holding, meets, number, text
from catalogue.finding_index import COPY
from catalogue.finding_profiles import Tally
from catalogue.finding_terms import Word, lexeme, whole_term
from catalogue.state_store import is_quiet

__all__ = ["COPY", "FRESHNESS", "count_entries", "count_items", "nearest", "quiet_revision"]

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from catalogue.finding_given import Condition, Key
    from catalogue.finding_profiles import Numbers
    from catalogue.finding_terms import Reading
    from catalogue.store import InTransaction

    Ids = sa.Select[tuple[uuid.UUID]]

NEAREST_LABELS: Final = 60
"""So many names of items are looked at for hits by item; what more holds the words comes with the texts."""
FEW: Final = 60
"""Up to so many hits are ranked in one statement, which reads the terms of each."""
MANY: Final = 8_000
"""Of more hits than this, the page is first looked for among the :data:`FIRST` entries of all."""
FIRST: Final = 400
_KINDS: Final = len(FRESHNESS)


def count_entries(unit: InTransaction, given: Given, at: datetime, room: int) -> Tally:
    """Return the profiles below ``room``, and the freshness, of all entries that meet the conditions.

    PostgreSQL hands over one number an entry and numpy counts them: cheaper than any grouping in SQL.
    """
    profiles, fresh = np.divmod(_unpacked(execute(unit, _numbers_of_entries, given, at=at)), np.int32(_KINDS))
    return Tally(profiles, fresh).kept(profiles < room)


def count_items(unit: InTransaction, given: Given, words: Given, room: int) -> Tally:
    """Return the profiles of the entries of all items whose name holds the words and that meet the conditions."""
    profiles = _unpacked(execute(unit, _numbers_of_items, given, words.keys, **words.values))
    return Tally(profiles, np.zeros_like(profiles)).kept(profiles < room)


def _unpacked(packed: sa.CursorResult[Any]) -> Numbers:
    row: bytes | None = packed.scalar_one()
    return np.frombuffer(row or b"", dtype=">i4").astype(np.int32)


def _packed(value: sa.ColumnElement[int]) -> sa.Select[Any]:
    return sa.select(sa.func.string_agg(sa.func.int4send(value), sa.literal_column("''::bytea", sa.LargeBinary)))


def _numbers_of_entries(conditions: Sequence[Condition]) -> sa.Select[Any]:
    of_both = tables.entry_index.c.profile * sa.literal_column(str(_KINDS), sa.Integer) + freshness()
    return _packed(of_both).where(*conditions)


def _numbers_of_items(conditions: Sequence[Condition], words: Sequence[Key]) -> sa.Select[Any]:
    item, label = tables.entry_item, tables.item_label
    labels = sa.select(label.c.id).where(*map(condition, words))
    return _packed(item.c.profile).where(item.c.label.in_(labels), *conditions)


_STATE: Final = tables.directory_state
_QUIET_REVISION: Final = sa.select(_STATE.c.revision).where(_STATE.c.id == tables.DIRECTORY, is_quiet())


def quiet_revision(unit: InTransaction) -> int | None:
    """Return the revision of the directory; None in a transaction that has written, for it may be undone."""
    found: int | None = unit.connection.execute(_QUIET_REVISION).scalar_one_or_none()
    return found


def nearest(
    unit: InTransaction, reading: Reading, given: Given, items: Given, *, total: int, page: tuple[int, int]
) -> list[uuid.UUID]:
    """Return one page of ids, the nearest first.

    ``items`` are conditions on rows of items that save work, ``total`` how many entries there are, ``page`` the first
    and how many.
    """
    offset, limit = page
    tiers = _Tiers(reading, items, total)
    if total <= FEW:
        rows = execute(unit, _ranked, given + tiers.values, *tiers.ranking, size=limit, first=offset)
        return [row.entry_id for row in rows]
    size = limit + offset
    found: list[uuid.UUID] = []
    for make, more, *shape in tiers.in_turn():
        # A tier that did not fill the page has given all it has: the next one leaves those out.
        others = Given((("not found",),), {"found": found}) if found else Given()
        rows = execute(unit, make, given + more + others, *shape, size=size - len(found), widest=size)
        new = [row.entry_id for row in rows]
        if make is not _of_the_first or len(found) + len(new) >= size:
            found.extend(new)
        if len(found) >= size:
            break
    return found[offset:]


class _Tiers:
    """The conditions of the tiers of one search."""

    def __init__(self, reading: Reading, items: Given, total: int) -> None:
        """Make them; ``total`` entries hold all words."""
        self.total = total
        literal = (Word(reading.whole, (reading.literal,)),)
        self.whole = Given((), {"whole": lexeme(whole_term(reading.whole))})
        self.titles = [holding("title", literal, "literal")]
        asked: list[tuple[Word, ...]] = [literal]
        for words, name in ((reading.words, "words"), (reading.required, "required")):
            if not any(_is_same(words, earlier) for earlier in asked):
                asked.append(words)
                self.titles.append(holding("title", words, name))
        self.labels = holding("label", reading.required, "label")
        self.texts = holding("terms", reading.required, "required")
        self.items = items

    @property
    def values(self) -> Given:
        """The values of all parameters, as conditions that ask nothing."""
        known = Given(self.texts.keys)
        for one in (self.whole, *self.titles, self.labels, self.texts, self.items):
            known += one.values_only()
        return known

    @property
    def ranking(self) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
        """The shape of the ranking: the keys of what titles hold, and of the items that count."""
        return tuple(key for one in self.titles for key in one.keys), (*self.labels.keys, *self.items.keys)

    def in_turn(self) -> Iterator[tuple[Any, ...]]:
        """Yield what is asked in turn: the statement, its conditions, its shape."""
        yield _by_whole, self.whole
        if self.total > MANY:
            yield _of_the_first, self.titles[0].values_only(), self.titles[0].keys
        for one in self.titles:
            yield _by_standing, one
        words = self.labels.values_only() + self.items.values_only()
        yield _by_item, words, self.labels.keys, self.items.keys
        yield _by_standing, self.texts


def _is_same(words: Sequence[Word], others: Sequence[Word]) -> bool:
    """Whether two lists of words ask for the same terms."""
    simple = all(len(word.ways) == 1 for word in (*words, *others))
    return simple and {t for word in words for t in word.ways[0]} == {t for word in others for t in word.ways[0]}


def _is_whole(column: sa.ColumnElement[Any]) -> Condition:
    return meets(column, text("whole"))


def _by_standing(conditions: Sequence[Condition], *before: sa.ColumnElement[Any]) -> Ids:
    t = tables.entry_index
    # The sum keeps PostgreSQL from walking the index of that order and reading the terms of every entry on its way.
    standing = t.c.standing + sa.literal_column("0", sa.SmallInteger)
    return (
        sa.select(t.c.entry_id)
        .where(*conditions)
        .order_by(*before, standing, t.c.modified.desc(), t.c.entry_id)
        .limit(number("size"))
    )


def _by_whole(conditions: Sequence[Condition]) -> Ids:
    """Return what is called, or coded, exactly so; titles first."""
    t = tables.entry_index
    is_title = _is_whole(t.c.title_terms)
    return _by_standing([_is_whole(t.c.terms), *conditions], sa.not_(is_title))


def _of_the_first(conditions: Sequence[Condition], titles: Sequence[Key]) -> Ids:
    """Return the first of a tier of titles where they stand among the very first entries of all.

    A word that many titles hold is soon met in the order of hits; so most entries that hold it need no look. Where
    these do not fill the page, nothing is said about the tier.
    """
    t = tables.entry_index
    order = (t.c.standing, t.c.modified.desc(), t.c.entry_id)
    first = (
        sa.select(t.c.entry_id, t.c.standing, t.c.modified, t.c.title_terms)
        .where(*conditions)
        .order_by(*order)
        .limit(sa.literal_column(str(FIRST)))
        .subquery("first")
    )
    is_title = meets(first.c.title_terms, text(_name_of(titles)))
    return (
        sa.select(first.c.entry_id)
        .where(is_title)
        .order_by(first.c.standing, first.c.modified.desc(), first.c.entry_id)
        .limit(number("size"))
    )


def _name_of(titles: Sequence[Key]) -> str:
    """Return the parameter of the one condition on titles."""
    ((_, _, name),) = titles
    return str(name)


def _by_item(conditions: Sequence[Condition], words: Sequence[Key], items: Sequence[Key]) -> Ids:
    """Return the entries of the items that hold the words, those of the shortest names, sources first."""
    t, item, label = tables.entry_index, tables.entry_item, tables.item_label
    near = (
        sa.select(label.c.id)
        .where(*map(condition, words))
        .order_by(sa.func.length(label.c.name), label.c.id)
        .limit(sa.literal_column(str(NEAREST_LABELS)))
        .subquery()
    )
    first = (
        sa.select(item.c.entry_id, item.c.standing)
        .where(item.c.label == near.c.id, *map(condition, items))
        .order_by(item.c.standing)
        .limit(number("widest"))
        .lateral("first")
    )
    best = (
        sa.select(first.c.entry_id, sa.func.min(first.c.standing).label("standing"))
        .select_from(near.join(first, sa.true()))
        .group_by(first.c.entry_id)
        .subquery()
    )
    return (
        sa.select(t.c.entry_id)
        .join(best, best.c.entry_id == t.c.entry_id)
        .where(*conditions)
        .order_by(best.c.standing, t.c.standing, t.c.modified.desc(), t.c.entry_id)
        .limit(number("size"))
    )


def _ranked(conditions: Sequence[Condition], titles: Sequence[Key], items: Sequence[Key]) -> Ids:
    """Return a page of all hits in the order of the tiers; the items are looked at of those no title tells apart."""
    t, item, label = tables.entry_index, tables.entry_item, tables.item_label
    tiers = [_is_whole(t.c.title_terms), _is_whole(t.c.terms), *map(condition, titles)]
    by_text = len(tiers)
    tier = sa.case(*((one, place) for place, one in enumerate(tiers)), else_=by_text).label("tier")
    hits = (
        sa.select(t.c.entry_id, t.c.standing, t.c.modified, tier)
        .where(*conditions)
        .offset(sa.literal_column("0"))  # keeps PostgreSQL from working the tier out again wherever it is used
        .subquery("hits")
    )
    own = (
        sa.select(sa.func.min(item.c.standing))
        .select_from(item.join(label, label.c.id == item.c.label))
        .where(item.c.entry_id == hits.c.entry_id, *map(condition, items))
        .correlate(hits)
        .scalar_subquery()
    )
    by_item = sa.case((hits.c.tier == sa.literal_column(str(by_text)), own))
    return (
        sa.select(hits.c.entry_id)
        .order_by(hits.c.tier, by_item.asc().nulls_last(), hits.c.standing, hits.c.modified.desc(), hits.c.entry_id)
        .limit(number("size"))
        .offset(number("first"))
    )
