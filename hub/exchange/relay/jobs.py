"""Questions that wait for a provider to come back (exchange.md 2.8), and calls a dying process left open.

A waiting question is asked again by the hub itself, under the same decision each time, until its grant or a week
ends; its answer is fetched by the system that asked, decided on once more, and then forgotten. Question and answer
are stored encrypted. The sweeps only find what is due; calls run on the server's event loop, so that a provider
that hangs holds up no other sweep.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from connectors.relay import ProviderReply, RelayOutageError
from connectors.relay_answers import RelayAnswerError
from hub.exchange.errors import DeniedError, RefusedError
from hub.exchange.quotas import QuotaExceededError
from hub.exchange.relay import store
from hub.exchange.relay.answering import Opened
from hub.exchange.relay.calling import (
    AWAY,
    BAD_GATEWAY,
    Asked,
    ask_provider,
    close,
    fail,
    give,
    judged,
    open_call,
)
from hub.exchange.relay.errors import RelayJobGoneError, RelayNotFoundError, RelayUnavailableError
from hub.exchange.relay.states import JOB
from hub.exchange.subjects import subject_digest
from hub.identity.facts import MemberKind, Requester
from hub.ledger.drafts import ReceiptKind
from hub.rounds import Sweep
from policies.errors import DomainError

if TYPE_CHECKING:
    from datetime import datetime

    from hub.context import Context
    from hub.database import Database
    from hub.exchange.relay.calling import Away, Desk
    from hub.exchange.relay.store import Job
    from hub.exchange.use import Answer
    from hub.ledger.drafts import Given

LONGEST: Final = timedelta(days=7)
LEASE: Final = timedelta(minutes=2)
FIRST_PAUSE: Final = timedelta(seconds=15)
LONGEST_PAUSE: Final = timedelta(hours=1)
LEFT: Final = timedelta(minutes=5)
BATCH: Final = 20
MOST_WAITING: Final = 200
ID_BYTES: Final = 16
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that waits: where to fetch its answer, and in how many seconds to look."""

    job: uuid.UUID
    retry_after_seconds: int
    expires_at: datetime


def wait(desk: Desk, system: Requester, asked: Asked, away: Away) -> Waiting:
    """Let a question wait for its provider; the receipt of the failed call stands before it.

    Raises:
        RelayUnavailableError: too many of the system's questions wait already.
    """
    now = desk.context.now()
    opened = away.opened
    expires = min(opened.expires_at or now + LONGEST, now + LONGEST)
    job = store.Job(
        id=uuid.uuid4(),
        endpoint_id=opened.endpoint.id,
        entry_id=opened.endpoint.entry_id,
        system_id=system.system_id,
        question=None,
        state=JOB.initial.name,
        created_at=now,
        expires_at=expires,
        next_try_at=now + FIRST_PAUSE,
        tries=0,
        answer=None,
        signature=None,
        answered_at=None,
        reason=None,
    )
    with desk.database.begin() as unit:
        if store.waiting_count(unit, system.system_id) >= MOST_WAITING:
            raise away.error
        store.insert_job(unit, job)
        store.change_job(unit, job.id, question=desk.relay.seal(job.id, _packed(system, asked, opened)))
        desk.context.record(
            unit, ReceiptKind.RELAY, **{**opened.fields, "outcome": "waits", "opened": str(opened.receipt)},
            subject_kind="relay_job", subject_id=str(job.id),
        )  # fmt: skip
    return Waiting(job.id, _seconds(FIRST_PAUSE), expires)


def _seconds(pause: timedelta) -> int:
    return round(pause.total_seconds())


def _packed(system: Requester, asked: Asked, opened: Opened) -> bytes:
    told = {name: str(value) for name, value in asdict(system).items()}
    question = {"items": asked.items, "purpose": asked.purpose, "case_number": asked.case_number}
    return json.dumps({"system": told, "key": dict(opened.key), "name": opened.resource_name, **question}).encode()


def _unpacked(desk: Desk, job: Job) -> tuple[Requester, str, Asked]:
    question = json.loads(desk.relay.unseal(job.id, job.question or b""))
    told = question["system"]
    system = Requester(
        **{
            **told,
            "member_id": uuid.UUID(told["member_id"]),
            "system_id": uuid.UUID(told["system_id"]),
            "member_kind": MemberKind(told["member_kind"]),
            "scope": frozenset(),
            "epoch": 0,
        }
    )
    items = None if question["items"] is None else tuple(question["items"])
    return system, question["name"], Asked(question["key"], None, items, question["purpose"], question["case_number"])


async def fetch_waiting(desk: Desk, system: Requester, name: str, job_id: uuid.UUID) -> Answer | Waiting:
    """Return the answer of a question that waited, decided on anew; or that it still waits.

    Raises:
        RelayNotFoundError: no such question of this system.
        RelayJobGoneError: fetched before, failed, or its time is over.
        DeniedError, PendingError, RefusedError, QuotaExceededError: the grant changed; with its receipt.
    """
    job = await asyncio.to_thread(_job, desk, job_id)
    if job is None or job.system_id != system.system_id:
        raise RelayNotFoundError
    standing = await desk.standing(name, system.system_id)
    if standing.resource.id != job.entry_id:
        raise RelayNotFoundError
    now = desk.context.now()
    if job.state == "waiting" and job.expires_at > now:
        return Waiting(job.id, max(1, _seconds(job.next_try_at - now)), job.expires_at)
    endpoint = await desk.relay.endpoint(job.entry_id)
    if not JOB.allows(job.state, "fetch") or job.answer is None or job.expires_at <= now:
        raise _gone(job)
    if endpoint is None or endpoint.id != job.endpoint_id:
        raise _gone(job)
    _, _, asked = _unpacked(desk, job)
    content = desk.relay.unseal(job.id, job.answer)
    receipt, body = uuid.UUID(bytes=content[:ID_BYTES]), content[ID_BYTES:]
    key = asked.key or {}
    fields: dict[str, Given] = {
        "endpoint": f"{endpoint.id} v{endpoint.version}",
        "subject_digest": subject_digest(desk.context.writer, standing.resource, key),
        "subjects": 1,
    }
    opened = Opened(receipt, name, endpoint, key, asked.items, fields)
    obtained = await judged(desk, opened, standing, ProviderReply(200, body or None, job.signature))
    if job.answered_at is not None:
        obtained = type(obtained)(obtained.records, obtained.signature, job.answered_at)
    async with desk.database.connection() as driver:
        answer = await give(desk, driver, system, asked, (opened, obtained))
    await asyncio.to_thread(_end, desk, job, "fetch", None)
    return answer


def _job(desk: Desk, job_id: uuid.UUID) -> Job | None:
    with desk.database.begin() as unit:
        return store.job(unit, job_id)


def _gone(job: Job) -> RelayJobGoneError:
    return RelayJobGoneError(
        "该次查询已经结束：已取回、失败或已过期",
        "this question has ended: it was fetched, it failed, or its time is over",
        next_zh="请重新查询",
        next_en="ask anew",
        facts={"state": "expired" if job.state in JOB.open_states else job.state, "reason": job.reason},
    )


def _end(desk: Desk, job: Job, act: str, reason: str | None) -> None:
    state = JOB.after(job.state, act)
    with desk.database.begin() as unit:
        store.change_job(unit, job.id, state=state, reason=reason, question=None, answer=None, signature=None)


def run_due(desk: Desk, context: Context, database: Database) -> int:
    """End what is over and start what is due on the server's event loop; returns how many questions it dealt with."""
    now = context.now()
    with database.begin() as unit:
        over = store.expired_jobs(unit, now, BATCH)
        for job in over:
            state = JOB.after(job.state, "expire")
            store.change_job(unit, job.id, state=state, reason="expired", question=None, answer=None, signature=None)
            facts = {"subject_kind": "relay_job", "subject_id": str(job.id), "outcome": "expired"}
            context.record(unit, ReceiptKind.RELAY, system=str(job.system_id), resource=str(job.entry_id), **facts)
        loop = desk.relay.loop
        due = store.lease_jobs(unit, now, now + LEASE, BATCH) if loop is not None else []
    for job in due:
        if loop is not None:
            asyncio.run_coroutine_threadsafe(_try(desk, job), loop)
    return len(over) + len(due)


async def _try(desk: Desk, job: Job) -> None:
    """Ask again for one waiting question; whatever happens is stored with it."""
    try:
        await _ask_again(desk, job)
    except (DeniedError, RefusedError, QuotaExceededError) as error:
        await asyncio.to_thread(_end, desk, job, "expire", str(error.facts.get("code", "denied")))
    except DomainError as error:
        log.warning("relay-job", job=str(job.id), error=type(error).__name__)
        await asyncio.to_thread(_later, desk, job)


async def _ask_again(desk: Desk, job: Job) -> None:
    system, name, asked = _unpacked(desk, job)
    endpoint = await desk.relay.endpoint(job.entry_id)
    if endpoint is None or endpoint.id != job.endpoint_id or not desk.relay.may_ask(system):
        await asyncio.to_thread(_end, desk, job, "expire", "no-standing")
        return
    standing = await desk.standing(name, system.system_id)
    opened = await open_call(desk, system, standing, endpoint, asked, is_charged=False)
    try:
        reply = await ask_provider(desk, opened)
        obtained = await judged(desk, opened, standing, reply)
    except (RelayOutageError, RelayUnavailableError) as error:
        await fail(desk, opened, error, str(error.facts.get("reason")), AWAY)
        await asyncio.to_thread(_later, desk, job)
        return
    except RelayAnswerError as error:
        reason = str(error.facts.get("reason"))
        await fail(desk, opened, error, reason, BAD_GATEWAY)
        await asyncio.to_thread(_end, desk, job, "fail", reason)
        return
    sealed = desk.relay.seal(job.id, opened.receipt.bytes + (reply.body or b""))
    await asyncio.to_thread(_ready, desk, job, sealed, obtained.signature)
    async with desk.database.connection() as driver:
        await close(desk, driver, opened, {"outcome": "held", "rows": len(obtained.records.rows)})


def _ready(desk: Desk, job: Job, sealed: bytes, signature: str | None) -> None:
    now, state = desk.context.now(), JOB.after(job.state, "answer")
    with desk.database.begin() as unit:
        store.change_job(unit, job.id, state=state, answer=sealed, signature=signature, answered_at=now)


def _later(desk: Desk, job: Job) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(job.tries, 10), LONGEST_PAUSE)
    with desk.database.begin() as unit:
        store.change_job(unit, job.id, tries=job.tries + 1, next_try_at=desk.context.now() + pause)


def sweeps_of(desk: Desk) -> tuple[Sweep, ...]:
    """Return what happens by itself with relays, for :mod:`hub.rounds`."""
    return Sweep("relay_jobs", 5.0, partial(run_due, desk)), Sweep("relay_calls", 60.0, close_left)


def close_left(context: Context, database: Database) -> int:
    """Write the last receipt of calls whose process died under them; returns how many."""
    now = context.now()
    done = 0
    with database.begin() as unit:
        for receipt, at, fields in store.take_left_calls(unit, now - LEFT, BATCH):
            if store.has_closing_receipt(unit, receipt, str(fields.get("member")), at, now):
                continue
            context.record(unit, ReceiptKind.RELAY, **{**fields, "opened": str(receipt), "outcome": "interrupted"})
            done += 1
    return done
