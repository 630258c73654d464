"""The thread that delivers events: it takes queues that are due and gives each to one of a bounded set of workers.

Queues, not events, are handed out, so the events of one queue stay in order while others go on beside it; a part of
the workers is kept for targets that answer quickly. Several processes may run one each: a lease, taken under a row
lock and ended by time, says whose a queue is. A killed process leaves nothing behind but leases that end.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import structlog

from hub.exchange.subscriptions import store

if TYPE_CHECKING:
    from hub.exchange.subscriptions.courier import Courier
    from hub.exchange.subscriptions.records import Claim

FAILED_SECONDS = 2.0
log = structlog.get_logger()


class Dispatcher:
    """The thread and its workers; start it once."""

    def __init__(self, courier: Courier) -> None:
        """Nothing runs before :meth:`start`."""
        self._courier = courier
        self._stopping = Event()
        self._wake = Event()
        self._lock = Lock()
        self._busy = 0
        self._slow = 0
        self._thread: Thread | None = None
        self._workers: ThreadPoolExecutor | None = None

    def start(self) -> None:
        """Start the thread."""
        self._stopping.clear()
        self._workers = ThreadPoolExecutor(self._courier.rules.workers, thread_name_prefix="webhook")
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it: no new attempt begins; attempts under way are waited for (a few seconds at most)."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._workers is not None:
            self._workers.shutdown(wait=True)
            self._workers = None

    def close(self) -> None:
        """Stop, and give back the connections of the client."""
        self.stop()
        self._courier.client.close()

    @property
    def busy(self) -> int:
        """How many queues are worked on now."""
        with self._lock:
            return self._busy

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                taken = self._take()
            except Exception:
                log.exception("webhook-round-failed")
                self._stopping.wait(FAILED_SECONDS)
                continue
            if not taken:
                self._wake.wait(self._courier.rules.poll_seconds)

    def _take(self) -> int:
        """Claim as many queues as there are free workers, and hand them out."""
        rules, workers = self._courier.rules, self._workers
        with self._lock:
            free, slow = rules.workers - self._busy, rules.slow_workers - self._slow
        if free <= 0 or workers is None:
            return 0
        now = self._courier.context.now()
        lease, until = uuid.uuid4(), now + timedelta(seconds=rules.lease_seconds)
        with self._courier.database.begin() as unit:
            claims = store.claim(unit, now, until, lease, limit=free, slow=max(slow, 0))
        for claimed in claims:
            with self._lock:
                self._busy += 1
                self._slow += claimed.webhook.is_slow
            workers.submit(self._work, claimed)
        return len(claims)

    def _work(self, claimed: Claim) -> None:
        try:
            self._courier.work(claimed, self._stopping.is_set)
        finally:
            with self._lock:
                self._busy -= 1
                self._slow -= claimed.webhook.is_slow
            self._wake.set()
