"""What processes cost: CPU seconds and memory of a process with all its children, read from ``/proc``."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

TICKS: Final = os.sysconf("SC_CLK_TCK")
PARENT, TIMES = 1, slice(11, 15)
"""Places after the name in ``/proc/<pid>/stat`` (proc(5)): parent, then own and reaped children's time."""


def _stat(pid: int) -> list[str]:
    """Return the fields after the name, which may itself hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def tree(roots: Iterable[int]) -> list[int]:
    """Return the processes below ``roots`` and themselves, as far as they live."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                children.setdefault(int(_stat(int(entry.name))[PARENT]), []).append(int(entry.name))
    found: list[int] = []
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """Return the CPU time a process tree has used so far, children that have ended included."""
    total = 0
    for pid in tree([root]):
        with suppress(OSError):
            total += sum(map(int, _stat(pid)[TIMES]))
    return total / TICKS


def _pss_kib(pid: int) -> int:
    """Return the proportional set size: shared pages are divided among those who share them."""
    with suppress(OSError), Path(f"/proc/{pid}/smaps_rollup").open(encoding="ascii") as lines:
        for line in lines:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def pss_mib(roots: Iterable[int]) -> float:
    """Return the memory of process trees, shared pages counted once."""
    return sum(map(_pss_kib, tree(roots))) / 1024


@dataclass
class PeakMemory:
    """Watches the memory of process trees in a thread, about ten times a second; ``mib`` is the highest seen."""

    roots: tuple[int, ...]
    mib: float = 0.0

    def __enter__(self) -> Self:
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.mib = max(self.mib, pss_mib(self.roots))


def interrupts() -> Iterator[str]:
    """Yield the conditions of a run: cores, load, so that figures are read with them."""
    yield f"{os.cpu_count()} cores"
    yield f"load {os.getloadavg()[0]:.1f}"
