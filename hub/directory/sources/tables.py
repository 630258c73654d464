"""Table of the authority's decisions on who is the source of an item (政务数据共享条例 第十九条: 一数一源)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.tables import AWARE, metadata

decision = sa.Table(
    "source_decision",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("subject", sa.Text, nullable=False, comment="code of a data element, or a folded name of an item"),
    sa.Column("name", sa.Text, nullable=False, comment="the item as people call it"),
    sa.Column("source_id", UUID(as_uuid=True), nullable=False, comment="the member that is the source"),
    sa.Column("also", ARRAY(UUID(as_uuid=True)), nullable=False, comment="members that may supply it besides"),
    sa.Column("basis", sa.Text, nullable=False, comment="rule and article, or the minutes it rests on"),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("decided_by", UUID(as_uuid=True), nullable=False),
    sa.Column("decided_at", AWARE, nullable=False),
    sa.Column("ended_at", AWARE, comment="when it was replaced or withdrawn"),
    sa.Column("ended_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
    sa.Index(
        "uq_source_decision_in_force",
        "jurisdiction",
        "subject",
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
    comment="who is the source of an item, by decision of the authority",
)
