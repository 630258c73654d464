"""A push that only adds, and one that only names rows to close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hub.push.merge import DuplicateKeyError, MergeCounts, MergeMode, ShrinkError
from hub.rows.tables import RowTable
from tests.hub.rows.builders import ITEMS, Pusher, person, register

if TYPE_CHECKING:
    from hub.database import Database

TWENTY = [person(number) for number in range(20)]


class _Lines:
    """Takes the lines a merge gives back."""

    def __init__(self) -> None:
        self.found: list[int] = []

    def __call__(self, lines: pl.Series) -> None:
        self.found += lines.to_list()


def _lined(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [row | {"_line": number} for number, row in enumerate(rows, 2)]


@pytest.fixture
def pusher(database: Database) -> Pusher:
    made = Pusher(database, register())
    made.schema = {**made.schema, "_line": pl.Int64}
    return made


def test_an_append_adds_rows_and_leaves_the_others(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    before = pusher.rows("ctid, xmin, *")
    counts = pusher.push(_lined(person(30), person(31)), MergeMode.APPEND)
    assert counts == MergeCounts(inserted=2, rows=22)
    assert pusher.rows("ctid, xmin, *", "_push = 1") == before


def test_an_append_may_be_the_first_push(pusher: Pusher) -> None:
    assert pusher.push(_lined(*TWENTY), MergeMode.APPEND) == MergeCounts(inserted=20, rows=20)


def test_an_append_gives_back_a_key_that_is_taken_by_other_values(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    lines = _Lines()
    rows = _lined(person(30), person(3, name="李娜"), person(31))
    counts = pusher.push(rows, MergeMode.APPEND, refuse=lines)
    assert (counts, lines.found) == (MergeCounts(inserted=2, refused=1, rows=22), [3])
    assert pusher.rows("name", "persons = 3") == [("王芳",)]


def test_an_append_of_a_row_that_is_there_already_changes_nothing(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    before = pusher.rows("ctid, xmin, *")
    assert pusher.push(_lined(person(3)), MergeMode.APPEND) == MergeCounts(unchanged=1, rows=20)
    assert pusher.rows("ctid, xmin, *") == before


def test_an_append_with_a_new_key_twice_is_refused(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    with pytest.raises(DuplicateKeyError):
        pusher.push(_lined(person(30), person(30, name="李娜")), MergeMode.APPEND)


def test_a_resource_without_a_key_takes_whatever_content_is_new(database: Database) -> None:
    pusher = Pusher(database, RowTable(register().entry_id, ITEMS, ()))
    pusher.push(TWENTY)
    counts = pusher.push([person(3, name="李娜"), person(4)], MergeMode.APPEND)
    assert counts == MergeCounts(inserted=1, unchanged=1, rows=21)


KEYS = {"citizen_id": pl.String, "_line": pl.Int64}


def _named(pusher: Pusher, *numbers: int, **options: Any) -> MergeCounts:
    schema, pusher.schema = pusher.schema, KEYS
    try:
        rows = [{"citizen_id": person(number)["citizen_id"]} for number in numbers]
        return pusher.push(_lined(*rows), MergeMode.DELETE, **options)
    finally:
        pusher.schema = schema


def test_a_delete_closes_the_rows_whose_keys_it_names(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    assert _named(pusher, 3, 5) == MergeCounts(closed=2, rows=18)
    assert pusher.rows("count(*)", "persons IN (3, 5)  GROUP BY citizen_id") == []


def test_a_delete_keeps_the_closed_rows_in_history_with_their_line(pusher: Pusher, database: Database) -> None:
    pusher.push(_lined(*TWENTY))
    _named(pusher, 3)
    with database.begin() as unit:
        text = f"SELECT persons, _push, _until, _line FROM data.h_{pusher.table.entry_id.hex}"
        assert unit.driver.execute(text.encode()).fetchall() == [(3, 1, 2, 5)]


def test_a_delete_gives_back_keys_that_name_no_row(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    lines = _Lines()
    assert _named(pusher, 3, 77, 78, refuse=lines) == MergeCounts(closed=1, refused=2, rows=19)
    assert lines.found == [3, 4]


def test_a_delete_of_too_many_rows_is_stopped(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    with pytest.raises(ShrinkError):
        _named(pusher, *range(7))
    assert len(pusher.rows()) == 20


def test_a_delete_of_many_rows_may_be_consented_to(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    assert _named(pusher, *range(7), allow_shrink=True).closed == 7


def test_a_delete_from_a_resource_without_rows_gives_every_key_back(pusher: Pusher) -> None:
    assert _named(pusher, 1, 2) == MergeCounts(refused=2)
    assert pusher.push(_lined(*TWENTY)).inserted == 20


def test_a_row_of_a_resource_without_a_key_is_named_by_its_content(database: Database) -> None:
    pusher = Pusher(database, RowTable(register().entry_id, ITEMS, ()))
    pusher.push(TWENTY)
    assert pusher.push([person(3), person(3, name="李娜")], MergeMode.DELETE) == MergeCounts(
        closed=1, refused=1, rows=19
    )


def test_a_row_keeps_the_line_of_the_push_that_wrote_it(pusher: Pusher) -> None:
    pusher.push(_lined(*TWENTY))
    pusher.push(_lined(person(0), person(1, name="李娜")), MergeMode.UPSERT)
    assert pusher.rows("_push, _line", "persons < 3") == [(1, 2), (2, 3), (1, 4)]


def test_a_table_made_before_lines_were_kept_gets_them_with_its_next_push(pusher: Pusher, database: Database) -> None:
    pusher.push(_lined(*TWENTY))
    with database.begin() as unit:
        for kind in ("r", "h"):
            unit.driver.execute(f"ALTER TABLE data.{kind}_{pusher.table.entry_id.hex} DROP COLUMN _line".encode())
    pusher.push(_lined(person(40)), MergeMode.UPSERT)
    assert pusher.rows("_push, _line", "persons IN (1, 40)") == [(1, None), (2, 2)]
