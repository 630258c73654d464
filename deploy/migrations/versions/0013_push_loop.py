"""push loop.

Revision 0013, after 0012, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATES = ("received", "merged", "rejected", "stopped", "rolled_back")
_WAITING = ("held", "awaiting_release", "sent_back", "withdrawn", "replaced", "lapsed")


def upgrade() -> None:
    """Make the tables of this step; a push may be in more states than before."""
    _allow((*_STATES, *_WAITING))
    _add_held()
    _add_waiting()


def _allow(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_push_state"), "push", schema="hub", type_="check")
    words = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_push_state"), "push", f"state IN ({words})", schema="hub")


def _add_held() -> None:
    op.add_column(
        "push",
        sa.Column("resumes", sa.UUID(), nullable=True, comment="the push whose rejected rows this one mends"),
        schema="hub",
    )
    op.create_index(
        "ix_push_resumes",
        "push",
        ["resumes"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("resumes IS NOT NULL"),
    )
    op.create_table(
        "push_held",
        sa.Column("push_id", sa.UUID(), nullable=False),
        sa.Column("header", postgresql.JSONB(), nullable=False, comment="names of the columns, as the file says them"),
        sa.Column("letters", postgresql.JSONB(), nullable=False, comment="spreadsheet letters of the columns"),
        sa.Column("positions", postgresql.JSONB(), nullable=False, comment="0-based column of the file by item column"),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="rejected rows kept"),
        sa.Column("left_out", sa.BigInteger(), nullable=False, comment="rejected rows beyond the limit, not kept"),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "erased_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the texts of the rows not resolved went",
        ),
        sa.ForeignKeyConstraint(["push_id"], ["hub.push.id"], name=op.f("fk_push_held_push_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("push_id", name=op.f("pk_push_held")),
        schema="hub",
        comment="one line a push with rejected rows: the shape of its file",
    )
    op.create_index(
        "ix_push_held_lapses_at",
        "push_held",
        ["lapses_at"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("erased_at IS NULL"),
    )
    op.create_table(
        "push_held_row",
        sa.Column("push_id", sa.UUID(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False, comment="line of the file as the clerk sees it"),
        sa.Column(
            "cells",
            postgresql.JSONB(),
            nullable=True,
            comment="text of each column of the file (c0, c1 ...); null once resolved or erased",
        ),
        sa.Column(
            "faults",
            postgresql.JSONB(),
            nullable=True,
            comment="faults of values mended in the browser; null: those of the push in tried_by",
        ),
        sa.Column("is_mended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("tried_by", sa.UUID(), nullable=True, comment="the last push that gave the row back again"),
        sa.Column("resolved_by", sa.UUID(), nullable=True, comment="the push that took the row"),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["push_id"], ["hub.push.id"], name=op.f("fk_push_held_row_push_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("push_id", "line", name=op.f("pk_push_held_row")),
        schema="hub",
        comment="rejected rows as they were read, for the clerk alone",
    )


def _add_waiting() -> None:
    op.create_table(
        "push_wait",
        sa.Column("push_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("holds", postgresql.JSONB(), nullable=False, comment="why it waits: reasons, counts and limits"),
        sa.Column("arrival", postgresql.JSONB(), nullable=False, comment="how the file is to be read and merged"),
        sa.Column("spool_key", sa.Text(), nullable=False),
        sa.Column(
            "base_version", sa.BigInteger(), nullable=False, comment="version the difference was computed against"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_by", sa.UUID(), nullable=True, comment="person who released, sent back or withdrew it"),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("replaced_by", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "state IN ('held', 'awaiting_release', 'released', 'sent_back', 'withdrawn', 'replaced', 'lapsed')",
            name=op.f("ck_push_wait_state"),
        ),
        sa.ForeignKeyConstraint(["push_id"], ["hub.push.id"], name=op.f("fk_push_wait_push_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("push_id", name=op.f("pk_push_wait")),
        schema="hub",
        comment="pushes a person must let in; their files lie in the spool",
    )
    op.create_index("ix_push_wait_entry_id_at", "push_wait", ["entry_id", "at"], unique=False, schema="hub")
    op.create_index(
        "ix_push_wait_open",
        "push_wait",
        ["lapses_at"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("state IN ('held', 'awaiting_release')"),
    )
    op.create_table(
        "push_draft",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("by_staff", sa.UUID(), nullable=False),
        sa.Column("arrival", postgresql.JSONB(), nullable=False, comment="how the file is to be read and merged"),
        sa.Column("spool_key", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=False, comment="what the dry run said"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_draft")),
        schema="hub",
        comment="files chosen in the browser and tried, not pushed yet",
    )
    op.create_index("ix_push_draft_at", "push_draft", ["at"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop what this step made; a push that waited is as if it had been rejected."""
    op.drop_table("push_draft", schema="hub")
    op.drop_table("push_wait", schema="hub")
    op.drop_table("push_held_row", schema="hub")
    op.drop_table("push_held", schema="hub")
    op.drop_index("ix_push_resumes", table_name="push", schema="hub")
    op.drop_column("push", "resumes", schema="hub")
    push = sa.table("push", sa.column("state"), schema="hub")
    op.execute(push.update().where(push.c.state.in_(_WAITING)).values(state="rejected"))
    _allow(_STATES)
