"""Relying party of the city's unified identity: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636).

The ID token is believed only when it was signed by a key of the provider with exactly that key's algorithm (never
``none``, never a shared secret), is from the configured issuer, for this client alone, with the nonce of this very
sign-in, fresh and unexpired by the hub's own clock. Redirects are not followed; answers are read up to a limit.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
import orjson
from jwt.api_jwk import PyJWK
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from catalogue.identifiers import check_value
from hub.identity import jws
from hub.identity.citizens.errors import CitizenSignInRefusedError, CitizenSignInUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from hub.settings import Settings

ALGORITHMS: Final = frozenset({"ES256", "EdDSA", "RS256", "PS256"})
KEY_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "EC": frozenset({"ES256"}),
    "OKP": frozenset({"EdDSA"}),
    "RSA": frozenset({"RS256", "PS256"}),
}
"""What a key may sign with, by its type: a shared secret (``oct``) is no key here (RFC 7518 6.1)."""
ANSWER_BYTES: Final = 256 * 1024
TIMEOUT_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 600.0
REFRESH_SECONDS: Final = 5.0
"""An unknown key id lets the keys be fetched again, at most so often."""
FRESH_SECONDS: Final = 600
LONGEST_LIFE_SECONDS: Final = 3600
SKEW_SECONDS: Final = 30
_JWS: Final = PyJWS(algorithms=sorted(ALGORITHMS))
_GET, _POST = "GET", "POST"
_OK: Final = 200
DEMO_ISSUER_PATH: Final = "/demo-idp"
"""Where the sample provider of the demo answers; it exists in demo mode alone."""
CALLBACK_PATH: Final = "/me/callback"
LATEST: Final = 2**53


@dataclass(frozen=True, slots=True)
class OidcRules:
    """What settings say: issuer, client, which claims hold the numbers, which ``acr`` is a second factor."""

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str | None = field(default=None, repr=False)
    number_claim: str = "id_number"
    body_claim: str = "organisation_code"
    strong_acr: frozenset[str] = frozenset({"2"})


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in under way: what stays here until the browser comes back."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proven:
    """Who came back: the identity number, the body it may speak for (None: for itself alone), the second factor."""

    number: str = field(repr=False)
    body: str | None = field(repr=False)
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """The provider's endpoints and keys as they were fetched."""

    authorization: str
    token: str
    keys: tuple[Mapping[str, Any], ...]
    at: float


class RelyingParty:
    """The hub as a client of the unified identity; one object serves all threads."""

    def __init__(self, rules: OidcRules, now: Callable[[], datetime], *, demo: bool) -> None:
        """Nothing is fetched before the first sign-in; ``demo`` accepts the demo's identity numbers."""
        self.rules = rules
        self._now = now
        self._demo = demo
        self._known: _Known | None = None
        self._lock = Lock()

    def begin(self, lang: str) -> SignIn:
        """Return a new sign-in with the address to send the browser to.

        Raises:
            CitizenSignInUnavailableError: the provider does not answer as OpenID Connect says.

        """
        known = self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.rules.client_id,
            "redirect_uri": self.rules.redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "ui_locales": "en" if lang == "en" else "zh-CN",
        }
        joint = "&" if urlsplit(known.authorization).query else "?"
        return SignIn(state, nonce, verifier, f"{known.authorization}{joint}{urlencode(asked)}")

    def finish(self, code: str, nonce: str, verifier: str) -> Proven:
        """Redeem a code and return who came back.

        Raises:
            CitizenSignInUnavailableError: the provider does not answer.
            CitizenSignInRefusedError: the code or the ID token is not good.

        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.rules.redirect_uri,
            "client_id": self.rules.client_id,
            "code_verifier": verifier,
        }
        secret = self.rules.client_secret
        auth = httpx2.BasicAuth(self.rules.client_id, secret) if secret is not None else None
        status, answer = _fetch(_POST, self._provider().token, data=form, auth=auth)
        token = answer.get("id_token")
        if status != _OK or not isinstance(token, str):
            raise CitizenSignInRefusedError("code")
        return self.proven(token, nonce)

    def proven(self, text: str, nonce: str) -> Proven:
        """Return who an ID token speaks of (raises :class:`CitizenSignInRefusedError`)."""
        try:
            token = jws.read(text)
        except jws.MalformedTokenError as error:
            raise CitizenSignInRefusedError("malformed") from error
        self._check_signature(token)
        return self.believed(token.claims, nonce)

    def believed(self, claims: Mapping[str, Any], nonce: str) -> Proven:
        """Return who signed claims speak of, for this sign-in (raises :class:`CitizenSignInRefusedError`)."""
        self._check_claims(claims, nonce)
        return self._person(claims)

    def _check_signature(self, token: jws.ReadToken) -> None:
        if token.alg not in ALGORITHMS:
            raise CitizenSignInRefusedError("algorithm")
        key = self._key(token)
        is_allowed = token.alg in KEY_TYPES.get(str(key.get("kty")), frozenset())
        if not is_allowed or key.get("alg", token.alg) != token.alg or key.get("use", "sig") != "sig":
            raise CitizenSignInRefusedError("algorithm")
        try:
            _JWS.decode(token.text, PyJWK(dict(key), algorithm=token.alg), algorithms=[token.alg])
        except PyJWTError as error:
            raise CitizenSignInRefusedError("signature") from error

    def _key(self, token: jws.ReadToken) -> Mapping[str, Any]:
        for is_second in (False, True):
            known = self._provider(older_than=REFRESH_SECONDS if is_second else KEPT_SECONDS)
            fitting = [key for key in known.keys if token.kid is None or key.get("kid") == token.kid]
            if len(fitting) == 1:
                return fitting[0]
        raise CitizenSignInRefusedError("key")

    def _check_claims(self, claims: Mapping[str, Any], nonce: str) -> None:
        """Check issuer, audience, nonce and times (OpenID Connect Core 3.1.3.7)."""
        if claims.get("iss") != self.rules.issuer:
            raise CitizenSignInRefusedError("issuer")
        audience = claims.get("aud")
        if audience not in (self.rules.client_id, [self.rules.client_id]):
            raise CitizenSignInRefusedError("audience")
        if claims.get("azp", self.rules.client_id) != self.rules.client_id:
            raise CitizenSignInRefusedError("audience")
        told = claims.get("nonce")
        if not isinstance(told, str) or not hmac.compare_digest(told.encode(), nonce.encode()):
            raise CitizenSignInRefusedError("nonce")
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int) or not 0 < issued < expires < LATEST:
            raise CitizenSignInRefusedError("times")
        now = self._now().timestamp()
        if not issued - SKEW_SECONDS <= now < expires + SKEW_SECONDS or now - issued > FRESH_SECONDS:
            raise CitizenSignInRefusedError("expired")
        if expires - issued > LONGEST_LIFE_SECONDS:
            raise CitizenSignInRefusedError("lifetime")

    def _person(self, claims: Mapping[str, Any]) -> Proven:
        number, body = claims.get(self.rules.number_claim), claims.get(self.rules.body_claim)
        if not isinstance(number, str) or not self._holds("citizen_id", number):
            raise CitizenSignInRefusedError("no-number")
        if body is not None and (not isinstance(body, str) or not self._holds("organisation_code", body)):
            raise CitizenSignInRefusedError("no-number")
        return Proven(number.upper(), body, str(claims.get("acr", "")) in self.rules.strong_acr)

    def _holds(self, check: str, number: str) -> bool:
        return check_value(check, number, today=self._now().date(), demo=self._demo, history=True).fault is None

    def _provider(self, older_than: float = KEPT_SECONDS) -> _Known:
        known = self._known
        if known is not None and time.monotonic() - known.at < older_than:
            return known
        with self._lock:
            if self._known is not known and self._known is not None:
                return self._known
            self._known = self._discover()
            return self._known

    def _discover(self) -> _Known:
        """Fetch the provider's metadata and keys (OpenID Connect Discovery 1.0)."""
        issuer = self.rules.issuer
        status, found = _fetch(_GET, f"{issuer}/.well-known/openid-configuration")
        places = {name: found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        if (
            status != _OK
            or found.get("issuer") != issuer
            or not all(isinstance(place, str) and _same_scheme(place, issuer) for place in places.values())
        ):
            raise CitizenSignInUnavailableError("discovery")
        status, answer = _fetch(_GET, str(places["jwks_uri"]))
        keys = answer.get("keys")
        if status != _OK or not isinstance(keys, list):
            raise CitizenSignInUnavailableError("keys")
        fit = tuple(key for key in keys if isinstance(key, dict) and str(key.get("kty")) in KEY_TYPES)
        return _Known(str(places["authorization_endpoint"]), str(places["token_endpoint"]), fit, time.monotonic())


def _same_scheme(place: str, issuer: str) -> bool:
    """Whether an endpoint is as protected as the issuer: https stays https."""
    return urlsplit(place).scheme == urlsplit(issuer).scheme


def _fetch(method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
    """Return status and JSON object of an answer of the provider; an answer that is none reads as empty."""
    try:
        with (
            httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, **options) as answer,
        ):
            content = b""
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > ANSWER_BYTES:
                    raise CitizenSignInUnavailableError("too-large")
    except httpx2.HTTPError as error:
        raise CitizenSignInUnavailableError("unreachable") from error
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        value = {}
    return answer.status_code, value if isinstance(value, dict) else {}


def relying_party_of(settings: Settings, now: Callable[[], datetime]) -> RelyingParty | None:
    """Return the relying party the settings describe; in demo mode without one, that of the sample provider."""
    issuer = settings.citizen_oidc_issuer
    if issuer is None and settings.demo:
        issuer = f"{settings.public_url}{DEMO_ISSUER_PATH}"
    if issuer is None:
        return None
    secret = settings.citizen_oidc_client_secret
    rules = OidcRules(
        issuer=issuer,
        client_id=settings.citizen_oidc_client_id,
        redirect_uri=f"{settings.public_url}{CALLBACK_PATH}",
        client_secret=secret.get_secret_value() if secret is not None else None,
        number_claim=settings.citizen_oidc_number_claim,
        body_claim=settings.citizen_oidc_body_claim,
        strong_acr=frozenset(settings.citizen_oidc_strong_acr),
    )
    return RelyingParty(rules, now, demo=settings.demo)
