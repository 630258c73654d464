"""Pulls of a running hub: a few threads, and the sweeps that start what is due and warn of what is late.

The sweep only finds what is due and hands it to the threads, so that a slow source holds up no other sweep; the
turn of each pull is taken by the thread that runs it (:mod:`hub.pulls.running`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

import structlog

from hub.pulls import store
from hub.pulls.running import Desk, places, run_pull
from hub.pulls.watching import warn_late
from hub.rounds import Sweep

if TYPE_CHECKING:
    import uuid
    from concurrent.futures import Future
    from pathlib import Path

    from hub.context import Context
    from hub.database import Database
    from hub.pulls.sources import Outside

AT_ONCE: Final = 2
"""Runs of one process at a time: each checks rows on a core of its own."""
BATCH: Final = 50
log = structlog.get_logger()


class Puller:
    """The threads; nothing runs before the sweep finds something due."""

    def __init__(self, context: Context, database: Database, outside: Outside, folder: Path) -> None:
        """``folder`` takes what is fetched until it is pushed; it is private to the hub."""
        self.outside = outside
        self._stopping = Event()
        self._desk = Desk(context, database, outside, folder, self._stopping)
        self._threads = ThreadPoolExecutor(AT_ONCE, "pull")
        self._lock = Lock()
        self._under_way: dict[uuid.UUID, Future[None]] = {}

    def start_due(self, context: Context, database: Database) -> int:
        """Hand what is due to the threads; returns how many runs were handed over."""
        with database.begin() as unit:
            due = store.due(unit, context.now(), BATCH)
        started = 0
        for pull_id in due:
            with self._lock:
                if pull_id in self._under_way or self._stopping.is_set():
                    continue
                self._under_way[pull_id] = self._threads.submit(self._run, pull_id)
            started += 1
        return started

    def _run(self, pull_id: uuid.UUID) -> None:
        try:
            run_pull(self._desk, pull_id)
        except Exception as error:  # noqa: BLE001 - a thread of the pool ends quietly otherwise
            log.error("pull-broke", pull=str(pull_id), error=type(error).__name__, at=places(error))  # noqa: TRY400 - see places
        finally:
            with self._lock:
                self._under_way.pop(pull_id, None)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing runs in this process; False when something still does after so many seconds."""
        with self._lock:
            waiting = list(self._under_way.values())
        return not wait_for(waiting, timeout=seconds).not_done

    def sweeps(self) -> tuple[Sweep, ...]:
        """Return what happens by itself, for :mod:`hub.rounds`."""
        return Sweep("pulls", 5.0, self.start_due), Sweep("pull_notices", 60.0, warn_late)

    def close(self) -> None:
        """End the runs under way at their next piece; they are taken up again at the next start."""
        self._stopping.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
