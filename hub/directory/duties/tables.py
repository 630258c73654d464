"""Tables of the supply duty list (Zhengzhou Art. 19; Jilin Art. 27): what is owed, and every act on it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.tables import AWARE, metadata

duty = sa.Table(
    "supply_duty",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True, comment="how people name it"),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, comment="the unit that owes"),
    sa.Column("authority_id", UUID(as_uuid=True), nullable=False, comment="the authority that entered it"),
    sa.Column("title", sa.Text, nullable=False, comment="the resource that is owed"),
    sa.Column("items", ARRAY(sa.Text), nullable=False, comment="names of the items owed; empty: the whole resource"),
    sa.Column("update_cycle", sa.Text, nullable=False, comment="code of catalogue_update_cycle"),
    sa.Column("rule", sa.Text, nullable=False, comment="the rule it rests on"),
    sa.Column("article", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False, comment="from this day on it is owed"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("entry_id", UUID(as_uuid=True), comment="the entry the unit answered with"),
    sa.Column("columns", JSONB, nullable=False, server_default="{}", comment="item owed -> column of the entry"),
    sa.Column("objection", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.CheckConstraint("state IN ('asked', 'linked', 'objected', 'lifted')", name="state"),
    sa.UniqueConstraint("member_id", "title"),
    comment="what units owe to the platform",
)

duty_act = sa.Table(
    "supply_duty_act",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("duty_id", UUID(as_uuid=True), sa.ForeignKey("hub.supply_duty.id"), nullable=False, index=True),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("from_state", sa.Text, nullable=False),
    sa.Column("to_state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("by_staff", UUID(as_uuid=True), nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("receipt_id", UUID(as_uuid=True), nullable=False),
    comment="every act on a supply duty, with its receipt",
)
