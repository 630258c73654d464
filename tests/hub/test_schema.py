"""Migrations: there, whole, in step with the tables, and never run by surprise."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from hub import schema

if TYPE_CHECKING:
    from hub.database import Database


def stamp(database: Database, revision: str) -> None:
    with database.begin() as unit:
        unit.connection.execute(sa.text(f"UPDATE hub.{schema.VERSION_TABLE} SET version_num = :r"), {"r": revision})


def test_there_is_a_migration() -> None:
    assert schema.head() is not None


def test_migrations_and_tables_agree(empty_database: Database) -> None:
    schema.migrate(empty_database)
    assert schema.differences(empty_database) == []


def test_a_migrated_database_is_at_the_head(empty_database: Database) -> None:
    assert schema.migrate(empty_database) == (None, schema.head())


def test_migrating_again_changes_nothing(empty_database: Database) -> None:
    schema.migrate(empty_database)
    assert schema.migrate(empty_database) == (schema.head(), schema.head())


def test_a_migrated_database_has_both_schemas(empty_database: Database) -> None:
    schema.migrate(empty_database)
    with empty_database.begin() as unit:
        assert set(schema.SCHEMAS) <= set(sa.inspect(unit.connection).get_schema_names())


def test_a_migrated_database_passes_the_check_at_start(empty_database: Database) -> None:
    schema.migrate(empty_database)
    schema.require_current(empty_database)
    assert schema.current(empty_database) == schema.head()


def test_a_start_on_an_empty_database_says_how_a_city_is_founded(empty_database: Database) -> None:
    with pytest.raises(schema.SchemaOutOfDateError) as caught:
        schema.require_current(empty_database)
    assert all(verb in caught.value.next_zh for verb in ("hub init", "hub restore", "hub demo"))


def test_a_start_on_a_former_schema_says_what_to_run(empty_database: Database) -> None:
    schema.migrate(empty_database)
    stamp(empty_database, "0017")
    with pytest.raises(schema.SchemaOutOfDateError) as caught:
        schema.require_current(empty_database)
    assert "hub backup" in caught.value.next_zh
    assert "hub migrate" in caught.value.next_zh


def test_a_former_schema_may_be_backed_up_before_it_is_migrated(empty_database: Database) -> None:
    schema.migrate(empty_database)
    stamp(empty_database, "0017")
    schema.require_founded(empty_database)


def test_an_empty_database_is_no_hub_to_back_up(empty_database: Database) -> None:
    with pytest.raises(schema.SchemaOutOfDateError, match="空"):
        schema.require_founded(empty_database)


def test_a_start_on_a_database_of_a_newer_hub_is_refused(empty_database: Database) -> None:
    schema.migrate(empty_database)
    stamp(empty_database, "9999")
    with pytest.raises(schema.SchemaTooNewError, match="9999"):
        schema.require_current(empty_database)


def test_a_database_of_a_newer_hub_is_not_migrated(empty_database: Database) -> None:
    schema.migrate(empty_database)
    stamp(empty_database, "9999")
    with pytest.raises(schema.SchemaTooNewError):
        schema.migrate(empty_database)


def test_two_starters_migrate_once(empty_database: Database) -> None:
    found: list[tuple[str | None, str | None]] = []
    starters = [threading.Thread(target=lambda: found.append(schema.migrate(empty_database))) for _ in range(2)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert sorted(found, key=str) == sorted([(None, schema.head()), (schema.head(), schema.head())], key=str)


def test_tables_made_for_tests_are_those_of_the_definitions(empty_database: Database) -> None:
    schema.create_all_for_tests(empty_database)
    with empty_database.begin() as unit:
        found = set(sa.inspect(unit.connection).get_table_names(schema="hub"))
    assert found == {table.name for table in schema.load_tables().sorted_tables}
