"""The table of tokens for CKAN clients. The token itself is stored nowhere, only its SHA-256."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from catalogue.tables import AWARE, metadata

ckan_token = sa.Table(
    "ckan_token",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True, comment="SHA-256 of the token, hex"),
    sa.Column("staff_id", UUID(as_uuid=True), sa.ForeignKey("hub.staff.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False, comment="what its owner calls it"),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("created", AWARE, nullable=False),
    sa.Column("expires", AWARE, nullable=False),
    sa.Column("last_used", AWARE, comment="to the minute, so that reading does not write each time"),
    sa.Column("revoked", AWARE),
    sa.CheckConstraint("scope IN ('import', 'write')", name="scope"),
    comment="tokens for CKAN clients: of one person, never more than the person may do",
)
