"""The Action API of CKAN over HTTP: ``/api/action/NAME`` and ``/api/3/action/NAME``, for CKAN's own clients.

What an action does is in :mod:`hub.open.ckan`; here is only the way in and out: arguments in every form, the token in
three header forms, CKAN's envelope and error bodies, JSONP, and CORS, so that a page of another site may read and,
with a token it holds itself, write. Cookies are not looked at, so no other site can act for who is logged in here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from hub.api.ckan_answers import failed, succeeded
from hub.api.ckan_reading import posted, query_arguments, token_of
from hub.database import INTERRUPTIONS
from hub.open.ckan import served
from hub.open.ckan.asks import Arguments, CkanAsk
from hub.open.ckan.errors import CkanRequestError
from hub.services import Hub
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.open.ckan.actions import Action
    from hub.open.ckan.asks import CkanFile
    from hub.services import Services

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()
JSON: Final = "application/json;charset=utf-8"
SCRIPT: Final = "application/javascript;charset=utf-8"
CALLBACK: Final = re.compile(r"[A-Za-z_$][\w$.]{0,99}", re.ASCII)
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-CKAN-API-Key",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PATHS: Final = ("/api/3/action/{name}", "/api/action/{name}")
LEGACY_VERSIONS: Final = frozenset({"1", "2", "3"})


def _json(status: int, value: object) -> Response:
    return Response(orjson.dumps(value, default=str), status_code=status, media_type=JSON, headers=CORS)


def _bare(error: CkanRequestError) -> Response:
    """Answer what is no call of an action: a JSON text, as CKAN's clients expect it."""
    return _json(error.status, f"Bad request: {error.text} / {error.zh}")


def _wants(request: Request, name: str, callback: str | None) -> Action:
    """Return the action of a request.

    Raises:
        CkanRequestError: there is none of this name, it changes something and the request is a GET, or ``callback``
            is no name of a function.
    """
    if callback is not None and CALLBACK.fullmatch(callback) is None:
        raise CkanRequestError("the callback is no name of a function", "callback 不是函数名")
    found = served.find(name)
    if not found.is_read and not request.app.state.ckan_writes:
        raise CkanRequestError(
            f"{name} is served on the exchange entry point only", "此操作只在交换侧入口提供，请改用该入口的地址"
        )
    if request.method != "POST" and not found.is_read:
        raise CkanRequestError(
            "JSON Error: Invalid request. Please use POST method for your request",
            "此操作会改动数据，请用 POST 提交",
        )
    return found


def _answer(
    hub: Services, found: Action, given: tuple[dict[str, Any], Mapping[str, CkanFile]], token: str | None,
    *, on_exchange: bool,
) -> Response:  # fmt: skip
    """Run an action and put its result, or its fault, into CKAN's envelope; off the event loop."""
    site = hub.settings.public_url.rstrip("/")
    try:
        caller = served.caller_of(hub, token) if token is not None else None
        ask = CkanAsk(hub, Arguments(given[0]), caller, given[1], name=found.name, on_exchange=on_exchange)
        return _json(200, succeeded(site, found.name, served.run(found, ask)))
    except CkanRequestError as error:
        return _bare(error)
    except INTERRUPTIONS as error:
        log.error("database.interrupted", error=type(error).__name__)  # noqa: TRY400 - the driver's own text may quote data
        status, body = failed(site, found.name, error)
        answer = _json(status, body)
        answer.headers["Retry-After"] = "5"
        return answer
    except Exception as error:
        status, body = failed(site, found.name, error)
        if not isinstance(error, DomainError):
            log.exception("unexpected", path=f"/api/3/action/{found.name}", error=type(error).__name__)
        return _json(status, body)


def _wrapped(answer: Response, callback: str) -> Response:
    """Return an answer as a call of the script's function (JSONP)."""
    body = callback.encode() + b"(" + bytes(answer.body) + b");"
    return Response(body, status_code=answer.status_code, media_type=SCRIPT, headers=CORS)


async def act(name: str, request: Request, hub: Hub) -> Response:
    """Call an action: arguments from the body or, for actions that change nothing, from the query string."""
    callback = request.query_params.get("callback") if request.method == "GET" else None
    try:
        found = _wants(request, name, callback)
        arguments, files = ({}, {}) if request.method != "POST" else await posted(request)
        if not arguments and not files and found.is_read:
            arguments = query_arguments(request)
    except CkanRequestError as error:
        return _bare(error)
    except ClientDisconnect:
        return Response(status_code=400)
    token = token_of(request) if callback is None else None
    try:
        on_exchange: bool = request.app.state.ckan_writes
        answer = await run_in_threadpool(_answer, hub, found, (arguments, files), token, on_exchange=on_exchange)
    finally:
        await request.close()
    return answer if callback is None else _wrapped(answer, callback)


async def preflight() -> Response:
    """Tell a browser that pages of other sites may call the actions, with a token of their own."""
    return Response(status_code=200, headers=CORS)


for _path in PATHS:
    router.add_api_route(_path, act, methods=["GET", "HEAD", "POST"], name=f"ckan {_path}")
    router.add_api_route(_path, preflight, methods=["OPTIONS"], name=f"ckan preflight {_path}")


@router.get("/api")
@router.get("/api/1")
@router.get("/api/2")
@router.get("/api/3")
async def version(request: Request) -> Response:
    """Return the version of CKAN's API that stands at an address; the one without a number is 1."""
    number = request.url.path.rpartition("/")[2]
    return _json(200, {"version": int(number) if number in LEGACY_VERSIONS else 1})


@router.get("/api/2/util/{kind}/{act}")
@router.get("/api/util/{kind}/{act}")
async def completions(kind: str, act: str, request: Request, hub: Hub) -> Response:  # noqa: A002, RUF100
    """Complete what was begun: the addresses CKAN's own forms ask (``?incomplete=`` or ``?q=``)."""
    text = request.query_params.get("incomplete") or request.query_params.get("q") or ""
    limit = request.query_params.get("limit", "10")
    return await run_in_threadpool(_completions, hub, f"{kind}/{act}", {"q": text, "limit": limit})


def _completions(hub: Services, what: str, arguments: dict[str, Any]) -> Response:
    site = hub.settings.public_url.rstrip("/")
    try:
        found = served.complete(CkanAsk(hub, Arguments(arguments), name=what), what)
    except CkanRequestError as error:
        return _json(404, f"Not found: {error.text}")
    except INTERRUPTIONS as error:
        status, body = failed(site, what, error)
        return _json(status, body)
    except Exception as error:
        status, body = failed(site, what, error)
        if not isinstance(error, DomainError):
            log.exception("unexpected", path=f"/api/2/util/{what}", error=type(error).__name__)
        return _json(status, body)
    return _json(200, found)
