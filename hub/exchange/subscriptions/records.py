"""Subscriptions, webhooks and what was not delivered, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime


class WebhookStatus(StrEnum):
    """Where a webhook stands."""

    PROPOSED = "proposed"
    """Registered by one person, waits for a second one."""
    ACTIVE = "active"
    DISABLED = "disabled"
    """Ended by its owner, or gone by its own word (410)."""


class LossKind(StrEnum):
    """Why events were not delivered."""

    DEAD = "dead"
    """Given up after attempts over days."""
    DROPPED = "dropped"
    """Not permitted any more, or the webhook was ended."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A system follows a resource for a stated purpose; the grant is asked anew at every fetch and every event."""

    id: uuid.UUID
    entry_id: uuid.UUID
    entry_name: str
    system_id: uuid.UUID
    member_id: uuid.UUID
    provider_id: uuid.UUID
    purpose: str
    case_number: str | None
    created_at: datetime
    ended_at: datetime | None
    fetched_to: int
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where events of a subscription go, and how far its queue has come (numbers of the outbox)."""

    id: uuid.UUID
    subscription_id: uuid.UUID
    entry_id: uuid.UUID
    url: str
    status: WebhookStatus
    reason: str | None
    proposed_by: uuid.UUID
    approved_by: uuid.UUID | None
    created_at: datetime
    approved_at: datetime | None
    secret_version: int
    secret_changed_at: datetime
    allowed_rate: int | None
    done: int
    attempts: int
    tried_since: datetime | None
    opened: uuid.UUID | None
    due_at: datetime
    is_slow: bool
    last_outcome: str | None
    last_status: int | None
    last_at: datetime | None
    delivered: int


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that a webhook has not dealt with; ``previous`` is the number of the one before it, 0 for the first."""

    number: int
    previous: int
    id: uuid.UUID
    type: str
    at: datetime
    facts: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Loss:
    """A range of events that did not reach a webhook, and why."""

    id: uuid.UUID
    webhook_id: uuid.UUID
    kind: LossKind
    first: int
    last: int
    events: int
    attempts: int
    reason: str
    at: datetime
    receipt: uuid.UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """A webhook whose queue one worker may work on until its lease ends."""

    webhook: Webhook
    subscription: Subscription
    lease: uuid.UUID = field(repr=False)
