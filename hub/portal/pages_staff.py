"""Logging in and out with forms: to the workbench, or back to the page of it that asked for the login.

The same use case as ``POST /api/v1/sessions``: an attempt is counted and committed before it is checked, and no
answer tells which part was wrong. The form carries a token of its own that must equal a short cookie, so that no
other site can log a browser in.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.authentication import CurrentStaff, Identity, clear_session_cookie, set_session_cookie
from hub.identity import sessions
from hub.identity.errors import CsrfError, LoginRefusedError, TooManyAttemptsError
from hub.identity.sessions import LoggedIn, LoginForm
from hub.portal.rendering import AskedPage, Page, address, both, lang_of
from hub.services import Hub

if TYPE_CHECKING:
    from hub.identity.services import IdentityServices

FORM_COOKIE_SECONDS = 30 * 60
LONGEST_FIELD = 200
LANDING = "/w"
router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form(max_length=LONGEST_FIELD)]
LONGEST_ADDRESS = 1000
_WORKBENCH = re.compile(r"(/en)?/w(/[A-Za-z0-9._/-]*)?(\?[A-Za-z0-9._~%&=+-]*)?")
"""Where a login may lead: pages of the workbench alone, so that no link sends a person elsewhere."""


def _following(given: str) -> str:
    """Return where the person wanted to go, empty where that is no page of the workbench."""
    return given if len(given) <= LONGEST_ADDRESS and _WORKBENCH.fullmatch(given) else ""


def _form_cookie(services: IdentityServices) -> str:
    return "__Host-shutong-form" if services.rules.is_https else "shutong-form"


def _form(
    page: Page, services: IdentityServices, fault: LoginRefusedError | TooManyAttemptsError | None, following: str
) -> HTMLResponse:
    """Return the page with the form, its token in a field and in a cookie that only this site's pages send."""
    token = secrets.token_urlsafe(24)
    texts = ("", "")
    if fault is not None:
        texts = (fault.en, fault.next_en) if page.lang == "en" else (fault.zh, fault.next_zh)
    status = 200 if fault is None else 429 if isinstance(fault, TooManyAttemptsError) else 401
    answer = page.show(
        "login.html",
        status=status,
        form_token=token,
        fault=texts[0],
        next=texts[1],
        asks_code=not page.hub.settings.demo,
        following=following,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.set_cookie(
        _form_cookie(services),
        token,
        max_age=FORM_COOKIE_SECONDS,
        path="/",
        secure=services.rules.is_https,
        httponly=True,
        samesite="strict",
    )
    return answer


@both(router, "/login")
def show_login(
    page: AskedPage, services: Identity, following: Annotated[str, Query(alias="next", max_length=LONGEST_ADDRESS)] = ""
) -> HTMLResponse:
    """Show the form; who has logged in already sees so."""
    return _form(page, services, None, _following(following))


@router.post("/login", response_class=HTMLResponse)
@router.post("/en/login", response_class=HTMLResponse)
def log_in(
    request: Request, hub: Hub, services: Identity, login: Field = "", password: Field = "", code: Field = "",
    form_token: Field = "", wanted: Annotated[str, Form(alias="next", max_length=LONGEST_ADDRESS)] = "",
) -> Response:  # fmt: skip
    """Open a session and go on to the workbench, or show the form again with one answer for every fault."""
    page = Page(request, hub, None)
    following = _following(wanted)
    cookie = request.cookies.get(_form_cookie(services), "")
    if not cookie or not hmac.compare_digest(cookie.encode(), form_token.encode()):
        raise CsrfError
    now = services.clock()
    with services.database.begin() as unit:
        paused = sessions.count_attempt(unit, services.record, login, now)
    if paused is not None:
        return _form(page, services, paused, following)
    with services.database.begin() as unit:
        outcome = sessions.log_in(
            unit, services.record, services.passwords, services.rules.sessions, LoginForm(login, password, code), now
        )
    if not isinstance(outcome, LoggedIn):
        return _form(page, services, outcome, following)
    answer = RedirectResponse(following or address(page.lang, LANDING), status_code=303)
    set_session_cookie(answer, services, outcome.token)
    answer.delete_cookie(_form_cookie(services), path="/", secure=services.rules.is_https, httponly=True)
    return answer


@router.post("/logout")
@router.post("/en/logout")
def log_out(request: Request, staff: CurrentStaff, services: Identity) -> RedirectResponse:
    """End the session (its CSRF token is in the form) and go home."""
    with services.database.begin() as unit:
        sessions.log_out(unit, staff)
    answer = RedirectResponse(address(lang_of(request), "/"), status_code=303)
    clear_session_cookie(answer, services)
    return answer
