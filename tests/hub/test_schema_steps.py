"""What the steps of the schema do to rows that were there before: seen on databases of the former revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command

from hub import schema

if TYPE_CHECKING:
    from hub.database import Database

LOADED = "2026-10-08 09:30:00+08"
CHANGED = "2026-09-01 08:00:00+08"
ADDRESS_SOURCE = (
    "INSERT INTO hub.address_source (kind, name, digest, loaded_at, taken, refused) "
    "VALUES ('addresses', '门牌.csv', 'aa', timestamptz '2026-10-01 09:30:00+08', 2, 0), "
    f"('names', '地名.csv', 'bb', timestamptz '{LOADED}', 1, 0)"
)
SWITCH = "INSERT INTO hub.register (code, is_on, changed_at) VALUES (:code, :is_on, :at)"
SOURCE = (
    "INSERT INTO hub.register_source (register, entry_id, key_column, key_kind, items, ranks, kind, is_active, "
    "consumed, taking, taken_row, is_refeeding, set_at) VALUES ('population', :entry, 'zhengjian', 'number', "
    "'{}', '{}', 'record', true, 3, :taking, :taken_row, :is_refeeding, now())"
)


def raised(database: Database, revision: str) -> None:
    """Bring the database to ``revision``, as an operator with the hub of that time did."""
    with database.begin() as unit:
        unit.connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS hub"))
        command.upgrade(schema.config(unit.connection), revision)


def put(database: Database, statement: str, **values: object) -> None:
    with database.begin() as unit:
        unit.connection.execute(sa.text(statement), values)


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.begin() as unit:
        return [tuple(row) for row in unit.connection.execute(sa.text(query))]


def switch_after_0034(database: Database) -> list[tuple[Any, ...]]:
    """Bring the database to the head and return the switch of the geography database."""
    schema.migrate(database)
    at = f"timestamptz '{LOADED}'"
    return rows(database, f"SELECT is_on, changed_at = {at} FROM hub.register WHERE code = 'geography'")


def test_where_addresses_answer_the_geography_database_is_on_from_the_last_load(empty_database: Database) -> None:
    raised(empty_database, "0033")
    put(empty_database, ADDRESS_SOURCE)
    assert switch_after_0034(empty_database) == [(True, True)]


def test_where_no_addresses_were_loaded_the_geography_database_has_no_switch(empty_database: Database) -> None:
    raised(empty_database, "0033")
    put(empty_database, SWITCH, code="population", is_on=True, at=CHANGED)
    assert switch_after_0034(empty_database) == []


@pytest.mark.parametrize("is_on", [True, False])
def test_a_switch_somebody_set_stays_as_it_was_set(empty_database: Database, *, is_on: bool) -> None:
    raised(empty_database, "0033")
    put(empty_database, ADDRESS_SOURCE)
    put(empty_database, SWITCH, code="geography", is_on=is_on, at=CHANGED)
    assert switch_after_0034(empty_database) == [(is_on, False)]


READINGS = {
    "every row is being read anew, half way": (1, 9, 40_000, True),
    "every row is to be read anew, not begun": (2, None, None, True),
    "a large version is being taken, half way": (3, 9, 40_000, False),
    "nothing is under way": (4, None, None, False),
}


def test_only_a_reading_of_every_row_that_was_under_way_begins_anew(empty_database: Database) -> None:
    raised(empty_database, "0035")
    put(empty_database, SWITCH, code="population", is_on=True, at=CHANGED)
    for number, taking, taken_row, is_refeeding in READINGS.values():
        known = {"taking": taking, "taken_row": taken_row, "is_refeeding": is_refeeding}
        put(empty_database, SOURCE, entry=UUID(int=number), **known)
    schema.migrate(empty_database)
    found = rows(
        empty_database, "SELECT taking, taken_row, is_refeeding, consumed FROM hub.register_source ORDER BY id"
    )
    assert found == [(None, None, True, 3), (None, None, True, 3), (9, 40_000, False, 3), (None, None, False, 3)]
