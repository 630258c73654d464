"""SQL of backup and restore: which tables there are, one moment in which to read them, and their digests.

A digest is SHA-256 over ``COPY table TO STDOUT (FORMAT binary)`` in the order rows lie in. pg_dump reads and
pg_restore writes in that order, so a restored table gives the same digest; no setting changes the binary form.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from psycopg import sql

from hub.backup_manifest import CheckpointFact, TableFact
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Database, Unit

ATTEMPTS: Final = 20
LIST: Final = sa.text("""
SELECT n.nspname AS schema, c.relname AS name, c.oid AS oid
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY 1, 2
""")
"""Ordinary logged tables: partitions count one by one, staging tables (unlogged) do not belong to a backup."""

Table = tuple[str, str, int]
"""Schema, name and oid."""


class TablesChangingError(DomainError):
    """Tables came and went so fast that no moment could be caught."""


def tables(unit: Unit) -> list[Table]:
    """Return the tables a backup holds, by schema and name."""
    return [(row.schema, row.name, row.oid) for row in unit.connection.execute(LIST)]


@contextmanager
def one_moment(database: Database) -> Iterator[tuple[Unit, list[Table], str]]:
    """Yield a transaction that sees one moment, its tables, and the name under which pg_dump can see it too.

    Tables are locked (against removal, not against writing) before the moment is taken: a table swapped or
    emptied in between would otherwise look empty in a snapshot that is older than its new files.

    Raises:
        TablesChangingError: the list of tables changed at every attempt.

    """
    for _ in range(ATTEMPTS):
        with database.begin() as unit:
            before = tables(unit)
        with database.read_only(statement_timeout_seconds=0, may_lag=False) as unit:
            if not _locked(unit, before):
                continue
            found = tables(unit)
            if found == before:
                yield unit, found, str(unit.connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one())
                return
    raise TablesChangingError(
        "备份期间数据表不断增减，未能取得一致的时刻",
        "tables were made and removed all the time; no consistent moment could be caught",
        next_zh="请在推送较少的时候重试",
        next_en="try again when fewer pushes run",
    )


def _locked(unit: Unit, found: list[Table]) -> bool:
    """Lock all tables against removal; say no when one is gone already."""
    if not found:
        return True
    names = sql.SQL(", ").join(sql.Identifier(schema, name) for schema, name, _ in found)
    try:
        unit.connection.exec_driver_sql(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names).as_string())
    except sa.exc.ProgrammingError:
        unit.connection.rollback()
        return False
    return True


def digest(unit: Unit, table: Table) -> TableFact:
    """Return number of rows and digest of a table, as this transaction sees it."""
    schema, name, _ = table
    state = hashlib.sha256()
    statement = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(schema, name))
    with unit.driver.cursor() as cursor:
        # Concurrent scans of a large table may start in its middle; then the order would differ.
        cursor.execute("SET LOCAL synchronize_seqscans = off")
        with cursor.copy(statement) as copy:
            for block in copy:
                state.update(block)
        rows = cursor.rowcount
    return TableFact(f"{schema}.{name}", rows, state.hexdigest())


def newest_checkpoint(unit: Unit) -> CheckpointFact | None:
    """Return the newest checkpoint of the log; None where there is no log yet."""
    has_log = unit.connection.execute(sa.text("SELECT to_regclass('hub.checkpoint') IS NOT NULL")).scalar_one()
    if not has_log:
        return None
    query = sa.text("SELECT size, encode(root, 'hex') AS root FROM hub.checkpoint ORDER BY size DESC LIMIT 1")
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else CheckpointFact(row.size, row.root)


def is_empty(unit: Unit) -> bool:
    """Say whether the database holds no table of anybody's."""
    query = sa.text("""
    SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast'))
    """)
    return bool(unit.connection.execute(query).scalar_one())


def server_version(unit: Unit) -> int:
    """Return ``server_version_num`` of the server."""
    return unit.driver.info.server_version


def analyse(database: Database) -> None:
    """Collect statistics: plans on a restored database are then as good as before."""
    with database.begin(statement_timeout_seconds=0) as unit:
        unit.connection.execute(sa.text("ANALYZE"))
