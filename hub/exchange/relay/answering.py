"""What a relayed answer says, and its last receipt: from the provider itself, or from the stored copy.

Nothing of it is silent: where the rows come from and of when, what was left out, dropped or masked, on which
receipts. The grant is decided on again here, with the answer at hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson

from hub import faults
from hub.exchange.quotas import Charge
from hub.exchange.relay import store
from hub.exchange.relay.projecting import columns_of, project
from hub.exchange.use import Answer, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.rows.compiler import compile_query
from hub.rows.query import And, Comparison, Op, Query
from hub.rows.render import described, json_rows
from hub.rows.store import Reading, fetch_page

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.exchange.relay.projecting import Records
    from hub.exchange.relay.service import Relay
    from hub.exchange.relay.store import Endpoint
    from hub.exchange.use import Permitted, Use
    from hub.ledger.drafts import Given
    from hub.rows.compiler import Column
    from hub.rows.cursors import CursorKey


@dataclass(frozen=True, slots=True)
class Opened:
    """A call under way: what was asked of which endpoint; ``fields`` of the receipt that opened it."""

    receipt: uuid.UUID
    resource_name: str
    endpoint: Endpoint
    key: Mapping[str, str] = field(repr=False)
    items: tuple[str, ...] | None
    fields: Mapping[str, Given]
    expires_at: datetime | None = None
    """When the grant it rests on ends."""
    given: tuple[str, ...] = ()
    """The columns the grant gives of what was asked: no other is named to the provider."""


@dataclass(frozen=True, slots=True)
class Obtained:
    """What a provider answered, judged; its signature where it signs; when that was."""

    records: Records
    signature: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of an answer come from, as of when; ``more`` are fields of its receipt."""

    name: str
    as_of: datetime
    undeclared: int = 0
    more: Mapping[str, Given] = field(default_factory=dict)


async def answer_provider(use: Use, found: Permitted, relay: Relay, opened: Opened, obtained: Obtained) -> Answer:
    """Return the answer made of a provider's rows; its receipt and what it costs are durable.

    Raises:
        UnknownItemError, RowFilterError, QuotaExceededError: nothing may be given.
    """
    resource, definition, records = use.standing.resource, opened.endpoint.definition, obtained.records
    columns = columns_of(found.permit, opened.items, definition, resource.table.by_column)
    kept = await store.kept_rows(use.driver, resource.table, found.permit, records.rows, frozenset(definition.fields))
    chosen = [records.rows[number] for number in kept]
    today = use.context.today()
    rows = await relay.work(len(chosen) * len(columns) * 64, lambda: project(chosen, columns, today))
    more: dict[str, Given] = {
        "fields_dropped": records.undeclared,
        "upstream": obtained.signature,
        "outcome": "delivered",
    }
    source = Source("provider", obtained.at, records.undeclared, more)
    return await _answer(use, found, opened, (columns, rows), source)


async def answer_stored(use: Use, found: Permitted, opened: Opened, cursor_key: CursorKey) -> Answer | None:
    """Return the answer made of the stored copy where the endpoint allows one of its age; None where not."""
    resource, definition = use.standing.resource, opened.endpoint.definition
    if definition.max_stale_seconds is None:
        return None
    columns = columns_of(found.permit, opened.items, definition, resource.table.by_column)
    where = And(tuple(Comparison(column, Op.EQ, value, "key") for column, value in opened.key.items()))
    asked = Query(resource.id, tuple(column.item.column for column in columns), where)
    compiled = compile_query(asked, found.permit, resource.table, cursor_key)
    page = await fetch_page(use.driver, compiled, Reading(cursor_key))
    as_of = await store.pushed_at(use.driver, resource.id, page.version)
    if as_of is None or use.context.now() - as_of > timedelta(seconds=definition.max_stale_seconds):
        return None
    more: dict[str, Given] = {
        "as_of": as_of.isoformat(),
        "resource_version": str(page.version),
        "outcome": "delivered_stored",
    }
    return await _answer(use, found, opened, (page.columns, page.rows), Source("stored", as_of, 0, more))


async def _answer(
    use: Use,
    found: Permitted,
    opened: Opened,
    given: tuple[Sequence[Column], Sequence[tuple[object, ...]]],
    source: Source,
) -> Answer:
    columns, rows = given
    permit = found.permit
    draft_id = uuid7()
    body = orjson.dumps(
        {
            "resource": use.standing.resource.name,
            "source": source.name,
            "as_of": source.as_of.isoformat(),
            "endpoint_version": opened.endpoint.version,
            "total": len(rows),
            "returned": len(rows),
            "next": None,
            "columns": described(columns),
            "withheld": [line.record() for line in permit.left_out],
            "unlisted": permit.unlisted,
            "dropped": {
                "undeclared": source.undeclared,
                "ungranted": len(set(opened.endpoint.definition.fields) - {column.item.column for column in columns}),
            },
            "obligations": [duty.value for duty in permit.obligations],
            "opened": str(opened.receipt),
            "receipt": str(draft_id),
            "rows": orjson.Fragment(json_rows(columns, rows)),
        }
    )
    digest = content_digest(body)
    fields: dict[str, Given] = {
        **opened.fields,
        **found.fields,
        **source.more,
        "opened": str(opened.receipt),
        "items_returned": [column.item.column for column in columns if not column.is_masked],
        "items_masked": [column.item.column for column in columns if column.is_masked],
        "items_dropped": [line.column for line in permit.left_out],
        "rows": len(rows),
        "withheld": len(permit.left_out) + permit.unlisted,
        "response_digest": digest,
        "status": 200,
    }
    faults.point("relay.answered")
    draft = ReceiptDraft(ReceiptKind.RELAY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(0, len(rows)))
    faults.point("relay.receipted")
    return Answer(body, digest, draft_id, quota_headers(use, found))
