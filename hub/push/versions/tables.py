"""Tables of versions: how far back they can be read, what was erased, what was asked for, repeats of a push.

Zhengzhou Art. 19 (supply); 个人信息保护法 Art. 19 (no longer than needed), Art. 47 (erasure). No table here holds a
value of a row: an erased row is a number.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

version_floor = sa.Table(
    "version_floor",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("earliest", sa.BigInteger, nullable=False, comment="the earliest version that can still be read"),
    sa.Column("raised_at", AWARE, nullable=False),
    sa.Column("trimmed", sa.BigInteger, nullable=False, server_default="0", comment="history is gone up to here"),
    comment="resources whose history no longer reaches back to the first push",
)

row_erased = sa.Table(
    "row_erased",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, comment="the version from which on the row was never there"),
    sa.Column("row", sa.BigInteger, primary_key=True, comment="_row of what was erased"),
    sa.Column("since", sa.BigInteger, nullable=False, comment="the first version that held it"),
    comment="erased rows: tombstones of the changes feed, without a value",
)

version_act = sa.Table(
    "version_act",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="restore or erase"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("target", sa.BigInteger, comment="the version to go back to"),
    sa.Column("facts", JSONB, nullable=False, comment="ground, decision reference, counts, keyed digests; no value"),
    sa.Column("by_system", UUID(as_uuid=True)),
    sa.Column("by_staff", UUID(as_uuid=True)),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("push_id", UUID(as_uuid=True), comment="the version it became"),
    sa.Index("ix_version_act_entry_id_at", "entry_id", "at"),
    sa.CheckConstraint("kind IN ('restore', 'erase')", name="kind"),
    sa.CheckConstraint("state IN ('proposed', 'done', 'withdrawn')", name="state"),
    comment="going back to a version, and erasures: who asked, who let it happen",
)

push_repeat = sa.Table(
    "push_repeat",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("idempotency_key", sa.Text, primary_key=True),
    sa.Column("push_id", UUID(as_uuid=True), sa.ForeignKey("hub.push.id", ondelete="CASCADE"), nullable=False),
    sa.Column("content_digest", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    comment="keys under which the newest content came again: the same key is the same push, also later",
)
