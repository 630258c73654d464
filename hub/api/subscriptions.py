"""Following a resource over HTTP: the feed of its changes, subscriptions, webhooks (政务数据共享条例 Art. 22, 25)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentCaller, CurrentSystem, OptionalCaller, require_role
from hub.api.models import Body, Text200
from hub.exchange.subscriptions import store, subscribing
from hub.exchange.subscriptions.feed import granted_changes
from hub.exchange.use import Use
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import Role
from hub.open.changes import public_changes
from hub.rows.changes import DEFAULT_CHANGES, MAX_CHANGES, Since
from hub.rows.errors import QuerySyntaxError
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.standing import Standing
    from hub.exchange.subscriptions.records import Loss, Subscription, Webhook
    from hub.services import Services

feed = APIRouter(prefix="/api/v1", tags=["citizens"])
router = APIRouter(prefix="/api/v1", tags=["agencies"])
AgencyUser = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_USER))]
AgencyApprover = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_APPROVER))]
AgencyStaff = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
Columns = Annotated[str | None, Query(max_length=4000, description="列名，逗号分隔 / columns")]
LATEST = 2**63 - 1


class SubscribeBody(Body):
    """What a system follows, and why."""

    entry: Text200
    purpose: Text200
    case_number: Text200 | None = None


class WebhookBody(Body):
    """Where events go."""

    url: Annotated[str, StringConstraints(min_length=8, max_length=2048)]


class RedeliverBody(Body):
    """From where events are sent again: those after this number."""

    after: int = Field(ge=0, le=LATEST)


async def _standing(hub: Services, name: str, system_id: uuid.UUID | None) -> Standing:
    known = hub.cache.known(name, system_id)
    return known if known is not None else await run_in_threadpool(hub.cache.load, name, system_id)


@feed.get("/data/{name}/changes", summary="增量：自某版本以来的变更 / What changed since a version")
async def changes(
    name: str,
    hub: Hub,
    caller: OptionalCaller,
    after: Annotated[int, Query(ge=0, le=LATEST, description="上次的 to；0 为全量 / the last to, 0 for all")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_CHANGES, description="每页行数 / rows a page")] = DEFAULT_CHANGES,
    cursor: Annotated[str | None, Query(max_length=8192, description="上一页的 next / next of the page before")] = None,
    snapshot: Annotated[
        str | None, Query(max_length=64, description="上次的 snapshot，不符则须重取 / the last snapshot")
    ] = None,
    items: Columns = None,
    purpose: Annotated[str, Query(max_length=200, description="用途（机关必填）/ purpose, for agencies")] = "",
    case_number: Annotated[str | None, Query(max_length=200, description="办件编号 / case number")] = None,
) -> Response:
    """Return rows to write and rows to delete, in the order of change numbers, complete from 0 and from any number.

    A granted system reads by its grant, with a receipt; without credentials only what is open is given.
    """
    columns = tuple(part.strip() for part in items.split(",")) if items is not None else None
    since = Since(after, limit, cursor, snapshot, columns)
    if not isinstance(caller, Requester):
        standing = await _standing(hub, name, None)
        async with hub.database.connection() as connection:
            body = await public_changes(hub.context, connection, standing, since, hub.cursor_key)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-cache"})
    if not purpose:
        raise QuerySyntaxError("机关读取须写明用途", "an organ states its purpose", position="purpose")
    standing = await _standing(hub, name, caller.system_id)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, caller, standing, purpose, case_number)
        answer = await granted_changes(use, since, hub.cursor_key)
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers=headers | dict(answer.headers))


@router.post("/subscriptions", status_code=201, summary="订阅变更 / Subscribe to changes")
async def subscribe(body: SubscribeBody, system: CurrentSystem, hub: Hub) -> dict[str, Any]:
    """Subscribe the calling system; the same again answers the same subscription. It gives no right by itself."""
    standing = await _standing(hub, body.entry, system.system_id)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        return subscription_body(await subscribing.subscribe(use, hub.database))


@router.get("/subscriptions", summary="本单位的订阅 / Your organ's subscriptions")
def subscriptions(
    caller: CurrentCaller,
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> dict[str, Any]:
    """Return a page of the subscriptions of the caller's organ."""
    with hub.database.begin() as unit:
        found, total = store.subscriptions_of(unit, _member(caller), limit, offset)
    following = offset + len(found) if offset + len(found) < total else None
    shown = [subscription_body(one) for one in found]
    return {"total": total, "returned": len(found), "next": following, "subscriptions": shown}


@router.get("/subscriptions/{subscription_id}", summary="一个订阅及其推送地址 / One subscription with its webhooks")
def subscription(subscription_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Return a subscription, its webhooks, how far each has come, and what did not reach it."""
    with hub.database.begin() as unit:
        found = subscribing.owned(unit, _member(caller), subscription_id)
        hooks = store.webhooks_of(unit, [found.id])
        body = subscription_body(found)
        body["webhooks"] = [
            webhook_body(hook) | {"losses": [loss_body(loss) for loss in store.losses_of(unit, hook.id)]}
            for hook in hooks
        ]
    return body


@router.delete("/subscriptions/{subscription_id}", summary="结束订阅 / End a subscription")
def end(subscription_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """End a subscription with its webhooks; the act of its system, or of a person of the organ."""
    with hub.database.begin() as unit:
        return subscription_body(subscribing.end(hub.context, unit, _member(caller), subscription_id))


@router.post("/subscriptions/{subscription_id}/webhooks", status_code=201, summary="登记推送地址 / Register a webhook")
def add_webhook(subscription_id: uuid.UUID, body: WebhookBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Shake hands with an address and register it; the secret is shown this once. A second person approves it."""
    desk = hub.delivery.desk
    with hub.database.begin() as unit:
        subscribing.owned(unit, staff.member.id, subscription_id)  # nothing is called for a stranger
    rate = subscribing.check_address(desk, body.url)
    with hub.database.begin() as unit:
        hook, secret = subscribing.propose_webhook(desk, unit, staff, subscription_id, (body.url, rate))
    return webhook_body(hook) | {"secret": secret}


@router.post("/webhooks/{webhook_id}/approve", summary="批准推送地址 / Approve a webhook")
def approve_webhook(webhook_id: uuid.UUID, staff: AgencyApprover, hub: Hub) -> dict[str, Any]:
    """Let events go there from now on: another person than the one who registered it."""
    with hub.database.begin() as unit:
        return webhook_body(subscribing.approve_webhook(hub.delivery.desk, unit, staff, webhook_id))


@router.post("/webhooks/{webhook_id}/secret", summary="更换签名密钥 / Rotate a webhook's secret")
def rotate_secret(webhook_id: uuid.UUID, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Make a new secret, shown this once; the former one signs beside it for 24 hours."""
    with hub.database.begin() as unit:
        hook, secret = subscribing.rotate_secret(hub.delivery.desk, unit, staff, webhook_id)
    return webhook_body(hook) | {"secret": secret}


@router.post("/webhooks/{webhook_id}/disable", summary="停用推送地址 / Disable a webhook")
def disable_webhook(webhook_id: uuid.UUID, staff: AgencyStaff, hub: Hub) -> dict[str, Any]:
    """Send nothing there any more; what waits is named as not delivered."""
    with hub.database.begin() as unit:
        return webhook_body(subscribing.disable_webhook(hub.context, unit, staff, webhook_id))


@router.post("/webhooks/{webhook_id}/redeliver", summary="从某一号起重发 / Send events again")
def redeliver(webhook_id: uuid.UUID, body: RedeliverBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Send again what came after a number, with the same ids."""
    with hub.database.begin() as unit:
        return webhook_body(subscribing.redeliver(hub.context, unit, staff, webhook_id, body.after))


def _member(caller: Requester | StaffRequester) -> uuid.UUID:
    return caller.member_id if isinstance(caller, Requester) else caller.member.id


def subscription_body(found: Subscription) -> dict[str, Any]:
    """Return a subscription as JSON."""
    return {
        "id": found.id,
        "entry": found.entry_name,
        "system": found.system_id,
        "purpose": found.purpose,
        "case_number": found.case_number,
        "created_at": found.created_at,
        "ended_at": found.ended_at,
        "fetched_to": found.fetched_to,
        "fetched_at": found.fetched_at,
        "changes": f"/api/v1/data/{found.entry_name}/changes",
    }


def webhook_body(hook: Webhook) -> dict[str, Any]:
    """Return a webhook as JSON, without its secret."""
    return {
        "id": hook.id,
        "subscription": hook.subscription_id,
        "url": hook.url,
        "status": hook.status.value,
        "reason": hook.reason,
        "proposed_by": hook.proposed_by,
        "approved_by": hook.approved_by,
        "created_at": hook.created_at,
        "approved_at": hook.approved_at,
        "secret_version": hook.secret_version,
        "allowed_rate": hook.allowed_rate,
        "done": hook.done,
        "delivered": hook.delivered,
        "attempts": hook.attempts,
        "next_attempt_at": hook.due_at if hook.attempts else None,
        "last_outcome": hook.last_outcome,
        "last_status": hook.last_status,
        "last_at": hook.last_at,
    }


def loss_body(loss: Loss) -> dict[str, Any]:
    """Return a range of events that did not arrive as JSON."""
    return {
        "kind": loss.kind.value,
        "first": loss.first,
        "last": loss.last,
        "events": loss.events,
        "attempts": loss.attempts,
        "reason": loss.reason,
        "at": loss.at,
        "receipt": loss.receipt,
    }
