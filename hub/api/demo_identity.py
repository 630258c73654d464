"""The demo's identity provider (示例统一身份认证): a real OpenID Connect provider that believes what it is told.

It exists in demo mode alone, and vouches for the demo's invented numbers alone (division 410199, which never was
given). So the hub's sign-in runs the same way as with a city's own provider: discovery, keys, code with PKCE, a signed
ID token. Codes are good once, for a minute, in this process.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from catalogue.divisions import DEMO_DIVISION
from catalogue.identifiers import check_value
from hub.api.demo_identity_page import page_of
from hub.exchange.subjects import normal
from hub.identity.citizens.oidc import CALLBACK_PATH, DEMO_ISSUER_PATH

if TYPE_CHECKING:
    from datetime import datetime

    from hub.services import Services

CODE_SECONDS: Final = 60
TOKEN_SECONDS: Final = 300
BODY_DIVISION: Final = slice(2, 8)
PEOPLE_FILE: Final = "citizens.json"
Field = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class _Code:
    """What a code stands for until it is redeemed."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    number: str = field(repr=False)
    body: str
    acr: str
    at: datetime


class SampleProvider:
    """Keys and codes of the provider, in memory: they end with the process."""

    def __init__(self, hub: Services) -> None:
        """Make a key of its own (ES256)."""
        self.hub = hub
        self.issuer = f"{hub.settings.public_url}{DEMO_ISSUER_PATH}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._kid = secrets.token_hex(8)
        self._codes: dict[str, _Code] = {}
        self._lock = Lock()

    def keys(self) -> dict[str, Any]:
        """Return the public keys (RFC 7517)."""
        public: dict[str, Any] = json.loads(jwt.get_algorithm_by_name("ES256").to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": self._kid, "alg": "ES256", "use": "sig"}]}

    def give_code(self, code: _Code) -> str:
        """Keep what a sign-in is about; returns its code."""
        text = secrets.token_urlsafe(24)
        with self._lock:
            now = self.hub.context.now()
            self._codes = {
                name: one for name, one in self._codes.items() if (now - one.at).total_seconds() <= CODE_SECONDS
            }
            self._codes[text] = code
        return text

    def redeem(self, form: dict[str, str]) -> str | None:
        """Return the ID token of a code, once; None where anything does not fit."""
        with self._lock:
            code = self._codes.pop(form["code"], None)
        if code is None or (self.hub.context.now() - code.at).total_seconds() > CODE_SECONDS:
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fits = hmac.compare_digest(challenge.encode(), code.challenge.encode())
        if not fits or (form["client_id"], form["redirect_uri"]) != (code.client_id, code.redirect_uri):
            return None
        return self.id_token(code)

    def id_token(self, code: _Code) -> str:
        """Sign what is vouched for."""
        now = int(self.hub.context.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": code.client_id,
            "sub": str(uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(code.number.encode()).hexdigest())),
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "nonce": code.nonce,
            "acr": code.acr,
            "id_number": code.number,
        }
        if code.body:
            claims["organisation_code"] = code.body
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self._kid})

    def people(self) -> list[dict[str, str]]:
        """Return the invented people the page offers, from the file the demo wrote; none where it wrote none."""
        path = self.hub.settings.data_dir / "demo" / PEOPLE_FILE
        if not path.exists():
            return []
        found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def vouches_for(self, number: str, body: str) -> bool:
        """Whether these are numbers of the demo, right to the check character."""
        today = self.hub.context.today()
        is_person = number.startswith(DEMO_DIVISION) and (
            check_value("citizen_id", number, today=today, demo=True).fault is None
        )
        is_body = not body or (
            body[BODY_DIVISION] == DEMO_DIVISION and check_value("organisation_code", body, today=today).fault is None
        )
        return is_person and is_body


def _fault(text: str) -> HTMLResponse:
    return HTMLResponse(f"<!doctype html><html lang=zh-CN><title>示例</title><p>{text}</p></html>", status_code=400)


def _metadata(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks.json",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }


def router_of(hub: Services) -> APIRouter:
    """Return the routes of the provider; call it in demo mode alone."""
    provider = SampleProvider(hub)
    router = APIRouter(prefix=DEMO_ISSUER_PATH, include_in_schema=False)

    @router.get("/.well-known/openid-configuration")
    def configuration() -> dict[str, Any]:
        """Return the metadata (OpenID Connect Discovery 1.0)."""
        return _metadata(provider.issuer)

    @router.get("/jwks.json")
    def jwks() -> dict[str, Any]:
        """Return the keys."""
        return provider.keys()

    @router.get("/authorize")
    def ask(request: Request) -> HTMLResponse:
        """Show who can be signed in as; every parameter is carried along in the form."""
        return page_of(provider.people(), dict(request.query_params))

    @router.post("/authorize")
    def choose(
        client_id: Field, redirect_uri: Field, state: Field, nonce: Field, code_challenge: Field, number: Field,
        body: Field = "", second_factor: Field = "",
    ) -> Response:  # fmt: skip
        """Vouch for the chosen person and send the browser back, to the hub's own address alone."""
        if redirect_uri != f"{hub.settings.public_url}{CALLBACK_PATH}" or (
            client_id != hub.settings.citizen_oidc_client_id
        ):
            return _fault("回调地址或客户端不符 / the client or its address is not this hub's")
        person, organ = normal(number), normal(body)
        if not provider.vouches_for(person, organ):
            return _fault("只认示例城市的虚构号码 / only invented numbers of the demo city are known here")
        acr = "2" if second_factor else "1"
        code = provider.give_code(
            _Code(client_id, redirect_uri, code_challenge, nonce, person, organ, acr, hub.context.now())
        )
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", status_code=303)

    @router.post("/token")
    def token(
        code: Field = "", code_verifier: Field = "", client_id: Field = "", redirect_uri: Field = "",
        grant_type: Field = "",
    ) -> Response:  # fmt: skip
        """Exchange a code for the ID token (RFC 6749 4.1.3, RFC 7636 4.5)."""
        form = {
            "code": code, "code_verifier": code_verifier, "client_id": client_id, "redirect_uri": redirect_uri,
        }  # fmt: skip
        signed = provider.redeem(form) if grant_type == "authorization_code" else None
        if signed is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 1}
        return JSONResponse({**answer, "id_token": signed}, headers={"Cache-Control": "no-store"})

    return router
