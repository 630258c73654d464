"""A granted system queries, and verifies one person or body (Zhengzhou Art. 20; 政务数据共享条例 Art. 22, 25).

The hot path: standing from memory, one decision, one read, the receipt durable, then the first byte. The
receipt names columns and counts and holds digests; no value, no filter, no identity number is in it.

:func:`permitted` is the one door of every way of use (batch, subscription, relay, files too): it decides, charges
the quotas of the grant, and where either says no writes the receipt of the denial and raises. :func:`deliver`
writes the receipt of what is given, together with what it costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

from hub import faults
from hub.exchange import quota_store, quotas
from hub.exchange.comparing import IDENTITY_CHECKS, compared, known_items
from hub.exchange.deciding import Question, ask, refusal_of_use, requester_of, use_fields
from hub.exchange.flags import doubted_items, shown_duties
from hub.exchange.quotas import Charge
from hub.exchange.subjects import subject_digest, subject_of_query
from hub.exchange.watch import Asked
from hub.identity.dpop import binding_wanted
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.rows.compiler import compile_query
from hub.rows.lookup import compile_lookup, run_lookup
from hub.rows.moments import settled_async
from hub.rows.query import Op, columns_used, comparisons
from hub.rows.render import json_rows, page_facts
from hub.rows.store import Reading, fetch_page
from policies.decision import Permit
from policies.facts import Action, Mode, ShareType

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    import psycopg

    from catalogue.item import Item
    from hub.context import Context
    from hub.exchange.quotas import Account, Used
    from hub.exchange.records import Grant
    from hub.exchange.standing import Standing
    from hub.identity.errors import ProofRefusedError
    from hub.identity.facts import Requester
    from hub.ledger.drafts import Given
    from hub.rows.cursors import CursorKey
    from hub.rows.query import Query
    from hub.rows.store import RowPage

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out: the body as sent, its digest, the receipt that is already durable, what is left of quotas."""

    body: bytes
    digest: str
    receipt: uuid.UUID
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    """Whom a use under a grant was about, for the watch; it goes nowhere else."""


@dataclass(frozen=True, slots=True)
class Use:
    """Who uses what for which stated purpose, on one async connection in autocommit."""

    context: Context
    driver: Driver
    system: Requester
    standing: Standing
    purpose: str
    case_number: str | None


@dataclass(frozen=True, slots=True)
class Permitted:
    """A permit, the grant it rests on (None: own data, or unconditional), and the fields its receipts begin with.

    ``left`` is what is left of the grant's quotas after what was charged so far.
    """

    permit: Permit
    grant: Grant | None
    fields: dict[str, Given]
    left: Mapping[str, int] = field(default_factory=dict)


async def permitted(
    use: Use, question: Question, *, mode: Mode, subjects: Sequence[str] = (), rows: int = 0
) -> Permitted:
    """Decide a use and charge one call, ``rows`` and the distinct ``subjects`` to the grant's quotas, durably.

    Args:
        use: who asks, on which connection.
        question: which items, why; its mode is set to ``mode``.
        mode: the way of delivery, which the grant must name.
        subjects: one text for each person or body asked about (its key); only keyed digests are stored.
        rows: rows that will be given, where it is known beforehand (else charge them by :func:`deliver`).

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    found = await decided(use, question, mode)
    account = quotas.account_of(found.grant, use.context.now())
    if account is None:
        return found
    charge = Charge(1, rows, digests_of(use.context, use.standing, account, subjects))
    try:
        used = await quota_store.charge_async(use.driver, account, charge)
    except quota_store.LimitReachedError as error:
        raise await over(use, found.fields, account, error.name) from None
    return replace(found, left=left_of(use.standing, account, used))


async def decided(use: Use, question: Question, mode: Mode) -> Permitted:
    """Return the permit without charging anything: whoever calls this charges by :func:`deliver`.

    Raises:
        DeniedError, PendingError, RefusedError: each with its receipt written.
        QuotaExceededError: a quota is known to be used up already; with its receipt.

    """
    question = replace(question, mode=mode)
    found = at_once(use.context, use.system, use.standing, question)
    if found is not None:
        return found
    decision, grant = ask(use.context, use.standing, requester_of(use.system), question)
    fields = use_fields(use.system, use.standing, question, grant)
    if not isinstance(decision, Permit):
        kind, record, error = refusal_of_use(decision, fields)
        receipt = await use.context.writer.write_async(
            use.driver, use.context.writer.draft(kind, record, at=use.context.now())
        )
        error.facts = {**error.facts, "receipt": str(receipt.id)}
        raise error
    if use.system.must_be_bound and use.system.jkt is None and not _is_unconditional(use.standing, decision):
        raise await _unbound(use, fields)
    fields |= {"decision": "permitted", "policy_version": decision.policy_version}
    account = quotas.account_of(grant, use.context.now())
    if account is not None and use.standing.spent:
        for name in account.limits:
            if (account.grant_id, account.day, name) in use.standing.spent:
                raise await over(use, fields, account, name)
    return Permitted(decision, grant, fields)


def at_once(context: Context, system: Requester, standing: Standing, question: Question) -> Permitted | None:
    """Return the permit of a question whose mode is set; None where anything stands in the way. No I/O.

    Who gets None asks :func:`decided`, which writes the receipt of what stands in the way.
    """
    decision, grant = ask(context, standing, requester_of(system), question)
    if not isinstance(decision, Permit):
        return None
    if system.must_be_bound and system.jkt is None and not _is_unconditional(standing, decision):
        return None
    account = quotas.account_of(grant, context.now())
    if account is not None and any((account.grant_id, account.day, one) in standing.spent for one in account.limits):
        return None
    fields = use_fields(system, standing, question, grant)
    return Permitted(decision, grant, fields | {"decision": "permitted", "policy_version": decision.policy_version})


def _is_unconditional(standing: Standing, permit: Permit) -> bool:
    """Whether all a permit touches is shared without conditions (政务数据共享条例 Art. 14)."""
    by_column = standing.resource.facts.by_column
    touched = {*permit.columns, *permit.queryable, *permit.matchable}
    return all(by_column[column].share_type is ShareType.UNCONDITIONAL for column in touched)


async def _unbound(use: Use, fields: Mapping[str, Given]) -> ProofRefusedError:
    """Return the refusal of a bearer token for conditional data (RFC 9449), its receipt written."""
    error = binding_wanted()
    writer = use.context.writer
    record = {**fields, "decision": "denied", "reason_code": error.reason}
    receipt = await writer.write_async(use.driver, writer.draft(ReceiptKind.DENIAL, record, at=use.context.now()))
    error.facts = {**error.facts, "receipt": str(receipt.id)}
    return error


async def deliver(
    use: Use, found: Permitted, draft: ReceiptDraft, charge: Charge, subjects: Sequence[str] = ()
) -> Permitted:
    """Write the receipt of what is given together with what it costs; durable when this returns.

    ``charge`` counts calls and rows; ``subjects`` as in :func:`permitted`. Returns what is left.

    Raises:
        QuotaExceededError: it would be too much: nothing may be given; the denial's receipt is written instead.
        ReceiptWriteError: it could not be stored: do not answer.

    """
    writer = use.context.writer
    account = quotas.account_of(found.grant, use.context.now())
    if account is None:
        await writer.write_async(use.driver, draft)
        return found
    charge = replace(charge, subjects=digests_of(use.context, use.standing, account, subjects))
    try:
        used = await quota_store.charge_with_receipt(use.driver, writer, draft, account, charge)
    except quota_store.LimitReachedError as error:
        raise await over(use, found.fields, account, error.name) from None
    return replace(found, left=left_of(use.standing, account, used))


def digests_of(context: Context, standing: Standing, account: Account, subjects: Sequence[str]) -> tuple[bytes, ...]:
    """Return the keyed digests of subjects where the account counts them."""
    if "subjects" not in account.limits:
        return ()
    return quotas.digests(context.writer.secret, standing.resource.id, subjects)


def left_of(standing: Standing, account: Account, used: Used) -> dict[str, int]:
    """Return what is left of an account's quotas, and remember that of calls nothing is."""
    left = quotas.left(account.limits, used)
    if left.get("calls") == 0:
        standing.spent.add((account.grant_id, account.day, "calls"))
    return left


async def over(use: Use, fields: Mapping[str, Given], account: Account, name: str) -> quotas.QuotaExceededError:
    """Return the answer of an exceeded quota, its receipt written."""
    writer, now = use.context.writer, use.context.now()
    used = await quota_store.used_async(use.driver, account.grant_id, account.day)
    error = quotas.exceeded(account, name, used, now)
    if error.facts["left"] == 0 and name != "subjects":  # who asks about the same subjects again costs nothing
        use.standing.spent.add((account.grant_id, account.day, name))
    record = {**fields, "decision": "denied", "reason_code": f"quota-{name}", "article": "政务数据共享条例 Art.25, 27"}
    receipt = await writer.write_async(use.driver, writer.draft(ReceiptKind.DENIAL, record, at=now))
    error.facts = {**error.facts, "receipt": str(receipt.id)}
    return error


def quota_headers(use: Use, found: Permitted) -> dict[str, str]:
    """Return the header fields that say what is left; none where the grant has no quota."""
    account = quotas.account_of(found.grant, use.context.now())
    return quotas.fields(account.limits, found.left, use.context.now()) if account is not None else {}


async def query(use: Use, asked: Query, cursor_key: CursorKey) -> Answer:
    """Answer one page of a query; the receipt commits before this returns.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        QueryError: the query is not right; nothing was read.
    """
    asked = await settled_async(use.driver, asked)
    queried, matched = columns_used(asked)
    question = Question(Action.READ, asked.items, queried, matched, use.purpose, use.case_number)
    found = await decided(use, question, Mode.QUERY)
    permit = found.permit
    compiled = compile_query(asked, permit, use.standing.resource.table, cursor_key)
    faults.point("query.decided")
    page = await fetch_page(use.driver, compiled, Reading(cursor_key, flags=use.standing.resource.flags))
    writer = use.context.writer
    draft_id = uuid7()
    body = orjson.dumps(query_body(use.standing, page, permit, draft_id))
    digest = content_digest(body)
    shown = [column.item.column for column in page.columns]
    masked = [column.item.column for column in page.columns if column.is_masked]
    fields = found.fields | {
        "items_returned": [name for name in shown if name not in masked],
        "items_masked": masked,
        "items_dropped": [line.column for line in permit.left_out],
        "resource_version": str(page.version),
        "filter_digest": writer.digest({"where": repr(asked.where), "as_of": str(asked.as_of)}),
        "subject_digest": subject_of_query(writer, use.standing.resource, asked),
        "rows": page.returned,
        "withheld": len(permit.left_out) + permit.unlisted,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.QUERY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(1, page.returned), _subjects_of(use, found, page))
    faults.point("query.receipted")
    asked_about = _noted_query(use, found, asked, is_found=page.returned > 0)
    return Answer(body, digest, draft_id, quota_headers(use, found), asked_about)


def _subjects_of(use: Use, found: Permitted, page: RowPage) -> list[str]:
    """Return one text for each subject on a page: its key where shown in full, else the row as it is shown.

    Masked and partial rows may count one subject more than once, never less.
    """
    if found.grant is None or found.grant.quota_subjects is None:
        return []
    shown = {column.item.column: place for place, column in enumerate(page.columns) if not column.is_masked}
    key = use.standing.resource.table.key
    places = [shown[name] for name in key] if key and shown.keys() >= set(key) else range(len(page.columns))
    return [repr([row[place] for place in places]) for row in page.rows]


def query_body(standing: Standing, page: RowPage, permit: Permit, receipt: uuid.UUID) -> dict[str, object]:
    """Return the answer: nothing of it is silent (total, returned, next, withheld, unlisted, version)."""
    return {
        "resource": standing.resource.name,
        **page_facts(page),
        "obligations": shown_duties(permit, is_flagged=bool(page.flags)),
        "receipt": str(receipt),
        "rows": orjson.Fragment(json_rows(page.columns, page.rows)),
    }


async def verify(use: Use, key: Mapping[str, str], claims: Mapping[str, str]) -> Answer:
    """Say of one record whether the claims match; the stored values are told to nobody.

    Raises:
        VerificationError: the same item as key and claim.
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
    """
    items = known_items(use.standing, key, claims)
    question = Question(Action.VERIFY, tuple(claims), frozenset(), frozenset(key), use.purpose, use.case_number)
    found = await decided(use, question, Mode.VERIFY)
    lookup = compile_lookup(found.permit, use.standing.resource.table, key, tuple(claims))
    faults.point("verify.decided")
    record = await run_lookup(use.driver, lookup)
    overall, by_item = compared(items, claims, record.values, is_ambiguous=record.is_ambiguous)
    writer = use.context.writer
    draft_id = uuid7()
    body = orjson.dumps(
        {
            "resource": use.standing.resource.name,
            "version": record.version,
            "result": overall.value,
            "items": {column: result.value for column, result in by_item.items()},
            "under_verification": await doubted_items(use.driver, use.standing.resource, key, by_item),
            "receipt": str(draft_id),
        }
    )
    digest = content_digest(body)
    fields = found.fields | {
        "items_verified": list(claims),
        "resource_version": str(record.version),
        "subject_digest": subject_digest(writer, use.standing.resource, key),
        "subjects": 1,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.VERIFY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(), [repr(sorted(key.items()))])
    faults.point("verify.receipted")
    asked = noted(use, found, items, key, is_found=record.values is not None)
    return Answer(body, digest, draft_id, quota_headers(use, found), asked)


def noted(
    use: Use, found: Permitted, items: Mapping[str, Item], key: Mapping[str, str], *, is_found: bool
) -> tuple[Asked, ...]:
    """Return whom a question was about, for the watch; nobody without a grant."""
    if found.grant is None:
        return ()
    number = next((key[name] for name in key if name in items and items[name].check in IDENTITY_CHECKS), None)
    honey = use.standing.honey
    is_honey = bool(honey) and number is not None and honey_digest(use.context, use.standing, number) in honey
    return (Asked(found.grant.id, use.case_number, repr(sorted(key.items())), number, is_found, is_honey),)


def _noted_query(use: Use, found: Permitted, asked: Query, *, is_found: bool) -> tuple[Asked, ...]:
    """Return whom a query names by number, for the watch: one for each, in a list of numbers too.

    Which numbers of several were found is not known: only one that every row must have counts as missed.
    """
    items = use.standing.resource.table.by_column
    named: list[Asked] = []
    for node, is_match in comparisons(asked.where):
        if node.op in {Op.EQ, Op.IN} and node.item in items and items[node.item].check in IDENTITY_CHECKS:
            values = node.value if isinstance(node.value, tuple | list) else (node.value,)
            for value in values:
                named += noted(use, found, items, {node.item: str(value)}, is_found=is_found or not is_match)
    return tuple(named)


def honey_digest(context: Context, standing: Standing, number: str) -> bytes:
    """Return the keyed digest an invented identity of a resource is known by."""
    return quotas.digests(context.writer.secret, standing.resource.id, [f"honey:{number}"])[0]
