"""Circuit breaker and concurrency of one endpoint (exchange.md 2.8): a provider that is away is not asked again.

The state is each process's own: it protects that process's connections and its callers' time, costs no write on
the way of a call, and one process with a broken network does not stop the others. Times are monotonic seconds.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Final

from hub.exchange.relay.errors import RelayUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

FAILURES: Final = 5
FIRST_REST_SECONDS: Final = 30.0
LONGEST_REST_SECONDS: Final = 300.0
CALLS: Final = 8
WAIT_SECONDS: Final = 2.0


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row; after :data:`FAILURES` it rests, then lets one call try, and doubles its rest."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    rest_seconds: float = FIRST_REST_SECONDS
    rests_until: float = 0.0
    is_trying: bool = False

    def remaining(self) -> int:
        """Whole seconds until the provider is asked again; 0: now."""
        if self.failures < FAILURES:
            return 0
        if self.is_trying:
            return ceil(WAIT_SECONDS)
        return max(0, ceil(self.rests_until - self.clock()))

    def begin(self) -> None:
        """Let one call through, or refuse it.

        Raises:
            RelayUnavailableError: resting; ``facts["retry_after_seconds"]`` says for how long.
        """
        seconds = self.remaining()
        if seconds:
            raise unavailable("resting", seconds)
        self.is_trying = self.failures >= FAILURES

    def succeed(self) -> None:
        """Forget the failures: the provider answered."""
        self.failures = 0
        self.rest_seconds = FIRST_REST_SECONDS
        self.is_trying = False

    def fail(self) -> None:
        """Count a failure: the provider was away."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.rests_until = self.clock() + self.rest_seconds
            self.rest_seconds = min(self.rest_seconds * 2, LONGEST_REST_SECONDS)
        self.is_trying = False

    def abandon(self) -> None:
        """Count nothing: the call ended without telling anything of the provider."""
        self.is_trying = False


@dataclass(slots=True)
class Gate:
    """Breaker and places of one endpoint in one process."""

    breaker: Breaker = field(default_factory=Breaker)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CALLS))

    @asynccontextmanager
    async def place(self, everywhere: asyncio.Semaphore) -> AsyncIterator[None]:
        """Hold one of the endpoint's places and one of the process's; no queue builds up behind a slow provider.

        Raises:
            RelayUnavailableError: none became free in time, or the breaker rests.
        """
        self.breaker.begin()
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    for places in (self.places, everywhere):
                        await held.enter_async_context(places)
            except TimeoutError:
                self.breaker.abandon()
                raise unavailable("busy", ceil(WAIT_SECONDS)) from None
            yield


def unavailable(reason: str, seconds: int) -> RelayUnavailableError:
    """Return the error of a provider that is not there now."""
    return RelayUnavailableError(
        f"提供方接口暂时不可用，请在 {seconds} 秒后重试，没有取得数据",
        f"the provider's API is not available now; try again in {seconds} s; no data was obtained",
        next_zh="请稍后重试；接口允许时可在请求头加 Prefer: respond-async，恢复后自动查询",
        next_en="try again later; where the endpoint allows it, send Prefer: respond-async to be asked on recovery",
        facts={"reason": reason, "retry_after_seconds": seconds},
    )
