"""Tables of the privacy gate: what was found where, the thresholds of a resource, and every act on a finding.

个人信息保护法 Art. 55-56 (assessment before opening, records kept three years). No table here holds a value: examples
are masked when they are found.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

privacy_finding = sa.Table(
    "privacy_finding",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, comment="the provider, whose people decide"),
    sa.Column("place", sa.Text, nullable=False, comment="column of the item, or JSON path in the description"),
    sa.Column("kind", sa.Text, nullable=False, comment="catalogue.privacy.kinds.Kind"),
    sa.Column("source", sa.Text, nullable=False, comment="values, name, metadata or stopped (the push was refused)"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False, comment="values of the last look"),
    sa.Column("filled", sa.BigInteger, nullable=False, comment="filled values of the last look"),
    sa.Column("is_estimate", sa.Boolean, nullable=False),
    sa.Column("lines", JSONB, nullable=False, comment="first source lines"),
    sa.Column("examples", JSONB, nullable=False, comment="masked, never a whole value"),
    sa.Column("push_id", UUID(as_uuid=True)),
    sa.Column("entry_version", sa.Integer, nullable=False),
    sa.Column("first_seen", AWARE, nullable=False),
    sa.Column("last_seen", AWARE, nullable=False),
    sa.Column("proposed", sa.Text, comment="outcome the clerk proposes"),
    sa.Column("proposed_by", UUID(as_uuid=True)),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("good_until_count", sa.BigInteger, comment="a false alarm holds up to this many values"),
    sa.UniqueConstraint("entry_id", "place", "kind"),
    sa.Index("ix_privacy_finding_member_id_state", "member_id", "state"),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="four_eyes"),
)

privacy_act = sa.Table(
    "privacy_act",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("finding_id", UUID(as_uuid=True), sa.ForeignKey("hub.privacy_finding.id"), nullable=False, index=True),
    sa.Column("act", sa.Text, nullable=False, comment="found, proposed, decided, sent_back, reopened, settled"),
    sa.Column("outcome", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by_staff", UUID(as_uuid=True), comment="null: the hub, at a push or a publication"),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
    comment="INVARIANT: append-only",
)

privacy_threshold = sa.Table(
    "privacy_threshold",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("share", sa.Double, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("set_by", UUID(as_uuid=True), nullable=False),
    sa.Column("set_at", AWARE, nullable=False),
)
