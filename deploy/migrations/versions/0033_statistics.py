"""Statistics by division: releases and their cells.

Revision 0033, after 0032, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "statistics_release",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="the month, as 2025-06"),
        sa.Column("counted_on", sa.Date(), nullable=False, comment="the day of which ages are told"),
        sa.Column(
            "change", sa.BigInteger(), nullable=False, comment="number of the register's last change that is counted"
        ),
        sa.Column("minimum", sa.Integer(), nullable=False, comment="fewest persons of a cell that is shown"),
        sa.Column("rounding", sa.Integer(), nullable=False, comment="figures are multiples of it"),
        sa.Column("cells", sa.BigInteger(), nullable=False),
        sa.Column("hidden", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("built_by", sa.UUID(), nullable=True, comment="the member of staff; null: at the command line"),
        sa.ForeignKeyConstraint(["register"], ["hub.register.code"], name=op.f("fk_statistics_release_register")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_release")),
        sa.UniqueConstraint("register", "period", name=op.f("uq_statistics_release_register_period")),
        schema="hub",
        comment="tables of a register's subjects by division, made once for each period and never changed",
    )
    op.create_table(
        "statistics_cell",
        sa.Column("release", sa.UUID(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False, comment="city, district or town"),
        sa.Column("traits", sa.Text(), nullable=False, comment="what the table counts by: sex, age_band, … by commas"),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("categories", ARRAY(sa.Text()), nullable=False, comment="one for each trait"),
        sa.Column("figure", sa.BigInteger(), nullable=True, comment="rounded; null: hidden"),
        sa.ForeignKeyConstraint(["release"], ["hub.statistics_release.id"], name=op.f("fk_statistics_cell_release")),
        sa.PrimaryKeyConstraint(
            "release", "level", "traits", "division", "categories", name=op.f("pk_statistics_cell")
        ),
        schema="hub",
        comment="cells of statistics by division; an empty cell that is not hidden is not stored",
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("statistics_cell", schema="hub")
    op.drop_table("statistics_release", schema="hub")
