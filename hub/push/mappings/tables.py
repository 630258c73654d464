"""Tables of saved mappings: how the files of an entry are read, version by version, and who said so.

Zhengzhou Art. 19 (supply); Jilin Art. 27. A mapping holds names of columns and items, never a value of a row.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

push_mapping = sa.Table(
    "push_mapping",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="of the entry's mappings, from 1"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False, comment="digest of the normalised header names"),
    sa.Column("body", JSONB, nullable=False, comment="reading options, columns to items, header"),
    sa.UniqueConstraint("entry_id", "version"),
    sa.CheckConstraint("state IN ('proposed', 'fixed', 'retired')", name="state"),
    comment="INVARIANT: only the state of a row is ever changed",
)

push_mapping_act = sa.Table(
    "push_mapping_act",
    metadata,
    sa.Column(
        "mapping_id", UUID(as_uuid=True), sa.ForeignKey("hub.push_mapping.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("position", sa.Integer, primary_key=True, comment="order of the acts, from 1"),
    sa.Column("act", sa.Text, nullable=False, comment="propose, fix or retire"),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("by_system", UUID(as_uuid=True)),
    sa.Column("by_staff", UUID(as_uuid=True)),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
)
