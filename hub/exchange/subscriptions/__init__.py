"""Subscriptions: who follows a resource, the feed of its changes, and webhooks that say that there are some."""

from hub.rows.outbox import Event, EventType, emit

__all__ = ["Event", "EventType", "emit"]
