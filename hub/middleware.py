"""What every request passes, whatever its route: limits, request id, security headers, counting.

Pure ASGI, so that streams are not buffered. An oversized head gets 431, an oversized body 413, both as
problems; every answer forbids scripts from elsewhere (strict CSP) and being framed.
"""

from __future__ import annotations

import re
import secrets
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request

from hub.logs import Answered, log_answered, request_context
from hub.problems import HTTP_TYPES, Texts, answer

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from hub.metrics import Metrics
    from hub.problem_table import ProblemType
    from hub.settings import Settings

POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
    b" frame-ancestors 'none'"
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PUSH_PATH = re.compile(
    r"^(/api/v1/entries/[^/]+/(pushes|mappings/proposals|mappings/previews)|(/api/v1|(/en)?/w)/pushes/[0-9a-f-]{36}/resume|(/en)?/w/pushes/new)$"
)
UPLOAD_PATH = re.compile(r"^/api/v1/uploads/[0-9a-f-]+$")
MATCH_PATH = re.compile(r"^/api/v1/exchange/[^/]+/match(/file)?$")
MATCH_LIMIT_BYTES = 32 << 20
"""Largest batch to compare: 100,000 rows of a few texts each."""
CKAN_PATH = re.compile(r"^/api/(3/)?action/(resource_(create|update|patch)|datastore_(create|upsert))$")
CKAN_LIMIT_BYTES = 64 << 20
"""Largest file or list of records of a CKAN client; larger files are pushed by ``hub push``."""
HARVEST_PATH = re.compile(r"^/api/v1/harvest/sources/[a-z0-9-]+/(runs|preview)$")
HARVEST_LIMIT_BYTES = 256 << 20
"""Largest file of a catalogue to be harvested."""
SHEET_PATH = re.compile(r"^(/api/v1/(sheets/(national|edit)|duties/import|inventory/import))$")
SHEET_LIMIT_BYTES = 64 << 20
"""Largest workbook of entries: a city's 15,000 with 200,000 items."""


class BodyTooLargeError(HTTPException):
    """A body without a length grew past its limit while it was read; what reads bodies lets this kind pass."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than the limit, send less of it at a time"
        )


class Gatekeeper:
    """The outermost application: it hands on what is within the limits and decorates every answer."""

    def __init__(self, app: FastAPI, settings: Settings, metrics: Metrics, entry_point: str) -> None:
        """Take the limits (bytes) from ``settings``; ``entry_point`` is public, exchange or both."""
        self.app = app
        self.entry_point = entry_point
        self.settings = settings
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event stream."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        started = time.perf_counter()
        status = 0
        has_begun = False

        async def decorated(message: Message) -> None:
            nonlocal status, has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                extra = [header for header in SECURITY_HEADERS if header[0] not in present]
                message["headers"] = [*message["headers"], *extra, (b"x-request-id", request_id.encode())]
            await send(message)

        limit = self._body_limit(scope)
        body = _CountedBody(receive, limit)

        async def unless_cut(message: Message) -> None:
            # What a route makes of a body that was cut (a parser's complaint, a fault) is not the answer.
            if has_begun or not body.is_too_large:
                await decorated(message)

        with request_context(request_id):
            try:
                refusal = self._refusal(scope, limit)
                if refusal is None:
                    with suppress(BodyTooLargeError):
                        await self.app(scope, body, unless_cut)
                    refusal = self._body_refusal(limit, scope) if body.is_too_large and not has_begun else None
                if refusal is not None:
                    await refusal(scope, receive, decorated)
            finally:
                self._count(scope, request_id, status, time.perf_counter() - started)

    def _body_limit(self, scope: Scope) -> int:
        if scope["method"] == "POST" and MATCH_PATH.match(scope["path"]) is not None:
            return max(MATCH_LIMIT_BYTES, self.settings.body_limit_bytes)
        if scope["method"] == "POST" and CKAN_PATH.match(scope["path"]) is not None:
            return max(CKAN_LIMIT_BYTES, self.settings.body_limit_bytes)
        if scope["method"] == "POST" and HARVEST_PATH.match(scope["path"]) is not None:
            return max(HARVEST_LIMIT_BYTES, self.settings.body_limit_bytes)
        if scope["method"] == "POST" and SHEET_PATH.match(scope["path"]) is not None:
            return max(SHEET_LIMIT_BYTES, self.settings.body_limit_bytes)
        if scope["method"] in {"PATCH", "POST"} and UPLOAD_PATH.match(scope["path"]) is not None:
            return self.settings.resumable_limit_bytes
        is_push = scope["method"] == "POST" and PUSH_PATH.match(scope["path"]) is not None
        return self.settings.upload_limit_bytes if is_push else self.settings.body_limit_bytes

    def _refusal(self, scope: Scope, limit: int) -> ASGIApp | None:
        head = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        head += sum(len(name) + len(value) + 4 for name, value in scope["headers"])
        if head > self.settings.header_limit_bytes:
            texts = Texts(
                f"请求行和请求头共 {head} 字节，上限 {self.settings.header_limit_bytes} 字节",
                f"the request head has {head} bytes, the limit is {self.settings.header_limit_bytes}",
                "请缩短地址或请求头；较长的查询请用 POST 提交",
                "shorten it; send long queries by POST",
            )
            return self._answer(scope, HTTP_TYPES[431], texts)
        if "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
            texts = Texts(
                "网址中有零字节",
                "the address holds a zero byte",
                "请检查网址；名称和值都是文字，不含零字节",
                "check the address: names and values are text and hold none",
            )
            return self._answer(scope, HTTP_TYPES[400], texts)
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if lengths and lengths[0].isdigit() and int(lengths[0]) > limit:
            return self._body_refusal(limit, scope)
        return None

    def _answer(self, scope: Scope, kind: ProblemType, texts: Texts) -> ASGIApp:
        return answer(Request({**scope, "app": self.app}), kind, texts)

    def _body_refusal(self, limit: int, scope: Scope) -> ASGIApp:
        texts = Texts(
            f"内容超过上限 {limit} 字节，没有保存任何内容",
            f"the body is larger than {limit} bytes; nothing was stored",
            "请压缩（gzip）或分批推送；上限由 HUB_UPLOAD_LIMIT_BYTES 与 HUB_BODY_LIMIT_BYTES 设定",
            "compress it (gzip) or push in parts; the limits are settings",
        )
        return self._answer(scope, HTTP_TYPES[413], texts)

    def _count(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None)
        # What a stranger sends as a method is neither a label nor part of a log line.
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self.metrics.request(route, method, status, seconds, self.entry_point)
        log_answered(Answered(request_id, method, route, status, round(seconds * 1000, 1), self.entry_point))


class _CountedBody:
    """The body of a request as it comes in; beyond the limit it ends in an error."""

    def __init__(self, receive: Receive, limit: int) -> None:
        """Count up to ``limit`` bytes."""
        self._receive = receive
        self._limit = limit
        self._received = 0

    @property
    def is_too_large(self) -> bool:
        """Whether more came than is allowed."""
        return self._received > self._limit

    async def __call__(self) -> Message:
        """Return the next message (raises :class:`BodyTooLargeError`)."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self.is_too_large:
                raise BodyTooLargeError
        return message
