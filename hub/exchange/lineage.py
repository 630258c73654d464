"""Where a row that a grant gives is from, as far as its holder may know: department, version, time, digest of the file.

Not the file's name, its lines, or who pushed it: those are the provider's own. The decision is that of a query, and
so is the receipt. 政务数据共享条例 Art. 22, 25; Zhengzhou Art. 19.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.rows.lineage import Written, chain, stands_for
from hub.rows.render import json_document
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from hub.database import Database
    from hub.exchange.use import Use
    from policies.decision import Permit


async def granted_lineage(use: Use, database: Database, row: int) -> Answer | None:
    """Answer for a granted system; None where its grant gives no such row. The receipt commits before this returns.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
    """
    question = Question(Action.READ, None, frozenset(), frozenset(), use.purpose, use.case_number)
    found = await decided(use, question, Mode.QUERY)
    steps = await asyncio.to_thread(_steps, use, database, found.permit, row)
    draft_id = uuid7()
    resource = use.standing.resource
    body = json_document(
        {"resource": resource.name, "row": row, "receipt": str(draft_id), "states": [known_part(one) for one in steps]}
    )
    digest = content_digest(body)
    fields = found.fields | {
        "action": "lineage",
        "filter_digest": use.context.writer.digest({"row": row}),
        "rows": min(1, len(steps)),
        "response_digest": digest,
        "status": 200 if steps else 404,
        "outcome": "delivered" if steps else "not_found",
    }
    draft = ReceiptDraft(ReceiptKind.QUERY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(1, min(1, len(steps))), [f"row {row}"] if steps else [])
    return Answer(body, digest, draft_id, quota_headers(use, found)) if steps else None


def _steps(use: Use, database: Database, permit: Permit, row: int) -> tuple[Written, ...]:
    table = use.standing.resource.table
    with database.begin() as unit:
        return chain(unit, table, row) if stands_for(unit, table, permit, row) else ()


def known_part(step: Written) -> dict[str, Any]:
    """Return what everybody who may have the row may know of where it is from."""
    return {
        "version": step.number,
        "mode": step.mode,
        "at": step.at.isoformat(),
        "entry_version": step.entry_version,
        "file_digest": step.file_digest,
        "push_receipt": str(step.receipt) if step.receipt is not None else None,
        "restores": step.restores,
    }
