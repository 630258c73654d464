"""Identity numbers in the rows: which items hold them, how values of them are asked for, opened and refused.

What such an item holds is stored sealed (encrypted so that the same number always gives the same text): it can be a
key, be joined and be found by equality, and it has no order that means anything. It is sealed in Python on the way into
PostgreSQL (:mod:`hub.rows.sealed_state`) and opened on the way out, before any mask; the keys never reach the
database. GB/T 39786 level 3; 密码法 Art. 27. Pure: no I/O, no SQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl

from catalogue.item import DataType
from hub.rows.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalogue.item import Item

NUMBER: Final = "citizen_id"
"""The check and the mask of identity numbers."""
DOCUMENT_ELEMENTS: Final = frozenset({"P001", "P010", "P017", "P032"})
"""Numbers of identity documents among the elements of the population database (residence permits, passports …)."""
MARK: Final = "~"
_SEALED: Final = re.compile(r"~[1-9][0-9]{0,3}\.[A-Za-z0-9_-]{22,}")


class Seals(Protocol):
    """What seals and opens numbers (:class:`hub.identity.number_seals.NumberSeals`)."""

    @property
    def version(self) -> int:
        """The version new numbers are sealed under."""

    @property
    def versions(self) -> tuple[int, ...]:
        """Versions of all keys, the newest first."""

    def seal_text(self, text: str, version: int) -> str:
        """Return a text sealed as it is."""

    def seal_texts(self, texts: Iterable[str | None], version: int) -> list[str | None]:
        """Return many texts sealed as they are."""

    def open(self, text: str) -> str:
        """Return what was sealed."""


def holds_number(item: Item) -> bool:
    """Tell whether the values of an item are sealed: text that is, by check, mask or element, an identity number."""
    return item.type in {DataType.TEXT, DataType.MEMO} and (
        NUMBER in {item.check, item.masking} or item.element in DOCUMENT_ELEMENTS
    )


def opened(seals: Seals | None, value: Any) -> Any:  # noqa: ANN401 - a value of a row, whatever its type
    """Return a stored value as it was pushed; one that is not sealed (yet) as it is."""
    if seals is not None and isinstance(value, str) and value.startswith(MARK) and _SEALED.fullmatch(value) is not None:
        return seals.open(value)
    return value


def opened_series(seals: Seals | None, values: pl.Series) -> pl.Series:
    """Return stored texts as they were pushed."""
    if seals is None:
        return values
    return pl.Series(values.name, [opened(seals, text) for text in values.to_list()], dtype=pl.String)


def opened_rows(rows: list[tuple[Any, ...]], places: Iterable[tuple[int, Seals]]) -> list[tuple[Any, ...]]:
    """Return rows with the values at some places opened; the rows themselves where there is no such place."""
    wanted = tuple(places)
    if not wanted:
        return rows
    found = []
    for row in rows:
        values = list(row)
        for place, seals in wanted:
            values[place] = opened(seals, values[place])
        found.append(tuple(values))
    return found


def forms(seals: Seals, text: str) -> list[str]:
    """Return every text a value can be stored as: sealed under each key, and as it is where it is not sealed yet."""
    found = [seals.seal_text(text, version) for version in seals.versions]
    # Nobody finds a row by its sealed text: who has it from somewhere learns nothing here.
    return found if text.startswith(MARK) else [*found, text]


def only_equal(item: Item) -> QueryError:
    """Build the refusal to compare a sealed item otherwise than by equality, or to sort by it."""
    return QueryError(
        "身份号码加密保存，只能按等于、不等于、在列表中或是否缺失查询，不能比较大小、按前缀或包含查询、排序",
        "identity numbers are stored sealed: ask by eq, ne, in or is_null; they have no order, prefix or part",
        position=item.column,
        next_zh="请给出完整号码；要按地区或出生日期查询的，使用相应的信息项",
        next_en="give whole numbers; to ask by area or date of birth use the items that hold them",
    )
