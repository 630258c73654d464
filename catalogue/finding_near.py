"""What is near to a text that nothing holds: entries that hold most of its words, and words to look for instead.

Everything is taken from entries the viewer may know of; a word that stands in a hidden entry alone is not suggested.
"""

from __future__ import annotations

import math
from itertools import accumulate, combinations
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from catalogue import tables
from catalogue.finding_given import OPEN, Given, any_way, condition, execute, meets, number, text, texts
from catalogue.finding_terms import any_of, fold, lexeme, pinyin_ways, plain_terms, spoken_ways

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from catalogue.finding_given import Condition, Key
    from catalogue.finding_search import Searching
    from catalogue.finding_terms import Alternatives, Reading
    from catalogue.store import InTransaction

FREQUENT: Final = 2_000
"""Terms held by more entries than this tell little: they do not choose what is looked at, only its order."""
MOST_CHOSEN: Final = 2_000
"""So many entries are looked at for rare terms, the rarest first."""
MOST_PAIRS: Final = 6
MOST_OF_ONE: Final = 1_000
"""Of what one term, or one pair, chooses no more are looked at: what is near is a help, not an answer."""
RANKED: Final = 40
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


def most_words(search: Searching, reading: Reading, given: Given, *, limit: int) -> list[uuid.UUID]:
    """Return entries that hold at least half of the words, those that hold the most and rarest first.

    A word of several characters may be held in part: by so many of its 2-grams.
    """
    terms = list(dict.fromkeys(term for word in reading.words for way in word.ways for term in way))[:MOST_TERMS]
    held = _frequencies(search, terms)
    asked = _asked_for(reading, held)
    if not asked:
        return []
    rows = execute(search.unit, _holding_most, given, asked=asked)
    rarity = {term: 1 + math.log(10 * FREQUENT / max(held.get(term, 0), 1)) for term in terms}
    ranked = []
    for row in rows:
        share, score = _held(reading, row.terms, row.title_terms, rarity)
        if share >= LEAST_SHARE:
            ranked.append((-score, row.standing, row.entry_id))
    return [entry_id for _, _, entry_id in sorted(ranked)[:limit]]


def _asked_for(reading: Reading, held: Mapping[str, int]) -> list[str]:
    """Return what chooses the entries that are looked at, as one tsquery each.

    Rare terms choose alone. Where all are frequent, two words choose together, or else one of them.
    """
    rare = sorted((term for term, number in held.items() if 0 < number <= FREQUENT), key=held.__getitem__)
    sums = accumulate(held[term] for term in rare)
    alone = [term for term, so_far in zip(rare, sums, strict=True) if so_far <= MOST_CHOSEN or term is rare[0]]
    if alone:
        return [*map(lexeme, alone)]
    known = [way for word in reading.words for way in word.ways[:1] if all(held[term] for term in way if term in held)]
    pairs = [(*one, *other) for one, other in combinations(known, 2)]
    return [any_of((terms,)) for terms in (pairs or known)[:MOST_PAIRS]]


def _frequencies(search: Searching, terms: Sequence[str]) -> dict[str, int]:
    """Return how many entries hold each term, of those that everybody, or every organ, may know of.

    Counted no further than :data:`FREQUENT` and one, and kept for some minutes: they only choose and weigh.
    """
    kept = search.profiles.frequencies(search.viewer.public_only, search.at)
    new = {lexeme(term): term for term in terms if term not in kept}
    if new:
        seen = OPEN if search.viewer.public_only else Given()
        rows = execute(search.unit, _numbers_held, seen, asked=list(new))
        # What nothing holds is not kept: it may be published the next moment.
        kept.update({new[row.query]: row.number for row in rows if row.number})
    return {term: kept.get(term, 0) for term in terms}


def _asked() -> sa.TableValuedAlias:
    return sa.func.unnest(texts("asked")).table_valued("query", name="asked").render_derived()


def _holding_most(conditions: Sequence[Condition]) -> sa.Select[Any]:
    """Return the entries that meet the most of what is asked, with their terms."""
    t, asked = tables.entry_index, _asked()
    holding = (
        sa.select(t.c.entry_id)
        .where(meets(t.c.terms, asked.c.query), *conditions)
        .limit(sa.literal_column(str(MOST_OF_ONE)))
        .lateral("holding")
    )
    nearest = (
        sa.select(holding.c.entry_id)
        .select_from(asked.join(holding, sa.true()))
        .group_by(holding.c.entry_id)
        .order_by(sa.func.count().desc(), holding.c.entry_id)
        .limit(sa.literal_column(str(RANKED)))
    )
    return sa.select(
        t.c.entry_id,
        t.c.standing,
        sa.cast(t.c.title_terms, sa.Text).label("title_terms"),
        sa.cast(t.c.terms, sa.Text).label("terms"),
    ).where(t.c.entry_id.in_(nearest))


def _held(reading: Reading, terms: str, title: str, rarity: Mapping[str, float]) -> tuple[float, float]:
    """Return the share of the words that is held, and a score: rare words and those of the title weigh more.

    ``terms`` and ``title`` are tsvectors as text: a term stands there as :func:`lexeme` writes it.
    """
    whole = share = score = 0.0
    for word in reading.words:
        weight = GENERIC_WEIGHT if word.is_generic else 1.0
        most = best = 0.0
        for way in word.ways:
            held = [term for term in way if lexeme(term) in terms]
            most = max(most, len(held) / len(way))
            best = max(best, sum((1 + (lexeme(term) in title)) * rarity.get(term, 1) for term in held) / len(way))
        whole += weight
        share += weight * most
        score += weight * best
    return share / whole, score


def sounding_alike(unit: InTransaction, reading: Reading, given: Given, limit: int) -> list[uuid.UUID]:
    """Return entries whose title sounds like what was typed, or is typed with one slip less."""
    ways = tuple(dict.fromkeys(_sounding(reading)))
    if not ways:
        return []
    return list(execute(unit, _sounding_so, any_way("title", ways, "sounds") + given, size=limit).scalars())


def _sounding_so(conditions: Sequence[Condition]) -> sa.Select[Any]:
    t = tables.entry_index
    standing = t.c.standing + sa.literal_column("0", sa.SmallInteger)
    return sa.select(t.c.entry_id).where(*conditions).order_by(standing, t.c.entry_id).limit(number("size"))


def _numbers_held(conditions: Sequence[Condition]) -> sa.Select[Any]:
    """Return how many entries meet each query, counted no further than :data:`FREQUENT` and one."""
    t, asked = tables.entry_index, _asked()
    some = (
        sa.select(sa.literal(1).label("one"))
        .where(meets(t.c.terms, asked.c.query), *conditions)
        .limit(sa.literal_column(str(FREQUENT + 1)))
        .lateral("some")
    )
    return (
        sa.select(asked.c.query, sa.func.count(some.c.one).label("number"))
        .select_from(asked.outerjoin(some, sa.true()))
        .group_by(asked.c.query)
    )


def near_words(unit: InTransaction, reading: Reading, given: Given, items: Given) -> tuple[str, ...]:
    """Return names of items and titles that sound like what was typed, or else share most of its characters."""
    ways = tuple(dict.fromkeys(_sounding(reading)))
    found = [*_labels(unit, ways, items), *_titles(unit, ways, given)] if ways else []
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


def _labels(unit: InTransaction, ways: Alternatives, items: Given) -> Iterable[str]:
    words = any_way("label", ways, "sounds")
    return execute(unit, _labels_so, items, words.keys, **words.values).scalars()


def _labels_so(conditions: Sequence[Condition], words: Sequence[Key]) -> sa.Select[Any]:
    item, label = tables.entry_item, tables.item_label
    near = (
        sa.select(label.c.id, label.c.name)
        .where(*map(condition, words))
        .order_by(sa.func.length(label.c.name), label.c.id)
        .limit(sa.literal_column(str(LOOKED_AT)))
        .subquery()
    )
    return (
        sa.select(near.c.name)
        .where(sa.exists().where(item.c.label == near.c.id, *conditions))
        .group_by(near.c.name)
        .order_by(sa.func.length(near.c.name), near.c.name)
        .limit(sa.literal_column(str(SUGGESTIONS)))
    )


def _titles(unit: InTransaction, ways: Alternatives, given: Given) -> Iterable[str]:
    return execute(unit, _titles_so, any_way("title", ways, "sounds") + given).scalars()


def _titles_so(conditions: Sequence[Condition]) -> sa.Select[Any]:
    t, entry = tables.entry_index, tables.entry
    # As in :func:`catalogue.finding_query._by_standing`: the sum keeps the index of that order out.
    standing = t.c.standing + sa.literal_column("0", sa.SmallInteger)
    first = (
        sa.select(t.c.entry_id, standing.label("standing"))
        .where(*conditions)
        .order_by(standing, t.c.entry_id)
        .limit(sa.literal_column(str(SUGGESTIONS)))
        .subquery("first")
    )
    return (
        sa.select(entry.c.title)
        .join(first, first.c.entry_id == entry.c.id)
        .order_by(first.c.standing, first.c.entry_id)
    )


def _overlapping(unit: InTransaction, reading: Reading, items: Given) -> list[str]:
    """Return names of items that share at least half of the 2-grams of what was typed."""
    grams = plain_terms(reading.whole)
    if not grams:
        return []
    least = max(1, math.ceil(len(grams) * LEAST_SHARE))
    query = any_of(tuple((gram,) for gram in grams))
    return list(execute(unit, _sharing, items, grams=grams, query=query, least=least).scalars())


def _sharing(conditions: Sequence[Condition]) -> sa.Select[Any]:
    item, label = tables.entry_item, tables.item_label
    held = sa.func.unnest(sa.func.tsvector_to_array(label.c.terms)).column_valued("held")
    is_shared = held == sa.func.any(texts("grams"))
    shared: Any = sa.select(sa.func.count()).where(is_shared).correlate(label).scalar_subquery()
    near = (
        sa.select(label.c.id, label.c.name, shared.label("shared"))
        .where(meets(label.c.terms, text("query")))
        .limit(sa.literal_column(str(LOOKED_AT)))
        .subquery()
    )
    return (
        sa.select(near.c.name)
        .where(near.c.shared >= number("least"), sa.exists().where(item.c.label == near.c.id, *conditions))
        .group_by(near.c.name)
        .order_by(sa.func.max(near.c.shared).desc(), sa.func.length(near.c.name), near.c.name)
        .limit(sa.literal_column(str(SUGGESTIONS)))
    )
