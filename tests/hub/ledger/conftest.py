"""What the tests of the log share: keys of their own, a writer, and receipts of an invented city."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from hub.ledger import store
from hub.ledger.checkpoint import LogSigner
from hub.ledger.drafts import ReceiptDraft, ReceiptKind
from hub.ledger.keys import SigningKey
from hub.ledger.publication import publish_keys
from hub.ledger.receipts import content_digest
from hub.ledger.writer import ReceiptWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.database import Database

ANSWER = '{"rows":[{"marital_status":"已婚"}]}'.encode()


@pytest.fixture(scope="package")
def signer() -> LogSigner:
    """Give the log of the invented city."""
    return LogSigner("log.demo.example/shutong", SigningKey.create())


@pytest.fixture(scope="package")
def writer() -> ReceiptWriter:
    """Give a writer with an Ed25519 key."""
    return ReceiptWriter(SigningKey.create(), b"\x07" * 32)


@pytest.fixture
def log(database: Database, signer: LogSigner, writer: ReceiptWriter) -> Database:
    """Give a database whose log knows the keys of the writer and the signer."""
    with database.begin() as unit:
        publish_keys(unit, writer.key, signer, datetime.now(UTC))
    return database


@pytest.fixture
def draft() -> Callable[..., ReceiptDraft]:
    """Make a receipt of a query; keyword arguments change its fields."""

    def make(**changes: Any) -> ReceiptDraft:
        fields: dict[str, Any] = {
            "member": "11410100005252123X",
            "system": "system-minzheng",
            "provider": "11410100005252456A",
            "resource": "marriage-register",
            "items_returned": ["marital_status"],
            "purpose": "低保核对",
            "case_number": "郑民〔2026〕12号",
            "rows": 1,
            "status": 200,
            "response_digest": content_digest(ANSWER),
        }
        return ReceiptDraft(ReceiptKind.QUERY, {**fields, **changes})

    return make


@pytest.fixture
def append(log: Database, writer: ReceiptWriter, draft: Callable[..., ReceiptDraft]) -> Callable[[int], list[Any]]:
    """Write ``count`` receipts, each in a transaction of its own; return their ids."""

    def write(count: int) -> list[Any]:
        ids = []
        for number in range(count):
            with log.begin() as unit:
                ids.append(writer.write(unit, draft(rows=number)).id)
        return ids

    return write


@pytest.fixture
def tamper(log: Database) -> Callable[[str], None]:
    """Run SQL as the owner of the database who has switched the guards off (threat 19)."""

    def run(statement: str) -> None:
        with log.begin() as unit:
            unit.driver.execute("SET LOCAL session_replication_role = replica")
            unit.driver.execute(statement.encode())

    return run


@pytest.fixture
def body_of(log: Database) -> Callable[[Any], bytes]:
    """Read a receipt's compact JWS back from the database."""

    def read(receipt_id: Any) -> bytes:
        with log.begin() as unit:
            return store.find(unit, receipt_id).jws

    return read
