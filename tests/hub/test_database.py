"""Transactions, limits and checks of the one database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from hub.database import Database, DatabaseOptions, DatabaseUnreachableError, DatabaseUnsuitableError, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

MAKE = "CREATE TABLE data.t (id int PRIMARY KEY)"


def run(unit: Unit, statement: str) -> sa.CursorResult[Any]:
    return unit.connection.execute(sa.text(statement))


def rows(database: Database) -> int:
    with database.begin() as unit:
        return int(str(run(unit, "SELECT count(*) FROM data.t").scalar_one()))


@pytest.fixture
def table(database: Database) -> Database:
    with database.begin() as unit:
        run(unit, MAKE)
    return database


def insert_and_fail(database: Database) -> None:
    with database.begin() as unit:
        run(unit, "INSERT INTO data.t VALUES (1)")
        raise LookupError


def test_a_transaction_that_ends_is_kept(table: Database) -> None:
    with table.begin() as unit:
        run(unit, "INSERT INTO data.t VALUES (1)")
    assert rows(table) == 1


def test_a_transaction_that_fails_leaves_nothing(table: Database) -> None:
    with pytest.raises(LookupError):
        insert_and_fail(table)
    assert rows(table) == 0


def test_copy_and_sql_of_one_unit_share_its_transaction(table: Database) -> None:
    with table.begin() as unit:
        with unit.driver.cursor() as cursor, cursor.copy("COPY data.t FROM STDIN") as copy:
            copy.write(b"1\n2\n")
        assert run(unit, "SELECT count(*) FROM data.t").scalar_one() == 2


def test_a_reader_sees_one_moment_whatever_others_write(table: Database) -> None:
    with table.read_only() as unit:
        before = run(unit, "SELECT count(*) FROM data.t").scalar_one()
        with table.begin() as writer:
            run(writer, "INSERT INTO data.t VALUES (1)")
        assert run(unit, "SELECT count(*) FROM data.t").scalar_one() == before


def test_a_reader_cannot_write(table: Database) -> None:
    with table.read_only() as unit, pytest.raises(sa.exc.InternalError, match="read-only"):
        run(unit, "INSERT INTO data.t VALUES (1)")


def test_a_statement_longer_than_the_limit_is_ended(database: Database) -> None:
    with (
        database.begin(statement_timeout_seconds=0.05) as unit,
        pytest.raises(sa.exc.OperationalError, match="timeout"),
    ):
        run(unit, "SELECT pg_sleep(5)")


def test_the_limit_of_one_transaction_does_not_reach_the_next(database: Database) -> None:
    with database.begin(statement_timeout_seconds=0.05):
        pass
    with database.begin() as unit:
        assert run(unit, "SHOW statement_timeout").scalar_one() == "30s"


def test_an_error_of_sql_does_not_repeat_its_parameters(table: Database) -> None:
    with table.begin() as unit, pytest.raises(sa.exc.DataError) as caught:
        unit.connection.execute(sa.text("INSERT INTO data.t VALUES (:id)"), {"id": 410102199001011234})
    assert "410102199001011234" not in str(caught.value)


def test_a_connection_that_the_server_closed_costs_nobody_a_request(database: Database) -> None:
    with database.begin() as unit:
        pid = unit.driver.info.backend_pid
    with psycopg.connect(database.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with database.begin() as unit:
        assert unit.driver.info.backend_pid != pid


async def read_after_loss(database: Database) -> tuple[int, int]:
    """Close every pooled connection from outside; return failures of 8 reads in a row, and what the last read."""
    await database.open_pool()
    failures = value = 0
    try:
        async with database.connection() as connection:
            await connection.execute("SELECT 1")
        with psycopg.connect(database.url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        for _ in range(8):
            try:
                async with database.connection() as connection:
                    found = await (await connection.execute("SELECT 7")).fetchone()
                    value = 0 if found is None else int(found[0])
            except psycopg.OperationalError:
                failures += 1
    finally:
        await database.close_pool()
    return failures, value


def test_after_a_restart_of_the_server_one_hot_read_fails_and_the_rest_succeed(database: Database) -> None:
    failures, value = asyncio.run(read_after_loss(database))
    assert (failures <= 1, value) == (True, 7)


def test_the_pool_is_not_used_before_the_application_opens_it(database: Database) -> None:
    with pytest.raises(RuntimeError, match="open_pool"):
        _ = database.pool


@pytest.mark.parametrize("scheme", ["postgresql://", "postgresql+psycopg://"])
def test_urls_of_libpq_and_of_sqlalchemy_are_understood(database: Database, scheme: str, server: Server) -> None:
    with psycopg.connect(database.url) as plain:
        info = plain.info
        url = f"{scheme}{info.user}@/{info.dbname}?host={info.host}&port={info.port}"
    other = Database(url)
    other.check()
    other.close()


def test_a_good_database_passes_the_check(database: Database) -> None:
    database.check()


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    database = Database("postgresql://somebody:geheim@/hub?host=/nonexistent")
    with pytest.raises(DatabaseUnreachableError, match="/nonexistent/hub") as caught:
        database.check()
    assert "geheim" not in f"{caught.value}{caught.value.next_zh}{caught.value.next_en}"


@pytest.fixture(params=["ENCODING 'SQL_ASCII' LOCALE 'C'", "ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'"])
def deaf(server: Server, request: pytest.FixtureRequest) -> Iterator[Database]:
    name = f"{server.prefix}_deaf"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 " + request.param).format(sql.Identifier(name))
        )
    database = Database(server.url_of(name))
    yield database
    database.close()
    server.drop(name)


def test_a_database_that_does_not_know_chinese_is_refused_with_the_way_to_make_one(deaf: Database) -> None:
    with pytest.raises(DatabaseUnsuitableError) as caught:
        deaf.check()
    assert "LOCALE 'C.UTF-8'" in caught.value.next_zh


def test_a_probe_of_a_good_database_says_that_it_keeps_what_is_written(database: Database) -> None:
    probe = database.probe()
    assert (probe.is_up, probe.is_writable) == (True, True)


def test_a_probe_of_a_database_that_takes_no_writes_says_so(database: Database) -> None:
    locked = Database(f"{database.url} options='-c default_transaction_read_only=on'")
    probe = locked.probe()
    locked.close()
    assert (probe.is_up, probe.is_writable) == (True, False)


def test_a_probe_of_a_database_without_room_says_that_it_keeps_nothing(database: Database) -> None:
    full = Database(f"{database.url} options='-c temp_file_limit=0'")  # the one way to have no room without a disk
    probe = full.probe()
    full.close()
    assert (probe.is_up, probe.is_writable) == (True, False)


def test_a_probe_of_an_absent_database_is_not_up() -> None:
    database = Database("postgresql://x@/x?host=/nonexistent", DatabaseOptions(connect_timeout_seconds=2))
    assert not database.probe().is_up
