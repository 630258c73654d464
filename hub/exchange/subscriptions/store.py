"""The only SQL of subscriptions, webhooks and their queues.

Whatever a worker stores about a queue it stores under its lease: when another one has taken over, nothing is stored
and the worker stops. So a kill at any moment, or a clock that jumps, can lead to a second delivery, never to none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.exchange.subscriptions.errors import LeaseLostError
from hub.exchange.subscriptions.records import Claim, Loss, LossKind, Pending, Subscription, Webhook, WebhookStatus
from hub.exchange.subscriptions.tables import subscription, webhook, webhook_loss
from hub.rows.tables import outbox_head

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from hub.database import Unit

_VISIBLE = (
    "o.entry_id = %(entry)s AND (o.grant_id IS NULL OR o.grant_id IN"
    " (SELECT g.id FROM hub.grant g WHERE g.system_id = %(system)s AND g.entry_id = %(entry)s))"
)


def _subscription(row: sa.Row[Any]) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in Subscription.__dataclass_fields__})


def _webhook(row: sa.Row[Any]) -> Webhook:
    values = {name: getattr(row, name) for name in Webhook.__dataclass_fields__}
    return Webhook(**{**values, "status": WebhookStatus(row.status)})


def add_subscription(unit: Unit, made: Subscription) -> bool:
    """Store a subscription; False where the system has a living one for this entry and purpose."""
    values = {name: getattr(made, name) for name in Subscription.__dataclass_fields__}
    statement = sa.dialects.postgresql.insert(subscription).values(values)
    live = subscription.c.ended_at.is_(None)
    keys = ["system_id", "entry_id", "purpose"]
    done = unit.connection.execute(
        statement.on_conflict_do_nothing(index_elements=keys, index_where=live).returning(subscription.c.id)
    )
    return done.one_or_none() is not None


def live_subscription(unit: Unit, system_id: uuid.UUID, entry_id: uuid.UUID, purpose: str) -> Subscription | None:
    """Return the living subscription of a system for an entry and purpose."""
    row = unit.connection.execute(
        sa.select(subscription).where(
            subscription.c.system_id == system_id,
            subscription.c.entry_id == entry_id,
            subscription.c.purpose == purpose,
            subscription.c.ended_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else _subscription(row)


def find_subscription(unit: Unit, subscription_id: uuid.UUID, *, lock: bool = False) -> Subscription | None:
    """Return one subscription."""
    query = sa.select(subscription).where(subscription.c.id == subscription_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _subscription(row)


def subscriptions_of(unit: Unit, member_id: uuid.UUID, limit: int, offset: int) -> tuple[list[Subscription], int]:
    """Return one page of a member's subscriptions, the living first, and how many there are in all."""
    mine = subscription.c.member_id == member_id
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(subscription).where(mine)).scalar_one()
    rows = unit.connection.execute(
        sa.select(subscription)
        .where(mine)
        .order_by(subscription.c.ended_at.desc().nulls_first(), subscription.c.created_at.desc(), subscription.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_subscription(row) for row in rows], total


def end_subscription(unit: Unit, subscription_id: uuid.UUID, at: datetime) -> None:
    """End a subscription."""
    unit.connection.execute(subscription.update().where(subscription.c.id == subscription_id).values(ended_at=at))


FETCHED_SQL = (
    "UPDATE hub.subscription SET fetched_to = %s, fetched_at = %s"
    " WHERE system_id = %s AND entry_id = %s AND purpose = %s AND ended_at IS NULL"
)
"""Notes on an async connection how far a system has read; parameters: version, time, system, entry, purpose."""


def add_webhook(unit: Unit, made: Webhook) -> None:
    """Store a webhook."""
    values = {name: getattr(made, name) for name in Webhook.__dataclass_fields__}
    unit.connection.execute(webhook.insert().values({**values, "status": made.status.value}))


def find_webhook(unit: Unit, webhook_id: uuid.UUID, *, lock: bool = False) -> Webhook | None:
    """Return one webhook."""
    query = sa.select(webhook).where(webhook.c.id == webhook_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _webhook(row)


def webhooks_of(unit: Unit, subscription_ids: Sequence[uuid.UUID]) -> list[Webhook]:
    """Return the webhooks of some subscriptions, oldest first."""
    rows = unit.connection.execute(
        sa.select(webhook)
        .where(webhook.c.subscription_id.in_(list(subscription_ids)))
        .order_by(webhook.c.created_at, webhook.c.id)
    )
    return [_webhook(row) for row in rows]


def change_webhook(unit: Unit, webhook_id: uuid.UUID, **values: object) -> None:
    """Change columns of a webhook by an act of its owner; a worker that holds the queue loses its lease."""
    unit.connection.execute(
        webhook.update().where(webhook.c.id == webhook_id).values(**values, lease=None, leased_until=None)
    )


def losses_of(unit: Unit, webhook_id: uuid.UUID, limit: int = 100) -> list[Loss]:
    """Return what did not reach a webhook, the newest first."""
    rows = unit.connection.execute(
        sa.select(webhook_loss)
        .where(webhook_loss.c.webhook_id == webhook_id)
        .order_by(webhook_loss.c.at.desc(), webhook_loss.c.id)
        .limit(limit)
    )
    return [
        Loss(
            row.id,
            row.webhook_id,
            LossKind(row.kind),
            row.first_number,
            row.last_number,
            row.events,
            row.attempts,
            row.reason,
            row.at,
            row.receipt_id,
        )
        for row in rows
    ]


def add_loss(unit: Unit, loss: Loss) -> None:
    """Store a range of events that was not delivered."""
    unit.connection.execute(
        webhook_loss.insert().values(
            id=loss.id,
            webhook_id=loss.webhook_id,
            kind=loss.kind.value,
            first_number=loss.first,
            last_number=loss.last,
            events=loss.events,
            attempts=loss.attempts,
            reason=loss.reason,
            at=loss.at,
            receipt_id=loss.receipt,
        )
    )


def claim(unit: Unit, now: datetime, until: datetime, lease: uuid.UUID, *, limit: int, slow: int) -> list[Claim]:
    """Take up to ``limit`` queues that have something due, at most ``slow`` of them of slow targets."""
    due = (
        sa.select(webhook.c.id, webhook.c.is_slow, webhook.c.due_at)
        .join(outbox_head, outbox_head.c.entry_id == webhook.c.entry_id)
        .where(
            webhook.c.status == WebhookStatus.ACTIVE.value,
            webhook.c.due_at <= now,
            sa.or_(webhook.c.leased_until.is_(None), webhook.c.leased_until < now),
            outbox_head.c.number > webhook.c.done,
        )
    )
    wanted: list[Any] = []
    for is_slow, count in ((False, limit), (True, min(limit, slow))):
        if count > 0:
            some = due.where(webhook.c.is_slow.is_(is_slow)).order_by(webhook.c.due_at).limit(count)
            wanted += unit.connection.execute(some.with_for_update(of=webhook, skip_locked=True)).all()
    ids = [row.id for row in sorted(wanted, key=lambda row: row.due_at)[:limit]]
    if not ids:
        return []
    unit.connection.execute(webhook.update().where(webhook.c.id.in_(ids)).values(lease=lease, leased_until=until))
    hooks = [_webhook(row) for row in unit.connection.execute(sa.select(webhook).where(webhook.c.id.in_(ids)))]
    owners = unit.connection.execute(
        sa.select(subscription).where(subscription.c.id.in_([hook.subscription_id for hook in hooks]))
    )
    by_id = {row.id: _subscription(row) for row in owners}
    return [Claim(hook, by_id[hook.subscription_id], lease) for hook in hooks]


def keep(unit: Unit, claimed: Claim, **values: object) -> None:
    """Change the queue of a claimed webhook.

    Raises:
        LeaseLostError: another worker has it, or its owner changed it: nothing of this transaction may be kept.
    """
    done = unit.connection.execute(
        webhook.update().where(webhook.c.id == claimed.webhook.id, webhook.c.lease == claimed.lease).values(**values)
    )
    if done.rowcount != 1:
        raise LeaseLostError("队列已由其他进程接手", "another worker has taken over the queue")


def pending(unit: Unit, claimed: Claim, limit: int) -> list[Pending]:
    """Return the next events of a claimed queue, in order."""
    who = {"entry": claimed.subscription.entry_id, "system": claimed.subscription.system_id}
    rows = unit.driver.execute(
        f"SELECT o.number, o.id, o.type, o.at, o.facts FROM hub.outbox o WHERE {_VISIBLE}"  # noqa: S608 - fixed words
        " AND o.number > %(done)s ORDER BY o.number LIMIT %(limit)s",
        {**who, "done": claimed.webhook.done, "limit": limit},
    ).fetchall()
    if not rows:
        return []
    before = unit.driver.execute(
        f"SELECT coalesce(max(o.number), 0) FROM hub.outbox o WHERE {_VISIBLE} AND o.number < %(first)s",  # noqa: S608
        {**who, "first": rows[0][0]},
    ).fetchone()
    previous = 0 if before is None else int(before[0])
    found = []
    for number, event_id, kind, at, facts in rows:
        found.append(Pending(number, previous, event_id, kind, at, facts))
        previous = number
    return found


def count_pending(unit: Unit, claimed: Claim, until: datetime | None = None) -> tuple[int, int, int]:
    """Return first number, last number and count of the events a claimed queue has not dealt with.

    ``until`` leaves out those that happened later. Without any: (0, 0, 0).
    """
    row = unit.driver.execute(
        "SELECT coalesce(min(o.number), 0), coalesce(max(o.number), 0), count(*) FROM hub.outbox o"  # noqa: S608
        f" WHERE {_VISIBLE} AND o.number > %(done)s AND (%(until)s::timestamptz IS NULL OR o.at <= %(until)s)",
        {
            "entry": claimed.subscription.entry_id,
            "system": claimed.subscription.system_id,
            "done": claimed.webhook.done,
            "until": until,
        },
    ).fetchone()
    return (0, 0, 0) if row is None else (int(row[0]), int(row[1]), int(row[2]))


def backlog(unit: Unit) -> tuple[int, int]:
    """Return how many active webhooks have something to deliver, and how many of these failed at their last attempt."""
    row = unit.connection.execute(
        sa.select(sa.func.count(), sa.func.count().filter(webhook.c.attempts > 0))
        .select_from(webhook)
        .join(outbox_head, outbox_head.c.entry_id == webhook.c.entry_id)
        .where(webhook.c.status == WebhookStatus.ACTIVE.value, outbox_head.c.number > webhook.c.done)
    ).one()
    return int(row[0]), int(row[1])
