"""Tables of what stands behind exemption records (政府信息公开条例 Art. 18, 32; 个人信息保护法 Art. 55).

No table holds protected content: a state secret is a pointer, a person a keyed digest or a number of persons.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.tables import AWARE, metadata

exemption_event = sa.Table(
    "exemption_event",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("exemption_id", UUID(as_uuid=True), nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("from_status", sa.Text, nullable=False),
    sa.Column("to_status", sa.Text, nullable=False),
    sa.Column("by_staff", UUID(as_uuid=True), comment="null: the hub itself, by a rule"),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
    sa.Index("ix_exemption_event_exemption", "exemption_id", "id"),
    comment="INVARIANT: rows are added, never changed",
)

secrecy_referral = sa.Table(
    "secrecy_referral",
    metadata,
    sa.Column("exemption_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False, comment="number of the organ's own letter"),
    sa.Column("asked_on", sa.Date, nullable=False),
    sa.Column("asked_by", UUID(as_uuid=True), nullable=False),
    sa.Column("answer_reference", sa.Text),
    sa.Column("answered_on", sa.Date),
    sa.Column("upholds_secrecy", sa.Boolean),
    sa.Column("answer_by", UUID(as_uuid=True), comment="who filed the answer"),
)

trade_secret_claim = sa.Table(
    "trade_secret_claim",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("items", ARRAY(sa.Text), nullable=False),
    sa.Column("rows_covered", sa.Text, nullable=False, comment="which rows, in words: whose, of what period"),
    sa.Column("holder_kind", sa.Text, nullable=False, comment="organisation or person"),
    sa.Column("holder", sa.Text, nullable=False, comment="credit code, or the keyed digest of a person's number"),
    sa.Column("holder_name", sa.Text, nullable=False, comment="name of the firm; of a person nothing"),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("why_unknown", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("measures", sa.Text, nullable=False),
    sa.Column("evidence_digests", ARRAY(sa.Text), nullable=False),
    sa.Column("made_when", sa.Text, nullable=False, comment="submission or consultation"),
    sa.Column("claimed_on", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("protective_until", sa.Date, nullable=False),
    sa.Column("filed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("finding", sa.Text, nullable=False),
    sa.Column("finding_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("found_items", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("found_by", UUID(as_uuid=True)),
    sa.Column("found_on", sa.Date),
)

privacy_assessment = sa.Table(
    "privacy_assessment",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("items", ARRAY(sa.Text), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("cited_law", sa.Text, nullable=False),
    sa.Column("persons", sa.BigInteger, nullable=False, comment="how many are concerned; never who"),
    sa.Column("necessity", sa.Text, nullable=False),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("measures", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("assessed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("assessor", sa.Text, nullable=False),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("approved_by", UUID(as_uuid=True)),
    sa.Column("approved_on", sa.Date),
    sa.Column("review_on", sa.Date, nullable=False),
    sa.Column("keep_until", sa.Date, nullable=False, comment="three years at least: 个人信息保护法 Art. 56"),
    sa.Column("withdrawn_on", sa.Date),
)

public_interest_override = sa.Table(
    "public_interest_override",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("exemption_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("interest", sa.Text, nullable=False),
    sa.Column("causal_link", sa.Text, nullable=False),
    sa.Column("why_not_masked", sa.Text, nullable=False),
    sa.Column("proportionality", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("proposed_on", sa.Date, nullable=False),
    sa.Column("signed_by", UUID(as_uuid=True)),
    sa.Column("signer_role", sa.Text),
    sa.Column("notice_zh", sa.Text, comment="letter to the third party: what is released and why"),
    sa.Column("notice_en", sa.Text),
    sa.Column("notified_on", sa.Date),
    sa.Column("release_from", sa.Date, comment="first day on which the release may be made"),
    sa.Column("urgent_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("ended_by", UUID(as_uuid=True)),
    sa.Column("ended_on", sa.Date),
    sa.Column("ended_reason", sa.Text, nullable=False, server_default=""),
    sa.Index(
        "uq_public_interest_override_open",
        "exemption_id",
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'notified')"),
    ),
)

exemption_return = sa.Table(
    "exemption_return",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("exemption_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True),
    sa.Column("causes", ARRAY(sa.Text), nullable=False, comment="codes of policies.force reasons"),
    sa.Column("affected", JSONB, nullable=False, comment="ids of grants and of refused lines that day"),
    sa.Column("returned_on", sa.Date, nullable=False),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
    sa.Column("settled_on", sa.Date),
    sa.Column("settled_as", sa.Text),
    sa.Index("uq_exemption_return_open", "exemption_id", unique=True, postgresql_where=sa.text("settled_on IS NULL")),
    comment="items returned to review because their record no longer holds",
)
