"""A response that is watched while it is sent: looked at once a second, cut where it may not go on.

A cut or interrupted stream ends without its final chunk (RFC 9112 7.1), so that every HTTP client reports a broken
transfer; only a whole one ends as it should, after its close receipt is durable (:mod:`hub.exchange.streams`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from typing_extensions import override

from hub.directory.errors import DirectoryError
from hub.exchange import stream_store
from hub.exchange.streams import COMPLETED, INTERRUPTED, StreamCutError, pieces, still_permitted
from hub.identity.errors import NotFreshError
from hub.ledger.drafts import ReceiptDraft, ReceiptKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Mapping

    from starlette.types import Receive, Scope, Send

    from hub.exchange.streams import Stream
    from hub.services import Services

    T = TypeVar("T")

LOOK_SECONDS = 1.0
SEEN_SECONDS = 10.0
log = structlog.get_logger()
_cleaning: set[asyncio.Task[None]] = set()


class WatchedStream(Response):
    """Sends one :class:`~hub.exchange.streams.Stream`; made once, after the open receipt is durable."""

    def __init__(self, stream: Stream, hub: Services, headers: Mapping[str, str]) -> None:
        """``headers`` are those of the response beside its type."""
        super().__init__(None, headers=dict(headers), media_type=stream.media_type)
        del self.headers["content-length"]  # nobody knows it yet: the transfer is chunked
        self._stream = stream
        self._hub = hub
        self._next_look = 0.0
        self._next_seen = 0.0

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; without the final message where it did not come to its end."""
        gone = asyncio.create_task(_left(receive))
        outcome = INTERRUPTED
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            outcome = await self._pump(send, gone)
        except StreamCutError as cut:
            outcome = cut.outcome
        except Exception:
            log.exception("stream-failed", stream=str(self._stream.opened))
        finally:
            gone.cancel()
            await asyncio.shield(self._close(outcome))
        if outcome == COMPLETED:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send, gone: asyncio.Task[None]) -> str:
        now = asyncio.get_running_loop().time()
        self._next_look, self._next_seen = now + LOOK_SECONDS, now + SEEN_SECONDS
        source = pieces(self._stream, self._hub.database)
        reading: asyncio.Task[bytes | None] | None = None
        try:
            while True:
                reading = asyncio.create_task(run_in_threadpool(next, source, None))
                piece = await self._watched(reading, gone)
                if piece is None:
                    return COMPLETED
                sending = asyncio.create_task(_sent(send, piece))
                try:
                    await self._watched(sending, gone)
                finally:
                    sending.cancel()
                self._stream.count(piece)
        finally:
            cleaning = asyncio.create_task(_end(source, reading))
            _cleaning.add(cleaning)
            cleaning.add_done_callback(_cleaning.discard)

    async def _watched(self, doing: asyncio.Task[T], gone: asyncio.Task[None]) -> T:
        """Wait for one step, looking at the standing every second meanwhile (raises StreamCutError)."""
        loop = asyncio.get_running_loop()
        while True:
            wait = max(0.0, self._next_look - loop.time())
            await asyncio.wait({doing, gone}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise StreamCutError(INTERRUPTED)
            if loop.time() >= self._next_look:
                await self._look()
                self._next_look = loop.time() + LOOK_SECONDS
            if doing.done():
                return doing.result()

    async def _look(self) -> None:
        """Cut the stream where it may not go on; say now and then that it is still being sent."""
        hub, use = self._hub, self._stream.use
        name, system = use.standing.resource.name, use.system.system_id
        try:
            standing = hub.cache.known(name, system)
            if standing is None:
                standing = await run_in_threadpool(hub.cache.load, name, system)
        except NotFreshError:
            raise StreamCutError("standing-not-fresh") from None
        except DirectoryError:
            raise StreamCutError("resource-withdrawn") from None
        outcome = still_permitted(self._stream, hub.identity.keeper, standing)
        if outcome is not None:
            raise StreamCutError(outcome)
        if asyncio.get_running_loop().time() >= self._next_seen:
            self._next_seen = asyncio.get_running_loop().time() + SEEN_SECONDS
            async with hub.database.connection() as driver:
                await stream_store.seen(driver, self._stream.opened)

    async def _close(self, outcome: str) -> None:
        context = self._hub.context
        fields = self._stream.close_fields(outcome)
        draft = ReceiptDraft(ReceiptKind.STREAM_CLOSE, fields, self._stream.closed, context.now())
        async with self._hub.database.connection() as driver:
            await stream_store.close_with_receipt(driver, context.writer, draft, self._stream.opened)


async def _sent(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _left(receive: Receive) -> None:
    """Return when the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def _end(source: Iterator[bytes], reading: Awaitable[object] | None) -> None:
    """Close a source once nobody reads from it any more; its transaction ends with it."""
    if reading is not None:
        await asyncio.wait({asyncio.ensure_future(reading)})
    close = getattr(source, "close", None)
    if close is not None:
        await run_in_threadpool(close)
