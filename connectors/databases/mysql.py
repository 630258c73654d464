"""MySQL and MariaDB as a source: one read-only consistent snapshot, rows streamed, every value as the server writes it.

The socket is ours: it goes to the address that was checked. Nothing is converted on the way (a zero date stays
``0000-00-00``, a decimal keeps its digits). The server may not ask for files of the hub (LOAD DATA LOCAL is off).
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, cast

import polars as pl
import pymysql
from pymysql import err
from pymysql.constants import FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import SSCursor
from typing_extensions import override

from connectors.databases.mysql_speech import MysqlSpeech
from connectors.databases.relation import Column, Shape
from connectors.databases.session import Session, Speech
from connectors.egress import check_server
from connectors.egress_client import tls_context
from connectors.port import position
from connectors.sources import (
    SourceDeniedError,
    SourceLostError,
    SourceQueryError,
    SourceTextError,
    SourceUnreachableError,
    lost,
    senseless,
    unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from connectors.databases.relation import Relation
    from connectors.databases.session import Login
    from connectors.sources import SourceLimits

CHUNK_ROWS: Final = 2_000
BINARY_CHARSET: Final = 63  # "binary" in every version
DENIED: Final = frozenset({1044, 1045, 1049, 1142, 1143, 1227, 1698})
SLOW: Final = frozenset({1317, 1969, 3024})
AWAY: Final = frozenset({1040, 1053, 1152, 1184, 1927, 2003, 2006, 2013, 2055, 4031})
NUMBERS: Final = frozenset({FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG})
DECIMALS: Final = frozenset({FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE})
TIMES: Final = frozenset({FIELD_TYPE.DATE, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP, FIELD_TYPE.NEWDATE})
TEXTS: Final = frozenset(
    {FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.BLOB, FIELD_TYPE.TINY_BLOB}
    | {FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB}
)
TYPE_NAMES: Final = {
    number: name.lower() for name, number in vars(FIELD_TYPE).items() if isinstance(number, int) and name.isupper()
}
ZERO_DATE: Final = "0000-00-00"
MISREAD: Final = re.compile(
    "[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{4,}"
)
"""Runs of what the bytes above 127 of another encoding look like when they are read as latin1."""
SUSPICIOUS: Final = 5
SAMPLED: Final = 200


class _Field(Protocol):
    """What PyMySQL knows of a column of an answer."""

    name: str
    type_code: int
    charsetnr: int


class MysqlSession(Session):
    """An open snapshot of a MySQL or MariaDB database."""

    def __init__(self, login: Login) -> None:
        """Connect and take the snapshot.

        Raises:
            EgressRefusedError, EgressUnreachableError: the hub may not or cannot reach that host.
            SourceUnreachableError, SourceDeniedError: no answer, or not to this user.
        """
        self._limits = login.limits
        self._speech = MysqlSpeech(login.address.stored)
        self._rows = 0
        self.zero_dates: Counter[int] = Counter()
        """Values ``0000-00-00`` that came, by position of their column."""
        self._connection = _connect(login)
        try:
            with _explained(self._limits, self):
                self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        seconds = self._limits.statement_seconds
        with self._connection.cursor() as cursor:
            for statement in (
                "SET SESSION time_zone = '+08:00'",
                "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                # The server gives up on a reader that pauses longer than this while rows wait to be sent.
                f"SET SESSION net_write_timeout = {max(seconds, 600)}",
            ):
                cursor.execute(statement)
            with suppress(err.MySQLError):  # MySQL's name for it, in milliseconds
                cursor.execute(f"SET SESSION max_execution_time = {seconds * 1000}")
            with suppress(err.MySQLError):  # MariaDB's
                cursor.execute(f"SET SESSION max_statement_time = {seconds}")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    @property
    @override
    def speech(self) -> Speech:
        return self._speech

    @property
    @override
    def is_encrypted(self) -> bool:
        return bool(self._connection.ssl)

    @override
    def columns(self, relation: Relation) -> tuple[Column, ...]:
        with _explained(self._limits, self), self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {self._speech.source(relation)} LIMIT 0")  # noqa: S608 - quoted by the speech
            # Only the answer itself tells a text from a BLOB: both have one type number.
            fields: Sequence[_Field] = cursor._result.fields  # noqa: SLF001 - shown nowhere else
        return tuple(Column(field.name, _type_name(field), _shape(field)) for field in fields)

    @override
    def stream(self, statement: str, width: int) -> Iterator[pl.DataFrame]:
        self._rows = 0
        self.zero_dates.clear()
        schema = {position(index): pl.String() for index in range(width)}
        with _explained(self._limits, self):
            cursor = self._connection.cursor(SSCursor)
            try:
                cursor.execute(statement)
                while found := cursor.fetchmany(CHUNK_ROWS):
                    frame = pl.DataFrame(found, schema=schema, orient="row")
                    if not self._rows:
                        _refuse_misread(frame)
                    self._rows += frame.height
                    self._count_zero_dates(frame)
                    yield frame
            except BaseException:
                # Whoever stops in the middle lets go of the connection: the driver would first read all the rest.
                self.close()
                raise
            cursor.close()

    def _count_zero_dates(self, frame: pl.DataFrame) -> None:
        found = frame.select(pl.all().str.starts_with(ZERO_DATE).sum()).row(0)
        self.zero_dates.update({index: count for index, count in enumerate(found) if count})

    @property
    def rows(self) -> int:
        """How many rows of the statement under way have come."""
        return self._rows

    @override
    def close(self) -> None:
        # Not close(): that first reads what is left of a result, which may be the whole table.
        with suppress(Exception):
            if self._connection._result is not None:  # type: ignore[attr-defined]  # noqa: SLF001
                self._connection._result.unbuffered_active = False  # type: ignore[attr-defined]  # noqa: SLF001
            self._connection._force_close()  # type: ignore[attr-defined]  # noqa: SLF001 - lets go at once

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _connect(login: Login) -> pymysql.Connection[Any]:
    address, limits = login.address, login.limits
    target = check_server(address.host, address.port, login.policy)
    connection: pymysql.Connection[Any] = pymysql.Connection(
        host=address.host,
        port=address.port,
        user=address.user,
        password=login.password,
        database=address.database,
        charset="utf8mb4",
        conv=cast("Any", dict(encoders)),  # none for values that come: the text of the server is the exact value
        connect_timeout=limits.connect_seconds,
        read_timeout=limits.silence_seconds,
        write_timeout=limits.silence_seconds,
        local_infile=False,
        defer_connect=True,
        ssl=_tls(login),
        ssl_disabled=address.tls in {"disable", "prefer"},
        program_name="shutong-pull",
    )
    for one in target.addresses:
        try:
            dialled = socket.create_connection((one, address.port), limits.connect_seconds)
        except OSError:
            continue
        dialled.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            connection.connect(dialled)
        except (err.MySQLError, OSError, RuntimeError, ValueError, LookupError, struct.error) as error:
            dialled.close()
            raise _not_connected(error, login) from None
        return connection
    raise unreachable(address.host, address.port)


def _tls(login: Login) -> ssl.SSLContext | None:
    """Return how the server is trusted; ``require`` encrypts without asking who answers, as libpq does."""
    match login.address.tls:
        case "require":
            context = tls_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        case "verify-full":
            return tls_context(login.trust_pem)
        case _:
            return None


def _not_connected(error: Exception, login: Login) -> SourceDeniedError | SourceUnreachableError:
    if isinstance(error, err.MySQLError) and error.args and error.args[0] in DENIED:
        return _denied(int(error.args[0]))
    return unreachable(login.address.host, login.address.port)


def _type_name(field: _Field) -> str:
    return TYPE_NAMES.get(field.type_code, "text")


def _shape(field: _Field) -> Shape:
    kind = field.type_code
    if kind == FIELD_TYPE.GEOMETRY:
        return Shape.GEOMETRY
    if kind == FIELD_TYPE.BIT:
        return Shape.BITS
    if kind in NUMBERS | DECIMALS:
        return Shape.NUMBER
    if kind in TIMES:
        return Shape.TIME
    return Shape.BINARY if kind in TEXTS and field.charsetnr == BINARY_CHARSET else Shape.PLAIN


def _refuse_misread(frame: pl.DataFrame) -> None:
    """Raise where texts look like GBK bytes kept in a column that the database takes for latin1."""
    for index, name in enumerate(frame.columns):
        texts = frame[name].drop_nulls().head(SAMPLED * 10)
        odd = [text for text in texts.filter(texts.str.contains(MISREAD.pattern)).head(SAMPLED) if _reads_as_gbk(text)]
        if len(odd) >= min(SUSPICIOUS, max(1, len(texts) // 2)):
            raise SourceTextError(
                f"第 {index + 1} 列的文本像是 GBK 字节存进了 latin1 列，直接读取会成为乱码",
                f"column {index + 1} looks like GBK bytes kept in a latin1 column, and would be read as garbage",
                next_zh="在地址后加 ?stored=gbk 让平台按实际编码读取；或请管理人员改正该列的字符集",
                next_en="add ?stored=gbk to the address, so that the bytes are read as what they are",
                facts={"column": index + 1},
            )


def _reads_as_gbk(text: str) -> bool:
    """Whether a text, turned back into bytes as MySQL's latin1 (Windows 1252 without holes), is Chinese in GBK."""
    raw = bytearray()
    for character in text:
        try:
            raw += character.encode("cp1252")
        except UnicodeEncodeError:
            if ord(character) > 0xFF:  # noqa: PLR2004 - the holes of 1252 stand for themselves
                return False
            raw.append(ord(character))
    try:
        read = raw.decode("gbk")
    except UnicodeDecodeError:
        return False
    return sum("\u4e00" <= character <= "\u9fff" for character in read) * 2 >= len(read)


@contextmanager
def _explained(limits: SourceLimits, session: MysqlSession) -> Iterator[None]:
    """Turn what the driver raises into errors of the source; of the server's words only the code remains."""
    try:
        yield
    except err.MySQLError as error:
        code = int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0
        raise _told(code, limits, session.rows) from None
    except (OSError, AttributeError):
        # What PyMySQL raises from its parser when the socket ends inside a packet.
        raise _told(2013, limits, session.rows) from None
    except (ValueError, TypeError, LookupError, RuntimeError, struct.error):
        # A server that asks for a file (LOAD DATA LOCAL), or speaks something else.
        raise senseless() from None


def _told(code: int, limits: SourceLimits, rows: int) -> SourceDeniedError | SourceQueryError | SourceLostError:
    if code in DENIED:
        return _denied(code)
    if code in SLOW:
        return SourceQueryError(
            f"数据源的查询超过 {limits.statement_seconds} 秒，已停止",
            f"a query on the source took more than {limits.statement_seconds} seconds and was stopped",
            next_zh="请缩小查询范围、为条件列建索引，或改用水位方式",
            next_en="narrow the query, index its columns, or pull by watermark",
            facts={"limit_seconds": limits.statement_seconds},
        )
    if code in AWAY or code == 0:
        return lost(f"已读取 {rows} 行", f"after {rows} rows", rows=rows)
    return SourceQueryError(
        f"数据源不能执行该查询（MySQL 错误 {code}）",
        f"the source cannot run the query (MySQL error {code})",
        next_zh="请核对表名、列名与查询语句；可先在数据库工具中执行一遍",
        next_en="check table, columns and query; try it in a database tool first",
        facts={"code": str(code)},
    )


def _denied(code: int) -> SourceDeniedError:
    return SourceDeniedError(
        "数据源不允许登录或没有读取权限",
        "the source refuses the login or the reading of this table",
        next_zh="请核对用户、口令、库名，并请管理人员授予该表的只读（SELECT）权限",
        next_en="check user, password and database, and ask for SELECT on the table",
        facts={"code": str(code)},
    )
