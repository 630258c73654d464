"""rule sets.

Revision 0012, after 0011, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of this step."""
    op.create_table(
        "rule_set",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="from 1 without a gap for each entry"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "body", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="the rules; no value of a row"
        ),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 over the rules in canonical JSON"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "tried",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what the last trial found: counts by rule",
        ),
        sa.Column("proposed_by", sa.UUID(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True, comment="why it was approved or sent back"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="when a later version took its place"),
        sa.Column("receipt_id", sa.UUID(), nullable=False, comment="receipt of the proposal"),
        sa.Column("decision_receipt_id", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'in_force', 'superseded', 'sent_back')", name=op.f("ck_rule_set_state")
        ),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_rule_set_four_eyes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_rule_set_entry_id_version")),
        schema="hub",
        comment="INVARIANT: body and digest of a version are never changed",
    )
    op.create_index(
        "ix_rule_set_in_force",
        "rule_set",
        ["entry_id"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "push_profile",
        sa.Column("push_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False, comment="pushes are compared with the last one of their mode"),
        sa.Column("rule_set_version", sa.Integer(), nullable=False, comment="0: no rule set was in force"),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="rows; by item: shares, means, code counts; no value of a row",
        ),
        sa.Column(
            "findings",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="how the push differs from the one before",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["hub.push.id"], name=op.f("fk_push_profile_push_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("push_id", name=op.f("pk_push_profile")),
        schema="hub",
        comment="what an accepted push looked like",
    )
    op.create_index(
        "ix_push_profile_entry_id_mode_at", "push_profile", ["entry_id", "mode", "at"], unique=False, schema="hub"
    )


def downgrade() -> None:
    """Drop what this step made."""
    op.drop_table("push_profile", schema="hub")
    op.drop_table("rule_set", schema="hub")
