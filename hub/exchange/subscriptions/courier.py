"""One worker at one queue: event by event, in order, each with its receipts, until nothing is due any more.

Before the first attempt at an event a receipt says that it goes out; a second one says what became of it. The outcome
of one event and the opening of the next are one transaction, so a delivered event costs one commit. What fails waits
and is tried again with the same id, body and receipt; no later event passes it. Nothing is sent without a permit.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from hub.exchange.subscriptions import alarms, events, signing, store, targets
from hub.exchange.subscriptions.errors import LeaseLostError
from hub.exchange.subscriptions.records import Loss, LossKind, Webhook, WebhookStatus
from hub.exchange.subscriptions.standing import Go, Hold, Stop
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import content_digest
from hub.notices import store as notices
from hub.rows import outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import httpx2

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.exchange.subscriptions.records import Claim, Pending
    from hub.exchange.subscriptions.rules import WebhookRules
    from hub.exchange.subscriptions.standing import Doorkeeper
    from hub.exchange.subscriptions.targets import Attempt
    from hub.ledger.drafts import Given

BATCH = 50
MINUTE = 60.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Courier:
    """What delivering needs; one object serves all workers. ``observe`` is told the outcome of each attempt."""

    context: Context
    database: Database
    doorkeeper: Doorkeeper
    client: httpx2.Client
    rules: WebhookRules
    master: bytes
    public_url: str
    observe: Callable[[str], None] = lambda _outcome: None

    def work(self, claimed: Claim, is_stopping: Callable[[], bool]) -> None:
        """Deliver what is due of a claimed queue and give it back; never raises."""
        try:
            _Run(self, claimed, is_stopping).go()
        except LeaseLostError:
            log.info("webhook-lease-lost", webhook=str(claimed.webhook.id))
        except Exception:
            # The lease ends by itself, and another worker goes on from what is stored.
            log.exception("webhook-worker-failed", webhook=str(claimed.webhook.id))


class _Run:
    """One worker's time with one queue. ``claimed`` is what the database holds of it after each step."""

    def __init__(self, courier: Courier, claimed: Claim, is_stopping: Callable[[], bool]) -> None:
        self.courier = courier
        self.claimed = claimed
        self.is_stopping = is_stopping
        self.ends = time.monotonic() + courier.rules.run_seconds
        self.left = courier.rules.run_events
        self.opened: int | None = None

    @property
    def hook(self) -> Webhook:
        """The webhook as stored last."""
        return self.claimed.webhook

    @property
    def now(self) -> datetime:
        """The time of the hub."""
        return self.courier.context.now()

    def go(self) -> None:
        """Deliver until nothing is due, something is in the way, or the time with this queue is over."""
        goes_on = True
        while goes_on:
            with self.courier.database.begin() as unit:
                # The head before the events: what comes between the two is then found, never skipped.
                head = outbox.head(unit, self.hook.entry_id)
                waiting = store.pending(unit, self.claimed, BATCH)
                if not waiting:
                    self._keep(unit, done=max(self.hook.done, head), **self._free())
                    return
            for place, event in enumerate(waiting):
                goes_on = self._deal_with(event, waiting[place + 1] if place + 1 < len(waiting) else None)
                if not goes_on:
                    return

    def _deal_with(self, event: Pending, following: Pending | None) -> bool:
        """Make one attempt at an event and store what came of it; False ends the time with this queue."""
        verdict = self.courier.doorkeeper.ask(self.claimed.subscription)
        match verdict:
            case Hold():
                with self.courier.database.begin() as unit:
                    self._keep(unit, last_outcome=verdict.reason, **self._free(self.courier.rules.hold_seconds))
                return False
            case Stop():
                self._drop(verdict.fields, verdict.reason)
                return False
            case Go():
                return self._attempt(event, following, verdict)

    def _attempt(self, event: Pending, following: Pending | None, go: Go) -> bool:
        if self.opened != event.number:  # else the transaction of the event before has opened this one
            with self.courier.database.begin() as unit:
                self._open(unit, event, go)
        self.opened = None
        made = targets.post(self.courier.client, self._message(event))
        self.courier.observe(made.outcome)
        self.left -= 1
        if made.is_delivered:
            return self._delivered(event, following, made, go)
        if made.is_gone:
            self._disable(go.fields)
            return False
        self._failed(event, made, go)
        return False

    def _message(self, event: Pending) -> targets.Message:
        courier, now = self.courier, self.now
        body = events.body_of(courier.public_url, self.claimed.subscription, event)
        at = int(now.timestamp())
        secrets = signing.signing_secrets(courier.master, self.hook, now)
        headers = {
            "Webhook-Id": str(event.id),
            "Webhook-Timestamp": str(at),
            "Webhook-Signature": signing.signature(secrets, str(event.id), at, body),
            "Webhook-Attempt": str(self.hook.attempts),
            "Origin": events.origin(courier.public_url),
        }
        return targets.Message(self.hook.url, str(event.id), body, headers)

    def _open(self, unit: Unit, event: Pending, go: Go) -> None:
        """Count one more attempt at an event; before the first its receipt is written."""
        values: dict[str, object] = {"leased_until": self._lease_end(), "attempts": self.hook.attempts + 1}
        if self.hook.opened is None:
            body = events.body_of(self.courier.public_url, self.claimed.subscription, event)
            receipt = self._record(
                unit, go.fields, event=str(event.id), request_digest=content_digest(body), outcome="opened"
            )
            values |= {"opened": receipt, "tried_since": self.now}
        self._keep(unit, **values)

    def _delivered(self, event: Pending, following: Pending | None, made: Attempt, go: Go) -> bool:
        """Store a delivery; where the next event may follow at once, its opening is in the same transaction."""
        rate = self.hook.allowed_rate
        is_over = self.left <= 0 or time.monotonic() >= self.ends or self.is_stopping()
        next_go = None
        if following is not None and rate is None and not is_over:
            verdict = self.courier.doorkeeper.ask(self.claimed.subscription)
            next_go = verdict if isinstance(verdict, Go) else None
        with self.courier.database.begin() as unit:
            self._close(unit, go, made, outcome="delivered", event=str(event.id))
            self._keep(unit, **self._past(event.number, made), delivered=self.hook.delivered + 1)
            if following is not None and next_go is not None:
                self._open(unit, following, next_go)
                self.opened = following.number
            elif following is not None or rate is not None or is_over:
                self._keep(unit, **self._free(MINUTE / rate if rate is not None else 0.0))
                return False
        return True

    def _failed(self, event: Pending, made: Attempt, go: Go) -> None:
        """Store a failure: tried again later, or given up after days together with all that is as old."""
        now, rules = self.now, self.courier.rules
        since = self.hook.tried_since or now
        with self.courier.database.begin() as unit:
            if now - since < rules.give_up:
                due = rules.next_attempt(now, self.hook.attempts, made.retry_after)
                self._keep(unit, **{**self._free(), "due_at": due}, **self._seen(made))
                return
            first, last, count = store.count_pending(unit, self.claimed, until=max(event.at, now - rules.give_up))
            attempts = self.hook.attempts
            receipt = self._close(unit, go, made, outcome="dead", event=str(event.id), events=count)
            self._lose(unit, LossKind.DEAD, (first, last, count), made.outcome, receipt)
            # The next one is not tried at once: the target has refused everything for days.
            due = rules.next_attempt(now, attempts, made.retry_after)
            self._keep(unit, **self._past(last, made), **{**self._free(), "due_at": due})
            notices.send(unit, alarms.dead(self.claimed, (first, last, count), made.outcome), now)
        log.warning("webhook-dead-letter", webhook=str(self.hook.id), events=count, reason=made.outcome)

    def _drop(self, fields: dict[str, Given], why: str, **changes: object) -> None:
        """Leave out everything that waits, and say so: receipt and loss name the range and the reason."""
        with self.courier.database.begin() as unit:
            head = outbox.head(unit, self.hook.entry_id)
            first, last, count = store.count_pending(unit, self.claimed)
            if count:
                receipt = self._record(
                    unit, fields, outcome="dropped", reason_code=why, events=count, opened=self._opened_text()
                )
                self._lose(unit, LossKind.DROPPED, (first, last, count), why, receipt)
            past = {"done": max(head, last, self.hook.done), "attempts": 0, "opened": None, "tried_since": None}
            self._keep(unit, **past, last_outcome="dropped", last_at=self.now, **self._free(), **changes)
        self.courier.observe("dropped")

    def _disable(self, fields: dict[str, Given]) -> None:
        """End a webhook whose target says that it is gone: nothing is sent there any more."""
        self._drop(fields, "gone", status=WebhookStatus.DISABLED.value, reason="gone")
        with self.courier.database.begin() as unit:
            notices.send(unit, alarms.gone(self.claimed), self.now)

    def _lose(self, unit: Unit, kind: LossKind, span: tuple[int, int, int], reason: str, receipt: uuid.UUID) -> None:
        first, last, count = span
        attempts = self.hook.attempts
        store.add_loss(
            unit, Loss(uuid.uuid4(), self.hook.id, kind, first, last, count, attempts, reason, self.now, receipt)
        )

    def _close(self, unit: Unit, go: Go, made: Attempt, **more: Given) -> uuid.UUID:
        """Write the receipt of how an opened event ended."""
        return self._record(
            unit,
            go.fields,
            **more,
            opened=self._opened_text(),
            attempts=self.hook.attempts,
            status=made.status,
            reason_code=made.outcome,
        )

    def _record(self, unit: Unit, fields: dict[str, Given], **more: Given) -> uuid.UUID:
        written = {**fields, "webhook": str(self.hook.id), **more}
        return self.courier.context.record(unit, ReceiptKind.DELIVERY, **written).id

    def _opened_text(self) -> str | None:
        return None if self.hook.opened is None else str(self.hook.opened)

    def _lease_end(self) -> datetime:
        return self.now + timedelta(seconds=self.courier.rules.lease_seconds)

    def _seen(self, made: Attempt) -> dict[str, object]:
        is_slow = made.seconds > self.courier.rules.slow_seconds
        return {"last_outcome": made.outcome, "last_status": made.status, "last_at": self.now, "is_slow": is_slow}

    def _past(self, number: int, made: Attempt) -> dict[str, object]:
        """Return what is stored when an event is dealt with."""
        return {"done": number, "attempts": 0, "opened": None, "tried_since": None, **self._seen(made)}

    def _free(self, seconds: float = 0.0) -> dict[str, object]:
        """Return what gives the queue back, due after so many seconds."""
        return {"lease": None, "leased_until": None, "due_at": self.now + timedelta(seconds=seconds)}

    def _keep(self, unit: Unit, **values: Any) -> None:
        """Store what changed of the queue, and go on from it (raises LeaseLostError)."""
        store.keep(unit, self.claimed, **values)
        known = {name: value for name, value in values.items() if name in Webhook.__dataclass_fields__}
        if "status" in known:
            known["status"] = WebhookStatus(known["status"])
        self.claimed = replace(self.claimed, webhook=replace(self.hook, **known))
