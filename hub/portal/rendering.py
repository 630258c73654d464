"""How a page is made: its language, its reader, the template, the headers. No script is ever sent.

The language stands in the path: ``/en/…`` is English, all else Chinese. A reader who logged in sees the whole
directory; such a page is never stored by browsers or proxies. Jilin Art. 24 (accessibility), GB/T 37668.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from hub.api.authentication import Identity, optional_staff
from hub.identity.facts import StaffRequester
from hub.portal.texts import Lang, translator
from hub.services import Hub, Services

if TYPE_CHECKING:
    from collections.abc import Callable

NAVIGATION = (
    ("/", "nav_home"),
    ("/catalog", "nav_catalog"),
    ("/items", "nav_items"),
    ("/registers", "nav_bases"),
    ("/proof", "nav_proof"),
)
_CHARACTER = "\u3400-\u9fff\uf900-\ufaff"
_HAN = re.compile(f"[{_CHARACTER}]")
_CHINESE = re.compile(f"[{_CHARACTER}](?:[{_CHARACTER}\u3000-\u303f\uff00-\uffef·0-9]*[{_CHARACTER}\uff09》」])?")
"""A run of Chinese with its own punctuation and the numbers inside it."""
_environment = Environment(
    loader=PackageLoader("hub.portal"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _stylesheet_version() -> str:
    return hashlib.sha256(files("hub.portal").joinpath("static", "site.css").read_bytes()).hexdigest()[:12]


ASSET_VERSION = _stylesheet_version()


def lang_of(request: Request) -> Lang:
    """Return the language of a path: ``/en`` is English, all else Chinese."""
    path = request.url.path
    return "en" if path == "/en" or path.startswith("/en/") else "zh"


def address(lang: Lang, path: str) -> str:
    """Return the address of a page in a language; ``path`` is its Chinese address."""
    return path if lang == "zh" else f"/en{path}"


def _bare(request: Request) -> str:
    """Return the path without its language."""
    path = request.url.path
    return (path[3:] or "/") if lang_of(request) == "en" else path


def _marked(lang: Lang, text: object) -> Markup:
    """Return a text; on an English page what is Chinese in it is marked as such, for reading aloud."""
    if lang == "zh" or _HAN.search(str(text)) is None:
        return escape(text)
    return Markup('<span lang="zh-CN">{}</span>').format(text)  # format escapes its arguments


def _marking(lang: Lang, text: object) -> Markup:
    """Return the attribute ``lang`` of an element that holds nothing but ``text``, where it needs one."""
    return Markup("") if lang == "zh" or _HAN.search(str(text)) is None else Markup(' lang="zh-CN"')


@dataclass(frozen=True, slots=True)
class Page:
    """The page that was asked for: the request, the hub's parts, and the person, where one has logged in."""

    request: Request
    hub: Services
    staff: StaffRequester | None

    @property
    def lang(self) -> Lang:
        """The language of the page."""
        return lang_of(self.request)

    @property
    def is_public(self) -> bool:
        """Whether only what is open to society may be shown."""
        return self.staff is None

    def show(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return the page drawn from a template."""
        request, lang, settings = self.request, self.lang, self.hub.settings
        bare = _bare(request)
        other: Lang = "zh" if lang == "en" else "en"
        query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
        body = _environment.get_template(template).render(
            t=translator(lang),
            lang=lang,
            url=lambda path: address(lang, path),
            cn=lambda text: _marked(lang, text),
            lang_attr=lambda text: _marking(lang, text),
            current=bare,
            navigation=[*NAVIGATION, ("/story", "nav_story"), ("/docs", "nav_api")]
            if settings.demo
            else [*NAVIGATION, ("/docs", "nav_api")],
            other_language_url=address(other, bare) + query,
            demo=settings.demo,
            city=settings.city_name,
            asset_version=ASSET_VERSION,
            staff=self.staff,
            has_login=has_login(request),
            **values,
        )
        headers = {"Content-Language": "zh-CN" if lang == "zh" else "en", "Vary": "Accept, Cookie"}
        headers["Cache-Control"] = "no-cache" if self.staff is None else "no-store"
        return HTMLResponse(body, status_code=status, headers=headers)


def has_login(request: Request) -> bool:
    """Whether staff may log in here: not on an entry point that serves the public alone."""
    return bool(request.app.state.portal_has_login)


async def _asked(request: Request, hub: Hub, identity: Identity) -> Page:
    staff = await optional_staff(request, identity) if has_login(request) else None
    request.state.staff = staff
    return Page(request, hub, staff)


AskedPage = Annotated[Page, Depends(_asked)]


def both(router: APIRouter, path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a GET page at its Chinese and its English address."""

    def register(handler: Callable[..., Any]) -> Callable[..., Any]:
        for place in (path, address("en", path)):
            router.get(place, response_class=HTMLResponse, name=f"page {place}")(handler)
        return handler

    return register


def pager(request: Request, total: int, offset: int, size: int) -> dict[str, Any]:
    """Return first, last and the addresses of the pages beside this one."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "offset" and value]

    def at(place: int) -> str:
        return f"{request.url.path}?{urlencode([*kept, *([('offset', str(place))] if place else [])])}"

    return {
        "first": offset + 1 if offset < total else 0,
        "last": min(offset + size, total),
        "next_url": at(offset + size) if offset + size < total else None,
        "previous_url": at(max(0, min(offset, total) - size)) if offset else None,
    }
