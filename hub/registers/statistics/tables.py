"""Releases of statistics by division, and the cells of their tables as they may be shown.

INVARIANT: no true count of a hidden cell stands in these tables: what is here may be read by anybody
(统计法 Art. 28; 统计法实施条例 Art. 29). The true counts are made from the register and forgotten.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.tables import AWARE, metadata

statistics_release = sa.Table(
    "statistics_release",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("register", sa.Text, sa.ForeignKey("hub.register.code"), nullable=False),
    sa.Column("period", sa.Text, nullable=False, comment="the month, as 2025-06"),
    sa.Column("counted_on", sa.Date, nullable=False, comment="the day of which ages are told"),
    sa.Column("change", sa.BigInteger, nullable=False, comment="number of the register's last change that is counted"),
    sa.Column("minimum", sa.Integer, nullable=False, comment="fewest persons of a cell that is shown"),
    sa.Column("rounding", sa.Integer, nullable=False, comment="figures are multiples of it"),
    sa.Column("cells", sa.BigInteger, nullable=False),
    sa.Column("hidden", sa.BigInteger, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("built_by", UUID(as_uuid=True), comment="the member of staff; null: at the command line"),
    sa.UniqueConstraint("register", "period"),
    comment="tables of a register's subjects by division, made once for each period and never changed",
)

statistics_cell = sa.Table(
    "statistics_cell",
    metadata,
    sa.Column("release", UUID(as_uuid=True), sa.ForeignKey("hub.statistics_release.id"), primary_key=True),
    sa.Column("level", sa.Text, primary_key=True, comment="city, district or town"),
    sa.Column("traits", sa.Text, primary_key=True, comment="what the table counts by: sex, age_band, … by commas"),
    sa.Column("division", sa.Text, primary_key=True),
    sa.Column("categories", ARRAY(sa.Text), primary_key=True, comment="one for each trait"),
    sa.Column("figure", sa.BigInteger, comment="rounded; null: hidden"),
    comment="cells of statistics by division; an empty cell that is not hidden is not stored",
)
