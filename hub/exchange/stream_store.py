"""The only SQL of streams: which are open, who still sends, and their receipts in the same statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    import psycopg

    from hub.database import Unit
    from hub.ledger.drafts import ReceiptDraft
    from hub.ledger.writer import ReceiptWriter

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

_OPEN = (
    "opened AS (INSERT INTO hub.open_stream (receipt_id, fields, seen_at)"
    " VALUES (%s, %s, clock_timestamp()) RETURNING 1) SELECT 1"
)
_CLOSE = "closed AS (DELETE FROM hub.open_stream WHERE receipt_id = %s RETURNING 1) SELECT count(*) FROM closed"
_SEEN = "UPDATE hub.open_stream SET seen_at = clock_timestamp() WHERE receipt_id = %s"
_LOST = (
    "DELETE FROM hub.open_stream WHERE receipt_id IN (SELECT receipt_id FROM hub.open_stream"
    " WHERE seen_at < clock_timestamp() - make_interval(secs => %s) ORDER BY seen_at LIMIT %s FOR UPDATE SKIP LOCKED)"
    " RETURNING receipt_id, fields"
)


async def open_with_receipt(driver: AsyncDriver, writer: ReceiptWriter, draft: ReceiptDraft) -> None:
    """Store an open receipt and note the stream as open: durable when this returns (raises ReceiptWriteError)."""
    fields = Jsonb(dict(draft.fields), dumps=orjson.dumps)
    await writer.write_joined_async(driver, draft, _OPEN, (draft.id, fields))


async def close_with_receipt(
    driver: AsyncDriver, writer: ReceiptWriter, draft: ReceiptDraft, opened: uuid.UUID
) -> None:
    """Store a close receipt and strike the stream off the open ones (raises ReceiptWriteError)."""
    await writer.write_joined_async(driver, draft, _CLOSE, (opened,))


async def seen(driver: AsyncDriver, opened: uuid.UUID) -> None:
    """Say that a stream is still being sent."""
    await driver.execute(_SEEN, (opened,))


def take_lost(unit: Unit, seconds: float, limit: int) -> tuple[tuple[uuid.UUID, Mapping[str, Any]], ...]:
    """Strike off streams nobody has sent for ``seconds``; the caller closes them in the same transaction."""
    return tuple((row[0], row[1]) for row in unit.driver.execute(_LOST, (seconds, limit)))
