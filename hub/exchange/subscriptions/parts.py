"""The parts of delivery, put together once: the desk that registers webhooks, the thread that serves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.egress_client import guarded_client
from hub.exchange.subscriptions.courier import Courier
from hub.exchange.subscriptions.dispatcher import Dispatcher
from hub.exchange.subscriptions.events import origin
from hub.exchange.subscriptions.rules import WebhookRules
from hub.exchange.subscriptions.subscribing import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.egress import EgressPolicy
    from hub.database import Database
    from hub.exchange.subscriptions.standing import Doorkeeper

SECRET_FILE = "webhook.key"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The desk and the dispatcher; both use one guarded client."""

    desk: Desk
    dispatcher: Dispatcher


@dataclass(frozen=True, slots=True)
class Outside:
    """What delivery meets outside the hub: its own address, what it may call, the key its secrets come from."""

    public_url: str
    policy: EgressPolicy
    master: bytes


def build_delivery(
    database: Database,
    doorkeeper: Doorkeeper,
    outside: Outside,
    rules: WebhookRules | None = None,
    observe: Callable[[str], None] = lambda _outcome: None,
) -> Delivery:
    """Put the parts together; nothing runs before the dispatcher is started."""
    rules = rules or WebhookRules()
    client = guarded_client(outside.policy, rules.limits)
    courier = Courier(
        context=doorkeeper.context,
        database=database,
        doorkeeper=doorkeeper,
        client=client,
        rules=rules,
        master=outside.master,
        public_url=outside.public_url,
        observe=observe,
    )
    desk = Desk(doorkeeper.context, client, outside.policy, origin(outside.public_url), outside.master)
    return Delivery(desk, Dispatcher(courier))
