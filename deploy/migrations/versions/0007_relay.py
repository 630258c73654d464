"""Relays: registered endpoints of providers, calls under way, questions that wait.

Revision 0007, after 0006, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of relays."""
    op.create_table(
        "relay_call",
        sa.Column("receipt_id", sa.UUID(), nullable=False, comment="the receipt that opened the call"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "fields",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="of the receipt, to close it with",
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_relay_call")),
        schema="hub",
        comment="calls under way; a row that stays behind belongs to a process that died",
    )
    op.create_index(op.f("ix_relay_call_opened_at"), "relay_call", ["opened_at"], unique=False, schema="hub")
    op.create_table(
        "relay_endpoint",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the provider"),
        sa.Column("version", sa.Integer(), nullable=False, comment="from 1 for each entry"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "definition",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="hub.exchange.relay.definition.Definition",
        ),
        sa.Column(
            "secret",
            sa.LargeBinary(),
            nullable=True,
            comment="value of the provider's own header, AES-256-GCM with keys/sealing.key",
        ),
        sa.Column("proposed_by", sa.UUID(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it was suspended, in words of the person who did"),
        sa.CheckConstraint(
            "state IN ('proposed', 'active', 'suspended', 'retired')", name=op.f("ck_relay_endpoint_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('active', 'suspended') OR approved_by IS NOT NULL", name=op.f("ck_relay_endpoint_approved")
        ),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_relay_endpoint_four_eyes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_endpoint")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_relay_endpoint_entry_id_version")),
        schema="hub",
    )
    op.create_index(op.f("ix_relay_endpoint_member_id"), "relay_endpoint", ["member_id"], unique=False, schema="hub")
    op.create_index(
        "uq_relay_endpoint_in_use",
        "relay_endpoint",
        ["entry_id"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("state IN ('active', 'suspended')"),
    )
    op.create_table(
        "relay_job",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("endpoint_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("system_id", sa.UUID(), nullable=False),
        sa.Column(
            "question",
            sa.LargeBinary(),
            nullable=True,
            comment="key, items, purpose, AES-256-GCM with keys/sealing.key; until its end",
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="the end of the grant, a week at most"
        ),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "answer",
            sa.LargeBinary(),
            nullable=True,
            comment="the provider's answer, encrypted as above, until it is fetched",
        ),
        sa.Column("signature", sa.Text(), nullable=True, comment="the provider's signature over the answer"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="one word: why it failed or ended"),
        sa.CheckConstraint(
            "state IN ('waiting', 'ready', 'delivered', 'failed', 'expired')", name=op.f("ck_relay_job_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_job")),
        schema="hub",
    )
    op.create_index(
        "ix_relay_job_due",
        "relay_job",
        ["next_try_at"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("state IN ('waiting', 'ready')"),
    )
    op.create_index(op.f("ix_relay_job_system_id"), "relay_job", ["system_id"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_relay_job_system_id"), table_name="relay_job", schema="hub")
    op.drop_index(
        "ix_relay_job_due",
        table_name="relay_job",
        schema="hub",
        postgresql_where=sa.text("state IN ('waiting', 'ready')"),
    )
    op.drop_table("relay_job", schema="hub")
    op.drop_index(
        "uq_relay_endpoint_in_use",
        table_name="relay_endpoint",
        schema="hub",
        postgresql_where=sa.text("state IN ('active', 'suspended')"),
    )
    op.drop_index(op.f("ix_relay_endpoint_member_id"), table_name="relay_endpoint", schema="hub")
    op.drop_table("relay_endpoint", schema="hub")
    op.drop_index(op.f("ix_relay_call_opened_at"), table_name="relay_call", schema="hub")
    op.drop_table("relay_call", schema="hub")
