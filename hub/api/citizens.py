"""Open data by API, without a key: find, describe, read, download (Zhengzhou Art. 20 §2)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from catalogue.licences import rights_of
from catalogue.shapes import the_shape
from hub.api.authentication import OptionalCaller
from hub.api.rows import ROWS_PARAMETERS
from hub.identity.names_store import member_names
from hub.open import datasets
from hub.open.rows import FORMATS, download
from hub.push import store as push_store
from hub.rows.parsing import parse_parameters
from hub.services import Hub

if TYPE_CHECKING:
    import uuid

    from catalogue.entry import Entry
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["citizens"])


def provider_names(unit: Unit, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of members by id."""
    return {**dict.fromkeys(ids, ""), **member_names(unit, ids)}


def _described(hub: Services, unit: Unit, resource: Resource) -> dict[str, Any]:
    entry = resource.entry
    withheld = datasets.withheld_items(hub.context, resource, "zh")
    withheld_en = {one.column: one for one in datasets.withheld_items(hub.context, resource, "en")}
    names = provider_names(unit, {resource.provider_id})
    doubted, doubted_items = datasets.doubted(hub.context, resource)
    return {
        "name": resource.name,
        "title": entry.title,
        "title_en": entry.title_en,
        "resource_code": resource.row.resource_code,
        "version": resource.version,
        "provider": entry.provider.name if entry.origin is not None else names[resource.provider_id],
        "provider_code": entry.provider.code,
        "abstract": entry.abstract,
        "abstract_en": entry.abstract_en,
        "class_path": list(entry.class_path),
        "formats": list(entry.formats),
        "update_cycle": entry.update_cycle,
        "grade": entry.grade,
        "share_type": int(entry.sharing.type),
        "open_type": int(entry.opening.type),
        "open_condition": entry.opening.condition,
        "licence": entry.licence,
        "rights": entry.rights_statement,
        "rights_shown": rights_of(entry).as_json(),
        "issued": resource.row.published_at,
        "items": [
            {
                "column": item.column,
                "name": item.name,
                "type": item.type.value,
                "length": item.length,
                "description": item.description,
                "code_list": item.code_list.name if item.code_list is not None else None,
                "how": datasets.how_to_get(resource, item),
            }
            for item in entry.items
        ],
        "withheld": [
            {
                "column": one.column,
                "name": one.name,
                "ground": one.ground,
                "reason": one.reason,
                "reason_en": withheld_en[one.column].reason,
                "remedy": one.remedy,
                "remedy_en": withheld_en[one.column].remedy,
            }
            for one in withheld
        ],
        "under_verification": {"rows": doubted, "items": list(doubted_items)},
        "origin": origin_of(entry),
        "links": [asdict(link) for link in entry.links],
        "data": push_store.latest_facts(unit, resource.id),
    }


def origin_of(entry: Entry) -> dict[str, Any] | None:
    """Return where a harvested entry comes from; None for what the city's own departments provide."""
    return None if entry.origin is None else asdict(entry.origin)


@router.get("/datasets/{name}", summary="一个条目 / One entry")
def describe(name: str, caller: OptionalCaller, hub: Hub) -> dict[str, Any]:
    """Return the description, the items, what is not given to the public and why, and the data's version."""
    resource = (hub.cache.load_public(name) if caller is None else hub.cache.load(name, None)).resource
    with hub.database.begin() as unit:
        return _described(hub, unit, resource)


@router.get("/dataset", summary="按资源代码取一个条目 / One entry by its resource code")
def describe_by_code(
    code: Annotated[str, Query(min_length=1, max_length=200)], caller: OptionalCaller, hub: Hub
) -> dict[str, Any]:
    """Return the description of the entry of a resource code; codes hold ``/`` and stand in no path."""
    return describe(code, caller, hub)


@router.get(
    "/datasets/{name}/download", summary="下载全部开放数据 / Download all open rows", openapi_extra=ROWS_PARAMETERS
)
def download_rows(
    name: str,
    request: Request,
    hub: Hub,
    file_format: Annotated[
        Literal["csv", "excel", "gb18030", "json", "ndjson", "geojson"], Query(alias="format")
    ] = "csv",
) -> StreamingResponse:
    """Stream every row that matches, without limit; ``excel`` opens in Excel with codes and numbers kept as text."""
    resource = hub.cache.load_public(name).resource
    shape = the_shape(resource.entry.items)
    asked = parse_parameters(
        resource.id, request.query_params.multi_items(), shape=None if shape is None else shape.column
    )
    form = FORMATS[file_format]
    stream = download(hub.context, hub.database, resource, asked, form)
    title = quote(f"{resource.title}.{form.ending}", safe="")
    headers = {
        "Content-Disposition": f"attachment; filename=\"{resource.name}.{form.ending}\"; filename*=UTF-8''{title}",
        "Cache-Control": "no-cache",
        "X-Under-Verification": str(datasets.doubted(hub.context, resource)[0]),
    }
    return StreamingResponse(stream, media_type=form.media_type, headers=headers)
