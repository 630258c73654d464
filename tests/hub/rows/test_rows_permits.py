"""No row without a permit: what a grant leaves out, masks or narrows cannot be had, asked by, or probed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from hub.rows.compiler import compile_query, compile_stream
from hub.rows.errors import NotQueryableError, PermitMismatchError, RowFilterError, UnknownItemError
from hub.rows.lookup import Found, compile_lookup, run_lookup
from hub.rows.parsing import parse_parameters
from hub.rows.query import Order, Query
from hub.rows.store import read_page
from policies.decision import Permit, decide
from policies.facts import Action, Sensitivity, Treatment
from tests.conftest import lent_database
from tests.hub.rows.builders import KEY, PACK, READING, Pusher, agency_permit, open_permit, person, register
from tests.policies.builders import grant, item, request, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Database
    from hub.rows.store import RowPage
    from hub.rows.tables import RowTable
    from tests.conftest import Server

GRANTED = {
    "citizen_id": Treatment.MASKED,
    "name": Treatment.MASKED,
    "district": Treatment.FULL,
    "persons": Treatment.FULL,
}
NARROWED = {"item": "district", "op": "eq", "value": "410103"}


@pytest.fixture(scope="module")
def pusher(server: Server, template: str) -> Iterator[Pusher]:
    """A resource that all tests of the module read and none changes."""
    with lent_database(server, template) as database:
        pusher = Pusher(database, register())
        pusher.push([person(n) for n in range(20)])
        yield pusher


@pytest.fixture
def changing(database: Database) -> Pusher:
    pusher = Pusher(database, register())
    pusher.push([person(n) for n in range(20)])
    return pusher


def _query(pusher: Pusher, **parameters: str) -> Query:
    return parse_parameters(pusher.table.entry_id, list(parameters.items()))


def _ask(pusher: Pusher, query: Query, **grant_changes: Any) -> RowPage:
    permit = agency_permit(pusher.table, query, GRANTED, **grant_changes)
    with pusher.database.begin() as unit:
        return read_page(unit, compile_query(query, permit, pusher.table, KEY), READING)


def test_a_masked_item_leaves_masked(pusher: Pusher) -> None:
    row = _ask(pusher, _query(pusher, limit="1")).rows[0]
    assert row[:2] == ("410102***********0", "王*")


def test_columns_say_that_they_are_masked(pusher: Pusher) -> None:
    assert [column.is_masked for column in _ask(pusher, _query(pusher)).columns] == [True, True, False, False]


@pytest.mark.parametrize("column", ["spouse_id", "amount", "citizen_id'"])
def test_an_item_outside_the_permit_cannot_be_chosen(pusher: Pusher, column: str) -> None:
    query = Query(pusher.table.entry_id, items=("district", column))
    permit = agency_permit(pusher.table, Query(pusher.table.entry_id), GRANTED)
    with pytest.raises(UnknownItemError):
        compile_query(query, permit, pusher.table, KEY)


@pytest.mark.parametrize(
    "parameters", [{"amount": "1"}, {"name__prefix": "王"}, {"citizen_id__ge": "4"}, {"spouse_id": "1"}]
)
def test_a_withheld_masked_or_unknown_item_cannot_filter_and_is_not_named(
    pusher: Pusher, parameters: dict[str, str]
) -> None:
    permit = agency_permit(pusher.table, Query(pusher.table.entry_id), GRANTED)
    with pytest.raises(NotQueryableError) as caught:
        compile_query(_query(pusher, **parameters), permit, pusher.table, KEY)
    column = next(iter(parameters)).split("__", 1)[0]
    assert column not in str(caught.value) + str(caught.value.facts)


@pytest.mark.parametrize("column", ["amount", "citizen_id", "spouse_id"])
def test_a_withheld_masked_or_unknown_item_cannot_sort(pusher: Pusher, column: str) -> None:
    permit = agency_permit(pusher.table, Query(pusher.table.entry_id), GRANTED)
    with pytest.raises(NotQueryableError):
        compile_query(Query(pusher.table.entry_id, order=(Order(column),)), permit, pusher.table, KEY)


def test_a_masked_item_may_be_matched_where_the_grant_says_so(pusher: Pusher) -> None:
    query = _query(pusher, citizen_id=person(7)["citizen_id"])
    page = _ask(pusher, query, exact_match=frozenset({"citizen_id"}))
    assert [row[3] for row in page.rows] == [7]


def test_a_matchable_item_may_not_be_probed_under_or(pusher: Pusher) -> None:
    match = _query(pusher, citizen_id="x")
    permit = agency_permit(pusher.table, match, GRANTED, exact_match=frozenset({"citizen_id"}))
    probe = parse_parameters(
        pusher.table.entry_id,
        [("where", '{"or":[{"item":"citizen_id","op":"eq","value":"1"},{"item":"citizen_id","op":"eq","value":"2"}]}')],
    )
    with pytest.raises(NotQueryableError):
        compile_query(probe, permit, pusher.table, KEY)


def test_the_row_filter_of_the_grant_always_holds(pusher: Pusher) -> None:
    page = _ask(pusher, _query(pusher, persons__ge="5"), row_filter=(NARROWED,))
    assert [row[3] for row in page.rows] == [8, 13, 18]


def test_a_condition_of_the_requester_cannot_widen_the_row_filter(pusher: Pusher) -> None:
    where = '{"or":[{"item":"persons","op":"ge","value":0},{"item":"persons","op":"lt","value":0}]}'
    page = _ask(pusher, _query(pusher, where=where), row_filter=(NARROWED,))
    assert (len(page.rows), page.total.rows) == (4, 4)


@pytest.mark.parametrize(
    "entry", [("own_record", "S-1"), {"item": "district"}, {"item": "nowhere", "op": "eq", "value": "1"}, "true", None]
)
def test_a_row_filter_that_cannot_be_read_gives_nothing(pusher: Pusher, entry: object) -> None:
    with pytest.raises(RowFilterError):
        _ask(pusher, _query(pusher), row_filter=(entry,))


def test_a_permit_for_another_resource_opens_nothing(pusher: Pusher) -> None:
    query = _query(pusher)
    other = agency_permit(register(), query, GRANTED)
    with pytest.raises(PermitMismatchError):
        compile_query(query, other, pusher.table, KEY)


def test_a_query_for_another_resource_is_not_answered_by_this_table(pusher: Pusher) -> None:
    query = Query(register().entry_id)
    with pytest.raises(PermitMismatchError):
        compile_stream(query, open_permit(pusher.table, query), pusher.table)


def test_items_the_requester_has_no_grant_for_are_counted(pusher: Pusher) -> None:
    query = _query(pusher)
    facts = resource(item("persons", Sensitivity.INT), item("amount", Sensitivity.INT), id=str(pusher.table.entry_id))
    given = grant({"persons": Treatment.FULL}, resource_id=str(pusher.table.entry_id))
    permit = decide(request(), facts, given, PACK)
    assert isinstance(permit, Permit)
    with pusher.database.begin() as unit:
        page = read_page(unit, compile_query(query, permit, pusher.table, KEY), READING)
    assert (len(page.columns), page.unlisted) == (1, 1)


def _verify_permit(table: RowTable, key: str, **changes: Any) -> Permit:
    items = [item("citizen_id", masking="citizen_id"), item("name"), item("persons", Sensitivity.INT)]
    facts = resource(*items, id=str(table.entry_id))
    given = grant(
        {"citizen_id": Treatment.VERIFY_ONLY, "name": Treatment.VERIFY_ONLY, "persons": Treatment.FULL},
        resource_id=str(table.entry_id),
        **changes,
    )
    asked = request("name", action=Action.VERIFY, matched=frozenset({key}))
    permit = decide(asked, facts, given, PACK)
    assert isinstance(permit, Permit), permit
    return permit


def _look_up(pusher: Pusher, key: dict[str, object], **changes: Any) -> Found:
    permit = _verify_permit(pusher.table, next(iter(key)), **changes)
    lookup = compile_lookup(permit, pusher.table, key, ("name",))

    async def run() -> Found:
        async with await psycopg.AsyncConnection.connect(pusher.database.conninfo, autocommit=True) as connection:
            return await run_lookup(connection, lookup)

    return asyncio.run(run())


def test_a_lookup_reads_what_is_to_be_compared_of_one_record(pusher: Pusher) -> None:
    assert _look_up(pusher, {"citizen_id": person(3)["citizen_id"]}) == Found(
        {"name": "王芳"}, is_ambiguous=False, version=1
    )


def test_a_lookup_finds_nothing_under_an_unknown_key(pusher: Pusher) -> None:
    assert _look_up(pusher, {"citizen_id": "x"}) == Found(None, is_ambiguous=False, version=1)


def test_a_lookup_that_fits_several_records_is_ambiguous(changing: Pusher) -> None:
    changing.push([person(n, persons=1) for n in range(20)])
    assert _look_up(changing, {"persons": 1}) == Found(None, is_ambiguous=True, version=2)


def test_a_lookup_stays_inside_the_row_filter(pusher: Pusher) -> None:
    found = _look_up(pusher, {"citizen_id": person(4)["citizen_id"]}, row_filter=(NARROWED,))
    assert found.values is None


def test_a_lookup_by_an_item_that_may_not_be_matched_is_refused(pusher: Pusher) -> None:
    with pytest.raises(NotQueryableError):
        compile_lookup(_verify_permit(pusher.table, "citizen_id"), pusher.table, {"persons": "1"}, ("name",))


def test_a_lookup_of_an_item_outside_the_permit_is_refused(pusher: Pusher) -> None:
    with pytest.raises(NotQueryableError):
        compile_lookup(_verify_permit(pusher.table, "citizen_id"), pusher.table, {"citizen_id": "1"}, ("amount",))


def test_a_permit_for_reading_verifies_nothing(pusher: Pusher) -> None:
    query = _query(pusher, district="1")
    with pytest.raises(PermitMismatchError):
        compile_lookup(open_permit(pusher.table, query), pusher.table, {"district": "1"}, ("persons",))


def test_the_values_of_a_lookup_are_kept_out_of_repr(pusher: Pusher) -> None:
    assert "王芳" not in repr(_look_up(pusher, {"citizen_id": person(3)["citizen_id"]}))
