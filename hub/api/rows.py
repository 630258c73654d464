"""The public reads open rows, a page at a time, without a key (Zhengzhou Art. 20 §2): the busiest path of all.

An answer is kept for the next who asks the same (:mod:`hub.open.answers`); ``Cache-Control: no-cache`` asks anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from catalogue.shapes import the_shape
from hub.api.direct import DirectRoute
from hub.open.rows import fetch_public_page
from hub.rows import geojson
from hub.rows.parsing import parse_parameters
from hub.rows.render import json_rows, page_facts
from hub.rows.store import current_version
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.standing import Standing
    from hub.open.answers import Question
    from hub.rows.store import RowPage
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["citizens"], route_class=DirectRoute)
ROWS_PARAMETERS: Final[dict[str, Any]] = {
    "parameters": [
        {"name": "items", "in": "query", "schema": {"type": "string"}, "description": "列名，逗号分隔 / columns"},
        {
            "name": "order",
            "in": "query",
            "schema": {"type": "string"},
            "description": "排序列，-为降序 / -col: descending",
        },
        {
            "name": "bbox",
            "in": "query",
            "schema": {"type": "string"},
            "description": "外包矩形 西,南,东,北 / box of shapes: west,south,east,north",
        },
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 32000}},
        {
            "name": "cursor",
            "in": "query",
            "schema": {"type": "string"},
            "description": "上一页的 next / next of the page before",
        },
        {
            "name": "as_of",
            "in": "query",
            "schema": {"type": "string"},
            "description": "数据版本号、日期（当日结束时）或时间 / version number, date (its end) or time",
        },
    ]
}


async def _standing(hub: Services, name: str) -> Standing:
    known = hub.cache.known_public(name)
    return known if known is not None else await run_in_threadpool(hub.cache.load_public, name)


@router.get("/datasets/{name}/rows", summary="读取开放数据 / Read open rows", openapi_extra=ROWS_PARAMETERS)
async def rows(name: str, request: Request, hub: Hub) -> Response:
    """Return one page; any item may be filtered by ``item=value`` or ``item__ge=value`` (docs/reference/query.md)."""
    standing = await _standing(hub, name)
    question = hub.answers.question(name, request.scope["query_string"], standing.epoch)
    kept = None if "no-cache" in request.headers.get("cache-control", "") else await _kept(hub, standing, question)
    if kept is not None:
        return kept
    shape = the_shape(standing.resource.entry.items)
    asked = parse_parameters(
        standing.resource.id,
        request.query_params.multi_items(),
        shape=None if shape is None else shape.column,
    )
    async with hub.database.connection() as connection:
        page = await fetch_public_page(hub.context, connection, standing.resource, asked, hub.cursor_key)
    answer = _answer(request, standing, page)
    hub.answers.keep(question, page.version, answer)
    return answer


async def _kept(hub: Services, standing: Standing, question: Question) -> Response | None:
    """Return the kept answer to a question, having made sure that it is of the current version."""
    kept = hub.answers.find(question)
    if kept is None or kept.is_confirmed:
        return None if kept is None else kept.response
    async with hub.database.connection() as connection:
        version = await current_version(connection, standing.resource.id)
    return kept.response if hub.answers.confirm(question, version) else None


def _answer(request: Request, standing: Standing, page: RowPage) -> Response:
    facts = {"resource": standing.resource.name, **page_facts(page)}
    following = None
    if page.next_cursor is not None:
        kept = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
        following = f"{request.url.path}?{urlencode([*kept, ('cursor', page.next_cursor)])}"
    facts["next"] = following
    is_geojson = request.query_params.get("format") == geojson.FORMAT
    if not is_geojson:
        facts["rows"] = orjson.Fragment(json_rows(page.columns, page.rows))
    headers = {
        "X-Total-Count": str(page.total.rows),
        "X-Returned-Count": str(page.returned),
        "ETag": f'"v{page.version}-{standing.resource.version}"',
        "Cache-Control": "no-cache",
    }
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    if is_geojson:
        body = geojson.geojson_page(page, {"resource": standing.resource.name, "next": following})
        return Response(body, media_type=geojson.MEDIA_TYPE, headers=headers)
    return Response(orjson.dumps(facts, default=str), media_type="application/json", headers=headers)
