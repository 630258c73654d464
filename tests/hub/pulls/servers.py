"""Sources of pulls for tests: a MariaDB and a PostgreSQL of their own, and a line to them that can be cut.

Every server listens on 127.0.0.1 alone and ends with its test run. The line is a TCP proxy: it counts what comes
from the server, ends after so many bytes when told to, and can be down.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pymysql
import pytest

from hub.postgres import EmbeddedPostgres
from hub.postgres_cluster import ServerOptions
from tests.support.running import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "canary-source-password"
READER = "lezer"
COLUMNS = "id, name, area, road, direction, lines, shelter, lng, lat, changed_at"
RENAME = {
    "id": "站点编码",
    "name": "站点名称",
    "area": "所在区",
    "road": "所在道路",
    "direction": "行驶方向",
    "lines": "经停线路",
    "shelter": "是否有候车亭",
    "lng": "经度",
    "lat": "纬度",
}
IGNORE = ["changed_at"]


@dataclass
class Line:
    """A way to a server that can be cut: ``cut_after`` bytes from the server, or ``down`` altogether."""

    target: tuple[str, int] | str
    cut_after: int | None = None
    down: bool = False
    carried: int = 0
    _listener: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.down:
                near.close()
                continue
            family = socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET
            far = socket.socket(family)
            try:
                far.connect(self.target)
            except OSError:
                near.close()
                far.close()
                continue
            for one, other, is_answer in ((near, far, False), (far, near, True)):
                threading.Thread(
                    target=self._carry, args=(one, other), kwargs={"is_answer": is_answer}, daemon=True
                ).start()

    def _carry(self, one: socket.socket, other: socket.socket, *, is_answer: bool) -> None:
        carried = 0
        with suppress(OSError):
            while data := one.recv(1 << 16):
                if is_answer:
                    carried += len(data)
                    self.carried += len(data)
                    if self.cut_after is not None and carried > self.cut_after:
                        break
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()


@dataclass
class Source:
    """A database with bus stops: how the hub reaches it, and how a test changes it."""

    dialect: str
    line: Line
    database: str
    user: str
    admin: Any
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """The address a clerk writes down."""
        return f"{self.dialect}://{self.user}@127.0.0.1:{self.line.port}/{self.database}"

    def run(self, *statements: str) -> None:
        """Change the source."""
        with self.admin() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def fill(self, table: str, rows: int) -> None:
        """Make a table of bus stops with ids 1 … ``rows``."""
        self.run(*(_filled_postgres(table, rows) if self.dialect == "postgresql" else _filled_mariadb(table, rows)))

    def change(self, table: str, every: int, mark: str) -> None:
        """Change every so-many-th row, as a day's work does."""
        number = "substr(id, 3)::int" if self.dialect == "postgresql" else "cast(substr(id, 3) as unsigned)"
        now = "timestamp '2025-03-01 00:00:00'"
        self.run(f"UPDATE {table} SET road = '{mark}', changed_at = {now} WHERE {number} % {every} = 1")

    def delete(self, table: str, first: int) -> None:
        """Delete the first so many rows."""
        self.run(f"DELETE FROM {table} WHERE id <= 'ZD{first:08d}'")


def _filled_postgres(table: str, rows: int) -> tuple[str, ...]:
    made = f"""CREATE TABLE {table} (id varchar(10) PRIMARY KEY, name text NOT NULL, area text, road text,
        direction text, lines text, shelter boolean, lng numeric(12,6), lat numeric(12,6), changed_at timestamp)"""
    filled = f"""INSERT INTO {table} SELECT 'ZD' || lpad(n::text, 8, '0'), '示例站' || n, '东区', '示例路' || n % 97,
        '由西向东', n % 60 || '路', n % 2 = 0, 122.4 + n % 1000 / 10000.0, 34.5,
        timestamp '2025-01-01' + n * interval '1 second' FROM generate_series(1, {rows}) AS n"""
    return made, filled, f"ANALYZE {table}"


def _filled_mariadb(table: str, rows: int) -> tuple[str, ...]:
    made = f"""CREATE TABLE {table} (id varchar(10) PRIMARY KEY, name varchar(100) NOT NULL, area varchar(50),
        road varchar(100), direction varchar(10), `lines` varchar(200), shelter tinyint(1), lng decimal(12,6),
        lat decimal(12,6), changed_at datetime(6), KEY (changed_at)) CHARACTER SET utf8mb4"""
    filled = f"""INSERT INTO {table} SELECT concat('ZD', lpad(seq, 8, '0')), concat('示例站', seq), '东区',
        concat('示例路', seq % 97), '由西向东', concat(seq % 60, '路'), seq % 2 = 0, 122.4 + (seq % 1000) / 10000,
        34.5, timestamp '2025-01-01 00:00:00' + interval seq second FROM seq_1_to_{rows}"""
    return made, filled


@contextmanager
def postgres_source(folder: Path) -> Iterator[Source]:
    """Run a PostgreSQL that is not the hub's, behind a line."""
    with EmbeddedPostgres(folder, ServerOptions(is_durable=False, is_watched=False)) as server:
        url = server.url("postgres")

        @contextmanager
        def admin() -> Iterator[psycopg.Connection]:
            with psycopg.connect(url, autocommit=True) as connection:
                yield connection

        with psycopg.connect(url) as connection:
            parts = connection.info
            place, user = f"{parts.host}/.s.PGSQL.5432", parts.user
        line = Line(place)
        try:
            yield Source("postgresql", line, "postgres", user, admin)
        finally:
            line.close()


@contextmanager
def mariadb_source(folder: Path) -> Iterator[Source]:
    """Run a MariaDB behind a line, with a reader who may only read; skips where none is installed."""
    server, maker = shutil.which("mariadbd", path=_paths()), shutil.which("mariadb-install-db", path=_paths())
    if server is None or maker is None:
        pytest.skip("no MariaDB server is installed on this machine (Debian: mariadb-server)")
    data, port = folder / "data", free_port()
    made = subprocess.run(
        [maker, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", *_as_user()],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-2000:]
    with (folder / "errors.log").open("wb") as errors:
        process = subprocess.Popen(
            [
                *(server, "--no-defaults", f"--datadir={data}", f"--socket={folder}/s", f"--port={port}"),
                *("--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=256M"),
                *(f"--pid-file={folder}/pid", *_as_user()),
            ],
            stderr=errors,
        )

    @contextmanager
    def admin() -> Iterator[Any]:
        with pymysql.connect(unix_socket=f"{folder}/s", user="root", autocommit=True) as connection:
            connection.query("CREATE DATABASE IF NOT EXISTS city CHARACTER SET utf8mb4")
            connection.select_db("city")
            yield connection

    line = Line(("127.0.0.1", port))
    try:
        _wait(f"{folder}/s")
        source = Source("mysql", line, "city", READER, admin, process)
        source.run(
            f"CREATE USER '{READER}'@'localhost' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT SELECT ON city.* TO '{READER}'@'localhost'",
        )
        yield source
    finally:
        line.close()
        process.terminate()
        process.wait(60)


def _as_user() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


def _paths() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"


def _wait(place: str) -> None:
    """Wait until somebody listens; a driver that tries too early leaves its socket open."""
    for _ in range(600):
        with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
            probe.connect(place)
            return
        time.sleep(0.1)
    raise AssertionError("MariaDB does not start")
