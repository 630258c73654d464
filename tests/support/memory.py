"""A folder in memory for what a test run needs only while it runs; on the disk where memory has no room for it.

A database of its own for every test means a thousand files made and dropped each time: in memory that takes a
twentieth of what it takes on a disk. Nothing is proved on a disk that is not proved in memory by a server that does
not wait for its disk anyway; the tests of durability have clusters of their own, on the disk.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - mkdtemp is safe there
ROOM_BYTES: Final = 6 << 30
"""Least room in the memory file system, and least memory nobody uses: some runs at once, with a log of 1 GiB each."""
PREFIX: Final = "shutong-run-"
LOCK: Final = "held"
INFO: Final = Path("/proc/meminfo")


@contextmanager
def fleeting_folder() -> Iterator[Path]:
    """Lend an empty folder that every account may enter; it is gone after the block."""
    place = MEMORY if _has_room() else None
    if place is not None:
        _sweep(place)
    new = Path(tempfile.mkdtemp(prefix=f"new-{PREFIX}", dir=place))
    new.chmod(0o755)
    with (new / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = new.rename(new.with_name(new.name.removeprefix("new-")))  # held before another run can look at it
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _has_room() -> bool:
    try:
        room = shutil.disk_usage(MEMORY).free
        lines = INFO.read_text(encoding="ascii").splitlines()
    except OSError:  # not Linux, or a machine that hides it
        return False
    free = next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)
    return os.access(MEMORY, os.W_OK) and min(room, free) >= ROOM_BYTES


def _sweep(place: Path) -> None:
    """Remove what killed test runs left, which nobody holds any more: memory is not given back by itself."""
    for lock in place.glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
