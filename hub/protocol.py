"""HTTP/1.1 on the wire, with an end to what a stranger may send before a request has even begun.

The parser below keeps every header it reads; without a limit here, a head that never ends fills the memory
(threats 30, 33). Such a head gets 431, and what is no HTTP gets 400, both as problems in the words of all others.

Who takes his time holds a socket: a head that is not there in time gets 408, a body that drips is cut, and so is a
reader who does not read. Each connection is looked at every few seconds; a request costs nothing more for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.problems import HTTP_TYPES, Texts, problem

if TYPE_CHECKING:
    import asyncio

    from hub.problem_table import ProblemType

LINGER_SECONDS: Final = 1.0
"""How long what still arrives is thrown away, so that the answer is not lost to a reset of the connection."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may keep the hub waiting, in seconds, and the least a body brings in a second."""

    look: float = 5.0
    head: float = 20.0
    body: float = 30.0
    body_bytes_a_second: float = 200.0
    reading: float = 120.0


@dataclass(slots=True)
class Waiting:
    """Since when the hub waits for what; times are those of the event loop."""

    head_since: float | None = None
    paused_since: float | None = None
    leaving_since: float | None = None
    body_bytes: int = 0
    slow_seconds: float = 0.0
    timer: asyncio.TimerHandle | None = None


class BoundedProtocol(HttpToolsProtocol):
    """A connection that is told to go when its request's head grows beyond ``header_limit_bytes``, or never comes."""

    patience: ClassVar[Patience] = Patience()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit_bytes = self.config.h11_max_incomplete_event_size
        self._head_bytes = 0
        self._is_in_head = True
        self._is_refused = False
        self._waiting = Waiting()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self._waiting.head_since = self.loop.time()
        self._waiting.timer = self.loop.call_later(self.patience.look, self._look)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting.timer is not None:
            self._waiting.timer.cancel()
        super().connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._waiting.paused_since = self.loop.time()
        super().pause_writing()

    @override
    def resume_writing(self) -> None:
        self._waiting.paused_since = None
        super().resume_writing()

    def _look(self) -> None:
        """End a connection that kept the hub waiting for too long."""
        now, waiting, patience = self.loop.time(), self._waiting, self.patience
        if self.transport.is_closing() or self._is_refused:
            # Closing waits until all is read; who does not read would keep the socket for ever.
            waiting.leaving_since = now if waiting.leaving_since is None else waiting.leaving_since
            if now - waiting.leaving_since > patience.reading:
                self.transport.abort()
                return
            waiting.timer = self.loop.call_later(patience.look, self._look)
            return
        if waiting.paused_since is not None and now - waiting.paused_since > patience.reading:
            self.transport.abort()
            return
        if self._is_in_head:
            if waiting.head_since is not None and now - waiting.head_since > patience.head:
                self._refuse_late()
        elif self._drips():
            self.transport.abort()
            return
        waiting.timer = self.loop.call_later(patience.look, self._look)

    def _drips(self) -> bool:
        """Whether too little of a body has come for too long, the hub itself being ready to read."""
        waiting, patience = self._waiting, self.patience
        is_slow = waiting.body_bytes < patience.body_bytes_a_second * patience.look and not self.flow.read_paused
        waiting.slow_seconds = waiting.slow_seconds + patience.look if is_slow else 0.0
        waiting.body_bytes = 0
        return waiting.slow_seconds > patience.body

    def _refuse_late(self) -> None:
        if self._head_bytes == 0:
            self.transport.close()  # nothing was said, so there is nothing to answer
            return
        texts = Texts(
            f"请求头未在 {self.patience.head:.0f} 秒内发完，连接已断开",
            f"the request head was not complete within {self.patience.head:.0f} seconds; the connection was cut",
            "请检查网络和客户端，再发一次",
            "check the network and the client, then send it again",
        )
        self._refuse(HTTP_TYPES[408], texts)

    @override
    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._waiting.head_since is None:
                self._waiting.head_since = self.loop.time()
        else:
            self._waiting.body_bytes += len(data)
        super().data_received(data)
        limit = self._limit_bytes
        if limit is not None and self._is_in_head and self._head_bytes > limit and not self._is_refused:
            texts = Texts(
                f"请求头超过上限 {limit} 字节，连接已断开",
                f"the request head is larger than {limit} bytes; the connection was cut",
                "请缩短地址或请求头；较长的查询请用 POST 提交",
                "shorten it; send long queries by POST",
            )
            self._refuse(HTTP_TYPES[431], texts)

    @override
    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._waiting.head_since, self._waiting.slow_seconds, self._waiting.body_bytes = None, 0.0, 0
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_in_head, self._head_bytes = True, 0

    @override
    def send_400_response(self, msg: str) -> None:
        texts = Texts(
            "收到的内容不是 HTTP 请求，连接已断开",
            "what was sent is no HTTP request; the connection was cut",
            "请检查客户端；地址中的汉字须以百分号编码",
            "check the client; characters beyond ASCII in an address are percent-encoded",
        )
        self._refuse(HTTP_TYPES[400], texts)

    def _refuse(self, kind: ProblemType, texts: Texts) -> None:
        """Answer with a problem and close, reading on for a moment."""
        self._is_refused = True
        answer = problem(kind, texts)
        status = HTTPStatus(answer.status_code)
        head = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
        head += [name + b": " + value for name, value in (*answer.raw_headers, (b"connection", b"close"))]
        self.transport.write(b"\r\n".join(head) + b"\r\n\r\n" + bytes(answer.body))
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
