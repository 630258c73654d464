"""Backup and restore on real servers, with real dumps."""

from __future__ import annotations

import stat
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from hub.backup import (
    BackupTargetError,
    Progress,
    RestoreMismatchError,
    backup,
    key_files,
    restore,
)
from hub.backup_manifest import DUMP, MANIFEST, SEAL, BackupDamagedError, read_manifest
from hub.backup_tables import one_moment
from hub.database import Database
from hub.postgres import embedded_url

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = "CREATE TABLE data.r_people (id bigint PRIMARY KEY, name text NOT NULL, born date)"


def execute(database: Database, *statements: str) -> None:
    with database.begin() as unit:
        for statement in statements:
            unit.connection.execute(sa.text(statement))


def scalar(database: Database, query: str) -> Any:
    with database.begin() as unit:
        return unit.connection.execute(sa.text(query)).scalar_one()


@pytest.fixture
def filled(database: Database) -> Database:
    execute(
        database,
        PEOPLE,
        "INSERT INTO data.r_people SELECT n, '居民' || n, date '1960-01-01' + n::int FROM generate_series(1, 5000) n",
        "DELETE FROM data.r_people WHERE id % 7 = 0",
        "UPDATE data.r_people SET name = name || '（改）' WHERE id % 5 = 0",
    )
    return database


@pytest.fixture
def keys(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "hub" / "keys"
    folder.mkdir(parents=True)
    (folder / "receipt.pem").write_text("-----BEGIN PRIVATE KEY-----\n", encoding="ascii")
    return key_files(tmp_path / "hub", folder / "receipt.pem")


@pytest.fixture
def made(filled: Database, keys: list[Path], tmp_path: Path) -> Path:
    backup(filled, tmp_path / "backup", keys)
    return tmp_path / "backup"


def test_a_backup_restored_into_a_new_data_directory_has_equal_rows_and_digests(made: Path, tmp_path: Path) -> None:
    report = restore(made, tmp_path / "new")
    assert report.tables
    assert [table.name for table in report.tables if not table.is_equal] == []


def test_a_restored_hub_starts_from_its_data_directory(made: Path, tmp_path: Path) -> None:
    restore(made, tmp_path / "new")
    with embedded_url(tmp_path / "new") as url:
        database = Database(url)
        assert scalar(database, "SELECT count(*) FROM data.r_people WHERE name LIKE '居民%'") == 4286
        database.close()


def test_a_backup_is_restored_into_an_empty_database_of_ones_own(
    made: Path, empty_database: Database, tmp_path: Path
) -> None:
    restore(made, tmp_path / "new", empty_database.url)
    assert scalar(empty_database, "SELECT count(*) FROM data.r_people") == 4286


def test_a_backup_of_a_restored_hub_has_the_same_digests(made: Path, empty_database: Database, tmp_path: Path) -> None:
    restore(made, tmp_path / "new", empty_database.url)
    assert backup(empty_database, tmp_path / "again", []).tables == read_manifest(made).tables


def test_the_signing_key_comes_back_readable_by_its_owner_alone(made: Path, tmp_path: Path) -> None:
    restore(made, tmp_path / "new", verify=False)
    key = tmp_path / "new" / "keys" / "receipt.pem"
    assert (key.read_text(encoding="ascii")[:10], stat.S_IMODE(key.stat().st_mode)) == ("-----BEGIN", 0o600)


def test_a_backup_is_readable_by_its_owner_alone(made: Path) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in (made, *made.rglob("*"))} == {0o600, 0o700}


def test_a_restore_tells_every_table_with_its_rows(made: Path, empty_database: Database, tmp_path: Path) -> None:
    told: list[Progress] = []
    restore(made, tmp_path / "new", empty_database.url, tell=told.append)
    assert [step.zh.split(" ")[:3] for step in told if step.zh.startswith("data.")] == [["data.r_people", "4286", "行"]]


def test_rows_written_while_the_backup_runs_are_in_whole_or_not_at_all(filled: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def push() -> None:
        number = 10_000
        while not stop.is_set():
            number += 10
            execute(
                filled, f"INSERT INTO data.r_people SELECT n, '新' || n FROM generate_series({number}, {number + 9}) n"
            )

    pusher = threading.Thread(target=push)
    pusher.start()
    try:
        manifest = backup(filled, tmp_path / "backup", [])
    finally:
        stop.set()
        pusher.join()
    restored = restore(tmp_path / "backup", tmp_path / "new")
    assert (len(restored.tables), (manifest.tables[0].rows - 4286) % 10) == (len(manifest.tables), 0)


def test_a_table_emptied_during_the_backup_is_dumped_as_it_was(filled: Database) -> None:
    with one_moment(filled) as (unit, _, _):
        emptier = threading.Thread(target=execute, args=(filled, "TRUNCATE data.r_people"))
        emptier.start()
        emptier.join(0.3)
        rows = unit.connection.execute(sa.text("SELECT count(*) FROM data.r_people")).scalar_one()
    emptier.join()
    assert rows == 4286


@pytest.mark.parametrize("name", [DUMP, MANIFEST, SEAL, "keys/receipt.pem"])
def test_one_altered_byte_of_a_backup_is_found_before_anything_is_written(
    made: Path, tmp_path: Path, name: str
) -> None:
    content = bytearray((made / name).read_bytes())
    content[len(content) // 2] ^= 1
    (made / name).write_bytes(content)
    with pytest.raises(BackupDamagedError):
        restore(made, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", [DUMP, MANIFEST, SEAL, "keys/receipt.pem"])
def test_a_missing_file_of_a_backup_is_found(made: Path, tmp_path: Path, name: str) -> None:
    (made / name).unlink()
    with pytest.raises(BackupDamagedError):
        restore(made, tmp_path / "new")


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupDamagedError, match="没有清单"):
        restore(tmp_path, tmp_path / "new")


def test_a_restore_never_writes_into_a_data_directory_in_use(made: Path, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(BackupTargetError, match="不覆盖"):
        restore(made, tmp_path / "used")


def test_a_restore_never_writes_into_a_database_in_use(made: Path, filled: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupTargetError, match="目标数据库不为空"):
        restore(made, tmp_path / "new", filled.url)


def test_a_backup_never_overwrites_another(made: Path, filled: Database) -> None:
    with pytest.raises(BackupTargetError, match="不覆盖"):
        backup(filled, made, [])


@pytest.fixture
def lying(filled: Database, tmp_path: Path) -> Path:
    """Give a backup whose manifest promises one row more than its dump holds, with a right seal."""
    manifest = backup(filled, tmp_path / "backup", [])
    first, *rest = manifest.tables
    promised = replace(first, rows=first.rows + 1)
    replace(manifest, tables=(promised, *rest)).write(tmp_path / "backup")
    return tmp_path / "backup"


def test_a_restore_that_differs_from_its_manifest_is_refused_and_removed(lying: Path, tmp_path: Path) -> None:
    with pytest.raises(RestoreMismatchError, match=r"data\.r_people"):
        restore(lying, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_staging_tables_do_not_belong_to_a_backup(filled: Database, tmp_path: Path) -> None:
    execute(filled, "CREATE UNLOGGED TABLE data.staging (id int)", "INSERT INTO data.staging VALUES (1)")
    manifest = backup(filled, tmp_path / "backup", [])
    assert [table.name for table in manifest.tables if table.name == "data.staging"] == []
