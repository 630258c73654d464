"""Tables of pushes: what was received, what became of it, what was rejected; and of incidents.

Zhengzhou Art. 19 (supply); Jilin Art. 27 (true, accurate, timely, complete). No table here holds an unmasked
value of a pushed row: a rejected value is stored as the report shows it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

push = sa.Table(
    "push",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column(
        "number", sa.BigInteger, comment="version number of the resource, from 1 without a gap; null until merged"
    ),
    sa.Column("entry_version", sa.Integer, nullable=False, comment="version of the entry it was checked against"),
    sa.Column("mode", sa.Text, nullable=False, comment="full or upsert"),
    sa.Column("idempotency_key", sa.Text, nullable=False),
    sa.Column("content_digest", sa.Text, nullable=False, comment="RFC 9530, over the bytes as received and the mode"),
    sa.Column("filename", sa.Text, nullable=False, server_default=""),
    sa.Column("format", JSONB, nullable=False, comment="encoding, delimiter, sheet, header row as read"),
    sa.Column("counts", JSONB, nullable=False, comment="received, accepted, rejected, inserted, changed, ..."),
    sa.Column("report", JSONB, nullable=False, comment="counts by rule, with masked examples"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by_system", UUID(as_uuid=True)),
    sa.Column("by_staff", UUID(as_uuid=True)),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("merged_at", AWARE),
    sa.Column("receipt_id", UUID(as_uuid=True)),
    sa.Column("resumes", UUID(as_uuid=True), comment="the push whose rejected rows this one mends"),
    sa.UniqueConstraint("entry_id", "idempotency_key"),
    sa.UniqueConstraint("entry_id", "number"),
    sa.Index("ix_push_entry_id_at", "entry_id", "at"),
    sa.Index("ix_push_resumes", "resumes", postgresql_where=sa.text("resumes IS NOT NULL")),
    sa.CheckConstraint(
        "state IN ('received', 'merged', 'rejected', 'stopped', 'rolled_back', 'held', 'awaiting_release',"
        " 'sent_back', 'withdrawn', 'replaced', 'lapsed')",
        name="state",
    ),
    sa.CheckConstraint("(number IS NULL) = (state NOT IN ('merged', 'rolled_back'))", name="number_when_merged"),
    comment="INVARIANT: a merged push is never changed but to rolled_back",
)

push_rejection = sa.Table(
    "push_rejection",
    metadata,
    sa.Column("push_id", UUID(as_uuid=True), sa.ForeignKey("hub.push.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, comment="order in the report, from 1"),
    sa.Column("line", sa.BigInteger, nullable=False, comment="line of the file as the clerk sees it"),
    sa.Column("letter", sa.Text, comment="column letter of the sheet"),
    sa.Column("item", sa.Text, comment="name of the item; null for the row as a whole"),
    sa.Column("column", sa.Text, comment="column of the item"),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("value", sa.Text, comment="masked by the item's sensitivity"),
    sa.Column("detail", sa.Text, comment="what the rule's message is filled with"),
)

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("entry_id", UUID(as_uuid=True), index=True),
    sa.Column("facts", JSONB, nullable=False, comment="kinds and places of what was found, never its content"),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False, comment="role that has to act"),
    sa.Column("closed_at", AWARE),
)
