"""Supply duties, inventory of resources not attached, decisions on the source of an item.

Revision 0020, after 0019, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the duty list, of the inventory and of the decisions on sources."""
    _duties()
    _inventory()
    _sources()


def _duties() -> None:
    op.create_table(
        "supply_duty",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False, comment="how people name it"),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the unit that owes"),
        sa.Column("authority_id", sa.UUID(), nullable=False, comment="the authority that entered it"),
        sa.Column("title", sa.Text(), nullable=False, comment="the resource that is owed"),
        sa.Column(
            "items",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="names of the items owed; empty: the whole resource",
        ),
        sa.Column("update_cycle", sa.Text(), nullable=False, comment="code of catalogue_update_cycle"),
        sa.Column("rule", sa.Text(), nullable=False, comment="the rule it rests on"),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False, comment="from this day on it is owed"),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=True, comment="the entry the unit answered with"),
        sa.Column(
            "columns",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="item owed -> column of the entry",
        ),
        sa.Column("objection", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'linked', 'objected', 'lifted')", name=op.f("ck_supply_duty_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_duty")),
        sa.UniqueConstraint("member_id", "title", name=op.f("uq_supply_duty_member_id_title")),
        sa.UniqueConstraint("number", name=op.f("uq_supply_duty_number")),
        schema="hub",
        comment="what units owe to the platform",
    )
    op.create_table(
        "supply_duty_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("duty_id", sa.UUID(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_staff", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["hub.supply_duty.id"], name=op.f("fk_supply_duty_act_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_duty_act")),
        schema="hub",
        comment="every act on a supply duty, with its receipt",
    )
    op.create_index(op.f("ix_supply_duty_act_duty_id"), "supply_duty_act", ["duty_id"], unique=False, schema="hub")


def _inventory() -> None:
    op.create_table(
        "inventory_resource",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False, comment="name of the business system that holds it"),
        sa.Column("name", sa.Text(), nullable=False, comment="what the resource is called"),
        sa.Column("owner_unit", sa.Text(), server_default="", nullable=False, comment="unit inside the member"),
        sa.Column("rows", sa.BigInteger(), nullable=True, comment="rows it holds, as counted or estimated by its unit"),
        sa.Column(
            "update_cycle", sa.Text(), server_default="", nullable=False, comment="code of catalogue_update_cycle"
        ),
        sa.Column(
            "items", postgresql.ARRAY(sa.Text()), nullable=False, comment="names of its items, as far as they are known"
        ),
        sa.Column("planned_on", sa.Date(), nullable=True, comment="the day by which it is to be in the directory"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="why it is not attached yet"),
        sa.Column("entry_id", sa.UUID(), nullable=True, comment="the entry made of it, or that holds it"),
        sa.Column("closed", sa.Text(), server_default="", nullable=False, comment="why it was taken off the list"),
        sa.Column("by_staff", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_resource")),
        sa.UniqueConstraint("member_id", "system", "name", name=op.f("uq_inventory_resource_member_id_system_name")),
        schema="hub",
        comment="existing resources of units, attached or not",
    )


def _sources() -> None:
    op.create_table(
        "source_decision",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="code of a data element, or a folded name of an item"),
        sa.Column("name", sa.Text(), nullable=False, comment="the item as people call it"),
        sa.Column("source_id", sa.UUID(), nullable=False, comment="the member that is the source"),
        sa.Column("also", postgresql.ARRAY(sa.UUID()), nullable=False, comment="members that may supply it besides"),
        sa.Column("basis", sa.Text(), nullable=False, comment="rule and article, or the minutes it rests on"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="when it was replaced or withdrawn"),
        sa.Column("ended_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_decision")),
        schema="hub",
        comment="who is the source of an item, by decision of the authority",
    )
    op.create_index(
        "uq_source_decision_in_force",
        "source_decision",
        ["jurisdiction", "subject"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("source_decision", schema="hub")
    op.drop_table("inventory_resource", schema="hub")
    op.drop_table("supply_duty_act", schema="hub")
    op.drop_table("supply_duty", schema="hub")
