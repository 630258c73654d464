"""privacy gate.

Revision 0009, after 0008, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_finding",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the provider, whose people decide"),
        sa.Column("place", sa.Text(), nullable=False, comment="column of the item, or JSON path in the description"),
        sa.Column("kind", sa.Text(), nullable=False, comment="catalogue.privacy.kinds.Kind"),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="values, name, metadata or stopped (the push was refused)"
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False, comment="values of the last look"),
        sa.Column("filled", sa.BigInteger(), nullable=False, comment="filled values of the last look"),
        sa.Column("is_estimate", sa.Boolean(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="first source lines"),
        sa.Column(
            "examples", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="masked, never a whole value"
        ),
        sa.Column("push_id", sa.UUID(), nullable=True),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=True, comment="outcome the clerk proposes"),
        sa.Column("proposed_by", sa.UUID(), nullable=True),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "good_until_count", sa.BigInteger(), nullable=True, comment="a false alarm holds up to this many values"
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_privacy_finding_four_eyes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_finding")),
        sa.UniqueConstraint("entry_id", "place", "kind", name=op.f("uq_privacy_finding_entry_id_place_kind")),
        schema="hub",
    )
    op.create_index(
        "ix_privacy_finding_member_id_state", "privacy_finding", ["member_id", "state"], unique=False, schema="hub"
    )
    op.create_table(
        "privacy_threshold",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.UUID(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "kind", name=op.f("pk_privacy_threshold")),
        schema="hub",
    )
    op.create_table(
        "privacy_act",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("finding_id", sa.UUID(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False, comment="found, proposed, decided, sent_back, reopened, settled"),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_staff", sa.UUID(), nullable=True, comment="null: the hub, at a push or a publication"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["hub.privacy_finding.id"], name=op.f("fk_privacy_act_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_act")),
        schema="hub",
        comment="INVARIANT: append-only",
    )
    op.create_index(op.f("ix_privacy_act_finding_id"), "privacy_act", ["finding_id"], unique=False, schema="hub")


def downgrade() -> None:
    op.drop_index(op.f("ix_privacy_act_finding_id"), table_name="privacy_act", schema="hub")
    op.drop_table("privacy_act", schema="hub")
    op.drop_table("privacy_threshold", schema="hub")
    op.drop_index("ix_privacy_finding_member_id_state", table_name="privacy_finding", schema="hub")
    op.drop_table("privacy_finding", schema="hub")
