"""Backup and restore: one moment of the whole hub, and the proof that it came back (Jilin Art. 30).

``backup`` is consistent while pushes run: pg_dump, row counts and digests all read one snapshot. ``restore``
writes into an empty database and an empty data directory only, in one transaction, after every file of the
backup was compared with its digest; it ends with row counts and digests of every table compared.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from hub import schema
from hub.backup_manifest import DUMP, Manifest, TableFact, file_fact, read_manifest
from hub.backup_programs import dump, undump
from hub.backup_tables import analyse, digest, is_empty, newest_checkpoint, one_moment, server_version, tables
from hub.database import Database
from hub.number_keys import FOLDER as NUMBERS
from hub.postgres import embedded_url
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


class BackupTargetError(DomainError):
    """The place a backup or a restore should write to is not empty."""


class RestoreMismatchError(DomainError):
    """The restored tables do not equal those of the backup."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One step done, to show to the operator: ``done`` of ``total`` steps, and what it was."""

    done: int
    total: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class TableResult:
    """One table after a restore: as the backup says, and as it is now (None: absent)."""

    name: str
    expected: TableFact | None
    found: TableFact | None

    @property
    def is_equal(self) -> bool:
        """Whether row count and digest are the same."""
        return self.expected is not None and self.expected == self.found


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored; ``tables`` is empty when the operator did not ask to verify."""

    manifest: Manifest
    tables: tuple[TableResult, ...]


def key_files(data_dir: Path, receipt_key: Path) -> list[Path]:
    """Return the private key files a backup must hold: the folder ``keys``, and the receipt key wherever it is.

    Those of identity numbers have a folder of their own in it.
    """
    folders = (data_dir / "keys", data_dir / "keys" / NUMBERS)
    found = [path for each in folders if each.is_dir() for path in sorted(each.iterdir()) if path.is_file()]
    return found if receipt_key in found or not receipt_key.is_file() else [*found, receipt_key]


def backup(
    database: Database, target: Path, keys: Iterable[Path], tell: Callable[[Progress], None] = lambda _: None
) -> Manifest:
    """Write a backup of the database and the keys into the new folder ``target``, and return what it holds.

    The folder appears whole or not at all. It holds secrets: only its owner may enter it.

    Raises:
        BackupTargetError: ``target`` exists already.
        BackupProgramError: pg_dump is missing or failed.

    """
    if target.exists():
        raise _not_empty(target)
    half = target.with_name(f"{target.name}.partial")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=PRIVATE_FOLDER, parents=True)
    try:
        manifest = _write(database, half, list(keys), tell)
        manifest.write(half)
        _seal(half)
        half.rename(target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return manifest


def restore(
    source: Path,
    data_dir: Path,
    database_url: str | None = None,
    *,
    verify: bool = True,
    tell: Callable[[Progress], None] = lambda _: None,
) -> RestoreReport:
    """Restore a backup: the database at ``database_url`` (or a new embedded one) and the keys below ``data_dir``.

    Raises:
        BackupDamagedError: a file of the backup is missing or altered; nothing was written.
        SchemaTooNewError: a newer hub wrote the backup; nothing was written.
        BackupTargetError: the data directory or the database is not empty; nothing was written.
        BackupProgramError: pg_restore is missing or failed; all was rolled back.
        RestoreMismatchError: a restored table differs from the backup.

    """
    manifest = read_manifest(source)
    schema.refuse_unknown(manifest.schema_revision)
    if data_dir.exists() and any(data_dir.iterdir()):
        raise _not_empty(data_dir)
    if database_url is not None:
        return _restore_at(database_url, source, data_dir, manifest, verify=verify, tell=tell)
    try:
        with embedded_url(data_dir) as url:
            return _restore_at(url, source, data_dir, manifest, verify=verify, tell=tell)
    except BaseException:
        for path in data_dir.iterdir() if data_dir.is_dir() else ():  # it was empty: what is there now is ours
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _write(database: Database, folder: Path, keys: list[Path], tell: Callable[[Progress], None]) -> Manifest:
    with one_moment(database) as (unit, found, snapshot):
        total = len(found) + 2
        dump(unit, database.conninfo, snapshot, folder / DUMP)
        tell(Progress(1, total, "数据库已导出", "database dumped"))
        facts = []
        for table in found:
            facts.append(digest(unit, table))
            text = f"{facts[-1].name} {facts[-1].rows}"
            tell(Progress(1 + len(facts), total, f"{text} 行", f"{text} rows"))
        checkpoint, server = newest_checkpoint(unit), server_version(unit)
        revision = schema.revision_of(unit)
    (folder / "keys").mkdir(mode=PRIVATE_FOLDER)
    named = {
        f"keys/{NUMBERS}/{path.name}" if path.parent.name == NUMBERS else f"keys/{path.name}": path for path in keys
    }
    for name, path in named.items():
        (folder / name).parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        shutil.copyfile(path, folder / name)
    tell(Progress(total, total, "备份含签名私钥，请妥善保管", "the backup holds private keys: keep it safe"))
    names = [DUMP, *named]
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        hub_version=_hub_version(),
        postgres_version=server,
        schema_revision=revision,
        checkpoint=checkpoint,
        files={name: file_fact(folder / name) for name in names},
        tables=tuple(facts),
    )


def _restore_at(
    url: str, source: Path, data_dir: Path, manifest: Manifest, *, verify: bool, tell: Callable[[Progress], None]
) -> RestoreReport:
    database = Database(url)
    try:
        database.check()
        with database.begin() as unit:
            if not is_empty(unit):
                raise _not_empty_database()
            undump(unit, database.conninfo, source / DUMP)
        analyse(database)
        total = len(manifest.tables) + 2
        tell(Progress(1, total, "数据库已恢复", "database restored"))
        results = _compare(database, manifest, tell) if verify else ()
        _restore_keys(source, data_dir, manifest)
        tell(Progress(total, total, "密钥已恢复", "keys restored"))
    finally:
        database.close()
    return RestoreReport(manifest, results)


def _compare(database: Database, manifest: Manifest, tell: Callable[[Progress], None]) -> tuple[TableResult, ...]:
    """Compare every table of the backup and of the database; tell each, then refuse if one differs."""
    expected = {fact.name: fact for fact in manifest.tables}
    results: list[TableResult] = []
    with database.read_only(statement_timeout_seconds=0) as unit:
        found = {f"{table[0]}.{table[1]}": table for table in tables(unit)}
        for name in sorted(expected.keys() | found.keys()):
            fact = digest(unit, found[name]) if name in found else None
            result = TableResult(name, expected.get(name), fact)
            results.append(result)
            tell(_told(result, 1 + len(results), len(expected.keys() | found.keys()) + 2))
        checkpoint = newest_checkpoint(unit)
    wrong = [result.name for result in results if not result.is_equal]
    if wrong or checkpoint != manifest.checkpoint:
        raise RestoreMismatchError(
            f"恢复后与备份不一致的表：{'、'.join(wrong) or '（日志检查点）'}",
            f"tables that differ from the backup after the restore: {', '.join(wrong) or '(checkpoint of the log)'}",
            next_zh="不要启用这次恢复的数据；请用另一份备份恢复到新的空目录",
            next_en="do not use what was restored; restore another backup into a new, empty place",
            facts={"tables": wrong},
        )
    return tuple(results)


def _told(result: TableResult, done: int, total: int) -> Progress:
    """Return the line of one compared table: name, rows, start of the digest, verdict."""
    fact = result.found
    rows, start = ("-", "-") if fact is None else (str(fact.rows), fact.sha256[:16])
    zh, en = ("一致", "equal") if result.is_equal else ("不一致", "DIFFERENT")
    return Progress(done, total, f"{result.name} {rows} 行 {start} {zh}", f"{result.name} {rows} rows {start} {en}")


def _restore_keys(source: Path, data_dir: Path, manifest: Manifest) -> None:
    """Put the keys into ``keys`` below the data directory, for its owner alone."""
    folder = data_dir / "keys"
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for name in manifest.files:
        if name != DUMP:
            path = data_dir / name
            path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            path.touch(mode=PRIVATE_FILE)
            shutil.copyfile(source / name, path)


def _seal(folder: Path) -> None:
    """Make every file private and wait until it is on disk: a backup that is reported is there."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(PRIVATE_FILE)
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _hub_version() -> str:
    try:
        return version("shutong")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "checkout"


def _not_empty(place: Path) -> BackupTargetError:
    return BackupTargetError(
        f"{place} 已存在或不为空，不覆盖任何已有内容",
        f"{place} exists or is not empty; nothing is ever overwritten",
        next_zh="请指定一个新的目录",
        next_en="name a new folder",
    )


def _not_empty_database() -> BackupTargetError:
    return BackupTargetError(
        "目标数据库不为空，不覆盖任何已有内容",
        "the target database is not empty; nothing is ever overwritten",
        next_zh="请新建数据库：CREATE DATABASE hub TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
        next_en="make a new one: CREATE DATABASE hub TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    )
