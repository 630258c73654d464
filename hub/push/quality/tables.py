"""The measures of each push (Jilin Art. 27): counts, the shares made of them, and promised updates near their end."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

quality = sa.Table(
    "quality",
    metadata,
    sa.Column("push_id", UUID(as_uuid=True), sa.ForeignKey("hub.push.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False, comment="version of the resource"),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("counts", JSONB, nullable=False, comment="what the shares are made of, by name"),
    sa.Column("true_share", sa.Double, comment="真实; null where it cannot be told"),
    sa.Column("accurate_share", sa.Double, comment="准确"),
    sa.Column("timely_share", sa.Double, comment="及时"),
    sa.Column("complete_share", sa.Double, comment="完整"),
    sa.Index("ix_quality_entry_id_number", "entry_id", "number"),
    comment="one line a push",
)

promise = sa.Table(
    "quality_promise",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("due_on", sa.Date, primary_key=True, comment="last day of the promised cycle"),
    sa.Column("warned_at", AWARE, comment="the clerk was told before the cycle ended"),
    sa.Column("missed_at", AWARE, comment="the clerk was told that it ended without an update"),
    sa.Column("escalated_at", AWARE, comment="the head and the supervisor were told"),
    sa.Column("met_at", AWARE, comment="the update came"),
    comment="promised updates that came near their end or past it",
)
