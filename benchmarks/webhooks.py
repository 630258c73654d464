"""``webhooks``: events delivered to one quick receiver, over HTTP on this machine, each with its two receipts.

In the same run the limit: the same number of bare POSTs of the same size to the same receiver, one after another as a
queue must send them, with no database. ``--rows`` is the number of events.
"""

from __future__ import annotations

import threading
import time
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx2
from typing_extensions import override

from benchmarks.rounds import rounded
from benchmarks.stage import staged
from connectors.egress import EgressPolicy
from hub.cli_admin import console_context
from hub.database import Database
from hub.exchange.subscriptions import store
from hub.exchange.subscriptions.parts import Outside, build_delivery
from hub.exchange.subscriptions.records import Subscription, Webhook, WebhookStatus
from hub.exchange.subscriptions.standing import Go
from hub.rows.outbox import Event, EventType, emit

if TYPE_CHECKING:
    from argparse import Namespace

    from hub.context import Context
    from hub.exchange.subscriptions.subscribing import Desk

SECONDS = 600.0


class _Counting(BaseHTTPRequestHandler):
    taken = 0

    def do_POST(self) -> None:
        """Take an event."""
        self.rfile.read(int(self.headers["content-length"]))
        type(self).taken += 1
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Open:
    """A door that lets everything through: what is measured is delivery, not the decision."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def ask(self, subscription: Subscription) -> Go:
        """Permit."""
        return Go({"resource": str(subscription.entry_id), "subscription": str(subscription.id)})


def run(given: Namespace) -> dict[str, Any]:
    """Measure."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        with staged() as stage:
            database = Database.from_settings(stage.settings, stage.database_url)
            context = console_context(stage.settings, database)
            outside = Outside("http://127.0.0.1:9", EgressPolicy(loopback=True), b"k" * 32)
            delivery = build_delivery(database, _Open(context), outside)  # type: ignore[arg-type]
            entry_id = _queue(database, context, delivery.desk, url, given.rows)
            started = time.perf_counter()
            delivery.dispatcher.start()
            _wait(given.rows)
            seconds = time.perf_counter() - started
            delivery.dispatcher.close()
            database.close()
        bare = _bare(url, given.rows)
    finally:
        server.shutdown()
        server.server_close()
    return {
        "events": given.rows,
        "per_second": rounded(given.rows / seconds),
        "bare_posts_per_second": rounded(given.rows / bare),
        "ratio_to_bare": rounded(bare / seconds),
        "resource": str(entry_id),
    }


def _queue(database: Database, context: Context, desk: Desk, url: str, count: int) -> uuid.UUID:
    """Make a subscription with a webhook and let the events happen."""
    now, entry_id, someone = context.now(), uuid.uuid4(), uuid.uuid4()
    made = Subscription(uuid.uuid4(), entry_id, "cesu", someone, someone, someone, "测速", None, now, None, 0, None)
    hook = Webhook(
        id=uuid.uuid4(),
        subscription_id=made.id,
        entry_id=entry_id,
        url=url,
        status=WebhookStatus.ACTIVE,
        reason=None,
        proposed_by=someone,
        approved_by=someone,
        created_at=now,
        approved_at=now,
        secret_version=1,
        secret_changed_at=now - timedelta(days=2),
        allowed_rate=None,
        done=0,
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
    assert desk.master
    with database.begin() as unit:
        store.add_subscription(unit, made)
        store.add_webhook(unit, hook)
        for number in range(count):
            emit(unit, Event(entry_id, EventType.DATA_CHANGED, now, {"version": number + 1}))
    return entry_id


def _wait(count: int) -> None:
    deadline = time.monotonic() + SECONDS
    while _Counting.taken < count:
        assert time.monotonic() < deadline, f"{_Counting.taken} of {count}"
        time.sleep(0.01)


def _bare(url: str, count: int) -> float:
    """Time the same number of POSTs with a connection each, as deliveries have."""
    body = b"x" * 600
    limits = httpx2.Limits(max_keepalive_connections=0)
    started = time.perf_counter()
    with httpx2.Client(limits=limits) as client:
        for _ in range(count):
            client.post(url, content=body)
    return time.perf_counter() - started
