"""Tables of rejected rows kept for the clerk who mends them, and of pushes that wait for a person.

Jilin Art. 27 (true, accurate, timely, complete); 个人信息保护法 Art. 19 (kept no longer than needed). INVARIANT: the
text of a row stands in ``push_held_row.cells`` and nowhere else, is read by the provider's own pushing roles alone,
and goes when the row is resolved or its time is over.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

push_held = sa.Table(
    "push_held",
    metadata,
    sa.Column("push_id", UUID(as_uuid=True), sa.ForeignKey("hub.push.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("header", JSONB, nullable=False, comment="names of the columns, as the file says them"),
    sa.Column("letters", JSONB, nullable=False, comment="spreadsheet letters of the columns"),
    sa.Column("positions", JSONB, nullable=False, comment="0-based column of the file by item column"),
    sa.Column("rows", sa.BigInteger, nullable=False, comment="rejected rows kept"),
    sa.Column("left_out", sa.BigInteger, nullable=False, comment="rejected rows beyond the limit, not kept"),
    sa.Column("lapses_at", AWARE, nullable=False),
    sa.Column("erased_at", AWARE, comment="when the texts of the rows not resolved went"),
    sa.Index("ix_push_held_lapses_at", "lapses_at", postgresql_where=sa.text("erased_at IS NULL")),
    comment="one line a push with rejected rows: the shape of its file",
)

push_held_row = sa.Table(
    "push_held_row",
    metadata,
    sa.Column("push_id", UUID(as_uuid=True), sa.ForeignKey("hub.push.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("line", sa.BigInteger, primary_key=True, comment="line of the file as the clerk sees it"),
    sa.Column("cells", JSONB, comment="text of each column of the file (c0, c1 ...); null once resolved or erased"),
    sa.Column("faults", JSONB, comment="faults of values mended in the browser; null: those of the push in tried_by"),
    sa.Column("is_mended", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("tried_by", UUID(as_uuid=True), comment="the last push that gave the row back again"),
    sa.Column("resolved_by", UUID(as_uuid=True), comment="the push that took the row"),
    sa.Column("resolved_at", AWARE),
    comment="rejected rows as they were read, for the clerk alone",
)

push_wait = sa.Table(
    "push_wait",
    metadata,
    sa.Column("push_id", UUID(as_uuid=True), sa.ForeignKey("hub.push.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("holds", JSONB, nullable=False, comment="why it waits: reasons, counts and limits"),
    sa.Column("arrival", JSONB, nullable=False, comment="how the file is to be read and merged"),
    sa.Column("spool_key", sa.Text, nullable=False),
    sa.Column("base_version", sa.BigInteger, nullable=False, comment="version the difference was computed against"),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("remind_at", AWARE, nullable=False),
    sa.Column("reminded_at", AWARE),
    sa.Column("lapses_at", AWARE, nullable=False),
    sa.Column("acted_at", AWARE),
    sa.Column("acted_by", UUID(as_uuid=True), comment="person who released, sent back or withdrew it"),
    sa.Column("words", sa.Text, nullable=False, server_default=""),
    sa.Column("replaced_by", UUID(as_uuid=True)),
    sa.CheckConstraint(
        "state IN ('held', 'awaiting_release', 'released', 'sent_back', 'withdrawn', 'replaced', 'lapsed')",
        name="state",
    ),
    sa.Index("ix_push_wait_entry_id_at", "entry_id", "at"),
    sa.Index("ix_push_wait_open", "lapses_at", postgresql_where=sa.text("state IN ('held', 'awaiting_release')")),
    comment="pushes a person must let in; their files lie in the spool",
)

push_draft = sa.Table(
    "push_draft",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("by_staff", UUID(as_uuid=True), nullable=False),
    sa.Column("arrival", JSONB, nullable=False, comment="how the file is to be read and merged"),
    sa.Column("spool_key", sa.Text, nullable=False),
    sa.Column("result", JSONB, nullable=False, comment="what the dry run said"),
    sa.Column("at", AWARE, nullable=False),
    sa.Index("ix_push_draft_at", "at"),
    comment="files chosen in the browser and tried, not pushed yet",
)
