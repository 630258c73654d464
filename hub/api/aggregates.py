"""Figures instead of rows: counts, sums and means by group, under disclosure control (统计法 Art. 28)."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentSystem
from hub.api.bodies import Body
from hub.exchange.aggregates.use import aggregate
from hub.exchange.use import Use
from hub.open.aggregates import public_table
from hub.rows.aggregate import MAX_DIMENSIONS, MAX_MEASURES, parse_aggregation
from hub.rows.errors import QuerySyntaxError
from hub.services import Hub

public = APIRouter(prefix="/api/v1", tags=["citizens"])
exchange = APIRouter(prefix="/api/v1/exchange", tags=["agencies"])
Name = Annotated[str, Field(max_length=80)]


class AggregateBody(Body):
    """A question for figures: ``group_by`` of ``item`` or ``item:year``, ``measures`` of ``count``, ``sum:item``."""

    group_by: tuple[Name, ...] = Field(default=(), max_length=MAX_DIMENSIONS)
    measures: tuple[Name, ...] = Field(default=("count",), min_length=1, max_length=MAX_MEASURES)
    where: dict[str, Any] | None = None
    as_of: int | None = Field(default=None, ge=1, le=2**53)
    purpose: Annotated[str, Field(min_length=1, max_length=200)]
    case_number: str | None = Field(default=None, max_length=200)


@exchange.post("/{name}/aggregate", summary="按授权统计 / Figures as granted")
async def aggregate_as_granted(name: str, body: AggregateBody, system: CurrentSystem, hub: Hub) -> Response:
    """Answer a table of figures, every cell with its status; the receipt is durable before the first byte."""
    standing = hub.cache.known(name, system.system_id)
    if standing is None:
        standing = await run_in_threadpool(hub.cache.load, name, system.system_id)
    asked = parse_aggregation(standing.resource.id, body.group_by, body.measures, body.where, body.as_of)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await aggregate(use, asked, body.where)
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers={**headers, **answer.headers})


@public.get("/datasets/{name}/aggregate", summary="统计开放数据 / Figures of open data")
async def aggregate_openly(
    name: str,
    hub: Hub,
    group_by: Annotated[str, Query(max_length=200, description="分组项，逗号分隔 / items, by commas")] = "",
    measures: Annotated[str, Query(max_length=400, description="指标 / count, sum:item, mean:item")] = "count",
    where: Annotated[str, Query(max_length=8000, description="条件（JSON） / a condition as JSON")] = "",
    as_of: Annotated[int | None, Query(ge=1, le=2**53, description="数据版本号 / version")] = None,
) -> Response:
    """Answer a table of figures; protected items only with each cell controlled."""
    standing = hub.cache.known_public(name)
    if standing is None:
        standing = await run_in_threadpool(hub.cache.load_public, name)
    condition = _condition(where)
    asked = parse_aggregation(
        standing.resource.id, [part for part in group_by.split(",") if part], measures.split(","), condition, as_of
    )
    async with hub.database.connection() as driver:
        told = await public_table(hub.context, driver, standing.resource, asked, condition)
    return Response(orjson.dumps(told.body, default=str), media_type="application/json")


def _condition(text: str) -> object:
    """Return the condition of a parameter.

    Raises:
        QuerySyntaxError: it is no JSON.

    """
    if not text:
        return None
    try:
        loaded: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise QuerySyntaxError("where 不是合法的 JSON", "where is not valid JSON", position="where") from None
    return loaded
