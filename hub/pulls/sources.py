"""From a pull to its open source: address, secret and egress policy put together, at the moment of use alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from connectors.databases.address import parse_address
from connectors.databases.reading import Reader, open_session
from connectors.databases.session import Login
from connectors.http_source import Credentials
from connectors.objects import Bucket, LocalObjects, S3Objects
from connectors.s3_signing import AccessKey
from connectors.sources import SourceAddressError, SourceLimits
from hub.context import utc_now
from hub.pulls.definition import DatabaseSource, HttpSource, ObjectSource
from hub.pulls.fetching import fetch_database
from hub.pulls.fetching_files import fetch_http, fetch_objects
from hub.pulls.parts import note

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from connectors.databases.session import Session
    from connectors.egress import EgressPolicy
    from connectors.objects import ObjectStore
    from hub.identity.sealing import Sealer
    from hub.pulls.fetching import Task
    from hub.pulls.parts import Fetch
    from hub.pulls.records import Pull


@dataclass(frozen=True, slots=True)
class Outside:
    """What opens sources: the egress policy, what one fetch may cost, folders the operator opened, the sealer."""

    policy: EgressPolicy
    limits: SourceLimits
    folders: tuple[Path, ...]
    sealer: Sealer = field(repr=False)

    def seal(self, pull_id: uuid.UUID, version: int, secret: str) -> bytes:
        """Return a secret encrypted for one version of a pull."""
        return self.sealer.seal(_purpose(pull_id, version), secret.encode())

    def secret(self, pull: Pull) -> str:
        """Return the secret of a pull, empty where it has none (raises SealBrokenError)."""
        return "" if pull.secret is None else self.sealer.open(_purpose(pull.id, pull.version), pull.secret).decode()


def _purpose(pull_id: uuid.UUID, version: int) -> str:
    return f"pull:{pull_id}:{version}"


def login_of(outside: Outside, source: DatabaseSource, secret: str) -> Login:
    """Return how to connect to a database."""
    address, _ = parse_address(source.address)
    return Login(address, secret, outside.policy, outside.limits, source.trust_pem)


def store_of(outside: Outside, source: ObjectSource, secret: str) -> ObjectStore:
    """Return a store of objects (raises SourceAddressError)."""
    parts = urlsplit(source.address)
    if parts.scheme == "file":
        if parts.netloc or parts.query or parts.fragment:
            raise SourceAddressError(
                "目录写作 file:///绝对路径",
                "a folder is written file:///absolute/path",
                next_zh="请改正 address",
                next_en="change `address`",
            )
        return LocalObjects(Path(unquote(parts.path)), outside.folders)
    bucket = Bucket.parse(source.address, AccessKey(source.user, secret, source.region), utc_now)
    return S3Objects(bucket, outside.policy, outside.limits, source.trust_pem)


def credentials_of(source: HttpSource, secret: str) -> Credentials:
    """Return how to log in at an HTTP address."""
    return Credentials(source.auth, source.user, source.header_name, secret)


def fetch(task: Task, outside: Outside, counts: dict[str, Any]) -> Fetch:
    """Fetch what a pull's source has new; ``counts`` gets rows and bytes as they come, also when it fails.

    Raises:
        SourceError, EgressRefusedError, EgressUnreachableError: the source does not give it.
    """
    source, secret = task.pull.definition.source, outside.secret(task.pull)
    match source:
        case DatabaseSource():
            return _from_database(task, login_of(outside, source, secret), source, counts)
        case HttpSource():
            got, counts["bytes_fetched"] = fetch_http(
                task, source, credentials_of(source, secret), outside.policy, outside.limits
            )
            return got
        case ObjectSource():
            objects = store_of(outside, source, secret)
            try:
                got, counts["bytes_fetched"] = fetch_objects(task, source, objects)
            finally:
                objects.close()
            return got


def _from_database(task: Task, login: Login, source: DatabaseSource, counts: dict[str, Any]) -> Fetch:
    with open_session(login) as session:
        reader = Reader.of(session, source.relation(), login.limits)

        def tick(phase: str) -> None:
            counts.update(rows_fetched=reader.data_rows, bytes_fetched=reader.traffic.byte_count)
            task.tick(phase)

        try:
            got = fetch_database(replace(task, tick=tick), reader)
        finally:
            counts.update(rows_fetched=reader.data_rows, bytes_fetched=reader.traffic.byte_count)
        told = _zero_dates(session, reader)
    return type(got)(got.strategy, got.parts, got.memory, got.deleted, (*got.notes, *told))


def _zero_dates(session: Session, reader: Reader) -> tuple[dict[str, str], ...]:
    """Say which columns of MySQL hold 0000-00-00, a day that is none."""
    found: Mapping[int, int] = getattr(session, "zero_dates", {})
    names = {reader.header[index]: count for index, count in found.items() if index < len(reader.header)}
    return tuple(
        note(
            f"列 {name} 有 {count} 个零日期（0000-00-00），不是日期，相应的行会被退回；可在查询中写 NULLIF({name}, 0)",
            f"column {name} holds {count} zero dates (0000-00-00), which are no dates: their rows are given back;"
            f" write NULLIF({name}, 0) in the query",
        )
        for name, count in names.items()
    )
