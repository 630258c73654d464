"""The directory for machines: DCAT-AP 3 pages and entries, DCAT-US, Atom, sitemap, Data Package, Croissant.

No key, no receipt (Zhengzhou Art. 20 §2). Who accepts a page gets the page of the portal at the same address; every
body has an entity tag and is answered to HEAD and to conditional requests (RFC 9110 sections 9.3.2 and 13).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.routing import APIRoute
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match
from typing_extensions import override

from hub.api import catalogue_answers as answers
from hub.open import data_json, data_package, feeds, sitemap
from hub.open.dcat import serialising
from hub.open.dcat.catalogue_graph import entry_graph, page_graph
from hub.open.dcat.errors import FormNotServedError
from hub.open.dcat.keeping import BodyCache
from hub.open.dcat.leaves import LARGEST_PAGE, PAGE_SIZE, Asked, read_entry, read_leaf
from hub.rows.store import CHINA
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.types import Scope

    from hub.database import Unit
    from hub.open.dcat.serialising import GraphForm
    from hub.services import Services

FEED_SIZE: Final = 50
Number = Annotated[int, Query(ge=1, le=1_000_000, description="页码，从 1 起 / page, from 1")]
Size = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="每页条目数 / entries a page")]
Words = Annotated[str, Query(max_length=200, description="检索词 / words to look for")]
Organ = Annotated[str, Query(max_length=80, description="单位简称 / short name of an organ")]
Since = Annotated[
    datetime | None,
    Query(description="说明或数据在此之后有变化；不带时区的按北京时间 / changed since; Beijing time without a zone"),
]


class NegotiatedRoute(APIRoute):
    """A route that leaves its address to the portal's page where the reader wants a page."""

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found, child = super().matches(scope)
        if found is Match.NONE or _wanted(scope) != serialising.HTML:
            return found, child
        return Match.NONE, {}


def _wanted(scope: Scope) -> GraphForm | str | None:
    accept = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept")
    return serialising.chosen(accept)


def _form(request: Request) -> GraphForm:
    """Return the form a reader accepts (raises :class:`FormNotServedError`)."""
    wanted = _wanted(request.scope)
    if wanted is None or isinstance(wanted, str):
        raise FormNotServedError(serialising.OFFERED)
    return wanted


router = APIRouter(tags=["citizens"])
negotiated = APIRouter(tags=["citizens"], route_class=NegotiatedRoute)


def _asked(page: int, size: int, words: str, organ: str, since: datetime | None) -> Asked:
    at = since if since is None or since.tzinfo is not None else since.replace(tzinfo=CHINA)
    return Asked(page, size, words.strip(), organ.strip(), at)


def _catalogue(request: Request, hub: Services, form: GraphForm, asked: Asked) -> Response:
    base, path = hub.settings.public_url.rstrip("/"), request.url.path

    def make(unit: Unit) -> answers.Made:
        leaf = read_leaf(hub, unit, asked, f"{base}{path}")
        content = serialising.written(page_graph(leaf), form)
        links = [(address, name, form.media_type) for name, address in leaf.addresses.items() if name != "self"]
        links += [(f"{base}/catalog.{one.ending}", "alternate", one.media_type) for one in serialising.FORMS]
        return answers.Made(content, form.media_type, answers.links_of(links))

    return answers.answer(request, hub, ("catalogue", path, form.ending, asked), make)


@negotiated.head("/catalog", include_in_schema=False)
@negotiated.get("/catalog", summary="目录的 DCAT-AP 3 描述（按 Accept） / The catalogue as DCAT-AP 3, by Accept")
def catalogue(
    request: Request, hub: Hub, page: Number = 1, page_size: Size = PAGE_SIZE, q: Words = "",
    organization: Organ = "", modified_since: Since = None,
) -> Response:  # fmt: skip
    """Return one page of the catalogue in the form that is accepted; a page of the portal where that is wanted.

    Raises:
        FormNotServedError: none of the forms that are served is accepted.
        OrganizationUnknownError: no organ has this short name.
    """
    return _catalogue(request, hub, _form(request), _asked(page, page_size, q, organization, modified_since))


def _catalogue_in(ending: str) -> Callable[..., Response]:
    form = serialising.BY_ENDING[ending]

    def catalogue_file(
        request: Request, hub: Hub, page: Number = 1, page_size: Size = PAGE_SIZE, q: Words = "",
        organization: Organ = "", modified_since: Since = None,
    ) -> Response:  # fmt: skip
        """Return one page of the catalogue; ``hydra:next`` and the header ``Link`` lead on."""
        return _catalogue(request, hub, form, _asked(page, page_size, q, organization, modified_since))

    return catalogue_file


def _entry(request: Request, hub: Services, name: str, form: GraphForm) -> Response:
    base = hub.settings.public_url.rstrip("/")

    def make(unit: Unit) -> answers.Made:
        whole, about = read_entry(hub, unit, name)
        content = serialising.written(entry_graph(whole, about), form)
        return answers.Made(content, form.media_type, answers.links_of(answers.alternates(base, about.name)))

    return answers.answer(request, hub, ("entry", name, form.ending), make)


def _entry_in(ending: str) -> Callable[..., Response]:
    form = serialising.BY_ENDING[ending]

    def entry_file(name: str, request: Request, hub: Hub) -> Response:
        """Return the description of one entry with all its items (raises :class:`EntryNotFoundError`)."""
        return _entry(request, hub, name, form)

    return entry_file


for _ending, _known in serialising.BY_ENDING.items():
    _summary = f"目录的 DCAT-AP 3 描述 / The catalogue as {_known.media_type}"
    router.add_api_route(f"/catalog.{_ending}", _catalogue_in(_ending), summary=_summary, name=f"catalogue {_ending}")
    router.add_api_route(
        f"/catalog.{_ending}", _catalogue_in(_ending), methods=["HEAD"], include_in_schema=False, name=f"head {_ending}"
    )
for _known in serialising.FORMS:
    _summary = f"一个条目的 DCAT-AP 3 描述 / One entry as {_known.media_type}"
    _place = f"/dataset/{{name}}.{_known.ending}"
    router.add_api_route(_place, _entry_in(_known.ending), summary=_summary, name=f"entry {_known.ending}")
    router.add_api_route(
        _place, _entry_in(_known.ending), methods=["HEAD"], include_in_schema=False, name=f"head entry {_known.ending}"
    )


@negotiated.head("/dataset/{name}", include_in_schema=False)
@negotiated.get("/dataset/{name}", summary="一个条目的 DCAT-AP 3 描述（按 Accept） / One entry as DCAT-AP 3, by Accept")
def entry(name: str, request: Request, hub: Hub) -> Response:
    """Return the description of one entry in the form that is accepted.

    Raises:
        FormNotServedError: none of the forms that are served is accepted.
        EntryNotFoundError: there is none, or the public may not know of it.
    """
    return _entry(request, hub, name, _form(request))


_Maker = Literal["datapackage", "schema", "croissant"]


def _json_of(request: Request, hub: Services, name: str, what: _Maker) -> Response:
    def make(unit: Unit) -> answers.Made:
        whole, about = read_entry(hub, unit, name)
        if what == "schema":
            return answers.made_json(data_package.table_schema(about), data_package.MEDIA_TYPE)
        if what == "croissant":
            return answers.made_json(data_package.croissant(whole, about), data_package.CROISSANT_TYPE)
        return answers.made_json(data_package.package(whole, about), data_package.MEDIA_TYPE)

    return answers.answer(request, hub, (what, name), make)


@router.head("/dataset/{name}/datapackage.json", include_in_schema=False)
@router.get("/dataset/{name}/datapackage.json", summary="数据包描述 / Data Package v2 of one entry")
def package(name: str, request: Request, hub: Hub) -> Response:
    """Return the Data Package of an entry: its files with the Table Schema (raises :class:`EntryNotFoundError`)."""
    return _json_of(request, hub, name, "datapackage")


@router.head("/dataset/{name}/schema.json", include_in_schema=False)
@router.get("/dataset/{name}/schema.json", summary="表结构 / Table Schema of one entry")
def schema(name: str, request: Request, hub: Hub) -> Response:
    """Return the Table Schema of the open rows of an entry (raises :class:`EntryNotFoundError`)."""
    return _json_of(request, hub, name, "schema")


@router.head("/dataset/{name}/croissant.jsonld", include_in_schema=False)
@router.get("/dataset/{name}/croissant.jsonld", summary="机器学习描述 / Croissant of one entry")
def croissant(name: str, request: Request, hub: Hub) -> Response:
    """Return the Croissant description of an entry (raises :class:`EntryNotFoundError`)."""
    return _json_of(request, hub, name, "croissant")


@router.head("/feeds/dataset.atom", include_in_schema=False)
@router.get("/feeds/dataset.atom", summary="目录更新订阅 / Feed of the directory (Atom)")
def feed(
    request: Request, hub: Hub, page: Number = 1, page_size: Size = FEED_SIZE, q: Words = "", organization: Organ = "",
) -> Response:  # fmt: skip
    """Return one page of the feed, the newest descriptions first (raises :class:`OrganizationUnknownError`)."""
    place = f"{hub.settings.public_url.rstrip('/')}/feeds/dataset.atom"
    asked = Asked(page, page_size, q.strip(), organization.strip(), is_newest_first=True)

    def make(unit: Unit) -> answers.Made:
        leaf = read_leaf(hub, unit, asked, place)
        return answers.Made(feeds.atom(leaf), feeds.MEDIA_TYPE, {})

    return answers.answer(request, hub, ("feed", asked), make)


@router.head("/data.json", include_in_schema=False)
@router.get("/data.json", summary="目录的 DCAT-US 3.0 描述 / The catalogue as DCAT-US 3.0")
def data_document(request: Request, hub: Hub, q: Words = "", organization: Organ = "") -> Response:
    """Stream the whole catalogue as one document (raises :class:`OrganizationUnknownError`)."""
    asked = Asked(page_size=LARGEST_PAGE, q=q.strip(), organization=organization.strip())
    with hub.database.begin() as unit:
        mark = answers.mark_of(unit)
        read_leaf(hub, unit, Asked(page_size=1, q=asked.q, organization=asked.organization), "")
    headers = {**answers.COMMON, "ETag": f'W/"{"-".join(map(str, mark))}-{hub.context.today():%Y%m%d}"'}
    if answers.is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(media_type=data_json.MEDIA_TYPE, headers=headers)
    pieces = answers.stream_document(hub, asked)
    return StreamingResponse(pieces, media_type=data_json.MEDIA_TYPE, headers=headers)


@router.head("/sitemap.xml", include_in_schema=False)
@router.get("/sitemap.xml", summary="站点地图 / Sitemap")
def site_map(
    request: Request, hub: Hub, part: Annotated[int | None, Query(ge=1, le=100_000, description="分卷 / file")] = None
) -> Response:
    """Return the addresses of all pages the public may find; an index of files above 50,000."""
    base = hub.settings.public_url.rstrip("/")

    def make(unit: Unit) -> answers.Made:
        count = sitemap.files(sitemap.entries(unit))
        content = sitemap.index(base, count) if part is None and count > 1 else sitemap.part(unit, base, part or 1)
        return answers.Made(content, sitemap.MEDIA_TYPE, {})

    return answers.answer(request, hub, ("sitemap", part), make)


@router.head("/robots.txt", include_in_schema=False)
@router.get("/robots.txt", summary="搜索引擎须知 / Robots")
def robots(hub: Hub) -> Response:
    """Tell search engines what to leave alone, and where the sitemap is."""
    lines = ["User-agent: *", "Disallow: /w/", "Disallow: /me/", "Disallow: /login", "Disallow: /api/"]
    lines += ["", f"Sitemap: {hub.settings.public_url.rstrip('/')}/sitemap.xml", ""]
    return Response("\n".join(lines), media_type="text/plain", headers=answers.COMMON)


@router.head("/.well-known/api-catalog", include_in_schema=False)
@router.get("/.well-known/api-catalog", summary="接口目录 / Catalogue of the interfaces (RFC 9727)")
def api_catalog(hub: Hub) -> Response:
    """Return the interfaces the hub has, each with its description (RFC 9727, RFC 9264)."""
    return answers.api_catalog(hub.settings.public_url.rstrip("/"))


def install(app: FastAPI) -> None:
    """Mount the descriptions, with room for those that were just written."""
    app.state.descriptions = BodyCache()
    app.include_router(negotiated)
    app.include_router(router)
