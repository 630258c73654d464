"""Indicators of the macro-economy: what there is, series and vintages, figures as of a day (Zhengzhou Art. 18, 20).

The public reads what the register's entry opens; agencies read through their grant, with a receipt before the first
byte. Nothing is told before its release, to nobody, in no form (统计法实施条例 第二十八条).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentSystem
from hub.api.indicators_answers import following, json_bytes, json_response, page_response
from hub.exchange.use import Use
from hub.registers.macro import answers, indicator_store
from hub.registers.macro.errors import MacroOffError
from hub.registers.macro.permits import Reader, public_reader
from hub.registers.macro.questions import MOST_FIGURES, Asked, question_of
from hub.registers.macro.use import read_as_granted
from hub.services import Hub, Services

if TYPE_CHECKING:
    from hub.database import Unit

public = APIRouter(prefix="/api/v1", tags=["citizens"])
exchange = APIRouter(prefix="/api/v1/exchange", tags=["agencies"])
Word = Annotated[str, Query(max_length=40)]
Areas = Annotated[str, Query(max_length=4000, description="地区代码，逗号分隔 / area codes, by commas")]
Cursor = Annotated[str, Query(max_length=8192, description="上一页的 next / next of the page before")]
Form = Annotated[Literal["json", "csv"], Query(alias="format", description="json 或 csv / json or csv")]


def entry_of(unit: Unit) -> str:
    """Return the name of the entry that describes the register (raises :class:`MacroOffError`)."""
    found = indicator_store.switch(unit)
    if not found.is_on or found.entry_name is None:
        raise MacroOffError
    return found.entry_name


def public_reader_of(hub: Services) -> Reader:
    """Return the public as a reader of the register.

    Raises:
        MacroOffError: the database is off, or not described in the directory.
        EntryNotFoundError: the public may not know of it.

    """
    with hub.database.begin() as unit:
        name = entry_of(unit)
    standing = hub.cache.known_public(name) or hub.cache.load_public(name)
    return public_reader(hub.context, standing.resource)


def asked_of(
    area: Areas = "",
    frequency: Annotated[str, Query(max_length=1, description="频率 / frequency: A S Q M W D")] = "",
    measure: Annotated[Word, Query(description="口径 / current, cumulative, yoy, mom, share, index")] = "",
    price_basis: Annotated[Word, Query(description="计价 / current, constant")] = "",
    period: Annotated[Word, Query(description="时期 / 2025, 2025-Q1, 2025-M01 …")] = "",
    start: Annotated[Word, Query(description="起始时期 / first period")] = "",
    end: Annotated[Word, Query(description="截止时期 / last period")] = "",
    as_of: Annotated[Word, Query(description="截至某日已知的数据 / what was known on a day, or at a time")] = "",
    vintage: Annotated[Word, Query(description="版本号，或 all / number of a vintage, or all")] = "",
    unit: Annotated[Word, Query(description="换算到的计量单位 / unit to convert to")] = "",
    derive: Annotated[Word, Query(description="推算 / single: single periods; sum: over the areas")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_FIGURES)] = 1000,
) -> Asked:
    """Return the parameters of a question about figures."""
    return Asked(area, frequency, measure, price_basis, period, start, end, as_of, vintage, unit, derive, limit)


Given = Annotated[Asked, Depends(asked_of)]


@public.get("/indicators", summary="指标目录 / Indicators")
def list_indicators(hub: Hub) -> Response:
    """List every indicator with definition, coverage and method."""
    reader = public_reader_of(hub)
    with hub.database.read_only() as unit:
        found = answers.listing(unit, reader)
    return json_response({"total": len(found), "returned": len(found), "next": None, "indicators": found})


@public.get("/indicators/{code}", summary="一个指标 / One indicator")
def show_indicator(code: str, hub: Hub, asked: Given) -> Response:
    """Describe an indicator: its series and vintages, as far as they are released."""
    reader = public_reader_of(hub)
    with hub.database.read_only() as unit:
        question = question_of(unit, code, asked, reader.now)
        found = answers.series_listing(unit, reader, question)
    return json_response(found)


@public.get("/indicators/{code}/observations", summary="指标数据 / Figures of an indicator")
def list_observations(
    code: str, request: Request, hub: Hub, asked: Given, cursor: Cursor = "", form: Form = "json"
) -> Response:
    """Return figures: the latest known, those known on a day, one vintage, or all; derived ones are marked."""
    reader = public_reader_of(hub)
    with hub.database.read_only() as unit:
        found = answers.figures(unit, reader, code, asked, (hub.cursor_key, cursor))
    return page_response(request, found, form)


@exchange.get("/indicators/{code}/observations", summary="按授权查询指标数据 / Figures of an indicator as granted")
async def list_observations_as_granted(
    code: str,
    request: Request,
    system: CurrentSystem,
    hub: Hub,
    asked: Given,
    purpose: Annotated[str, Query(min_length=1, max_length=200, description="使用目的 / purpose")],
    case_number: Annotated[str | None, Query(max_length=200, description="事由编号 / case number")] = None,
    cursor: Cursor = "",
) -> Response:
    """Return figures to a granted system; the receipt is durable before the first byte."""
    name = await run_in_threadpool(_entry_name, hub)
    standing = hub.cache.known(name, system.system_id)
    if standing is None:
        standing = await run_in_threadpool(hub.cache.load, name, system.system_id)

    def read(reader: Reader, receipt: uuid.UUID) -> tuple[bytes, int]:
        with hub.database.read_only() as unit:
            found = answers.figures(unit, reader, code, asked, (hub.cursor_key, cursor))
        body = found.body() | {"next": following(request, found.next), "receipt": str(receipt)}
        return json_bytes(body), found.returned

    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, purpose, case_number)
        answer = await read_as_granted(use, read, {"indicator": code, "asked": repr(asked.canonical())})
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers={**headers, **answer.headers})


def _entry_name(hub: Services) -> str:
    with hub.database.begin() as unit:
        return entry_of(unit)
