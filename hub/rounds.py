"""What happens by itself: sweeps that find what is due now, run every few seconds by one process of many.

A part that has something falling due exposes a function ``(context, database) -> how many`` that is idempotent
and works in small transactions, and a :class:`Sweep` of it; :mod:`hub.sweeps` lists them. Two threads of ``hub
serve`` run each under a PostgreSQL advisory lock, so that clocks and deliveries do not wait for those that follow
data and may take minutes. A failing sweep is logged and tried again at its next time; it never stops the others.
:func:`run_now` runs all of them at once, for tests after a jump of the clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Protocol

import structlog

from hub.rounds_store import take_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from hub.context import Context
    from hub.database import Database
    from hub.metrics import Metrics

TICK_SECONDS = 0.5
HANGING_SECONDS = 600.0
LEAVING_SECONDS = 30.0
"""So long a hub that is told to stop waits for its sweeps; systemd ends a service after 90 s by default."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep: its name (a word), how often it runs, and what it does; it returns how many it dealt with."""

    name: str
    every_seconds: float
    run: Callable[[Context, Database], int]
    is_long: bool = False
    """Whether a run may take minutes, for it follows data of any size."""


@dataclass(frozen=True, slots=True)
class Round:
    """How a sweep of this process fares. ``last_error`` is the name of an error's class, never its text."""

    last_run: datetime | None = None
    last_good: datetime | None = None
    last_error: str | None = None
    runs: int = 0
    failures: int = 0
    done: int = 0
    """How many things it dealt with so far."""
    elsewhere: int = 0
    """How often another process had the turn."""
    began: float | None = None
    """Monotonic seconds at which it began what it is doing now."""

    @property
    def is_well(self) -> bool:
        """Whether the last run ended well and none hangs."""
        hangs = self.began is not None and time.monotonic() - self.began > HANGING_SECONDS
        return self.last_error is None and not hangs


class Rounds:
    """The threads and the state of their sweeps; start them once."""

    def __init__(self, database: Database, context: Context, metrics: Metrics, sweeps: tuple[Sweep, ...]) -> None:
        """Nothing runs before :meth:`start`; names of sweeps are unique."""
        self._database = database
        self._context = context
        self._metrics = metrics
        self._sweeps = {sweep.name: sweep for sweep in sweeps}
        if len(self._sweeps) != len(sweeps):
            raise ValueError("two sweeps have one name")
        self._state = {name: Round() for name in self._sweeps}
        self._lock = Lock()
        self._stopping = Event()
        lanes = {is_long: tuple(sweep for sweep in sweeps if sweep.is_long is is_long) for is_long in (False, True)}
        self._threads = tuple(
            Thread(target=self._run, args=(lane,), name="long-rounds" if is_long else "rounds", daemon=True)
            for is_long, lane in lanes.items()
        )

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = LEAVING_SECONDS) -> bool:
        """End the threads after what they are doing; return whether both ended in time.

        One that did not is left: its transaction is undone with its connection, and done again by the next hub.
        """
        self._stopping.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))
        left = [name for name, state in self.state().items() if state.began is not None]
        if any(thread.is_alive() for thread in self._threads):
            log.warning("sweeps-left", sweeps=left, waited_seconds=seconds)
            return False
        return True

    def state(self) -> Mapping[str, Round]:
        """Return how each sweep fares, by name."""
        with self._lock:
            return dict(self._state)

    def run_now(self, *names: str) -> dict[str, int]:
        """Run sweeps at once (all, or those named), waiting for whoever has the turn; returns counts by name.

        Raises:
            Exception: what a sweep raised, after the others have run.

        """
        done: dict[str, int] = {}
        failed: Exception | None = None
        for name in names or tuple(self._sweeps):
            try:
                done[name] = self._turn(self._sweeps[name], wait=True) or 0
            except Exception as error:
                log.exception("sweep-failed", sweep=name)
                failed = error
        if failed is not None:
            raise failed
        return done

    def _turn(self, sweep: Sweep, *, wait: bool) -> int | None:
        """Run one sweep under its lock; None when another process has the turn."""
        self._note(sweep, began=time.monotonic())
        started = self._context.now()
        try:
            with take_turn(self._database, sweep.name, wait=wait) as has_turn:
                done = sweep.run(self._context, self._database) if has_turn else None
        except Exception as error:
            before = self._state[sweep.name]
            self._note(sweep, last_run=started, last_error=type(error).__name__, failures=before.failures + 1)
            self._metrics.sweep_failures.labels(sweep.name).inc()
            raise
        finally:
            self._note(sweep, began=None)
        before = self._state[sweep.name]
        if done is None:
            self._note(sweep, elsewhere=before.elsewhere + 1, last_error=None)
            return None
        self._note(
            sweep, last_run=started, last_good=started, last_error=None, runs=before.runs + 1, done=before.done + done
        )
        self._metrics.sweep_done.labels(sweep.name).inc(done)
        self._metrics.sweep_last_good.labels(sweep.name).set(started.timestamp())
        return done

    def _note(self, sweep: Sweep, **changes: object) -> None:
        with self._lock:
            self._state[sweep.name] = replace(self._state[sweep.name], **changes)  # type: ignore[arg-type]

    def _run(self, lane: tuple[Sweep, ...]) -> None:
        following = {sweep.name: 0.0 for sweep in lane}
        while not self._stopping.is_set():
            for sweep in lane:
                if self._stopping.is_set() or time.monotonic() < following[sweep.name]:
                    continue
                try:
                    self._turn(sweep, wait=False)
                except Exception:
                    log.exception("sweep-failed", sweep=sweep.name)
                following[sweep.name] = time.monotonic() + sweep.every_seconds
            self._stopping.wait(TICK_SECONDS)


class HasRounds(Protocol):
    """What has the rounds of a running hub: its services."""

    @property
    def rounds(self) -> Rounds:
        """The rounds."""
        ...


def run_now(services: HasRounds, *names: str) -> dict[str, int]:
    """Let everything happen that is due by itself, now; returns how many of each sweep."""
    return services.rounds.run_now(*names)
