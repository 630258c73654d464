"""Tables of pulls: where each stands, its versions, its runs, and the row hashes the difference is told by.

Secrets are sealed (``keys/sealing.key``). A row hash is one-way; the key beside it is that of the source's row and
leaves with the pull, or with the row.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.tables import AWARE, metadata

pull = sa.Table(
    "pull",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True, comment="the provider"),
    sa.Column("version", sa.Integer, nullable=False, comment="the one in force, of pull_version"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.Column("next_due_at", AWARE, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0", comment="failed runs since the last good one"),
    sa.Column("failing_since", AWARE),
    sa.Column("last_good_at", AWARE, comment="when the resource was last known to be as the source is"),
    sa.Column("asked", JSONB, nullable=False, comment="what a person asked of the next run: whole, allow_shrink"),
    sa.Column("memory", JSONB, nullable=False, comment="watermark, ETags, when last whole; void at another version"),
    sa.CheckConstraint("state IN ('active', 'paused', 'removed')", name="state"),
    sa.Index("uq_pull_entry_id", "entry_id", unique=True, postgresql_where=sa.text("state <> 'removed'")),
    sa.Index("ix_pull_due", "next_due_at", postgresql_where=sa.text("state = 'active'")),
)

pull_version = sa.Table(
    "pull_version",
    metadata,
    sa.Column("pull_id", UUID(as_uuid=True), sa.ForeignKey("hub.pull.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("definition", JSONB, nullable=False, comment="hub.pulls.definition.Definition"),
    sa.Column("secret", sa.LargeBinary, comment="password, token or key of the source, AES-256-GCM; null when removed"),
    sa.Column("by_staff", UUID(as_uuid=True), nullable=False),
    sa.Column("at", AWARE, nullable=False),
)

pull_run = sa.Table(
    "pull_run",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("pull_id", UUID(as_uuid=True), sa.ForeignKey("hub.pull.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("cause", sa.Text, nullable=False, comment="schedule, asked, retry or again (after a killed run)"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("strategy", sa.Text, nullable=False, comment="what was done: whole, watermark, difference, file"),
    sa.Column("phase", sa.Text, nullable=False, comment="a word: what it is doing, or did last"),
    sa.Column("started_at", AWARE, nullable=False),
    sa.Column("touched_at", AWARE, nullable=False, comment="last sign of life"),
    sa.Column("finished_at", AWARE),
    sa.Column("rows_fetched", sa.BigInteger, nullable=False, server_default="0", comment="rows of data that travelled"),
    sa.Column("bytes_fetched", sa.BigInteger, nullable=False, server_default="0", comment="all that travelled"),
    sa.Column("rows_deleted", sa.BigInteger, nullable=False, server_default="0", comment="rows gone from the source"),
    sa.Column("pushes", ARRAY(UUID(as_uuid=True)), nullable=False),
    sa.Column("notes", JSONB, nullable=False, comment="what a person should know, each in both languages"),
    sa.Column("error", JSONB, comment="class, texts and facts; no text of the source's own"),
    sa.CheckConstraint("state IN ('running', 'done', 'unchanged', 'held', 'failed', 'interrupted')", name="state"),
    sa.Index("ix_pull_run_pull_id_started_at", "pull_id", "started_at"),
    sa.Index("ix_pull_run_running", "pull_id", postgresql_where=sa.text("state = 'running'")),
)

pull_row = sa.Table(
    "pull_row",
    metadata,
    sa.Column("pull_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False, comment="32 bits of the MD5 of the key"),
    sa.Column("key", sa.Text, primary_key=True, comment="key of the source's row, parts separated by U+001F"),
    sa.Column("sum_a", sa.BigInteger, nullable=False, comment="32 bits of the MD5 of the row"),
    sa.Column("sum_b", sa.BigInteger, nullable=False, comment="the next 32 bits"),
    comment="what the source's rows were when they last travelled",
)
