"""Tables of subscriptions and webhooks (政务数据共享条例 Art. 22, 25, 27).

A webhook is also its queue: events of a resource have an order, so the number of the last event dealt with is all
that must be remembered. A lease with an end lets another process go on where a killed one stopped.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from catalogue.tables import AWARE, metadata

subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("entry_name", sa.Text, nullable=False),
    sa.Column("system_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("provider_id", UUID(as_uuid=True), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("case_number", sa.Text),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("ended_at", AWARE),
    sa.Column("fetched_to", sa.BigInteger, nullable=False, server_default="0", comment="version read completely"),
    sa.Column("fetched_at", AWARE),
    sa.Index(
        "uq_subscription_live",
        "system_id",
        "entry_id",
        "purpose",
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("subscription_id", UUID(as_uuid=True), sa.ForeignKey("hub.subscription.id"), nullable=False, index=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, comment="why it is disabled"),
    sa.Column("proposed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("approved_by", UUID(as_uuid=True)),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("approved_at", AWARE),
    sa.Column(
        "secret_version", sa.Integer, nullable=False, server_default="1", comment="the secret is derived from it"
    ),
    sa.Column("secret_changed_at", AWARE, nullable=False),
    sa.Column("allowed_rate", sa.Integer, comment="requests a minute the target allows; null: no limit"),
    sa.Column("done", sa.BigInteger, nullable=False, server_default="0", comment="number of the last event dealt with"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0", comment="attempts at the event after done"),
    sa.Column("tried_since", AWARE, comment="first attempt at the event after done"),
    sa.Column("opened", UUID(as_uuid=True), comment="receipt written before the first attempt at it"),
    sa.Column("due_at", AWARE, nullable=False),
    sa.Column("is_slow", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("lease", UUID(as_uuid=True)),
    sa.Column("leased_until", AWARE),
    sa.Column("last_outcome", sa.Text),
    sa.Column("last_status", sa.Integer),
    sa.Column("last_at", AWARE),
    sa.Column("delivered", sa.BigInteger, nullable=False, server_default="0", comment="events delivered in all"),
    sa.Index("ix_webhook_due", "due_at", postgresql_where=sa.text("status = 'active'")),
    sa.CheckConstraint("status IN ('proposed', 'active', 'disabled')", name="status"),
)

webhook_loss = sa.Table(
    "webhook_loss",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("webhook_id", UUID(as_uuid=True), sa.ForeignKey("hub.webhook.id"), nullable=False),
    sa.Column(
        "kind", sa.Text, nullable=False, comment="dead: given up after attempts; dropped: not permitted any more"
    ),
    sa.Column("first_number", sa.BigInteger, nullable=False),
    sa.Column("last_number", sa.BigInteger, nullable=False),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
    sa.Index("ix_webhook_loss_webhook_id_at", "webhook_id", "at"),
    sa.CheckConstraint("kind IN ('dead', 'dropped')", name="kind"),
    comment="events that were not delivered, by ranges: nothing is left out in silence",
)
