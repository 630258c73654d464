"""Table of the notices filed before a version narrows what is shared (政务数据共享条例 Art. 17, 27)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.tables import AWARE, metadata

entry_change_notice = sa.Table(
    "entry_change_notice",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False, comment="the version under work that narrows"),
    sa.Column("columns", ARRAY(sa.Text), nullable=False, comment="items gone or shared less widely"),
    sa.Column("affected", JSONB, nullable=False, comment="how many grants, subscriptions ... and which members"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("filed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("filed_at", AWARE, nullable=False),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
)
