"""An HTTP client of the hub for the CLI, the demo and the benchmarks: what any department's program would do.

Systems authenticate with ``private_key_jwt`` (RFC 7523), staff with a session. Errors come back as the
RFC 9457 problem the hub sent. Nothing here reads a database.
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.identity.keys import public_jwk, thumbprint
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
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

    def assertion(self, audience: str) -> str:
        """Return a fresh client assertion: single use, at most 50 s old."""
        is_ec = isinstance(self.private_key, ec.EllipticCurvePrivateKey)
        algorithm = "ES256" if is_ec else "EdDSA"
        maker = jwt.get_algorithm_by_name(algorithm)
        jwk, _ = public_jwk(json.loads(maker.to_jwk(self.private_key.public_key())))
        now = int(time.time())
        claims = {
            "iss": self.system_id,
            "sub": self.system_id,
            "aud": audience,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode(claims, self.private_key, algorithm=algorithm, headers={"kid": thumbprint(jwk)})


class Hub:
    """One hub at ``url``, used as a system (``credentials``), as staff (after :meth:`log_in`) or as the public."""

    def __init__(self, url: str, credentials: SystemCredentials | None = None) -> None:
        """``url`` without a path."""
        self.url = url.rstrip("/")
        self._credentials = credentials
        self._token: tuple[str, float] | None = None
        self._csrf: str | None = None
        self._http = httpx2.Client(base_url=self.url, timeout=TIMEOUT, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
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
        if self._credentials is not None:
            headers["Authorization"] = f"Bearer {self.token()}"
        return headers

    def token(self) -> str:
        """Return a token of the system, renewed half a minute before it ends."""
        if self._credentials is None:
            raise ValueError("没有系统凭据 / no system credentials")
        if self._token is None or self._token[1] < time.monotonic() + RENEW_BEFORE_SECONDS:
            metadata = self._send("GET", "/.well-known/oauth-authorization-server").json()
            answer = self._send(
                "POST",
                "/oauth/token",
                data={
                    "grant_type": "client_credentials",
                    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion": self._credentials.assertion(metadata["issuer"]),
                },
            ).json()
            self._token = (answer["access_token"], time.monotonic() + float(answer["expires_in"]))
        return self._token[0]

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
            with self._http.stream("GET", path, headers=self._headers()) as response:
                if response.is_error:
                    raise HubProblemError(response.status_code, _problem(response))
                with target.open("wb") as file:
                    for chunk in response.iter_bytes(CHUNK):
                        size += file.write(chunk)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error
        return size

    def push(
        self,
        name: str,
        path: Path,
        *,
        options: Mapping[str, Any],
        idempotency_key: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> dict[str, Any]:
        """Stream a file to an entry and return the report; ``progress`` gets bytes sent so far.

        ``options`` are the query parameters of the operation (mode, sheet, header_row, ...). Without a key
        the hub itself knows a file it took in last, so repeating it is safe.
        """
        headers = {
            **self._headers(),
            **({"Idempotency-Key": idempotency_key} if idempotency_key is not None else {}),
            "Content-Type": "application/octet-stream",
            "Content-Length": str(path.stat().st_size),
        }
        response = self._send(
            "POST",
            f"/api/v1/entries/{name}/pushes",
            params={key: value for key, value in {**options, "filename": path.name}.items() if value is not None},
            content=_stream(path, progress),
            headers=headers,
        )
        return cast("dict[str, Any]", response.json())


def _problem(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.read())
    except ValueError:
        return {"title": f"HTTP {response.status_code}"}
    return body if isinstance(body, dict) else {"title": f"HTTP {response.status_code}"}


def _stream(path: Path, progress: Callable[[int], None] | None) -> Iterator[bytes]:
    sent = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
            sent += len(chunk)
            if progress is not None:
                progress(sent)


def new_idempotency_key() -> str:
    """Return a key for a push that must not be joined with an earlier one of the same content."""
    return uuid.uuid4().hex
