"""Table of consultations: the letter, its clock, the reply or the silence, what the organ decided and why."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.tables import AWARE, metadata

consultation = sa.Table(
    "consultation",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("exemption_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("claim_id", UUID(as_uuid=True), comment="the trade-secret claim it is about, if any"),
    sa.Column("request_line_id", UUID(as_uuid=True), comment="the line whose answer waits for it, if any"),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True, comment="the organ that asks"),
    sa.Column("kind", sa.Text, nullable=False, comment="third_party, co_maker or class"),
    sa.Column("party_kind", sa.Text, nullable=False, comment="organisation, person or class"),
    sa.Column("party", sa.Text, nullable=False, comment="credit code, keyed digest of a number; empty for a class"),
    sa.Column("party_name", sa.Text, nullable=False, comment="name of the organisation or of the class"),
    sa.Column("persons", sa.BigInteger, comment="size of a class"),
    sa.Column("items", ARRAY(sa.Text), nullable=False),
    sa.Column("letter_zh", sa.Text, nullable=False),
    sa.Column("letter_en", sa.Text, nullable=False),
    sa.Column("sent_by", UUID(as_uuid=True), nullable=False),
    sa.Column("received_on", sa.Date, nullable=False, comment="the letter's receipt: the clock starts the next day"),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reply_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("replied_on", sa.Date),
    sa.Column("decision", sa.Text, comment="withhold or release"),
    sa.Column("decision_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Index("ix_consultation_waiting", "due_on", postgresql_where=sa.text("outcome = 'waiting'")),
)
