"""Tables of applications (申请车), and of the legal bases and use cases a city added (政务数据共享条例 Art. 20)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

application = sa.Table(
    "application",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="counts saves; who changes it names the one it read"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("content", JSONB, nullable=False, comment="hub.exchange.cart.records.Content"),
    sa.Column("template", sa.Text, comment="the use case it was begun from"),
    sa.Column("made_by", UUID(as_uuid=True), nullable=False),
    sa.Column("changed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.Column("submitted_by", UUID(as_uuid=True)),
    sa.Column("submitted_at", AWARE),
    sa.Column("consented_by", UUID(as_uuid=True), comment="the head of the requester, Art. 20"),
    sa.Column("consented_at", AWARE),
    sa.Index("ix_application_member_changed", "member_id", "changed_at"),
)

legal_basis = sa.Table(
    "legal_basis",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("body", JSONB, nullable=False, comment="hub.exchange.cart.bases.Basis"),
    sa.Column("added_by", UUID(as_uuid=True), nullable=False),
    sa.Column("added_at", AWARE, nullable=False),
    comment="articles the city added to those the product ships",
)

request_template = sa.Table(
    "request_template",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("body", JSONB, nullable=False, comment="hub.exchange.cart.templates.Template"),
    sa.Column("added_by", UUID(as_uuid=True), nullable=False),
    sa.Column("added_at", AWARE, nullable=False),
    comment="use cases the city added to those the product ships",
)
