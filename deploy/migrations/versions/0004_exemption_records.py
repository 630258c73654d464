"""Exemption records: claims, assessments, referrals, overrides, consultations, history, items returned to review.

Revision 0004, after 0003, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HISTORY_GUARD = """
CREATE OR REPLACE FUNCTION hub.guard_exemption_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of exemption records is only added to';
END $$
"""
HISTORY_TRIGGER = """
CREATE TRIGGER exemption_event_guard BEFORE UPDATE OR DELETE ON hub.exemption_event
FOR EACH ROW EXECUTE FUNCTION hub.guard_exemption_event()
"""


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consultation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("exemption_id", sa.UUID(), nullable=False),
        sa.Column("claim_id", sa.UUID(), nullable=True, comment="the trade-secret claim it is about, if any"),
        sa.Column("request_line_id", sa.UUID(), nullable=True, comment="the line whose answer waits for it, if any"),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the organ that asks"),
        sa.Column("kind", sa.Text(), nullable=False, comment="third_party, co_maker or class"),
        sa.Column("party_kind", sa.Text(), nullable=False, comment="organisation, person or class"),
        sa.Column(
            "party", sa.Text(), nullable=False, comment="credit code, keyed digest of a number; empty for a class"
        ),
        sa.Column("party_name", sa.Text(), nullable=False, comment="name of the organisation or of the class"),
        sa.Column("persons", sa.BigInteger(), nullable=True, comment="size of a class"),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("letter_zh", sa.Text(), nullable=False),
        sa.Column("letter_en", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.UUID(), nullable=False),
        sa.Column(
            "received_on", sa.Date(), nullable=False, comment="the letter's receipt: the clock starts the next day"
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reply_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True, comment="withhold or release"),
        sa.Column("decision_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        schema="hub",
    )
    op.create_index(op.f("ix_consultation_exemption_id"), "consultation", ["exemption_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_consultation_member_id"), "consultation", ["member_id"], unique=False, schema="hub")
    op.create_index(
        "ix_consultation_waiting",
        "consultation",
        ["due_on"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("outcome = 'waiting'"),
    )
    op.create_table(
        "exemption_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("exemption_id", sa.UUID(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("by_staff", sa.UUID(), nullable=True, comment="null: the hub itself, by a rule"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption_event")),
        schema="hub",
        comment="INVARIANT: rows are added, never changed",
    )
    op.create_index(
        "ix_exemption_event_exemption", "exemption_event", ["exemption_id", "id"], unique=False, schema="hub"
    )
    op.create_table(
        "exemption_return",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("exemption_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("causes", postgresql.ARRAY(sa.Text()), nullable=False, comment="codes of policies.force reasons"),
        sa.Column(
            "affected",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="ids of grants and of refused lines that day",
        ),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_as", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption_return")),
        schema="hub",
        comment="items returned to review because their record no longer holds",
    )
    op.create_index(
        op.f("ix_exemption_return_member_id"), "exemption_return", ["member_id"], unique=False, schema="hub"
    )
    op.create_index(
        "uq_exemption_return_open",
        "exemption_return",
        ["exemption_id"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("settled_on IS NULL"),
    )
    op.create_table(
        "privacy_assessment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("cited_law", sa.Text(), nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=False, comment="how many are concerned; never who"),
        sa.Column("necessity", sa.Text(), nullable=False),
        sa.Column("harm", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.UUID(), nullable=False),
        sa.Column("assessor", sa.Text(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False, comment="three years at least: 个人信息保护法 Art. 56"),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_assessment")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_privacy_assessment_member_id"), "privacy_assessment", ["member_id"], unique=False, schema="hub"
    )
    op.create_table(
        "public_interest_override",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("exemption_id", sa.UUID(), nullable=False),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("causal_link", sa.Text(), nullable=False),
        sa.Column("why_not_masked", sa.Text(), nullable=False),
        sa.Column("proportionality", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.UUID(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.UUID(), nullable=True),
        sa.Column("signer_role", sa.Text(), nullable=True),
        sa.Column("notice_zh", sa.Text(), nullable=True, comment="letter to the third party: what is released and why"),
        sa.Column("notice_en", sa.Text(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("release_from", sa.Date(), nullable=True, comment="first day on which the release may be made"),
        sa.Column("urgent_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_by", sa.UUID(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_interest_override")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_public_interest_override_exemption_id"),
        "public_interest_override",
        ["exemption_id"],
        unique=False,
        schema="hub",
    )
    op.create_index(
        op.f("ix_public_interest_override_member_id"),
        "public_interest_override",
        ["member_id"],
        unique=False,
        schema="hub",
    )
    op.create_index(
        "uq_public_interest_override_open",
        "public_interest_override",
        ["exemption_id"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("state IN ('proposed', 'notified')"),
    )
    op.create_table(
        "secrecy_referral",
        sa.Column("exemption_id", sa.UUID(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False, comment="number of the organ's own letter"),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("answer_reference", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("upholds_secrecy", sa.Boolean(), nullable=True),
        sa.Column("answer_by", sa.UUID(), nullable=True, comment="who filed the answer"),
        sa.PrimaryKeyConstraint("exemption_id", name=op.f("pk_secrecy_referral")),
        schema="hub",
    )
    op.create_table(
        "trade_secret_claim",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rows_covered", sa.Text(), nullable=False, comment="which rows, in words: whose, of what period"),
        sa.Column("holder_kind", sa.Text(), nullable=False, comment="organisation or person"),
        sa.Column("holder", sa.Text(), nullable=False, comment="credit code, or the keyed digest of a person's number"),
        sa.Column("holder_name", sa.Text(), nullable=False, comment="name of the firm; of a person nothing"),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("why_unknown", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("evidence_digests", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_when", sa.Text(), nullable=False, comment="submission or consultation"),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("protective_until", sa.Date(), nullable=False),
        sa.Column("filed_by", sa.UUID(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("finding_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("found_items", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("found_by", sa.UUID(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_secret_claim")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_trade_secret_claim_member_id"), "trade_secret_claim", ["member_id"], unique=False, schema="hub"
    )
    op.execute(HISTORY_GUARD)
    op.execute(HISTORY_TRIGGER)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("trade_secret_claim", schema="hub")
    op.drop_table("secrecy_referral", schema="hub")
    op.drop_table("public_interest_override", schema="hub")
    op.drop_table("privacy_assessment", schema="hub")
    op.drop_table("exemption_return", schema="hub")
    op.drop_table("exemption_event", schema="hub")
    op.drop_table("consultation", schema="hub")
    op.execute("DROP FUNCTION hub.guard_exemption_event()")
