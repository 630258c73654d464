"""What a running hub does beside requests: forget what is used up, measure the log's lag, clear what a crash left.

One thread, a round a minute; a failing round is logged and tried again.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

import structlog

from hub.identity import store as identity_store
from hub.identity.citizens import store as citizen_store
from hub.ledger.integrator import promise_age_seconds
from hub.services import incoming_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hub.database import Database
    from hub.metrics import Metrics
    from hub.settings import Settings

ROUND_SECONDS = 60.0
ATTEMPTS_KEPT = timedelta(hours=1)
log = structlog.get_logger()


def empty_incoming(settings: Settings) -> None:
    """Remove files of pushes that a crash cut off: nothing of an unfinished push is kept."""
    folder = incoming_folder(settings)
    for left in folder.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


class Housekeeper:
    """The thread; start it once."""

    def __init__(self, database: Database, metrics: Metrics, now: Callable[[], datetime]) -> None:
        """Nothing runs before :meth:`start`."""
        self._database = database
        self._metrics = metrics
        self._now = now
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def round(self) -> int:
        """Forget used assertions, nonces, ended sessions and old attempts; returns how many rows went."""
        now = self._now()
        with self._database.begin() as unit:
            gone = identity_store.prune(unit, now, now - ATTEMPTS_KEPT)
            gone += citizen_store.prune(unit, now, now - ATTEMPTS_KEPT)
            self._metrics.integrator_lag_seconds.set(promise_age_seconds(unit, now))
        return gone

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.round()
            except Exception:
                log.exception("housekeeping-failed")
            self._stopping.wait(ROUND_SECONDS)
