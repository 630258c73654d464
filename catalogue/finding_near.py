"""What is near to a text that nothing holds: entries that hold most of its words, and words to look for instead.

Everything is taken from entries the viewer may know of; a word that stands in a hidden entry alone is not suggested.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from catalogue import tables
from catalogue.finding_query import any_way, texts
from catalogue.finding_terms import fold, pinyin_ways, plain_terms, spoken_ways

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from catalogue.finding_terms import Alternatives, Reading
    from catalogue.store import InTransaction

    Condition = sa.ColumnElement[bool]

FREQUENT: Final = 4_000
"""Terms held by more entries than this tell little: they do not choose what is looked at, only its order."""
RANKED: Final = 80
LEAST_SHARE: Final = 0.5
"""An entry that holds less than half of what is looked for is not near."""
SUGGESTIONS: Final = 5
LOOKED_AT: Final = 1_000
MOST_TERMS: Final = 40
GENERIC_WEIGHT: Final = 0.25
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SLIP_LENGTH: Final = range(4, 31)
_SHORT_WORD: Final = 12
"""Up to this length wrong and missing letters are tried too: there are many of them."""
_MOST_SLIPS: Final = 60


def most_words(
    unit: InTransaction, reading: Reading, conditions: Sequence[Condition], *, limit: int
) -> list[uuid.UUID]:
    """Return entries that hold at least half of the words, those that hold the most and rarest first.

    A word of several characters may be held in part: by so many of its 2-grams.
    """
    terms = list(dict.fromkeys(term for word in reading.words for way in word.ways for term in way))[:MOST_TERMS]
    held = _frequencies(unit, terms, conditions)
    known = [term for term in terms if held[term]]
    choosing = [term for term in known if held[term] <= FREQUENT] or known
    if not choosing:
        return []
    t = tables.entry_index
    asked = sa.func.unnest(texts(choosing)).table_valued("term", name="asked").render_derived()
    holding = sa.select(t.c.entry_id).where(t.c.terms.contains(_one(asked.c.term)), *conditions).lateral("holding")
    nearest = (
        sa.select(holding.c.entry_id)
        .select_from(asked.join(holding, sa.true()))
        .group_by(holding.c.entry_id)
        .order_by(sa.func.count().desc(), holding.c.entry_id)
        .limit(RANKED)
    )
    rows = unit.connection.execute(
        sa.select(t.c.entry_id, t.c.standing, t.c.title_terms, t.c.terms).where(t.c.entry_id.in_(nearest))
    )
    rarity = {term: 1 + math.log(10 * FREQUENT / max(held.get(term, 0), 1)) for term in terms}
    ranked = []
    for row in rows:
        share, score = _held(reading, frozenset(row.terms), frozenset(row.title_terms), rarity)
        if share >= LEAST_SHARE:
            ranked.append((-score, row.standing, row.entry_id))
    return [entry_id for _, _, entry_id in sorted(ranked)[:limit]]


def _held(
    reading: Reading, terms: frozenset[str], title: frozenset[str], rarity: Mapping[str, float]
) -> tuple[float, float]:
    """Return the share of the words that is held, and a score: rare words and those of the title weigh more."""
    whole = share = score = 0.0
    for word in reading.words:
        weight = GENERIC_WEIGHT if word.is_generic else 1.0
        whole += weight
        share += weight * max(sum(term in terms for term in way) / len(way) for way in word.ways)
        score += weight * max(
            sum(((term in terms) + (term in title)) * rarity.get(term, 1) for term in way) / len(way)
            for way in word.ways
        )
    return share / whole, score


def sounding_alike(
    unit: InTransaction, reading: Reading, conditions: Sequence[Condition], limit: int
) -> list[uuid.UUID]:
    """Return entries whose title sounds like what was typed, or is typed with one slip less."""
    ways = tuple(dict.fromkeys(_sounding(reading)))
    if not ways:
        return []
    t = tables.entry_index
    rows = unit.connection.execute(
        sa.select(t.c.entry_id)
        .where(any_way(t.c.title_terms, ways), *conditions)
        .order_by(t.c.standing, t.c.entry_id)
        .limit(limit)
    )
    return list(rows.scalars())


def _frequencies(unit: InTransaction, terms: Sequence[str], conditions: Sequence[Condition]) -> dict[str, int]:
    """Return how many entries hold each term, counted no further than :data:`FREQUENT` and one."""
    t = tables.entry_index
    asked = sa.func.unnest(texts(terms)).table_valued("term", name="asked").render_derived()
    some = (
        sa.select(sa.literal(1).label("one"))
        .where(t.c.terms.contains(_one(asked.c.term)), *conditions)
        .limit(FREQUENT + 1)
        .lateral("some")
    )
    rows = unit.connection.execute(
        sa.select(asked.c.term, sa.func.count(some.c.one).label("number"))
        .select_from(asked.outerjoin(some, sa.true()))
        .group_by(asked.c.term)
    )
    return {row.term: row.number for row in rows}


def _one(term: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
    return postgresql.array([term])


def near_words(
    unit: InTransaction, reading: Reading, conditions: Sequence[Condition], items: Sequence[Condition]
) -> tuple[str, ...]:
    """Return names of items and titles that sound like what was typed, or else share most of its characters."""
    ways = tuple(dict.fromkeys(_sounding(reading)))
    found = [*_labels(unit, ways, items), *_titles(unit, ways, conditions)] if ways else []
    found = found or _overlapping(unit, reading, items)
    return tuple(dict.fromkeys(word for word in found if fold(word) != reading.whole))[:SUGGESTIONS]


def _sounding(reading: Reading) -> Iterator[tuple[str, ...]]:
    if not reading.whole.isascii():
        yield from spoken_ways(reading.whole)
    for word in reading.words:
        if not pinyin_ways(word.text):  # what is pinyin as it stands was meant so
            yield from _slips(word.text)


def _slips(word: str) -> Alternatives:
    """Return the pinyin one slip of the finger away: a letter too many, two changed about, one wrong, one missing."""
    if not word.isascii() or not word.isalpha() or len(word) not in _SLIP_LENGTH:
        return ()
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    near: list[str] = [head + tail[1:] for head, tail in cuts if tail]
    near += [head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1]
    if len(word) <= _SHORT_WORD:
        near += [head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS]
        near += [head + letter + tail for head, tail in cuts for letter in LETTERS]
    # Few syllables are likelier meant than many: the shortest readings are looked for.
    ways = sorted({way for one in dict.fromkeys(near) for way in pinyin_ways(one)}, key=lambda way: (len(way), way))
    return tuple(ways[:_MOST_SLIPS])


def _labels(unit: InTransaction, ways: Alternatives, items: Sequence[Condition]) -> Iterable[str]:
    item, label = tables.entry_item, tables.item_label
    near = (
        sa.select(label.c.id, label.c.name)
        .where(any_way(label.c.terms, ways))
        .order_by(sa.func.length(label.c.name), label.c.id)
        .limit(LOOKED_AT)
        .subquery()
    )
    is_seen = sa.exists().where(item.c.label == near.c.id, *items)
    rows = unit.connection.execute(
        sa.select(near.c.name)
        .where(is_seen)
        .group_by(near.c.name)
        .order_by(sa.func.length(near.c.name), near.c.name)
        .limit(SUGGESTIONS)
    )
    return rows.scalars()


def _titles(unit: InTransaction, ways: Alternatives, conditions: Sequence[Condition]) -> Iterable[str]:
    t, entry = tables.entry_index, tables.entry
    rows = unit.connection.execute(
        sa.select(entry.c.title)
        .join(t, t.c.entry_id == entry.c.id)
        .where(any_way(t.c.title_terms, ways), *conditions)
        .order_by(t.c.standing, entry.c.id)
        .limit(SUGGESTIONS)
    )
    return rows.scalars()


def _overlapping(unit: InTransaction, reading: Reading, items: Sequence[Condition]) -> list[str]:
    """Return names of items that share at least half of the 2-grams of what was typed."""
    item, label = tables.entry_item, tables.item_label
    grams = plain_terms(reading.whole)
    if not grams:
        return []
    held = sa.func.unnest(label.c.terms).column_valued("held")
    shared: Any = sa.select(sa.func.count()).where(held == sa.func.any(texts(grams))).correlate(label).scalar_subquery()
    near = (
        sa.select(label.c.id, label.c.name, shared.label("shared"))
        .where(label.c.terms.overlap(texts(grams)))
        .limit(LOOKED_AT)
        .subquery()
    )
    is_seen = sa.exists().where(item.c.label == near.c.id, *items)
    rows = unit.connection.execute(
        sa.select(near.c.name)
        .where(near.c.shared >= max(1, math.ceil(len(grams) * LEAST_SHARE)), is_seen)
        .group_by(near.c.name)
        .order_by(sa.func.max(near.c.shared).desc(), sa.func.length(near.c.name), near.c.name)
        .limit(SUGGESTIONS)
    )
    return list(rows.scalars())
