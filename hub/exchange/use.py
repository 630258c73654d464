"""A granted system queries, and verifies one person or body (Zhengzhou Art. 20; 政务数据共享条例 Art. 22, 25).

The hot path: standing from memory, one decision, one read, the receipt durable, then the first byte. The
receipt names columns and counts and holds digests; no value, no filter, no identity number is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from catalogue.matching import MatchResult, compare
from hub import faults
from hub.exchange.deciding import Question, ask, refusal_of_use, requester_of, use_fields
from hub.exchange.errors import VerificationError
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.rows.compiler import compile_query
from hub.rows.lookup import compile_lookup, run_lookup
from hub.rows.query import columns_used
from hub.rows.render import json_rows, page_facts
from hub.rows.store import Reading, fetch_page
from policies.decision import Permit
from policies.facts import Action, Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    import psycopg

    from catalogue.item import Item
    from hub.context import Context
    from hub.exchange.records import Grant
    from hub.exchange.standing import Standing
    from hub.identity.facts import Requester
    from hub.ledger.drafts import Given
    from hub.rows.cursors import CursorKey
    from hub.rows.query import Query
    from hub.rows.store import RowPage

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]

IDENTITY_MASKS = frozenset({"name", "citizen_id"})
IDENTITY_CHECKS = frozenset({"citizen_id", "organisation_code"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out: the body as sent, its digest, the receipt that is already durable."""

    body: bytes
    digest: str
    receipt: uuid.UUID


@dataclass(frozen=True, slots=True)
class Use:
    """Who uses what for which stated purpose, on one async connection in autocommit."""

    context: Context
    driver: Driver
    system: Requester
    standing: Standing
    purpose: str
    case_number: str | None


async def _permit(use: Use, question: Question) -> tuple[Permit, Grant | None, dict[str, Given]]:
    """Return the permit, or write the receipt of what stands in the way and raise it."""
    decision, grant = ask(use.context, use.standing, requester_of(use.system), question)
    fields = use_fields(use.system, use.standing, question, grant)
    if isinstance(decision, Permit):
        fields |= {"decision": "permitted", "policy_version": decision.policy_version}
        return decision, grant, fields
    kind, record, error = refusal_of_use(decision, fields)
    receipt = await use.context.writer.write_async(
        use.driver, use.context.writer.draft(kind, record, at=use.context.now())
    )
    error.facts = {**error.facts, "receipt": str(receipt.id)}
    raise error


def _given(permit: Permit, treatment: Treatment) -> list[str]:
    return [line.column for line in permit.items if line.treatment is treatment]


async def query(use: Use, asked: Query, cursor_key: CursorKey) -> Answer:
    """Answer one page of a query; the receipt commits before this returns.

    Raises:
        DeniedError, PendingError, RefusedError: each with its receipt written.
        QueryError: the query is not right; nothing was read.
    """
    queried, matched = columns_used(asked)
    question = Question(Action.READ, asked.items, queried, matched, use.purpose, use.case_number)
    permit, grant, fields = await _permit(use, question)
    compiled = compile_query(asked, permit, use.standing.resource.table, cursor_key)
    faults.point("query.decided")
    page = await fetch_page(use.driver, compiled, Reading(cursor_key))
    writer = use.context.writer
    draft_id = uuid7()
    body = orjson.dumps(query_body(use.standing, page, permit, draft_id))
    digest = content_digest(body)
    shown = [column.item.column for column in page.columns]
    masked = [column.item.column for column in page.columns if column.is_masked]
    fields |= {
        "items_returned": [name for name in shown if name not in masked],
        "items_masked": masked,
        "items_dropped": [line.column for line in permit.left_out],
        "resource_version": str(page.version),
        "filter_digest": writer.digest({"where": repr(asked.where), "as_of": str(asked.as_of)}),
        "rows": page.returned,
        "withheld": len(permit.left_out) + permit.unlisted,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
        "grant": str(grant.id) if grant is not None else None,
    }
    await writer.write_async(use.driver, ReceiptDraft(ReceiptKind.QUERY, fields, draft_id, use.context.now()))
    faults.point("query.receipted")
    return Answer(body, digest, draft_id)


def query_body(standing: Standing, page: RowPage, permit: Permit, receipt: uuid.UUID) -> dict[str, object]:
    """Return the answer: nothing of it is silent (total, returned, next, withheld, unlisted, version)."""
    return {
        "resource": standing.resource.name,
        **page_facts(page),
        "obligations": [duty.value for duty in permit.obligations],
        "receipt": str(receipt),
        "rows": orjson.Fragment(json_rows(page.columns, page.rows)),
    }


async def verify(use: Use, key: Mapping[str, str], claims: Mapping[str, str]) -> Answer:
    """Say of one record whether the claims match; the stored values are told to nobody.

    Identity first: when a claimed name or number does not match, the other claims are not answered.

    Raises:
        VerificationError: no such item, or the same item as key and claim.
        DeniedError, PendingError, RefusedError: each with its receipt written.
    """
    items = _known_items(use.standing, key, claims)
    question = Question(Action.VERIFY, tuple(claims), frozenset(), frozenset(key), use.purpose, use.case_number)
    permit, _, fields = await _permit(use, question)
    lookup = compile_lookup(permit, use.standing.resource.table, key, tuple(claims))
    faults.point("verify.decided")
    found = await run_lookup(use.driver, lookup)
    overall, by_item = _compared(items, claims, found.values, is_ambiguous=found.is_ambiguous)
    writer = use.context.writer
    draft_id = uuid7()
    body = orjson.dumps(
        {
            "resource": use.standing.resource.name,
            "version": found.version,
            "result": overall.value,
            "items": {column: result.value for column, result in by_item.items()},
            "receipt": str(draft_id),
        }
    )
    digest = content_digest(body)
    fields |= {
        "items_verified": list(claims),
        "resource_version": str(found.version),
        "subject_digest": writer.digest({"resource": str(use.standing.resource.id), **key}),
        "subjects": 1,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    await writer.write_async(use.driver, ReceiptDraft(ReceiptKind.VERIFY, fields, draft_id, use.context.now()))
    faults.point("verify.receipted")
    return Answer(body, digest, draft_id)


def _known_items(standing: Standing, key: Mapping[str, str], claims: Mapping[str, str]) -> dict[str, Item]:
    """Return the items of the question by column; it must name items that exist, each once."""
    table = standing.resource.table.by_column
    # Unknown and ungranted columns read the same: the decision answers both as outside the grant.
    items = {column: table[column] for column in (*key, *claims) if column in table}
    if set(key) & set(claims):
        raise VerificationError(
            "同一信息项不能既用于定位又用于核验",
            "an item cannot both find the record and be compared",
            next_zh="请从 claims 中去掉用于定位的信息项",
            next_en="leave the key out of the claims",
        )
    return items


def _is_identity(item: Item) -> bool:
    return item.masking in IDENTITY_MASKS or item.check in IDENTITY_CHECKS


def _compared(
    items: Mapping[str, Item], claims: Mapping[str, str], stored: Mapping[str, Any] | None, *, is_ambiguous: bool
) -> tuple[MatchResult, dict[str, MatchResult]]:
    """Return the overall result and, where the identity matches, the result of each claim."""
    if stored is None:
        return (MatchResult.CANNOT_VERIFY if is_ambiguous else MatchResult.NOT_FOUND), {}
    results = {column: compare(items[column], stored[column], claimed) for column, claimed in claims.items()}
    identity = [result for column, result in results.items() if _is_identity(items[column])]
    if MatchResult.MISMATCH in identity:
        return MatchResult.MISMATCH, {}
    if MatchResult.CANNOT_VERIFY in identity:
        return MatchResult.CANNOT_VERIFY, {}
    if all(result is MatchResult.MATCH for result in results.values()):
        return MatchResult.MATCH, results
    if MatchResult.MISMATCH in results.values():
        return MatchResult.MISMATCH, results
    return MatchResult.CANNOT_VERIFY, results
