"""What was told in aggregate, to whom: so that the next table cannot be subtracted from it (统计法 Art. 28)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

aggregate_release = sa.Table(
    "aggregate_release",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("requester", sa.Text, nullable=False, comment="id of the member, or public"),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("condition_digest", sa.Text, nullable=False, comment="keyed digest of the condition"),
    sa.Column("condition", JSONB, nullable=False, comment="the condition as asked; null for all rows"),
    sa.Column("at", AWARE, nullable=False),
    sa.UniqueConstraint(
        "entry_id", "requester", "version", "condition_digest", name="uq_aggregate_release_entry_id_requester"
    ),
)
