"""The SQL of the search: conditions, the counts by profile, and one page of hits in the order of how near they are.

A page comes from tiers, each asked only when those before it do not fill the page: the whole title, a whole code; all
words as typed in the title; all words in the title, in any wording; an item that holds all words; any text. What is
the source's own stands first in each.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue import tables
from catalogue.finding_asking import FRESHNESS
from catalogue.finding_index import COPY
from catalogue.finding_terms import Word, whole_term

__all__ = ["COPY", "FRESHNESS", "any_way", "counts", "freshness", "holds", "nearest", "numbers", "texts"]

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from catalogue.finding_profiles import Counts
    from catalogue.finding_terms import Alternatives, Reading
    from catalogue.store import InTransaction

    Condition = sa.ColumnElement[bool]

_TEXTS: Final = ARRAY(sa.Text)
_NUMBERS: Final = ARRAY(sa.Integer)
_IDS: Final = ARRAY(UUID(as_uuid=True))
NEAREST_LABELS: Final = 200
"""So many names of items are looked at for hits by item; what more holds the words comes with the texts."""


def texts(values: Sequence[str]) -> sa.ColumnElement[Any]:
    """Return an array of texts as a parameter."""
    return sa.literal(list(values), _TEXTS)


def numbers(values: Counts) -> sa.ColumnElement[Any]:
    """Return an array of integers as a parameter."""
    return sa.literal(values.tolist(), _NUMBERS)


def holds(column: sa.ColumnElement[Any], words: Sequence[Word]) -> Condition:
    """Return the condition that a column of terms holds all words, each in one of its ways."""
    plain = list(dict.fromkeys(chain.from_iterable(word.ways[0] for word in words if len(word.ways) == 1)))
    parts: list[Condition] = [column.contains(texts(plain))] if plain else []
    parts.extend(any_way(column, word.ways) for word in words if len(word.ways) > 1)
    return sa.and_(*parts)


def any_way(column: sa.ColumnElement[Any], ways: Alternatives) -> Condition:
    """Return the condition that a column of terms holds one of the ways."""
    return sa.or_(*(column.contains(texts(way)) for way in ways))


def freshness(at: datetime) -> sa.ColumnElement[int]:
    """Return the place of an entry's freshness in :data:`FRESHNESS`."""
    t = tables.entry_index
    now = sa.literal(at, tables.AWARE)
    return sa.case((t.c.data_at.is_(None), 0), (t.c.overdue_at <= now, 3), (t.c.due_at <= now, 2), else_=1)


def counts(unit: InTransaction, conditions: Sequence[Condition], at: datetime, room: int) -> Counts:
    """Return how many entries meet the conditions, by profile and freshness: an array of ``room`` by 4.

    PostgreSQL hands over one number an entry and numpy counts them: cheaper than any grouping in SQL.
    """
    t = tables.entry_index
    kinds = len(FRESHNESS)
    return counted(unit, t.c.profile * kinds + freshness(at), conditions, room * kinds).reshape(room, kinds)


def quiet_revision(unit: InTransaction) -> int | None:
    """Return the revision of the directory; None in a transaction that has written, for it may be undone."""
    t = tables.directory_state
    is_quiet = sa.func.pg_current_xact_id_if_assigned().is_(None)
    found: int | None = unit.connection.execute(sa.select(t.c.revision).where(is_quiet)).scalar_one_or_none()
    return found


def counted(unit: InTransaction, number: sa.ColumnElement[int], conditions: Sequence[Condition], room: int) -> Counts:
    """Return how often each number below ``room`` stands in the rows that meet the conditions."""
    packed = sa.func.string_agg(sa.func.int4send(number), sa.literal(b"", sa.LargeBinary))
    row: bytes | None = unit.connection.execute(sa.select(packed).where(*conditions)).scalar_one()
    found = np.frombuffer(row or b"", dtype=">i4").astype(np.int64)
    return np.bincount(found[found < room], minlength=room)


def nearest(
    unit: InTransaction,
    reading: Reading,
    conditions: Sequence[Condition],
    items: Sequence[Condition],
    *,
    limit: int,
    offset: int,
) -> list[uuid.UUID]:
    """Return one page of ids, the nearest first; ``items`` are conditions on rows of items that save work."""
    size = limit + offset
    found: list[uuid.UUID] = []
    for tier in _tiers(reading, items, size):
        # A tier that did not fill the page has given all it has: the next one leaves those out.
        others = [tables.entry_index.c.entry_id != sa.func.all(_ids(found))] if found else []
        chosen = tier.where(*conditions, *others).limit(size - len(found))
        found.extend(row.entry_id for row in unit.connection.execute(chosen))
        if len(found) >= size:
            break
    return found[offset:]


def _ids(values: Sequence[uuid.UUID]) -> sa.ColumnElement[Any]:
    return sa.literal(list(values), _IDS)


def _tiers(reading: Reading, items: Sequence[Condition], size: int) -> Iterator[sa.Select[tuple[uuid.UUID]]]:
    """Yield what is asked in turn; a question that is the same as an earlier one is asked once."""
    t = tables.entry_index
    title, terms, whole = t.c.title_terms, t.c.terms, (whole_term(reading.whole),)
    yield _by_standing(title.contains(texts(whole)))
    yield _by_standing(terms.contains(texts(whole)))
    literal = (Word(reading.whole, (reading.literal,)),)
    asked: list[tuple[Word, ...]] = [literal]
    yield _by_standing(holds(title, literal))
    for words in (reading.words, reading.required):
        if not any(_is_same(words, earlier) for earlier in asked):
            asked.append(words)
            yield _by_standing(holds(title, words))
    yield _by_item(reading.required, items, size)
    yield _by_standing(holds(terms, reading.required))


def _is_same(words: Sequence[Word], others: Sequence[Word]) -> bool:
    """Whether two lists of words ask for the same terms."""
    simple = all(len(word.ways) == 1 for word in (*words, *others))
    return simple and {t for word in words for t in word.ways[0]} == {t for word in others for t in word.ways[0]}


def _by_standing(condition: Condition) -> sa.Select[tuple[uuid.UUID]]:
    t = tables.entry_index
    return sa.select(t.c.entry_id).where(condition).order_by(t.c.standing, t.c.modified.desc(), t.c.entry_id)


def _by_item(words: Sequence[Word], items: Sequence[Condition], size: int) -> sa.Select[tuple[uuid.UUID]]:
    """Return the entries of the items that hold the words, those of the shortest names, sources first."""
    t, item, label = tables.entry_index, tables.entry_item, tables.item_label
    near = (
        sa.select(label.c.id)
        .where(holds(label.c.terms, words))
        .order_by(sa.func.length(label.c.name), label.c.id)
        .limit(NEAREST_LABELS)
        .subquery()
    )
    first = (
        sa.select(item.c.entry_id, item.c.standing)
        .where(item.c.label == near.c.id, *items)
        .order_by(item.c.standing)
        .limit(size)
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
        .order_by(best.c.standing, t.c.standing, t.c.modified.desc(), t.c.entry_id)
    )
