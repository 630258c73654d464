"""Delivery: the outbox, subscriptions, webhooks with their queues and losses, and which feeds want an index.

Revision 0006, after 0005, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of delivery."""
    op.create_table(
        "feed_index",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "built_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null until the rows have an index by change number",
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_feed_index")),
        schema="hub",
        comment="resources whose changes are followed",
    )
    op.create_table(
        "outbox",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="from 1 without a gap for each resource"),
        sa.Column("id", sa.UUID(), nullable=False, comment="id of the event, at every attempt"),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "grant_id",
            sa.UUID(),
            nullable=True,
            comment="for the holder of this grant alone; null: for every subscriber",
        ),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="ids and counts; never a value of a row",
        ),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
        schema="hub",
        comment="what happened to a resource, in the transaction in which it happened",
    )
    op.create_index("ix_outbox_at", "outbox", ["at"], unique=False, schema="hub")
    op.create_table(
        "outbox_head",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="number of the last event"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_outbox_head")),
        schema="hub",
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("entry_name", sa.Text(), nullable=False),
        sa.Column("system_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_to", sa.BigInteger(), server_default="0", nullable=False, comment="version read completely"),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        schema="hub",
    )
    op.create_index(op.f("ix_subscription_entry_id"), "subscription", ["entry_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_subscription_member_id"), "subscription", ["member_id"], unique=False, schema="hub")
    op.create_index(
        "uq_subscription_live",
        "subscription",
        ["system_id", "entry_id", "purpose"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("subscription_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is disabled"),
        sa.Column("proposed_by", sa.UUID(), nullable=False),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "secret_version", sa.Integer(), server_default="1", nullable=False, comment="the secret is derived from it"
        ),
        sa.Column("secret_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "allowed_rate", sa.Integer(), nullable=True, comment="requests a minute the target allows; null: no limit"
        ),
        sa.Column(
            "done", sa.BigInteger(), server_default="0", nullable=False, comment="number of the last event dealt with"
        ),
        sa.Column(
            "attempts", sa.Integer(), server_default="0", nullable=False, comment="attempts at the event after done"
        ),
        sa.Column(
            "tried_since", sa.DateTime(timezone=True), nullable=True, comment="first attempt at the event after done"
        ),
        sa.Column("opened", sa.UUID(), nullable=True, comment="receipt written before the first attempt at it"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_slow", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("lease", sa.UUID(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered", sa.BigInteger(), server_default="0", nullable=False, comment="events delivered in all"),
        sa.CheckConstraint("status IN ('proposed', 'active', 'disabled')", name=op.f("ck_webhook_status")),
        sa.ForeignKeyConstraint(["subscription_id"], ["hub.subscription.id"], name=op.f("fk_webhook_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        schema="hub",
    )
    op.create_index(
        "ix_webhook_due",
        "webhook",
        ["due_at"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(op.f("ix_webhook_subscription_id"), "webhook", ["subscription_id"], unique=False, schema="hub")
    op.create_table(
        "webhook_loss",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("webhook_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="dead: given up after attempts; dropped: not permitted any more"
        ),
        sa.Column("first_number", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.CheckConstraint("kind IN ('dead', 'dropped')", name=op.f("ck_webhook_loss_kind")),
        sa.ForeignKeyConstraint(["webhook_id"], ["hub.webhook.id"], name=op.f("fk_webhook_loss_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_loss")),
        schema="hub",
        comment="events that were not delivered, by ranges: nothing is left out in silence",
    )
    op.create_index("ix_webhook_loss_webhook_id_at", "webhook_loss", ["webhook_id", "at"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop the tables of delivery."""
    op.drop_index("ix_webhook_loss_webhook_id_at", table_name="webhook_loss", schema="hub")
    op.drop_table("webhook_loss", schema="hub")
    op.drop_index(op.f("ix_webhook_subscription_id"), table_name="webhook", schema="hub")
    op.drop_index("ix_webhook_due", table_name="webhook", schema="hub", postgresql_where=sa.text("status = 'active'"))
    op.drop_table("webhook", schema="hub")
    op.drop_index(
        "uq_subscription_live", table_name="subscription", schema="hub", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(op.f("ix_subscription_member_id"), table_name="subscription", schema="hub")
    op.drop_index(op.f("ix_subscription_entry_id"), table_name="subscription", schema="hub")
    op.drop_table("subscription", schema="hub")
    op.drop_table("outbox_head", schema="hub")
    op.drop_index("ix_outbox_at", table_name="outbox", schema="hub")
    op.drop_table("outbox", schema="hub")
    op.drop_table("feed_index", schema="hub")
