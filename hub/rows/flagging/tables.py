"""The side table of rows under verification: no value, only which item of which row is doubted, and by which case.

政务数据共享条例 Art. 26; 国发〔2016〕51号 (while a record is being checked, business goes on). A resource without a
line here costs its readers nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from catalogue.tables import AWARE, metadata

row_flag = sa.Table(
    "row_flag",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False, comment="_row of the record"),
    sa.Column("item", sa.Text, primary_key=True, comment="column of the item"),
    sa.Column("correction_id", UUID(as_uuid=True), primary_key=True, comment="the open case that doubts it"),
    sa.Column("since", AWARE, nullable=False),
    sa.Index("ix_row_flag_correction_id", "correction_id"),
)
