"""corrections and people's own rights.

Revision 0008, after 0007, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "correction_evidence",
    "correction_copy",
    "correction_report",
    "correction",
    "row_flag",
    "own_complaint",
    "access_delay",
    "guardianship",
    "citizen_session",
    "citizen_login",
)


def upgrade() -> None:
    op.create_table(
        "access_delay",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the organ whose accesses"),
        sa.Column(
            "mode", sa.Text(), nullable=False, comment="delay: told after the day; suppress: those of the time never"
        ),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=True, comment="one case alone; null: every case of the purposes"),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("covers_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.UUID(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.UUID(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.UUID(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('delay', 'suppress')", name=op.f("ck_access_delay_mode")),
        sa.CheckConstraint(
            "state IN ('proposed', 'in_force', 'declined', 'ended')", name=op.f("ck_access_delay_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_delay")),
        schema="hub",
    )
    op.create_index(op.f("ix_access_delay_member_id"), "access_delay", ["member_id"], unique=False, schema="hub")
    op.create_table(
        "citizen_login",
        sa.Column("state_digest", sa.Text(), nullable=False, comment="SHA-256 of the state sent, hex"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="nonce and PKCE verifier"),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_digest", name=op.f("pk_citizen_login")),
        schema="hub",
    )
    op.create_index(op.f("ix_citizen_login_at"), "citizen_login", ["at"], unique=False, schema="hub")
    op.create_table(
        "citizen_session",
        sa.Column("id", sa.Text(), nullable=False, comment="SHA-256 of the token, hex"),
        sa.Column("subject", sa.Text(), nullable=False, comment="internal key: a keyed digest of the number"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the number the person has proven"),
        sa.Column("has_second_factor", sa.Boolean(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('citizen', 'legal_person')", name=op.f("ck_citizen_session_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_session")),
        schema="hub",
    )
    op.create_index(op.f("ix_citizen_session_expires"), "citizen_session", ["expires"], unique=False, schema="hub")
    op.create_table(
        "correction",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False, comment="the source, who checks and answers"),
        sa.Column(
            "row",
            sa.BigInteger(),
            nullable=True,
            comment="_row of the record; null where another holder has none under this key",
        ),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="push that wrote the record as it was reported"),
        sa.Column(
            "wrong_since", sa.BigInteger(), nullable=False, comment="push since which the doubted items stand so"
        ),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("subject_digest", sa.Text(), nullable=True, comment="of the person or body, as receipts know it"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("clock_key", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("investigated_by", sa.UUID(), nullable=True),
        sa.Column("investigated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.Text(), server_default="", nullable=False, comment="what the source found; no values"),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("push_number", sa.BigInteger(), nullable=True, comment="the push that changed the record"),
        sa.Column("forwarded_from", sa.UUID(), nullable=True),
        sa.Column("forwarded_to", sa.UUID(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_in_time", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("number", name=op.f("uq_correction_number")),
        schema="hub",
    )
    op.create_index("ix_correction_entry_id_row", "correction", ["entry_id", "row"], unique=False, schema="hub")
    op.create_index(op.f("ix_correction_forwarded_from"), "correction", ["forwarded_from"], unique=False, schema="hub")
    op.create_index(
        "ix_correction_provider_id_state", "correction", ["provider_id", "state"], unique=False, schema="hub"
    )
    op.create_table(
        "guardianship",
        sa.Column("guardian", sa.Text(), nullable=False, comment="internal key of the guardian"),
        sa.Column("ward", sa.Text(), nullable=False, comment="internal key of the child"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the child's number"),
        sa.Column("proven_by", sa.UUID(), nullable=False, comment="the register whose record proves it"),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False, comment="the child's 18th birthday (民法典 Art. 17)"),
        sa.PrimaryKeyConstraint("guardian", "ward", name=op.f("pk_guardianship")),
        schema="hub",
    )
    op.create_table(
        "own_complaint",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=True),
        sa.Column("correction_id", sa.UUID(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="what the person says"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True, comment="sealed"),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'answered')", name=op.f("ck_own_complaint_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_complaint")),
        sa.UniqueConstraint("number", name=op.f("uq_own_complaint_number")),
        schema="hub",
    )
    op.create_index(op.f("ix_own_complaint_subject"), "own_complaint", ["subject"], unique=False, schema="hub")
    op.create_table(
        "row_flag",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("row", sa.BigInteger(), autoincrement=False, nullable=False, comment="_row of the record"),
        sa.Column("item", sa.Text(), nullable=False, comment="column of the item"),
        sa.Column("correction_id", sa.UUID(), nullable=False, comment="the open case that doubts it"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "row", "item", "correction_id", name=op.f("pk_row_flag")),
        schema="hub",
    )
    op.create_index("ix_row_flag_correction_id", "row_flag", ["correction_id"], unique=False, schema="hub")
    op.create_table(
        "correction_copy",
        sa.Column("correction_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column(
            "systems", postgresql.ARRAY(sa.Text()), nullable=False, comment="its systems that received the record"
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "acknowledged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the holder said that its copy is brought up to date",
        ),
        sa.Column("acknowledged_by", sa.Text(), nullable=True, comment="staff or system id"),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["hub.correction.id"], name=op.f("fk_correction_copy_correction_id")
        ),
        sa.PrimaryKeyConstraint("correction_id", "member_id", name=op.f("pk_correction_copy")),
        schema="hub",
    )
    op.create_index(op.f("ix_correction_copy_member_id"), "correction_copy", ["member_id"], unique=False, schema="hub")
    op.create_table(
        "correction_report",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("correction_id", sa.UUID(), nullable=False),
        sa.Column(
            "reporter", sa.Text(), nullable=False, comment="agency, source, citizen, guardian, legal_person, holder"
        ),
        sa.Column("member_id", sa.UUID(), nullable=True),
        sa.Column("system_id", sa.UUID(), nullable=True),
        sa.Column("staff_id", sa.UUID(), nullable=True),
        sa.Column(
            "subject", sa.Text(), nullable=True, comment="internal key of a person or body who reports the own record"
        ),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="key, claimed values, reason: for the source alone"
        ),
        sa.Column(
            "received_by", sa.UUID(), nullable=True, comment="receipt by which the reporter had received the record"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["hub.correction.id"], name=op.f("fk_correction_report_correction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_report")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_correction_report_correction_id"), "correction_report", ["correction_id"], unique=False, schema="hub"
    )
    op.create_index(
        op.f("ix_correction_report_member_id"), "correction_report", ["member_id"], unique=False, schema="hub"
    )
    op.create_index(op.f("ix_correction_report_subject"), "correction_report", ["subject"], unique=False, schema="hub")
    op.create_table(
        "correction_evidence",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="RFC 9530, over the bytes as received"),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["hub.correction_report.id"], name=op.f("fk_correction_evidence_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_evidence")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_correction_evidence_report_id"), "correction_evidence", ["report_id"], unique=False, schema="hub"
    )
    op.add_column(
        "receipt",
        sa.Column(
            "subject_digest",
            sa.Text(),
            nullable=True,
            comment="keyed digest of whom it is about, where that is one person or body",
        ),
        schema="hub",
    )
    op.create_index(
        "ix_receipt_subject_digest",
        "receipt",
        ["subject_digest", "at"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("subject_digest IS NOT NULL"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table, schema="hub")
    op.drop_index("ix_receipt_subject_digest", table_name="receipt", schema="hub")
    op.drop_column("receipt", "subject_digest", schema="hub")
