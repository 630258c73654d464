"""Statistics by division: registered persons by sex, age and marital status, controlled once for each month.

统计法 Art. 28; Zhengzhou Art. 20; 政务数据共享条例 Art. 22, 25. The public and granted systems read the same tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentSystem, require_role
from hub.api.bodies import Body
from hub.directory.errors import EntryNotFoundError
from hub.exchange.use import Use
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.open.population_statistics import openly
from hub.registers.statistics import counting_store, use
from hub.registers.statistics.answering import MOST_CELLS, asked_of
from hub.registers.statistics.counting_store import Release
from hub.registers.statistics.errors import StatisticsNotReleasedError
from hub.registers.statistics.measures import CAVEAT, MEASURE, TRAITS
from hub.registers.statistics.releasing import release
from hub.services import Hub
from policies.disclosure_cube import LEVELS

if TYPE_CHECKING:
    from hub.exchange.standing import Standing
    from hub.registers.statistics.answering import Asked, Found
    from hub.services import Services

public = APIRouter(prefix="/api/v1/statistics/population", tags=["citizens"])
exchange = APIRouter(prefix="/api/v1/exchange/statistics/population", tags=["agencies"])
staff = APIRouter(prefix="/api/v1/statistics/population/releases", tags=["operators"])
Reviewer = Annotated[StaffRequester, Depends(require_role(Role.CATALOGUE_REVIEWER))]
Limit = Annotated[int, Field(ge=1, le=MOST_CELLS)]
Offset = Annotated[int, Field(ge=0, le=10_000_000)]
Trait = Annotated[str, Field(max_length=40)]
Period = Annotated[str | None, Field(max_length=7, description="年-月；不填为最近一次 / month; the newest without it")]


class StatisticsBody(Body):
    """A question for a table: ``level`` city, district or town; ``by`` up to two traits; ``within`` a division."""

    measure: str = Field(default=MEASURE, max_length=40)
    level: str = Field(max_length=20)
    by: tuple[Trait, ...] = Field(default=(), max_length=10)
    within: str = Field(default="", max_length=12)
    period: Period = None
    limit: Limit = 1000
    offset: Offset = 0
    purpose: Annotated[str, Field(min_length=1, max_length=200)]
    case_number: str | None = Field(default=None, max_length=200)


class ReleaseBody(Body):
    """The month to release."""

    period: str = Field(max_length=7)


@exchange.post("", summary="按授权分区统计 / Statistics by division, as granted")
async def statistics_as_granted(body: StatisticsBody, system: CurrentSystem, hub: Hub) -> Response:
    """Answer a part of a released table; the receipt is durable before the first byte."""
    asked = asked_of(body.measure, body.level, body.by, body.within, body.period, (body.limit, body.offset))
    async with hub.database.connection() as driver:
        name = await use.entry_name(driver)
        standing = hub.cache.known(name, system.system_id)
        if standing is None:
            standing = await run_in_threadpool(hub.cache.load, name, system.system_id)
        answer = await use.as_granted(Use(hub.context, driver, system, standing, body.purpose, body.case_number), asked)
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers={**headers, **answer.headers})


@public.get("", summary="分区统计 / Statistics by division")
async def statistics_openly(
    hub: Hub,
    level: Annotated[str, Query(max_length=20, description="city, district, town")],
    measure: Annotated[str, Query(max_length=40)] = MEASURE,
    by: Annotated[str, Query(max_length=200, description="分组项，逗号分隔 / traits, by commas")] = "",
    within: Annotated[str, Query(max_length=12, description="上级区划代码 / a division")] = "",
    period: Annotated[str | None, Query(max_length=7, description="年-月 / month")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CELLS)] = 1000,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Answer a part of a released table to anybody, where the city opens the register's items in aggregate."""
    traits = tuple(part for part in by.split(",") if part)
    asked = asked_of(measure, level, traits, within, period, (limit, offset))
    found = await public_table(hub, asked)
    return Response(orjson.dumps(found.body), media_type="application/json")


async def public_table(hub: Services, asked: Asked) -> Found:
    """Return a part of a released table as the public is given it, to this operation and to the page alike."""
    async with hub.database.connection() as driver:
        standing = await _known(hub, await use.entry_name(driver))
        return await openly(hub.context, driver, standing.resource, asked)


async def _known(hub: Services, name: str) -> Standing:
    """Return the register's entry as the public may know of it (raises :class:`EntryNotFoundError`)."""
    standing = hub.cache.known_public(name)
    return standing if standing is not None else await run_in_threadpool(hub.cache.load_public, name)


@public.get("/about", summary="分区统计说明 / What there is to ask")
async def statistics_about(hub: Hub) -> dict[str, Any]:
    """List measure, levels, traits with their categories; months, while the public may know of the register's entry."""
    async with hub.database.connection() as driver:
        try:
            await _known(hub, await use.entry_name(driver))
            periods = list(await counting_store.periods(driver))
        except (StatisticsNotReleasedError, EntryNotFoundError):
            periods = []
    return {
        "measure": MEASURE,
        "caveat": CAVEAT,
        "levels": list(LEVELS),
        "traits": [
            {"code": trait.code, "name": trait.name, "element": trait.element, "categories": dict(trait.categories)}
            for trait in TRAITS
        ],
        "periods": periods,
    }


@staff.post("", status_code=201, summary="发布分区统计 / Release the statistics of a month")
def release_statistics(body: ReleaseBody, person: Reviewer, hub: Hub) -> dict[str, Any]:
    """Count the register and release all tables of a month, once."""
    return _shown(release(hub.context, hub.database, body.period, person.actor))


@staff.get("", summary="已发布的分区统计 / Releases")
def list_releases(_person: Reviewer, hub: Hub) -> dict[str, Any]:
    """List all releases, the newest first."""
    with hub.database.begin() as unit:
        found = [_shown(one) for one in counting_store.releases(unit)]
    return {"releases": found, "total": len(found), "returned": len(found), "next": None}


def _shown(one: Release) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "period": one.period,
        "counted_on": one.counted_on.isoformat(),
        "register_change": one.change,
        "minimum_persons": one.minimum,
        "rounding": one.rounding,
        "cells": one.cells,
        "hidden": one.hidden,
        "at": one.at.isoformat(),
    }
