"""The exchange's hot path: granted systems query and verify (Zhengzhou Art. 20; 政务数据共享条例 Art. 22, 25)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import orjson
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from hub.api.alarms import watch
from hub.api.authentication import UnboundSystem
from hub.api.direct import DirectRoute
from hub.api.models import QueryBody, VerifyBody
from hub.exchange import use
from hub.rows.parsing import parse_json
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.standing import Standing
    from hub.identity.facts import Requester
    from hub.services import Services

router = APIRouter(prefix="/api/v1/exchange", tags=["agencies"], route_class=DirectRoute)


async def _standing(hub: Services, name: str, system: Requester) -> Standing:
    known = hub.cache.known(name, system.system_id)
    return known if known is not None else await run_in_threadpool(hub.cache.load, name, system.system_id)


def _response(answer: use.Answer) -> Response:
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    headers |= answer.headers
    return Response(answer.body, media_type="application/json", headers=headers)


def _document(body: QueryBody) -> bytes:
    given = body.model_dump(exclude={"purpose", "case_number"}, exclude_none=True)
    try:
        return orjson.dumps(given)
    except TypeError:  # a number of more than 64 bits: the parser of queries says what is wrong with it
        return json.dumps(given).encode()


@router.post("/{name}/query", summary="按授权查询 / Query as granted")
async def query(name: str, body: QueryBody, system: UnboundSystem, hub: Hub) -> Response:
    """Answer one page of the rows the grant gives; the receipt is durable before the first byte."""
    standing = await _standing(hub, name, system)
    asked = parse_json(standing.resource.id, _document(body))
    async with hub.database.connection() as driver:
        one = use.Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await use.query(one, asked, hub.cursor_key)
    await watch(hub, answer)
    return _response(answer)


@router.post("/{name}/verify", summary="核验一个人或单位 / Verify one person or body")
async def verify(name: str, body: VerifyBody, system: UnboundSystem, hub: Hub) -> Response:
    """Say match, mismatch, not found or cannot verify; never a stored value."""
    standing = await _standing(hub, name, system)
    async with hub.database.connection() as driver:
        one = use.Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await use.verify(one, body.key, body.claims)
    await watch(hub, answer)
    return _response(answer)
