"""What lies in a data directory: the hub's lock, and the marks a PostgreSQL server leaves there.

Layout below the data directory: ``hub.lock`` (held by the living hub), ``postgres/data`` (the cluster),
``postgres/server.log`` (start, stop and crash of the server; never statements or rows).
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from hub.postgres_binaries import DatabaseServerError

SOCKET_PREFIX: Final = "shutong-pg-"
STATUS_FILE_LINES: Final = 5
"""Lines of ``postmaster.pid`` up to the socket folder: pid, data directory, start, port, socket folder."""
TAIL_BYTES: Final = 2000


class DataDirInUseError(DatabaseServerError):
    """Another hub holds this data directory."""

    def __init__(self, data_dir: Path, holder: str) -> None:
        """``holder`` is the process id written by the other hub, empty when unknown."""
        super().__init__(
            f"数据目录 {data_dir} 正由另一个数通进程使用（进程号 {holder or '未知'}）",
            f"the data directory {data_dir} is in use by another hub (process {holder or 'unknown'})",
            next_zh="请先停止该进程，或用 --data-dir / HUB_DATA_DIR 指定另一个目录",
            next_en="stop that process first, or name another directory with --data-dir or HUB_DATA_DIR",
        )


class NoHubHereError(DatabaseServerError):
    """No hub was ever set up in this data directory."""

    status: Final = HTTPStatus.NOT_FOUND
    """What the command line takes its exit code from: a usage error, as of any name that leads nowhere."""

    def __init__(self, data_dir: Path) -> None:
        """Say where we looked: a name that was mistyped is seen at once."""
        super().__init__(
            f"目录 {data_dir} 里没有平台；什么也没有新建",
            f"there is no hub in the directory {data_dir}; nothing was made",
            next_zh="请核对 --data-dir 或 HUB_DATA_DIR；要在此新建：一座城市用 hub init，恢复备份用 hub restore，"
            "只想看看用 hub demo",
            next_en="check --data-dir or HUB_DATA_DIR; to set one up here, found a city with hub init, bring back a "
            "backup with hub restore, or just look with hub demo",
        )


def require_cluster(data_dir: Path) -> None:
    """Check that an embedded database lies in ``data_dir``; looks only, and makes nothing.

    Raises:
        NoHubHereError: there is none, or no such folder.

    """
    if not (data_dir / "postgres" / "data" / "PG_VERSION").exists():
        raise NoHubHereError(data_dir)


class DataDirLock:
    """The right to run a hub on a data directory; the kernel gives it back when the process dies."""

    def __init__(self, data_dir: Path) -> None:
        """Take nothing yet."""
        self._data_dir = data_dir
        self._handle: int | None = None

    def take(self) -> None:
        """Hold the lock until :meth:`release` or the end of the process.

        Raises:
            DataDirInUseError: another process holds it.

        """
        handle = os.open(self._data_dir / "hub.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            raise DataDirInUseError(self._data_dir, holder) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; the file stays, so that nobody locks a file already unlinked."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


@dataclass(frozen=True, slots=True)
class ServerMark:
    """What ``postmaster.pid`` says: the process and the folder of its socket."""

    pid: int
    socket_dir: Path

    def is_alive(self) -> bool:
        """Say whether that process is the server of this mark, and not a later one with the same number.

        After a restart of a machine or a container the number may belong to anybody. Our server is known by
        its socket folder, which is a random name and stands in its command line.
        """
        return str(self.socket_dir) in command_line(self.pid)


def read_mark(cluster: Path) -> ServerMark | None:
    """Return the mark of the server running, or last run, on ``cluster``; None where there is none."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    if len(lines) < STATUS_FILE_LINES or not lines[0].isdecimal() or not lines[4]:
        return None
    return ServerMark(int(lines[0]), Path(lines[4]))


def command_line(pid: int) -> str:
    """Return the words process ``pid`` was started with, joined by blanks; empty when there is no such process."""
    record = Path("/proc") / str(pid) / "cmdline"
    if Path("/proc/self").exists():
        try:
            return record.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    words = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout  # noqa: S603 - fixed words


def read_tail(log: Path) -> str:
    """Return the last lines of a log, at most ``TAIL_BYTES``, to show why a server did not start."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
