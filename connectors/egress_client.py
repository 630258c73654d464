"""HTTP clients behind the egress guard: one check an attempt, the checked address dialled, everything bounded.

No proxy, no certificate list and no credentials from the environment; redirects are not followed; a connection
serves one request, so what was checked is what is used. The whole exchange has an end in time, whoever drips
bytes; answers are counted as they arrive and cut at the limit. Compression is not asked for and not accepted:
a small body that unfolds to gigabytes never starts to. TLS 1.2 is the oldest spoken (threat 36).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx2
from typing_extensions import override

from connectors.egress import EgressLimitError, check_target

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from connectors.egress import EgressPolicy, Target

MIB: Final = 1024 * 1024
MOST_ADDRESSES: Final = 3
RESOLVERS: Final = 4
HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "shutong-hub"}


@dataclass(frozen=True, slots=True)
class EgressLimits:
    """Bounds of one exchange: seconds to connect, between bytes and in all; bytes of the answer; connections."""

    connect_seconds: float = 2.0
    read_seconds: float = 10.0
    total_seconds: float = 30.0
    answer_bytes: int = 20 * MIB
    connections: int = 50

    @property
    def timeout(self) -> httpx2.Timeout:
        """The same for the HTTP library."""
        return httpx2.Timeout(self.read_seconds, connect=self.connect_seconds)


def tls_context(trust_pem: str | None = None) -> ssl.SSLContext:
    """Return how servers are trusted: by the system's authorities, or by the pinned certificates alone.

    Args:
        trust_pem: certificates (PEM) of the server itself or of its authority; nothing else is then believed.

    Raises:
        ssl.SSLError, ValueError: the text holds no certificate.
    """
    if trust_pem is None:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=trust_pem)
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN  # the server's own certificate may be the pin
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def guarded_client(
    policy: EgressPolicy, limits: EgressLimits | None = None, *, trust_pem: str | None = None
) -> httpx2.Client:
    """Return a blocking client for any number of targets, safe for threads; close it when done.

    Raises of its calls: EgressRefusedError, EgressUnreachableError, EgressLimitError, httpx2.HTTPError
    (``httpx2.TimeoutException`` also when the exchange as a whole took too long).
    """
    bounds = limits or EgressLimits()
    transport = GuardedTransport(policy, bounds, tls_context(trust_pem))
    return httpx2.Client(
        transport=transport, timeout=bounds.timeout, headers=HEADERS, trust_env=False, follow_redirects=False
    )


def guarded_async_client(
    policy: EgressPolicy, limits: EgressLimits | None = None, *, trust_pem: str | None = None
) -> httpx2.AsyncClient:
    """Return the same for an event loop, which a slow name server or target does not hold up."""
    bounds = limits or EgressLimits()
    transport = GuardedAsyncTransport(policy, bounds, tls_context(trust_pem))
    return httpx2.AsyncClient(
        transport=transport, timeout=bounds.timeout, headers=HEADERS, trust_env=False, follow_redirects=False
    )


def _pool(limits: EgressLimits) -> httpx2.Limits:
    return httpx2.Limits(max_connections=limits.connections, max_keepalive_connections=0)


def _addressed(request: httpx2.Request, target: Target, address: str, **more: Any) -> httpx2.Request:
    """Return the request for one checked address; Host and the name in TLS stay those of the target."""
    extensions = {**request.extensions, **more, "sni_hostname": target.host}
    url = request.url.copy_with(host=address)
    return httpx2.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


def _check_head(response: httpx2.Response, limits: EgressLimits) -> None:
    """Refuse at once what already its head says is too much."""
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limits.answer_bytes:
        raise _too_large(limits)
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise EgressLimitError(
            "对方返回了压缩的内容，本平台没有要求压缩，不予解压",
            "the other side answered compressed although plain was asked for; it is not unpacked",
            next_zh="请对方接口遵守 Accept-Encoding: identity",
            next_en="the other side must obey Accept-Encoding: identity",
            facts={"reason": "compressed"},
        )


def _too_large(limits: EgressLimits) -> EgressLimitError:
    return EgressLimitError(
        f"对方返回的内容超过 {limits.answer_bytes // MIB or 1} MiB，已中断",
        f"the other side's answer is larger than {limits.answer_bytes // MIB or 1} MiB and was cut off",
        next_zh="请缩小查询范围，或请对方分页返回",
        next_en="ask for less, or let the other side answer in pages",
        facts={"reason": "too_large", "limit_bytes": limits.answer_bytes},
    )


def _out_of_time() -> httpx2.ReadTimeout:
    return httpx2.ReadTimeout("the exchange as a whole took too long")


class GuardedAsyncTransport(httpx2.AsyncBaseTransport):
    """Checks, dials and bounds each request; made by :func:`guarded_async_client`."""

    def __init__(self, policy: EgressPolicy, limits: EgressLimits, context: ssl.SSLContext) -> None:
        self._policy = policy
        self._limits = limits
        self._inner = httpx2.AsyncHTTPTransport(verify=context, trust_env=False, limits=_pool(limits), retries=0)
        self._resolving = ThreadPoolExecutor(RESOLVERS, "egress-resolver")

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.total_seconds
        try:
            async with asyncio.timeout_at(deadline):
                async with asyncio.timeout(self._limits.connect_seconds):
                    target = await loop.run_in_executor(self._resolving, check_target, request.url, self._policy)
                response = await self._dial(request, target)
        except TimeoutError:
            raise _out_of_time() from None
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)  # noqa: S101 - what the async transport gives
        try:
            _check_head(response, self._limits)
        except EgressLimitError:
            await stream.aclose()
            raise
        bounded = _AsyncBounded(stream, self._limits, deadline)
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=bounded, extensions=response.extensions
        )

    async def _dial(self, request: httpx2.Request, target: Target) -> httpx2.Response:
        *others, last = target.addresses[:MOST_ADDRESSES]
        for address in others:
            with contextlib.suppress(httpx2.ConnectError, httpx2.ConnectTimeout):  # nothing was sent yet
                return await self._inner.handle_async_request(_addressed(request, target, address))
        return await self._inner.handle_async_request(_addressed(request, target, last))

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()
        self._resolving.shutdown(wait=False, cancel_futures=True)


class _AsyncBounded(httpx2.AsyncByteStream):
    """The bytes of an answer, counted, until the deadline."""

    def __init__(self, inner: httpx2.AsyncByteStream, limits: EgressLimits, deadline: float) -> None:
        self._inner = inner
        self._limits = limits
        self._deadline = deadline

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        parts = aiter(self._inner)
        while True:
            try:
                async with asyncio.timeout_at(self._deadline):
                    part = await anext(parts, None)
            except TimeoutError:
                raise _out_of_time() from None
            if part is None:
                return
            seen += len(part)
            if seen > self._limits.answer_bytes:
                raise _too_large(self._limits)
            yield part

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class _Watch:
    """Cuts a connection at its deadline, also in the middle of a handshake or of a dripping head.

    A second handle of the socket is kept: shutting it down ends the first whatever wraps it by then.
    """

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self.is_over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Take the socket once it is connected (the ``trace`` extension of the HTTP library)."""
        if event == "connection.connect_tcp.complete":
            with self._lock:
                self._drop()
                self._socket = info["return_value"].get_extra_info("socket").dup()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def end(self) -> None:
        """Stop watching."""
        self._timer.cancel()
        with self._lock:
            self._drop()


class GuardedTransport(httpx2.BaseTransport):
    """Checks, dials and bounds each request; made by :func:`guarded_client`."""

    def __init__(self, policy: EgressPolicy, limits: EgressLimits, context: ssl.SSLContext) -> None:
        self._policy = policy
        self._limits = limits
        self._inner = httpx2.HTTPTransport(verify=context, trust_env=False, limits=_pool(limits), retries=0)
        self._resolving = ThreadPoolExecutor(RESOLVERS, "egress-resolver")

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        resolving = self._resolving.submit(check_target, request.url, self._policy)
        try:
            target = resolving.result(timeout=self._limits.connect_seconds)
        except FutureTimeoutError:
            resolving.cancel()
            raise _out_of_time() from None
        watch = _Watch(self._limits.total_seconds)
        try:
            response = self._dial(request, target, watch)
        except BaseException:
            watch.end()
            if watch.is_over:
                raise _out_of_time() from None
            raise
        stream = response.stream
        assert isinstance(stream, httpx2.SyncByteStream)  # noqa: S101 - what the blocking transport gives
        bounded = _Bounded(stream, self._limits, watch)
        try:
            _check_head(response, self._limits)
        except EgressLimitError:
            bounded.close()
            raise
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=bounded, extensions=response.extensions
        )

    def _dial(self, request: httpx2.Request, target: Target, watch: _Watch) -> httpx2.Response:
        *others, last = target.addresses[:MOST_ADDRESSES]
        for address in others:
            with contextlib.suppress(httpx2.ConnectError, httpx2.ConnectTimeout):  # nothing was sent yet
                return self._inner.handle_request(_addressed(request, target, address, trace=watch.trace))
        return self._inner.handle_request(_addressed(request, target, last, trace=watch.trace))

    @override
    def close(self) -> None:
        self._inner.close()
        self._resolving.shutdown(wait=False, cancel_futures=True)


class _Bounded(httpx2.SyncByteStream):
    """The bytes of an answer, counted, until the deadline."""

    def __init__(self, inner: httpx2.SyncByteStream, limits: EgressLimits, watch: _Watch) -> None:
        self._inner = inner
        self._limits = limits
        self._watch = watch

    @override
    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        try:
            for part in self._inner:
                seen += len(part)
                if seen > self._limits.answer_bytes:
                    raise _too_large(self._limits)
                if time.monotonic() > self._watch.deadline:
                    raise _out_of_time()
                yield part
        except httpx2.TransportError:
            if self._watch.is_over:
                raise _out_of_time() from None
            raise
        if self._watch.is_over:  # a body without a length ends well where the watch cut it
            raise _out_of_time()

    @override
    def close(self) -> None:
        self._watch.end()
        self._inner.close()
