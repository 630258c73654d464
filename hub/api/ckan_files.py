"""Files at the addresses CKAN's clients know: the dump of a datastore, and the file of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response, StreamingResponse

from hub.api.ckan_reading import query_arguments, token_of
from hub.open.ckan.asks import Arguments
from hub.open.ckan.attachments import attached
from hub.open.ckan.dump import dump_of
from hub.open.ckan.errors import CkanError, CkanRequestError, CkanValidationError
from hub.open.ckan.tokens import caller_of
from hub.services import Hub

if TYPE_CHECKING:
    from pathlib import Path

    from catalogue.entry import Link
    from hub.open.ckan.dump import Dump
    from hub.services import Services

router = APIRouter(include_in_schema=False)
CORS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def refused(error: CkanError) -> Response:
    """Answer a fault: 400 for what was asked wrongly, 404 for what is not there; in CKAN's words."""
    if isinstance(error, CkanRequestError):
        body: object = f"Bad request: {error.text} / {error.zh}"
        status = error.status
    else:
        body = {"success": False, "error": error.body()}
        status = 400 if isinstance(error, CkanValidationError) else error.status
    return Response(orjson.dumps(body), status_code=status, media_type="application/json", headers=CORS)


def sent(made: Dump) -> StreamingResponse:
    """Stream a prepared file; scripts of other sites may read what is open."""
    headers = {
        **CORS,
        "Content-Disposition": f'attachment; filename="{made.filename}"',
        "Cache-Control": "no-cache",
    }
    return StreamingResponse(made.chunks, media_type=made.media_type, headers=headers)


@router.get("/dataset/{dataset}/resource/{resource}/download/{name}")
@router.get("/dataset/{dataset}/resource/{resource}/download")
async def download(dataset: str, resource: str, request: Request, hub: Hub, name: str = "") -> Response:
    """Send a file that was attached to a dataset: to all once it is published, before that to its department."""
    del name
    try:
        path, link = await run_in_threadpool(_attached, hub, dataset, resource, token_of(request))
    except CkanError as error:
        return refused(error)
    title = quote(link.title or path.name, safe="")
    headers = {**CORS, "Content-Disposition": f"attachment; filename*=UTF-8''{title}", "Cache-Control": "no-cache"}
    # Never shown inside the site, whatever the file claims to be.
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _attached(hub: Services, dataset: str, resource: str, token: str | None) -> tuple[Path, Link]:
    caller = caller_of(hub, token) if token is not None else None
    with hub.database.begin() as unit:
        return attached(hub, unit, dataset, resource, caller)


@router.get("/datastore/dump/{key}")
async def dump(key: str, request: Request, hub: Hub) -> Response:
    """Stream all open rows of a resource as CSV, TSV, JSON or XML, filtered and sorted as datastore_search does."""
    try:
        made = await run_in_threadpool(dump_of, hub, key, Arguments(query_arguments(request)))
    except CkanError as error:
        return refused(error)
    return sent(made)
