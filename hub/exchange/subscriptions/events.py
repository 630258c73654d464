"""An event as it is sent: CloudEvents 1.0, structured JSON, thin.

It says which resource changed, by which push and by how many rows, and where the changes are fetched; it holds no row
and nothing about a person, for the decision is made when the rows are fetched (exchange design 2.7). ``sequence`` is
the event's number at its resource, ``previous`` the number of the one before it that this subscriber could get: when
that is not the last one received, something was missed and is in the feed. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import orjson

if TYPE_CHECKING:
    from hub.exchange.subscriptions.records import Pending, Subscription

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
TYPE_PREFIX = "shutong."


def source(public_url: str, entry_name: str) -> str:
    """Return the URI of a resource: ``source`` of its events, and where its changes are."""
    return f"{public_url}/api/v1/data/{quote(entry_name)}"


def origin(public_url: str) -> str:
    """Return the name this hub asks permission under: its host."""
    return urlsplit(public_url).hostname or ""


def body_of(public_url: str, subscription: Subscription, event: Pending) -> bytes:
    """Return the document of an event for one subscription; the same bytes at every attempt."""
    where = source(public_url, subscription.entry_name)
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(event.id),
            "source": where,
            "type": TYPE_PREFIX + event.type,
            "subject": subscription.entry_name,
            "time": event.at.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "sequence": str(event.number),
            "sequencetype": "Integer",
            "previous": str(event.previous),
            "subscription": str(subscription.id),
            "data": {"resource": subscription.entry_name, **event.facts, "changes": f"{where}/changes"},
        }
    )
