"""Tables of corrections: the case at the source, each report of it, evidence, and the holders of copies.

政务数据共享条例 Art. 26; 个人信息保护法 Art. 46. What a reporter says the value should be, the key of the record and
the reason are sealed (:mod:`hub.identity.sealing`): no column here holds a value of a record in clear.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.tables import AWARE, metadata

correction = sa.Table(
    "correction",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("provider_id", UUID(as_uuid=True), nullable=False, comment="the source, who checks and answers"),
    sa.Column("row", sa.BigInteger, comment="_row of the record; null where another holder has none under this key"),
    sa.Column("version", sa.BigInteger, nullable=False, comment="push that wrote the record as it was reported"),
    sa.Column("wrong_since", sa.BigInteger, nullable=False, comment="push since which the doubted items stand so"),
    sa.Column("items", ARRAY(sa.Text), nullable=False),
    sa.Column("subject_digest", sa.Text, comment="of the person or body, as receipts know it"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("clock_key", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("reported_at", AWARE, nullable=False),
    sa.Column("investigated_by", UUID(as_uuid=True)),
    sa.Column("investigated_at", AWARE),
    sa.Column("finding", sa.Text, nullable=False, server_default="", comment="what the source found; no values"),
    sa.Column("answered_by", UUID(as_uuid=True)),
    sa.Column("answered_at", AWARE),
    sa.Column("push_number", sa.BigInteger, comment="the push that changed the record"),
    sa.Column("forwarded_from", UUID(as_uuid=True), index=True),
    sa.Column("forwarded_to", UUID(as_uuid=True)),
    sa.Column("closed_at", AWARE),
    sa.Column("closed_in_time", sa.Boolean),
    sa.Index("ix_correction_entry_id_row", "entry_id", "row"),
    sa.Index("ix_correction_provider_id_state", "provider_id", "state"),
)

correction_report = sa.Table(
    "correction_report",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("correction_id", UUID(as_uuid=True), sa.ForeignKey("hub.correction.id"), nullable=False, index=True),
    sa.Column("reporter", sa.Text, nullable=False, comment="agency, source, citizen, guardian, legal_person, holder"),
    sa.Column("member_id", UUID(as_uuid=True), index=True),
    sa.Column("system_id", UUID(as_uuid=True)),
    sa.Column("staff_id", UUID(as_uuid=True)),
    sa.Column("subject", sa.Text, index=True, comment="internal key of a person or body who reports the own record"),
    sa.Column("items", ARRAY(sa.Text), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="key, claimed values, reason: for the source alone"),
    sa.Column("received_by", UUID(as_uuid=True), comment="receipt by which the reporter had received the record"),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("withdrawn_at", AWARE),
)

correction_evidence = sa.Table(
    "correction_evidence",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("report_id", UUID(as_uuid=True), sa.ForeignKey("hub.correction_report.id"), nullable=False, index=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, comment="RFC 9530, over the bytes as received"),
    sa.Column("sealed_name", sa.LargeBinary, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("at", AWARE, nullable=False),
)

correction_copy = sa.Table(
    "correction_copy",
    metadata,
    sa.Column("correction_id", UUID(as_uuid=True), sa.ForeignKey("hub.correction.id"), primary_key=True),
    sa.Column("member_id", UUID(as_uuid=True), primary_key=True, index=True),
    sa.Column("systems", ARRAY(sa.Text), nullable=False, comment="its systems that received the record"),
    sa.Column("told_at", AWARE, nullable=False),
    sa.Column("acknowledged_at", AWARE, comment="when the holder said that its copy is brought up to date"),
    sa.Column("acknowledged_by", sa.Text, comment="staff or system id"),
)
