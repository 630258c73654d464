"""What is read of a database: a table or one SELECT, its columns, and the conditions a pull adds to it.

The text of a SELECT is a person's: it is wrapped as a subquery, runs in a read-only transaction under a time limit,
and may hold one statement without comments, so that nothing can stand behind it, by the rules of either dialect.
What the hub adds (names, values) is quoted by the dialect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from connectors.sources import SourceColumnError, SourceQueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

QUERY_LENGTH: Final = 20_000
TABLE: Final = re.compile(r"[^\s.;\"'`\x00]{1,64}(\.[^\s.;\"'`\x00]{1,64})?")
READS: Final = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
SEVERAL: Final = re.compile(r";|--|/\*|\x00")
TEXTS: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
AMBIGUOUS: Final = re.compile(r"[\\`]|\$\w*\$")
"""What one dialect takes for part of a text or a quote and another does not: then nothing counts as a text."""


class Shape(StrEnum):
    """How a column's values become text."""

    PLAIN = "plain"
    NUMBER = "number"
    TIME = "time"
    ZONED = "zoned"
    BOOLEAN = "boolean"
    BITS = "bits"
    BINARY = "binary"
    GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the type as its database calls it, and how it becomes text."""

    name: str
    type: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Relation:
    """A table (``name`` or ``schema.name``) or a SELECT; ``hexed`` are the binary columns that travel as hex digits."""

    table: str = ""
    query: str = ""
    hexed: frozenset[str] = frozenset()

    def check(self) -> None:
        """Raise ``SourceQueryError`` where this is neither one table nor one SELECT."""
        if bool(self.table) == bool(self.query):
            raise _wrong("表名和查询语句须给出一个", "give either a table or a query")
        if self.table and not TABLE.fullmatch(self.table):
            raise _wrong("表名写作 表 或 模式.表", "a table is written name or schema.name")
        bare = self.query if AMBIGUOUS.search(self.query) else TEXTS.sub("''", self.query)
        if self.query and (len(self.query) > QUERY_LENGTH or not READS.match(bare) or SEVERAL.search(bare)):
            raise _wrong(
                "查询须是一条 SELECT（或 WITH … SELECT），不含分号和注释",
                "a query is one SELECT (or WITH … SELECT) without semicolons and comments",
            )


@dataclass(frozen=True, slots=True)
class After:
    """Rows whose ``column`` is above ``value`` less ``overlap`` (seconds for times, units for numbers)."""

    column: Column
    value: str
    overlap: int


def column_named(columns: Sequence[Column], name: str) -> Column:
    """Return a column by its name, in any case of letters.

    Raises:
        SourceColumnError: there is none.
    """
    for column in columns:
        if column.name.casefold() == name.casefold():
            return column
    raise SourceColumnError(
        f"数据源中没有列 {name}",
        f"the source has no column {name}",
        next_zh=f"数据源的列：{'、'.join(column.name for column in columns)}",
        next_en=f"its columns are {', '.join(column.name for column in columns)}",
        facts={"column": name},
    )


def check_columns(relation: Relation, columns: Sequence[Column]) -> None:
    """Refuse binary columns nobody asked to have as hex digits, and names of ``hexed`` that are not there.

    Raises:
        SourceColumnError: it lists all of them.
    """
    for name in sorted(relation.hexed):
        column_named(columns, name)
    hexed = {name.casefold() for name in relation.hexed}
    opaque = [
        column
        for column in columns
        if column.shape in {Shape.BINARY, Shape.GEOMETRY} and column.name.casefold() not in hexed
    ]
    if opaque:
        names = "、".join(f"{column.name}（{column.type}）" for column in opaque)
        raise SourceColumnError(
            f"以下列是二进制或几何类型，不能作为文本传输：{names}",
            f"these columns are binary or geometry and do not travel as text: "
            f"{', '.join(f'{column.name} ({column.type})' for column in opaque)}",
            next_zh="在查询语句中去掉这些列，或列入 hex 以十六进制传输（几何为 WKB）",
            next_en="leave them out of the query, or name them in `hex` to get hex digits (WKB for geometry)",
            facts={"columns": [column.name for column in opaque]},
        )


def _wrong(zh: str, en: str) -> SourceQueryError:
    return SourceQueryError(
        f"数据源的读取范围有误：{zh}",
        f"what is to be read is not said right: {en}",
        next_zh="请修改 table 或 query",
        next_en="change `table` or `query`",
    )
