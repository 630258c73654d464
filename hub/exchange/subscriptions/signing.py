"""Signatures of webhooks: Standard Webhooks 1.0, symmetric (``v1``, HMAC-SHA-256 over ``id.timestamp.body``).

Chosen over RFC 9421 with Ed25519 as the base because a receiver checks it with what every language has built in
(Python ``hmac``, Java ``Mac``) in ten lines. That an event was delivered is proved by its receipt, signed with the
hub's own key, so the shared secret need prove nothing to third parties. The secret of a webhook is derived from a key
file of the hub, the webhook's id and the version of its secret: the database holds none, and a rotation is a number.
"""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hub.exchange.subscriptions.records import Webhook

PREFIX = "whsec_"
GRACE = timedelta(hours=24)
"""After a rotation the former secret signs beside the new one for so long."""
_LABEL = b"hub.webhook.secret"


def secret_of(master: bytes, webhook: Webhook, version: int | None = None) -> bytes:
    """Return the 32-byte secret of a webhook, of its present version or of another one."""
    number = webhook.secret_version if version is None else version
    return hmac.digest(master, _LABEL + webhook.id.bytes + number.to_bytes(4, "big"), "sha256")


def shown(secret: bytes) -> str:
    """Return a secret as its owner stores it: ``whsec_`` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signing_secrets(master: bytes, webhook: Webhook, now: datetime) -> tuple[bytes, ...]:
    """Return the secrets that sign now: the present one, and within the grace the one before."""
    present = secret_of(master, webhook)
    if webhook.secret_version > 1 and now < webhook.secret_changed_at + GRACE:
        return present, secret_of(master, webhook, webhook.secret_version - 1)
    return (present,)


def signature(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the header ``webhook-signature``: one ``v1,<base64>`` a secret, separated by spaces."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join("v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets)
