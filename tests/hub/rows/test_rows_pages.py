"""Pages of rows: filters, orders, cursors, totals and versions, on a real database."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import polars as pl
import psycopg
import pytest

from catalogue.item import DataType, Item
from hub.push.merge import MergeMode
from hub.rows.compiler import compile_query
from hub.rows.cursors import CursorKey
from hub.rows.errors import CursorError, MomentError, OperandError, QueryError, UnknownVersionError
from hub.rows.parsing import parse_json, parse_parameters
from hub.rows.query import Count, Op, Order, Page, Query
from hub.rows.store import Reading, fetch_page, read_page
from hub.rows.tables import RowTable
from policies.decision import Permit, decide
from tests.conftest import lent_database
from tests.hub.rows.builders import KEY, PACK, READING, Pusher, open_permit, person, register
from tests.policies.builders import open_item, public_request, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Database
    from hub.rows.store import RowPage
    from tests.conftest import Server

PEOPLE = [person(n, born=None if n % 7 == 0 else person(n)["born"]) for n in range(60)]


@pytest.fixture(scope="module")
def pusher(server: Server, template: str) -> Iterator[Pusher]:
    """A resource that all tests of the module read and none changes."""
    with lent_database(server, template) as database:
        pusher = Pusher(database, register())
        pusher.push(PEOPLE)
        yield pusher


@pytest.fixture
def changing(database: Database) -> Pusher:
    pusher = Pusher(database, register())
    pusher.push(PEOPLE)
    return pusher


def _read(pusher: Pusher, query: Query, reading: Reading = READING) -> RowPage:
    compiled = compile_query(query, open_permit(pusher.table, query), pusher.table, reading.cursor_key)
    with pusher.database.begin() as unit:
        return read_page(unit, compiled, reading)


def _ask(pusher: Pusher, **parameters: str) -> RowPage:
    return _read(pusher, parse_parameters(pusher.table.entry_id, [("limit", "1000"), *parameters.items()]))


def _persons(page: RowPage) -> list[int]:
    place = [column.item.column for column in page.columns].index("persons")
    return [row[place] for row in page.rows]


def test_without_conditions_rows_come_in_the_order_of_the_file(pusher: Pusher) -> None:
    assert _persons(_ask(pusher)) == list(range(60))


def test_only_items_of_the_permit_are_given(pusher: Pusher) -> None:
    columns = [column.item.column for column in _ask(pusher).columns]
    assert columns == ["district", "born", "amount", "persons", "updated", "is_valid"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"district": "410103"}, [n for n in range(60) if n % 5 == 3]),
        ({"district__in": "410103,410104"}, [n for n in range(60) if n % 5 in {3, 4}]),
        ({"district__ne": "410103"}, [n for n in range(60) if n % 5 != 3]),
        ({"persons__ge": "10", "persons__lt": "12"}, [10, 11]),
        ({"persons__in": "5,7"}, [5, 7]),
        ({"amount": "2.50"}, [10]),
        ({"amount__gt": "14.5"}, [59]),
        ({"born__le": "1990-01-02"}, [1, 29, 57]),
        ({"born__is_null": "true"}, [0, 7, 14, 21, 28, 35, 42, 49, 56]),
        ({"updated": "2026-01-02T03:05:00"}, [5]),
        ({"updated": "2026-01-01T19:05:00Z"}, [5]),
        ({"is_valid": "true", "persons__lt": "4"}, [0, 2]),
        ({"district__prefix": "4101"}, list(range(60))),
        ({"district__prefix": "410104"}, [n for n in range(60) if n % 5 == 4]),
        ({"district__contains": "03"}, [n for n in range(60) if n % 5 == 3]),
        ({"district__contains": "%"}, []),
        ({"district": "' OR 1=1 --"}, []),
    ],
)
def test_conditions_choose_rows(pusher: Pusher, parameters: dict[str, str], expected: list[int]) -> None:
    assert _persons(_ask(pusher, **parameters)) == expected


def test_or_and_not_combine(pusher: Pusher) -> None:
    where = (
        b'{"or": [{"item": "persons", "op": "eq", "value": 3}, {"not": {"item": "persons", "op": "gt", "value": 0}}]}'
    )
    query = parse_json(pusher.table.entry_id, b'{"where": ' + where + b"}")
    assert _persons(_read(pusher, query)) == [0, 3]


@pytest.mark.parametrize(
    "parameters",
    [
        {"persons": "many"},
        {"persons": "9" * 30},
        {"born": "1990-02-30"},
        {"updated": "yesterday"},
        {"is_valid": "maybe"},
        {"amount": "NaN"},
        {"amount": "1e5"},
        {"district": "a\0b"},
        {"district": "x" * 1001},
        {"born__in": "1990-01-01,x"},
    ],
)
def test_a_value_of_another_type_is_refused_and_not_repeated(pusher: Pusher, parameters: dict[str, str]) -> None:
    with pytest.raises(OperandError) as caught:
        _ask(pusher, **parameters)
    assert not any(value in str(caught.value) for value in parameters.values())


@pytest.mark.parametrize("parameters", [{"persons__prefix": "1"}, {"is_valid__gt": "true"}, {"born__contains": "19"}])
def test_a_comparison_that_makes_no_sense_is_refused(pusher: Pusher, parameters: dict[str, str]) -> None:
    with pytest.raises(QueryError):
        _ask(pusher, **parameters)


def _walk(pusher: Pusher, query: Query) -> list[int]:
    seen: list[int] = []
    cursor: str | None = None
    for _ in itertools.count():
        page = _read(
            pusher, Query(query.resource, query.items, query.where, query.order, Page(query.page.limit, cursor))
        )
        seen += _persons(page)
        cursor = page.next_cursor
        if cursor is None:
            return seen
    raise AssertionError


def _expected(orders: tuple[Order, ...]) -> list[int]:
    rows = list(PEOPLE)
    tail = bool(orders) and orders[-1].descending
    rows.sort(key=lambda row: row["persons"], reverse=tail)
    for order in reversed(orders):
        there = sorted(
            (r for r in rows if r[order.item] is not None), key=lambda r: r[order.item], reverse=order.descending
        )
        lacking = [r for r in rows if r[order.item] is None]
        rows = [*lacking, *there] if order.descending else [*there, *lacking]
    return [row["persons"] for row in rows]


ORDERS = [
    (),
    (Order("born"),),
    (Order("born", descending=True),),
    (Order("district"),),
    (Order("amount", descending=True),),
    (Order("is_valid"),),
    (Order("district"), Order("born")),
    (Order("district", descending=True), Order("born")),
    (Order("born"), Order("district", descending=True)),
    (Order("born", descending=True), Order("updated", descending=True)),
]


@pytest.mark.parametrize("orders", ORDERS)
@pytest.mark.parametrize("limit", [1, 7, 59, 60, 61])
def test_pages_join_without_gap_or_overlap(pusher: Pusher, orders: tuple[Order, ...], limit: int) -> None:
    assert _walk(pusher, Query(pusher.table.entry_id, order=orders, page=Page(limit))) == _expected(orders)


def test_the_next_page_is_offered_only_where_there_is_one(pusher: Pusher) -> None:
    pages = [_read(pusher, Query(pusher.table.entry_id, page=Page(limit))).next_cursor for limit in (59, 60)]
    assert [cursor is None for cursor in pages] == [False, True]


def _cursor(pusher: Pusher, **changes: Any) -> str:
    asked: dict[str, Any] = {"order": (Order("district"),), "page": Page(5)} | changes
    query = Query(pusher.table.entry_id, **asked)
    cursor = _read(pusher, query).next_cursor
    assert cursor is not None
    return cursor


@pytest.mark.parametrize(
    "changes",
    [
        {"order": (Order("district", descending=True),)},
        {"order": (Order("born"),)},
        {"as_of": 1},
        {"where": parse_parameters(register().entry_id, [("district__ge", "4101")]).where},
    ],
)
def test_a_cursor_is_good_for_its_own_query_only(pusher: Pusher, changes: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"order": (Order("district"),)} | changes
    with pytest.raises(CursorError):
        _read(pusher, Query(pusher.table.entry_id, page=Page(5, _cursor(pusher)), **asked))


def test_a_cursor_is_good_for_its_own_resource_only(pusher: Pusher) -> None:
    other = Pusher(pusher.database, register())
    other.push(PEOPLE)
    with pytest.raises(CursorError):
        _read(other, Query(other.table.entry_id, order=(Order("district"),), page=Page(5, _cursor(pusher))))


@pytest.mark.parametrize("cursor", ["", "x", "=", "AAAA", "!" * 50, "A" * 10_000, "中文"])
def test_what_is_no_cursor_is_refused(pusher: Pusher, cursor: str) -> None:
    with pytest.raises(CursorError):
        _read(pusher, Query(pusher.table.entry_id, page=Page(5, cursor)))


def test_a_cursor_with_one_character_changed_is_refused(pusher: Pusher) -> None:
    cursor = _cursor(pusher)
    query = Query(
        pusher.table.entry_id, order=(Order("district"),), page=Page(5, ("B" if cursor[0] == "A" else "A") + cursor[1:])
    )
    with pytest.raises(CursorError):
        _read(pusher, query)


def test_a_cursor_signed_with_another_key_is_refused(pusher: Pusher) -> None:
    other = Reading(CursorKey(b"x" * 32))
    with pytest.raises(CursorError):
        _read(pusher, Query(pusher.table.entry_id, order=(Order("district"),), page=Page(5, _cursor(pusher))), other)


@pytest.mark.parametrize(
    ("parameters", "total"),
    [({}, 60), ({"district": "410103"}, 12), ({"district": "none"}, 0), ({"as_of": "1"}, 60), ({"count": "exact"}, 60)],
)
def test_the_total_is_exact(pusher: Pusher, parameters: dict[str, str], total: int) -> None:
    page = _read(pusher, parse_parameters(pusher.table.entry_id, [("limit", "5"), *parameters.items()]))
    assert (page.total.rows, page.total.is_estimate) == (total, False)


def test_the_total_stays_the_same_from_page_to_page(pusher: Pusher) -> None:
    query = Query(pusher.table.entry_id, order=(Order("district"),), page=Page(5, _cursor(pusher)))
    assert _read(pusher, query).total.rows == 60


def test_no_total_is_counted_where_none_is_wanted(pusher: Pusher) -> None:
    assert _read(pusher, Query(pusher.table.entry_id, count=Count.NONE)).total.rows is None


def test_a_large_total_is_an_estimate_and_says_so(pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.rows.store.COUNT_CAP", 10)
    page = _read(pusher, parse_parameters(pusher.table.entry_id, [("limit", "5"), ("persons__ge", "0")]))
    assert (page.total.rows or 0) >= 10
    assert page.total.is_estimate


def test_the_version_is_the_number_of_the_last_push(changing: Pusher) -> None:
    changing.push([person(3, persons=99)], MergeMode.UPSERT)
    assert _ask(changing).version == 2


def test_an_earlier_version_can_be_read_again(changing: Pusher) -> None:
    changing.push([person(3, persons=99)], MergeMode.UPSERT)
    changing.push(PEOPLE[30:], allow_shrink=True)
    assert (_persons(_ask(changing, as_of="1")), _persons(_ask(changing, as_of="3"))) == (
        list(range(60)),
        list(range(30, 60)),
    )


@pytest.mark.parametrize("version", ["2", "999999999999"])
def test_a_version_that_does_not_exist_is_refused(pusher: Pusher, version: str) -> None:
    with pytest.raises(UnknownVersionError):
        _ask(pusher, as_of=version)


def test_version_0_cannot_be_asked_for(pusher: Pusher) -> None:
    with pytest.raises(MomentError):
        _ask(pusher, as_of="0")


def test_a_resource_without_a_push_answers_with_no_rows_of_version_0(database: Database) -> None:
    page = _ask(Pusher(database, register()))
    assert (page.rows, page.version, page.total.rows) == ([], 0, 0)


@pytest.mark.parametrize(
    "parameters", [{}, {"district": "410103"}, {"district": "none"}, {"as_of": "1", "persons__ge": "3"}]
)
def test_the_async_path_answers_as_the_sync_one_does(pusher: Pusher, parameters: dict[str, str]) -> None:
    query = parse_parameters(pusher.table.entry_id, [("limit", "5"), *parameters.items()])
    compiled = compile_query(query, open_permit(pusher.table, query), pusher.table, KEY)

    async def ask() -> RowPage:
        connection = await psycopg.AsyncConnection.connect(pusher.database.conninfo, autocommit=True)
        async with connection:
            return await fetch_page(connection, compiled, READING)

    assert asyncio.run(ask()) == _read(pusher, query)


def test_one_shape_of_query_is_one_statement(pusher: Pusher) -> None:
    texts = set()
    for values in ("410103,410104", "410101"):
        query = parse_parameters(pusher.table.entry_id, [("district__in", values), ("persons", values[:3])])
        texts.add(compile_query(query, open_permit(pusher.table, query), pusher.table, KEY).statement)
    assert len(texts) == 1


def test_no_value_is_in_the_statement(pusher: Pusher) -> None:
    for op in set(Op) - {Op.IS_NULL, Op.PREFIX, Op.CONTAINS, Op.BBOX}:
        query = parse_parameters(pusher.table.entry_id, [(f"persons__{op.value}", "424242")])
        compiled = compile_query(query, open_permit(pusher.table, query), pusher.table, KEY)
        assert b"424242" not in compiled.statement


def test_items_named_like_our_own_words_are_kept_apart(database: Database) -> None:
    names = ("c1", "c0", "piece", "page", "version")
    items = tuple(Item(name, name, DataType.INTEGER) for name in names)
    pusher = Pusher(database, RowTable(register().entry_id, items, ("c0",)), dict.fromkeys(names, pl.Int64))
    pusher.push([dict(zip(names, (9 - n, n, n % 2, 0, 0), strict=True)) for n in range(10)])
    facts = resource(*(open_item(name) for name in names), id=str(pusher.table.entry_id))
    query = Query(pusher.table.entry_id, items=("piece", "c1", "c0"), order=(Order("c1"),))
    permit = decide(public_request(queried=frozenset({"c1"})), facts, None, PACK)
    assert isinstance(permit, Permit)
    with database.begin() as unit:
        page = read_page(unit, compile_query(query, permit, pusher.table, KEY), READING)
    assert [row[1] for row in page.rows] == list(range(10))


def test_pages_of_an_earlier_version_come_from_the_indexes_of_both_tables(changing: Pusher) -> None:
    changing.push([person(n, persons=n + 1) for n in range(3000)])
    changing.push([person(n, persons=n + 2) for n in range(3000)])
    query = Query(changing.table.entry_id, as_of=2)
    compiled = compile_query(query, open_permit(changing.table, query), changing.table, KEY)
    with changing.database.begin() as unit:
        plan = unit.driver.execute(b"EXPLAIN " + compiled.statement, compiled.parameters).fetchall()
    assert any("Merge Append" in line[0] for line in plan)
