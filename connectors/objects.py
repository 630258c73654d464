"""Object stores as a source: one port, a folder of this machine or an S3-compatible store behind the egress guard.

``list_objects`` names what lies under a prefix and fits a pattern; ``fetch`` brings one object whole, unless it is
the one the validators tell of. The S3 protocol is spoken by path (``https://host/bucket/key``), which every
compatible store understands; a folder is read only where the operator has opened it.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from typing_extensions import override

from connectors.http_source import Fetched, Validators, client_for, download, refused
from connectors.s3_signing import AccessKey, Question, signed
from connectors.sources import SourceAddressError, SourceDeniedError, SourceQueryError, lost, too_many, unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits

import httpx2

MOST_OBJECTS: Final = 10_000
"""Objects under one prefix that a pull looks through; more are refused, not passed over."""
PAGE_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object: its whole name, its ETag (a version told apart by it), when it was written, its size."""

    name: str
    etag: str
    modified: datetime
    size: int


class ObjectStore(Protocol):
    """A place of objects."""

    def list_objects(self, prefix: str, pattern: str) -> list[StoredObject]:
        """Return the objects whose name begins with ``prefix`` and whose last part fits ``pattern``, oldest first.

        Raises:
            SourceError: the store does not answer, refuses, or has more than :data:`MOST_OBJECTS`.
        """
        ...

    def fetch(self, wanted: StoredObject, target: Path) -> Fetched:
        """Write one object to ``target`` (raises SourceError)."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


def _fitting(found: list[StoredObject], pattern: str) -> list[StoredObject]:
    fit = [one for one in found if fnmatchcase(one.name.rpartition("/")[2], pattern)]
    return sorted(fit, key=lambda one: (one.modified, one.name))


class LocalObjects(ObjectStore):
    """A folder as a store; links that lead out of it are not followed."""

    def __init__(self, folder: Path, allowed: Sequence[Path]) -> None:
        """Open a folder; ``allowed`` are those the operator opened.

        Raises:
            SourceAddressError: the folder is not inside one of them.
        """
        self._folder = folder.resolve()
        if not any(self._folder.is_relative_to(one.resolve()) for one in allowed):
            raise SourceAddressError(
                "该目录不在运维开放的范围内",
                "this folder is not one the operator opened",
                next_zh="请运维在 HUB_PULL_FOLDERS 中加入该目录",
                next_en="ask the operator to add it to HUB_PULL_FOLDERS",
            )

    @override
    def list_objects(self, prefix: str, pattern: str) -> list[StoredObject]:
        found = list(self._found(prefix))
        if len(found) > MOST_OBJECTS:
            raise too_many(MOST_OBJECTS, "个对象", "objects")
        return _fitting(found, pattern)

    def _found(self, prefix: str) -> Iterator[StoredObject]:
        for path in self._folder.rglob("*"):
            if path.is_symlink() or not path.is_file():
                continue
            name = path.relative_to(self._folder).as_posix()
            if name.startswith(prefix) and path.resolve().is_relative_to(self._folder):
                facts = path.stat()
                etag = f"{facts.st_mtime_ns:x}-{facts.st_size:x}-{facts.st_ino:x}"
                yield StoredObject(name, etag, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size)

    @override
    def fetch(self, wanted: StoredObject, target: Path) -> Fetched:
        path = (self._folder / wanted.name).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise lost("文件已不在", "because the file is gone", byte=0)
        shutil.copyfile(path, target)
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        size = target.stat().st_size
        return Fetched(digest, size, size, Validators(wanted.etag), wanted.name)

    @override
    def close(self) -> None:
        """Nothing stays open."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where an S3-compatible store is: scheme, host with port, and the bucket."""

    scheme: str
    host: str
    name: str
    key: AccessKey
    now: Callable[[], datetime] = field(repr=False)

    @classmethod
    def parse(cls, address: str, key: AccessKey, now: Callable[[], datetime]) -> Bucket:
        """Read ``https://host[:port]/bucket`` (raises SourceAddressError)."""
        parts = urlsplit(address)
        bucket = unquote(parts.path.strip("/"))
        is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
        if parts.scheme not in {"https", "http"} or not parts.hostname or not bucket or "/" in bucket or not is_plain:
            raise SourceAddressError(
                "对象存储的地址写作 https://主机/桶名",
                "an object store is written https://host/bucket",
                next_zh="密钥编号与密钥另行填写；对象名前缀填在 prefix",
                next_en="give the access key apart, and the beginning of the names as `prefix`",
            )
        return cls(parts.scheme, parts.netloc, bucket, key, now)

    def ask(self, path: str, query: Mapping[str, str]) -> tuple[str, Question]:
        """Return URL and question of an object (``path``) or of the bucket itself (empty)."""
        question = Question(self.host, f"/{self.name}" + (f"/{path}" if path else ""), query)
        text = f"?{question.encoded_query}" if query else ""
        return f"{self.scheme}://{self.host}{question.encoded_path}{text}", question

    def head(self, question: Question) -> Callable[[Mapping[str, str]], dict[str, str]]:
        """Return what adds the signature to the headers of an attempt; without a key requests are anonymous."""
        if not self.key.id:
            return dict
        return lambda given: signed(question, self.key, self.now(), given)


class S3Objects(ObjectStore):
    """A bucket of an S3-compatible store."""

    def __init__(self, bucket: Bucket, policy: EgressPolicy, limits: SourceLimits, trust_pem: str | None) -> None:
        """Nothing is called before something is asked for."""
        self._bucket = bucket
        self._client = client_for(policy, limits, trust_pem)

    @override
    def list_objects(self, prefix: str, pattern: str) -> list[StoredObject]:
        found: list[StoredObject] = []
        token = ""
        while True:
            query = {"list-type": "2", "prefix": prefix, **({"continuation-token": token} if token else {})}
            page, token = self._page(query)
            found += page
            if len(found) > MOST_OBJECTS:
                raise too_many(MOST_OBJECTS, "个对象", "objects")
            if not token:
                return _fitting(found, pattern)

    def _page(self, query: Mapping[str, str]) -> tuple[list[StoredObject], str]:
        url, question = self._bucket.ask("", query)
        host, _, port = self._bucket.host.partition(":")
        try:
            with self._client.stream("GET", url, headers=self._bucket.head(question)({})) as answer:
                if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
                    raise httpx2.ReadError("busy")
                if answer.status_code != httpx2.codes.OK:
                    raise refused(answer.status_code)
                body = b"".join(answer.iter_raw())
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            raise unreachable(host, int(port or 443)) from None
        except httpx2.TransportError:
            raise lost("尚未读到对象列表", "before the list of objects came", byte=0) from None
        return _read_page(body)

    @override
    def fetch(self, wanted: StoredObject, target: Path) -> Fetched:
        url, question = self._bucket.ask(wanted.name, {})
        got = download(self._client, url, self._bucket.head(question), Validators(), target)
        if got is None:
            raise refused(httpx2.codes.NOT_MODIFIED)
        return got

    @override
    def close(self) -> None:
        self._client.close()


def _read_page(body: bytes) -> tuple[list[StoredObject], str]:
    """Read a ListBucketResult: its objects, and the token of the next page."""
    if len(body) > PAGE_BYTES or b"<!" in body:  # no declarations, so no entities to unfold
        raise _odd()
    try:
        root = ET.fromstring(body)  # noqa: S314 - no declarations, see above
        found = [
            StoredObject(
                one.findtext("{*}Key") or "",
                (one.findtext("{*}ETag") or "").strip('"'),
                datetime.fromisoformat(one.findtext("{*}LastModified") or ""),
                int(one.findtext("{*}Size") or 0),
            )
            for one in root.iterfind("{*}Contents")
        ]
    except (ET.ParseError, ValueError):
        raise _odd() from None
    if root.tag.rpartition("}")[2] != "ListBucketResult":
        raise _odd()
    is_cut = (root.findtext("{*}IsTruncated") or "").lower() == "true"
    token = (root.findtext("{*}NextContinuationToken") or "") if is_cut else ""
    return [one for one in found if one.name and not one.name.endswith("/")], token


def _odd() -> SourceQueryError | SourceDeniedError:
    return SourceQueryError(
        "对象存储的应答不是 S3 协议的对象列表",
        "the answer of the store is no list of objects of the S3 protocol",
        next_zh="请核对地址是否为 S3 接口的地址（不是网页控制台）",
        next_en="check that the address is that of the S3 interface, not of its web page",
    )
