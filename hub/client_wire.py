"""The wire to a hub: requests signed by a system's key or carried by a session, and the problems that come back.

Systems authenticate with ``private_key_jwt`` (RFC 7523) and prove with every request that they hold the key their
token is bound to (DPoP, RFC 9449); staff have a session. Errors come back as the
RFC 9457 problem the hub sent. Nothing here reads a database.
"""

from __future__ import annotations

import json
import secrets
import ssl
import time
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self, cast

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from typing_extensions import override

from hub.identity.dpop import TYPE as PROOF_TYPE
from hub.identity.dpop import token_digest
from hub.identity.keys import public_jwk, thumbprint
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from http.cookiejar import Cookie
    from pathlib import Path

ASSERTION_SECONDS = 50
RENEW_BEFORE_SECONDS = 30
CHUNK = 1 << 20
TIMEOUT = httpx2.Timeout(30, read=900, write=900)


class HubUnreachableError(DomainError):
    """The hub could not be reached; the call is safe to repeat."""


class HubProblemError(DomainError):
    """The hub answered with a problem."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """Keep the status and the whole problem document."""
        super().__init__(
            str(problem.get("detail") or problem.get("title") or f"HTTP {status}"),
            str(problem.get("detail_en") or problem.get("title_en") or problem.get("error_description") or status),
            next_zh=str(problem.get("next") or ""),
            next_en=str(problem.get("next_en") or ""),
            facts=problem,
        )
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SystemCredentials:
    """A system's id and its private key (PEM, ES256 or Ed25519)."""

    system_id: str
    private_key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    @classmethod
    def load(cls, system_id: str, path: Path) -> SystemCredentials:
        """Read the key file.

        Raises:
            ValueError: the file is no key.
            TypeError: it holds no ES256 or Ed25519 private key.
        """
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
            raise TypeError("密钥须为 ES256 或 Ed25519 私钥 / an ES256 or Ed25519 private key is needed")
        return cls(system_id, key)

    def assertion(self, audience: str, clock: Callable[[], float] = time.time) -> str:
        """Return a fresh client assertion: single use, at most 50 s old by ``clock`` (Unix seconds)."""
        jwk, algorithm = self._public()
        now = int(clock())
        claims = {
            "iss": self.system_id,
            "sub": self.system_id,
            "aud": audience,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode(claims, self.private_key, algorithm=algorithm, headers={"kid": thumbprint(jwk)})

    def proof(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        nonce: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> str:
        """Return a proof of possession for one request (RFC 9449 4.2): good once, for 30 s.

        ``token`` is the access token sent with it (None: the request is for one), ``nonce`` what the hub asked for.
        """
        jwk, algorithm = self._public()
        claims = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": url.partition("#")[0].partition("?")[0],
            "iat": int(clock()),
        }
        if token is not None:
            claims["ath"] = token_digest(token)
        if nonce is not None:
            claims["nonce"] = nonce
        headers = {"typ": PROOF_TYPE, "jwk": dict(jwk)}
        return jwt.encode(claims, self.private_key, algorithm=algorithm, headers=headers)

    def _public(self) -> tuple[Mapping[str, str], str]:
        algorithm = "ES256" if isinstance(self.private_key, ec.EllipticCurvePrivateKey) else "EdDSA"
        maker = jwt.get_algorithm_by_name(algorithm)
        return public_jwk(json.loads(maker.to_jwk(self.private_key.public_key())))[0], algorithm


@cache
def trusted(*, is_encrypted: bool) -> ssl.SSLContext:
    """Return what a client trusts, one object for a whole process: reading the authorities takes 40 ms each time.

    An address without encryption needs none and gets none, so nothing else can be reached through it.
    """
    return httpx2.create_ssl_context() if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class KeyBound(httpx2.Auth):
    """Signs each request with the system's key; usable with any client of the same hub."""

    def __init__(self, hub: Wire) -> None:
        """Take token and key from ``hub``, which has credentials."""
        self._hub = hub
        self._nonce: str | None = None

    @override
    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send the request with token and proof; where the hub wants its nonce in the proof, once more with it."""
        response = yield self._signed(request)
        given = response.headers.get("DPoP-Nonce")
        if given is not None and given != self._nonce:
            self._nonce = given
            if response.status_code == HTTPStatus.UNAUTHORIZED:
                yield self._signed(request)

    def _signed(self, request: httpx2.Request) -> httpx2.Request:
        request.headers.update(self._hub.proving(request.method, str(request.url), self._nonce))
        return request


class Wire:
    """One hub at ``url``, used as a system (``credentials``), as staff (after :meth:`log_in`) or as the public."""

    def __init__(
        self, url: str, credentials: SystemCredentials | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """``url`` without a path; ``clock`` is the time tokens are asked for and renewed by (Unix seconds)."""
        self._clock = clock
        self.url = url.rstrip("/")
        self._credentials = credentials
        self._token: tuple[str, float] | None = None
        self.auth = KeyBound(self) if credentials is not None else None
        """What signs the requests of the system; None without credentials."""
        self._csrf: str | None = None
        self._http = httpx2.Client(
            base_url=self.url,
            timeout=TIMEOUT,
            follow_redirects=False,
            verify=trusted(is_encrypted=self.url.startswith("https:")),
        )

    @property
    def name(self) -> str:
        """Who calls: the id of the system; empty for the public and for staff."""
        return "" if self._credentials is None else self._credentials.system_id

    @property
    def cookies(self) -> list[Cookie]:
        """The cookies of the session: what another program needs, besides the CSRF token, to carry it on."""
        return list(self._http.cookies.jar)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        return self._request(method, path, auth=self.auth, **options)

    def _request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error
        if response.is_error:
            raise HubProblemError(response.status_code, _problem(response))
        return response

    def _unreachable(self, error: httpx2.TransportError) -> HubUnreachableError:
        return HubUnreachableError(
            f"连接不上 {self.url}",
            f"cannot reach {self.url}: {type(error).__name__}",
            next_zh="请检查地址和网络；本操作可以安全重试",
            next_en="check address and network; it is safe to repeat",
        )

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self._csrf is not None:
            headers["X-CSRF-Token"] = self._csrf
        return headers

    def proving(self, method: str, url: str, nonce: str | None = None) -> dict[str, str]:
        """Return the two headers that prove the system for one request: they are good once, for 30 s.

        Raises:
            ValueError: no credentials.
        """
        token = self.token()
        if self._credentials is None:
            raise ValueError("没有系统凭据 / no system credentials")
        proof = self._credentials.proof(method, url, token=token, nonce=nonce, clock=self._clock)
        return {"Authorization": f"DPoP {token}", "DPoP": proof}

    def bearer_token(self) -> str:
        """Return a new token that is bound to no key: good for data shared without conditions alone."""
        return str(self._new_token(is_bound=False)["access_token"])

    def token(self) -> str:
        """Return a token bound to the system's key, renewed half a minute before it ends."""
        if self._token is None or self._token[1] < self._clock() + RENEW_BEFORE_SECONDS:
            answer = self._new_token(is_bound=True)
            self._token = (answer["access_token"], self._clock() + float(answer["expires_in"]))
        return self._token[0]

    def _new_token(self, *, is_bound: bool) -> dict[str, Any]:
        if self._credentials is None:
            raise ValueError("没有系统凭据 / no system credentials")
        metadata = self._request("GET", "/.well-known/oauth-authorization-server").json()
        address = str(metadata["token_endpoint"])
        proof = {"DPoP": self._credentials.proof("POST", address, clock=self._clock)} if is_bound else {}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._credentials.assertion(metadata["issuer"], self._clock),
        }
        answer = self._request("POST", "/oauth/token", data=form, headers=proof)
        return cast("dict[str, Any]", answer.json())

    def log_in(self, login: str, password: str, code: str | None = None) -> dict[str, Any]:
        """Open a staff session; later calls carry it."""
        answer = self._send("POST", "/api/v1/sessions", json={"login": login, "password": password, "code": code})
        body = cast("dict[str, Any]", answer.json())
        self._csrf = body["csrf"]
        return body

    def call(
        self, method: str, path: str, *, json: object = None, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call an operation of the native API and return its JSON object."""
        response = self._send(method, path, json=json, params=params, headers=self._headers())
        return cast("dict[str, Any]", response.json()) if response.content else {}

    def raw(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Call any path and return the whole response."""
        headers = {**self._headers(), **options.pop("headers", {})}
        return self._send(method, path, headers=headers, **options)

    def save(self, path: str, target: Path) -> int:
        """Write the body of a GET to ``target`` as it comes; returns its length in bytes."""
        size = 0
        try:
            with self._http.stream("GET", path, headers=self._headers(), auth=self.auth) as response:
                if response.is_error:
                    raise HubProblemError(response.status_code, _problem(response))
                with target.open("wb") as file:
                    for chunk in response.iter_bytes(CHUNK):
                        size += file.write(chunk)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error
        return size


def _problem(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.read())
    except ValueError:
        return {"title": f"HTTP {response.status_code}"}
    return body if isinstance(body, dict) else {"title": f"HTTP {response.status_code}"}
