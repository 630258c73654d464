"""Tokens for CKAN clients, and the ids they gave to resources.

Revision 0023, after 0022, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of tokens and of ids."""
    op.create_table(
        "ckan_resource",
        sa.Column("id", UUID(as_uuid=True), nullable=False, comment="as the client gave it"),
        sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["hub.entry.id"], name=op.f("fk_ckan_resource_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ckan_resource")),
        schema="hub",
        comment="ids of resources of entries that came from a CKAN; the hub's own follow from the entry's id",
    )
    op.create_index("ix_ckan_resource_entry_id", "ckan_resource", ["entry_id"], unique=False, schema="hub")
    op.create_table(
        "ckan_token",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the token, hex"),
        sa.Column("staff_id", UUID(as_uuid=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="what its owner calls it"),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "last_used",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="to the minute, so that reading does not write each time",
        ),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('import', 'write')", name=op.f("ck_ckan_token_scope")),
        sa.ForeignKeyConstraint(["staff_id"], ["hub.staff.id"], name=op.f("fk_ckan_token_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ckan_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_ckan_token_digest")),
        schema="hub",
        comment="tokens for CKAN clients: of one person, never more than the person may do",
    )
    op.create_index("ix_ckan_token_staff_id", "ckan_token", ["staff_id"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ckan_token", schema="hub")
    op.drop_table("ckan_resource", schema="hub")
