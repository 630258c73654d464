"""Population: the keeper of the protected list, protected persons, large batches to be approved.

Revision 0028, after 0027, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "population_keeper",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the organ that keeps the protected list"),
        sa.Column("telephone", sa.Text(), nullable=False, comment="shown with every verification, whatever it answers"),
        sa.Column("set_by", sa.UUID(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_population_keeper")),
        schema="hub",
        comment="the named organ that keeps the list of protected persons, and the telephone that answers for them",
    )
    op.create_table(
        "population_protected",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column(
            "form", sa.Text(), nullable=False, comment="the person's number, sealed; need not be in the register"
        ),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the organ that put the person on the list"),
        sa.Column(
            "reference", sa.Text(), nullable=False, comment="file number of the organ's decision; no reason in words"
        ),
        sa.Column(
            "until",
            sa.Date(),
            nullable=True,
            comment="the first day the protection no longer holds; null: until it is lifted",
        ),
        sa.Column("set_by", sa.UUID(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.UUID(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_protected")),
        schema="hub",
        comment="protected persons: every service answers about them as if nothing could be verified",
    )
    op.create_index(
        "uq_population_protected_form",
        "population_protected",
        ["form"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "population_batch",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("system_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column(
            "digest", sa.Text(), nullable=False, comment="keyed digest of the rows: the approval is for these alone"
        ),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, approved, declined, used"),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'declined', 'used')", name=op.f("ck_population_batch_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_batch")),
        sa.UniqueConstraint("system_id", "digest", name=op.f("uq_population_batch_system_id_digest")),
        schema="hub",
        comment="batches over the set size, each to be approved by a second person before it is compared",
    )
    op.create_index(
        "ix_population_batch_entry_id_state", "population_batch", ["entry_id", "state"], unique=False, schema="hub"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("population_batch", schema="hub")
    op.drop_table("population_protected", schema="hub")
    op.drop_table("population_keeper", schema="hub")
