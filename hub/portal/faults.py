"""Faults as pages: a browser at a page's address gets what happened and what to do, in the page's language.

Programs, and everything at an address of the API, get problem documents (:mod:`hub.problems`), which ask
here first through ``app.state.error_page``.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.portal.rendering import Page, lang_of
from hub.problems import VALIDATION

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hub.portal.texts import Lang
    from hub.problem_table import ProblemType
    from hub.problems import Texts
    from hub.services import Services

_API = ("/api/", "/oauth/", "/ledger/", "/.well-known/", "/openapi.json", "/healthz", "/readyz", "/metrics")
_OWN: dict[str, str] = {
    VALIDATION.slug: "error_invalid",
    "not-found": "error_not_found",
    "method-not-allowed": "error_method",
}
"""Faults whose own text speaks of the API: the page says it for people, with the text of this key."""


def wants_page(request: Request) -> bool:
    """Whether the reader is a browser at a page's address, not a program or an address of the API."""
    return not request.url.path.startswith(_API) and "text/html" in request.headers.get("accept", "")


class ErrorPages:
    """Draws the page of a fault; see :class:`hub.problems.PageMaker`."""

    def __init__(self, hub: Services) -> None:
        """``hub`` gives the city's name and whether this is a demo."""
        self.hub = hub

    def __call__(self, request: Request, kind: ProblemType, texts: Texts) -> Response | None:
        """Return the page of a fault, or None where a problem document is due."""
        if not wants_page(request):
            return None
        lang = lang_of(request)
        # Who has logged in is known only where the page's own route was reached; nothing is looked up for a fault.
        page = Page(request, self.hub, getattr(request.state, "staff", None))
        title, detail, following = _words(lang, kind, texts)
        return page.show(
            "error.html",
            status=int(kind.status),
            title=title,
            detail=detail,
            next=following,
            own=_OWN.get(kind.slug),
            searches=kind.status == HTTPStatus.NOT_FOUND,
        )


def _words(lang: Lang, kind: ProblemType, texts: Texts) -> tuple[str, str, str]:
    if lang == "en":
        return kind.title_en, texts.detail_en, texts.next_en
    return kind.title, texts.detail, texts.next
