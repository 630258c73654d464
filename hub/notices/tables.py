"""Tables of notices and of who has read them (users' guide d5: in-app first, every notice has a direct link)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from catalogue.tables import AWARE, metadata

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("role", sa.Text, comment="who of the member it is for; null: everybody"),
    sa.Column("kind", sa.Text, nullable=False, comment="a word, for example clock.warning"),
    sa.Column("zh", sa.Text, nullable=False),
    sa.Column("en", sa.Text, nullable=False),
    sa.Column("next_zh", sa.Text, nullable=False),
    sa.Column("next_en", sa.Text, nullable=False),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("subject_kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("once", sa.Text, unique=True, comment="what makes it the same notice: it is sent once"),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Index("ix_notice_member", "member_id", "number"),
)

notice_read = sa.Table(
    "notice_read",
    metadata,
    sa.Column("notice_id", UUID(as_uuid=True), sa.ForeignKey("hub.notice.id"), primary_key=True),
    sa.Column("staff_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("read_at", AWARE, nullable=False),
)
