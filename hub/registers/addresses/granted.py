"""Matching down to the room, for systems whose grant names the items below the door plate (element G010).

The register of addresses is described by a directory entry; its item of element G010 (building, unit, floor, room)
decides how deep an answer goes. The permit comes from the one door of every use (:mod:`hub.exchange.use`), the
receipt is durable before the first byte and holds counts and digests, never an address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import orjson

from catalogue.addresses import Level, Outcome
from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.registers.addresses.errors import AddressRegisterError
from hub.registers.addresses.matching import match_texts_async, shown
from policies.facts import Action, Mode, Treatment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.exchange.use import Permitted, Use
    from hub.registers.addresses.matching import Asked, Book

BELOW_DOOR: Final = "G010"
"""Element of building, unit, floor and room: not open, shared on a grant."""
_ELEMENTS: Final = ("G001", "G002", BELOW_DOOR)


async def match_granted(use: Use, book: Book, texts: Sequence[str], asked: Asked) -> Answer:
    """Match texts as deep as the grant allows; the receipt commits before this returns.

    Raises:
        AddressRegisterError: the entry has no item of element G010: it is no register of addresses.
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    columns = _columns(use)
    question = Question(Action.READ, tuple(columns.values()), frozenset(), frozenset(), use.purpose, use.case_number)
    found = await decided(use, question, Mode.QUERY)
    deepest = Level.ROOM if _is_full(found, columns[BELOW_DOOR]) else Level.DOOR
    matches = await match_texts_async(use.driver, book, texts, replace(asked, deepest=deepest))
    draft_id = uuid7()
    answered = sum(one.outcome is Outcome.MATCHED for one in matches)
    body = orjson.dumps(
        {
            "resource": use.standing.resource.name,
            "total": len(texts),
            "returned": len(matches),
            "next": None,
            "matched": answered,
            "deepest_level": deepest.word,
            "withheld": [line.column for line in found.permit.left_out],
            "receipt": str(draft_id),
            "results": [shown(one) for one in matches],
        }
    )
    writer = use.context.writer
    fields = found.fields | {
        "items_returned": list(found.permit.columns),
        "items_dropped": [line.column for line in found.permit.left_out],
        "resource_version": str(book.number),
        "request_digest": writer.digest({"addresses": list(texts), "within": asked.within}),
        "response_digest": content_digest(body),
        "rows": answered,
        "withheld": len(found.permit.left_out) + found.permit.unlisted,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.MATCH, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(1, len(texts)))
    return Answer(body, content_digest(body), draft_id, quota_headers(use, found))


def _columns(use: Use) -> dict[str, str]:
    """Return the columns of the register's entry by element."""
    items = {item.element or "": item.column for item in use.standing.resource.entry.items if item.element in _ELEMENTS}
    if BELOW_DOOR not in items:
        raise AddressRegisterError(
            "该条目没有“楼栋、单元、楼层、室号”（数据元 G010），不是地址登记",
            "the entry has no item of element G010 (building, unit, floor, room): it is no register of addresses",
            next_zh="请在目录中查找地址登记的条目名，再以它查询。",
            next_en="Find the name of the register of addresses in the directory and ask with it.",
        )
    return items


def _is_full(found: Permitted, column: str) -> bool:
    return found.permit.treatment_of(column) is Treatment.FULL
