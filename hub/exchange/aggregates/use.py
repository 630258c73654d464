"""A granted system asks for figures instead of rows (mode «aggregate»; 政务数据共享条例 Art. 22, 25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from hub.exchange.aggregates.answering import Asker, tell
from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.rows.query import columns_used
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from hub.exchange.use import Use
    from hub.rows.aggregate import Aggregation


async def aggregate(use: Use, asked: Aggregation, where: object) -> Answer:
    """Answer a question for figures; the receipt commits before this returns. ``where``: the condition as written.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        GroupingError, DifferencingError, AggregateBudgetError: it would tell of a few; nothing is told.
        QueryError: the question is not right; nothing was read.

    """
    queried, matched = columns_used(asked.query())
    question = Question(
        Action.AGGREGATE, asked.items or None, queried | matched, frozenset(), use.purpose, use.case_number
    )
    found = await decided(use, question, Mode.AGGREGATE)
    asker = Asker(str(use.system.member_id), found.permit, found.grant)
    told = await tell(use.context, use.driver, use.standing.resource, asker, asked, where)
    draft_id = uuid7()
    body = orjson.dumps({**told.body, "receipt": str(draft_id)}, default=str)
    writer = use.context.writer
    digest = content_digest(body)
    fields = found.fields | {
        "items_aggregated": list(asked.items) or None,
        "resource_version": str(told.version),
        "filter_digest": writer.digest({"where": repr(where), "as_of": str(asked.as_of)}),
        "rows": told.cells,
        "withheld": told.hidden,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.QUERY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge())
    return Answer(body, digest, draft_id, quota_headers(use, found))
