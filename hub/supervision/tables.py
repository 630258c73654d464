"""Tables of urging (催办) and of disputes over sharing (政务数据共享条例 Art. 28, 29)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

urging = sa.Table(
    "urging",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("clock_id", UUID(as_uuid=True), sa.ForeignKey("hub.clock.id"), nullable=False, index=True),
    sa.Column("urged_by", UUID(as_uuid=True), nullable=False),
    sa.Column("urged_at", AWARE, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, comment="why it is late, as the bound member says"),
    sa.Column("reason_by", UUID(as_uuid=True)),
    sa.Column("reason_at", AWARE),
)

dispute = sa.Table(
    "dispute",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("request_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("line_id", UUID(as_uuid=True), comment="null: the dispute is over the grant"),
    sa.Column("grant_id", UUID(as_uuid=True)),
    sa.Column("about", sa.Text, nullable=False, comment="refused, narrowed, overdue, suspended"),
    sa.Column("requester_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("provider_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("authority_id", UUID(as_uuid=True), comment="the authority it was taken to"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, comment="settled, overturned, upheld, withdrawn"),
    sa.Column("opened_by", UUID(as_uuid=True), nullable=False),
    sa.Column("opened_at", AWARE, nullable=False),
    sa.Column("closed_at", AWARE),
    sa.Column("excluded", JSONB, nullable=False, server_default="[]", comment="persons who may not hear it"),
    sa.Column("decision", JSONB, comment="text, article, decider, form ordered"),
)

dispute_record = sa.Table(
    "dispute_record",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("dispute_id", UUID(as_uuid=True), sa.ForeignKey("hub.dispute.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False, comment="state in which it was done"),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("staff_id", UUID(as_uuid=True), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
    sa.UniqueConstraint("dispute_id", "position"),
)
