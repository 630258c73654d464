"""Routes of identity: tokens for systems (RFC 6749), metadata (RFC 8414), keys, sessions of staff, administration.

``install_identity`` mounts them all. Administration is in :mod:`hub.api.identity_admin` and
:mod:`hub.api.identity_staff`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from hub.api.authentication import (
    CurrentStaff,
    Identity,
    clear_session_cookie,
    install_authentication,
    set_session_cookie,
)
from hub.api.identity_admin import router as admin_router
from hub.api.identity_models import LoginBody, PasswordBody, SessionAnswer, TokenAnswer
from hub.api.identity_staff import router as staff_router
from hub.identity import sessions
from hub.identity.errors import IdentityError, NotRegisteredError, ProofRefusedError, TokenRequestError
from hub.identity.sessions import LoggedIn, LoginForm
from hub.identity.tokens import GRANT_TYPE, SCOPES, IssuedToken, TokenForm
from hub.problems import render

if TYPE_CHECKING:
    from fastapi import FastAPI

    from hub.identity.services import IdentityServices

FORM_LIMIT_BYTES = 16 * 1024
FORM_TYPE = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
SECURITY_TXT_LIFETIME = timedelta(days=180)
router = APIRouter()
public_router = APIRouter()

_TOKEN_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            FORM_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type", "client_assertion_type", "client_assertion"],
                    "properties": {
                        "grant_type": {"const": GRANT_TYPE},
                        "client_assertion_type": {"type": "string"},
                        "client_assertion": {"type": "string", "maxLength": 8192},
                        "client_id": {"type": "string"},
                        "scope": {"type": "string", "description": "any of: " + " ".join(SCOPES)},
                    },
                }
            }
        },
    }
}


def install_identity(app: FastAPI, services: IdentityServices, *, serves_exchange: bool = True) -> None:
    """Mount the routes of identity on ``app`` and make the dependencies of authentication work.

    An entry point that serves the public alone has neither tokens nor sessions nor administration: only the
    public keys and the contact for weaknesses.
    """
    install_authentication(app, services)
    app.include_router(public_router)
    if not serves_exchange:
        return
    app.include_router(router)
    app.include_router(admin_router)
    app.include_router(staff_router)


async def token_form(request: Request) -> TokenForm | TokenRequestError:
    """Read the form of a token request: at most 16 KB, each parameter once (RFC 6749 3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        return TokenRequestError(
            "invalid_request", f"内容类型须为 {FORM_TYPE}", f"the content type must be {FORM_TYPE}"
        )
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT_BYTES:
            return TokenRequestError("invalid_request", "令牌请求超过 16 KB", "the token request is larger than 16 KB")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        return TokenRequestError("invalid_request", "表单无法解析", "the form cannot be read")
    found = {name: value for name, value in pairs if value}
    if len({name for name, _ in pairs}) != len(pairs):
        return TokenRequestError("invalid_request", "参数不得重复", "a parameter is repeated")
    if "client_secret" in found or "authorization" in request.headers:
        return TokenRequestError(
            "invalid_request",
            "不支持口令方式，只接受 private_key_jwt 断言",
            "client secrets are not supported; authenticate with private_key_jwt only",
        )
    return TokenForm(
        grant_type=found.get("grant_type"),
        client_assertion_type=found.get("client_assertion_type"),
        client_assertion=found.get("client_assertion"),
        client_id=found.get("client_id"),
        scope=found.get("scope"),
    )


def _token_refused(error: IdentityError, request: Request) -> Response:
    """Answer RFC 6749 5.2: its two members, with those of a problem beside them."""
    answer = render(error, request.url.path)
    if isinstance(error, ProofRefusedError):
        answer.status_code = 400  # RFC 9449 5: at the token endpoint a proof that does not hold is a bad request
    answer.headers["content-type"] = "application/json"
    answer.headers.update(NO_STORE)
    return answer


@router.post(
    "/oauth/token",
    tags=["agencies"],
    summary="以密钥断言换取访问令牌 / Exchange a client assertion for an access token",
    openapi_extra=_TOKEN_FORM,
    responses={200: {"model": TokenAnswer}, 400: {"description": "RFC 6749 5.2"}, 401: {"description": "RFC 6749 5.2"}},
)
def issue_token(
    request: Request, services: Identity, form: Annotated[TokenForm | TokenRequestError, Depends(token_form)]
) -> Response:
    """Issue an access token to a system that proves who it is (RFC 7523 2.2).

    With a ``DPoP`` header (RFC 9449 5) the token is bound to the system's key.
    """
    if isinstance(form, TokenRequestError):
        return _token_refused(form, request)
    with services.database.begin() as unit:
        outcome = services.tokens.issue(unit, form, services.clock(), request.headers.getlist("dpop"))
    if not isinstance(outcome, IssuedToken):
        return _token_refused(outcome, request)
    answer = TokenAnswer(
        access_token=outcome.access_token,
        expires_in=outcome.expires_in,
        scope=outcome.scope,
        token_type=outcome.token_type,
    )
    return JSONResponse(answer.model_dump(), headers=NO_STORE)


@router.get(
    "/.well-known/oauth-authorization-server",
    tags=["agencies"],
    summary="授权服务器元数据 / Authorization server metadata (RFC 8414)",
)
def authorization_server_metadata(services: Identity) -> dict[str, object]:
    """Say where tokens come from and what proves a client."""
    issuer = services.rules.issuer
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": [GRANT_TYPE],
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA"],
        "dpop_signing_alg_values_supported": ["ES256", "EdDSA"],
        "service_documentation": f"{issuer}/docs",
        "ui_locales_supported": ["zh-CN", "en"],
    }


@public_router.get(
    "/.well-known/jwks.json", tags=["agencies"], summary="本平台公钥 / Public keys of this hub (RFC 7517)"
)
def jwks(services: Identity) -> JSONResponse:
    """Publish the keys that check access tokens and receipts."""
    key = services.tokens.key
    own = {**key.jwk, "kid": key.kid, "alg": key.alg.value, "use": "sig"}
    keys = [own, *(dict(other) for other in services.rules.other_public_keys)]
    return JSONResponse(
        {"keys": keys}, media_type="application/jwk-set+json", headers={"Cache-Control": "public, max-age=300"}
    )


@public_router.get(
    "/.well-known/security.txt",
    tags=["citizens"],
    summary="安全问题联系方式 / Whom to tell about a weakness (RFC 9116)",
    response_class=PlainTextResponse,
)
def security_txt(services: Identity) -> PlainTextResponse:
    """Say whom to tell about a weakness."""
    contact = services.rules.security_contact
    if contact is None:
        raise NotRegisteredError("安全联系人", "security contact")
    ends = (services.clock() + SECURITY_TXT_LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ")
    canonical = f"{services.rules.issuer}/.well-known/security.txt"
    lines = (f"Contact: {contact}", f"Expires: {ends}", "Preferred-Languages: zh, en", f"Canonical: {canonical}")
    return PlainTextResponse("\n".join(lines) + "\n")


@router.post("/api/v1/sessions", status_code=201, tags=["departments"], summary="工作人员登录 / Log in as staff")
def log_in(body: LoginBody, services: Identity, response: Response) -> SessionAnswer:
    """Open a session; its token is in the cookie, its CSRF token in the answer."""
    now = services.clock()
    with services.database.begin() as unit:
        paused = sessions.count_attempt(unit, services.record, body.login, now)
    if paused is not None:
        raise paused
    form = LoginForm(body.login, body.password.get_secret_value(), body.code or "")
    with services.database.begin() as unit:
        outcome = sessions.log_in(unit, services.record, services.passwords, services.rules.sessions, form, now)
    if not isinstance(outcome, LoggedIn):
        raise outcome
    set_session_cookie(response, services, outcome.token)
    response.headers.update(NO_STORE)
    return SessionAnswer.of(outcome.requester)


@router.get("/api/v1/sessions/current", tags=["departments"], summary="当前登录人 / Who is logged in")
def current_session(requester: CurrentStaff, response: Response) -> SessionAnswer:
    """Say who is logged in, with which roles."""
    response.headers.update(NO_STORE)
    return SessionAnswer.of(requester)


@router.delete("/api/v1/sessions/current", status_code=204, tags=["departments"], summary="退出登录 / Log out")
def log_out(requester: CurrentStaff, services: Identity, response: Response) -> None:
    """End the session and take the cookie back."""
    with services.database.begin() as unit:
        sessions.log_out(unit, requester)
    clear_session_cookie(response, services)


@router.put(
    "/api/v1/sessions/current/password",
    status_code=204,
    tags=["departments"],
    summary="修改本人口令 / Change one's own password",
)
def change_password(body: PasswordBody, requester: CurrentStaff, services: Identity, response: Response) -> None:
    """Change the password and end every session of the person."""
    old, new = body.old.get_secret_value(), body.new.get_secret_value()
    with services.database.begin() as unit:
        paused = sessions.count_attempt(unit, services.record, requester.staff.login, services.clock())
    if paused is not None:
        raise paused
    with services.database.begin() as unit:
        refusal = sessions.change_password(unit, services.record, services.passwords, requester, old, new)
    if refusal is not None:
        raise refusal
    clear_session_cookie(response, services)
