"""How MySQL and MariaDB say what pulls need; works from MySQL 5.6 and MariaDB 10.0 on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from connectors.databases.relation import Shape
from connectors.databases.session import Speech
from connectors.sources import SourceColumnError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.databases.relation import After, Column, Relation

NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def named(name: str) -> str:
    """Return a name as an identifier."""
    return f"`{name.replace('`', '``')}`"


def quoted(text: str) -> str:
    """Return a text as a literal that means the same under every ``sql_mode``: by its UTF-8 bytes."""
    return f"_utf8mb4 X'{text.encode().hex()}'"


class MysqlSpeech(Speech):
    """Expressions of MySQL; ``stored`` names the true encoding of columns taken for latin1."""

    def __init__(self, stored: str = "") -> None:
        self._stored = {"gb18030": "gb18030", "gb2312": "gbk"}.get(stored.lower(), stored.lower())

    @override
    def source(self, relation: Relation) -> str:
        if relation.table:
            return f"{'.'.join(named(part) for part in relation.table.split('.'))} AS q"
        return f"({relation.query}\n) AS q"

    @override
    def shown(self, column: Column) -> str:
        name = f"q.{named(column.name)}"
        match column.shape:
            case Shape.BINARY:
                return f"LOWER(HEX({name}))"
            case Shape.GEOMETRY:
                return f"LOWER(HEX(ST_AsBinary({name})))"
            case Shape.BITS:
                return f"CAST({name} + 0 AS CHAR)"
            case Shape.PLAIN if self._stored:
                return f"CONVERT(CONVERT(CAST({name} AS BINARY) USING {self._stored}) USING utf8mb4)"
            case _:
                return f"CONVERT({name} USING utf8mb4)"

    @override
    def key(self, columns: Sequence[Column]) -> str:
        if len(columns) == 1:
            return self.shown(columns[0])
        return f"CONCAT({', CHAR(31 USING utf8mb4), '.join(map(self.shown, columns))})"

    @override
    def slot(self, key: str) -> str:
        return f"CAST(CONV(LEFT(MD5({key}), 8), 16, 10) AS UNSIGNED)"

    @override
    def row_hash(self, columns: Sequence[Column]) -> str:
        # QUOTE writes null as the bare word NULL and a text in marks, so no two rows have one text.
        return f"LEFT(MD5(CONCAT_WS(',', {', '.join(f'QUOTE({self.shown(column)})' for column in columns)})), 16)"

    @override
    def number_of(self, hexadecimal: str) -> str:
        return f"CAST(CONV({hexadecimal}, 16, 10) AS UNSIGNED)"

    @override
    def after(self, wanted: After) -> str:
        name = f"q.{named(wanted.column.name)}"
        if wanted.column.shape is Shape.TIME:
            return f"{name} > CAST({quoted(wanted.value)} AS DATETIME(6)) - INTERVAL {wanted.overlap} SECOND"
        return f"{name} > {_number(wanted.value)} - {wanted.overlap}"

    @override
    def among(self, keys: Sequence[Column], wanted: Sequence[tuple[str, ...]]) -> str:
        names = ", ".join(f"q.{named(column.name)}" for column in keys)
        rows = ",".join(
            f"({','.join(_literal(column, value) for column, value in zip(keys, row, strict=True))})" for row in wanted
        )
        return f"({names}) IN ({rows})"

    @override
    def among_numbers(self, expression: str, wanted: Sequence[int]) -> str:
        return f"{expression} IN ({','.join(map(str, wanted))})"

    @override
    def highest(self, column: Column) -> str:
        name = f"q.{named(column.name)}"
        if column.shape is Shape.TIME:
            return f"CAST(LEAST(MAX({name}), NOW(6)) AS CHAR)"
        return f"CAST(MAX({name}) AS CHAR)"


def _literal(column: Column, value: str) -> str:
    # A number compared with a text is compared as DOUBLE, which confuses long ones.
    return _number(value) if column.shape is Shape.NUMBER else quoted(value)


def _number(value: str) -> str:
    if not NUMBER.fullmatch(value):
        raise SourceColumnError(
            "数据源的主键或水位列不是普通数字",
            "a key or watermark of the source is no plain number",
            next_zh="请改用整数、定点数、文本或时间列",
            next_en="use a whole, decimal, text or time column",
        )
    return value
