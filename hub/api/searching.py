"""The directory is searched: entries with facets and filters, single items with their holder and how they are shared.

Zhengzhou Art. 18, 20 §2. The public finds what is open to society in some form; organs (a system's token or a session)
the whole directory. What one may not know of is neither found, nor counted, nor suggested.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Response

from catalogue.finding import ORGAN_VIEWER, PUBLIC_VIEWER, Ask, Filters, find, find_items
from hub.api.authentication import OptionalCaller
from hub.api.citizens import provider_names
from hub.open.directory import SHARING_WORDS, facet_words, terms_of
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.finding import Facet, Hit, ItemHit
    from hub.database import Unit
    from hub.open.directory import Terms

router = APIRouter(prefix="/api/v1", tags=["citizens"])
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
SearchText = Annotated[
    str, Query(max_length=200, description="两个汉字即可；拼音、首字母、代码亦可 / two characters are enough")
]
Codes = Annotated[list[Annotated[str, Query(max_length=40)]], Query(max_length=50)]
Kinds = Annotated[list[Annotated[int, Query(ge=1, le=3)]], Query(max_length=3)]
FacetName = Literal[
    "provider", "class", "theme", "share_type", "open_type", "cycle", "format", "sensitivity", "freshness", "origin"
]
Freshness = Literal["fresh", "due", "overdue", "no_data"]


def asked_filters(
    *,
    provider: Annotated[list[uuid.UUID], Query(max_length=50)] = [],  # noqa: B006 - FastAPI copies it
    class_code: Annotated[Codes, Query(alias="class")] = [],  # noqa: B006
    theme: Codes = [],  # noqa: B006
    share_type: Kinds = [],  # noqa: B006
    open_type: Kinds = [],  # noqa: B006
    cycle: Codes = [],  # noqa: B006
    file_format: Annotated[Codes, Query(alias="format")] = [],  # noqa: B006
    sensitivity: Codes = [],  # noqa: B006
    freshness: Annotated[list[Freshness], Query()] = [],  # noqa: B006
    origin: Codes = [],  # noqa: B006
) -> Filters:
    """Read the filters of a search: several values of one are alternatives."""
    return Filters(
        provider_ids=tuple(provider),
        class_codes=tuple(code for code in class_code if code),
        themes=tuple(theme),
        share_types=tuple(share_type),
        open_types=tuple(open_type),
        cycles=tuple(cycle),
        formats=tuple(file_format),
        sensitivities=tuple(sensitivity),
        freshness=tuple(freshness),
        origins=tuple(origin),
    )


AskedFilters = Annotated[Filters, Depends(asked_filters)]
FacetNames = Annotated[
    list[FacetName], Query(description="要计数的分面，可多次 / facets to count, several times", max_length=10)
]


@router.get("/datasets", summary="检索目录条目 / Search entries", response_model=dict[str, Any])
def find_datasets(
    hub: Hub,
    caller: OptionalCaller,
    filters: AskedFilters,
    q: SearchText = "",
    facet: FacetNames = [],  # noqa: B006 - FastAPI copies it
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """Find entries; organs also find what is closed to society.

    The whole title or a code comes first, then titles that hold all words, then items and texts; in each the source
    department's own before copies. Facets count with every filter but their own. Where no entry, or few, hold
    all words, ``near`` has those that hold most; where none does, ``suggestions`` has words that find something.
    """
    viewer = PUBLIC_VIEWER if caller is None else ORGAN_VIEWER
    ask = Ask(q, filters, limit=limit, offset=offset, facets=tuple(facet), at=hub.context.now())
    with hub.database.begin() as unit:
        found = find(unit, viewer, ask)
        names = provider_names(unit, {hit.provider_id for hit in (*found.hits, *found.near)})
        facets = _counted(unit, found.facets)
    body = {
        **_page(found.total, found.hits, ask),
        "datasets": [_dataset(hit, names[hit.provider_id]) for hit in found.hits],
        "facets": facets,
        "near": [_dataset(hit, names[hit.provider_id]) for hit in found.near],
        "suggestions": list(found.suggestions),
    }
    return _answer(body)


def _answer(body: dict[str, Any]) -> Response:
    """Return the JSON as it is: hundreds of facet values need no second look by a general encoder."""
    return Response(orjson.dumps(body), media_type="application/json")


def _page(total: int, hits: Sequence[object], ask: Ask) -> dict[str, Any]:
    following = ask.offset + ask.limit
    return {"total": total, "returned": len(hits), "next": following if following < total else None}


def _counted(unit: Unit, facets: Mapping[str, Sequence[Facet]]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{"value": one.value, "name": word.zh, "name_en": word.en, "count": one.count} for one, word in values]
        for name, values in facet_words(unit, facets).items()
    }


def _dataset(hit: Hit, provider: str) -> dict[str, Any]:
    return {
        "name": hit.name,
        "title": hit.title,
        "provider": provider,
        "resource_code": hit.resource_code,
        "share_type": hit.share_type,
        "open_type": hit.open_type,
        "published_at": hit.modified,
        "is_authoritative": hit.is_authoritative,
        "freshness": hit.freshness,
        "data_at": hit.data_at,
        "rows": hit.rows,
    }


@router.get(
    "/items", summary="检索信息项：谁有、怎样取得 / Search items: who holds them", response_model=dict[str, Any]
)
def find_single_items(
    hub: Hub,
    caller: OptionalCaller,
    filters: AskedFilters,
    q: SearchText,
    facet: FacetNames = [],  # noqa: B006 - FastAPI copies it
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """Find single items with their holder and how they are shared (政务数据共享条例 Art. 13).

    Each tells its condition, the working days the holder has to answer, and the ways to get it. The source
    department's own comes before copies of it.
    """
    viewer = PUBLIC_VIEWER if caller is None else ORGAN_VIEWER
    ask = Ask(q, filters, limit=limit, offset=offset, facets=tuple(facet), at=hub.context.now())
    with hub.database.begin() as unit:
        found = find_items(unit, viewer, ask)
        names = provider_names(unit, {hit.provider_id for hit in found.hits})
        terms = terms_of(hub.context, unit, viewer, found.hits)
        facets = _counted(unit, found.facets)
    body = {
        **_page(found.total, found.hits, ask),
        "items": [_item(hit, names[hit.provider_id], one) for hit, one in zip(found.hits, terms, strict=True)],
        "facets": facets,
        "suggestions": list(found.suggestions),
    }
    return _answer(body)


def _item(hit: ItemHit, provider: str, terms: Terms) -> dict[str, Any]:
    words = SHARING_WORDS[hit.share_type]
    return {
        "item": hit.item,
        "column": hit.column,
        "name": hit.name,
        "title": hit.title,
        "provider": provider,
        "is_authoritative": hit.is_authoritative,
        "share_type": hit.share_type,
        "sharing": f"{words.zh} / {words.en}",
        "is_open": hit.is_open,
        "condition": terms.condition,
        "answer_working_days": terms.days,
        "ways": [{"kind": kind, "path": path} for kind, path in terms.ways],
    }
