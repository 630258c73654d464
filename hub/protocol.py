"""HTTP/1.1 on the wire, with an end to what a stranger may send before a request has even begun.

The parser below keeps every header it reads; without a limit here, a head that never ends fills the memory
(threats 30, 33). Such a head gets 431, and what is no HTTP gets 400, both as problems in the words of all others.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.problems import HTTP_TYPES, Texts, problem

if TYPE_CHECKING:
    from hub.problem_table import ProblemType

LINGER_SECONDS: Final = 1.0
"""How long what still arrives is thrown away, so that the answer is not lost to a reset of the connection."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection that is told to go when its request's head grows beyond ``header_limit_bytes``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit_bytes = self.config.h11_max_incomplete_event_size
        self._head_bytes = 0
        self._is_in_head = True
        self._is_refused = False

    @override
    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._is_in_head:
            self._head_bytes += len(data)
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
