"""Macro-economy: indicators, series, observations in vintages, feeds, loads, refusals, conflicts.

Revision 0032, after 0031, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "macro_conflict",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("vintage", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="value: two figures of one vintage; withdrawn: taken back"
        ),
        sa.Column("value", sa.Numeric(), nullable=True, comment="what the later source says"),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("load", sa.Integer(), nullable=False, comment="the load that disagrees"),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="open, settled (the sources agree again), decided"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="last day for the departments to correct or confirm"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.Text(), nullable=True, comment="standing or claimed, where it was decided"),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('open', 'settled', 'decided')", name=op.f("ck_macro_conflict_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro_conflict")),
        sa.UniqueConstraint(
            "series", "starts", "vintage", "load", "row", name=op.f("uq_macro_conflict_series_starts_vintage_load_row")
        ),
        schema="hub",
        comment="figures of one vintage that differ: a list for correction, never silently resolved",
    )
    op.create_index(
        "ix_macro_conflict_state_opened_at", "macro_conflict", ["state", "opened_at"], unique=False, schema="hub"
    )
    op.create_table(
        "macro_feed",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False, comment="the department's resource"),
        sa.Column("mapping", JSONB(), nullable=False, comment="how its columns become observations"),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("consumed", sa.BigInteger(), nullable=False, comment="version of the resource taken so far"),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True, comment="why the last step could not be done; null: it could"),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro_feed")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_macro_feed_entry_id")),
        schema="hub",
        comment="resources whose pushes become observations",
    )
    op.create_table(
        "macro_indicator",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False, comment="travels with the figures"),
        sa.Column("coverage", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False, comment="units are converted inside one dimension only"),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("is_additive", sa.Boolean(), nullable=False, comment="whether areas add up to the whole"),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("price_basis", sa.Text(), nullable=False),
        sa.Column("joins_january", sa.Boolean(), nullable=False, comment="January comes with February, never alone"),
        sa.Column("zones", sa.Text(), nullable=False, comment="development zones: included, excluded, unstated"),
        sa.Column("owner", sa.Text(), nullable=False, comment="the department responsible for the figure"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_macro_indicator")),
        schema="hub",
        comment="what is observed, with what must be published beside it",
    )
    op.create_table(
        "macro_load",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "source", sa.Integer(), nullable=True, comment="the feed, of macro_feed; null: a file at the console"
        ),
        sa.Column(
            "push", sa.BigInteger(), nullable=True, comment="version of the resource; null: a file at the console"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="name of the resource or of the file"),
        sa.Column("digest", sa.Text(), nullable=False, comment="RFC 9530 sha-256 of the file; empty for a push"),
        sa.Column("mapping", JSONB(), nullable=False, comment="how its columns were read"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "counts", JSONB(), nullable=False, comment="cells read, new, same, rounded, blank, refused, conflicts"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro_load")),
        sa.UniqueConstraint("source", "push", name=op.f("uq_macro_load_source_push")),
        schema="hub",
        comment="each time figures came in: where every observation is from",
    )
    op.create_table(
        "macro_observation",
        sa.Column("series", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("vintage", sa.SmallInteger(), nullable=False, comment="1 for the first publication"),
        sa.Column("value", sa.Numeric(), nullable=True, comment="null with status M or C, never 0"),
        sa.Column("unit", sa.Text(), nullable=False, comment="as the source gave it"),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "release_at", sa.DateTime(timezone=True), nullable=False, comment="nobody without basis reads it earlier"
        ),
        sa.Column("reason", sa.Integer(), nullable=True, comment="why it was revised; null for the first publication"),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="line of the file, or _row of the resource"),
        sa.Column(
            "is_doubted",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="an open conflict names it",
        ),
        sa.PrimaryKeyConstraint("series", "starts", "vintage", name=op.f("pk_macro_observation")),
        schema="hub",
        comment="figures: series, period and vintage to value",
    )
    op.create_table(
        "macro_reason",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro_reason")),
        sa.UniqueConstraint("text", name=op.f("uq_macro_reason_text")),
        schema="hub",
        comment="why figures were revised, each text once",
    )
    op.create_table(
        "macro_refusal",
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="the column whose cell it is; empty: the row"),
        sa.Column("rule", sa.Text(), nullable=False, comment="why the cell could not be taken"),
        sa.PrimaryKeyConstraint("load", "row", "place", name=op.f("pk_macro_refusal")),
        schema="hub",
        comment="cells that did not become observations, each with the rule",
    )
    op.create_table(
        "macro_series",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False, comment="division code as of the period, or a country"),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("price_basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["hub.macro_indicator.code"], name=op.f("fk_macro_series_indicator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro_series")),
        sa.UniqueConstraint(
            "indicator",
            "area",
            "frequency",
            "measure",
            "price_basis",
            name=op.f("uq_macro_series_indicator_area_frequency_measure_price_basis"),
        ),
        schema="hub",
        comment="one line of figures through time",
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("macro_series", schema="hub")
    op.drop_table("macro_refusal", schema="hub")
    op.drop_table("macro_reason", schema="hub")
    op.drop_table("macro_observation", schema="hub")
    op.drop_table("macro_load", schema="hub")
    op.drop_table("macro_indicator", schema="hub")
    op.drop_table("macro_feed", schema="hub")
    op.drop_table("macro_conflict", schema="hub")
