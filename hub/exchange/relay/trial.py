"""A trial call of an endpoint with a synthetic record, to see that the API answers as was registered.

The provider's own staff start it, also before approval. The answer tells status, counts and which items came with
the right type, never a value. An identity number must be one that nobody can have (an unassigned division code).
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue.divisions import was_ever_valid
from connectors.relay import RelayOutageError
from connectors.relay_answers import RelayAnswerError
from connectors.relay_paths import checked_value
from hub.directory.facts import load_resource
from hub.exchange.relay.assertion import check_signature
from hub.exchange.relay.endpoints import Office, find
from hub.exchange.relay.errors import RelayKeyError, RelayNotFoundError, RelayUnavailableError
from hub.exchange.relay.projecting import read_records
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item
    from hub.context import Context
    from hub.database import Database
    from hub.exchange.relay.service import Relay
    from hub.exchange.relay.store import Endpoint
    from hub.identity.facts import StaffRequester
    from hub.ledger.drafts import Given

PURPOSE: Final = "接口联调"


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went: ``outcome`` is good, away or wrong; ``items`` are those that came with a value in some row."""

    outcome: str
    reason: str | None
    message: str
    message_en: str
    status: int | None
    rows: int
    items: tuple[str, ...]
    undeclared: int
    receipt: uuid.UUID


async def try_endpoint(
    context: Context,
    database: Database,
    relay: Relay,
    staff: StaffRequester,
    asked: tuple[uuid.UUID, Mapping[str, str]],
) -> Trial:
    """Call an endpoint once with a synthetic key; the receipt of the trial is durable before anything is told.

    Raises:
        RelayNotFoundError: no endpoint of the person's organ.
        RelayKeyError, RelayPathError: the key does not fit, or could be a real person's.
    """
    endpoint_id, key = asked
    endpoint, items = await asyncio.to_thread(_load, context, database, relay, staff, endpoint_id)
    _check_synthetic(endpoint, items, key)
    receipt = uuid7()
    fields: dict[str, Given] = {
        "member": str(staff.member.id),
        "system": str(staff.member.id),
        "end_user": str(staff.staff.id),
        "provider": str(endpoint.member_id),
        "resource": str(endpoint.entry_id),
        "endpoint": f"{endpoint.id} v{endpoint.version}",
        "purpose": PURPOSE,
        "action": "relay.trial",
    }
    trial = await _called(context, relay, endpoint, items, key, {**fields, "receipt": str(receipt)})
    fields |= {"outcome": trial.outcome, "reason_code": trial.reason, "status": trial.status, "rows": trial.rows}
    draft = ReceiptDraft(ReceiptKind.RELAY, {**fields, "fields_dropped": trial.undeclared}, receipt, context.now())
    await asyncio.to_thread(_write, context, database, draft)
    return replace(trial, receipt=receipt)


def _load(
    context: Context, database: Database, relay: Relay, staff: StaffRequester, endpoint_id: uuid.UUID
) -> tuple[Endpoint, dict[str, Item]]:
    with database.begin() as unit:
        endpoint = find(Office(context, unit, relay, staff), endpoint_id)
        if endpoint.member_id != staff.member.id:
            raise RelayNotFoundError
        resource = load_resource(context, unit, endpoint.entry_id)
    return endpoint, dict(resource.table.by_column)


def _write(context: Context, database: Database, draft: ReceiptDraft) -> None:
    with database.begin() as unit:
        context.writer.write(unit, draft)


def _check_synthetic(endpoint: Endpoint, items: Mapping[str, Item], key: Mapping[str, str]) -> None:
    if set(key) != set(endpoint.definition.parameters):
        raise RelayKeyError(
            f"应给出参数：{'、'.join(endpoint.definition.parameters)}",
            f"give the parameters {', '.join(endpoint.definition.parameters)}",
            next_zh="请按登记的参数给出一条虚构记录的查询值",
            next_en="give the key of a synthetic record",
        )
    for column, value in key.items():
        checked_value(value)
        if items[column].check == "citizen_id" and was_ever_valid(value[:6]):
            raise RelayKeyError(
                "联调只用虚构的身份号码：前六位应为从未启用的行政区划代码，如 990000",
                "a trial uses an identity number nobody can have: its first six digits are no division code, as 990000",
                next_zh="请在测试环境准备一条虚构记录",
                next_en="prepare a synthetic record in your API",
            )


async def _called(
    context: Context, relay: Relay, endpoint: Endpoint, items: Mapping[str, Item], key: Mapping[str, str],
    use: Mapping[str, Given],
) -> Trial:  # fmt: skip
    definition = endpoint.definition
    status = None
    try:
        request = relay.request(endpoint, key, use, tuple(definition.fields), context.now())
        reply = await relay.ask(endpoint, request)
        status = reply.status
        if definition.signer is not None and reply.body is not None:
            check_signature(definition.signer, reply.signature, reply.body)
        records = await relay.work(len(reply.body or b""), lambda: read_records(reply.body, definition, items, key))
    except (RelayOutageError, RelayUnavailableError, RelayAnswerError) as error:
        outcome = "wrong" if isinstance(error, RelayAnswerError) else "away"
        return Trial(outcome, str(error.facts.get("reason")), error.zh, error.en, status, 0, (), 0, uuid.UUID(int=0))
    seen = tuple(name for name in definition.fields if any(row.get(name) is not None for row in records.rows))
    zh, en = "接口按登记的结构返回", "the API answers as registered"
    return Trial("good", None, zh, en, status, len(records.rows), seen, records.undeclared, uuid.UUID(int=0))
