"""Table of clocks: a period of the law that runs, stands still or has ended (政务数据共享条例 Art. 17-26)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

clock = sa.Table(
    "clock",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("case_kind", sa.Text, nullable=False, comment="request_line, delivery, correction, consultation ..."),
    sa.Column("case_id", UUID(as_uuid=True), nullable=False),
    sa.Column("deadline", sa.Text, nullable=False, comment="code of the pack's deadlines"),
    sa.Column("pack", sa.Text, nullable=False),
    sa.Column("units", sa.Integer, nullable=False, comment="figure of the law on the day the clock was started"),
    sa.Column("bound_id", UUID(as_uuid=True), nullable=False, comment="the member whose time it is"),
    sa.Column("other_id", UUID(as_uuid=True), comment="the member that waits"),
    sa.Column("role", sa.Text, nullable=False, comment="who of the bound member is warned"),
    sa.Column("label", sa.Text, nullable=False, comment="how people call the case"),
    sa.Column("link", sa.Text, nullable=False, comment="path of the case's page"),
    sa.Column("started_on", sa.Date, nullable=False, comment="day of receipt; it does not count"),
    sa.Column("due_on", sa.Date, comment="last day in time; null while the clock stands still"),
    sa.Column("pauses", JSONB, nullable=False, server_default="[]", comment="reason, since, until of each"),
    sa.Column("extension", JSONB, comment="units, consent_by, on, is_notified"),
    sa.Column("stopped_on", sa.Date),
    sa.Column("stopped_as", sa.Text, comment="how the case ended: a word, for example granted"),
    sa.Column("warned", sa.Integer, nullable=False, server_default="0", comment="last mark reached: 50, 80, 100"),
    sa.Column("escalated_at", AWARE, comment="when it was reported to the supervisor as overdue"),
    sa.Column("looked_on", sa.Date, comment="day of the last look by the sweep"),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Index("ix_clock_case", "case_kind", "case_id"),
    sa.Index("ix_clock_bound", "bound_id", "stopped_on"),
    sa.Index("ix_clock_open", "looked_on", postgresql_where=sa.text("stopped_on IS NULL")),
    sa.Index(
        "uq_clock_running", "case_kind", "case_id", "deadline",
        unique=True, postgresql_where=sa.text("stopped_on IS NULL"),
    ),
)  # fmt: skip
