"""Aggregates: rows counted and added up by the database in one statement, every margin with them.

An :class:`Aggregation` groups by up to three items and measures counts, sums and means. What it yields is the true
table, for :func:`policies.disclosure.control` alone to look at; nobody outside the owner is shown it as it is
(统计法 Art. 28). Built and bound like every query: only items of the permit, only known names reach SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from catalogue.item import DataType
from catalogue.shapes import is_shape
from hub.rows.compiler import compile_source
from hub.rows.conditions import Sql, quoted
from hub.rows.errors import QueryError, QuerySyntaxError, QueryTooComplexError, UnknownItemError
from hub.rows.parsing import parse_where
from hub.rows.query import Page, Query, check_budget
from hub.rows.sealed import opened_rows
from hub.rows.shapes import not_comparable
from policies.disclosure import TOTAL, Cell, Place, Table
from policies.facts import Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

    import psycopg

    from catalogue.item import Item
    from hub.rows.query import Where
    from hub.rows.sealed import Seals
    from hub.rows.tables import RowTable
    from policies.decision import Permit

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

MAX_DIMENSIONS = 3
MAX_MEASURES = 8
MAX_CELLS = 10_000
NUMERIC = frozenset({DataType.NUMBER, DataType.CURRENCY, DataType.DOUBLE, DataType.INTEGER, DataType.FLOAT})
MOMENTS = frozenset({DataType.DATE, DataType.DATETIME})
PERSON_CHECK = "citizen_id"
_GIVEN = frozenset({Treatment.FULL, Treatment.AGGREGATE_ONLY})


class Grain(StrEnum):
    """How finely a day is told."""

    YEAR = "year"
    MONTH = "month"


class Figure(StrEnum):
    """What is measured."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One item to group by; of a date its year or month (``birth_date:year``)."""

    item: str
    grain: Grain | None = None

    @property
    def name(self) -> str:
        """The name as it is asked and answered."""
        return self.item if self.grain is None else f"{self.item}:{self.grain.value}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; ``item`` None for the count of rows."""

    figure: Figure
    item: str | None = None

    @property
    def name(self) -> str:
        """The name as it is asked and answered."""
        return self.figure.value if self.item is None else f"{self.figure.value}:{self.item}"


@dataclass(frozen=True, slots=True)
class Aggregation:
    """What is asked of one resource; ``as_of`` is a version number, None the current rows.

    Raises:
        QueryTooComplexError: more dimensions, measures or conditions than may be asked at once.

    """

    resource: uuid.UUID
    group_by: tuple[Dimension, ...]
    measures: tuple[Measure, ...] = (Measure(Figure.COUNT),)
    where: Where | None = None
    as_of: int | None = None

    def __post_init__(self) -> None:
        """Check the budget."""
        if self.where is not None:
            check_budget(self.where)
        if len(self.group_by) > MAX_DIMENSIONS:
            raise QueryTooComplexError("分组项数", "the number of items to group by is", MAX_DIMENSIONS, "group_by")
        if not 1 <= len(self.measures) <= MAX_MEASURES:
            raise QueryTooComplexError("指标个数（至少 1）", "measures (at least 1) are", MAX_MEASURES, "measures")

    @property
    def items(self) -> tuple[str, ...]:
        """The items grouped by or measured, each once."""
        measured = (measure.item for measure in self.measures if measure.item is not None)
        return tuple(dict.fromkeys([*(dimension.item for dimension in self.group_by), *measured]))

    @property
    def summed(self) -> tuple[str, ...]:
        """The items added up, each once: a mean is a sum and a count."""
        return tuple(dict.fromkeys(measure.item for measure in self.measures if measure.item is not None))

    def query(self) -> Query:
        """Return the condition and the version as a query has them."""
        return Query(self.resource, where=self.where, page=Page(1), as_of=self.as_of)


def parse_aggregation(
    resource: uuid.UUID,
    group_by: Sequence[str],
    measures: Sequence[str],
    where: object = None,
    as_of: int | None = None,
) -> Aggregation:
    """Return the question as it was written: ``group_by`` of ``item`` or ``item:year``, ``measures`` of ``sum:item``.

    Raises:
        QuerySyntaxError: a part is not understood, or named twice. QueryTooComplexError: beyond the budget.

    """
    dimensions = tuple(_dimension(text) for text in group_by)
    figures = tuple(_measure(text) for text in measures or ("count",))
    if len({dimension.item for dimension in dimensions}) < len(dimensions) or len(set(figures)) < len(figures):
        raise QuerySyntaxError("分组项或指标重复", "an item or a measure is named twice", position="group_by")
    return Aggregation(resource, dimensions, figures, parse_where(where) if where is not None else None, as_of)


def _dimension(text: str) -> Dimension:
    item, _, grain = text.partition(":")
    if grain and grain not in set(Grain):
        raise QuerySyntaxError(
            "日期分组的写法为 信息项:year 或 信息项:month",
            "a date is grouped as item:year or item:month",
            position="group_by",
        )
    return Dimension(item, Grain(grain) if grain else None)


def _measure(text: str) -> Measure:
    figure, _, item = text.partition(":")
    if figure not in set(Figure) or (figure == Figure.COUNT) is bool(item):
        raise QuerySyntaxError(
            "指标的写法为 count、sum:信息项 或 mean:信息项",
            "a measure is count, sum:item or mean:item",
            position="measures",
        )
    return Measure(Figure(figure), item or None)


@dataclass(frozen=True, slots=True)
class Tabled:
    """The true table with what its places mean: the values of each dimension in order, None for missing values."""

    categories: tuple[tuple[object, ...], ...]
    table: Table
    version: int


@dataclass(frozen=True, slots=True)
class CompiledAggregation:
    """A question ready to run."""

    asked: Aggregation
    statement: bytes
    parameters: tuple[object, ...]
    sealed: tuple[tuple[int, Seals], ...] = field(default=(), repr=False)
    """Places of the values of sealed items among those of a row."""


def person_column(table: RowTable) -> str | None:
    """Return the item that tells persons apart, so that persons and not their rows are counted; None without one."""
    return next((item.column for item in table.items if item.check == PERSON_CHECK), None)


def compile_aggregation(asked: Aggregation, permit: Permit, table: RowTable) -> CompiledAggregation:
    """Return the statement that counts and adds up, all margins included.

    Raises:
        PermitMismatchError, NotQueryableError, OperandError, RowFilterError: as for every query.
        UnknownItemError: an item beyond the permit, naming nothing. QueryError: an item cannot be measured so.

    """
    source = compile_source(asked.query(), permit, table)
    given = {line.column for line in permit.items if line.treatment in _GIVEN}
    if any(name not in given or name not in table.by_column for name in asked.items):
        raise UnknownItemError("group_by")
    groups = [_expression(table.by_column[dimension.item], dimension) for dimension in asked.group_by]
    person = person_column(table)
    built = Sql()
    built.add("SELECT (SELECT version FROM hub.row_set WHERE entry_id = %s),", table.entry_id)
    built.add(", ".join([*(f"GROUPING({text})" for text in groups), *groups, *_figures(asked, table, person)]))
    built.extend(source)
    built.add(f"GROUP BY CUBE ({', '.join(groups)})" if groups else "GROUP BY ()")
    built.add("LIMIT %s::bigint", MAX_CELLS + 1)
    width = len(groups)
    sealed = tuple(
        (1 + width + number, seals)
        for number, dimension in enumerate(asked.group_by)
        if (seals := table.seals_of(dimension.item)) is not None
    )
    return CompiledAggregation(asked, built.statement(), built.bound(), sealed)


def _expression(item: Item, dimension: Dimension) -> str:
    if is_shape(item):
        raise not_comparable(item)
    name = quoted(item.column)
    if dimension.grain is None:
        return name
    if item.type not in MOMENTS:
        raise QueryError("只有日期可按年、月分组", "only dates are grouped by year or month", position="group_by")
    return f"to_char({name}, '{'YYYY' if dimension.grain is Grain.YEAR else 'YYYY-MM'}')"


def _figures(asked: Aggregation, table: RowTable, person: str | None) -> Iterable[str]:
    """Yield the columns of figures: rows, units, then five for each item added up."""
    unit = "*" if person is None else f"DISTINCT {quoted(person)}"
    yield "count(*)"
    yield f"count({unit})"
    for column in asked.summed:
        if table.by_column[column].type not in NUMERIC:
            raise QueryError("只有数值信息项可以求和", "only numbers can be added up", position="measures")
        name = quoted(column)
        largest = f"(array_agg(abs({name}) ORDER BY abs({name}) DESC) FILTER (WHERE {name} IS NOT NULL))"
        yield f"sum({name})"
        yield f"({largest})[1]"
        yield f"({largest})[2]"
        yield f"sum(abs({name}))"
        yield f"count({unit if person is not None else name}) FILTER (WHERE {name} IS NOT NULL)"


async def run_aggregation(connection: AsyncDriver, compiled: CompiledAggregation, traits: frozenset[int]) -> Tabled:
    """Return the true table; ``traits`` are the dimensions that say something sensitive.

    Raises:
        QueryTooComplexError: more cells than a table may have: nothing is cut off, coarser groups are asked for.

    """
    cursor = await connection.execute(compiled.statement, compiled.parameters)
    found = await cursor.fetchall()
    if len(found) > MAX_CELLS:
        raise QueryTooComplexError("表格单元格数", "the number of cells of the table is", MAX_CELLS, "group_by")
    return _tabled(compiled.asked, opened_rows(found, compiled.sealed), traits)


def _tabled(asked: Aggregation, found: Sequence[tuple[Any, ...]], traits: frozenset[int]) -> Tabled:
    width = len(asked.group_by)
    values: list[dict[object, None]] = [{} for _ in range(width)]
    for row in found:
        for number in range(width):
            if not row[1 + number]:
                values[number][row[1 + width + number]] = None
    categories = tuple(tuple(sorted(known, key=_sort_key)) for known in values)
    places = [{value: number for number, value in enumerate(known)} for known in categories]
    cells: dict[Place, Cell] = {}
    for row in found:
        place = tuple(TOTAL if row[1 + number] else places[number][row[1 + width + number]] for number in range(width))
        cells[place] = _cell(row[1 + 2 * width :], len(asked.summed))
    version = found[0][0] if found else None
    return Tabled(categories, Table(tuple(map(len, categories)), cells, traits), int(version or 0))


def _sort_key(value: object) -> tuple[bool, str]:
    return value is None, str(value)


def _cell(figures: Sequence[Any], sums: int) -> Cell:
    rows, units, *rest = figures
    fives = [rest[5 * number : 5 * number + 5] for number in range(sums)]
    return Cell(
        rows=int(rows),
        units=int(units),
        sums=tuple(_plain(five[0]) for five in fives),
        peaks=tuple((float(five[1] or 0), float(five[2] or 0), float(five[3] or 0)) for five in fives),
        givers=tuple(int(five[4]) for five in fives),
    )


def _plain(value: Decimal | float | None) -> float | int | None:
    """Return a sum as JSON has it: whole sums exactly, others as the nearest double."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
