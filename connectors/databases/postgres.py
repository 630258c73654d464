"""PostgreSQL (and what speaks its protocol) as a source: one read-only snapshot, rows by COPY, text as it says it.

The address dialled is the one that was checked (libpq ``hostaddr``). No parameter of libpq comes from the address,
so none can name a file, a service or a socket of the hub.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Self

import polars as pl
import psycopg
from psycopg import errors, sql
from typing_extensions import override

from connectors.databases.postgres_speech import PostgresSpeech
from connectors.databases.relation import Column, Shape
from connectors.databases.session import Session, Speech
from connectors.egress import check_server
from connectors.port import position
from connectors.sources import (
    SourceDeniedError,
    SourceError,
    SourceQueryError,
    SourceTextError,
    lost,
    senseless,
    unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from connectors.databases.relation import Relation
    from connectors.databases.session import Login
    from connectors.sources import SourceLimits

CHUNK_BYTES: Final = 4 << 20
SETTINGS: Final = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "timezone": "Asia/Shanghai",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
"""How values are written, whatever the server's own habits: the same row has the same text on every day."""
NUMBERS: Final = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8", "oid", "money"})
SHAPES: Final = {
    "bool": Shape.BOOLEAN,
    "bytea": Shape.BINARY,
    "timestamp": Shape.TIME,
    "timestamptz": Shape.ZONED,
    "date": Shape.TIME,
    "geometry": Shape.GEOMETRY,
    "geography": Shape.GEOMETRY,
    **dict.fromkeys(NUMBERS, Shape.NUMBER),
}
DENIED: Final = (errors.InsufficientPrivilege, errors.InvalidAuthorizationSpecification)


class PostgresSession(Session):
    """An open snapshot of a PostgreSQL database."""

    def __init__(self, login: Login) -> None:
        """Connect and take the snapshot.

        Raises:
            EgressRefusedError, EgressUnreachableError: the hub may not or cannot reach that host.
            SourceUnreachableError, SourceDeniedError: no answer, or not to this user.
        """
        self._limits = login.limits
        self._connection = _connect(login)
        self._codec = login.address.charset or "utf-8"
        self._speech = PostgresSpeech()
        self._rows = self._came = 0
        try:
            with _explained(self._limits, 0):
                self._begin(login)
        except BaseException:
            self.close()
            raise

    def _begin(self, login: Login) -> None:
        connection = self._connection
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for name, value in SETTINGS.items():
            # Servers that only speak the protocol know fewer settings; what matters is written out by the speech.
            with suppress(errors.UndefinedObject), connection.transaction():
                connection.execute(sql.SQL("SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        milliseconds = login.limits.statement_seconds * 1000
        connection.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(milliseconds)))
        connection.commit()

    @property
    @override
    def speech(self) -> Speech:
        return self._speech

    @property
    @override
    def is_encrypted(self) -> bool:
        return bool(self._connection.pgconn.ssl_in_use)

    @override
    def columns(self, relation: Relation) -> tuple[Column, ...]:
        with _explained(self._limits, 0):
            # Prepared, so that the server itself refuses a second statement (PostgreSQL: Parse takes one).
            found = self._connection.execute(_query(_describing(self._speech.source(relation))), prepare=True)
            described = found.description or ()
            names = dict(
                self._connection.execute(
                    "SELECT oid::int8, typname::text FROM pg_type WHERE oid = ANY(%s::int8[]::oid[])",
                    ([column.type_code for column in described],),
                ).fetchall()
            )
        return tuple(
            Column(column.name, kind, SHAPES.get(kind, Shape.PLAIN))
            for column in described
            for kind in (str(names.get(column.type_code, "text")),)
        )

    @override
    def stream(self, statement: str, width: int) -> Iterator[pl.DataFrame]:
        self._rows = self._came = 0
        with _explained(self._limits, 0, self), self._connection.cursor() as cursor:
            with cursor.copy(_query(f"COPY ({statement}) TO STDOUT (FORMAT csv)")) as copy:
                waiting: list[bytes] = []
                size = 0
                for piece in copy:  # a record a message
                    waiting.append(bytes(piece))
                    self._came += 1
                    size += len(waiting[-1])
                    if size >= CHUNK_BYTES and waiting[-1].endswith(b"\n"):
                        yield self._frame(waiting, width)
                        waiting, size = [], 0
            if waiting:
                yield self._frame(waiting, width)

    def _frame(self, records: list[bytes], width: int) -> pl.DataFrame:
        first = self._rows + 1
        self._rows += len(records)
        raw = b"".join(records)
        try:
            text = raw if self._codec == "utf-8" else raw.decode(self._codec).encode()
            return pl.read_csv(
                text,
                has_header=False,
                schema={position(index): pl.String() for index in range(width)},
            )
        except (UnicodeDecodeError, pl.exceptions.PolarsError):
            raise SourceTextError(
                f"第 {first} 到 {self._rows} 行中有不是 {self._codec} 的文本",
                f"rows {first} to {self._rows} hold text that is not {self._codec}",
                next_zh="数据库没有声明编码（SQL_ASCII）时，在地址后加 ?charset=gb18030",
                next_en="for a database without an encoding (SQL_ASCII), add ?charset=gb18030 to the address",
                facts={"row": first},
            ) from None

    @property
    def rows(self) -> int:
        """How many rows of the statement under way have come."""
        return self._came

    @override
    def close(self) -> None:
        with suppress(psycopg.Error):
            self._connection.close()

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _describing(source: str) -> str:
    return f"SELECT * FROM {source} LIMIT 0"  # noqa: S608 - quoted by the speech


def _query(text: str) -> sql.SQL:
    # The speech has quoted every name and value; the person's SELECT is one statement by Relation.check.
    return sql.SQL(text)


def _connect(login: Login) -> psycopg.Connection[tuple[Any, ...]]:
    address = login.address
    target = check_server(address.host, address.port, login.policy)
    failed: psycopg.OperationalError | None = None
    with _certificates(login.trust_pem) as trusted:
        for one in target.addresses:
            try:
                return psycopg.connect(
                    host=address.host,
                    hostaddr=one,
                    port=address.port,
                    user=address.user,
                    password=login.password,
                    dbname=address.database,
                    sslmode=address.tls,
                    sslrootcert=trusted,
                    sslcert="",
                    sslkey="",
                    passfile=f"{os.devnull}/none",  # none there: a device would be warned of on the terminal
                    gssencmode="disable",
                    connect_timeout=login.limits.connect_seconds,
                    keepalives_idle=15,
                    keepalives_interval=5,
                    keepalives_count=3,
                    tcp_user_timeout=login.limits.silence_seconds * 1000,
                    client_encoding="sql_ascii" if address.charset else "utf8",
                    application_name="shutong-pull",
                )
            except psycopg.OperationalError as error:
                failed = error
    # Before a session there is no SQLSTATE: the server has answered when libpq quotes a FATAL of it.
    has_answered = failed is not None and ("FATAL" in str(failed) or "authentication" in str(failed))
    raise (_denied("connect") if has_answered else unreachable(address.host, address.port)) from None


@contextmanager
def _certificates(pem: str | None) -> Iterator[str]:
    """Yield what libpq takes for its list of authorities: pinned certificates in a file, or the system's."""
    if pem is None:
        yield ""
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pem)
        file.flush()
        yield file.name


@contextmanager
def _explained(limits: SourceLimits, rows: int, session: PostgresSession | None = None) -> Iterator[None]:
    """Turn what the driver raises into errors of the source; of the server's words only the code remains."""
    try:
        yield
    except errors.QueryCanceled:
        raise _slow(limits) from None
    except DENIED as error:
        raise _denied(error.sqlstate or "") from None
    except psycopg.OperationalError:
        came = rows if session is None else session.rows
        raise lost(f"已读取 {came} 行", f"after {came} rows", rows=came) from None
    except psycopg.Error as error:
        raise _fault(error) from None
    except (ValueError, TypeError, IndexError):
        raise senseless() from None


def _slow(limits: SourceLimits) -> SourceQueryError:
    return SourceQueryError(
        f"数据源的查询超过 {limits.statement_seconds} 秒，已停止",
        f"a query on the source took more than {limits.statement_seconds} seconds and was stopped",
        next_zh="请缩小查询范围、为条件列建索引，或改用水位方式",
        next_en="narrow the query, index its columns, or pull by watermark",
        facts={"limit_seconds": limits.statement_seconds},
    )


def _denied(code: str) -> SourceDeniedError:
    return SourceDeniedError(
        "数据源不允许登录或没有读取权限",
        "the source refuses the login or the reading of this table",
        next_zh="请核对用户、口令、库名，并请管理人员授予该表的只读（SELECT）权限",
        next_en="check user, password and database, and ask for SELECT on the table",
        facts={"code": code},
    )


def _fault(error: psycopg.Error) -> SourceError:
    name = "".join(f" {part}" if part.isupper() else part for part in type(error).__name__).strip().lower()
    return SourceQueryError(
        f"数据源不能执行该查询（SQLSTATE {error.sqlstate}，{name}）",
        f"the source cannot run the query (SQLSTATE {error.sqlstate}, {name})",
        next_zh="请核对表名、列名与查询语句；可先在数据库工具中执行一遍",
        next_en="check table, columns and query; try it in a database tool first",
        facts={"code": error.sqlstate or ""},
    )
