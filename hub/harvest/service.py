"""Harvests of a running hub: one thread, and the sweep that hands it what is due or was cut.

The sweep only finds what is due and hands it over, so that a slow source holds up no other sweep; the turn of each
run is taken by the thread that runs it (:mod:`hub.harvest.running`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

import structlog

from hub.harvest import managing, store
from hub.harvest.running import Desk, run_source
from hub.pulls.running import places
from hub.rounds import Sweep

if TYPE_CHECKING:
    import uuid
    from concurrent.futures import Future
    from pathlib import Path

    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits
    from hub.context import Context
    from hub.database import Database

FOLDER: Final = "harvest"
BATCH: Final = 20
log = structlog.get_logger()


class Harvester:
    """The thread; nothing runs before the sweep, or a request, finds something due."""

    def __init__(
        self, context: Context, database: Database, outside: tuple[EgressPolicy, SourceLimits], folder: Path
    ) -> None:
        """``folder`` keeps the files people sent until their run is over; it is private to the hub."""
        self.policy, self.limits = outside
        self.folder = folder
        self._stopping = Event()
        self._desk = Desk(context, database, self.policy, self.limits, folder, self._stopping)
        self._threads = ThreadPoolExecutor(1, "harvest")
        self._lock = Lock()
        self._under_way: dict[uuid.UUID, Future[None]] = {}

    def start_due(self, context: Context, database: Database) -> int:
        """Open the runs that are due and hand open ones to the thread; returns how many were handed over."""
        with database.begin() as unit:
            for source_id in store.due(unit, context.now(), BATCH):
                source = store.find_source(unit, source_id, lock=True)
                last = store.last_run(unit, source_id)
                if source is not None and (last is None or last.state != "running"):
                    managing.open_run(context, unit, source, by_staff=None)
            waiting = store.open_runs(unit, BATCH)
        started = 0
        for run_id in waiting:
            with self._lock:
                if run_id in self._under_way or self._stopping.is_set():
                    continue
                self._under_way[run_id] = self._threads.submit(self._run, run_id)
            started += 1
        return started

    def _run(self, run_id: uuid.UUID) -> None:
        try:
            run_source(self._desk, run_id)
        except Exception as error:  # noqa: BLE001 - a thread of the pool ends quietly otherwise
            log.error("harvest-broke", run=str(run_id), error=type(error).__name__, at=places(error))  # noqa: TRY400 - a traceback may show values
        finally:
            with self._lock:
                self._under_way.pop(run_id, None)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing runs in this process; False when something still does after so many seconds."""
        with self._lock:
            waiting = list(self._under_way.values())
        return not wait_for(waiting, timeout=seconds).not_done

    def sweeps(self) -> tuple[Sweep, ...]:
        """Return what happens by itself, for :mod:`hub.rounds`."""
        return (Sweep("harvests", 5.0, self.start_due),)

    def close(self) -> None:
        """End the run under way behind its batch; it goes on at the next start."""
        self._stopping.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
