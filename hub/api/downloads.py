"""Files for granted systems: all granted rows as CSV or lines of JSON (政务数据共享条例 Art. 22: file download)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import FreshSystem
from hub.api.streaming import WatchedStream
from hub.exchange import streams
from hub.exchange.flags import download_headers
from hub.exchange.use import Use, quota_headers
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.standing import Standing
    from hub.identity.facts import Requester
    from hub.services import Services

router = APIRouter(prefix="/api/v1/exchange", tags=["agencies"])
Name = Annotated[str, Query(min_length=1, max_length=200)]


async def _standing(hub: Services, name: str, system: Requester) -> Standing:
    known = hub.cache.known(name, system.system_id)
    return known if known is not None else await run_in_threadpool(hub.cache.load, name, system.system_id)


@router.get(
    "/{name}/download",
    summary="按授权下载全部数据 / Download all granted rows",
    response_class=Response,
    responses={
        200: {
            "description": "all granted rows; Receipt names the open receipt, Receipt-Close the one that closes it",
            "content": {"text/csv": {}, "application/x-ndjson": {}},
        }
    },
)
async def download(
    name: str,
    system: FreshSystem,
    hub: Hub,
    purpose: Name,
    case_number: Annotated[str | None, Query(max_length=200)] = None,
    form: Annotated[Literal["csv", "ndjson"], Query(alias="format")] = "csv",
    item: Annotated[list[str] | None, Query(max_length=500, description="列名；不填为全部 / columns; all")] = None,
    as_of: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """Stream all granted rows; it breaks off when the grant is suspended, narrowed or over, and says so in the log."""
    standing = await _standing(hub, name, system)
    items = tuple(item) if item else None
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, purpose, case_number)
        stream = await streams.open_stream(use, items, as_of, form)
        columns = [column.item.column for column in stream.compiled.columns]
        headers = {
            **await download_headers(driver, standing.resource, stream.found.permit, columns),
            "Receipt": str(stream.opened),
            "Receipt-Close": str(stream.closed),
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{standing.resource.name}.{form}"',
            **quota_headers(use, stream.found),
        }
    return WatchedStream(stream, hub, headers)
