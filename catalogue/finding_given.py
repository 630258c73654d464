"""Conditions of a search in two parts: SQL that is built once for all searches of a kind, and the values of this one.

To build a statement costs more than PostgreSQL takes to answer a small one; so statements are kept under the keys of
their conditions, and a search fills them. Conditions that only few searches have are built anew (``others``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, UUID

from catalogue import tables
from catalogue.finding_asking import CLOSED
from catalogue.finding_terms import all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from datetime import datetime

    from catalogue.finding_profiles import Flags
    from catalogue.finding_terms import Alternatives, Word
    from catalogue.store import InTransaction

    Condition = sa.ColumnElement[bool]
    Key = tuple[Hashable, ...]
    Make = Callable[..., sa.Select[Any]]

TEXTS: Final = ARRAY(sa.Text)
_DIALECT: Final = sa.make_url("postgresql+psycopg://").get_dialect()()
NUMBERS: Final = ARRAY(sa.Integer)
IDS: Final = ARRAY(UUID(as_uuid=True))
KEPT: Final = 1_000
"""Statements a process keeps at most: the latest used."""
LOOKED_UP: Final = 2_000
"""Up to so many profiles are looked up one by one."""
_COLUMNS: Final = {
    "title": tables.entry_index.c.title_terms,
    "terms": tables.entry_index.c.terms,
    "label": tables.item_label.c.terms,
}


@dataclass(frozen=True, slots=True)
class Given:
    """Conditions that must all hold: ``keys`` of those kept, what their parameters stand for, and ``others``."""

    keys: tuple[Key, ...] = ()
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    others: tuple[Condition, ...] = ()

    def __add__(self, more: Given) -> Given:
        """Return both."""
        return Given((*self.keys, *more.keys), {**self.values, **more.values}, (*self.others, *more.others))

    def values_only(self) -> Given:
        """Return the values as conditions that ask nothing: for statements that have the conditions in their shape."""
        return Given((), self.values)


def execute(unit: InTransaction, make: Make, given: Given, *shape: Hashable, **values: object) -> sa.CursorResult[Any]:
    """Run the statement that ``make`` builds of conditions and a shape; both are the same whatever the values are."""
    if given.others:
        statement = make([*map(condition, given.keys), *given.others], *shape)
        return unit.connection.execute(statement, {**given.values, **values})
    sql, constants = _kept(make, given.keys, shape)
    return unit.connection.exec_driver_sql(sql, {**constants, **given.values, **values})


@lru_cache(maxsize=KEPT)
def _kept(make: Make, keys: tuple[Key, ...], shape: tuple[Hashable, ...]) -> tuple[str, Mapping[str, Any]]:
    """Return the SQL of a statement, and the values that are part of it."""
    compiled = make([*map(condition, keys)], *shape).compile(dialect=_DIALECT)
    return str(compiled), compiled.params


@lru_cache(maxsize=KEPT)
def condition(key: Key) -> Condition:
    """Return the SQL of a condition."""
    kind, *rest = key
    return _KINDS[str(kind)](*rest)


OPEN: Final = Given((("open",),))
"""What the public may know of."""
PUBLIC_ITEM: Final = Given((("public item",),))


def profiles_among(name: str, flags: Flags, *, of: str = "entry") -> Given:
    """Return the condition that the profile of an entry, or of an item, is one of the flagged.

    ``name`` tells the parameters from those of other flags. Few profiles are looked up in the index of profiles; many
    are handed over as one bit each.
    """
    places = np.flatnonzero(flags)
    if len(places) <= LOOKED_UP:
        return Given((("profile", of, name, True),), {name: places.tolist()})
    packed = np.packbits(flags, bitorder="little").tobytes()
    return Given((("profile", of, name, False),), {name: packed, f"{name}_room": len(flags)})


def among(column: sa.ColumnElement[Any], flags: Flags) -> Condition:
    """Return the condition that a column of profiles is one of the flagged, with the flags in it."""
    places = np.flatnonzero(flags)
    if len(places) <= LOOKED_UP:
        return column == sa.func.any(sa.literal(places.tolist(), NUMBERS))
    packed = np.packbits(flags, bitorder="little").tobytes()
    return _flagged(column, sa.literal(packed, sa.LargeBinary), sa.literal(len(flags)))


def _flagged(column: sa.ColumnElement[Any], bits: sa.ColumnElement[Any], room: sa.ColumnElement[int]) -> Condition:
    # A profile as new as this very moment has no bit yet, and get_bit refuses what is not there.
    return sa.case((column < room, sa.func.get_bit(bits, column) == 1), else_=sa.false())


def fresh(places: Sequence[int], at: datetime) -> Given:
    """Return the condition that the freshness at a time is one of :data:`FRESHNESS`, given by their places."""
    return Given((("fresh",),), {"fresh": list(places), "at": at})


def holding(column: str, words: Sequence[Word], name: str) -> Given:
    """Return the condition that a column of terms holds all words, each in one of its ways.

    ``column``: ``title``, ``terms`` or ``label``; ``name`` tells the parameter from those of other words.
    """
    return Given((("holding", column, name),), {name: all_of(words)})


def any_way(column: str, ways: Alternatives, name: str) -> Given:
    """Return the condition that a column of terms holds one of the ways."""
    return Given((("holding", column, name),), {name: any_of(ways)})


def meets(column: sa.ColumnElement[Any], query: sa.ColumnElement[Any]) -> Condition:
    """Return the condition that a column of terms meets a tsquery: answered by the index alone, whatever it asks."""
    return column.bool_op("@@")(sa.cast(query, TSQUERY))


def _holding(column: str, name: str) -> Condition:
    return meets(_COLUMNS[column], text(name))


def text(name: str) -> sa.BindParameter[str]:
    """Return a parameter for a text."""
    return sa.bindparam(name, type_=sa.Text)


def texts(name: str) -> sa.BindParameter[Any]:
    """Return a parameter for an array of texts."""
    return sa.bindparam(name, type_=TEXTS)


def number(name: str) -> sa.BindParameter[int]:
    """Return a parameter for a whole number."""
    return sa.bindparam(name, type_=sa.Integer)


def freshness() -> sa.ColumnElement[int]:
    """Return the place of an entry's freshness in :data:`FRESHNESS`, judged at the parameter ``at``."""
    t = tables.entry_index
    now: sa.BindParameter[Any] = sa.bindparam("at", type_=tables.AWARE)
    return sa.case((t.c.data_at.is_(None), 0), (t.c.overdue_at <= now, 3), (t.c.due_at <= now, 2), else_=1)


def _in(column: sa.ColumnElement[Any], name: str) -> Condition:
    return column == sa.func.any(sa.bindparam(name, type_=NUMBERS))


def _profile(of: str, name: str, is_looked_up: bool) -> Condition:  # noqa: FBT001 - a part of a key
    column = (tables.entry_index if of == "entry" else tables.entry_item).c.profile
    if is_looked_up:
        return _in(column, name)
    return _flagged(column, sa.bindparam(name, type_=sa.LargeBinary), number(f"{name}_room"))


def _kinds() -> dict[str, Callable[..., Condition]]:
    t, item = tables.entry_index, tables.entry_item
    is_open = t.c.open_type != sa.literal_column(str(CLOSED))
    return {
        "open": lambda: is_open,
        "profile": _profile,
        "fresh": lambda: _in(freshness(), "fresh"),
        "holding": _holding,
        "not found": lambda: t.c.entry_id != sa.func.all(sa.bindparam("found", type_=IDS)),
        "public item": lambda: item.c.is_public,
    }


_KINDS: Final = _kinds()
