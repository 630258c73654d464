"""One relayed question: decide, record, call, judge the answer, decide again, record, answer (exchange.md 2.6, 2.8).

No database connection is held while a provider takes its time. The first receipt is durable before the call, the
last before the first byte; what a provider did wrong has a receipt too. The grant is looked at again when the
answer is there: one suspended meanwhile gives nothing. When the provider is away, its stored copy may stand in
where the endpoint allows one of that age, or the question waits; otherwise it is told how long to wait.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from connectors.relay import RelayOutageError
from connectors.relay_answers import RelayAnswerError
from connectors.relay_paths import RelayPathError, checked_value
from hub.exchange.deciding import Question, use_fields
from hub.exchange.relay import store
from hub.exchange.relay.answering import Obtained, Opened, answer_provider, answer_stored
from hub.exchange.relay.assertion import check_signature
from hub.exchange.relay.breaker import unavailable
from hub.exchange.relay.errors import RelayKeyError, RelayNotFoundError, RelayUnavailableError
from hub.exchange.relay.projecting import columns_of, read_records
from hub.exchange.subjects import subject_digest
from hub.exchange.use import Use, decided, noted, permitted
from hub.ledger.drafts import ReceiptKind
from hub.rows.errors import OperandError
from hub.rows.operands import operand
from policies.errors import DomainError
from policies.facts import Action, Mode

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from connectors.relay import ProviderReply
    from hub.context import Context
    from hub.database import Database
    from hub.exchange.relay.service import Relay
    from hub.exchange.relay.store import Endpoint
    from hub.exchange.standing import ResourceCache, Standing
    from hub.exchange.use import Answer, Driver
    from hub.identity.facts import Requester
    from hub.ledger.drafts import Given
    from hub.rows.cursors import CursorKey

RETRY_SECONDS: Final = 30
BAD_GATEWAY: Final = 502
AWAY: Final = 503


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts a call needs."""

    context: Context
    database: Database
    cache: ResourceCache
    relay: Relay
    cursor_key: CursorKey

    async def standing(self, name: str, system_id: uuid.UUID) -> Standing:
        """Return what a system may meet at a resource now (raises :class:`EntryNotFoundError`, ``NotFreshError``)."""
        known = self.cache.known(name, system_id)
        return known if known is not None else await asyncio.to_thread(self.cache.load, name, system_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a system asks: the key by column, or the path that holds it; items (None: all granted); why."""

    key: Mapping[str, str] | None = field(repr=False)
    path: str | None = field(repr=False)
    items: tuple[str, ...] | None
    purpose: str
    case_number: str | None


@dataclass(frozen=True, slots=True)
class Away:
    """The provider is away and no stored copy may stand in; the failed call has its receipt."""

    opened: Opened
    error: RelayUnavailableError


async def relayed(desk: Desk, system: Requester, name: str, asked: Asked) -> Answer | Away:
    """Ask the provider's API for a granted system.

    Raises:
        EntryNotFoundError, RelayNotFoundError: no such resource, or it has no relay.
        RelayKeyError, RelayPathError: the question does not fit; the attempt has its receipt.
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        RelayAnswerError: the provider answered otherwise than agreed; with its receipt.
    """
    standing = await desk.standing(name, system.system_id)
    endpoint = await desk.relay.endpoint(standing.resource.id)
    if endpoint is None:
        raise RelayNotFoundError
    opened = await open_call(desk, system, standing, endpoint, asked)
    try:
        reply = await ask_provider(desk, opened)
        obtained = await judged(desk, opened, standing, reply)
    except (RelayOutageError, RelayUnavailableError) as error:
        return await _away(desk, system, asked, opened, error)
    except RelayAnswerError as error:
        await fail(desk, opened, error, str(error.facts.get("reason")), BAD_GATEWAY)
        raise
    async with desk.database.connection() as driver:
        try:
            return await give(desk, driver, system, asked, (opened, obtained))
        except DomainError:
            await close(desk, driver, opened, {"outcome": "not_delivered", "decision": "denied"})
            raise


def question_of(key: Mapping[str, str], asked: Asked) -> Question:
    """Return the question for the decision: a read, found by equality with the key."""
    return Question(Action.READ, asked.items, frozenset(), frozenset(key), asked.purpose, asked.case_number)


async def give(desk: Desk, driver: Driver, system: Requester, asked: Asked, found: tuple[Opened, Obtained]) -> Answer:
    """Decide again and answer with what the provider gave; the last receipt is durable.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: the grant changed; with its receipt.
        RelayUnavailableError: the endpoint was suspended or replaced meanwhile.
        UnknownItemError, RowFilterError: nothing may be given.
    """
    opened, obtained = found
    standing = await desk.standing(opened.resource_name, system.system_id)
    current = await desk.relay.endpoint(standing.resource.id)
    if current is None or current.id != opened.endpoint.id or current.state != "active":
        raise unavailable("suspended", RETRY_SECONDS)
    use = Use(desk.context, driver, system, standing, asked.purpose, asked.case_number)
    permit = await decided(use, question_of(opened.key, asked), Mode.RELAY)
    answer = await answer_provider(use, permit, desk.relay, opened, obtained)
    await store.close_call(driver, opened.receipt)
    items = standing.resource.table.by_column
    return replace(answer, asked=noted(use, permit, items, opened.key, is_found=bool(obtained.records.rows)))


async def open_call(
    desk: Desk, system: Requester, standing: Standing, endpoint: Endpoint, asked: Asked, *, is_charged: bool = True
) -> Opened:
    """Judge the key, decide, and write the receipt that opens the call; charged once a question.

    Raises:
        RelayKeyError, RelayPathError, DeniedError, PendingError, RefusedError, QuotaExceededError: with its receipt.
        UnknownItemError: none of the items asked for is given by grant and endpoint.
    """
    async with desk.database.connection() as driver:
        use = Use(desk.context, driver, system, standing, asked.purpose, asked.case_number)
        try:
            key = key_of(endpoint, standing, asked)
        except (RelayPathError, RelayKeyError) as error:
            await _record_bad_key(use, asked, error)
            raise
        question = question_of(key, asked)
        if is_charged:
            found = await permitted(use, question, mode=Mode.RELAY, subjects=[repr(sorted(key.items()))])
        else:
            found = await decided(use, question, Mode.RELAY)
        columns = columns_of(found.permit, asked.items, endpoint.definition, standing.resource.table.by_column)
        given = tuple(column.item.column for column in columns)
        writer = desk.context.writer
        fields: dict[str, Given] = {
            **found.fields,
            "endpoint": f"{endpoint.id} v{endpoint.version}",
            "subject_digest": subject_digest(writer, standing.resource, key),
            "subjects": 1,
        }
        draft = writer.draft(ReceiptKind.RELAY, {**fields, "outcome": "opened"}, at=desk.context.now())
        async with driver.transaction():
            await writer.write_async(driver, draft)
            await store.open_call(driver, draft.id, draft.at, fields)
    name, ends = standing.resource.name, found.permit.expires_at
    return Opened(draft.id, name, endpoint, key, asked.items, fields, ends, given)


def key_of(endpoint: Endpoint, standing: Standing, asked: Asked) -> dict[str, str]:
    """Return the key, each value judged: by its item's type, and as a text that may stand in a URL.

    Raises:
        RelayPathError: a value or the path may not go into a URL.
        RelayKeyError: other columns than the endpoint's parameters, or a value of another type.
    """
    definition = endpoint.definition
    given = definition.template.read(asked.path) if asked.path is not None else dict(asked.key or {})
    if set(given) != set(definition.parameters):
        raise _bad_key("；".join(definition.parameters))
    for column, value in given.items():
        item = standing.resource.table.by_column.get(column)
        checked_value(value)
        try:
            if item is None or (item.length is not None and len(value) > item.length):
                raise _bad_key(column)
            operand(item, value, "key")
        except OperandError:
            raise _bad_key(column) from None
    return {column: given[column] for column in definition.parameters}


def _bad_key(columns: str) -> RelayKeyError:
    return RelayKeyError(
        f"查询值与该接口的参数不符，应给出：{columns}",
        f"the key does not fit the endpoint's parameters: {columns}",
        next_zh="请按目录中该接口的参数，在 key 中逐项给出",
        next_en="give each parameter of the endpoint in `key`, as its item's type",
    )


async def _record_bad_key(use: Use, asked: Asked, error: DomainError) -> None:
    """Write the receipt of an attempt that was stopped before it was decided on."""
    code = "relay-path" if isinstance(error, RelayPathError) else "relay-key"
    record = use_fields(use.system, use.standing, question_of({}, asked), None)
    record |= {"decision": "denied", "reason_code": code, "mode": Mode.RELAY.value}
    writer = use.context.writer
    receipt = await writer.write_async(use.driver, writer.draft(ReceiptKind.DENIAL, record, at=use.context.now()))
    error.facts = {**error.facts, "receipt": str(receipt.id)}


async def ask_provider(desk: Desk, opened: Opened) -> ProviderReply:
    """Call the provider.

    Raises:
        RelayUnavailableError: the endpoint is suspended, resting or busy.
        RelayOutageError, RelayAnswerError: as :meth:`Relay.ask`.
    """
    relay, endpoint = desk.relay, opened.endpoint
    if endpoint.state != "active":
        raise unavailable("suspended", RETRY_SECONDS)
    use = {**opened.fields, "receipt": str(opened.receipt)}
    return await relay.ask(endpoint, relay.request(endpoint, opened.key, use, opened.given, desk.context.now()))


async def judged(desk: Desk, opened: Opened, standing: Standing, reply: ProviderReply) -> Obtained:
    """Return what a reply holds: the signature checked, the rows read (raises :class:`RelayAnswerError`)."""
    definition, items, body = opened.endpoint.definition, standing.resource.table.by_column, reply.body
    signature = None
    if definition.signer is not None and body is not None:
        signature = check_signature(definition.signer, reply.signature, body)
    records = await desk.relay.work(len(body or b""), lambda: read_records(body, definition, items, opened.key))
    return Obtained(records, signature, desk.context.now())


async def _away(
    desk: Desk, system: Requester, asked: Asked, opened: Opened, error: RelayOutageError | RelayUnavailableError
) -> Answer | Away:
    """Record the failure; answer from the stored copy where that is allowed."""
    breaker = desk.relay.gate(opened.endpoint.id).breaker
    reason = str(error.facts.get("reason"))
    if isinstance(error, RelayOutageError):
        error = unavailable(reason, breaker.remaining() or RETRY_SECONDS)
    await fail(desk, opened, error, reason, AWAY)
    if opened.endpoint.definition.max_stale_seconds is not None:
        standing = await desk.standing(opened.resource_name, system.system_id)
        async with desk.database.connection() as driver:
            use = Use(desk.context, driver, system, standing, asked.purpose, asked.case_number)
            found = await decided(use, question_of(opened.key, asked), Mode.RELAY)
            stored = await answer_stored(use, found, opened, desk.cursor_key)
        if stored is not None:
            return stored
    return Away(opened, error)


async def fail(desk: Desk, opened: Opened, error: DomainError, reason: str, status: int) -> None:
    """Write the receipt of a call that gave nothing; the error then names it."""
    async with desk.database.connection() as driver:
        receipt = await close(
            desk, driver, opened, {"outcome": "failed", "reason_code": reason, "status": status, "rows": 0}
        )
    error.facts = {**error.facts, "receipt": receipt}


async def close(desk: Desk, driver: Driver, opened: Opened, more: Mapping[str, Given]) -> str:
    """Write the last receipt of a call that gives nothing now; returns its id."""
    writer = desk.context.writer
    fields = {**opened.fields, **more, "opened": str(opened.receipt)}
    receipt = await writer.write_async(driver, writer.draft(ReceiptKind.RELAY, fields, at=desk.context.now()))
    await store.close_call(driver, opened.receipt)
    return str(receipt.id)
