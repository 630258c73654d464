"""The portal's pages: home, directory, items, dataset, proof, the demo's story, the API. Server HTML, no scripts.

Chinese at ``/``, English at ``/en/``; all state is in the URL. Jilin Art. 24 (accessibility), GB/T 37668.
"""

from __future__ import annotations

import hashlib
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Form, Query, Request, Response, UploadFile
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from hub.api.authentication import OptionalStaff
from hub.identity.facts import StaffRequester
from hub.portal import api_page, views
from hub.portal.texts import translator
from hub.problems import problem_type_of
from hub.services import Hub
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.portal.texts import Lang
    from hub.services import Services

NAVIGATION = (
    ("/", "nav_home"),
    ("/catalog", "nav_catalog"),
    ("/items", "nav_items"),
    ("/proof", "nav_proof"),
)
PAGE_SIZE = 20
LARGEST_PASTE = 512 * 1024
router = APIRouter(include_in_schema=False)
_environment = Environment(
    loader=PackageLoader("hub.portal"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
SearchText = Annotated[str, Query(max_length=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


def _stylesheet_version() -> str:
    return hashlib.sha256(files("hub.portal").joinpath("static", "site.css").read_bytes()).hexdigest()[:12]


ASSET_VERSION = _stylesheet_version()


def lang_of(request: Request) -> Lang:
    """Return the language of a path: ``/en`` is English, all else Chinese."""
    path = request.url.path
    return "en" if path == "/en" or path.startswith("/en/") else "zh"


def bare_path(request: Request) -> str:
    """Return the path without its language."""
    path = request.url.path
    return (path[3:] or "/") if lang_of(request) == "en" else path


def _url_maker(lang: Lang) -> Callable[[str], str]:
    def url(path: str) -> str:
        return path if lang == "zh" else ("/en" + (path if path != "/" else "/"))

    return url


def render(request: Request, hub: Services, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page in the language of its path."""
    lang = lang_of(request)
    bare = bare_path(request)
    query = f"?{request.url.query}" if request.url.query else ""
    other = bare if lang == "en" else _url_maker("en")(bare)
    navigation = [*NAVIGATION, ("/story", "nav_story")] if hub.settings.demo else list(NAVIGATION)
    body = _environment.get_template(template).render(
        t=translator(lang),
        lang=lang,
        url=_url_maker(lang),
        current=bare,
        navigation=navigation,
        other_language_url=other + query,
        demo=hub.settings.demo,
        city=hub.settings.city_name,
        asset_version=ASSET_VERSION,
        **values,
    )
    return HTMLResponse(body, status_code=status, headers={"Content-Language": "zh-CN" if lang == "zh" else "en"})


def _both(path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a GET page at its Chinese and its English address."""

    def register(handler: Callable[..., Any]) -> Callable[..., Any]:
        for address in (path, "/en" + path):
            router.get(address, response_class=HTMLResponse, name=f"page {address}")(handler)
        return handler

    return register


@router.get("/en", include_in_schema=False)
def english_home() -> RedirectResponse:
    """Send ``/en`` to ``/en/``."""
    return RedirectResponse("/en/", status_code=308)


@_both("/")
def home(request: Request, hub: Hub) -> HTMLResponse:
    """Show the search box, the four basic databases, what is new, and the public figures."""
    return render(request, hub, "home.html", **views.home(hub))


@_both("/catalog")
def catalog(
    request: Request,
    hub: Hub,
    staff: OptionalStaff,
    q: SearchText = "",
    provider: Annotated[str, Query(max_length=40)] = "",
    class_code: Annotated[str, Query(alias="class", max_length=20)] = "",
    offset: Offset = 0,
) -> HTMLResponse:
    """Search the directory."""
    found = views.catalog(
        hub, lang_of(request), q=q, provider=provider, class_code=class_code, offset=offset, public=staff is None
    )
    return render(request, hub, "search.html", **found, **_pager(request, found["total"], offset))


@_both("/items")
def items(request: Request, hub: Hub, staff: OptionalStaff, q: SearchText = "", offset: Offset = 0) -> HTMLResponse:
    """Search single items."""
    found = views.items(hub, q=q, offset=offset, public=staff is None)
    return render(request, hub, "items.html", **found, **_pager(request, found["total"], offset))


def _pager(request: Request, total: int, offset: int) -> dict[str, Any]:
    """Return first, last and the addresses of the pages beside this one."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "offset"]

    def at(place: int) -> str:
        return f"{request.url.path}?{urlencode([*kept, ('offset', str(place))])}"

    return {
        "first": offset + 1 if total else 0,
        "last": min(offset + PAGE_SIZE, total),
        "next_url": at(offset + PAGE_SIZE) if offset + PAGE_SIZE < total else None,
        "previous_url": at(max(0, offset - PAGE_SIZE)) if offset else None,
    }


@_both("/d/{name}")
def dataset(name: str, request: Request, hub: Hub, staff: OptionalStaff) -> HTMLResponse:
    """Show one entry: download, preview with filters, items, what is withheld and why, versions."""
    return render(
        request, hub, "dataset.html", **views.dataset(hub, request, name, lang_of(request), public=staff is None)
    )


@router.get("/dataset/{name}")
@router.get("/en/dataset/{name}")
def dataset_alias(name: str, request: Request) -> RedirectResponse:
    """Send the other common address of a dataset to its page."""
    prefix = "/en" if lang_of(request) == "en" else ""
    return RedirectResponse(f"{prefix}/d/{name}", status_code=308)


@_both("/proof")
def proof(request: Request, hub: Hub) -> HTMLResponse:
    """Show the form that checks a receipt, and the log's current checkpoint."""
    return render(request, hub, "proof.html", verdict=None, pasted="", log=views.log_state(hub))


async def _pasted(receipt: Annotated[str, Form()] = "", file: UploadFile | None = None) -> bytes:
    if file is not None and file.filename:
        return await file.read(LARGEST_PASTE)
    return receipt.encode()[:LARGEST_PASTE]


@router.post("/proof", response_class=HTMLResponse)
@router.post("/en/proof", response_class=HTMLResponse)
def check_proof(request: Request, hub: Hub, pasted: Annotated[bytes, Depends(_pasted)]) -> HTMLResponse:
    """Check a receipt against the log and show every step."""
    shown = pasted.decode("utf-8", "replace")
    verdict = views.checked_receipt(hub, pasted, lang_of(request))
    return render(request, hub, "proof.html", verdict=verdict, pasted=shown, log=views.log_state(hub))


@_both("/story")
def story(request: Request, hub: Hub) -> HTMLResponse:
    """Show the demo's steps as they were run."""
    if not hub.settings.demo:
        raise HTTPException(404)
    return render(request, hub, "story.html", steps=views.story(hub, lang_of(request)))


@_both("/docs")
def api_docs(request: Request, hub: Hub) -> HTMLResponse:
    """Show the native API."""
    document = request.app.openapi()
    return render(
        request,
        hub,
        "docs.html",
        groups=api_page.groups(document, lang_of(request)),
        description=document["info"]["description"],
    )


def _error_page(request: Request, hub: Services, error: Exception) -> Response:
    """Show a fault as a page with its four parts."""
    is_english = lang_of(request) == "en"
    if isinstance(error, DomainError):
        kind = problem_type_of(error)
        texts = (error.en, error.next_en) if is_english else (error.zh, error.next_zh)
        title = kind.title_en if is_english else kind.title
        return render(request, hub, "error.html", status=int(kind.status), title=title, detail=texts[0], next=texts[1])
    status = error.status_code if isinstance(error, HTTPException) else 422
    title = "Nothing here" if is_english else "没有这个页面"
    detail = "Check the address, or search the directory." if is_english else "请检查地址，或在目录中检索。"
    return render(request, hub, "error.html", status=status, title=title, detail=detail, next="")


def wants_page(request: Request) -> bool:
    """Whether the reader is a browser at a page's address, not a program at the API."""
    path = request.url.path
    is_api = path.startswith(("/api/", "/oauth/", "/ledger/", "/.well-known/"))
    return not is_api and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI, hub: Services) -> None:
    """Mount the pages and their stylesheet, and show faults to browsers as pages."""
    app.include_router(router)
    with as_file(files("hub.portal").joinpath("static")) as folder:
        app.mount("/static", StaticFiles(directory=folder), name="static")
    app.state.error_page = lambda request, error: _error_page(request, hub, error)


__all__ = ["StaffRequester", "install", "lang_of", "render", "router", "wants_page"]
