"""Registers fed in steps: where a source stands, links by the row that said so, claims of a time to come.

Revision 0027, after 0026, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

REGISTERS = ("population", "legal_persons", "geography")


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "register_waiting",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False, comment="local time from which a claim of it counts"),
        sa.PrimaryKeyConstraint("register", "subject", "due_at", name=op.f("pk_register_waiting")),
        schema="hub",
        comment="subjects with claims of a time to come: they count from then on, by a sweep",
    )
    op.create_index(
        "ix_register_waiting_register_due_at", "register_waiting", ["register", "due_at"], unique=False, schema="hub"
    )
    op.create_index(
        "ix_register_conflict_register_subject",
        "register_conflict",
        ["register", "subject"],
        unique=False,
        schema="hub",
    )
    for column in (
        sa.Column("taking", sa.BigInteger(), nullable=True, comment="version being taken in steps; null: none"),
        sa.Column("taken_row", sa.BigInteger(), nullable=True, comment="rows up to this _row of that version are in"),
        sa.Column(
            "is_refeeding",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="every row is read anew",
        ),
    ):
        op.add_column("register_source", column, schema="hub")
    for name in REGISTERS:
        _widen(name)


def _widen(name: str) -> None:
    for column in (
        sa.Column(
            "row",
            sa.BigInteger(),
            nullable=True,
            comment="_row of the source's resource; null: not from a source's row",
        ),
        sa.Column("other_kind", sa.Text(), nullable=True, comment="kind of alias other_form is; null: it is only kept"),
        sa.Column(
            "closed_push", sa.BigInteger(), nullable=True, comment="version that no longer says so; null: it stands"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column(f"{name}_link", column, schema="hub")
    op.create_index(
        f"ix_{name}_link_source_row",
        f"{name}_link",
        ["source", "row"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("closed_push IS NULL"),
    )
    op.create_index(f"ix_{name}_subject_changed", f"{name}_subject", ["changed", "id"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop them."""
    for name in REGISTERS:
        op.drop_index(f"ix_{name}_subject_changed", f"{name}_subject", schema="hub")
        op.drop_index(f"ix_{name}_link_source_row", f"{name}_link", schema="hub")
        for column in ("closed_at", "closed_push", "other_kind", "row"):
            op.drop_column(f"{name}_link", column, schema="hub")
    for column in ("is_refeeding", "taken_row", "taking"):
        op.drop_column("register_source", column, schema="hub")
    op.drop_index("ix_register_conflict_register_subject", "register_conflict", schema="hub")
    op.drop_table("register_waiting", schema="hub")
