"""The table of resumable uploads: how much of each file is safely here, what is to be done with it, what came of it.

The bytes lie in a file of their own (:mod:`hub.push.uploads.files`); nothing of their content is in this table.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True, comment="random: nobody guesses one"),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, comment="the organ that sends it; no other sees it"),
    sa.Column("entry", sa.Text, nullable=False, comment="name of the entry it is for"),
    sa.Column("filename", sa.Text, nullable=False, server_default=""),
    sa.Column("length", sa.BigInteger, nullable=False, comment="bytes of the whole file, as announced"),
    sa.Column("received", sa.BigInteger, nullable=False, comment="bytes that are on disk for certain: the offset"),
    sa.Column("sha256", sa.LargeBinary, comment="digest the sender expects of the whole file"),
    sa.Column("wishes", JSONB, nullable=False, comment="mode and reading options of the push it becomes"),
    sa.Column("stage", sa.Text, nullable=False, comment="hub.push.progress.Stage"),
    sa.Column("rows", sa.BigInteger, nullable=False, server_default="0", comment="rows read of the push under way"),
    sa.Column("push_id", UUID(as_uuid=True), comment="the push it became"),
    sa.Column("answer", JSONB, comment="status and body of the last answer to its finishing"),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("expires_at", AWARE, nullable=False),
    sa.Index("ix_upload_member_id_created_at", "member_id", "created_at"),
    sa.Index("ix_upload_expires_at", "expires_at"),
    sa.CheckConstraint("received >= 0 AND received <= length", name="offset"),
    comment="removed when they expire; the push a file became stays",
)
