"""The feed: replayed from zero it is the table, from any cursor it is the difference, whatever is pushed meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.client import Hub
from hub.push.merge import MergeMode
from hub.rows.changes import ChangePage, Since, compile_changes, fetch_changes
from hub.rows.errors import FeedRestartedError, UnknownVersionError
from hub.rows.query import Query
from policies.facts import Treatment
from tests.hub.delivery.kit import FOLLOWER, NAME, STRANGER, USE, Copy, changes, upsert_stops
from tests.hub.delivery.kit import KEY as KEY_ITEM
from tests.hub.rows.builders import KEY, READING, Pusher, agency_permit, person, register
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from pathlib import Path

    from hub.database import Database
    from tests.support.hosted import HostedCity

ROWS = st.dictionaries(st.integers(0, 12), st.sampled_from([0, 1, 2]), max_size=10)
PUSHES = st.lists(st.tuples(st.sampled_from(list(MergeMode)), ROWS), min_size=1, max_size=6)
FULL = {"district": Treatment.FULL, "persons": Treatment.FULL}
FILTERS: tuple[tuple[Any, ...], ...] = ((), ({"item": "persons", "op": "ge", "value": 1},))


class Reader:
    """A subscriber at the level of rows: a copy kept by pages, on one connection."""

    def __init__(self, pusher: Pusher, row_filter: tuple[Any, ...]) -> None:
        self.pusher = pusher
        self.permit = agency_permit(pusher.table, Query(pusher.table.entry_id), FULL, row_filter=row_filter)
        self.rows: dict[int, tuple[Any, ...]] = {}
        self.at = 0
        self.cursor: str | None = None

    def read(self, limit: int) -> bool:
        """Apply one page; returns whether more is to come."""
        page = self._page(Since(self.at, limit, self.cursor))
        for change in page.changes:
            if change.values is None:
                self.rows.pop(change.row, None)
            else:
                self.rows[change.row] = change.values
        self.cursor = page.next_cursor
        if self.cursor is None:
            self.at = page.to
        return self.cursor is not None

    def catch_up(self, limit: int) -> None:
        """Read to the end."""
        while self.read(limit):
            pass

    def _page(self, since: Since) -> ChangePage:
        feed = compile_changes(since, self.permit, self.pusher.table, KEY)

        async def fetch() -> ChangePage:
            conninfo = self.pusher.database.conninfo
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                return await fetch_changes(connection, feed, READING)

        return asyncio.run(fetch())


def visible(pusher: Pusher, row_filter: tuple[Any, ...]) -> dict[int, tuple[Any, ...]]:
    rows = pusher.rows("_row, district, persons", "persons >= 1" if row_filter else "true")
    return {row[0]: row[1:] for row in rows}


def push(pusher: Pusher, mode: MergeMode, values: dict[int, int]) -> None:
    pusher.push([person(n, persons=value, district=f"{n:06d}") for n, value in values.items()], mode, allow_shrink=True)


@pytest.mark.parametrize("row_filter", FILTERS, ids=["all rows", "rows of a filter"])
@given(pushes=PUSHES, limit=st.sampled_from([1, 2, 5, 100]))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replayed_from_zero_and_from_every_cursor_the_feed_gives_the_table(
    database: Database, row_filter: tuple[Any, ...], pushes: list[tuple[MergeMode, dict[int, int]]], limit: int
) -> None:
    pusher = Pusher(database, register())
    readers: list[Reader] = []
    for mode, values in pushes:
        push(pusher, mode, values)
        readers.append(Reader(pusher, row_filter))
        readers[-1].catch_up(limit)
        assert readers[-1].rows == visible(pusher, row_filter)
    for reader in readers:
        reader.catch_up(limit)
    assert [reader.rows for reader in readers] == [visible(pusher, row_filter)] * len(readers)


@pytest.mark.parametrize("row_filter", FILTERS, ids=["all rows", "rows of a filter"])
@given(pushes=PUSHES, steps=st.lists(st.booleans(), min_size=1, max_size=20))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pushes_between_two_pages_lose_nothing(
    database: Database, row_filter: tuple[Any, ...], pushes: list[tuple[MergeMode, dict[int, int]]], steps: list[bool]
) -> None:
    pusher = Pusher(database, register())
    waiting = list(pushes)
    push(pusher, *waiting.pop(0))
    reader = Reader(pusher, row_filter)
    for reads in steps:
        if reads or not waiting:
            reader.read(2)
        else:
            push(pusher, *waiting.pop(0))
    reader.catch_up(2)
    reader.catch_up(2)
    assert reader.rows == visible(pusher, row_filter)


def test_a_reader_ahead_of_the_resource_is_told_so(database: Database) -> None:
    pusher = Pusher(database, register())
    push(pusher, MergeMode.FULL, {1: 1})
    reader = Reader(pusher, ())
    reader.at = 7
    with pytest.raises(UnknownVersionError):
        reader.read(5)


def test_a_copy_made_of_other_items_must_begin_anew(database: Database) -> None:
    pusher = Pusher(database, register())
    permit = Reader(pusher, ()).permit
    with pytest.raises(FeedRestartedError):
        compile_changes(Since(3, snapshot="0" * 24), permit, pusher.table, KEY)


@pytest.fixture(scope="module")
def follower(delivering_city: HostedCity) -> Hub:
    return delivering_city.people.system(FOLLOWER)


def test_a_granted_system_keeps_a_copy_by_the_feed(delivering_city: HostedCity, follower: Hub, tmp_path: Path) -> None:
    copy = Copy()
    copy.catch_up(lambda **asked: changes(follower, **asked, **USE), limit=700)
    first = len(copy.rows)
    upsert_stops(delivering_city.people, tmp_path, {"ZZ90001": "甲站", "ZZ90002": "乙站"})
    copy.catch_up(lambda **asked: changes(follower, **asked, **USE), limit=700)
    fresh = Copy()
    fresh.catch_up(lambda **asked: changes(follower, **asked, **USE))
    assert (len(copy.rows) - first, copy.contents()) == (2, fresh.contents())


def test_the_receipt_of_a_page_says_from_where_to_where(follower: Hub) -> None:
    answer = follower.raw("GET", f"/api/v1/data/{BUS_STOPS}/changes", params={"limit": 5, **USE})
    bundle = acts.bundle_of(follower, answer.headers["Receipt"])
    assert b"receipt" in bundle


def test_the_page_names_what_is_left_out_and_what_follows(follower: Hub) -> None:
    page = changes(follower, limit=5, **USE)
    assert (page["returned"], page["has_more"], page["to"], page["from"]) == (5, True, 0, 0)


def test_without_purpose_nothing_is_given(follower: Hub) -> None:
    problem = acts.problem_of(lambda: changes(follower, limit=5, case_number=acts.CASE))
    assert (problem.status, problem.problem["position"]) == (400, "purpose")


def test_with_another_purpose_than_the_granted_one_a_system_is_denied(follower: Hub) -> None:
    problem = acts.problem_of(lambda: changes(follower, RESIDENTS, purpose="别的用途", case_number=acts.CASE))
    assert (problem.status, problem.problem["type"]) == (403, "/problems/denied")


def test_masked_items_come_masked_and_the_feed_says_so(follower: Hub) -> None:
    page = changes(follower, RESIDENTS, limit=1, **USE)
    masked = {column["column"] for column in page["columns"] if column["masked"]}
    assert ({KEY_ITEM, NAME} <= masked, "*" in page["changes"][0]["values"][KEY_ITEM]) == (True, True)


def test_the_public_follows_what_is_open(delivering_city: HostedCity) -> None:
    with Hub(delivering_city.url) as public:
        page = public.call("GET", f"/api/v1/data/{BUS_STOPS}/changes", params={"limit": 3})
    assert (page["returned"], "receipt" in page) == (3, False)


def test_the_public_gets_nothing_of_a_closed_register(delivering_city: HostedCity) -> None:
    with Hub(delivering_city.url) as public:
        problem = acts.problem_of(lambda: public.call("GET", f"/api/v1/data/{MARRIAGES}/changes"))
    assert problem.status in {403, 404}


def test_a_cursor_of_one_system_is_no_cursor_of_another_grant(delivering_city: HostedCity, follower: Hub) -> None:
    acts.ask_for(delivering_city.people, STRANGER, BUS_STOPS, {"zhandian_bianma": "full"}, modes=["subscribe"])
    cursor = changes(follower, limit=5, **USE)["next"]
    stranger = delivering_city.people.system(STRANGER)
    problem = acts.problem_of(lambda: changes(stranger, limit=5, cursor=cursor, **USE))
    assert (problem.status, problem.problem["type"]) == (400, "/problems/cursor")


@pytest.mark.parametrize("parameters", [{"after": -1}, {"after": "x"}, {"limit": 0}, {"limit": 10**6}, {"cursor": "x"}])
def test_bad_parameters_are_problems(follower: Hub, parameters: dict[str, Any]) -> None:
    problem = acts.problem_of(lambda: changes(follower, **parameters, **USE))
    assert problem.status in {400, 422}


def test_a_reader_who_claims_to_be_ahead_gets_a_problem(follower: Hub) -> None:
    problem = acts.problem_of(lambda: changes(follower, after=10**6, **USE))
    assert problem.problem["type"] == "/problems/unknown-version"


def test_a_new_item_in_the_grant_makes_the_reader_begin_anew(delivering_city: HostedCity, follower: Hub) -> None:
    page = changes(follower, limit=5, items="zhandian_bianma", **USE)
    problem = acts.problem_of(
        lambda: changes(follower, after=1, snapshot=page["snapshot"], items="zhandian_bianma,daolu", **USE)
    )
    assert (problem.status, problem.problem["type"]) == (409, "/problems/feed-restarted")
