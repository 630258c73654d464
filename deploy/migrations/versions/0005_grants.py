"""Grants with modes, hours and quotas; use and its reports; streams; proofs of possession.

Revision 0005, after 0004, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of use, the new columns of grants (existing ones keep query and verify), key-bound systems."""
    op.create_table(
        "dpop_proof",
        sa.Column("jkt", sa.Text(), nullable=False, comment="thumbprint of the key that signed it"),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("exp", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jkt", "jti", "exp", name=op.f("pk_dpop_proof")),
        schema="hub",
        comment="proofs of possession already seen (RFC 9449 11.1): each is good once",
    )
    op.create_index("ix_dpop_proof_exp", "dpop_proof", ["exp"], unique=False, schema="hub")
    op.create_table(
        "grant_quota",
        sa.Column("grant_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="day in the city"),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("subjects", sa.BigInteger(), nullable=False),
        sa.Column("calls_limit", sa.BigInteger(), nullable=True),
        sa.Column("rows_limit", sa.BigInteger(), nullable=True),
        sa.Column("subjects_limit", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("calls <= calls_limit", name=op.f("ck_grant_quota_calls")),
        sa.CheckConstraint("rows <= rows_limit", name=op.f("ck_grant_quota_rows")),
        sa.CheckConstraint("subjects <= subjects_limit", name=op.f("ck_grant_quota_subjects")),
        sa.PrimaryKeyConstraint("grant_id", "day", name=op.f("pk_grant_quota")),
        schema="hub",
        comment="what was used today of each grant that has a quota",
    )
    op.create_table(
        "grant_subject",
        sa.Column("grant_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed digest of the subject"),
        sa.PrimaryKeyConstraint("grant_id", "day", "digest", name=op.f("pk_grant_subject")),
        schema="hub",
        comment="distinct subjects of the day, of grants with a quota of subjects; swept after two days",
    )
    op.create_index("ix_grant_subject_day", "grant_subject", ["day"], unique=False, schema="hub")
    op.create_table(
        "grant_usage",
        sa.Column("grant_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="kind of the receipts counted"),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("subjects", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", "day", "kind", name=op.f("pk_grant_usage")),
        schema="hub",
        comment="use by day, added up from receipts",
    )
    op.create_table(
        "honey",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed digest of an identity nobody has"),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "digest", name=op.f("pk_honey")),
        schema="hub",
        comment="invented identities: whoever asks for one enumerates",
    )
    op.create_table(
        "open_stream",
        sa.Column("receipt_id", sa.UUID(), nullable=False, comment="the stream_open receipt"),
        sa.Column(
            "fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="what its close receipt repeats"
        ),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="by the database's clock: whoever streams says it lives",
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_open_stream")),
        schema="hub",
        comment="streams without a close receipt; an unseen one is closed as interrupted by the sweep",
    )
    op.create_table(
        "usage_mark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False, comment="first leaf that is not added up yet"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_usage_mark")),
        schema="hub",
    )
    op.create_table(
        "use_report",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("grant_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="use or deletion"),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="scenario, results, storage, destruction as reported",
        ),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('use', 'deletion')", name=op.f("ck_use_report_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_report")),
        schema="hub",
        comment="what the user of a grant reports (政务数据共享条例 Art. 29)",
    )
    op.create_index(op.f("ix_use_report_grant_id"), "use_report", ["grant_id"], unique=False, schema="hub")
    op.add_column(
        "grant",
        sa.Column("modes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{query,verify}'"), nullable=False),
        schema="hub",
    )
    op.add_column(
        "grant",
        sa.Column(
            "hours",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="from, until (local HH:MM) and days; null: at any time",
        ),
        schema="hub",
    )
    op.add_column(
        "grant",
        sa.Column(
            "quota_calls", sa.BigInteger(), nullable=True, comment="per day in the city, as are the other quotas"
        ),
        schema="hub",
    )
    op.add_column("grant", sa.Column("quota_rows", sa.BigInteger(), nullable=True), schema="hub")
    op.add_column(
        "grant",
        sa.Column("quota_subjects", sa.BigInteger(), nullable=True, comment="distinct persons or bodies"),
        schema="hub",
    )
    op.add_column(
        "grant",
        sa.Column("retention_days", sa.Integer(), nullable=True, comment="how long what was received may be kept"),
        schema="hub",
    )
    op.add_column(
        "grant",
        sa.Column(
            "deletion_due", sa.Date(), nullable=True, comment="last day by which its destruction must be reported"
        ),
        schema="hub",
    )
    op.add_column(
        "grant",
        sa.Column("people", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        schema="hub",
    )
    op.add_column(
        "grant",
        sa.Column(
            "stop_ground",
            sa.Text(),
            nullable=True,
            comment="why it was suspended or withdrawn: a word of the closed list",
        ),
        schema="hub",
    )
    op.add_column("grant", sa.Column("stop_reason", sa.Text(), nullable=True), schema="hub")
    op.add_column(
        "system",
        sa.Column(
            "dpop_required",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="conditional data only for tokens bound to the key (RFC 9449)",
        ),
        schema="hub",
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("system", "dpop_required", schema="hub")
    op.drop_column("grant", "stop_reason", schema="hub")
    op.drop_column("grant", "stop_ground", schema="hub")
    op.drop_column("grant", "people", schema="hub")
    op.drop_column("grant", "deletion_due", schema="hub")
    op.drop_column("grant", "retention_days", schema="hub")
    op.drop_column("grant", "quota_subjects", schema="hub")
    op.drop_column("grant", "quota_rows", schema="hub")
    op.drop_column("grant", "quota_calls", schema="hub")
    op.drop_column("grant", "hours", schema="hub")
    op.drop_column("grant", "modes", schema="hub")
    op.drop_index(op.f("ix_use_report_grant_id"), table_name="use_report", schema="hub")
    op.drop_table("use_report", schema="hub")
    op.drop_table("usage_mark", schema="hub")
    op.drop_table("open_stream", schema="hub")
    op.drop_table("honey", schema="hub")
    op.drop_table("grant_usage", schema="hub")
    op.drop_index("ix_grant_subject_day", table_name="grant_subject", schema="hub")
    op.drop_table("grant_subject", schema="hub")
    op.drop_table("grant_quota", schema="hub")
    op.drop_index("ix_dpop_proof_exp", table_name="dpop_proof", schema="hub")
    op.drop_table("dpop_proof", schema="hub")
