"""The schema of the control tables: which revision the database has, which the code needs, and the way between.

Schema ``hub`` holds control tables and the revision; schema ``data`` the tables of resources, which pushes
make and no migration touches. Migrations lie in ``deploy/migrations``, in the wheel in ``hub/_migrations``.
The hub never migrates by itself on an existing database: the operator does, with ``hub migrate``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from catalogue.tables import metadata
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.database import Database, Unit

SCHEMAS: Final = ("hub", "data")
VERSION_TABLE: Final = "schema_version"
MIGRATION_LOCK: Final = 0x53_48_55_54_4F_4E_47
"""Advisory lock of whoever migrates: the letters SHUTONG."""
PACKAGES: Final = ("catalogue", "hub")
"""Packages whose ``tables.py`` modules make up the control tables."""


class SchemaOutOfDateError(DomainError):
    """The database is at an older revision than the code needs, or empty."""


class SchemaTooNewError(DomainError):
    """A newer hub has migrated this database; this one does not know its revision."""


def migrations_folder() -> Path:
    """Return the folder of migrations: of the installed wheel, or of the source checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "deploy" / "migrations"


def load_tables() -> sa.MetaData:
    """Import every ``tables.py`` and return the one MetaData they fill."""
    for package in PACKAGES:
        root = Path(__file__).resolve().parents[1]
        for path in sorted((root / package).rglob("tables.py")):
            import_module(".".join(path.relative_to(root).with_suffix("").parts))
    return metadata


def comparison() -> dict[str, Any]:
    """Return the arguments of Alembic's ``configure``: where the revision is kept and what is compared."""
    return {
        "target_metadata": load_tables(),
        "version_table": VERSION_TABLE,
        "version_table_schema": "hub",
        "include_schemas": True,
        "include_name": _is_control_name,
        "compare_type": True,
        "compare_server_default": True,
    }


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to ``connection`` where commands are to touch a database."""
    settings = Config()
    settings.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


def head() -> str | None:
    """Return the revision this code needs; None while there is no migration."""
    return ScriptDirectory.from_config(config()).get_current_head()


def current(database: Database) -> str | None:
    """Return the revision the database has; None when it was never migrated."""
    with database.begin() as unit:
        return revision_of(unit)


def migrate(database: Database) -> tuple[str | None, str | None]:
    """Bring the database to :func:`head` in one transaction, and return the revisions before and after.

    A second starter waits until the first is done, and finds nothing left to do.

    Raises:
        SchemaTooNewError: a newer hub was here.

    """
    with database.begin(statement_timeout_seconds=0) as unit:
        unit.connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        unit.connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS hub"))
        before = revision_of(unit)
        refuse_unknown(before)
        command.upgrade(config(unit.connection), "head")
        return before, revision_of(unit)


def require_current(database: Database) -> None:
    """Check at start that the database has the revision this code needs.

    Raises:
        SchemaOutOfDateError: it is older, or empty; the text names the command to run.
        SchemaTooNewError: it is newer than this code knows.

    """
    found, needed = current(database), head()
    refuse_unknown(found)
    if found is None:
        raise _empty(needed)
    if found != needed:
        raise SchemaOutOfDateError(
            f"数据库结构版本为 {found}，本程序需要 {needed}",
            f"the schema of the database is at {found}; this hub needs {needed}",
            next_zh="请先备份（hub backup），再运行：hub migrate",
            next_en="take a backup (hub backup), then run: hub migrate",
            facts={"found": found, "needed": needed},
        )


def require_founded(database: Database) -> None:
    """Check that a hub lives here, of this release or an earlier one: it is backed up before it is migrated.

    Raises:
        SchemaOutOfDateError: the database is empty.
        SchemaTooNewError: it is newer than this code knows.

    """
    found = current(database)
    refuse_unknown(found)
    if found is None:
        raise _empty(head())


def _empty(needed: str | None) -> SchemaOutOfDateError:
    return SchemaOutOfDateError(
        "这里还没有平台：数据库是空的",
        "there is no hub here yet: the database is empty",
        next_zh="新建一座城市用 hub init；有备份的用 hub restore；只想看看用 hub demo；"
        "数据在别处的，用 --data-dir 指明目录",
        next_en="found a city with hub init, bring back a backup with hub restore, or just look with hub demo; "
        "if the data lie elsewhere, name the directory with --data-dir",
        facts={"found": None, "needed": needed},
    )


def differences(database: Database) -> list[str]:
    """Return what a new migration would have to change; empty when tables and migrations agree."""
    with database.begin() as unit:
        arguments = comparison()
        target = arguments.pop("target_metadata")
        context = MigrationContext.configure(unit.connection, opts=arguments)
        return [str(change) for change in compare_metadata(context, target)]


def create_all_for_tests(database: Database) -> None:
    """Make schemas and control tables straight from the table definitions, without migrations."""
    with database.begin() as unit:
        for name in SCHEMAS:
            unit.connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))
        load_tables().create_all(unit.connection)


def revision_of(unit: Unit) -> str | None:
    """Return the revision of the database of ``unit``; None when it was never migrated."""
    options = {"version_table": VERSION_TABLE, "version_table_schema": "hub"}
    return MigrationContext.configure(unit.connection, opts=options).get_current_revision()


def refuse_unknown(revision: str | None) -> None:
    """Refuse a revision this code does not know.

    Raises:
        SchemaTooNewError: ``revision`` is none of our migrations.

    """
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaTooNewError(
            f"数据库结构版本 {revision} 由更新的程序写成，本程序不认识",
            f"the schema of the database is at {revision}, written by a newer hub; this one does not know it",
            next_zh="请升级本程序；若要退回旧版本，请用升级前的备份执行 hub restore",
            next_en="upgrade this hub; to go back, run `hub restore` with the backup taken before the upgrade",
            facts={"found": revision},
        )


def _is_control_name(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Keep Alembic to our control tables: not the tables of resources, not its own."""
    if kind == "schema":
        return name == "hub"
    return not (kind == "table" and name == VERSION_TABLE and parents.get("schema_name") == "hub")
