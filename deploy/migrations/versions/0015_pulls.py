"""Pulls: where each stands, its versions, its runs, and the hashes of rows that travelled.

Revision 0015, after 0014, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of pulls."""
    op.create_table(
        "pull",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the provider"),
        sa.Column("version", sa.Integer(), nullable=False, comment="the one in force, of pull_version"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "tries", sa.Integer(), server_default="0", nullable=False, comment="failed runs since the last good one"
        ),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "last_good_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the resource was last known to be as the source is",
        ),
        sa.Column(
            "asked",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what a person asked of the next run: whole, allow_shrink",
        ),
        sa.Column(
            "memory",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="watermark, ETags, when last whole; void at another version",
        ),
        sa.CheckConstraint("state IN ('active', 'paused', 'removed')", name=op.f("ck_pull_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull")),
        schema="hub",
    )
    op.create_index(
        "ix_pull_due", "pull", ["next_due_at"], unique=False, schema="hub", postgresql_where=sa.text("state = 'active'")
    )
    op.create_index(op.f("ix_pull_member_id"), "pull", ["member_id"], unique=False, schema="hub")
    op.create_index(
        "uq_pull_entry_id",
        "pull",
        ["entry_id"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("state <> 'removed'"),
    )
    op.create_table(
        "pull_row",
        sa.Column("pull_id", sa.UUID(), nullable=False),
        sa.Column(
            "slot", sa.BigInteger(), autoincrement=False, nullable=False, comment="32 bits of the MD5 of the key"
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="key of the source's row, parts separated by U+001F"),
        sa.Column("sum_a", sa.BigInteger(), nullable=False, comment="32 bits of the MD5 of the row"),
        sa.Column("sum_b", sa.BigInteger(), nullable=False, comment="the next 32 bits"),
        sa.PrimaryKeyConstraint("pull_id", "slot", "key", name=op.f("pk_pull_row")),
        schema="hub",
        comment="what the source's rows were when they last travelled",
    )
    op.create_table(
        "pull_run",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("pull_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False, comment="schedule, asked, retry or again (after a killed run)"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False, comment="what was done: whole, watermark, difference, file"),
        sa.Column("phase", sa.Text(), nullable=False, comment="a word: what it is doing, or did last"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False, comment="last sign of life"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "rows_fetched", sa.BigInteger(), server_default="0", nullable=False, comment="rows of data that travelled"
        ),
        sa.Column("bytes_fetched", sa.BigInteger(), server_default="0", nullable=False, comment="all that travelled"),
        sa.Column(
            "rows_deleted", sa.BigInteger(), server_default="0", nullable=False, comment="rows gone from the source"
        ),
        sa.Column("pushes", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column(
            "notes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what a person should know, each in both languages",
        ),
        sa.Column(
            "error",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="class, texts and facts; no text of the source's own",
        ),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'unchanged', 'held', 'failed', 'interrupted')", name=op.f("ck_pull_run_state")
        ),
        sa.ForeignKeyConstraint(["pull_id"], ["hub.pull.id"], name=op.f("fk_pull_run_pull_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_run")),
        schema="hub",
    )
    op.create_index("ix_pull_run_pull_id_started_at", "pull_run", ["pull_id", "started_at"], unique=False, schema="hub")
    op.create_index(
        "ix_pull_run_running",
        "pull_run",
        ["pull_id"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "pull_version",
        sa.Column("pull_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "definition",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="hub.pulls.definition.Definition",
        ),
        sa.Column(
            "secret",
            sa.LargeBinary(),
            nullable=True,
            comment="password, token or key of the source, AES-256-GCM; null when removed",
        ),
        sa.Column("by_staff", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["hub.pull.id"], name=op.f("fk_pull_version_pull_id")),
        sa.PrimaryKeyConstraint("pull_id", "version", name=op.f("pk_pull_version")),
        schema="hub",
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("pull_version", schema="hub")
    op.drop_index(
        "ix_pull_run_running", table_name="pull_run", schema="hub", postgresql_where=sa.text("state = 'running'")
    )
    op.drop_index("ix_pull_run_pull_id_started_at", table_name="pull_run", schema="hub")
    op.drop_table("pull_run", schema="hub")
    op.drop_table("pull_row", schema="hub")
    op.drop_index("uq_pull_entry_id", table_name="pull", schema="hub", postgresql_where=sa.text("state <> 'removed'"))
    op.drop_index(op.f("ix_pull_member_id"), table_name="pull", schema="hub")
    op.drop_index("ix_pull_due", table_name="pull", schema="hub", postgresql_where=sa.text("state = 'active'"))
    op.drop_table("pull", schema="hub")
