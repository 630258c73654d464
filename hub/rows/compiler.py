"""The compiler: a query and the permit for it become one bound SQL statement. There is no other way to rows.

Only items the permit gives in full or masked are selected; only items it allows there may filter or sort;
the grant's row filter is applied whole, or nothing is given. Every order ends with ``_row``, so that pages
join without gap or overlap. Text depends on the shape of a query alone, never on its values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.rows.conditions import Sql, condition, equality, quoted
from hub.rows.cursors import CursorKey, Place, fingerprint
from hub.rows.errors import NotQueryableError, PermitMismatchError, QueryError, RowFilterError, UnknownItemError
from hub.rows.ordering import Sort, pieces, sorting
from hub.rows.parsing import parse_where
from hub.rows.query import comparisons
from hub.rows.shapes import box_column
from policies.facts import Action, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item
    from hub.rows.query import Comparison, Count, Query
    from hub.rows.sealed import Seals
    from hub.rows.tables import RowTable
    from policies.decision import Permit
    from policies.results import ItemDecision

READ_ACTIONS = frozenset({Action.READ, Action.DOWNLOAD, Action.SUBSCRIBE})
GIVEN = frozenset({Treatment.FULL, Treatment.MASKED})
# A total is exact up to here at the price of reading that many rows; beyond it is estimated (and said so).
COUNT_CAP = 10_000
_NEVER = f"{2**63 - 1}::bigint"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer: the item, and, masked, by which rule (None then means: suppress).

    ``seals`` open its stored values; None where they are not sealed.
    """

    item: Item
    is_masked: bool
    masking: str | None
    seals: Seals | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CompiledSQL:
    """A query ready to run.

    Rows of a page hold ``columns``, then the sort values, ``_row``, version, row count; ``limit`` + 1 rows are
    asked for, to know whether another page follows. With ``limit`` None it is a stream: all rows, ``columns`` alone.
    ``is_indexed``: a condition that must hold is answered by an index.
    ``place`` is where this page started. ``has_known_total``: the row count of the resource is the total.
    """

    table: RowTable
    permit: Permit
    columns: tuple[Column, ...]
    sorts: tuple[Sort, ...]
    statement: bytes
    parameters: tuple[object, ...]
    limit: int | None
    as_of: int | None
    place: Place | None
    fingerprint: bytes
    count: Count
    has_known_total: bool
    is_indexed: bool
    source: bytes
    source_parameters: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose record alone may be read: the internal key of the permit, and where its number stands in the rows."""

    key: str
    column: str
    value: str = field(repr=False)


def compile_query(
    query: Query, permit: Permit, table: RowTable, key: CursorKey, subject: Subject | None = None
) -> CompiledSQL:
    """Return the statement of one page; with a ``subject``, of that person's rows alone.

    Raises:
        PermitMismatchError: the permit is for another resource, or not for reading.
        UnknownItemError, NotQueryableError: beyond the permit, naming nothing.
        OperandError, CursorError: a value or the cursor is not right.
        RowFilterError: the grant's row filter cannot be carried out.

    """
    return _compile(query, permit, table, key, subject)


def compile_stream(query: Query, permit: Permit, table: RowTable) -> CompiledSQL:
    """Return the statement of all rows of a query, for an export; its page is not looked at. Raises as above.

    Without an order, current rows come as they lie in the table; those of a version in the order of ``_row``.
    """
    return _compile(query, permit, table, None)


def compile_source(query: Query, permit: Permit, table: RowTable) -> Sql:
    """Return ``FROM … WHERE …`` of the rows a permit for aggregates speaks of; who uses it shows no row.

    Raises:
        PermitMismatchError: the permit is for another resource, or not for aggregates.
        NotQueryableError, OperandError, RowFilterError: as :func:`compile_query`.

    """
    if permit.resource_id != str(table.entry_id) or query.resource != table.entry_id:
        raise PermitMismatchError
    if permit.action is not Action.AGGREGATE:
        raise PermitMismatchError
    return _source(table, query.as_of, _where(query, permit, table, None))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a query and its permit come to, for readers of another shape: columns, sorts, ``FROM … WHERE …``."""

    columns: tuple[Column, ...]
    sorts: tuple[Sort, ...]
    source: Sql
    has_known_total: bool


def compile_parts(query: Query, permit: Permit, table: RowTable) -> Parts:
    """Return the parts of a query; its page is not looked at. Raises as :func:`compile_query`."""
    if permit.resource_id != str(table.entry_id) or query.resource != table.entry_id:
        raise PermitMismatchError
    if permit.action not in READ_ACTIONS:
        raise PermitMismatchError
    where = _where(query, permit, table, None)
    return Parts(
        _selected(query, permit, table),
        tuple(sorting(table, order) for order in _allowed_order(query, permit)),
        _source(table, query.as_of, where),
        query.as_of is None and not where.text,
    )


def _compile(
    query: Query, permit: Permit, table: RowTable, key: CursorKey | None, subject: Subject | None = None
) -> CompiledSQL:
    if permit.resource_id != str(table.entry_id) or query.resource != table.entry_id:
        raise PermitMismatchError
    if permit.action not in READ_ACTIONS:
        raise PermitMismatchError
    columns = _selected(query, permit, table)
    where = _where(query, permit, table, subject)
    sorts = tuple(sorting(table, order) for order in _allowed_order(query, permit))
    mark = fingerprint((table.entry_id.hex, permit.grant_id, query.as_of, where.text, where.parameters, sorts))
    place = None
    if key is not None and query.page.cursor is not None:
        place = key.read(mark, query.page.cursor, len(sorts))
    source = _source(table, query.as_of, where)
    limit = query.page.limit if key is not None else None
    shape = _Shape(tuple(column.item.column for column in columns), sorts, place, limit, query.as_of is not None)
    statement = _statement(table, shape, source)
    return CompiledSQL(
        table=table,
        permit=permit,
        columns=columns,
        sorts=sorts,
        statement=statement.statement(),
        parameters=statement.bound(),
        limit=limit,
        as_of=query.as_of,
        place=place,
        fingerprint=mark,
        count=query.count,
        has_known_total=query.as_of is None and not where.text,
        is_indexed=query.as_of is None and _is_indexed(query, table),
        source=source.statement(),
        source_parameters=source.bound(),
    )


def _is_indexed(query: Query, table: RowTable) -> bool:
    indexed = {*table.indexed_items, *table.key[:1]}
    return any(is_match and node.item in indexed for node, is_match in comparisons(query.where))


def _selected(query: Query, permit: Permit, table: RowTable) -> tuple[Column, ...]:
    given: Mapping[str, ItemDecision] = {line.column: line for line in permit.items if line.treatment in GIVEN}
    wanted = query.items if query.items is not None else [name for name in table.columns if name in given]
    for name in wanted:
        if name not in given or name not in table.by_column:
            raise UnknownItemError("items")
    if not wanted:
        raise UnknownItemError("items")
    return tuple(column_of(table, given[name]) for name in wanted)


def column_of(table: RowTable, given: ItemDecision) -> Column:
    """Return a column of the table as it was decided to be shown."""
    is_masked = given.treatment is Treatment.MASKED
    return Column(table.by_column[given.column], is_masked, given.masking, table.seals_of(given.column))


def _where(query: Query, permit: Permit, table: RowTable, subject: Subject | None) -> Sql:
    """Return the condition of the query and the row filter of the permit, both or neither."""

    def allowed(node: Comparison, is_required_equality: bool) -> bool:  # noqa: FBT001 - a callback
        return node.item in permit.queryable or (is_required_equality and node.item in permit.matchable)

    built = Sql()
    if query.where is not None:
        built.extend(condition(table, query.where, allowed))
    narrowed = row_filter_sql(table, permit, subject)
    if built.text and narrowed.text:
        built.add("AND")
    built.extend(narrowed)
    return built


def row_filter_sql(table: RowTable, permit: Permit, subject: Subject | None = None) -> Sql:
    """Return the permit's row filter (conditions as :func:`hub.rows.parsing.parse_where` reads them), all of it.

    «Own record» and «the ward's record» are met by the ``subject`` they name; a subject always narrows, also where
    the permit would give every row.

    Raises:
        RowFilterError: an entry cannot be read, so nothing may be given.

    """
    built = Sql()
    if subject is not None:
        item = table.by_column.get(subject.column)
        if item is None:
            raise RowFilterError
        built.extend(equality(table, item, subject.value, subject.column))
    for entry in permit.row_filter:
        if subject is not None and entry in (("own_record", subject.key), ("ward_record", subject.key)):
            continue
        if built.text:
            built.add("AND")
        try:
            built.extend(condition(table, parse_where(entry), lambda _node, _required: True))
        except QueryError:
            raise RowFilterError from None
    return built


def _allowed_order(query: Query, permit: Permit) -> list[tuple[str, bool]]:
    for order in query.order:
        if order.item not in permit.queryable:
            raise NotQueryableError(order.position)
    return [(order.item, order.descending) for order in query.order]


def _source(table: RowTable, as_of: int | None, where: Sql) -> Sql:
    """Return ``FROM … WHERE …``: the current rows, or those that stood at a version."""
    name = table.entry_id.hex
    built = Sql()
    if as_of is None:
        built.add(f"FROM data.r_{name} t")
    else:
        # The two conditions stand outside, else PostgreSQL cannot merge the indexes of both tables.
        columns = ", ".join(["_row", "_push", *map(quoted, (*table.columns, *map(box_column, table.shapes)))])
        built.add(
            f"FROM (SELECT {columns}, {_NEVER} AS _until FROM data.r_{name} UNION ALL"  # noqa: S608 - validated
            f" SELECT {columns}, _until FROM data.h_{name}) t"
        )
    built.add("WHERE true" if as_of is None else "WHERE _push <= %s::bigint AND _until > %s::bigint")
    if as_of is not None:
        built.parameters += [as_of, as_of]
    if where.text:
        built.add("AND")
        built.extend(where)
    return built


@dataclass(frozen=True, slots=True)
class _Shape:
    columns: tuple[str, ...]
    sorts: tuple[Sort, ...]
    place: Place | None
    limit: int | None
    is_version: bool


def _statement(table: RowTable, shape: _Shape, source: Sql) -> Sql:
    """Return the whole SELECT: of a stream the items alone, of a page also what its cursor needs.

    A page that runs over into missing values has two pieces.
    """
    columns, sorts, limit = shape.columns, shape.sorts, shape.limit
    parts = pieces(sorts, shape.place)
    by = ", ".join([f"{quoted(s.item.column)} {s.direction}" for s in sorts] + [f"_row {_tail(sorts)}"])
    built = Sql()
    if limit is None:
        built.add("SELECT " + ", ".join(map(quoted, columns)))
        built.extend(source)
        # The order of pages costs half an export; an earlier version comes in it, to be the same file every time.
        if sorts or shape.is_version:
            built.add(f"ORDER BY {by}")
        return built
    # Names of our own begin with an underscore, as no item's does: ORDER BY would take an alias for a column.
    names = [*map(quoted, columns), *(quoted(s.item.column) for s in sorts), "_row"]
    built.add("SELECT " + ", ".join(f"_c{number}" for number in range(len(names))) + ",")
    # In the statement itself, so that rows, version and count are of one moment.
    built.add("(SELECT version FROM hub.row_set WHERE entry_id = %s),", table.entry_id)
    built.add("(SELECT row_count FROM hub.row_set WHERE entry_id = %s) FROM (", table.entry_id)
    aliased = ", ".join(f"{name} AS _c{number}" for number, name in enumerate(names))
    for number, part in enumerate(parts):
        if number:
            built.add("UNION ALL")
        built.add(f"(SELECT {number} AS _piece, {aliased}")
        built.extend(source)
        built.extend(part)
        built.add(f"ORDER BY {by} LIMIT %s::bigint )", limit + 1)
    built.add(") _page")
    if len(parts) > 1:
        built.add("ORDER BY _piece,")
        offset = len(columns)
        outer = [f"_c{offset + number} {s.direction}" for number, s in enumerate(sorts)]
        built.add(", ".join([*outer, f"_c{offset + len(sorts)} {_tail(sorts)}"]))
        built.add("LIMIT %s::bigint", limit + 1)
    return built


def _tail(sorts: tuple[Sort, ...]) -> str:
    return sorts[-1].direction if sorts else "ASC"
