"""disclosure.

Revision 0010, after 0009, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aggregate_release",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False, comment="id of the member, or public"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("condition_digest", sa.Text(), nullable=False, comment="keyed digest of the condition"),
        sa.Column(
            "condition",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the condition as asked; null for all rows",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aggregate_release")),
        sa.UniqueConstraint(
            "entry_id", "requester", "version", "condition_digest", name="uq_aggregate_release_entry_id_requester"
        ),
        schema="hub",
    )


def downgrade() -> None:
    op.drop_table("aggregate_release", schema="hub")
