"""A server of one's own: the hub on the PostgreSQL of this machine, another version than the embedded one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa

from hub import schema
from hub.backup import backup, restore
from hub.backup_programs import BackupProgramError
from hub.database import Database
from hub.postgres_binaries import account_for

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = os.pathsep.join(["/usr/lib/postgresql/18/bin", "/usr/lib/postgresql/17/bin", os.environ.get("PATH", "")])
OLDEST_MAJOR = 15


def programs() -> tuple[str, str] | None:
    """Return initdb and postgres of this machine when they are new enough."""
    initdb, postgres = shutil.which("initdb", path=PLACES), shutil.which("postgres", path=PLACES)
    if initdb is None or postgres is None:
        return None
    words = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True).stdout.split()
    return (initdb, postgres) if int(words[2].split(".")[0]) >= OLDEST_MAJOR else None


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """Give the URL of a server started from the machine's own PostgreSQL."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL 15 or newer is installed on this machine (initdb and postgres on PATH)")
    folder = Path(tempfile.mkdtemp(prefix="shutong-own-"))
    account = account_for(folder)
    os.chown(folder, account.uid, account.gid)
    data, identity = str(folder / "data"), account.identity()
    words = [found[0], "-D", data, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-U", "city", "--no-sync"]
    subprocess.run(words, check=True, capture_output=True, cwd="/", **identity)
    words = [found[1], "-D", data, "-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL, cwd="/", **identity) as process:
        url = f"postgresql://city@/postgres?host={folder}"
        for _ in range(200):
            try:
                psycopg.connect(url).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        yield url
        process.send_signal(signal.SIGINT)
    shutil.rmtree(folder)


@pytest.fixture
def own_database(own_server: str) -> Iterator[Database]:
    """Give a database of one's own with the control tables and a few rows."""
    with psycopg.connect(own_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS city WITH (FORCE)")
        connection.execute("CREATE DATABASE city")
    database = Database(own_server.replace("/postgres?", "/city?"))
    schema.create_all_for_tests(database)
    with database.begin() as unit:
        unit.connection.execute(
            sa.text("CREATE TABLE data.r_stop AS SELECT n, '公交站' || n AS name FROM generate_series(1, 99) n")
        )
    yield database
    database.close()


def test_a_server_of_ones_own_passes_the_check(own_database: Database) -> None:
    own_database.check()


def test_a_server_of_ones_own_keeps_what_is_written(own_database: Database) -> None:
    assert own_database.probe().is_writable


def test_a_backup_of_a_server_of_ones_own_moves_to_the_embedded_one(own_database: Database, tmp_path: Path) -> None:
    backup(own_database, tmp_path / "backup", [])
    report = restore(tmp_path / "backup", tmp_path / "new")
    assert [table.name for table in report.tables if not table.is_equal] == []


def emptied(own_database: Database, own_server: str) -> str:
    """Drop and make the database again; return its URL."""
    own_database.close()
    with psycopg.connect(own_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE city WITH (FORCE)")
        connection.execute("CREATE DATABASE city")
    return own_database.url


def test_a_backup_of_a_server_of_ones_own_comes_back_to_it(
    own_database: Database, own_server: str, tmp_path: Path
) -> None:
    backup(own_database, tmp_path / "backup", [])
    report = restore(tmp_path / "backup", tmp_path / "new", emptied(own_database, own_server))
    assert [table.name for table in report.tables if not table.is_equal] == []


def test_a_backup_of_the_embedded_server_moves_to_one_of_ones_own(
    database: Database, own_database: Database, own_server: str, tmp_path: Path
) -> None:
    backup(database, tmp_path / "backup", [])
    report = restore(tmp_path / "backup", tmp_path / "new", emptied(own_database, own_server))
    assert [table.name for table in report.tables if not table.is_equal] == []


def test_a_restore_that_cannot_be_finished_leaves_nothing(own_database: Database, tmp_path: Path) -> None:
    try:
        with own_database.begin() as unit:
            unit.connection.execute(sa.text("CREATE EXTENSION pgcrypto"))
    except sa.exc.DBAPIError:
        pytest.skip("this PostgreSQL brings no pgcrypto, which the embedded one does not have")
    backup(own_database, tmp_path / "backup", [])
    with pytest.raises(BackupProgramError, match="pgcrypto"):
        restore(tmp_path / "backup", tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
