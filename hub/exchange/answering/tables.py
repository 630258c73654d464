"""Tables of supplements (一次性告知), extensions asked for, and the letters of answers (政务数据共享条例 Art. 21)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

supplement = sa.Table(
    "supplement",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("request_id", UUID(as_uuid=True), sa.ForeignKey("hub.request.id"), nullable=False, unique=True),
    sa.Column("asked_by", UUID(as_uuid=True), nullable=False),
    sa.Column("asked_at", AWARE, nullable=False),
    sa.Column("text", sa.Text, nullable=False, comment="what is missing, all of it at once"),
    sa.Column("missing", JSONB, nullable=False, comment="line ids and field names"),
    sa.Column("answered_by", UUID(as_uuid=True)),
    sa.Column("answered_at", AWARE),
    sa.Column("reply", JSONB, comment="text, and the fields changed with their former texts"),
    comment="one row a request: what is missing is told once",
)

extension_ask = sa.Table(
    "extension_ask",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column(
        "request_id",
        UUID(as_uuid=True),
        sa.ForeignKey("hub.request.id"),
        index=True,
        comment="null: a clock of the directory",
    ),
    sa.Column("provider_id", UUID(as_uuid=True), nullable=False),
    sa.Column("clocks", JSONB, nullable=False, comment="ids of the clocks it is asked for"),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asked_by", UUID(as_uuid=True), nullable=False),
    sa.Column("asked_at", AWARE, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="asked, consented, declined, lapsed"),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("text", sa.Text, nullable=False, server_default=""),
)

answer_letter = sa.Table(
    "answer_letter",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("request_id", UUID(as_uuid=True), sa.ForeignKey("hub.request.id"), nullable=False, index=True),
    sa.Column("line_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("body", JSONB, nullable=False, comment="the letter (答复书) as it was given, in both languages"),
    sa.Column("given_at", AWARE, nullable=False),
)
