"""What concurrent callers want is done together: while one statement runs, the next group gathers.

One round trip and one commit serve all who wait, so that cost per answer falls as load grows, and nobody waits longer
than for the group that runs and the own one. Nothing is delayed on purpose: who comes alone is served at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Wanted = TypeVar("Wanted")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of one of a group that failed alone; its error is raised to who wanted it."""

    error: Exception


class Grouping(Generic[Wanted, Done]):
    """Gathers what is wanted and hands it to ``work`` in groups of at most ``most``; ``runs`` groups at a time.

    ``work`` returns one result for each, in order. An error it raises reaches everybody of the group.
    """

    def __init__(
        self, work: Callable[[Sequence[Wanted]], Awaitable[Sequence[Done | Failed]]], *, most: int = 256, runs: int = 2
    ) -> None:
        """Nothing runs before the first :meth:`done`; use it from one event loop."""
        self._work = work
        self._most = most
        self._runs = runs
        self._waiting: list[tuple[Wanted, asyncio.Future[Done]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def done(self, wanted: Wanted) -> Done:
        """Return what ``work`` makes of it (raises what ``work`` raises)."""
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        if len(self._running) < self._runs:
            task = asyncio.ensure_future(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                results = await self._work([wanted for wanted, _ in group])
            except Exception as error:  # noqa: BLE001 - whoever waits gets it; nobody may wait for ever
                results = [Failed(error)] * len(group)
            for (_, future), result in zip(group, results, strict=True):
                if future.done():  # whoever wanted it has gone
                    continue
                if isinstance(result, Failed):
                    future.set_exception(result.error)
                else:
                    future.set_result(result)
