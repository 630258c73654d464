"""Who is asking: FastAPI dependencies that turn a bearer token or a session cookie into a requester.

``install_authentication`` puts the :class:`~hub.identity.services.IdentityServices` on the app's state, where the
dependencies find them. A refused token, session or role leaves a committed receipt before it is answered; a
request that carries no credentials at all was not an attempt and leaves none. Forwarded certificate headers
are not read anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from hub.identity import dpop
from hub.identity.errors import (
    CredentialsNeededError,
    CsrfError,
    RoleRequiredError,
    SessionEndedError,
    TokenRefusedError,
)
from hub.identity.facts import Requester, StaffRequester
from hub.identity.recording import record_denial
from hub.identity.roles import NAMES_ZH, Role
from hub.identity.services import IdentityServices, utc_now
from hub.identity.sessions import check_csrf, requester_of
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    import uuid
    from collections.abc import Awaitable, Callable, Coroutine, Mapping
    from datetime import datetime
    from typing import Any

    from fastapi import FastAPI
    from starlette.responses import Response

    from hub.database import Unit
    from hub.identity.recording import Recorder
    from hub.ledger.writer import ReceiptWriter

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def ledger_recorder(writer: ReceiptWriter, clock: Callable[[], datetime] = utc_now) -> Recorder:
    """Return the recorder that writes identity's receipts into the log; ``clock`` dates them."""

    def record(unit: Unit, kind: str, fields: Mapping[str, str]) -> uuid.UUID:
        return writer.write(unit, writer.draft(ReceiptKind(kind), fields, at=clock())).id

    return record


def install_authentication(app: FastAPI, services: IdentityServices) -> None:
    """Make the dependencies of this module work on ``app``."""
    app.state.identity = services


async def identity_of(request: Request) -> IdentityServices:
    """Return the identity services of the app that serves the request; ``async`` because all else costs a thread."""
    services = request.app.state.identity
    if not isinstance(services, IdentityServices):
        raise TypeError("install_authentication was not called")
    return services


Identity = Annotated[IdentityServices, Depends(identity_of)]


def cookie_name(services: IdentityServices) -> str:
    """Return the session cookie's name; over https the prefix binds it to this host (RFC 6265bis 4.1.3.2)."""
    return "__Host-shutong" if services.rules.is_https else "shutong"


def set_session_cookie(response: Response, services: IdentityServices, token: str) -> None:
    """Hand a session's token to the browser: not readable by scripts, not sent from other sites' forms."""
    response.set_cookie(
        cookie_name(services),
        token,
        max_age=int(services.rules.sessions.absolute.total_seconds()),
        path="/",
        secure=services.rules.is_https,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, services: IdentityServices) -> None:
    """Take the session's token from the browser."""
    response.delete_cookie(
        cookie_name(services), path="/", secure=services.rules.is_https, httponly=True, samesite="lax"
    )


SCHEMES = frozenset({"bearer", "dpop"})


def access_token(request: Request) -> tuple[str, str] | None:
    """Return scheme (lower case) and token of the Authorization header (RFC 6750 2.1, RFC 9449 7.1); None without.

    Raises:
        TokenRefusedError: more than one header, or another scheme.

    """
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() not in SCHEMES or not token.strip():
        raise TokenRefusedError(
            "scheme",
            "Authorization 头须只出现一次，写作 DPoP 或 Bearer 加令牌",
            "send one Authorization header: the word DPoP or Bearer and the token",
        )
    return scheme.lower(), token.strip()


def _write_denial(services: IdentityServices, door: str, reason: str, facts: Mapping[str, str]) -> None:
    with services.database.begin() as unit:
        record_denial(services.record, unit, door, reason, **facts)


async def _deny(services: IdentityServices, door: str, reason: str, **facts: str) -> None:
    """Commit the receipt of a refusal, off the event loop, before anything is answered."""
    await run_in_threadpool(_write_denial, services, door, reason, facts)


async def _proven_system(
    request: Request, services: IdentityServices, *, must_be_bound: bool, wants_nonce: bool = False
) -> Requester:
    """Return the system whose token and, where the token is bound to a key, whose proof the request carries."""
    found = access_token(request)
    if found is None:
        raise CredentialsNeededError
    scheme, token = found
    system = services.authenticator.authenticate(token)
    if system.jkt is None:
        if scheme == "dpop":
            raise TokenRefusedError(
                "not-bound",
                "该令牌未绑定密钥，不能以 DPoP 方式使用",
                "the token is not bound to a key: it is no DPoP token",
            )
        if must_be_bound and system.must_be_bound:
            raise dpop.binding_wanted()
        return system
    if scheme != "dpop":
        raise dpop.refused(
            "downgraded",
            "该令牌已绑定密钥，须以 DPoP 方式使用",
            "the token is bound to a key: send it with the scheme DPoP and a proof",
        )
    text = dpop.only_header(request.headers.getlist("dpop"))
    if text is None:
        raise dpop.refused("missing", "请求缺少 DPoP 证明", "the request carries no proof of possession")
    now = services.clock().timestamp()
    nonces = services.tokens.nonces.accepted(now) if wants_nonce else ()
    call = dpop.Call(request.method, services.tokens.issuer, request.scope["path"], token, nonces)
    proof = dpop.check(text, call, now)
    if proof.jkt != system.jkt:
        raise dpop.refused(
            "other-key", "DPoP 证明不是令牌所绑定的密钥签署的", "the proof is signed by another key than the token's"
        )
    if not await services.proofs.use(proof):
        raise dpop.refused("replayed", "该 DPoP 证明已使用过", "this proof was used before")
    return system


async def _recorded(request: Request, services: IdentityServices, proving: Awaitable[Requester]) -> Requester:
    """Wait for a proof; a refused one leaves its receipt (asking for a nonce is a step of the protocol, no refusal)."""
    try:
        return await proving
    except TokenRefusedError as error:
        if error.facts.get("error") != "use_dpop_nonce":
            door = "dpop" if "dpop" in request.headers else "bearer"
            await _deny(services, door, error.reason)
        raise


async def current_system(request: Request, services: Identity) -> Requester:
    """Return the system whose access token the request carries; no database work for a bearer token.

    A bearer token of a system that must use DPoP is refused: routes for unconditional data take
    :func:`unbound_system`.

    Raises:
        CredentialsNeededError: no token.
        TokenRefusedError: not valid here and now, or without its proof; recorded.
        NotFreshError: standing cannot be confirmed.

    """
    return await _recorded(request, services, _proven_system(request, services, must_be_bound=True))


async def unbound_system(request: Request, services: Identity) -> Requester:
    """Return the system as :func:`current_system`, a bearer token being good enough.

    Whoever uses this decides by the data (:mod:`hub.exchange.use` does). Raises as :func:`current_system`.
    """
    return await _recorded(request, services, _proven_system(request, services, must_be_bound=False))


async def fresh_system(request: Request, services: Identity) -> Requester:
    """Return the system as :func:`current_system`, its proof made just now: it carries the hub's nonce.

    For what gives much at once. A first request without the nonce is answered with it (RFC 9449 9).
    """
    proving = _proven_system(request, services, must_be_bound=True, wants_nonce=True)
    return await _recorded(request, services, proving)


async def _sent_csrf(request: Request) -> str | None:
    """Return the CSRF token of the header, or of a form's field ``csrf``."""
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").startswith(FORM_TYPES):
        field = (await request.form()).get(CSRF_FIELD)
        sent = field if isinstance(field, str) else None
    return sent


def _session(services: IdentityServices, token: str) -> StaffRequester:
    with services.database.begin() as unit:
        return requester_of(unit, services.rules.sessions, token, services.clock())


async def optional_staff(request: Request, services: Identity) -> StaffRequester | None:
    """Return the person of the session cookie; None without one, or when the session has ended.

    Raises:
        CsrfError: a request that may change something lacks the session's CSRF token; recorded.

    """
    token = request.cookies.get(cookie_name(services))
    if token is None:
        return None
    try:
        requester = await run_in_threadpool(_session, services, token)
    except SessionEndedError:
        return None
    if request.method not in SAFE_METHODS:
        try:
            check_csrf(requester, await _sent_csrf(request))
        except CsrfError as error:
            await request.close()  # files that a form brought
            await _deny(services, "session", error.reason, end_user=str(requester.staff.id))
            raise
    return requester


async def current_staff(
    request: Request, services: Identity, requester: Annotated[StaffRequester | None, Depends(optional_staff)]
) -> StaffRequester:
    """Return the person of the session cookie.

    Raises:
        CredentialsNeededError: no cookie.
        SessionEndedError: unknown, over, or suspended; recorded.
        CsrfError: as in :func:`optional_staff`.

    """
    if requester is not None:
        return requester
    if request.cookies.get(cookie_name(services)) is None:
        raise CredentialsNeededError
    await _deny(services, "session", "session-ended")
    raise SessionEndedError


async def current_caller(request: Request, services: Identity) -> Requester | StaffRequester:
    """Return the system of a bearer token, or the person of a session where there is none.

    Raises:
        IdentityError: as :func:`current_system` and :func:`current_staff`.

    """
    if "authorization" in request.headers:
        return await current_system(request, services)
    return await current_staff(request, services, await optional_staff(request, services))


async def optional_caller(request: Request, services: Identity) -> Requester | StaffRequester | None:
    """Return the system or person of the credentials sent; None for the public, who send none.

    Raises:
        TokenRefusedError: a token was sent and is not valid: it is never read as «the public».
        CsrfError: as in :func:`optional_staff`; a session that has ended reads as the public.

    """
    if "authorization" in request.headers:
        return await unbound_system(request, services)
    return await optional_staff(request, services)


CurrentSystem = Annotated[Requester, Depends(current_system)]
UnboundSystem = Annotated[Requester, Depends(unbound_system)]
FreshSystem = Annotated[Requester, Depends(fresh_system)]
CurrentStaff = Annotated[StaffRequester, Depends(current_staff)]
OptionalStaff = Annotated[StaffRequester | None, Depends(optional_staff)]
CurrentCaller = Annotated[Requester | StaffRequester, Depends(current_caller)]
OptionalCaller = Annotated[Requester | StaffRequester | None, Depends(optional_caller)]


def require_role(*roles: Role) -> Callable[..., Coroutine[Any, Any, StaffRequester]]:
    """Return a dependency that gives the person when he or she holds one of ``roles``, else a recorded refusal.

    Use as ``Annotated[StaffRequester, Depends(require_role(Role.CLERK))]``.
    """

    async def person_with_role(services: Identity, requester: CurrentStaff) -> StaffRequester:
        if requester.has_role(*roles):
            return requester
        error = RoleRequiredError("、".join(NAMES_ZH[role] for role in roles), tuple(role.value for role in roles))
        await _deny(services, "role", error.reason, end_user=str(requester.staff.id))
        raise error

    return person_with_role
