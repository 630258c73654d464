"""The change feed of a register for granted systems: subjects that changed since a number, granted elements alone.

政务数据共享条例 Art. 22. A subject comes at most once in a run of pages, as it stands; one of which no source says
anything any more comes as deleted. The name a subject has in a feed is a pseudonym that belongs to one grant, and the
cursor is sealed: internal keys go nowhere. Protected persons are in no feed, as if they were not in the register.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.identity.number_seals import is_sealed
from hub.identity.sealing import SealBrokenError
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.registers import following_store
from hub.registers.errors import RegisterError
from policies.facts import Action, Mode, Treatment
from policies.masking import Audience, mask, pseudonym_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.item import Item
    from hub.exchange.use import Permitted, Use
    from hub.identity.number_seals import NumberSeals
    from hub.registers.following_store import Changed
    from policies.decision import Permit

MOST: Final = 10_000
DEFAULT: Final = 1_000
_PLACES: Final = 2


class FeedPlaceError(RegisterError):
    """The cursor is not one of the feed, or the grant narrows rows, which no feed can carry out."""


@dataclass(frozen=True, slots=True)
class Since:
    """What is asked: subjects changed after number ``after``, or after the page whose ``cursor`` is given."""

    after: int = 0
    limit: int = DEFAULT
    cursor: str | None = None
    items: tuple[str, ...] | None = None


async def granted_changes(use: Use, code: str, since: Since) -> Answer:
    """Answer one page; its receipt is durable before this returns.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        FeedPlaceError: the cursor is not right, or the grant has a row filter.

    """
    seals = _seals(use)
    place = (since.after, 2**63 - 1) if since.cursor is None else _place(seals, since.cursor)
    question = Question(Action.SUBSCRIBE, since.items, frozenset(), frozenset(), use.purpose, use.case_number)
    found = await decided(use, question, Mode.SUBSCRIBE)
    if found.permit.row_filter:
        raise _not_whole()
    page, last = await following_store.changed(use.driver, code, place, since.limit)
    names = tuple(found.permit.columns)
    shown = [_shown(use, found, one, names) for one in page]
    more = len(page) == since.limit
    to = page[-1].changed if more else last
    cursor = seals.seal(f"{page[-1].changed}.{page[-1].id}") if more else None
    draft_id = uuid7()
    body = orjson.dumps(
        {
            "register": code,
            "resource": use.standing.resource.name,
            "after": since.after,
            "to": to,
            "returned": len(shown),
            "has_more": more,
            "next": cursor,
            "withheld": len(found.permit.left_out) + found.permit.unlisted,
            "changes": shown,
            "receipt": str(draft_id),
        }
    )
    digest = content_digest(body)
    masked = [name for name in names if found.permit.treatment_of(name) is not Treatment.FULL]
    fields = found.fields | {
        "items_returned": [name for name in names if name not in masked],
        "items_masked": masked,
        "items_dropped": [line.column for line in found.permit.left_out],
        "as_of": str(since.after),
        "resource_version": str(to),
        "rows": len(shown),
        "withheld": len(found.permit.left_out) + found.permit.unlisted,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.DELIVERY, fields, draft_id, use.context.now())
    subjects = [str(one["subject"]) for one in shown]
    found = await deliver(use, found, draft, Charge(1, len(shown)), subjects)
    return Answer(body, digest, draft_id, quota_headers(use, found))


def _shown(use: Use, found: Permitted, one: Changed, names: Sequence[str]) -> dict[str, Any]:
    """Return a subject as the grant lets it be seen: a name of this grant alone, granted elements, what is doubted."""
    name = {"subject": _pseudonym(use, found.permit, one.id), "change": one.changed}
    if not one.values:
        return {**name, "deleted": True}
    by_column = {item.column: item for item in use.standing.resource.entry.items}
    values = {column: _value(use, found.permit, by_column[column], one.values) for column in names}
    doubted = [column for column in names if by_column[column].element in one.doubted]
    return {**name, "values": values, **({"under_verification": doubted} if doubted else {})}


def _value(use: Use, permit: Permit, item: Item, values: Mapping[str, str]) -> object:
    text = values.get(item.element or "")
    if text is None:
        return None
    plain = _seals(use).open(text)
    if permit.treatment_of(item.column) is Treatment.FULL:
        return plain
    key = pseudonym_key(use.context.writer.secret, permit.grant_id or "", use.purpose)
    return mask(plain, item.masking, Audience.AGENCY, key=key, today=use.context.today())


def _pseudonym(use: Use, permit: Permit, subject: int) -> str:
    content = f"register subject\0{permit.grant_id}\0{permit.resource_id}\0{subject}".encode()
    return urlsafe_b64encode(hmac.digest(use.context.writer.secret, content, hashlib.sha256)[:18]).decode()


def _seals(use: Use) -> NumberSeals:
    if use.context.numbers is None:
        raise RuntimeError("a register cannot be read without the seals of numbers")
    return use.context.numbers


def _place(seals: NumberSeals, cursor: str) -> tuple[int, int]:
    try:
        parts = seals.open(cursor).split(".")
    except SealBrokenError as error:
        raise _bad_cursor() from error
    if not is_sealed(cursor) or len(parts) != _PLACES or not all(part.isascii() and part.isdigit() for part in parts):
        raise _bad_cursor()
    return int(parts[0]), int(parts[1])


def _bad_cursor() -> FeedPlaceError:
    return FeedPlaceError(
        "游标无效",
        "the cursor is not one of this feed",
        next_zh="用上一页的 next；没有时用 after=上次的 to",
        next_en="use next of the page before, or after= the last to",
    )


def _not_whole() -> FeedPlaceError:
    return FeedPlaceError(
        "授权限定了行范围，变更订阅不能按行范围提供",
        "the grant narrows the rows, which a register's feed cannot carry out",
        next_zh="改用逐项查询或核验服务，或申请不限行范围的订阅",
        next_en="use the query or verification services, or ask for a grant without a row filter",
    )
