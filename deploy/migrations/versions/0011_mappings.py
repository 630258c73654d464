"""mappings.

Revision 0011, after 0010, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of saved mappings."""
    op.create_table(
        "push_mapping",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="of the entry's mappings, from 1"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="digest of the normalised header names"),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="reading options, columns to items, header",
        ),
        sa.CheckConstraint("state IN ('proposed', 'fixed', 'retired')", name=op.f("ck_push_mapping_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_mapping")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_push_mapping_entry_id_version")),
        schema="hub",
        comment="INVARIANT: only the state of a row is ever changed",
    )
    op.create_table(
        "push_mapping_act",
        sa.Column("mapping_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="order of the acts, from 1"),
        sa.Column("act", sa.Text(), nullable=False, comment="propose, fix or retire"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_system", sa.UUID(), nullable=True),
        sa.Column("by_staff", sa.UUID(), nullable=True),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mapping_id"],
            ["hub.push_mapping.id"],
            name=op.f("fk_push_mapping_act_mapping_id_push_mapping"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("mapping_id", "position", name=op.f("pk_push_mapping_act")),
        schema="hub",
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("push_mapping_act", schema="hub")
    op.drop_table("push_mapping", schema="hub")
