"""What can go wrong with subscriptions and webhooks; each becomes an RFC 9457 problem."""

from __future__ import annotations

from hub.exchange.errors import ExchangeError


class SubscriptionNotFoundError(ExchangeError):
    """No such subscription or webhook, or none the reader's organ owns: both read the same."""


class WebhookStateError(ExchangeError):
    """The step does not start from where the webhook stands, or the same person would approve what he proposed."""


class WebhookAddressError(ExchangeError):
    """The address cannot be a webhook."""


class HandshakeError(ExchangeError):
    """The target did not say that it wants our events (CloudEvents web hooks 1.0, section 4)."""


class TooManyWebhooksError(ExchangeError):
    """A subscription has a few webhooks at most."""


class LeaseLostError(ExchangeError):
    """Another worker has taken over the queue: whatever this one was about to store is not stored."""
