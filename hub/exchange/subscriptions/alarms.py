"""What people of the subscriber's organ are told when events do not arrive: numbers and reasons, no content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.roles import Role
from hub.notices.store import Notice

if TYPE_CHECKING:
    from hub.exchange.subscriptions.records import Claim

LINK = "/api/v1/subscriptions/"


def dead(claimed: Claim, span: tuple[int, int, int], reason: str) -> Notice:
    """Return the notice that events were given up after days: first and last number, how many."""
    first, last, count = span
    name = claimed.subscription.entry_name
    return Notice(
        member=claimed.subscription.member_id,
        kind="webhook.dead",
        zh=f"“{name}”的变更推送连续三天未能送达（{reason}），第 {first} 至 {last} 号共 {count} 条已停止重试",
        en=f"{count} events of {name}, numbers {first} to {last}, could not be delivered for three days ({reason})",
        next_zh="请修复接收地址；变更本身没有丢失，可用增量接口补取，或要求从某一号起重发",
        next_en="mend the receiver; no change is lost: fetch the feed, or have events sent again from a number",
        role=Role.AGENCY_USER.value,
        link=f"{LINK}{claimed.subscription.id}",
        subject_kind="webhook",
        subject_id=str(claimed.webhook.id),
        once=f"webhook.dead {claimed.webhook.id} {last}",
    )


def gone(claimed: Claim) -> Notice:
    """Return the notice that a target said it is gone (410), so its webhook was disabled."""
    name = claimed.subscription.entry_name
    return Notice(
        member=claimed.subscription.member_id,
        kind="webhook.gone",
        zh=f"“{name}”的接收地址答复已撤销（410），该推送地址已停用",
        en=f"the receiver of events of {name} answered that it is gone (410); its webhook was disabled",
        next_zh="如仍需要推送，请登记新的地址，并由另一人批准",
        next_en="register a new address if events are still wanted; a second person approves it",
        role=Role.AGENCY_USER.value,
        link=f"{LINK}{claimed.subscription.id}",
        subject_kind="webhook",
        subject_id=str(claimed.webhook.id),
        once=f"webhook.gone {claimed.webhook.id}",
    )
