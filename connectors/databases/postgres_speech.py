"""How PostgreSQL says what pulls need; works from version 9.6 on and on what is built from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg import sql
from typing_extensions import override

from connectors.databases.relation import Shape
from connectors.databases.session import Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.databases.relation import After, Column, Relation

PLAIN_TYPES: Final = frozenset(
    {"int2", "int4", "int8", "numeric", "float4", "float8", "text", "varchar", "bpchar", "uuid", "date", "timestamp"}
    | {"timestamptz"}
)
"""Types a key is compared in, so that its index serves; a key of another type is compared as text."""


def named(name: str) -> str:
    """Return a name as an identifier."""
    return sql.Identifier(name).as_string(None)


def quoted(text: str) -> str:
    """Return a text as a literal, the same whatever ``standard_conforming_strings`` says."""
    body = text.replace("'", "''")
    return f"E'{body.replace(chr(92), chr(92) * 2)}'" if "\\" in body else f"'{body}'"


class PostgresSpeech(Speech):
    """Expressions of PostgreSQL."""

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
                return f"encode({name}, 'hex')"
            case Shape.GEOMETRY:
                return f"encode(ST_AsBinary({name}), 'hex')"
            case Shape.BOOLEAN:
                return f"CASE WHEN {name} THEN 'true' WHEN NOT {name} THEN 'false' END"
            case Shape.ZONED:
                return f"({name} AT TIME ZONE 'Asia/Shanghai')::text"
            case _:
                return f"{name}::text"

    @override
    def key(self, columns: Sequence[Column]) -> str:
        return " || chr(31) || ".join(self.shown(column) for column in columns)

    @override
    def slot(self, key: str) -> str:
        return f"('x' || substr(md5({key}), 1, 8))::bit(32)::bigint"

    @override
    def row_hash(self, columns: Sequence[Column]) -> str:
        return f"substr(md5(ROW({', '.join(map(self.shown, columns))})::text), 1, 16)"

    @override
    def number_of(self, hexadecimal: str) -> str:
        return f"('x' || {hexadecimal})::bit(32)::bigint"

    @override
    def after(self, wanted: After) -> str:
        column = wanted.column
        name, value = f"q.{named(column.name)}", f"{quoted(wanted.value)}"
        if column.shape is Shape.ZONED:
            moment = f"({value}::timestamp AT TIME ZONE 'Asia/Shanghai')"
            return f"{name} > {moment} - interval '{wanted.overlap} seconds'"
        if column.shape is Shape.TIME:
            return f"{name} > {value}::timestamp - interval '{wanted.overlap} seconds'"
        return f"{name} > {value}::{column.type} - {wanted.overlap}"

    @override
    def among(self, keys: Sequence[Column], wanted: Sequence[tuple[str, ...]]) -> str:
        names, forms = [], []
        for column in keys:
            is_plain = column.type in PLAIN_TYPES and column.shape is not Shape.ZONED
            names.append(f"q.{named(column.name)}" if is_plain else self.shown(column))
            forms.append(f"::{column.type}" if is_plain else "::text")
        rows = ",".join(
            f"({','.join(quoted(value) + form for value, form in zip(row, forms, strict=True))})" for row in wanted
        )
        return f"({', '.join(names)}) IN (VALUES {rows})"

    @override
    def among_numbers(self, expression: str, wanted: Sequence[int]) -> str:
        # As rows, not as a list: lists are compared one by one before version 14.
        return f"{expression} IN (VALUES {','.join(f'({number})' for number in wanted)})"

    @override
    def highest(self, column: Column) -> str:
        name = f"q.{named(column.name)}"
        if column.shape is Shape.ZONED:
            return f"(least(max({name}), now()) AT TIME ZONE 'Asia/Shanghai')::text"
        if column.type == "timestamp":
            return f"least(max({name}), now() AT TIME ZONE 'Asia/Shanghai')::text"
        return f"max({name})::text"
