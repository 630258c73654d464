"""Identity numbers stand sealed in the rows, and nobody who may see them notices."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import polars as pl
import psycopg
import pytest

from hub.push.loop.difference_store import changed_rows
from hub.push.merge import MergeMode
from hub.push.rule_sets.reference_store import StoredValues
from hub.push.rule_sets.store import write_current
from hub.rows import difference, erasing, record
from hub.rows.aggregate import compile_aggregation, parse_aggregation, run_aggregation
from hub.rows.changes import Since, compile_changes, fetch_changes
from hub.rows.completing import PLACE, numbered_rows, standing_rows
from hub.rows.errors import QueryError, RowFilterError
from hub.rows.lookup import compile_lookup, run_lookup
from hub.rows.matching import compile_match, run_match
from hub.rows.offsets import Slice, read_slice, stream_slice
from hub.rows.sealed import holds_number
from policies.facts import Action, Treatment
from tests.conftest import lent_database
from tests.hub.rows.builders import KEY, READING, Pusher, person
from tests.hub.sealing.kit import FULL, asked, equals, number, page, permit, sealed_register, streams, with_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.database import Database
    from tests.conftest import Server

ROWS = [person(n) for n in range(20)]


@pytest.fixture(scope="module")
def pusher(server: Server, template: str) -> Iterator[Pusher]:
    """A register all tests of the module read and none changes: pushed twice, so that it has a history."""
    with lent_database(server, template) as database:
        pusher = sealed_register(database, 1)
        pusher.push(ROWS)
        pusher.push([person(0, persons=100), person(1, persons=101)], MergeMode.UPSERT)
        yield pusher


@pytest.fixture
def changing(database: Database) -> Pusher:
    pusher = sealed_register(database, 1)
    pusher.push(ROWS)
    return pusher


def test_no_number_stands_in_the_clear_in_current_rows_or_history(pusher: Pusher) -> None:
    with pusher.database.begin() as unit:
        stored = [
            str(row[0])
            for place in (pusher.table.current, pusher.table.history)
            for row in unit.driver.execute(psycopg.sql.SQL("SELECT citizen_id FROM {}").format(place))
        ]
    assert len(stored) == 22
    assert all(text.startswith("~1.") for text in stored)


def test_a_page_shows_the_numbers_that_were_pushed(pusher: Pusher) -> None:
    assert [row[0] for row in page(pusher)] == [number(n) for n in range(20)]


def test_streams_and_exports_show_the_numbers_that_were_pushed(pusher: Pusher) -> None:
    rows, texts = streams(pusher)
    assert sorted(rows) == sorted(texts) == [number(n) for n in range(20)]


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("eq", number(3), [3]),
        ("in", [number(3), number(5), number(77)], [3, 5]),
        ("ne", number(3), [n for n in range(20) if n != 3]),
        ("is_null", True, []),
    ],
)
def test_equality_finds_rows(pusher: Pusher, op: str, value: object, expected: list[int]) -> None:
    found = page(pusher, {"item": "citizen_id", "op": op, "value": value})
    assert [row[0] for row in found] == [number(n) for n in expected]


def test_a_version_shows_its_numbers(pusher: Pusher) -> None:
    assert page(pusher, equals(0), as_of=1) == [(number(0), 0, "410100")]


@pytest.mark.parametrize("op", ["lt", "ge", "prefix", "contains"])
def test_a_comparison_other_than_equality_is_refused_with_its_reason(pusher: Pusher, op: str) -> None:
    with pytest.raises(QueryError, match="stored sealed") as caught:
        page(pusher, {"item": "citizen_id", "op": op, "value": "4101"})
    assert caught.value.position == "citizen_id"


def test_sorting_by_a_sealed_item_is_refused_with_its_reason(pusher: Pusher) -> None:
    with pytest.raises(QueryError, match="stored sealed"):
        page(pusher, order=["citizen_id"])


def test_a_grant_whose_rows_are_chosen_by_a_part_of_the_number_gives_nothing(pusher: Pusher) -> None:
    query = asked(pusher)
    given = permit(pusher, query, row_filter=({"item": "citizen_id", "op": "prefix", "value": "4101"},))
    with pytest.raises(RowFilterError):
        compile_changes(Since(), given, pusher.table, KEY)


def test_the_sealed_text_itself_finds_nothing(pusher: Pusher) -> None:
    with pusher.database.begin() as unit:
        place = psycopg.sql.SQL("SELECT citizen_id FROM {} LIMIT 1").format(pusher.table.current)
        ((text,),) = unit.driver.execute(place).fetchall()
    assert page(pusher, {"item": "citizen_id", "op": "eq", "value": text}) == []


def test_a_mask_is_put_on_the_number_and_not_on_its_sealed_text(pusher: Pusher) -> None:
    query = asked(pusher)
    given = permit(pusher, query, {**FULL, "citizen_id": Treatment.MASKED})
    with pusher.database.begin() as unit:
        found = read_slice(unit, query, given, pusher.table, Slice(1)).rows[0][0]
    assert str(found).startswith("4")
    assert "*" in str(found)


def test_slices_and_their_streams_show_the_numbers(pusher: Pusher) -> None:
    query = asked(pusher)
    given = permit(pusher, query)
    with pusher.database.begin() as unit:
        paged = [row[0] for row in read_slice(unit, query, given, pusher.table, Slice(5, 10)).rows]
    stream = stream_slice(pusher.database, query, given, pusher.table, Slice(None))
    texts = [text for frame in stream.frames() for text in frame["citizen_id"].to_list()]
    rows = [row[0] for batch in stream.batches() for row in batch]
    assert paged == [number(n) for n in range(10, 15)]
    assert texts == rows == [number(n) for n in range(20)]


def test_a_lookup_finds_by_number_and_reads_it(pusher: Pusher) -> None:
    given = permit(pusher, action=Action.VERIFY, matched=frozenset({"citizen_id"}))
    lookup = compile_lookup(given, pusher.table, {"citizen_id": number(4)}, ("citizen_id", "persons"))

    async def run() -> object:
        async with await psycopg.AsyncConnection.connect(pusher.database.conninfo, autocommit=True) as connection:
            return (await run_lookup(connection, lookup)).values

    assert asyncio.run(run()) == {"citizen_id": number(4), "persons": 4}


def test_a_batch_match_finds_by_number_and_reads_it(pusher: Pusher) -> None:
    given = permit(pusher, action=Action.MATCH, matched=frozenset({"citizen_id"}))
    matcher = compile_match(given, pusher.table, ("citizen_id",), ("citizen_id", "persons"))
    records = run_match(pusher.database, matcher, [(number(n),) for n in (4, 99, 7)])
    assert {place: values for place, (_, values) in records.found.items()} == {0: (number(4), 4), 2: (number(7), 7)}


def test_changes_tell_the_numbers(pusher: Pusher) -> None:
    given = permit(pusher, action=Action.SUBSCRIBE)
    feed = compile_changes(Since(after=1), given, pusher.table, KEY)

    async def run() -> list[Any]:
        async with await psycopg.AsyncConnection.connect(pusher.database.conninfo, autocommit=True) as connection:
            found = await fetch_changes(connection, feed, READING)
        return [change.values and change.values[0] for change in found.changes]

    assert asyncio.run(run()) == [number(0), number(1)]


def test_aggregates_count_persons_and_name_groups_by_their_numbers(pusher: Pusher) -> None:
    given = permit(pusher, None, dict.fromkeys(FULL, Treatment.AGGREGATE_ONLY), action=Action.AGGREGATE)
    wanted = parse_aggregation(pusher.table.entry_id, ["citizen_id"], ["count"])
    compiled = compile_aggregation(wanted, given, pusher.table)

    async def run() -> tuple[object, ...]:
        async with await psycopg.AsyncConnection.connect(pusher.database.conninfo, autocommit=True) as connection:
            return (await run_aggregation(connection, compiled, frozenset())).categories[0]

    assert asyncio.run(run()) == tuple(number(n) for n in range(20))


def test_the_difference_of_two_versions_shows_numbers(pusher: Pusher, changing: Pusher) -> None:
    changing.push([person(30)], MergeMode.UPSERT)
    with changing.database.begin() as unit:
        found = difference.difference(unit, changing.table, (1, 2))
    assert found.added == 1
    assert found.rows[0].after is not None
    assert found.rows[0].after[0] == number(30)


def test_a_record_is_located_by_its_number_and_its_digest_is_of_the_number(pusher: Pusher) -> None:
    with pusher.database.begin() as unit:
        (place,) = record.locate(unit, pusher.table, {"citizen_id": number(6)})
        digest = record.digest_of(unit, pusher.table, place.row, "citizen_id", lambda text: text[-4:])
    assert (place.row, digest) == (7, "0006")


def test_what_stands_under_a_key_comes_back_as_it_was_pushed(pusher: Pusher) -> None:
    with pusher.database.begin() as unit:
        by_key = standing_rows(unit, pusher.table, [{"citizen_id": number(9)}, {"citizen_id": number(99)}])
        by_row = numbered_rows(unit, pusher.table, [10])
    assert by_key.select(PLACE, "citizen_id").rows() == by_row.select(PLACE, "citizen_id").rows() == [(0, number(9))]


def test_examples_of_changed_rows_show_masked_numbers_and_not_sealed_texts(pusher: Pusher) -> None:
    with pusher.database.begin() as unit:
        found = changed_rows(unit, pusher.table, 2)
    assert found
    assert all(not str(one["key"]["citizen_id"]).startswith("~") for one in found)
    assert [[each["item"] for each in one["items"]] for one in found] == [["persons"], ["persons"]]


def test_a_rule_finds_the_numbers_of_another_resource(pusher: Pusher) -> None:
    with pusher.database.begin() as unit:
        values = StoredValues(unit.connection.engine, pusher.table, "citizen_id")
    held = values.holds(pl.Series(["4" * 18, number(2), number(3)]))
    assert held.to_list() == [False, True, True]


def test_rules_are_tried_on_the_numbers_that_were_pushed(pusher: Pusher, tmp_path: Path) -> None:
    with pusher.database.begin() as unit:
        write_current(unit, pusher.table, tmp_path / "rows.csv")
    frame = pl.read_csv(tmp_path / "rows.csv", infer_schema=False)
    assert frame["citizen_id"].to_list() == [number(n) for n in range(20)]


def test_a_full_push_of_the_same_rows_changes_nothing(changing: Pusher) -> None:
    counts = changing.push(ROWS)
    assert (counts.unchanged, counts.inserted, counts.changed, counts.closed) == (20, 0, 0, 0)


def test_upsert_append_and_delete_meet_the_rows_of_their_keys(changing: Pusher) -> None:
    upserted = changing.push([person(0, persons=9), person(50)], MergeMode.UPSERT)
    appended = changing.push([person(1), person(51)], MergeMode.APPEND)
    deleted = changing.push([person(0), person(51)], MergeMode.DELETE)
    assert (upserted.inserted, upserted.changed) == (1, 1)
    assert (appended.inserted, appended.unchanged) == (1, 1)
    assert deleted.closed == 2


def test_rows_are_erased_by_their_numbers_everywhere(changing: Pusher) -> None:
    changing.push([person(0, persons=9)], MergeMode.UPSERT)
    with changing.database.begin() as unit:
        gone = erasing.erase(unit, changing.table, 3, pl.DataFrame({"citizen_id": [number(0)]}))
    assert (gone.current, gone.states) == (1, 1)


def test_rows_pushed_before_numbers_were_sealed_still_read_right(database: Database) -> None:
    plain = with_keys(sealed_register(database, 1))
    plain.push(ROWS)
    sealed = with_keys(plain, 1)
    assert page(sealed, equals(3)) == [(number(3), 3, "410103")]
    assert sealed.push([person(3, persons=9)], MergeMode.UPSERT).changed == 1
    assert page(sealed, equals(3)) == [(number(3), 9, "410103")]


def test_rows_that_are_sealed_are_not_written_without_the_seals(changing: Pusher) -> None:
    with pytest.raises(ValueError, match="sealed"):
        with_keys(changing).push(ROWS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"check": "citizen_id"}, True),
        ({"masking": "citizen_id"}, True),
        ({"element": "P010"}, True),
        ({"check": "organisation_code"}, False),
        ({}, False),
    ],
)
def test_an_item_is_sealed_by_what_it_says_of_itself(changes: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    from catalogue.item import DataType, Item

    assert holds_number(Item("号码", "number", DataType.TEXT, **changes)) is expected  # type: ignore[arg-type]
