"""Table of the versions of departments' own code lists."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

code_list_version = sa.Table(
    "code_list_version",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False, comment="proposed, in_force, returned"),
    sa.Column("title_zh", sa.Text, nullable=False),
    sa.Column("title_en", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("rows", JSONB, nullable=False, comment="code, name_zh, name_en and the list's own columns, in order"),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, comment="the department whose list it is"),
    sa.Column("made_by", UUID(as_uuid=True), nullable=False),
    sa.Column("made_at", AWARE, nullable=False),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    comment="INVARIANT: a version in force is never changed; the newest in force is the present one",
)
