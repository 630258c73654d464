"""The embedded PostgreSQL: what a newcomer runs is what the city runs.

``EmbeddedPostgres(data_dir)`` initialises and runs a private server: a socket folder only its account (and
root) may enter, no TCP, hence no password. Run by root, the server itself runs as an account without login.
A server outlives a hub that was killed: the next hub on the data directory adopts it, and stops it on
:meth:`~EmbeddedPostgres.close`. A server that was killed is started again by the living hub, else by the next
one; PostgreSQL recovers all that was committed.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Self

import psycopg
from psycopg import sql

from hub.postgres_binaries import DatabaseServerError
from hub.postgres_cluster import (
    POLL_SECONDS,
    Cluster,
    ServerOptions,
    ServerStartError,
    answers,
    drop_socket_dir,
    server_url,
    unusable,
    wait_until,
)
from hub.postgres_files import DataDirInUseError, DataDirLock, ServerMark, read_mark

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

log: Final = logging.getLogger(__name__)

DATABASE: Final = "hub"
WATCH_SECONDS: Final = 0.5
RESTARTS: Final = 5
"""Starts in a row that may fail before the watcher gives up and leaves the database down."""
JOIN_SECONDS: Final = 30.0
"""How long a verb beside a hub that is just starting waits for its server."""


class EmbeddedPostgres:
    """One private PostgreSQL server on one data directory, owned by this process."""

    def __init__(self, data_dir: Path, options: ServerOptions | None = None) -> None:
        """Do nothing yet; :meth:`start` runs the server."""
        self.data_dir = data_dir.resolve()
        self.was_adopted = False
        self._options = options if options is not None else ServerOptions()
        self._lock = DataDirLock(self.data_dir)
        self._mark: ServerMark | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> str:
        """Initialise where needed, start or adopt the server, and return the URL of the hub's database.

        Raises:
            DataDirInUseError: another hub runs on this data directory.
            DataDirVersionError: the cluster belongs to another major version.
            DataDirUnusableError: the directory cannot be entered or holds foreign files.
            NoBinariesError: this machine has no programs to run.
            ServerStartError: the server did not start; the text ends with its last words.

        """
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.take()
        except OSError as error:
            raise unusable(self.data_dir, error) from error
        self._closing.clear()
        atexit.register(self.close)
        try:
            cluster = Cluster(self.data_dir, self._options)
            self._adopt_or_launch(cluster)
            self._create_database()
        except BaseException:
            self.close()
            raise
        if self._options.is_watched:
            self._watcher = threading.Thread(target=self._watch, args=(cluster,), name="postgres-watch", daemon=True)
            self._watcher.start()
        return self.url()

    def url(self, database: str = DATABASE) -> str:
        """Return the libpq URL of a database on the running server."""
        return server_url(self._running.socket_dir, database)

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        return self._running.pid

    def is_running(self) -> bool:
        """Say whether the server process lives (not whether it answers)."""
        if self._child is not None:
            return self._child.poll() is None
        return self._mark is not None and self._mark.is_alive()

    def close(self) -> None:
        """Stop the server (open transactions are rolled back) and give the data directory free."""
        self._closing.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        if self._mark is not None:
            # Fast shutdown first; a server that hangs is told to drop everything and recovers at its next start.
            for request, seconds in ((signal.SIGINT, self._options.stop_timeout_seconds), (signal.SIGQUIT, 10.0)):
                if self.is_running():
                    with suppress(ProcessLookupError):
                        os.kill(self._mark.pid, request)
                if wait_until(lambda: not self.is_running(), time.monotonic() + seconds):
                    break
            drop_socket_dir(self._mark)
            self._mark = self._child = None
        self._lock.release()
        atexit.unregister(self.close)

    @property
    def _running(self) -> ServerMark:
        if self._mark is None:
            raise ServerStartError(
                "内置数据库未启动",
                "the embedded database is not running",
                next_zh="请先启动数通（hub serve）",
                next_en="start the hub first (hub serve)",
            )
        return self._mark

    def _adopt_or_launch(self, cluster: Cluster) -> None:
        found = read_mark(cluster.folder)
        if found is not None:
            deadline = time.monotonic() + self._options.start_timeout_seconds
            # It may be starting, or stopping because its hub was told to end a moment ago.
            wait_until(lambda: not found.is_alive() or answers(found.socket_dir), deadline)
            if found.is_alive():
                self._adopt(found)
                return
            # PostgreSQL believes a number in this file that another process got meanwhile; we know better.
            (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
            drop_socket_dir(found)
        cluster.initialise()
        socket_dir = cluster.new_socket_dir()
        self._child = cluster.launch(socket_dir)
        self._mark = ServerMark(self._child.pid, socket_dir)

    def _adopt(self, found: ServerMark) -> None:
        if not answers(found.socket_dir):
            raise ServerStartError(
                f"数据目录上的数据库进程 {found.pid} 不应答",
                f"the database process {found.pid} on this data directory does not answer",
                next_zh=f"请查看该进程，必要时结束它（kill -QUIT {found.pid}）后重试",
                next_en=f"look at that process, end it if need be (kill -QUIT {found.pid}), and try again",
            )
        self._mark = found
        self.was_adopted = True

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _watch(self, cluster: Cluster) -> None:
        """Start a killed server again, on the same socket, until the hub closes."""
        failures = 0
        while failures < RESTARTS and not self._closing.wait(WATCH_SECONDS):
            if self.is_running():
                failures = 0
                continue
            log.error("the database server ended unexpectedly; starting it again")
            try:
                self._relaunch(cluster)
            except (DatabaseServerError, OSError):
                failures += 1
                log.exception("the database server did not start again (attempt %d of %d)", failures, RESTARTS)

    def _relaunch(self, cluster: Cluster) -> None:
        socket_dir = self._running.socket_dir
        socket_dir.mkdir(mode=0o700, exist_ok=True)
        self._child = cluster.launch(socket_dir)
        self._mark = ServerMark(self._child.pid, socket_dir)


def running_url(data_dir: Path) -> str | None:
    """Return the URL of the server another process runs on ``data_dir``; None where none answers."""
    mark = read_mark(data_dir.resolve() / "postgres" / "data")
    if mark is None or not mark.is_alive() or not answers(mark.socket_dir, DATABASE):
        return None
    return server_url(mark.socket_dir, DATABASE)


@contextmanager
def embedded_url(data_dir: Path, *, joins: bool = False, options: ServerOptions | None = None) -> Iterator[str]:
    """Yield the URL of the embedded database for the length of the block.

    ``joins`` is for verbs that run beside a living hub (backup, migrate): they use its server and leave it
    running; without a living hub they run the server themselves, and stop it.

    Raises:
        DataDirInUseError: another hub runs, and ``joins`` is False or its server does not answer.

    """
    server = EmbeddedPostgres(data_dir, options)
    try:
        url = server.start()
    except DataDirInUseError:
        found = _url_of_other(data_dir) if joins else None
        if found is None:
            raise
        yield found
        return
    try:
        yield url
    finally:
        server.close()


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into :class:`SystemExit` inside the block, so that every ``finally`` runs.

    For the main thread of a program. A web server that handles these signals itself raises them again when it
    has stopped; this handler then ends the program in order, and a second signal does not cut that short.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        for request in former:
            signal.signal(request, signal.SIG_IGN)
        raise SystemExit(128 + number)

    former = {request: signal.signal(request, leave) for request in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for request, handler in former.items():
            signal.signal(request, handler)


def _url_of_other(data_dir: Path) -> str | None:
    """Wait for the server of another hub; None when it does not come up."""
    deadline = time.monotonic() + JOIN_SECONDS
    url = running_url(data_dir)
    while url is None and time.monotonic() < deadline:
        time.sleep(10 * POLL_SECONDS)
        url = running_url(data_dir)
    return url
