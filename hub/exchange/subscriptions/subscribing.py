"""A granted system subscribes, and its organ names where events go (政务数据共享条例 Art. 20, 22, 25).

A subscription gives no right: each fetch and each event asks the grant anew. A webhook is registered by one person,
answers a handshake, and is approved by a second person of the same organ before anything is sent to it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from connectors.egress import check_target
from hub.exchange.deciding import Question
from hub.exchange.subscriptions import signing, store, targets
from hub.exchange.subscriptions.errors import (
    SubscriptionNotFoundError,
    TooManyWebhooksError,
    WebhookAddressError,
    WebhookStateError,
)
from hub.exchange.subscriptions.records import Loss, LossKind, Subscription, Webhook, WebhookStatus
from hub.exchange.subscriptions.states import WEBHOOK
from hub.exchange.use import decided
from hub.ledger.drafts import ReceiptKind
from hub.rows import feed_index, outbox
from policies.facts import Action, Mode

if TYPE_CHECKING:
    import httpx2

    from connectors.egress import EgressPolicy
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.exchange.use import Use
    from hub.identity.facts import StaffRequester
    from hub.ledger.drafts import Given

MOST_WEBHOOKS: Final = 5


@dataclass(frozen=True, slots=True)
class Desk:
    """What webhooks are registered with: clock and receipts, the guarded client, its rules, our origin, the secret."""

    context: Context
    client: httpx2.Client
    policy: EgressPolicy
    origin: str
    master: bytes


async def subscribe(use: Use, database: Database) -> Subscription:
    """Return the system's subscription to the resource for the stated purpose, made now if there is none.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
    """
    question = Question(Action.SUBSCRIBE, None, frozenset(), frozenset(), use.purpose, use.case_number)
    found = await decided(use, question, Mode.SUBSCRIBE)
    return await run_in_threadpool(_subscribed, use, database, found.fields)


def _subscribed(use: Use, database: Database, fields: dict[str, Given]) -> Subscription:
    resource, now = use.standing.resource, use.context.now()
    made = Subscription(
        id=uuid.uuid4(),
        entry_id=resource.id,
        entry_name=resource.name,
        system_id=use.system.system_id,
        member_id=use.system.member_id,
        provider_id=resource.provider_id,
        purpose=use.purpose,
        case_number=use.case_number,
        created_at=now,
        ended_at=None,
        fetched_to=0,
        fetched_at=None,
    )
    with database.begin() as unit:
        if not store.add_subscription(unit, made):
            known = store.live_subscription(unit, made.system_id, made.entry_id, made.purpose)
            if known is not None:
                return known
        feed_index.ask(unit, resource.id, now)
        more: dict[str, Given] = {"subscription": str(made.id), "outcome": "subscribed"}
        use.context.record(unit, ReceiptKind.DELIVERY, **{**fields, **more})
    return made


def owned(unit: Unit, member_id: uuid.UUID, subscription_id: uuid.UUID, *, lock: bool = False) -> Subscription:
    """Return a subscription of a member.

    Raises:
        SubscriptionNotFoundError: there is none, or it is another's.
    """
    found = store.find_subscription(unit, subscription_id, lock=lock)
    if found is None or found.member_id != member_id:
        raise _not_found()
    return found


def owned_webhook(unit: Unit, staff: StaffRequester, webhook_id: uuid.UUID) -> tuple[Webhook, Subscription]:
    """Return a webhook of the person's organ, locked, with its subscription (raises SubscriptionNotFoundError)."""
    hook = store.find_webhook(unit, webhook_id, lock=True)
    if hook is None:
        raise _not_found()
    return hook, owned(unit, staff.member.id, hook.subscription_id)


def end(context: Context, unit: Unit, member_id: uuid.UUID, subscription_id: uuid.UUID) -> Subscription:
    """End a subscription with its webhooks; what waits is not sent any more, and said to be so."""
    found = owned(unit, member_id, subscription_id, lock=True)
    if found.ended_at is None:
        store.end_subscription(unit, found.id, context.now())
        for hook in store.webhooks_of(unit, [found.id]):
            _end_webhook(context, unit, (hook, found), "subscription-ended")
        context.record(unit, ReceiptKind.DELIVERY, **_fields(found), outcome="unsubscribed")
    return owned(unit, member_id, subscription_id)


def check_address(desk: Desk, url: str) -> int | None:
    """Check an address and shake hands with it; returns the requests a minute it allows. Blocks on the network.

    Raises:
        WebhookAddressError: not an https address (this machine's own only where the operator allows it).
        EgressRefusedError, EgressUnreachableError: the hub does not call it.
        HandshakeError: it did not agree.
    """
    if not url.lower().startswith(("https://", "http://")):
        raise WebhookAddressError(
            "推送地址须为 https 地址",
            "a webhook is an https address",
            next_zh="请登记本单位网关的 https 地址",
            next_en="register the https address of your own gateway",
        )
    check_target(url, desk.policy)
    return targets.shake_hands(desk.client, url, desk.origin)


def propose_webhook(
    desk: Desk, unit: Unit, staff: StaffRequester, subscription_id: uuid.UUID, checked: tuple[str, int | None]
) -> tuple[Webhook, str]:
    """Register a checked address; returns the webhook and its secret, which is shown this once.

    Raises:
        SubscriptionNotFoundError, TooManyWebhooksError, WebhookStateError.
    """
    found = owned(unit, staff.member.id, subscription_id, lock=True)
    _require(found.ended_at is None, "该订阅已结束", "the subscription has ended")
    others = store.webhooks_of(unit, [found.id])
    if sum(other.status is not WebhookStatus.DISABLED for other in others) >= MOST_WEBHOOKS:
        raise TooManyWebhooksError(
            f"一个订阅最多 {MOST_WEBHOOKS} 个推送地址",
            f"a subscription has at most {MOST_WEBHOOKS} webhooks",
            next_zh="请先停用不用的地址",
            next_en="disable one that is not used any more",
            facts={"limit": MOST_WEBHOOKS},
        )
    url, rate = checked
    now = desk.context.now()
    hook = Webhook(
        id=uuid.uuid4(),
        subscription_id=found.id,
        entry_id=found.entry_id,
        url=url,
        status=WebhookStatus.PROPOSED,
        reason=None,
        proposed_by=staff.staff.id,
        approved_by=None,
        created_at=now,
        approved_at=None,
        secret_version=1,
        secret_changed_at=now,
        allowed_rate=rate,
        done=outbox.head(unit, found.entry_id),
        attempts=0,
        tried_since=None,
        opened=None,
        due_at=now,
        is_slow=False,
        last_outcome=None,
        last_status=None,
        last_at=None,
        delivered=0,
    )
    store.add_webhook(unit, hook)
    _record(desk.context, unit, staff, (hook, found), "webhook-proposed")
    return hook, signing.shown(signing.secret_of(desk.master, hook))


def approve_webhook(desk: Desk, unit: Unit, staff: StaffRequester, webhook_id: uuid.UUID) -> Webhook:
    """Let events go to a webhook from now on: the second person's act.

    Raises:
        WebhookStateError: the same person registered it, or it does not wait for approval.
        EgressRefusedError: the hub does not call its address any more.
    """
    hook, found = owned_webhook(unit, staff, webhook_id)
    _require(WEBHOOK.allows(hook.status, "approve"), "该地址不在待批准状态", "the webhook does not wait for approval")
    _require(
        hook.proposed_by != staff.staff.id,
        "登记和批准须由两人办理",
        "who registered a webhook cannot approve it: a second person does",
    )
    check_target(hook.url, desk.policy)
    now = desk.context.now()
    store.change_webhook(
        unit,
        hook.id,
        status=WebhookStatus.ACTIVE.value,
        approved_by=staff.staff.id,
        approved_at=now,
        done=outbox.head(unit, hook.entry_id),
        due_at=now,
    )
    _record(desk.context, unit, staff, (hook, found), "webhook-approved")
    return owned_webhook(unit, staff, webhook_id)[0]


def rotate_secret(desk: Desk, unit: Unit, staff: StaffRequester, webhook_id: uuid.UUID) -> tuple[Webhook, str]:
    """Make a new secret, shown this once; the former one signs beside it for a day."""
    hook, found = owned_webhook(unit, staff, webhook_id)
    _require(WEBHOOK.allows(hook.status, "rotate"), "该地址已停用", "the webhook is disabled")
    store.change_webhook(unit, hook.id, secret_version=hook.secret_version + 1, secret_changed_at=desk.context.now())
    _record(desk.context, unit, staff, (hook, found), "webhook-secret-rotated")
    changed = owned_webhook(unit, staff, webhook_id)[0]
    return changed, signing.shown(signing.secret_of(desk.master, changed))


def disable_webhook(context: Context, unit: Unit, staff: StaffRequester, webhook_id: uuid.UUID) -> Webhook:
    """End a webhook; what waits is not sent any more, and said to be so."""
    hook, found = owned_webhook(unit, staff, webhook_id)
    _require(WEBHOOK.allows(hook.status, "disable"), "该地址已停用", "the webhook is disabled")
    _end_webhook(context, unit, (hook, found), "disabled")
    _record(context, unit, staff, (hook, found), "webhook-disabled")
    return owned_webhook(unit, staff, webhook_id)[0]


def redeliver(context: Context, unit: Unit, staff: StaffRequester, webhook_id: uuid.UUID, after: int) -> Webhook:
    """Send again what came after event number ``after``, with the same ids: receivers know them as repeats."""
    hook, found = owned_webhook(unit, staff, webhook_id)
    _require(WEBHOOK.allows(hook.status, "redeliver"), "该地址不在启用状态", "the webhook is not active")
    _require(0 <= after <= hook.done, "只能重发已处理过的变更", "only events dealt with can be sent again")
    store.change_webhook(unit, hook.id, done=after, attempts=0, opened=None, tried_since=None, due_at=context.now())
    _record(context, unit, staff, (hook, found), "webhook-redelivery")
    return owned_webhook(unit, staff, webhook_id)[0]


def _end_webhook(context: Context, unit: Unit, owner: tuple[Webhook, Subscription], reason: str) -> None:
    hook, found = owner
    head = outbox.head(unit, hook.entry_id)
    if hook.status is WebhookStatus.ACTIVE and head > hook.done:
        receipt = context.record(
            unit,
            ReceiptKind.DELIVERY,
            **_fields(found),
            webhook=str(hook.id),
            outcome="dropped",
            reason_code=reason,
            events=head - hook.done,
        )
        span = (hook.done + 1, head)
        store.add_loss(
            unit,
            Loss(
                uuid.uuid4(),
                hook.id,
                LossKind.DROPPED,
                *span,
                head - hook.done,
                hook.attempts,
                reason,
                context.now(),
                receipt.id,
            ),
        )
    store.change_webhook(
        unit,
        hook.id,
        status=WebhookStatus.DISABLED.value,
        reason=reason,
        done=max(head, hook.done),
        attempts=0,
        opened=None,
        tried_since=None,
    )


def _fields(found: Subscription) -> dict[str, Given]:
    return {
        "member": str(found.member_id),
        "system": str(found.system_id),
        "provider": str(found.provider_id),
        "resource": str(found.entry_id),
        "subscription": str(found.id),
        "purpose": found.purpose,
        "case_number": found.case_number,
        "action": Action.SUBSCRIBE.value,
    }


def _record(
    context: Context, unit: Unit, staff: StaffRequester, owner: tuple[Webhook, Subscription], outcome: str
) -> None:
    hook, found = owner
    context.record(
        unit,
        ReceiptKind.DELIVERY,
        **_fields(found),
        webhook=str(hook.id),
        end_user=str(staff.staff.id),
        outcome=outcome,
    )


def _require(holds: bool, zh: str, en: str) -> None:  # noqa: FBT001 - a statement
    if not holds:
        raise WebhookStateError(
            zh, en, next_zh="请刷新订阅列表后再办理", next_en="reload the list of subscriptions first"
        )


def _not_found() -> SubscriptionNotFoundError:
    return SubscriptionNotFoundError(
        "没有这个订阅或推送地址，或不属于本单位",
        "there is no such subscription or webhook, or it is not your organ's",
        next_zh="请从“订阅”列表中打开",
        next_en="open it from your list of subscriptions",
    )
