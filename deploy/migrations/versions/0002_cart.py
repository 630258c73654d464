"""cart.

Revision 0002, after 0001, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="counts saves; who changes it names the one it read"
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="hub.exchange.cart.records.Content",
        ),
        sa.Column("template", sa.Text(), nullable=True, comment="the use case it was begun from"),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("changed_by", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.UUID(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_by", sa.UUID(), nullable=True, comment="the head of the requester, Art. 20"),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
        schema="hub",
    )
    op.create_index(
        "ix_application_member_changed", "application", ["member_id", "changed_at"], unique=False, schema="hub"
    )
    op.create_table(
        "legal_basis",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "body", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="hub.exchange.cart.bases.Basis"
        ),
        sa.Column("added_by", sa.UUID(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_basis")),
        schema="hub",
        comment="articles the city added to those the product ships",
    )
    op.create_table(
        "request_template",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="hub.exchange.cart.templates.Template",
        ),
        sa.Column("added_by", sa.UUID(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_template")),
        schema="hub",
        comment="use cases the city added to those the product ships",
    )
    op.add_column(
        "request",
        sa.Column(
            "modes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False, comment="policies.facts.Mode"
        ),
        schema="hub",
    )
    op.add_column(
        "request",
        sa.Column(
            "people",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="posts or staff ids of users",
        ),
        schema="hub",
    )
    op.add_column(
        "request",
        sa.Column("retention_days", sa.Integer(), nullable=True, comment="how long the user keeps what it received"),
        schema="hub",
    )
    op.add_column(
        "request", sa.Column("row_filter", postgresql.JSONB(astext_type=sa.Text()), nullable=True), schema="hub"
    )
    op.add_column(
        "request",
        sa.Column("application_id", sa.UUID(), nullable=True, comment="the application this is a part of"),
        schema="hub",
    )
    op.add_column(
        "request",
        sa.Column("replaces", sa.UUID(), nullable=True, comment="the part whose place this one takes after an edit"),
        schema="hub",
    )
    op.alter_column(
        "request",
        "entry_id",
        existing_type=sa.UUID(),
        comment="the entry; the provider's own id where all lines are outside the directory",
        existing_nullable=False,
        schema="hub",
    )
    op.alter_column(
        "request",
        "case_pattern",
        existing_type=sa.TEXT(),
        comment="what every case number must match: policies.case_numbers",
        existing_comment="regular expression every case number must match",
        existing_nullable=True,
        schema="hub",
    )
    op.create_index(op.f("ix_request_application_id"), "request", ["application_id"], unique=False, schema="hub")
    op.add_column(
        "request_line",
        sa.Column("cart_line", sa.UUID(), nullable=True, comment="the line of the application this one was made from"),
        schema="hub",
    )


def downgrade() -> None:
    op.drop_column("request_line", "cart_line", schema="hub")
    op.drop_index(op.f("ix_request_application_id"), table_name="request", schema="hub")
    op.alter_column(
        "request",
        "case_pattern",
        existing_type=sa.TEXT(),
        comment="regular expression every case number must match",
        existing_comment="what every case number must match: policies.case_numbers",
        existing_nullable=True,
        schema="hub",
    )
    op.alter_column(
        "request",
        "entry_id",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="the entry; the provider's own id where all lines are outside the directory",
        existing_nullable=False,
        schema="hub",
    )
    op.drop_column("request", "replaces", schema="hub")
    op.drop_column("request", "application_id", schema="hub")
    op.drop_column("request", "row_filter", schema="hub")
    op.drop_column("request", "retention_days", schema="hub")
    op.drop_column("request", "people", schema="hub")
    op.drop_column("request", "modes", schema="hub")
    op.drop_table("request_template", schema="hub")
    op.drop_table("legal_basis", schema="hub")
    op.drop_index("ix_application_member_changed", table_name="application", schema="hub")
    op.drop_table("application", schema="hub")
