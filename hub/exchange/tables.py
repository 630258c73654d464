"""Tables of requests, their lines and the grants that come of them (Zhengzhou Art. 20; 政务数据共享条例 Art. 20-22)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.tables import AWARE, metadata

request = sa.Table(
    "request",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True, comment="the requester"),
    sa.Column("system_id", UUID(as_uuid=True), nullable=False, comment="the system that will use the grant"),
    sa.Column("provider_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column(
        "entry_id",
        UUID(as_uuid=True),
        nullable=False,
        comment="the entry; the provider's own id where all lines are outside the directory",
    ),
    sa.Column("made_by", UUID(as_uuid=True), nullable=False),
    sa.Column("consented_by", UUID(as_uuid=True), comment="the head's consent of the requester, Art. 20"),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("case_pattern", sa.Text, comment="what every case number must match: policies.case_numbers"),
    sa.Column("valid_from", AWARE, nullable=False),
    sa.Column("valid_until", AWARE, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("submitted_at", AWARE, comment="receipt of the request: the clock starts the next working day"),
    sa.Column("modes", ARRAY(sa.Text), nullable=False, server_default="{}", comment="policies.facts.Mode"),
    sa.Column("people", ARRAY(sa.Text), nullable=False, server_default="{}", comment="posts or staff ids of users"),
    sa.Column("retention_days", sa.Integer, comment="how long the user keeps what it received"),
    sa.Column("row_filter", JSONB),
    sa.Column("application_id", UUID(as_uuid=True), index=True, comment="the application this is a part of"),
    sa.Column("replaces", UUID(as_uuid=True), comment="the part whose place this one takes after an edit"),
)

request_line = sa.Table(
    "request_line",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("request_id", UUID(as_uuid=True), sa.ForeignKey("hub.request.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("item", sa.Text, comment="column of the item; null where a line names information outside the directory"),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("asked", sa.Text, nullable=False, comment="treatment asked for"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("treatment", sa.Text),
    sa.Column("due_on", sa.Date),
    sa.Column("answer", JSONB, comment="what was decided, by whom, on which provision, remedy"),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("receipt_id", UUID(as_uuid=True)),
    sa.Column("cart_line", UUID(as_uuid=True), comment="the line of the application this one was made from"),
)

grant = sa.Table(
    "grant",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("request_id", UUID(as_uuid=True), nullable=False, unique=True),
    sa.Column("system_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("provider_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("items", JSONB, nullable=False, comment="column -> treatment"),
    sa.Column("purposes", ARRAY(sa.Text), nullable=False),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("cites_law_and_assessment", sa.Boolean, nullable=False),
    sa.Column("case_pattern", sa.Text),
    sa.Column("row_filter", JSONB),
    sa.Column("valid_from", AWARE, nullable=False),
    sa.Column("valid_until", AWARE, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.Column("modes", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{query,verify}'")),
    sa.Column("hours", JSONB, comment="from, until (local HH:MM) and days; null: at any time"),
    sa.Column("quota_calls", sa.BigInteger, comment="per day in the city, as are the other quotas"),
    sa.Column("quota_rows", sa.BigInteger),
    sa.Column("quota_subjects", sa.BigInteger, comment="distinct persons or bodies"),
    sa.Column("retention_days", sa.Integer, comment="how long what was received may be kept"),
    sa.Column("deletion_due", sa.Date, comment="last day by which its destruction must be reported"),
    sa.Column("people", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("stop_ground", sa.Text, comment="why it was suspended or withdrawn: a word of the closed list"),
    sa.Column("stop_reason", sa.Text),
    sa.Index("ix_grant_system_entry", "system_id", "entry_id"),
)
