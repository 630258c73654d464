"""Where a database is: the URL form of SQLAlchemy, of which only what is harmless is understood.

``postgresql://user@host:5432/name``, ``mysql://`` and ``mariadb://`` alike, each with or without ``+driver``.
Of parameters there are ``sslmode`` (disable, prefer, require, verify-full), ``charset`` and ``stored``: a client
library's own ones (files, sockets, services) would let an address read the hub's disk. A password in the URL is
taken out by :func:`parse_address` and never kept in the address.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.sources import SourceAddressError, SourceDriverError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

LENGTH: Final = 1000
TLS_MODES: Final = ("disable", "prefer", "require", "verify-full")


class Dialect(StrEnum):
    """The databases the hub speaks to."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"


DIALECTS: Final[Mapping[str, Dialect]] = {
    "postgresql": Dialect.POSTGRESQL,
    "postgres": Dialect.POSTGRESQL,
    "mysql": Dialect.MYSQL,
    "mariadb": Dialect.MYSQL,
}
PORTS: Final = {Dialect.POSTGRESQL: 5432, Dialect.MYSQL: 3306}
KNOWN_ABSENT: Final[Mapping[str, str]] = {
    "oracle": "Oracle",
    "mssql": "SQL Server",
    "dm": "达梦 DM",
    "db2": "DB2",
    "hive": "Hive",
    "clickhouse": "ClickHouse",
}
"""Databases cities have whose driver does not come with the hub."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where to connect, as whom; never the password.

    ``tls`` is one of :data:`TLS_MODES`. ``charset`` names the encoding of a PostgreSQL database that states none
    (SQL_ASCII). ``stored`` names the encoding of the bytes that a MySQL database keeps in columns it takes for
    latin1, as old programs left them.
    """

    dialect: Dialect
    host: str
    port: int
    user: str
    database: str
    tls: str = "prefer"
    charset: str = ""
    stored: str = ""

    @property
    def shown(self) -> str:
        """The address as people see it."""
        more = {"sslmode": self.tls if self.tls != "prefer" else "", "charset": self.charset, "stored": self.stored}
        text = "&".join(f"{name}={value}" for name, value in more.items() if value)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.dialect}://{self.user}@{host}:{self.port}/{self.database}" + (f"?{text}" if text else "")


def parse_address(url: str) -> tuple[DatabaseAddress, str | None]:
    """Return the address and, where the URL carried one, the password.

    Raises:
        SourceAddressError: it is no URL of a database, or has parameters that are not allowed; nothing is repeated.
        SourceDriverError: the database is known, its driver is not part of the hub.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("无法识别", "it cannot be read") from None
    if len(url) > LENGTH or not url.isprintable():
        raise _wrong("过长或含有控制字符", "it is too long or has control characters")
    kind = parts.scheme.partition("+")[0].lower()
    dialect = DIALECTS.get(kind)
    if dialect is None:
        raise _no_driver(KNOWN_ABSENT[kind]) if kind in KNOWN_ABSENT else _wrong("不认识的数据库类型", "unknown kind")
    database = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not parts.username or not database or "/" in database or parts.fragment:
        raise _wrong("须有用户、主机和库名", "it needs a user, a host and the name of the database")
    named = _parameters(parts)
    address = DatabaseAddress(
        dialect, parts.hostname, port or PORTS[dialect], unquote(parts.username), database, **named
    )
    if not address.user.isprintable() or not database.isprintable():
        raise _wrong("含有控制字符", "it has control characters")
    return address, None if parts.password is None else unquote(parts.password)


def _parameters(parts: SplitResult) -> dict[str, str]:
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    found = {"tls": given.pop("sslmode", "prefer")} | {name: given.pop(name, "") for name in ("charset", "stored")}
    if found["charset"].lower() in {"utf8", "utf8mb4", "utf-8"}:  # what every driver's documentation tells to write
        found["charset"] = ""
    if given:
        raise _wrong("参数只能是 sslmode、charset、stored", "its parameters can be sslmode, charset and stored alone")
    if found["tls"] not in TLS_MODES:
        raise _wrong(f"sslmode 只能是 {'、'.join(TLS_MODES)}", f"sslmode is one of {', '.join(TLS_MODES)}")
    for name in ("charset", "stored"):
        if found[name]:
            try:
                codecs.lookup(found[name])
            except LookupError:
                raise _wrong(f"{name} 不是已知的编码", f"{name} is no known encoding") from None
    return found


def _wrong(zh: str, en: str) -> SourceAddressError:
    return SourceAddressError(
        f"数据库地址不可用：{zh}",
        f"this is no usable address of a database: {en}",
        next_zh="写成 postgresql://用户@主机:5432/库名 或 mysql://用户@主机:3306/库名，口令另行填写",
        next_en="write postgresql://user@host:5432/name or mysql://user@host:3306/name, and give the password apart",
    )


def _no_driver(name: str) -> SourceDriverError:
    return SourceDriverError(
        f"平台没有随带 {name} 的驱动程序，不能直接拉取",
        f"the hub comes without a driver for {name} and cannot pull from it",
        next_zh="请由该系统定时导出文件，用 hub push、监视文件夹、HTTP 或对象存储送达；"
        "或在 PostgreSQL、MySQL 中建立只读副本后拉取",
        next_en="let that system export files on a schedule and send them by hub push, a watched folder, HTTP or an"
        " object store; or keep a read-only copy in PostgreSQL or MySQL and pull from there",
        facts={"database": name},
    )
