"""versions.

Revision 0016, after 0015, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_promise",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="last day of the promised cycle"),
        sa.Column(
            "warned_at", sa.DateTime(timezone=True), nullable=True, comment="the clerk was told before the cycle ended"
        ),
        sa.Column(
            "missed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the clerk was told that it ended without an update",
        ),
        sa.Column(
            "escalated_at", sa.DateTime(timezone=True), nullable=True, comment="the head and the supervisor were told"
        ),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True, comment="the update came"),
        sa.PrimaryKeyConstraint("entry_id", "due_on", name=op.f("pk_quality_promise")),
        schema="hub",
        comment="promised updates that came near their end or past it",
    )
    op.create_table(
        "row_erased",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column(
            "number", sa.BigInteger(), nullable=False, comment="the version from which on the row was never there"
        ),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="_row of what was erased"),
        sa.Column("since", sa.BigInteger(), nullable=False, comment="the first version that held it"),
        sa.PrimaryKeyConstraint("entry_id", "number", "row", name=op.f("pk_row_erased")),
        schema="hub",
        comment="erased rows: tombstones of the changes feed, without a value",
    )
    op.create_table(
        "version_act",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="restore or erase"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True, comment="the version to go back to"),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="ground, decision reference, counts, keyed digests; no value",
        ),
        sa.Column("by_system", sa.UUID(), nullable=True),
        sa.Column("by_staff", sa.UUID(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("push_id", sa.UUID(), nullable=True, comment="the version it became"),
        sa.CheckConstraint("kind IN ('restore', 'erase')", name=op.f("ck_version_act_kind")),
        sa.CheckConstraint("state IN ('proposed', 'done', 'withdrawn')", name=op.f("ck_version_act_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_act")),
        schema="hub",
        comment="going back to a version, and erasures: who asked, who let it happen",
    )
    op.create_index("ix_version_act_entry_id_at", "version_act", ["entry_id", "at"], unique=False, schema="hub")
    op.create_table(
        "version_floor",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("earliest", sa.BigInteger(), nullable=False, comment="the earliest version that can still be read"),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trimmed", sa.BigInteger(), server_default="0", nullable=False, comment="history is gone up to here"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_version_floor")),
        schema="hub",
        comment="resources whose history no longer reaches back to the first push",
    )
    op.create_table(
        "push_repeat",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("push_id", sa.UUID(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["hub.push.id"], name=op.f("fk_push_repeat_push_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", "idempotency_key", name=op.f("pk_push_repeat")),
        schema="hub",
        comment="keys under which the newest content came again: the same key is the same push, also later",
    )
    op.create_table(
        "quality",
        sa.Column("push_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="version of the resource"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what the shares are made of, by name",
        ),
        sa.Column("true_share", sa.Double(), nullable=True, comment="真实; null where it cannot be told"),
        sa.Column("accurate_share", sa.Double(), nullable=True, comment="准确"),
        sa.Column("timely_share", sa.Double(), nullable=True, comment="及时"),
        sa.Column("complete_share", sa.Double(), nullable=True, comment="完整"),
        sa.ForeignKeyConstraint(["push_id"], ["hub.push.id"], name=op.f("fk_quality_push_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("push_id", name=op.f("pk_quality")),
        schema="hub",
        comment="one line a push",
    )
    op.create_index("ix_quality_entry_id_number", "quality", ["entry_id", "number"], unique=False, schema="hub")


def downgrade() -> None:
    op.drop_index("ix_quality_entry_id_number", table_name="quality", schema="hub")
    op.drop_table("quality", schema="hub")
    op.drop_table("push_repeat", schema="hub")
    op.drop_table("version_floor", schema="hub")
    op.drop_index("ix_version_act_entry_id_at", table_name="version_act", schema="hub")
    op.drop_table("version_act", schema="hub")
    op.drop_table("row_erased", schema="hub")
    op.drop_table("quality_promise", schema="hub")
