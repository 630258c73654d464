"""Divisions through time, their boundaries, shapes of parcels.

Revision 0030, after 0029, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "division",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="the first day no more; null: in force"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="2, 4, 6, 9, 12: digits that tell the level"),
        sa.Column(
            "parent",
            sa.Text(),
            nullable=True,
            comment="code of the division right above; null: a province, or not known",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="gb2260, statistical, zone"),
        sa.Column("source", sa.Text(), nullable=False, comment="the list it rests on"),
        sa.Column("dating", sa.Text(), nullable=False, comment="how well the days are known: day, list, year, undated"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_division_days")),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_division")),
        schema="hub",
        comment="divisions through time: what each code named when; periods of a code do not overlap",
    )
    op.create_index("ix_division_name", "division", ["name"], unique=False, schema="hub")
    op.create_index("ix_division_parent", "division", ["parent"], unique=False, schema="hub")
    op.create_table(
        "division_change",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=True, comment="null: no successor is known"),
        sa.Column("on", sa.Date(), nullable=False, comment="first day of the new state"),
        sa.Column("kind", sa.Text(), nullable=False, comment="rename, recode, merge, split, abolish"),
        sa.Column("share", sa.Numeric(), nullable=True, comment="part of a split; null: not stated"),
        sa.Column("method", sa.Text(), nullable=False, comment="stated, or how it was inferred from two lists"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_change")),
        schema="hub",
        comment="what became of divisions",
    )
    op.create_index("ix_division_change_new", "division_change", ["new"], unique=False, schema="hub")
    op.create_index("ix_division_change_old", "division_change", ["old"], unique=False, schema="hub")
    op.create_table(
        "division_list",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "form", sa.Text(), nullable=False, comment="revisions, current, statistical, withdrawn, periods, changes"
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "dated",
            sa.Date(),
            nullable=True,
            comment="the day the list is of; null: it has none, or its lines have their own",
        ),
        sa.Column("lines", JSONB(), nullable=False, comment="names by code; of periods and changes one object a line"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the file"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_list")),
        sa.UniqueConstraint(
            "digest", "form", "source", "dated", name=op.f("uq_division_list_digest_form_source_dated")
        ),
        schema="hub",
        comment="lists of divisions as they were loaded",
    )
    op.create_table(
        "division_note",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="slip of a list, difference between sources, return of a code"
        ),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_note")),
        schema="hub",
        comment="what is to be told of lists of divisions; never silently corrected",
    )
    op.create_index("ix_division_note_code", "division_note", ["code"], unique=False, schema="hub")
    op.create_table(
        "division_shape",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="the day from which the boundary is drawn so"),
        sa.Column("shape", sa.LargeBinary(), nullable=False, comment="WKB, CGCS2000 (EPSG:4490), longitude first"),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("south", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.Column("north", sa.Double(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False, comment="on the CGCS2000 ellipsoid; no official figure"),
        sa.Column(
            "stated_system", sa.Text(), nullable=False, comment="coordinate system the file was in, and who says so"
        ),
        sa.Column(
            "checked_against", sa.Text(), nullable=False, comment="how the GCJ-02 check was done: boundary, none"
        ),
        sa.Column(
            "review_number", sa.Text(), nullable=True, comment="审图号; null: the shape is used, never published"
        ),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_division_shape")),
        schema="hub",
        comment="boundaries of divisions through time",
    )
    op.create_table(
        "feature_shape",
        sa.Column("subject", sa.BigInteger(), nullable=False, comment="internal key in geography_subject"),
        sa.Column("class", sa.Text(), nullable=True, comment="land, water, forest, mineral; null: no source says"),
        sa.Column("shape", sa.LargeBinary(), nullable=False, comment="WKB, CGCS2000 (EPSG:4490), longitude first"),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("south", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.Column("north", sa.Double(), nullable=False),
        sa.Column("measured_m2", sa.Double(), nullable=False, comment="area on the CGCS2000 ellipsoid"),
        sa.Column("stated_m2", sa.Numeric(), nullable=True, comment="area as registered"),
        sa.Column(
            "division",
            sa.Text(),
            nullable=True,
            comment="county in whose boundary its inner point lies; null: no boundary holds it",
        ),
        sa.Column(
            "flags",
            ARRAY(sa.Text()),
            nullable=False,
            comment="area_differs, no_division, division_differs, not_announced",
        ),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("push", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("class IN ('land', 'water', 'forest', 'mineral')", name=op.f("ck_feature_shape_class")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_feature_shape")),
        schema="hub",
        comment="shapes of parcels in the register of geography",
    )
    op.create_index("ix_feature_shape_division", "feature_shape", ["division"], unique=False, schema="hub")
    op.create_index("ix_feature_shape_west", "feature_shape", ["west"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("feature_shape", schema="hub")
    op.drop_table("division_shape", schema="hub")
    op.drop_table("division_note", schema="hub")
    op.drop_table("division_list", schema="hub")
    op.drop_table("division_change", schema="hub")
    op.drop_table("division", schema="hub")
