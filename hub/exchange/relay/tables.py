"""Tables of relays: registered endpoints, calls under way, and questions that wait for a provider to come back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

relay_endpoint = sa.Table(
    "relay_endpoint",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True, comment="the provider"),
    sa.Column("version", sa.Integer, nullable=False, comment="from 1 for each entry"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("definition", JSONB, nullable=False, comment="hub.exchange.relay.definition.Definition"),
    sa.Column(
        "secret", sa.LargeBinary, comment="value of the provider's own header, AES-256-GCM with keys/sealing.key"
    ),
    sa.Column("proposed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("proposed_at", AWARE, nullable=False),
    sa.Column("approved_by", UUID(as_uuid=True)),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.Column("reason", sa.Text, comment="why it was suspended, in words of the person who did"),
    sa.UniqueConstraint("entry_id", "version"),
    sa.CheckConstraint("state IN ('proposed', 'active', 'suspended', 'retired')", name="state"),
    sa.CheckConstraint("approved_by <> proposed_by", name="four_eyes"),
    sa.CheckConstraint("state NOT IN ('active', 'suspended') OR approved_by IS NOT NULL", name="approved"),
    sa.Index(
        "uq_relay_endpoint_in_use",
        "entry_id",
        unique=True,
        postgresql_where=sa.text("state IN ('active', 'suspended')"),
    ),
)

relay_call = sa.Table(
    "relay_call",
    metadata,
    sa.Column("receipt_id", UUID(as_uuid=True), primary_key=True, comment="the receipt that opened the call"),
    sa.Column("opened_at", AWARE, nullable=False, index=True),
    sa.Column("fields", JSONB, nullable=False, comment="of the receipt, to close it with"),
    comment="calls under way; a row that stays behind belongs to a process that died",
)

relay_job = sa.Table(
    "relay_job",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("endpoint_id", UUID(as_uuid=True), nullable=False),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("system_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column(
        "question", sa.LargeBinary, comment="key, items, purpose, AES-256-GCM with keys/sealing.key; until its end"
    ),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("expires_at", AWARE, nullable=False, comment="the end of the grant, a week at most"),
    sa.Column("next_try_at", AWARE, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("answer", sa.LargeBinary, comment="the provider's answer, encrypted as above, until it is fetched"),
    sa.Column("signature", sa.Text, comment="the provider's signature over the answer"),
    sa.Column("answered_at", AWARE),
    sa.Column("reason", sa.Text, comment="one word: why it failed or ended"),
    sa.CheckConstraint("state IN ('waiting', 'ready', 'delivered', 'failed', 'expired')", name="state"),
    sa.Index("ix_relay_job_due", "next_try_at", postgresql_where=sa.text("state IN ('waiting', 'ready')")),
)
