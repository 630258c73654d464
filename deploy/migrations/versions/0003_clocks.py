"""clocks.

Revision 0003, after 0002, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column(
            "case_kind", sa.Text(), nullable=False, comment="request_line, delivery, correction, consultation ..."
        ),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("deadline", sa.Text(), nullable=False, comment="code of the pack's deadlines"),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False, comment="figure of the law on the day the clock was started"),
        sa.Column("bound_id", sa.UUID(), nullable=False, comment="the member whose time it is"),
        sa.Column("other_id", sa.UUID(), nullable=True, comment="the member that waits"),
        sa.Column("role", sa.Text(), nullable=False, comment="who of the bound member is warned"),
        sa.Column("label", sa.Text(), nullable=False, comment="how people call the case"),
        sa.Column("link", sa.Text(), nullable=False, comment="path of the case's page"),
        sa.Column("started_on", sa.Date(), nullable=False, comment="day of receipt; it does not count"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="last day in time; null while the clock stands still"),
        sa.Column(
            "pauses", postgresql.JSONB(), server_default="[]", nullable=False, comment="reason, since, until of each"
        ),
        sa.Column("extension", postgresql.JSONB(), nullable=True, comment="units, consent_by, on, is_notified"),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("stopped_as", sa.Text(), nullable=True, comment="how the case ended: a word, for example granted"),
        sa.Column("warned", sa.Integer(), server_default="0", nullable=False, comment="last mark reached: 50, 80, 100"),
        sa.Column(
            "escalated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was reported to the supervisor as overdue",
        ),
        sa.Column("looked_on", sa.Date(), nullable=True, comment="day of the last look by the sweep"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        schema="hub",
    )
    op.create_index("ix_clock_bound", "clock", ["bound_id", "stopped_on"], unique=False, schema="hub")
    op.create_index("ix_clock_case", "clock", ["case_kind", "case_id"], unique=False, schema="hub")
    op.create_index(
        "ix_clock_open",
        "clock",
        ["looked_on"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("stopped_on IS NULL"),
    )
    op.create_index(
        "uq_clock_running",
        "clock",
        ["case_kind", "case_id", "deadline"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("stopped_on IS NULL"),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=True, comment="null: the dispute is over the grant"),
        sa.Column("grant_id", sa.UUID(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False, comment="refused, narrowed, overdue, suspended"),
        sa.Column("requester_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=True, comment="the authority it was taken to"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True, comment="settled, overturned, upheld, withdrawn"),
        sa.Column("opened_by", sa.UUID(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "excluded", postgresql.JSONB(), server_default="[]", nullable=False, comment="persons who may not hear it"
        ),
        sa.Column("decision", postgresql.JSONB(), nullable=True, comment="text, article, decider, form ordered"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("number", name=op.f("uq_dispute_number")),
        schema="hub",
    )
    op.create_index(op.f("ix_dispute_provider_id"), "dispute", ["provider_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_dispute_request_id"), "dispute", ["request_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_dispute_requester_id"), "dispute", ["requester_id"], unique=False, schema="hub")
    op.create_table(
        "holiday_list",
        sa.Column(
            "id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="grows with every list loaded"
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False, comment="title or number of the announcement"),
        sa.Column("days", postgresql.JSONB(), nullable=False, comment="date, name, is_workday of each day named"),
        sa.Column("digest", sa.Text(), nullable=False, comment="RFC 9530 sha-256 of the file"),
        sa.Column("loaded_by", sa.UUID(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_list")),
        sa.UniqueConstraint("year", "version", name=op.f("uq_holiday_list_year_version")),
        schema="hub",
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True, comment="who of the member it is for; null: everybody"),
        sa.Column("kind", sa.Text(), nullable=False, comment="a word, for example clock.warning"),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("next_zh", sa.Text(), nullable=False),
        sa.Column("next_en", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True, comment="what makes it the same notice: it is sent once"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_notice_number")),
        sa.UniqueConstraint("once", name=op.f("uq_notice_once")),
        schema="hub",
    )
    op.create_index("ix_notice_member", "notice", ["member_id", "number"], unique=False, schema="hub")
    op.create_table(
        "answer_letter",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column(
            "body", postgresql.JSONB(), nullable=False, comment="the letter (答复书) as it was given, in both languages"
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["hub.request.id"], name=op.f("fk_answer_letter_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_letter")),
        schema="hub",
    )
    op.create_index(op.f("ix_answer_letter_line_id"), "answer_letter", ["line_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_answer_letter_request_id"), "answer_letter", ["request_id"], unique=False, schema="hub")
    op.create_table(
        "dispute_record",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("dispute_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False, comment="state in which it was done"),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["hub.dispute.id"], name=op.f("fk_dispute_record_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_record")),
        sa.UniqueConstraint("dispute_id", "position", name=op.f("uq_dispute_record_dispute_id_position")),
        schema="hub",
    )
    op.create_index(op.f("ix_dispute_record_dispute_id"), "dispute_record", ["dispute_id"], unique=False, schema="hub")
    op.create_table(
        "extension_ask",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=True, comment="null: a clock of the directory"),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("clocks", postgresql.JSONB(), nullable=False, comment="ids of the clocks it is asked for"),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="asked, consented, declined, lapsed"),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["hub.request.id"], name=op.f("fk_extension_ask_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_ask")),
        schema="hub",
    )
    op.create_index(op.f("ix_extension_ask_request_id"), "extension_ask", ["request_id"], unique=False, schema="hub")
    op.create_table(
        "notice_read",
        sa.Column("notice_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["hub.notice.id"], name=op.f("fk_notice_read_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "staff_id", name=op.f("pk_notice_read")),
        schema="hub",
    )
    op.create_table(
        "supplement",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="what is missing, all of it at once"),
        sa.Column("missing", postgresql.JSONB(), nullable=False, comment="line ids and field names"),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reply", postgresql.JSONB(), nullable=True, comment="text, and the fields changed with their former texts"
        ),
        sa.ForeignKeyConstraint(["request_id"], ["hub.request.id"], name=op.f("fk_supplement_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement")),
        sa.UniqueConstraint("request_id", name=op.f("uq_supplement_request_id")),
        schema="hub",
        comment="one row a request: what is missing is told once",
    )
    op.create_table(
        "urging",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("clock_id", sa.UUID(), nullable=False),
        sa.Column("urged_by", sa.UUID(), nullable=False),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is late, as the bound member says"),
        sa.Column("reason_by", sa.UUID(), nullable=True),
        sa.Column("reason_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["hub.clock.id"], name=op.f("fk_urging_clock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urging")),
        schema="hub",
    )
    op.create_index(op.f("ix_urging_clock_id"), "urging", ["clock_id"], unique=False, schema="hub")
    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_index(op.f("ix_urging_clock_id"), table_name="urging", schema="hub")
    op.drop_table("urging", schema="hub")
    op.drop_table("supplement", schema="hub")
    op.drop_table("notice_read", schema="hub")
    op.drop_index(op.f("ix_extension_ask_request_id"), table_name="extension_ask", schema="hub")
    op.drop_table("extension_ask", schema="hub")
    op.drop_index(op.f("ix_dispute_record_dispute_id"), table_name="dispute_record", schema="hub")
    op.drop_table("dispute_record", schema="hub")
    op.drop_index(op.f("ix_answer_letter_request_id"), table_name="answer_letter", schema="hub")
    op.drop_index(op.f("ix_answer_letter_line_id"), table_name="answer_letter", schema="hub")
    op.drop_table("answer_letter", schema="hub")
    op.drop_index("ix_notice_member", table_name="notice", schema="hub")
    op.drop_table("notice", schema="hub")
    op.drop_table("holiday_list", schema="hub")
    op.drop_index(op.f("ix_dispute_requester_id"), table_name="dispute", schema="hub")
    op.drop_index(op.f("ix_dispute_request_id"), table_name="dispute", schema="hub")
    op.drop_index(op.f("ix_dispute_provider_id"), table_name="dispute", schema="hub")
    op.drop_table("dispute", schema="hub")
    op.drop_index("uq_clock_running", table_name="clock", schema="hub", postgresql_where=sa.text("stopped_on IS NULL"))
    op.drop_index("ix_clock_open", table_name="clock", schema="hub", postgresql_where=sa.text("stopped_on IS NULL"))
    op.drop_index("ix_clock_case", table_name="clock", schema="hub")
    op.drop_index("ix_clock_bound", table_name="clock", schema="hub")
    op.drop_table("clock", schema="hub")
    # ### end Alembic commands ###
