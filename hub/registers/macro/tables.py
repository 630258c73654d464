"""Tables of the macro-economy: indicators, series, observations in vintages, loads, refusals, conflicts.

An *observation* is one figure of one series for one period in one vintage. 统计法实施条例 第二十六条: whoever changes
a published figure says so and why, so an observation is never changed; a revision is a further vintage.

INVARIANT: a released row of ``macro_observation`` is never changed but for ``is_doubted``, and never deleted. What
nobody could read yet its own source may replace before the release.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

macro_indicator = sa.Table(
    "macro_indicator",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("definition", sa.Text, nullable=False, comment="travels with the figures"),
    sa.Column("coverage", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("dimension", sa.Text, nullable=False, comment="units are converted inside one dimension only"),
    sa.Column("decimals", sa.SmallInteger, nullable=False),
    sa.Column("is_additive", sa.Boolean, nullable=False, comment="whether areas add up to the whole"),
    sa.Column("frequency", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("price_basis", sa.Text, nullable=False),
    sa.Column("joins_january", sa.Boolean, nullable=False, comment="January comes with February, never alone"),
    sa.Column("zones", sa.Text, nullable=False, comment="development zones: included, excluded, unstated"),
    sa.Column("owner", sa.Text, nullable=False, comment="the department responsible for the figure"),
    sa.Column("changed_at", AWARE, nullable=False),
    comment="what is observed, with what must be published beside it",
)

macro_series = sa.Table(
    "macro_series",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("indicator", sa.Text, sa.ForeignKey("hub.macro_indicator.code"), nullable=False),
    sa.Column("area", sa.Text, nullable=False, comment="division code as of the period, or a country"),
    sa.Column("frequency", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("price_basis", sa.Text, nullable=False),
    sa.UniqueConstraint("indicator", "area", "frequency", "measure", "price_basis"),
    comment="one line of figures through time",
)

macro_reason = sa.Table(
    "macro_reason",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("text", sa.Text, nullable=False, unique=True),
    comment="why figures were revised, each text once",
)

macro_feed = sa.Table(
    "macro_feed",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False, unique=True, comment="the department's resource"),
    sa.Column("mapping", JSONB, nullable=False, comment="how its columns become observations"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("consumed", sa.BigInteger, nullable=False, comment="version of the resource taken so far"),
    sa.Column("consumed_at", AWARE),
    sa.Column("fault", sa.Text, comment="why the last step could not be done; null: it could"),
    sa.Column("set_at", AWARE, nullable=False),
    comment="resources whose pushes become observations",
)

macro_load = sa.Table(
    "macro_load",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("source", sa.Integer, comment="the feed, of macro_feed; null: a file at the console"),
    sa.Column("push", sa.BigInteger, comment="version of the resource; null: a file at the console"),
    sa.Column("name", sa.Text, nullable=False, comment="name of the resource or of the file"),
    sa.Column("digest", sa.Text, nullable=False, comment="RFC 9530 sha-256 of the file; empty for a push"),
    sa.Column("mapping", JSONB, nullable=False, comment="how its columns were read"),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("counts", JSONB, nullable=False, comment="cells read, new, same, rounded, blank, refused, conflicts"),
    sa.UniqueConstraint("source", "push"),
    comment="each time figures came in: where every observation is from",
)

macro_observation = sa.Table(
    "macro_observation",
    metadata,
    sa.Column("series", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("starts", sa.Date, primary_key=True, comment="first day of the period"),
    sa.Column("vintage", sa.SmallInteger, primary_key=True, comment="1 for the first publication"),
    sa.Column("value", sa.Numeric, comment="null with status M or C, never 0"),
    sa.Column("unit", sa.Text, nullable=False, comment="as the source gave it"),
    sa.Column("decimals", sa.SmallInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("release_at", AWARE, nullable=False, comment="nobody without basis reads it earlier"),
    sa.Column("reason", sa.Integer, comment="why it was revised; null for the first publication"),
    sa.Column("load", sa.Integer, nullable=False),
    sa.Column("row", sa.BigInteger, nullable=False, comment="line of the file, or _row of the resource"),
    sa.Column("is_doubted", sa.Boolean, nullable=False, server_default=sa.false(), comment="an open conflict names it"),
    comment="figures: series, period and vintage to value",
)

macro_refusal = sa.Table(
    "macro_refusal",
    metadata,
    sa.Column("load", sa.Integer, primary_key=True),
    sa.Column("row", sa.BigInteger, primary_key=True),
    sa.Column("place", sa.Text, primary_key=True, comment="the column whose cell it is; empty: the row"),
    sa.Column("rule", sa.Text, nullable=False, comment="why the cell could not be taken"),
    comment="cells that did not become observations, each with the rule",
)

macro_conflict = sa.Table(
    "macro_conflict",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("series", sa.Integer, nullable=False),
    sa.Column("starts", sa.Date, nullable=False),
    sa.Column("vintage", sa.SmallInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="value: two figures of one vintage; withdrawn: taken back"),
    sa.Column("value", sa.Numeric, comment="what the later source says"),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("decimals", sa.SmallInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("release_at", AWARE, nullable=False),
    sa.Column("load", sa.Integer, nullable=False, comment="the load that disagrees"),
    sa.Column("row", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="open, settled (the sources agree again), decided"),
    sa.Column("opened_at", AWARE, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False, comment="last day for the departments to correct or confirm"),
    sa.Column("settled_at", AWARE),
    sa.Column("kept", sa.Text, comment="standing or claimed, where it was decided"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("series", "starts", "vintage", "load", "row"),
    sa.Index("ix_macro_conflict_state_opened_at", "state", "opened_at"),
    sa.CheckConstraint("state IN ('open', 'settled', 'decided')", name="state"),
    comment="figures of one vintage that differ: a list for correction, never silently resolved",
)
