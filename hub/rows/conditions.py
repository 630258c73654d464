"""Conditions as SQL: a tree of comparisons becomes text with placeholders, and its typed parameters.

The text is built from fixed words and from column names of the table alone, each validated when the table
was described (:class:`hub.rows.tables.RowTable`); everything written by a requester is a bound parameter.
Placeholders carry the item's SQL type, so that one shape of query is one statement whatever its values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg.types.numeric import Int8

from catalogue.item import DataType, Item
from catalogue.shapes import is_shape
from hub.rows.errors import NotQueryableError, OperandError, QueryError
from hub.rows.operands import is_text, operand, truth
from hub.rows.query import And, Comparison, Not, Op, Or
from hub.rows.sealed import forms, only_equal
from hub.rows.shapes import asked_box, box_column
from hub.rows.tables import sql_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.rows.query import Where
    from hub.rows.sealed import Seals
    from hub.rows.tables import RowTable

_COMPARE = {Op.EQ: "=", Op.NE: "<>", Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}
_RANGE = frozenset({Op.LT, Op.LE, Op.GT, Op.GE})
_SEALED = frozenset({Op.EQ, Op.NE, Op.IN})
_ROW_NUMBER = Item("行号", "_row", DataType.INTEGER)
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def quoted(column: str) -> str:
    """Return a validated column name as an SQL identifier."""
    return f'"{column}"'


@dataclass(slots=True)
class Sql:
    """Text under construction with the parameters of its placeholders, in order."""

    text: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)

    def add(self, text: str, *parameters: object) -> None:
        """Append fixed text and the parameters of the placeholders in it."""
        self.text.append(text)
        self.parameters.extend(parameters)

    def extend(self, other: Sql) -> None:
        """Append another piece."""
        self.text += other.text
        self.parameters += other.parameters

    def bound(self) -> tuple[object, ...]:
        """Return the parameters; whole numbers always as bigint, so that a statement is prepared once."""
        return tuple(Int8(value) if type(value) is int else value for value in self.parameters)

    def statement(self) -> bytes:
        """Return the text as psycopg takes it."""
        return " ".join(self.text).encode()


def condition(table: RowTable, where: Where, allowed: Callable[[Comparison, bool], bool]) -> Sql:
    """Return the SQL of a condition; ``allowed`` is asked for each comparison, and whether it is a required equality.

    Raises:
        NotQueryableError: not allowed, or no item of the table; the two read the same.
        OperandError: a value is not of its item's type.

    """
    built = Sql()
    _build(table, where, allowed, built, required=True)
    return built


def _build(
    table: RowTable, where: Where, allowed: Callable[[Comparison, bool], bool], built: Sql, *, required: bool
) -> None:
    match where:
        case Comparison(item="_row"):
            _numbered(where, built)
        case Comparison():
            item = table.by_column.get(where.item)
            if item is None or not allowed(where, required and where.op is Op.EQ):
                raise NotQueryableError(where.position)
            _compare(table, item, where, built)
        case And(parts) | Or(parts):
            word = "AND" if isinstance(where, And) else "OR"
            built.add("(")
            for number, part in enumerate(parts):
                if number:
                    built.add(word)
                _build(table, part, allowed, built, required=required and isinstance(where, And))
            built.add(")")
        case Not(part):
            built.add("NOT (")
            _build(table, part, allowed, built, required=False)
            built.add(")")


def equality(table: RowTable, item: Item, value: object, position: str) -> Sql:
    """Return the SQL of an item equal to one value, whatever form it is stored in.

    Raises:
        OperandError: the value is not of the item's type.

    """
    name, typed, seals = quoted(item.column), operand(item, value, position), table.seals_of(item.column)
    if seals is not None:
        return Sql([f"{name} = ANY(%s::text[])"], [forms(seals, str(typed))])
    return Sql([f"{name} = %s::{sql_type(item)}"], [typed])


def _compare_sealed(item: Item, seals: Seals, node: Comparison, built: Sql) -> None:
    """Compare a sealed item: by equality, which looks for each form a value can be stored in."""
    if node.op not in _SEALED:
        raise only_equal(item)
    values = node.value if isinstance(node.value, tuple) else (node.value,)
    if node.op is Op.IN and (values is not node.value or not values):
        raise OperandError(item.column, "取值列表", "a list of values")
    if node.op is not Op.IN and values is node.value:
        raise OperandError(item.column, "单个值", "one value")
    found = [form for value in values for form in forms(seals, str(operand(item, value, item.column)))]
    built.add(f"{quoted(item.column)} {'<> ALL' if node.op is Op.NE else '= ANY'}(%s::text[])", found)


def _compare(table: RowTable, item: Item, node: Comparison, built: Sql) -> None:
    name, kind, seals = quoted(item.column), sql_type(item), table.seals_of(item.column)
    if seals is not None and node.op is not Op.IS_NULL:
        _compare_sealed(item, seals, node, built)
    elif node.op is Op.BBOX:
        _within(item, node, built)
    elif node.op is Op.IS_NULL:
        built.add(f"{name} IS NULL" if truth(node.value, item.column) else f"{name} IS NOT NULL")
    elif node.op is Op.IN:
        if not isinstance(node.value, tuple) or not node.value:
            raise OperandError(item.column, "取值列表", "a list of values")
        # One array parameter: the statement is the same for one value and for a thousand.
        built.add(f"{name} = ANY(%s::{kind}[])", [operand(item, value, item.column) for value in node.value])
    elif isinstance(node.value, tuple):
        raise OperandError(item.column, "单个值", "one value")
    elif node.op in {Op.PREFIX, Op.CONTAINS}:
        _pattern(item, node, built)
    else:
        if node.op in _RANGE and kind == "boolean":
            raise QueryError("真假值不能比较大小", "true and false have no order", position=item.column)
        built.add(f"{name} {_COMPARE[node.op]} %s::{kind}", operand(item, node.value, item.column))


def _numbered(node: Comparison, built: Sql) -> None:
    """Compare the row's own lasting number; no written query can name it, only dialects whose rows have one."""
    values = node.value if isinstance(node.value, tuple) else (node.value,)
    numbers = [_row_number(value, node.position) for value in values]
    if node.op is Op.IN:
        built.add("_row = ANY(%s::bigint[])", numbers)
    elif node.op in _COMPARE and len(numbers) == 1:
        built.add(f"_row {_COMPARE[node.op]} %s::bigint", numbers[0])
    else:
        raise OperandError(node.position, "整数", "a whole number")


def _row_number(value: object, position: str) -> int:
    """Return a row's number; the check is that of whole numbers everywhere."""
    return int(str(operand(_ROW_NUMBER, value, position)))


def _within(item: Item, node: Comparison, built: Sql) -> None:
    """Match shapes whose box meets the one asked for, by the index of boxes."""
    if not is_shape(item):
        raise QueryError("只有空间信息项可以按 bbox 查询", "only shapes are asked for by box", position=item.column)
    west, south, east, north = asked_box(item, node.value)
    built.add(
        f"{quoted(box_column(item.column))} && box(point(%s::float8, %s::float8), point(%s::float8, %s::float8))",
        west,
        south,
        east,
        north,
    )


def _pattern(item: Item, node: Comparison, built: Sql) -> None:
    """Match text without a pattern language: nothing in the value is special, nothing can be slow (threat 27)."""
    if not is_text(item):
        raise QueryError("只有文本信息项可以按前缀或包含查询", "only text can be matched in part", position=item.column)
    text, name = str(operand(item, node.value, item.column)), quoted(item.column)
    if node.op is Op.CONTAINS:
        built.add(f"strpos({name}, %s::text) > 0", text)
        return
    end = after_prefix(text)
    if end is None:
        built.add(f"{name} >= %s::text", text)
    else:
        built.add(f"({name} >= %s::text AND {name} < %s::text)", text, end)


def after_prefix(prefix: str) -> str | None:
    """Return the least text after all that start with ``prefix``, in code point order; None where there is none.

    Text columns are COLLATE "C", where UTF-8 sorts by code point, so a prefix is a range of the index.
    """
    for length in range(len(prefix), 0, -1):
        code = ord(prefix[length - 1]) + 1
        if code > _LAST_CHARACTER:
            continue
        return prefix[: length - 1] + chr(_SURROGATES.stop if code in _SURROGATES else code)
    return None
