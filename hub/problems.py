"""The only table of HTTP errors: domain error class -> RFC 9457 problem type.

Answers are ``application/problem+json`` with type, title, status, detail, instance, in Chinese with
the English beside (``title_en``, ``detail_en``), ``next``/``next_en`` for what to do now, and
extension members for machines. No traceback, no protected value, no hint at what is withheld.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

import orjson
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from hub.database import INTERRUPTIONS, DatabaseUnreachableError
from hub.logs import IDENTITY_NUMBER
from hub.problem_table import PROBLEMS, ProblemType
from hub.push.uploads.errors import UploadDiskError
from policies.errors import DomainError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"

HTTP_TYPES: Mapping[int, ProblemType] = {
    400: ProblemType("bad-request", HTTPStatus.BAD_REQUEST, "请求不符合要求", "The request is not well formed"),
    401: ProblemType("not-authenticated", HTTPStatus.UNAUTHORIZED, "未登录或凭据无效", "Not authenticated"),
    403: ProblemType("forbidden", HTTPStatus.FORBIDDEN, "无权进行此操作", "Not allowed"),
    404: ProblemType("not-found", HTTPStatus.NOT_FOUND, "没有找到所请求的内容", "Not found"),
    405: ProblemType("method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "此地址不支持该方法", "Method not allowed"),
    408: ProblemType("request-timeout", HTTPStatus.REQUEST_TIMEOUT, "请求未按时发完", "The request took too long"),
    413: ProblemType("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "内容超过上限", "Content too large"),
    415: ProblemType("unsupported-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "不支持的内容类型", "Unsupported type"),
    431: ProblemType(
        "headers-too-large", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "请求头过长", "Request head too large"
    ),
}
"""Types of what no use case raises: answers of the web framework and of the gatekeeper."""

VALIDATION = ProblemType("invalid-request", HTTPStatus.UNPROCESSABLE_ENTITY, "请求内容有误", "The request is not valid")
UNEXPECTED = ProblemType(
    "unexpected", HTTPStatus.INTERNAL_SERVER_ERROR, "系统内部故障，已记录", "Unexpected fault, recorded"
)


def all_types() -> Mapping[str, ProblemType]:
    """Return every problem type by its slug, sorted: what ``/problems/<slug>`` can be asked for."""
    found = {kind.slug: kind for kind in (*PROBLEMS.values(), *HTTP_TYPES.values(), VALIDATION, UNEXPECTED)}
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Texts:
    """What a problem tells beyond its type."""

    detail: str = ""
    detail_en: str = ""
    next: str = ""
    next_en: str = ""


def problem_type_of(error: BaseException) -> ProblemType:
    """Return the row of the table for an error, by its class or the nearest base that has a row."""
    for base in type(error).__mro__:
        if base in PROBLEMS:
            return PROBLEMS[base]
    return UNEXPECTED


def _told(text: str) -> str:
    """Return a text of a problem without identity numbers: what was sent in the wrong place is not repeated."""
    return IDENTITY_NUMBER.sub("[证件号码]", text)


def _told_in(value: object) -> object:
    """Return a member of a problem likewise: also a name nobody knows may be a number in the wrong place."""
    if isinstance(value, str):
        return _told(value)
    if isinstance(value, Mapping):
        return {_told(str(key)): _told_in(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_told_in(one) for one in value]
    return value


def problem(
    kind: ProblemType,
    texts: Texts,
    *,
    instance: str = "",
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build the response of one problem; ``facts`` become extension members."""
    body: dict[str, object] = {
        "type": TYPE_PREFIX + kind.slug,
        "title": kind.title,
        "title_en": kind.title_en,
        "status": int(kind.status),
    }
    given = (
        ("detail", texts.detail),
        ("detail_en", texts.detail_en),
        ("next", texts.next),
        ("next_en", texts.next_en),
        ("instance", instance),
    )
    body |= {key: value if key == "instance" else _told(value) for key, value in given if value}
    more = {key: _told_in(value) for key, value in (facts or {}).items()}
    content = orjson.dumps({**more, **body}, default=str, option=orjson.OPT_INDENT_2)
    return Response(content, status_code=int(kind.status), media_type=MEDIA_TYPE, headers=dict(headers or {}))


class PageMaker(Protocol):
    """Shows a fault as a page where a browser asks at a page's address; None leaves it a problem document."""

    def __call__(self, request: Request, kind: ProblemType, texts: Texts) -> Response | None:
        """Return the page, or None."""


def answer(
    request: Request,
    kind: ProblemType,
    texts: Texts,
    *,
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer a fault: as a page to a browser where the app has a ``state.error_page``, else as a problem."""
    show: PageMaker | None = getattr(request.app.state, "error_page", None)
    page = show(request, kind, texts) if show is not None else None
    if page is None:
        return problem(kind, texts, instance=request.url.path, facts=facts, headers=headers)
    page.headers.update(headers or {})
    return page


_CHALLENGES = frozenset({"invalid_token", "invalid_dpop_proof", "use_dpop_nonce"})


def _headers(kind: ProblemType, error: DomainError) -> dict[str, str]:
    headers = {}
    if kind.status == HTTPStatus.UNAUTHORIZED:
        word = str(error.facts.get("error", ""))
        code = f', error="{word}"' if word in _CHALLENGES else ""
        scheme = "DPoP" if error.facts.get("scheme") == "DPoP" else "Bearer"
        algorithms = ', algs="ES256 EdDSA"' if scheme == "DPoP" else ""  # RFC 9449 7.1
        headers["WWW-Authenticate"] = f'{scheme} realm="shutong"{code}{algorithms}'
        if isinstance(nonce := error.facts.get("nonce"), str):
            headers["DPoP-Nonce"] = nonce
    retry = error.facts.get("retry_after_seconds")
    if isinstance(retry, int):
        headers["Retry-After"] = str(retry)
    return headers


def render(error: DomainError, instance: str) -> Response:
    """Turn a domain error into its problem."""
    kind = problem_type_of(error)
    return problem(kind, _texts(error), instance=instance, facts=error.facts, headers=_headers(kind, error))


def problem_document(error: DomainError, instance: str) -> tuple[int, dict[str, object]]:
    """Return status and body of the problem of an error, to be kept and answered later."""
    response = render(error, instance)
    return response.status_code, orjson.loads(response.body)


def _texts(error: DomainError) -> Texts:
    return Texts(error.zh, error.en, error.next_zh, error.next_en)


def _pointer(location: tuple[int | str, ...]) -> str:
    return "/" + "/".join(str(part) for part in location)


def _validation(request: Request, error: RequestValidationError) -> Response:
    """Name each field that is wrong, never the value it held."""
    errors = [
        {"pointer": _pointer(tuple(item["loc"])), "rule": item["type"], "message": item["msg"]}
        for item in error.errors()
    ]
    first = errors[0] if errors else {"pointer": "/", "message": ""}
    texts = Texts(
        f"共 {len(errors)} 处有误，第一处在 {first['pointer']}",
        f"{len(errors)} fault(s), the first at {first['pointer']}: {first['message']}",
        "请对照 /docs 中该接口的说明修改后重试",
        "compare with the operation's description in /docs and send again",
    )
    return answer(request, VALIDATION, texts, facts={"errors": errors})


_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_DATABASE_NO_ROOM: Final = "53100"
"""SQLSTATE of a database whose disk is full."""


def is_out_of_room(error: BaseException) -> bool:
    """Whether a disk is full: the hub's own, or that of the database (PostgreSQL's disk_full, wrapped or not)."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return getattr(getattr(error, "orig", None) or error, "sqlstate", None) == _DATABASE_NO_ROOM


def _out_of_room(request: Request, error: Exception) -> Response:
    log.error("disk.full", path=request.url.path, error=type(error).__name__)
    texts = Texts(
        "平台磁盘空间不足，请求没有完成，未保存任何改动",
        "the hub's disk is full: the request was not done and nothing was stored",
        "请告知平台运维清出空间后重试；推送请沿用同一幂等键",
        "tell the operator of the hub to make room, then try again; repeat a push with the same idempotency key",
    )
    return answer(request, PROBLEMS[UploadDiskError], texts)


def _interrupted(request: Request, error: Exception) -> Response:
    if is_out_of_room(error):
        return _out_of_room(request, error)
    log.error("database.interrupted", error=type(error).__name__)
    texts = Texts(
        "数据库连接中断或过忙，请求没有得到确认",
        "the database went away or is too busy: the request was not confirmed",
        "请稍后重试；推送请沿用同一幂等键，已经完成的不会重复",
        "try again later; repeat a push with the same idempotency key, what was done is not done twice",
    )
    return answer(request, PROBLEMS[DatabaseUnreachableError], texts, headers={"Retry-After": "5"})


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", path=request.url.path, error=type(error).__name__, exc_info=error)
    texts = Texts(
        "请求没有完成，未保存任何改动",
        "nothing was stored",
        "请稍后重试；仍有问题请把时间告知运维",
        "try again; tell the operator the time",
    )
    return answer(request, UNEXPECTED, texts)


def _system(request: Request, error: Exception) -> Response:
    return _out_of_room(request, error) if is_out_of_room(error) else _unexpected(request, error)


def install(app: FastAPI) -> None:
    """Register the handlers; after this no route answers an error in another shape."""

    @app.exception_handler(DomainError)
    def _domain(request: Request, error: DomainError) -> Response:
        kind = problem_type_of(error)
        return answer(request, kind, _texts(error), facts=error.facts, headers=_headers(kind, error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        return _validation(request, error)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        kind = HTTP_TYPES.get(error.status_code)
        if kind is None:
            is_ours = error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            kind = replace(UNEXPECTED if is_ours else HTTP_TYPES[400], status=HTTPStatus(error.status_code))
        detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else f"{kind.title_en}"
        texts = Texts(
            f"{kind.title}：{request.method} {request.url.path}",
            f"{detail}: {request.method} {request.url.path}",
            "请检查地址、方法和内容的格式，或从 /docs 查找接口",
            "check address, method and form of the body, or look the operation up in /docs",
        )
        return answer(request, kind, texts, headers=error.headers)

    for interruption in INTERRUPTIONS:
        app.add_exception_handler(interruption, _interrupted)

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        # The connection broke in the middle of the body: nobody is left to answer, and nothing was done.
        return Response(status_code=HTTPStatus.BAD_REQUEST)

    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(Exception, _unexpected)
