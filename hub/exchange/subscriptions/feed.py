"""The changes of a resource, page by page, for a granted system, each page with its receipt.

The decision is made at every page; the permit's items, masks and row filter are those of a query. The answer says from
which change to which it leads, and whether more follows: nothing of it is silent. 政务数据共享条例 Art. 22, 25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.exchange.deciding import Question
from hub.exchange.flags import shown_duties
from hub.exchange.quotas import Charge
from hub.exchange.subscriptions.store import FETCHED_SQL
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.rows import feed_index
from hub.rows.changes import ChangePage, Since, compile_changes, fetch_changes
from hub.rows.render import described, json_document
from hub.rows.store import Reading
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.exchange.standing import Standing
    from hub.exchange.use import Permitted, Use
    from hub.rows.cursors import CursorKey
    from policies.decision import Permit


async def granted_changes(use: Use, since: Since, cursor_key: CursorKey) -> Answer:
    """Answer one page for a granted system; the receipt commits before this returns.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        QueryError: the question is not right; nothing was read.
    """
    question = Question(Action.SUBSCRIBE, since.items, frozenset(), frozenset(), use.purpose, use.case_number)
    found = await decided(use, question, Mode.SUBSCRIBE)
    resource = use.standing.resource
    feed = compile_changes(since, found.permit, resource.table, cursor_key)
    page = await fetch_changes(use.driver, feed, Reading(cursor_key))
    await feed_index.ask_async(use.driver, resource.id, use.context.now())
    draft_id = uuid7()
    body = json_document(feed_body(use.standing, page, found.permit, {"receipt": str(draft_id)}))
    digest = content_digest(body)
    masked = [column.item.column for column in page.columns if column.is_masked]
    fields = found.fields | {
        "items_returned": [column.item.column for column in page.columns if not column.is_masked],
        "items_masked": masked,
        "items_dropped": [line.column for line in found.permit.left_out],
        "as_of": str(page.begin),
        "resource_version": str(page.version),
        "rows": len(page.changes),
        "withheld": len(found.permit.left_out) + found.permit.unlisted,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.DELIVERY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(1, len(page.changes)), _subjects(use, found, page))
    if page.next_cursor is None:
        place = (use.system.system_id, resource.id, use.purpose)
        await use.driver.execute(FETCHED_SQL, (page.to, use.context.now(), *place), prepare=True)
    return Answer(body, digest, draft_id, quota_headers(use, found))


def _subjects(use: Use, found: Permitted, page: ChangePage) -> list[str]:
    """Return one text for each subject on a page: its key where given in full, else its lasting row number."""
    if found.grant is None or found.grant.quota_subjects is None:
        return []
    shown = {column.item.column: place for place, column in enumerate(page.columns) if not column.is_masked}
    key = use.standing.resource.table.key
    if not key or not shown.keys() >= set(key):
        return [f"row {change.row}" for change in page.changes]
    places = [shown[name] for name in key]
    return [repr([change.values[place] for place in places]) for change in page.changes if change.values is not None]


def feed_body(standing: Standing, page: ChangePage, permit: Permit, more: Mapping[str, object]) -> dict[str, object]:
    """Return the answer of one page."""
    names = [column.item.column for column in page.columns]
    flags = standing.resource.flags
    doubted = [
        {"row": change.row, "items": [name for name in names if name in flags[change.row]]}
        for change in page.changes
        if flags and change.values is not None and flags.get(change.row, frozenset()).intersection(names)
    ]
    return {
        "resource": standing.resource.name,
        "snapshot": page.snapshot,
        "from": page.begin,
        "to": page.to,
        "version": page.version,
        "total": None,  # counting a feed would read it whole; has_more says whether there is another page
        "returned": len(page.changes),
        "upserts": page.upserts,
        "deletes": len(page.changes) - page.upserts,
        "has_more": page.next_cursor is not None,
        "next": page.next_cursor,
        "columns": described(page.columns),
        "withheld": [line.record() for line in permit.left_out],
        "unlisted": permit.unlisted,
        "obligations": shown_duties(permit, is_flagged=bool(doubted)),
        "under_verification": doubted,
        **more,
        "changes": [
            {"change": change.number, "row": change.row, "op": "delete"}
            if change.values is None
            else {
                "change": change.number,
                "row": change.row,
                "op": "upsert",
                "values": dict(zip(names, change.values, strict=True)),
            }
            for change in page.changes
        ],
    }
