"""Tables of people's own rights: proven guardianships, accesses withheld for a time by law, complaints.

个人信息保护法 Art. 31, 44-50. Persons appear by an internal key (a keyed digest), their numbers only sealed.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.tables import AWARE, metadata

guardianship = sa.Table(
    "guardianship",
    metadata,
    sa.Column("guardian", sa.Text, primary_key=True, comment="internal key of the guardian"),
    sa.Column("ward", sa.Text, primary_key=True, comment="internal key of the child"),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the child's number"),
    sa.Column("proven_by", UUID(as_uuid=True), nullable=False, comment="the register whose record proves it"),
    sa.Column("proven_at", AWARE, nullable=False),
    sa.Column("until", sa.Date, nullable=False, comment="the child's 18th birthday (民法典 Art. 17)"),
)

access_delay = sa.Table(
    "access_delay",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, index=True, comment="the organ whose accesses"),
    sa.Column("mode", sa.Text, nullable=False, comment="delay: told after the day; suppress: those of the time never"),
    sa.Column("purposes", ARRAY(sa.Text), nullable=False),
    sa.Column("case_number", sa.Text, comment="one case alone; null: every case of the purposes"),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("covers_from", AWARE, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", UUID(as_uuid=True), nullable=False),
    sa.Column("proposed_at", AWARE, nullable=False),
    sa.Column("confirmed_by", UUID(as_uuid=True)),
    sa.Column("confirmed_at", AWARE),
    sa.Column("ended_by", UUID(as_uuid=True)),
    sa.Column("ended_at", AWARE),
    sa.CheckConstraint("mode IN ('delay', 'suppress')", name="mode"),
    sa.CheckConstraint("state IN ('proposed', 'in_force', 'declined', 'ended')", name="state"),
)

own_complaint = sa.Table(
    "own_complaint",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("entry_id", UUID(as_uuid=True)),
    sa.Column("correction_id", UUID(as_uuid=True)),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="what the person says"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("answer", sa.LargeBinary, comment="sealed"),
    sa.Column("answered_by", UUID(as_uuid=True)),
    sa.Column("answered_at", AWARE),
    sa.CheckConstraint("state IN ('open', 'answered')", name="state"),
)
