"""A granted system reads figures: decision, quotas and receipt as for every use (政务数据共享条例 Art. 22, 25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.registers.macro.permits import PARTS, reader_of
from policies.facts import Action, Mode

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping

    from hub.exchange.use import Use
    from hub.registers.macro.permits import Reader


async def read_as_granted(
    use: Use, read: Callable[[Reader, uuid.UUID], tuple[bytes, int]], asked: Mapping[str, str]
) -> Answer:
    """Return what ``read`` gives to a reader, body and number of figures; the receipt commits before this returns.

    ``read`` is told the id of the receipt, which stands in the body.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        DomainError: as ``read`` raises; nothing is told and nothing is charged.

    """
    question = Question(Action.READ, None, frozenset(), frozenset(), use.purpose, use.case_number)
    found = await decided(use, question, Mode.QUERY)
    reader = reader_of(found.permit, use.standing.resource, use.context.now())
    draft_id = uuid7()
    body, figures = await run_in_threadpool(read, reader, draft_id)
    digest = content_digest(body)
    given = {PARTS[part] for part in reader.parts}
    columns = [item.column for item in use.standing.resource.entry.items if item.element in given]
    fields = found.fields | {
        "items_returned": columns,
        "items_dropped": [line.column for line in found.permit.left_out],
        "filter_digest": use.context.writer.digest(dict(asked)),
        "rows": figures,
        "withheld": len(found.permit.left_out) + found.permit.unlisted,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.QUERY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(1, figures))
    return Answer(body, digest, draft_id, quota_headers(use, found))
