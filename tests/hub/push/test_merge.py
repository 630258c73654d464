"""A push becomes a version: what is new, changed, missing, unchanged, and what must not happen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import polars as pl
import pytest

from hub.push.merge import (
    DuplicateKeyError,
    Merge,
    MergeCounts,
    MergeMode,
    NoKeyError,
    Rejected,
    ShrinkError,
    UnstorableRowError,
    merge,
)
from hub.rows.tables import RowTable, index_items, lock, state
from tests.hub.rows.builders import ITEMS, Pusher, frame, person, register, rejected

if TYPE_CHECKING:
    from hub.database import Database

TWENTY = [person(number) for number in range(20)]


@pytest.fixture
def pusher(database: Database) -> Pusher:
    return Pusher(database, register())


def test_a_first_push_inserts_every_row(pusher: Pusher) -> None:
    assert pusher.push(TWENTY) == MergeCounts(inserted=20, rows=20)


def test_rows_are_numbered_in_the_order_of_the_file(pusher: Pusher) -> None:
    pusher.push(reversed(TWENTY))
    assert [row[0] for row in pusher.rows("_row")] == list(range(20, 0, -1))


def test_the_same_file_again_writes_nothing(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    before = pusher.rows("ctid, xmin, *")
    counts = pusher.push(TWENTY)
    assert (counts, pusher.rows("ctid, xmin, *")) == (MergeCounts(unchanged=20, rows=20), before)


def test_only_the_changed_row_is_rewritten(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    counts = pusher.push([*TWENTY[:19], person(19, name="李娜")])
    assert counts == MergeCounts(changed=1, unchanged=19, rows=20)
    assert pusher.rows("name", "_push = 2") == [("李娜",)]


def test_a_changed_row_keeps_its_number(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    pusher.push([person(7, name="李娜")], MergeMode.UPSERT)
    assert pusher.rows("_row", "name = '李娜'") == [(8,)]


def test_a_row_missing_from_a_full_push_is_closed(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    assert pusher.push(TWENTY[1:]) == MergeCounts(unchanged=19, closed=1, rows=19)


def test_a_row_missing_from_an_upsert_stays(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    counts = pusher.push([person(3, persons=99), person(40)], MergeMode.UPSERT)
    assert counts == MergeCounts(inserted=1, changed=1, rows=21)


def test_a_value_may_become_missing_and_come_back(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    pusher.push([person(3, name=None)], MergeMode.UPSERT)
    assert pusher.push([person(3)], MergeMode.UPSERT).changed == 1


def test_the_empty_text_and_the_missing_value_stay_different(pusher: Pusher) -> None:
    pusher.push([person(1, name=""), person(2, name=None)])
    assert pusher.rows("name") == [("",), (None,)]


@pytest.mark.parametrize("text", ["\\.", "a,b", '"', "第一行\n第二行", "a\\nb", " 空格 ", "NULL", "\r", "𠮷"])
def test_any_text_is_stored_as_it_is(pusher: Pusher, text: str) -> None:
    pusher.push([person(1, name=text)])
    pusher.push([person(1, name=text)])
    assert pusher.rows("name, _push") == [(text, 1)]


def test_a_push_that_closes_too_many_rows_is_stopped(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    with pytest.raises(ShrinkError):
        pusher.push(TWENTY[:13])
    assert len(pusher.rows()) == 20


def test_a_push_may_close_many_rows_with_consent(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    assert pusher.push(TWENTY[:13], allow_shrink=True).closed == 7


def test_an_entry_may_hold_a_push_that_closes_fewer_rows(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    with pytest.raises(ShrinkError, match="条目规定的 1 行"):
        pusher.push(TWENTY[:18], hold_rows=1)


def test_an_entry_may_let_more_rows_go_without_consent(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    assert pusher.push(TWENTY[:10], hold_rows=10).closed == 10


def test_a_small_resource_may_shrink_without_consent(pusher: Pusher) -> None:
    pusher.push(TWENTY[:9])
    assert pusher.push(TWENTY[:1]).closed == 8


def test_a_rejected_row_keeps_its_earlier_good_version(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    keep = rejected([TWENTY[0]["citizen_id"]])
    counts = pusher.push(TWENTY[2:], rejected=lambda: keep)
    assert counts == MergeCounts(unchanged=18, closed=1, held=1, rows=19)


def test_a_rejected_row_without_a_readable_key_keeps_all_missing_rows(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    counts = pusher.push(TWENTY[2:], rejected=lambda: Rejected(None, unidentified=1))
    assert (counts.closed, counts.held) == (0, 2)


@pytest.mark.parametrize("mode", [MergeMode.FULL, MergeMode.UPSERT, MergeMode.APPEND])
@pytest.mark.parametrize("again", [person(3), person(3, name="李娜"), person(30)])
def test_a_key_that_comes_twice_is_refused(pusher: Pusher, mode: MergeMode, again: dict[str, object]) -> None:
    pusher.push(TWENTY)
    with pytest.raises(DuplicateKeyError):
        pusher.push([*TWENTY, person(30, name="刘洋"), again], mode)


def test_a_first_push_with_a_key_twice_is_refused(pusher: Pusher) -> None:
    with pytest.raises(DuplicateKeyError):
        pusher.push([person(1), person(1)])


def test_a_value_postgresql_cannot_store_is_refused_without_naming_it(pusher: Pusher) -> None:
    with pytest.raises(UnstorableRowError) as caught:
        pusher.push([person(1, name="秘密\0")])
    assert "秘密" not in str(caught.value)


def test_a_push_that_fails_leaves_nothing_behind(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    with pytest.raises(DuplicateKeyError):
        pusher.push([person(50), person(50)], MergeMode.UPSERT)
    with pusher.database.begin() as unit:
        assert state(unit, pusher.table.entry_id).version == 1


def test_two_merges_may_share_a_transaction(database: Database) -> None:
    table = register()
    Pusher(database, table).push(TWENTY)
    with database.begin() as unit:
        merge(unit, Merge(table, 2, MergeMode.UPSERT), [frame([person(1, persons=5)])])
        counts = merge(unit, Merge(table, 3, MergeMode.FULL), [frame(TWENTY)])
    assert counts == MergeCounts(changed=1, unchanged=19, rows=20)


def test_rows_without_a_key_are_told_apart_by_their_content(database: Database) -> None:
    pusher = Pusher(database, RowTable(register().entry_id, ITEMS, ()))
    pusher.push(TWENTY)
    assert pusher.push([*TWENTY[1:], person(30)]) == MergeCounts(inserted=1, unchanged=19, closed=1, rows=20)


def test_an_upsert_needs_a_key(database: Database) -> None:
    with pytest.raises(NoKeyError):
        Pusher(database, RowTable(register().entry_id, ITEMS, ())).push(TWENTY, MergeMode.UPSERT)


def test_rows_of_an_older_checksum_are_not_rewritten_but_their_checksum_is_renewed(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    with pusher.database.begin() as unit:
        unit.driver.execute(f"UPDATE data.r_{pusher.table.entry_id.hex} SET _sum_a = _sum_a + 1".encode())
    counts = pusher.push(TWENTY)
    assert (counts, pusher.push(TWENTY)) == (MergeCounts(unchanged=20, rows=20), MergeCounts(unchanged=20, rows=20))
    assert pusher.rows("DISTINCT citizen_id, _push", "_push <> 1") == []


def test_item_indexes_left_for_later_are_built_on_request(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    with pusher.database.begin() as unit:
        index_items(unit, pusher.table)
        found = unit.driver.execute(
            "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%(district, _row)'"
        ).fetchone()
    assert found == (1,)


def test_two_pushes_at_once_to_one_resource_follow_each_other(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    batches = [[person(100 + 10 * worker + n) for n in range(10)] for worker in range(4)]
    workers = [threading.Thread(target=_upsert, args=(pusher, rows)) for rows in batches]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with pusher.database.begin() as unit:
        assert (state(unit, pusher.table.entry_id).version, len(pusher.rows())) == (5, 60)


def _upsert(pusher: Pusher, rows: list[dict[str, object]]) -> None:
    with pusher.database.begin() as unit:
        lock(unit, pusher.table.entry_id)
        number = state(unit, pusher.table.entry_id).version + 1
        merge(unit, Merge(pusher.table, number, MergeMode.UPSERT), [frame(rows)])


def test_a_reader_is_not_blocked_by_a_push_and_sees_the_earlier_version(pusher: Pusher) -> None:
    pusher.push(TWENTY)
    with pusher.database.begin() as unit:
        merge(unit, Merge(pusher.table, 2, MergeMode.FULL), [frame(TWENTY[1:])])
        assert len(pusher.rows()) == 20


def test_a_push_of_no_rows_to_a_new_resource_makes_an_empty_version(pusher: Pusher) -> None:
    assert pusher.push([]) == MergeCounts()


def test_times_with_a_zone_are_stored_as_local_time(pusher: Pusher) -> None:
    chunk = frame([person(1)]).with_columns(pl.col("updated").dt.replace_time_zone("UTC"))
    with pusher.database.begin() as unit:
        merge(unit, Merge(pusher.table, 1, MergeMode.FULL), [chunk])
    assert pusher.rows("updated::text") == [("2026-01-02 11:01:00",)]
