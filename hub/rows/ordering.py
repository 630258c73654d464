"""Keyset order: how the rows after a given one are told in SQL, missing values included.

Ascending, missing values stand last, descending first, as PostgreSQL's indexes have them. The tail of every
order is ``_row`` in the direction of the last item. For one item the condition is a range of its index; a page
that runs over into the missing values is made of two such ranges instead of one that no index can serve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.shapes import is_shape
from hub.rows.conditions import Sql, quoted
from hub.rows.errors import NotQueryableError
from hub.rows.operands import operand
from hub.rows.sealed import only_equal
from hub.rows.shapes import not_comparable
from hub.rows.tables import sql_type

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.rows.cursors import Place
    from hub.rows.tables import RowTable


@dataclass(frozen=True, slots=True)
class Sort:
    """One item to sort by; ``may_lack``: the item can be missing."""

    item: Item
    descending: bool
    may_lack: bool

    @property
    def direction(self) -> str:
        """``ASC`` or ``DESC``."""
        return "DESC" if self.descending else "ASC"

    @property
    def beyond(self) -> str:
        """The comparison of what comes later."""
        return "<" if self.descending else ">"


def sorting(table: RowTable, order: tuple[str, bool]) -> Sort:
    """Return the sort of a column and its direction (raises :class:`NotQueryableError` for no item of the table)."""
    item = table.by_column.get(order[0])
    if item is None:
        raise NotQueryableError("order")
    if is_shape(item):
        raise not_comparable(item)
    if item.column in table.sealed:
        raise only_equal(item)
    return Sort(item, order[1], item.column not in table.key)


def pieces(sorts: tuple[Sort, ...], place: Place | None) -> list[Sql]:
    """Return the conditions (``AND …``) of the pieces of a page that starts after ``place``, in order."""
    if place is None:
        return [Sql()]
    if not sorts:
        return [_piece("_row > %s::bigint", place.row)]
    if len(sorts) == 1:
        return _one(sorts[0], place)
    return [_many(sorts, place)]


def _piece(text: str, *parameters: object) -> Sql:
    return Sql([f"AND {text}"], list(parameters))


def _one(sort: Sort, place: Place) -> list[Sql]:
    name, kind, beyond = quoted(sort.item.column), sql_type(sort.item), sort.beyond
    value = place.values[0]
    if value is None:
        lacking = _piece(f"{name} IS NULL AND _row {beyond} %s::bigint", place.row)
        return [lacking, _piece(f"{name} IS NOT NULL")] if sort.descending else [lacking]
    typed = operand(sort.item, value, "cursor")
    within = _piece(
        f"{name} {beyond}= %s::{kind} AND ({name} {beyond} %s::{kind} OR _row {beyond} %s::bigint)",
        typed,
        typed,
        place.row,
    )
    return [within, _piece(f"{name} IS NULL")] if sort.may_lack and not sort.descending else [within]


def _many(sorts: tuple[Sort, ...], place: Place) -> Sql:
    """Say it item by item: equal so far, and beyond in this one."""
    built, equal = Sql(["AND ("]), Sql()
    for sort, value in zip(sorts, place.values, strict=True):
        name, kind = quoted(sort.item.column), sql_type(sort.item)
        later = Sql()
        if value is None:
            later.add(f"{name} IS NOT NULL" if sort.descending else "false")
            same = Sql([f"{name} IS NULL AND"])
        else:
            typed = operand(sort.item, value, "cursor")
            or_lacking = f" OR {name} IS NULL" if sort.may_lack and not sort.descending else ""
            later.add(f"({name} {sort.beyond} %s::{kind}{or_lacking})", typed)
            same = Sql([f"{name} = %s::{kind} AND"], [typed])
        built.add("(")
        built.extend(equal)
        built.extend(later)
        built.add(") OR")
        equal.extend(same)
    built.add("(")
    built.extend(equal)
    built.add(f"_row {sorts[-1].beyond} %s::bigint))", place.row)
    return built
