"""Resumable uploads: files that arrive in pieces.

Revision 0014, after 0013, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of uploads."""
    op.create_table(
        "upload",
        sa.Column("id", sa.UUID(), nullable=False, comment="random: nobody guesses one"),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the organ that sends it; no other sees it"),
        sa.Column("entry", sa.Text(), nullable=False, comment="name of the entry it is for"),
        sa.Column("filename", sa.Text(), server_default="", nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False, comment="bytes of the whole file, as announced"),
        sa.Column(
            "received", sa.BigInteger(), nullable=False, comment="bytes that are on disk for certain: the offset"
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=True, comment="digest the sender expects of the whole file"),
        sa.Column(
            "wishes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="mode and reading options of the push it becomes",
        ),
        sa.Column("stage", sa.Text(), nullable=False, comment="hub.push.progress.Stage"),
        sa.Column(
            "rows", sa.BigInteger(), server_default="0", nullable=False, comment="rows read of the push under way"
        ),
        sa.Column("push_id", sa.UUID(), nullable=True, comment="the push it became"),
        sa.Column(
            "answer",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="status and body of the last answer to its finishing",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("received >= 0 AND received <= length", name=op.f("ck_upload_offset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        schema="hub",
        comment="removed when they expire; the push a file became stays",
    )
    op.create_index(
        op.f("ix_upload_member_id_created_at"), "upload", ["member_id", "created_at"], unique=False, schema="hub"
    )
    op.create_index(op.f("ix_upload_expires_at"), "upload", ["expires_at"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop the table of uploads."""
    op.drop_table("upload", schema="hub")
