"""Table of the inventory of existing systems and the resources in them (Zhengzhou Art. 17)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.tables import AWARE, metadata

resource = sa.Table(
    "inventory_resource",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("system", sa.Text, nullable=False, comment="name of the business system that holds it"),
    sa.Column("name", sa.Text, nullable=False, comment="what the resource is called"),
    sa.Column("owner_unit", sa.Text, nullable=False, server_default="", comment="unit inside the member"),
    sa.Column("rows", sa.BigInteger, comment="rows it holds, as counted or estimated by its unit"),
    sa.Column("update_cycle", sa.Text, nullable=False, server_default="", comment="code of catalogue_update_cycle"),
    sa.Column("items", ARRAY(sa.Text), nullable=False, comment="names of its items, as far as they are known"),
    sa.Column("planned_on", sa.Date, comment="the day by which it is to be in the directory"),
    sa.Column("reason", sa.Text, nullable=False, server_default="", comment="why it is not attached yet"),
    sa.Column("entry_id", UUID(as_uuid=True), comment="the entry made of it, or that holds it"),
    sa.Column("closed", sa.Text, nullable=False, server_default="", comment="why it was taken off the list"),
    sa.Column("by_staff", UUID(as_uuid=True), nullable=False),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.UniqueConstraint("member_id", "system", "name"),
    comment="existing resources of units, attached or not",
)
