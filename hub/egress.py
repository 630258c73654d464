"""What this hub may call: the operator's list from the settings, and the hub's own addresses, which never."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from connectors.egress import EgressPolicy

if TYPE_CHECKING:
    from hub.settings import Settings


def policy_of(settings: Settings) -> EgressPolicy:
    """Return the egress policy of a hub; relays, webhooks and harvesters all use this one."""
    public = urlsplit(settings.public_url)
    own = {
        (settings.host, settings.port),
        (settings.exchange_host, settings.exchange_port or settings.port),
        (settings.metrics_host, settings.metrics_port or settings.port),
        (public.hostname or "", public.port or (443 if public.scheme == "https" else 80)),
    }
    if settings.database_url is not None:
        parts = conninfo_to_dict(settings.database_url.get_secret_value().replace("+psycopg", "", 1))
        own |= {(host, int(parts.get("port") or 5432)) for host in str(parts.get("host") or "").split(",") if host}
    return EgressPolicy.from_rules(settings.egress_allow, loopback=settings.egress_loopback, own=own)
