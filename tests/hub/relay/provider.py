"""A provider's own API for tests: a small server on this machine that answers well, badly, slowly or not at all.

It speaks HTTP on raw sockets, so that it can also do what no library would: lie about lengths, drip, stop halfway.
What it was asked is kept, for a test to look at.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Awaitable, Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

Behaviour = Callable[["Seen", asyncio.StreamWriter], Awaitable[None]]
MIB = 1024 * 1024
GIGABYTES_10 = 10 * 1024 * MIB


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Provider:
    """The server: ``behave`` may be changed between calls; ``seen`` are the requests so far."""

    port: int = 0
    behave: Behaviour = field(default_factory=lambda: answers({"data": []}))
    seen: list[Seen] = field(default_factory=list)
    sent: int = 0
    """Bytes it got rid of so far."""

    @property
    def url(self) -> str:
        """Address of the API."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and behave."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *rest = head.rstrip().split("\r\n")
            method, target, _ = line.split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.seen.append(Seen(method, target, headers, body))
            try:
                await self.behave(self.seen[-1], writer)
            finally:  # also when the provider is stopped in the middle: an open writer outlives its loop
                writer.close()
        with suppress(Exception):
            await writer.wait_closed()


@contextmanager
def running_provider(context: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """Run a provider in a thread of its own for the length of the block."""
    provider = Provider()
    started, loop = threading.Event(), asyncio.new_event_loop()
    stopping = asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(provider.serve, "127.0.0.1", 0, ssl=context)
        provider.port = server.sockets[0].getsockname()[1]
        started.set()
        await stopping.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner, suppress(asyncio.CancelledError):
            runner.run(run())

    thread = threading.Thread(target=work, name="provider")
    thread.start()
    try:
        assert started.wait(10)
        yield provider
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(20)


def head(status: int, *headers: str) -> bytes:
    """Return a status line and headers."""
    return "\r\n".join((f"HTTP/1.1 {status} X", *headers, "Connection: close", "", "")).encode()


def answers(
    document: Any, *, status: int = 200, media_type: str = "application/json", more: tuple[str, ...] = ()
) -> Behaviour:
    """Answer a JSON document."""
    return says(json.dumps(document, ensure_ascii=False).encode(), status=status, media_type=media_type, more=more)


def says(
    body: bytes, *, status: int = 200, media_type: str = "application/json", length: int | None = None,
    more: tuple[str, ...] = (),
) -> Behaviour:  # fmt: skip
    """Answer bytes, with a stated length that may be a lie."""

    async def behave(_: Seen, writer: asyncio.StreamWriter) -> None:
        stated = len(body) if length is None else length
        writer.write(head(status, f"Content-Type: {media_type}", f"Content-Length: {stated}", *more) + body)
        await writer.drain()

    return behave


async def hangs_before_head(_: Seen, __: asyncio.StreamWriter) -> None:
    """Take the request and say nothing."""
    await asyncio.sleep(3600)


async def hangs_after_head(_: Seen, writer: asyncio.StreamWriter) -> None:
    """Send the head and never the body."""
    writer.write(head(200, "Content-Type: application/json", "Content-Length: 100"))
    await writer.drain()
    await asyncio.sleep(3600)


async def drips_body(_: Seen, writer: asyncio.StreamWriter) -> None:
    """Send a body without end, a byte at a time."""
    writer.write(head(200, "Content-Type: application/json"))
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drips_head(_: Seen, writer: asyncio.StreamWriter) -> None:
    """Send a head without end, a byte at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.05)


async def closes_at_once(_: Seen, __: asyncio.StreamWriter) -> None:
    """Take the request and close the connection."""


async def closes_mid_body(_: Seen, writer: asyncio.StreamWriter) -> None:
    """Send half a body and close."""
    writer.write(head(200, "Content-Type: application/json", "Content-Length: 1000") + b'{"data": [')
    await writer.drain()


def streams(provider: Provider, size: int = GIGABYTES_10) -> Behaviour:
    """Send a body of so many bytes, without saying how many."""

    async def behave(_: Seen, writer: asyncio.StreamWriter) -> None:
        provider.sent = 0
        writer.write(head(200, "Content-Type: application/json") + b'{"data": [')
        block = b" " * MIB
        while provider.sent < size:
            writer.write(block)
            await writer.drain()
            provider.sent += len(block)

    return behave


def gzip_bomb() -> Behaviour:
    """Send a megabyte that unfolds to a gigabyte, although plain was asked for."""
    return says(gzip.compress(b" " * (64 * MIB)) * 16, more=("Content-Encoding: gzip",))
