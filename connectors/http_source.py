"""A file at an HTTP(S) address as a source: through the egress guard, only when it changed, resumed where it was cut.

The validators of the last fetch (ETag, Last-Modified: RFC 9110 13.1) go with the question, so an unchanged file
does not travel. A cut transfer goes on with Range and If-Range (RFC 9110 14.2), so two versions are never joined.
Redirects are not followed: the address that was registered and checked is the one that is read.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx2

from connectors.egress import EgressLimitError
from connectors.egress_client import EgressLimits, guarded_client
from connectors.sources import SourceDeniedError, SourceQueryError, lost, too_many, unreachable

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.egress import EgressPolicy
    from connectors.sources import SourceError, SourceLimits

ATTEMPTS: Final = 5
PAUSE_SECONDS: Final = 0.5
DENIED: Final = frozenset({401, 403, 407})
BUSY: Final = frozenset({408, 425, 429})
HASH_BYTES: Final = 1 << 20
Head = Callable[[Mapping[str, str]], Mapping[str, str]]
"""From headers to all headers of one attempt: adds what authenticates it."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What told the version of a file: its ETag and time of change, empty where the server says none."""

    etag: str = ""
    modified: str = ""

    def condition(self) -> dict[str, str]:
        """Return the headers that ask for the file only when it is another."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}

    @property
    def range_condition(self) -> str:
        """What makes resuming safe: a strong ETag; empty where there is none."""
        return self.etag if self.etag and not self.etag.startswith("W/") else ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came whole: SHA-256 of its bytes, its size, how many bytes travelled, its validators."""

    digest: bytes
    size: int
    travelled: int
    validators: Validators
    name: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to log in: ``kind`` is none, bearer, basic or header."""

    kind: str = "none"
    user: str = ""
    header_name: str = ""
    secret: str = field(default="", repr=False)

    def headers(self, given: Mapping[str, str]) -> Mapping[str, str]:
        """Return the headers with what logs in."""
        match self.kind:
            case "bearer":
                return {**given, "Authorization": f"Bearer {self.secret}"}
            case "basic":
                word = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode("ascii")
                return {**given, "Authorization": f"Basic {word}"}
            case "header":
                return {**given, self.header_name: self.secret}
            case _:
                return given


def client_for(policy: EgressPolicy, limits: SourceLimits, trust_pem: str | None) -> httpx2.Client:
    """Return a client behind the egress guard with the limits of a fetch."""
    bounds = EgressLimits(
        connect_seconds=limits.connect_seconds,
        read_seconds=limits.silence_seconds,
        total_seconds=limits.statement_seconds,
        answer_bytes=limits.total_bytes,
    )
    return guarded_client(policy, bounds, trust_pem=trust_pem)


def download(client: httpx2.Client, url: str, head: Head, known: Validators, target: Path) -> Fetched | None:
    """Write the file at ``url`` to ``target``; None when it is the one that ``known`` tells of.

    Raises:
        EgressRefusedError, EgressUnreachableError: the hub may not or cannot reach it.
        SourceUnreachableError, SourceLostError: no answer, or cut more often than is tried.
        SourceDeniedError, SourceQueryError: refused, redirected, or any other status.
        SourceLimitError: larger than allowed.
    """
    state = _Transfer(client, url, head, target)
    for attempt in range(ATTEMPTS):
        try:
            if not state.attempt(known):
                return None
        except EgressLimitError as error:
            raise _limit(error) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            if not state.had:
                raise _unreachable(url) from None
        except httpx2.TransportError:
            pass
        else:
            return Fetched(_sha256(target), state.had, state.travelled, state.validators, state.name)
        time.sleep(PAUSE_SECONDS * attempt)
    raise lost(f"已读取 {state.had} 字节", f"after {state.had} bytes", byte=state.had)


@dataclass
class _Transfer:
    """One file being fetched, over several attempts."""

    client: httpx2.Client
    url: str
    head: Head
    target: Path
    had: int = 0
    travelled: int = 0
    validators: Validators = field(default_factory=Validators)
    name: str = ""

    def attempt(self, known: Validators) -> bool:
        """Fetch the file or the rest of it; False when it has not changed."""
        condition = self.validators.range_condition
        if self.had and condition:
            asked = {"Range": f"bytes={self.had}-", "If-Range": condition}
        else:
            self.had = 0
            asked = known.condition()
        with self.client.stream("GET", self.url, headers=dict(self.head(asked))) as answer:
            status = answer.status_code
            if status == HTTPStatus.NOT_MODIFIED and not self.had:
                return False
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in BUSY:
                raise httpx2.ReadError(f"status {status}")
            is_rest = status == HTTPStatus.PARTIAL_CONTENT and self._continues(answer)
            if not is_rest and status != HTTPStatus.OK:
                raise refused(status)
            if not is_rest:
                self.had = 0
                self.validators = Validators(answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
            self._write(answer, is_rest=is_rest)
        return True

    def _continues(self, answer: httpx2.Response) -> bool:
        return bool(self.had) and answer.headers.get("content-range", "").startswith(f"bytes {self.had}-")

    def _write(self, answer: httpx2.Response, *, is_rest: bool) -> None:
        length = answer.headers.get("content-length", "")
        expected = self.had + int(length) if length.isdigit() else None
        with self.target.open("ab" if is_rest else "wb") as file:
            for part in answer.iter_raw():
                file.write(part)
                self.had += len(part)
                self.travelled += len(part)
        if expected is not None and self.had != expected:
            raise httpx2.ReadError("the body ended early")


def refused(status: int) -> SourceError:
    """Return the error of an answer that is no file."""
    if status in DENIED:
        return SourceDeniedError(
            f"数据源不允许访问（状态码 {status}）",
            f"the source refuses access (status {status})",
            next_zh="请核对令牌或口令是否有效、是否有读取权限",
            next_en="check that the token or password is valid and may read this",
            facts={"code": str(status)},
        )
    is_redirect = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    zh = "转向了另一地址，平台不跟随" if is_redirect else "没有给出文件"
    en = "redirects to another address, which is never followed" if is_redirect else "gives no file"
    return SourceQueryError(
        f"数据源{zh}（状态码 {status}）",
        f"the source {en} (status {status})",
        next_zh="请把地址改为文件的最终 https 地址",
        next_en="register the final https address of the file",
        facts={"code": str(status)},
    )


def _unreachable(url: str) -> SourceError:
    parts = urlsplit(url)
    return unreachable(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def _limit(error: EgressLimitError) -> SourceError:
    limit = error.facts.get("limit_bytes")
    if isinstance(limit, int):
        return too_many(limit, "字节", "bytes")
    return SourceQueryError(error.zh, error.en, next_zh=error.next_zh, next_en=error.next_en, facts=error.facts)


def _sha256(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(HASH_BYTES):
            digest.update(part)
    return digest.digest()


def probe(client: httpx2.Client, url: str, head: Head) -> dict[str, str]:
    """Return size, type and validators of the file at a URL without reading its body.

    Raises:
        SourceError: as :func:`download`.
    """
    try:
        with client.stream("GET", url, headers=dict(head({}))) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise refused(answer.status_code)
            names = {"size": "content-length", "type": "content-type", "etag": "etag", "modified": "last-modified"}
            return {name: answer.headers.get(header, "") for name, header in names.items()}
    except EgressLimitError as error:
        raise _limit(error) from None
    except httpx2.TransportError:
        raise _unreachable(url) from None
