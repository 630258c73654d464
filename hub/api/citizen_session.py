"""Who is the citizen: the cookie of a citizen's session turned into a person or body, and its CSRF token checked.

A citizen's session and that of a member of staff are two cookies: neither opens the other's doors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CSRF_FIELD, CSRF_HEADER, FORM_TYPES, SAFE_METHODS
from hub.identity.citizens import sessions
from hub.identity.citizens.errors import CitizenCsrfError, CitizenSessionNeededError
from hub.identity.citizens.sessions import LIFE, LOGIN_LIFE, Citizen
from hub.ledger.drafts import ReceiptKind
from hub.services import Hub

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.services import Services


def _is_https(hub: Services) -> bool:
    return hub.settings.public_url.startswith("https://")


def cookie_name(hub: Services) -> str:
    """Return the name of the session's cookie; over https the prefix binds it to this host."""
    return "__Host-shutong-citizen" if _is_https(hub) else "shutong-citizen"


def login_cookie_name(hub: Services) -> str:
    """Return the name of the cookie that binds a sign-in under way to the browser that began it."""
    return "__Host-shutong-signin" if _is_https(hub) else "shutong-signin"


def set_cookie(response: Response, hub: Services, name: str, value: str) -> None:
    """Hand a secret to the browser: not for scripts, not sent from other sites' forms."""
    life = LIFE if name == cookie_name(hub) else LOGIN_LIFE
    # Lax: the unified identity sends the browser back by a link from another site.
    response.set_cookie(
        name, value, max_age=int(life.total_seconds()), path="/", secure=_is_https(hub), httponly=True, samesite="lax"
    )


def clear_cookie(response: Response, hub: Services, name: str) -> None:
    """Take a secret from the browser."""
    response.delete_cookie(name, path="/", secure=_is_https(hub), httponly=True, samesite="lax")


def deny(hub: Services, door: str, reason: str) -> None:
    """Leave the receipt of a refused sign-in or form."""
    with hub.database.begin() as unit:
        hub.context.record(unit, ReceiptKind.DENIAL, door=door, decision="denied", reason_code=reason)


def _session(hub: Services, token: str | None) -> Citizen:
    with hub.database.begin() as unit:
        return sessions.current(unit, hub.sealer, token, hub.context.now())


async def _sent_csrf(request: Request) -> str | None:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").startswith(FORM_TYPES):
        field = (await request.form()).get(CSRF_FIELD)
        sent = field if isinstance(field, str) else None
    return sent


async def optional_citizen(request: Request, hub: Hub) -> Citizen | None:
    """Return who the session belongs to; None without one.

    Raises:
        CitizenCsrfError: a request that may change something lacks the session's token; recorded.

    """
    token = request.cookies.get(cookie_name(hub))
    if token is None:
        return None
    try:
        citizen = await run_in_threadpool(_session, hub, token)
    except CitizenSessionNeededError:
        return None
    if request.method not in SAFE_METHODS:
        try:
            sessions.check_csrf(citizen, await _sent_csrf(request))
        except CitizenCsrfError:
            await run_in_threadpool(deny, hub, "citizen", "csrf")
            raise
    return citizen


async def current_citizen(citizen: Annotated[Citizen | None, Depends(optional_citizen)]) -> Citizen:
    """Return who the session belongs to (raises :class:`CitizenSessionNeededError`)."""
    if citizen is None:
        raise CitizenSessionNeededError
    return citizen


CurrentCitizen = Annotated[Citizen, Depends(current_citizen)]
OptionalCitizen = Annotated[Citizen | None, Depends(optional_citizen)]
