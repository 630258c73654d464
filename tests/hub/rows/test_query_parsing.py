"""The HTTP form of a query: what is understood, and what is refused with a place and no echo."""

from __future__ import annotations

import uuid

import orjson
import pytest

from hub.rows.errors import MomentError, QueryError, QuerySyntaxError, QueryTooComplexError
from hub.rows.parsing import parse_json, parse_parameters
from hub.rows.query import And, Comparison, Count, Not, Op, Or, Order, Page, Query, columns_used

ID = uuid.UUID(int=7)


def _json(document: object) -> Query:
    return parse_json(ID, orjson.dumps(document))


def test_a_parameter_is_an_equality() -> None:
    assert parse_parameters(ID, [("district", "410102")]).where == Comparison(
        "district", Op.EQ, "410102", "/parameters/1"
    )


def test_a_repeated_parameter_means_one_of() -> None:
    where = parse_parameters(ID, [("district", "410102"), ("district", "410103")]).where
    assert where == Comparison("district", Op.IN, ("410102", "410103"), "/parameters/1")


def test_parameters_with_operators_hold_together() -> None:
    where = parse_parameters(ID, [("born__ge", "1990-01-01"), ("born__lt", "2000-01-01")]).where
    assert where == And(
        (
            Comparison("born", Op.GE, "1990-01-01", "/parameters/1"),
            Comparison("born", Op.LT, "2000-01-01", "/parameters/2"),
        )
    )


def test_an_item_named_like_a_parameter_is_written_with_its_operator() -> None:
    query = parse_parameters(ID, [("limit__eq", "5"), ("limit", "10")])
    assert (query.where, query.page) == (Comparison("limit", Op.EQ, "5", "/parameters/1"), Page(10))


def test_page_order_items_and_version_are_read() -> None:
    parameters = [
        ("items", "a,b"),
        ("order", "-a,b"),
        ("limit", "5"),
        ("cursor", "x"),
        ("as_of", "3"),
        ("count", "none"),
    ]
    assert parse_parameters(ID, parameters) == Query(
        ID, ("a", "b"), None, (Order("a", descending=True), Order("b")), Page(5, "x"), 3, Count.NONE
    )


def test_json_and_parameters_say_the_same() -> None:
    document = {"where": {"item": "a", "op": "in", "value": ["1", "2"]}, "order": ["-b"], "limit": 5}
    assert _json(document).where == Comparison("a", Op.IN, ("1", "2"), "/where")


def test_a_tree_of_conditions_is_read() -> None:
    where = _json({"where": {"or": [{"not": {"item": "a", "op": "is_null", "value": True}}]}}).where
    assert where == Or((Not(Comparison("a", Op.IS_NULL, value=True, position="/where/or/0/not")),))


@pytest.mark.parametrize(
    "parameters",
    [
        [("a'; DROP TABLE x --", "1")],
        [('a"', "1")],
        [("a__like", "1")],
        [("order", 'a" DESC; --')],
        [("order", "a desc")],
        [("items", "a,*")],
        [("limit", "-1")],
        [("limit", "１０")],
        [("count", "all")],
        [("where", "{")],
        [("limit", "1"), ("limit", "2")],
    ],
)
def test_what_is_no_query_is_refused(parameters: list[tuple[str, str]]) -> None:
    with pytest.raises(QuerySyntaxError):
        parse_parameters(ID, parameters)


@pytest.mark.parametrize("as_of", ["1 OR 1=1", "0", "-1", "１", "2026-02-30", "9999-12-31", "", "99999999999999999999"])
def test_what_is_no_moment_is_refused(as_of: str) -> None:
    with pytest.raises(MomentError):
        parse_parameters(ID, [("as_of", as_of)])


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"selected": []},
        {"where": {"item": "a", "op": "eq"}},
        {"where": {"item": "a", "op": "eq", "value": None}},
        {"where": {"item": "a", "op": "eq", "value": {"b": 1}}},
        {"where": {"item": "a", "op": "eq", "value": 1, "sql": "x"}},
        {"where": {"and": []}},
        {"where": {"item": "a'b", "op": "eq", "value": 1}},
        {"order": [{"item": "a", "desc": "yes"}]},
        {"order": [5]},
        {"items": "a"},
        {"items": []},
        {"limit": True},
        {"limit": "many"},
        {"cursor": 5},
    ],
)
def test_json_of_another_shape_is_refused(document: object) -> None:
    with pytest.raises(QuerySyntaxError):
        _json(document)


def test_a_refused_name_is_not_echoed() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse_parameters(ID, [("410102199003070018'", "1")])
    assert "410102199003070018" not in str(caught.value)


def _nested(depth: int) -> object:
    where: object = {"item": "a", "op": "eq", "value": 1}
    for _ in range(depth - 1):
        where = {"not": where}
    return where


@pytest.mark.parametrize(
    "document",
    [
        {"where": _nested(9)},
        {"where": _nested(200)},
        {"where": {"or": [{"item": "a", "op": "eq", "value": 1}] * 64}},
        {"where": {"or": [{"item": "a", "op": "eq", "value": 1}] * 10_000}},
        {"where": {"item": "a", "op": "in", "value": list(range(1001))}},
        {"where": {"item": "a", "op": "contains", "value": "x" * 65}},
        {"where": {"item": "a", "op": "contains", "value": ""}},
        {"order": ["a", "b", "c", "d", "e"]},
        {"limit": 0},
        {"limit": 32_001},
    ],
)
def test_a_query_beyond_the_budget_is_refused(document: object) -> None:
    with pytest.raises(QueryTooComplexError):
        _json(document)


def test_json_nested_beyond_what_a_parser_bears_is_refused() -> None:
    with pytest.raises(QueryError):
        parse_json(ID, b'{"where":' + b'{"not":' * 5_000 + b"1" + b"}" * 5_001)


def test_a_query_at_the_budget_is_accepted() -> None:
    one: list[object] = [{"item": "a", "op": "in", "value": list(range(1000))}]
    document = {"where": {"and": one + [{"item": "b", "op": "ge", "value": 1}] * 62}, "limit": 32_000}
    assert isinstance(_json(document), Query)


def test_one_equality_that_must_hold_is_a_match_and_all_else_is_a_query() -> None:
    query = parse_parameters(ID, [("id", "1"), ("born__ge", "1990-01-01"), ("order", "name")])
    assert columns_used(query) == (frozenset({"born", "name"}), frozenset({"id"}))


@pytest.mark.parametrize(
    "where",
    [
        {"not": {"item": "id", "op": "eq", "value": "1"}},
        {"or": [{"item": "id", "op": "eq", "value": "1"}, {"item": "id", "op": "eq", "value": "2"}]},
        {"and": [{"item": "id", "op": "eq", "value": "1"}, {"item": "id", "op": "eq", "value": "2"}]},
        {"item": "id", "op": "in", "value": ["1"]},
    ],
)
def test_a_probe_is_no_match(where: object) -> None:
    assert columns_used(_json({"where": where})) == (frozenset({"id"}), frozenset())
