"""Tables of rule sets, and of what each push looked like: counts and shares, never a value of a row.

Jilin Art. 27 (true, accurate, timely, complete). A version of a rule set is proposed by one person of the department
and put in force by another; a push names the version that checked it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

rule_set = sa.Table(
    "rule_set",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="from 1 without a gap for each entry"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("body", JSONB, nullable=False, comment="the rules; no value of a row"),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 over the rules in canonical JSON"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("tried", JSONB, comment="what the last trial found: counts by rule"),
    sa.Column("proposed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("proposed_at", AWARE, nullable=False),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("decision", sa.Text, comment="why it was approved or sent back"),
    sa.Column("ended_at", AWARE, comment="when a later version took its place"),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False, comment="receipt of the proposal"),
    sa.Column("decision_receipt_id", UUID(as_uuid=True)),
    sa.UniqueConstraint("entry_id", "version"),
    sa.Index("ix_rule_set_in_force", "entry_id", unique=True, postgresql_where=sa.text("state = 'in_force'")),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="four_eyes"),
    sa.CheckConstraint("state IN ('proposed', 'in_force', 'superseded', 'sent_back')", name="state"),
    comment="INVARIANT: body and digest of a version are never changed",
)

push_profile = sa.Table(
    "push_profile",
    metadata,
    sa.Column("push_id", UUID(as_uuid=True), sa.ForeignKey("hub.push.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("mode", sa.Text, nullable=False, comment="pushes are compared with the last one of their mode"),
    sa.Column("rule_set_version", sa.Integer, nullable=False, comment="0: no rule set was in force"),
    sa.Column("body", JSONB, nullable=False, comment="rows; by item: shares, means, code counts; no value of a row"),
    sa.Column("findings", JSONB, nullable=False, comment="how the push differs from the one before"),
    sa.Column("at", AWARE, nullable=False),
    sa.Index("ix_push_profile_entry_id_mode_at", "entry_id", "mode", "at"),
    comment="what an accepted push looked like",
)
