"""The one way to open a transaction: an engine, an async pool, ``begin()`` and ``read_only()``.

PostgreSQL only (embedded or external, 15 or newer, UTF8). Use cases take a :class:`Unit`, never an engine.
Parameters never appear in error texts of SQL: they may be somebody's data.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout
from sqlalchemy import exc

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from hub.settings import Settings

OLDEST_VERSION: Final = 150000
"""``server_version_num`` of the oldest PostgreSQL the hub is tested on."""
TEXT_CHECK: Final = (
    r"SELECT lower('ＡB郑') = 'ａb郑' AND upper('ｂc') = 'ＢC' AND '郑州市' ~ '^\w+$' AND '郑州市' ~ '^..市$'"
)
"""False on a database made with locale C: there, Chinese characters are no letters."""
PROBE_SECONDS: Final = 2.0
SPILL: Final = ("SET LOCAL work_mem = '64kB'", "SELECT count(*) FROM generate_series(1, 5000)")
"""Some 70 kB that a server writes beside its tables and drops at once, without a trace in log or catalogue."""


INTERRUPTIONS: Final[tuple[type[Exception], ...]] = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    PoolTimeout,
    PoolClosed,
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
)
"""What the drivers raise when the server goes away, is too busy or too slow: it says nothing about the request."""


class DatabaseUnreachableError(DomainError):
    """No connection to the database can be had now."""


class DatabaseUnsuitableError(DomainError):
    """The database is there, but the hub cannot work on it: too old, not UTF8, or deaf to Chinese text."""


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """How connections are made and kept."""

    pool_size: int = 40
    """Connections of the synchronous engine; at least the thread limit of the web server."""
    overflow: int = 8
    """More connections for the moment when all are taken."""
    async_pool_size: int = 16
    """Connections of the hot paths."""
    statement_timeout_seconds: float = 30.0
    """Longest statement; 0 is without limit. :meth:`Database.begin` can set another for one transaction."""
    connect_timeout_seconds: int = 5
    application_name: str = "shutong"
    """Name shown in ``pg_stat_activity``."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One transaction: all that happens in it is kept, or none of it."""

    connection: sa.Connection

    @property
    def driver(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The psycopg connection of this transaction, for COPY and generated SQL."""
        raw: psycopg.Connection[tuple[Any, ...]] | None = self.connection.connection.driver_connection
        if raw is None:
            msg = "the connection is closed"
            raise RuntimeError(msg)
        return raw

    def savepoint(self) -> sa.NestedTransaction:
        """Begin a part of the transaction that can be undone alone; end it with commit() or rollback()."""
        return self.connection.begin_nested()


@dataclass(frozen=True, slots=True)
class Probe:
    """Answer of a health probe: whether the database keeps what is written, and how fast."""

    is_up: bool
    is_writable: bool
    milliseconds: float


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections of one pool: lent out, waiting to be lent, and callers waiting for one."""

    lent: int
    idle: int
    waiting: int


class Database:
    """Engine, async pool and transactions on one PostgreSQL database."""

    def __init__(self, url: str, options: DatabaseOptions | None = None, *, read_url: str | None = None) -> None:
        """Prepare; connect nothing yet.

        Args:
            url: libpq URL or conninfo of the database (``postgresql://user@host/name``, several hosts allowed).
            options: sizes and limits.
            read_url: a streaming replica for long reads (:meth:`read_only`); None reads from ``url``.

        """
        self.url = _libpq(url)
        self.options = options if options is not None else DatabaseOptions()
        self.engine = self._engine(self.url)
        self._read_engine = self.engine if read_url is None else self._engine(_libpq(read_url))
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]] | None = None

    @classmethod
    def from_settings(cls, settings: Settings, url: str) -> Database:
        """Return the database at ``url`` (embedded or external) with the sizes and limits of the settings."""
        options = DatabaseOptions(
            pool_size=settings.database_pool_size,
            async_pool_size=settings.database_async_pool_size,
            statement_timeout_seconds=settings.statement_timeout_seconds,
        )
        replica = settings.read_database_url
        return cls(url, options, read_url=None if replica is None else replica.get_secret_value())

    @contextmanager
    def begin(self, *, statement_timeout_seconds: float | None = None) -> Iterator[Unit]:
        """Open a transaction; it commits when the block ends, and rolls back on any error.

        ``statement_timeout_seconds`` replaces the limit of the settings for this transaction (0: no limit),
        for work whose length grows with the data: loads, exports, migrations.
        """
        with self.engine.begin() as connection:
            unit = Unit(connection)
            _limit(unit, statement_timeout_seconds)
            yield unit

    @contextmanager
    def read_only(self, *, statement_timeout_seconds: float | None = None, may_lag: bool = True) -> Iterator[Unit]:
        """Open a transaction that sees one moment and changes nothing, for streams and exports.

        All statements see the same snapshot (REPEATABLE READ). It runs on the replica where there is one,
        unless ``may_lag`` is False.
        """
        with (self._read_engine if may_lag else self.engine).connect() as connection:
            snapshot = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with snapshot.begin():
                unit = Unit(snapshot)
                _limit(unit, statement_timeout_seconds)
                yield unit

    async def open_pool(self) -> None:
        """Open the async pool; call it when the web application starts, in its event loop."""
        if self._pool is None:
            pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]] = AsyncConnectionPool(
                self.conninfo,
                kwargs={"autocommit": True},
                min_size=min(4, self.options.async_pool_size),
                max_size=self.options.async_pool_size,
                timeout=self.options.connect_timeout_seconds,
                open=False,
                name=self.options.application_name,
            )
            await pool.open()
            self._pool = pool

    async def close_pool(self) -> None:
        """Close the async pool; call it in the event loop that opened it, before :meth:`close`."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @property
    def pool(self) -> AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """The async pool of the hot paths: autocommit, prepared statements."""
        if self._pool is None:
            msg = "the async pool is not open: call open_pool() when the application starts"
            raise RuntimeError(msg)
        return self._pool

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """Lend an async connection in autocommit; after a restart of the server only one caller sees an error."""
        async with self.pool.connection() as connection:
            try:
                yield connection
            except Exception:
                if connection.broken:
                    await self.pool.check()  # the others of the pool broke with it
                raise

    def check(self) -> None:
        """Check that the hub can work on this database; run once at start.

        Raises:
            DatabaseUnreachableError: no connection.
            DatabaseUnsuitableError: too old, not UTF8, or made with a locale that does not know Chinese.

        """
        try:
            with psycopg.connect(self.conninfo, autocommit=True) as connection:
                version = connection.info.server_version
                encoding = connection.info.parameter_status("server_encoding")
                row = connection.execute(TEXT_CHECK).fetchone() if encoding == "UTF8" else (False,)
        except psycopg.OperationalError as error:
            raise _unreachable(self.url) from error
        if version < OLDEST_VERSION:
            raise _too_old(version)
        if encoding != "UTF8" or row is None or row[0] is not True:
            raise _not_chinese(str(encoding))

    def probe(self) -> Probe:
        """Write one small record ahead, wait until it is on disk, and take some room: a full disk shows here.

        The record alone tells nothing of the room: PostgreSQL keeps files for it that it made long ago.
        """
        started = time.perf_counter()
        is_up = is_writable = False
        try:
            with self.begin(statement_timeout_seconds=PROBE_SECONDS) as unit:
                may_write = unit.connection.execute(sa.text("SELECT NOT pg_is_in_recovery()")).scalar_one()
                may_write &= unit.connection.execute(sa.text("SHOW transaction_read_only")).scalar_one() == "off"
                is_up = True
                if may_write:
                    unit.connection.execute(sa.text("SELECT pg_logical_emit_message(true, 'shutong', 'probe')"))
                    for statement in SPILL:
                        unit.connection.execute(sa.text(statement))
            is_writable = bool(may_write)
        except exc.DBAPIError:
            is_writable = False
        return Probe(is_up, is_writable, (time.perf_counter() - started) * 1000)

    def pool_use(self) -> dict[str, PoolUse]:
        """Return how busy the pools are: ``sync`` of the engine, and ``async`` once it is open."""
        pool = self.engine.pool
        use = {"sync": PoolUse(0, 0, 0)}
        if isinstance(pool, sa.QueuePool):
            use["sync"] = PoolUse(pool.checkedout(), pool.checkedin(), 0)
        if self._pool is not None:
            stats = self._pool.get_stats()
            idle = stats.get("pool_available", 0)
            use["async"] = PoolUse(stats.get("pool_size", 0) - idle, idle, stats.get("requests_waiting", 0))
        return use

    def close(self) -> None:
        """Give all connections of the engine back; the async pool is closed by :meth:`close_pool`."""
        self.engine.dispose()
        self._read_engine.dispose()

    @property
    def conninfo(self) -> str:
        """Connection string of libpq with our name and limits, for programs and pools; it may hold a password."""
        return self._conninfo(self.url)

    def _engine(self, url: str) -> sa.Engine:
        return sa.create_engine(
            "postgresql+psycopg://",
            connect_args=conninfo_to_dict(self._conninfo(url)),
            pool_size=self.options.pool_size,
            max_overflow=self.options.overflow,
            pool_timeout=self.options.connect_timeout_seconds,
            pool_pre_ping=True,  # a restarted server costs nobody a request
            hide_parameters=True,  # parameters are people's data
        )

    def _conninfo(self, url: str) -> str:
        """Return ``url`` with our name and limits, keeping options the operator wrote into it."""
        given = conninfo_to_dict(url)
        limit = f"-c statement_timeout={_milliseconds(self.options.statement_timeout_seconds)}"
        given.setdefault("application_name", self.options.application_name)
        given.setdefault("connect_timeout", self.options.connect_timeout_seconds)
        given["options"] = f"{limit} {given.get('options') or ''}".strip()
        given["client_encoding"] = "utf8"
        return make_conninfo("", **given)


def _libpq(url: str) -> str:
    """Return a URL libpq understands; SQLAlchemy's ``postgresql+psycopg://`` is accepted too."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _limit(unit: Unit, seconds: float | None) -> None:
    if seconds is not None:
        # SET, not set_config(): it takes no snapshot, so that a reader may still lock tables before it looks.
        unit.connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_milliseconds(seconds)}")


def _place(url: str) -> str:
    """Return host and database name of ``url`` to show to people: never the user or the password."""
    parts = conninfo_to_dict(url)
    return f"{parts.get('host') or 'localhost'}/{parts.get('dbname') or ''}"


def _unreachable(url: str) -> DatabaseUnreachableError:
    place = _place(url)
    return DatabaseUnreachableError(
        f"连接不上数据库 {place}",
        f"the database {place} cannot be reached",
        next_zh="请检查数据库是否运行、网络是否连通、HUB_DATABASE_URL 的用户和口令是否正确",
        next_en="check that the server runs and is reachable, and the user and password in HUB_DATABASE_URL",
    )


def _too_old(version: int) -> DatabaseUnsuitableError:
    return DatabaseUnsuitableError(
        f"数据库版本为 PostgreSQL {version // 10000}，至少需要 15",
        f"the database is PostgreSQL {version // 10000}; 15 is the oldest that will do",
        next_zh="请升级数据库，或不设 HUB_DATABASE_URL 以使用内置数据库",
        next_en="upgrade it, or leave HUB_DATABASE_URL unset to use the embedded database",
    )


def _not_chinese(encoding: str) -> DatabaseUnsuitableError:
    return DatabaseUnsuitableError(
        f"数据库的编码（{encoding}）或区域设置不能正确处理中文",
        f"the encoding ({encoding}) or the locale of the database does not handle Chinese text",
        next_zh="请新建数据库：CREATE DATABASE hub TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
        next_en="make a new one: CREATE DATABASE hub TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    )
