"""A granted system asks for statistics by division, and its answer has a receipt.

The register is described by one entry of the directory, and the question names the items whose elements the table is
made of; the decision is the one of every other use (政务数据共享条例 Art. 22, 25; Zhengzhou Art. 20 §2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.registers.statistics import answering, counting_store
from hub.registers.statistics.errors import StatisticsNotReleasedError
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from hub.directory.facts import Resource
    from hub.exchange.use import Use
    from hub.registers.statistics.answering import Asked, AsyncDriver


async def entry_name(driver: AsyncDriver) -> str:
    """Return the entry that describes the register.

    Raises:
        StatisticsNotReleasedError: the register is off, or no entry describes it.

    """
    found = await counting_store.register_entry(driver)
    if found is None:
        raise StatisticsNotReleasedError(
            "人口基础库未启用，没有分区统计",
            "the register of persons is off: there are no statistics by division",
            next_zh="请与数据局联系",
            next_en="ask the data bureau",
        )
    return found


def items_of(resource: Resource, asked: Asked) -> tuple[str, ...]:
    """Return the columns of the entry behind a question; an element the entry lacks is named as it is."""
    columns = {item.element: item.column for item in resource.entry.items if item.element is not None}
    return tuple(columns.get(element, element) for element in asked.elements)


async def as_granted(use: Use, asked: Asked) -> Answer:
    """Answer a system; the receipt commits before this returns.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        StatisticsNotReleasedError: nothing is released for the period.

    """
    items = items_of(use.standing.resource, asked)
    question = Question(Action.AGGREGATE, items, frozenset(), frozenset(), use.purpose, use.case_number)
    permitted = await decided(use, question, Mode.AGGREGATE)
    found = await answering.find(use.driver, asked)
    draft_id = uuid7()
    body = orjson.dumps({**found.body, "resource": use.standing.resource.name, "receipt": str(draft_id)})
    digest = content_digest(body)
    fields = permitted.fields | {
        "items_aggregated": list(items),
        "resource_version": str(found.release.change),
        "filter_digest": use.context.writer.digest({"asked": repr(asked)}),
        "rows": found.cells,
        "withheld": found.hidden,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.QUERY, fields, draft_id, use.context.now())
    permitted = await deliver(use, permitted, draft, Charge(1))
    return Answer(body, digest, draft_id, quota_headers(use, permitted))
