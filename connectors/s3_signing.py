"""Signature Version 4 of the S3 protocol for GET requests: which headers a request needs so that a store believes it.

HMAC-SHA-256 over the canonical request, with a key of the day, region and service. Written here (it is a page) and
not taken from a client library, so that every request goes through the egress guard: the libraries resolve names
and follow redirects by themselves. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ALGORITHM: Final = "AWS4-HMAC-SHA256"
EMPTY: Final = hashlib.sha256(b"").hexdigest()
SERVICE: Final = "s3"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """The id of an access key, its secret, and the region the store takes itself to be in."""

    id: str
    secret: str = field(repr=False)
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class Question:
    """A GET as it is signed: host (with its port where it is not the usual one), path and query, unencoded."""

    host: str
    path: str
    query: Mapping[str, str]

    @property
    def encoded_path(self) -> str:
        """The path as it goes into the URL; S3 encodes each segment once."""
        return quote(self.path, safe="/-_.~")

    @property
    def encoded_query(self) -> str:
        """The query as it goes into the URL, sorted."""
        return "&".join(
            f"{quote(name, safe='-_.~')}={quote(self.query[name], safe='-_.~')}" for name in sorted(self.query)
        )


def signed(question: Question, key: AccessKey, at: datetime, headers: Mapping[str, str]) -> dict[str, str]:
    """Return ``headers`` with date, content digest and Authorization; ``at`` is aware UTC."""
    moment = at.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{key.region}/{SERVICE}/aws4_request"
    sent = {**headers, "x-amz-date": moment, "x-amz-content-sha256": EMPTY}
    covered = {name.lower(): " ".join(value.split()) for name, value in {**sent, "host": question.host}.items()}
    names = ";".join(sorted(covered))
    lines = "".join(f"{name}:{covered[name]}\n" for name in sorted(covered))
    canonical = f"GET\n{question.encoded_path}\n{question.encoded_query}\n{lines}\n{names}\n{EMPTY}"
    text = f"{ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    step = f"AWS4{key.secret}".encode()
    for part in scope.split("/"):
        step = hmac.digest(step, part.encode(), "sha256")
    signature = hmac.digest(step, text.encode(), "sha256").hex()
    credential = f"{ALGORITHM} Credential={key.id}/{scope},SignedHeaders={names},Signature={signature}"
    return {**sent, "Authorization": credential}
