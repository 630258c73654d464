"""Tables of what a grant was used for: quotas of the day, usage, reports of use and deletion, honey identities.

No table here holds an identity number: subjects are keyed digests (hub.ledger.keys.keyed_digest).
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

ID = UUID(as_uuid=True)

grant_quota = sa.Table(
    "grant_quota",
    metadata,
    sa.Column("grant_id", ID, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True, comment="day in the city"),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("subjects", sa.BigInteger, nullable=False),
    sa.Column("calls_limit", sa.BigInteger),
    sa.Column("rows_limit", sa.BigInteger),
    sa.Column("subjects_limit", sa.BigInteger),
    # The limits stand in the row, so that the database itself never holds a use beyond them, whoever counts.
    sa.CheckConstraint("calls <= calls_limit", name="calls"),
    sa.CheckConstraint("rows <= rows_limit", name="rows"),
    sa.CheckConstraint("subjects <= subjects_limit", name="subjects"),
    comment="what was used today of each grant that has a quota",
)

grant_subject = sa.Table(
    "grant_subject",
    metadata,
    sa.Column("grant_id", ID, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed digest of the subject"),
    sa.Index("ix_grant_subject_day", "day"),
    comment="distinct subjects of the day, of grants with a quota of subjects; swept after two days",
)

grant_usage = sa.Table(
    "grant_usage",
    metadata,
    sa.Column("grant_id", ID, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True, comment="kind of the receipts counted"),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("subjects", sa.BigInteger, nullable=False),
    sa.Column("last_at", AWARE, nullable=False),
    comment="use by day, added up from receipts",
)

usage_mark = sa.Table(
    "usage_mark",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, nullable=False, comment="first leaf that is not added up yet"),
)

use_report = sa.Table(
    "use_report",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("grant_id", ID, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False, comment="use or deletion"),
    sa.Column("from_day", sa.Date, nullable=False),
    sa.Column("until_day", sa.Date, nullable=False),
    sa.Column("facts", JSONB, nullable=False, comment="scenario, results, storage, destruction as reported"),
    sa.Column("made_by", ID, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.CheckConstraint("kind IN ('use', 'deletion')", name="kind"),
    comment="what the user of a grant reports (政务数据共享条例 Art. 29)",
)

open_stream = sa.Table(
    "open_stream",
    metadata,
    sa.Column("receipt_id", ID, primary_key=True, comment="the stream_open receipt"),
    sa.Column("fields", JSONB, nullable=False, comment="what its close receipt repeats"),
    sa.Column("seen_at", AWARE, nullable=False, comment="by the database's clock: whoever streams says it lives"),
    comment="streams without a close receipt; an unseen one is closed as interrupted by the sweep",
)

honey = sa.Table(
    "honey",
    metadata,
    sa.Column("entry_id", ID, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed digest of an identity nobody has"),
    sa.Column("made_by", ID, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    comment="invented identities: whoever asks for one enumerates",
)
