"""The portal's pages: home, directory, items, dataset, proof, story, API, about. Server HTML, no scripts.

Chinese at ``/``, English at ``/en/``; all state is in the URL. Jilin Art. 24 (accessibility), GB/T 37668.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Form, Query, Request, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from hub.portal import (
    api_page,
    pages_indicators,
    pages_me,
    pages_problems,
    pages_registers,
    pages_staff,
    pages_standards,
    search,
    views,
)
from hub.portal.dataset import dataset
from hub.portal.desk import finding
from hub.portal.desk import pages as desk
from hub.portal.faults import ErrorPages
from hub.portal.filters import PageFilters
from hub.portal.proof import LARGEST_PASTE, checked, log_state
from hub.portal.rendering import AskedPage, address, both, lang_of, pager
from hub.portal.work import frame
from hub.portal.work import pages as work
from hub.services import Hub, Services

router = APIRouter(include_in_schema=False)
SearchText = Annotated[str, Query(max_length=200)]
ShortText = Annotated[str, Query(max_length=40)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/en")
def english_home() -> RedirectResponse:
    """Send ``/en`` to ``/en/``."""
    return RedirectResponse("/en/", status_code=308)


@both(router, "/")
def home(page: AskedPage) -> HTMLResponse:
    """Show the search box, the four basic databases, what is new, and the public figures."""
    return page.show("home.html", **views.home(page))


@both(router, "/catalog")
def catalog(page: AskedPage, filters: PageFilters, q: SearchText = "", offset: Offset = 0) -> HTMLResponse:
    """Search the directory."""
    found = search.catalog(page, q=q, filters=filters, offset=offset)
    return page.show("search.html", **found, **pager(page.request, found["total"], offset, search.PAGE_SIZE))


@both(router, "/items")
def items(
    page: AskedPage, filters: PageFilters, q: SearchText = "", offset: Offset = 0, cart: ShortText = ""
) -> HTMLResponse:
    """Search single items."""
    found = search.items(page, q=q, filters=filters, offset=offset)
    found |= finding.beside(page, found["hits"], cart)
    return page.show("items.html", **found, **pager(page.request, found["total"], offset, search.PAGE_SIZE))


@both(router, "/d")
def dataset_by_code(hub: Hub, page: AskedPage, code: Annotated[str, Query(max_length=60)]) -> RedirectResponse:
    """Send a resource code to the page of its entry."""
    found = hub.cache.load_public(code) if page.is_public else hub.cache.load(code, None)
    return RedirectResponse(address(page.lang, f"/d/{found.resource.name}"), status_code=307)


@both(router, "/d/{name}")
def show_dataset(name: str, page: AskedPage) -> HTMLResponse:
    """Show one entry: download, preview with filters, items, what is withheld and why, versions."""
    return page.show("dataset.html", **dataset(page, name), **finding.on_entry(page, name))


@both(router, "/dataset/{name}")
def dataset_alias(name: str, request: Request) -> RedirectResponse:
    """Send the other common address of a dataset to its page."""
    place = address(lang_of(request), f"/d/{name}")
    return RedirectResponse(place, status_code=308, headers={"Vary": "Accept"})


@both(router, "/proof")
def proof(page: AskedPage) -> HTMLResponse:
    """Show the form that checks a receipt, and the log's current checkpoint."""
    return page.show("proof.html", verdict=None, pasted="", fault="", log=log_state(page))


async def _pasted(receipt: Annotated[str, Form()] = "", file: UploadFile | None = None) -> bytes:
    """Return what was given, cut one byte beyond the limit: enough to know that it is too long."""
    if file is not None and file.filename:
        return await file.read(LARGEST_PASTE + 1)
    return receipt.encode("utf-8", "replace")[: LARGEST_PASTE + 1]


@router.post("/proof", response_class=HTMLResponse)
@router.post("/en/proof", response_class=HTMLResponse)
def check_proof(page: AskedPage, pasted: Annotated[bytes, Depends(_pasted)]) -> HTMLResponse:
    """Check a receipt against the log and show every step."""
    log = log_state(page)
    if len(pasted) > LARGEST_PASTE:
        return page.show("proof.html", status=413, verdict=None, pasted="", fault="proof_too_large", log=log)
    if not pasted.strip():
        return page.show("proof.html", status=422, verdict=None, pasted="", fault="proof_empty", log=log)
    shown = pasted.decode("utf-8", "replace")
    return page.show("proof.html", verdict=checked(page, pasted), pasted=shown, fault="", log=log)


@both(router, "/story")
def story(page: AskedPage) -> HTMLResponse:
    """Show the demo's steps as they were run."""
    if not page.hub.settings.demo:
        raise HTTPException(404)
    return page.show("story.html", steps=views.story(page.hub, page.lang))


@both(router, "/docs")
def api_docs(page: AskedPage) -> HTMLResponse:
    """Show how the native API is used, and every operation by audience in a line."""
    document = page.request.app.openapi()
    description = api_page.in_language(document["info"]["description"], page.lang)
    return page.show(
        "docs.html",
        groups=api_page.groups(document, page.lang),
        description=description,
        base=page.hub.settings.public_url,
    )


@both(router, "/docs/{audience}")
def api_docs_of(audience: str, page: AskedPage) -> HTMLResponse:
    """Show the operations of one audience in full."""
    found = [group for group in api_page.groups(page.request.app.openapi(), page.lang) if group.tag == audience]
    if not found:
        raise HTTPException(404)
    return page.show("docs_group.html", group=found[0])


@both(router, "/about")
def about(page: AskedPage) -> HTMLResponse:
    """Show who runs the site, what it keeps of its readers, how it can be used by everyone, and on what terms."""
    return page.show("about.html", authorities=views.authorities(page.hub))


def install(app: FastAPI, hub: Services, *, has_login: bool) -> None:
    """Mount the pages and their stylesheet, and show faults to browsers as pages.

    ``has_login`` False is for an entry point that serves the public alone: no session is read there.
    """
    app.state.portal_has_login = has_login
    app.state.error_page = ErrorPages(hub)
    app.include_router(router)
    app.include_router(pages_problems.router)
    app.include_router(pages_standards.router)
    app.include_router(pages_indicators.router)
    app.include_router(pages_registers.router)
    app.include_router(pages_me.router)
    if has_login:
        app.include_router(pages_staff.router)
        frame.furnish(app, menu=(*work.FIRST, *desk.MENU, *work.MENU), duties=(*work.DUTIES, *desk.DUTIES))
        app.include_router(desk.router)
        app.include_router(work.router)
    with as_file(files("hub.portal").joinpath("static")) as folder:
        app.mount("/static", StaticFiles(directory=folder), name="static")
