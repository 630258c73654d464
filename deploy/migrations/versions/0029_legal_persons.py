"""Names and contradictions of legal persons, made from the register.

Revision 0029, after 0028, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "legal_persons_flag",
        sa.Column("subject", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("elements", ARRAY(sa.Text()), nullable=False),
        sa.Column("is_fault", sa.Boolean(), nullable=False, comment="false: it asks for a look and may be right"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "rule", name=op.f("pk_legal_persons_flag")),
        schema="hub",
        comment="contradictions inside the record of a body, for the department that owns the fact; nothing is edited",
    )
    op.create_index("ix_legal_persons_flag_rule", "legal_persons_flag", ["rule", "subject"], unique=False, schema="hub")
    op.create_table(
        "legal_persons_mark",
        sa.Column("is_the_only", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False, comment="subjects up to this change are read"),
        sa.Column("subject", sa.BigInteger(), nullable=False, comment="and of that change up to this subject"),
        sa.CheckConstraint("is_the_only", name=op.f("ck_legal_persons_mark_is_the_only")),
        sa.PrimaryKeyConstraint("is_the_only", name=op.f("pk_legal_persons_mark")),
        schema="hub",
        comment="how far names and contradictions follow the register",
    )
    op.create_table(
        "legal_persons_name",
        sa.Column("subject", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "form", sa.Text(), nullable=False, comment="the name as it is compared: half-width, small, no blanks"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="the name as it was registered"),
        sa.Column("is_current", sa.Boolean(), nullable=False, comment="false: a former name"),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True, comment="the first day it was no longer its name"),
        sa.Column("registrar", sa.Text(), nullable=False, comment="in whose city it must be alone; empty: not known"),
        sa.Column(
            "is_existing",
            sa.Boolean(),
            nullable=False,
            comment="whether the body is there: a name is free afterwards",
        ),
        sa.Column("grams", ARRAY(sa.Text()), nullable=False, comment="pairs of characters, to find what stands inside"),
        sa.PrimaryKeyConstraint("subject", "form", name=op.f("pk_legal_persons_name")),
        schema="hub",
        comment="names of bodies, present and former",
    )
    op.create_index("ix_legal_persons_name_form", "legal_persons_name", ["form"], unique=False, schema="hub")
    op.create_index(
        "ix_legal_persons_name_grams",
        "legal_persons_name",
        ["grams"],
        unique=False,
        schema="hub",
        postgresql_using="gin",
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("legal_persons_name", schema="hub")
    op.drop_table("legal_persons_mark", schema="hub")
    op.drop_table("legal_persons_flag", schema="hub")
