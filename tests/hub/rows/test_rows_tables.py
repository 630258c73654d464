"""The typed tables: names, types, indexes, and what a new version of an entry may change."""

from __future__ import annotations

import dataclasses
import uuid
from typing import TYPE_CHECKING

import polars as pl
import pytest

from catalogue.item import CodeListRef, DataType, Item
from hub.rows.errors import ColumnNameError, SchemaChangeError
from hub.rows.tables import RowTable, ensure, index_items, sql_type
from tests.hub.rows.builders import ITEMS, SCHEMA, Pusher, person, register

if TYPE_CHECKING:
    from hub.database import Database


@pytest.mark.parametrize("column", ["", "A", "1a", "a-b", "a b", 'a"b', "a;b", "_row", "x" * 60, "名", "a\n", "a'--"])
def test_a_column_name_that_is_no_identifier_never_reaches_sql(column: str) -> None:
    with pytest.raises(ColumnNameError):
        RowTable(uuid.uuid4(), (Item("名", column, DataType.TEXT),), ())


def test_two_items_cannot_share_a_column() -> None:
    with pytest.raises(ColumnNameError):
        RowTable(uuid.uuid4(), (ITEMS[0], ITEMS[0]), ())


def test_the_key_is_made_of_items() -> None:
    with pytest.raises(ColumnNameError):
        RowTable(uuid.uuid4(), ITEMS, ("nowhere",))


@pytest.mark.parametrize("column", ["a", "x" * 59, "select", "order", "t", "c0", "page", "piece", "version"])
def test_any_other_name_is_a_usable_column(database: Database, column: str) -> None:
    items = (Item("名", column, DataType.TEXT, code_list=CodeListRef("gender", "1")), ITEMS[5])
    with database.begin() as unit:
        assert ensure(unit, RowTable(uuid.uuid4(), items, ("persons",)))


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (Item("数", "n", DataType.NUMBER, 18, 0), "bigint"),
        (Item("数", "n", DataType.NUMBER, 19, 0), "numeric"),
        (Item("数", "n", DataType.NUMBER, 10, 2), "numeric"),
        (Item("数", "n", DataType.NUMBER), "numeric"),
    ],
)
def test_numbers_are_stored_exactly(item: Item, kind: str) -> None:
    assert sql_type(item) == kind


@pytest.mark.parametrize("letter", list(DataType))
def test_every_type_letter_has_an_sql_type(database: Database, letter: DataType) -> None:
    table = RowTable(uuid.uuid4(), (ITEMS[0], Item("值", "v", letter)), ("citizen_id",))
    with database.begin() as unit:
        assert (ensure(unit, table), ensure(unit, table)) == (True, False)


def _evolved(table: RowTable, *items: Item) -> RowTable:
    return dataclasses.replace(table, items=items)


def test_an_item_can_be_added_and_is_missing_in_earlier_rows(database: Database) -> None:
    pusher = Pusher(database, register())
    pusher.push([person(n) for n in range(20)])
    wider = _evolved(pusher.table, *ITEMS, Item("备注", "note", DataType.MEMO))
    with database.begin() as unit:
        ensure(unit, wider)
    assert pusher.rows("DISTINCT note, citizen_id", "note IS NOT NULL") == []


def test_an_added_item_that_is_still_empty_rewrites_no_row(database: Database) -> None:
    pusher = Pusher(database, register())
    pusher.push([person(n) for n in range(20)])
    pusher.table = _evolved(pusher.table, *ITEMS, Item("备注", "note", DataType.MEMO))
    pusher.schema = {**SCHEMA, "note": pl.String}
    counts = pusher.push([person(n) | {"note": None} for n in range(20)])
    assert counts.unchanged == 20


def test_history_keeps_the_values_of_an_item_that_left(database: Database) -> None:
    pusher = Pusher(database, register())
    pusher.push([person(n) for n in range(20)])
    pusher.table = _evolved(pusher.table, *(item for item in ITEMS if item.column != "amount"))
    pusher.push([person(n, name="李娜") for n in range(20)])
    with database.begin() as unit:
        text = f"SELECT count(amount) FROM data.h_{pusher.table.entry_id.hex}"
        assert unit.driver.execute(text.encode()).fetchone() == (20,)


def test_an_item_cannot_change_its_type_in_place(database: Database) -> None:
    table = register()
    with database.begin() as unit:
        ensure(unit, table)
    changed = dataclasses.replace(ITEMS[5], type=DataType.TEXT)
    with database.begin() as unit, pytest.raises(SchemaChangeError):
        ensure(unit, _evolved(table, *ITEMS[:5], changed, *ITEMS[6:]))


def test_the_key_cannot_change_in_place(database: Database) -> None:
    table = register()
    with database.begin() as unit:
        ensure(unit, table)
    with database.begin() as unit, pytest.raises(SchemaChangeError):
        ensure(unit, dataclasses.replace(table, key=("name",)))


def test_the_key_the_row_number_and_coded_items_are_indexed(database: Database) -> None:
    pusher = Pusher(database, register())
    pusher.push([person(1)])
    with database.begin() as unit:
        index_items(unit, pusher.table)
        found = unit.driver.execute(
            "SELECT substring(indexdef FROM '\\(.*\\)') FROM pg_indexes WHERE tablename = %s ORDER BY 1",
            (f"r_{pusher.table.entry_id.hex}",),
        ).fetchall()
    assert found == [("(_row)",), ("(citizen_id)",), ("(district, _row)",)]


def test_pages_in_the_order_of_a_coded_item_come_from_its_index(database: Database) -> None:
    pusher = Pusher(database, register())
    pusher.push([person(n, district=f"4101{n % 100:02d}") for n in range(2000)])
    with database.begin() as unit:
        name = pusher.table.entry_id.hex
        text = f"SELECT * FROM data.r_{name} WHERE district = '410103' AND _row > 50 ORDER BY _row LIMIT 5"
        plan = unit.driver.execute(b"EXPLAIN " + text.encode()).fetchall()
    assert any("_i_" in line[0] for line in plan)
