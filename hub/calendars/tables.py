"""Table of holiday lists (国务院办公厅关于节假日安排的通知): the newest version of a year is in force."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

holiday_list = sa.Table(
    "holiday_list",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True, comment="grows with every list loaded"),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("notice", sa.Text, nullable=False, comment="title or number of the announcement"),
    sa.Column("days", JSONB, nullable=False, comment="date, name, is_workday of each day named"),
    sa.Column("digest", sa.Text, nullable=False, comment="RFC 9530 sha-256 of the file"),
    sa.Column("loaded_by", UUID(as_uuid=True), nullable=False),
    sa.Column("loaded_at", AWARE, nullable=False),
    sa.UniqueConstraint("year", "version"),
)
