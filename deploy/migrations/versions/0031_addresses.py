"""Standard places and addresses.

Revision 0031, after 0030, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "address",
        sa.Column("id", sa.Text(), nullable=False, comment="G001; a division has its 12-digit code"),
        sa.Column("parent", sa.Text(), nullable=True, comment="null: a province"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="1 province … 7 door plate … 11 room"),
        sa.Column("name", sa.Text(), nullable=False, comment="own part of the full text"),
        sa.Column("full_text", sa.Text(), nullable=False),
        sa.Column("division12", sa.CHAR(length=12), nullable=False, comment="deepest known division, zeros behind"),
        sa.Column("longitude", sa.Double(), nullable=True, comment="degrees, CGCS2000 (EPSG:4490)"),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("crs", sa.Text(), nullable=True, comment="EPSG:4490; nothing else is stored"),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="the first day it was no longer right; null: it is"),
        sa.Column("main_id", sa.Text(), nullable=True, comment="the main address of a secondary one"),
        sa.Column("aliases", ARRAY(sa.Text()), nullable=False, comment="former and other names of this part"),
        sa.Column(
            "path_key", sa.BigInteger(), nullable=True, comment="64 bits of the digest of all parts below the street"
        ),
        sa.Column("short_key", sa.BigInteger(), nullable=True, comment="the same without unit and floor"),
        sa.Column("cell", sa.BigInteger(), nullable=True, comment="cell of 0.001 degree of the point, for the nearest"),
        sa.Column(
            "is_given", sa.Boolean(), nullable=False, comment="its source names it; else it follows from one below"
        ),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="row of the source that said so"),
        sa.CheckConstraint("level BETWEEN 1 AND 11", name=op.f("ck_address_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        schema="hub",
        comment="standard addresses, one node each, from province to room",
    )
    op.create_index("ix_address_cell", "address", ["cell"], unique=False, schema="hub")
    op.create_index("ix_address_parent", "address", ["parent"], unique=False, schema="hub")
    op.create_index("ix_address_path_key", "address", ["path_key"], unique=False, schema="hub")
    op.create_index("ix_address_short_key", "address", ["short_key"], unique=False, schema="hub")
    op.create_table(
        "address_source",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="divisions, former, addresses, names"),
        sa.Column("name", sa.Text(), nullable=False, comment="name of the file, or slug of the department's entry"),
        sa.Column(
            "entry_id", sa.UUID(), nullable=True, comment="entry of the department; null: a file an operator loaded"
        ),
        sa.Column("version", sa.BigInteger(), nullable=True, comment="version (push) of the entry; null: a file"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the file, or of the rows as read"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False, comment="rows taken"),
        sa.Column(
            "refused", sa.BigInteger(), nullable=False, comment="rows not taken; the loader tells each with its rule"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_source")),
        schema="hub",
        comment="where addresses and place names come from, one line a load",
    )
    op.create_table(
        "place_name",
        sa.Column("id", sa.Text(), nullable=False, comment="G020"),
        sa.Column("name", sa.Text(), nullable=False, comment="standard place name: specific part and generic part"),
        sa.Column("specific", sa.Text(), nullable=False),
        sa.Column("generic", sa.Text(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False, comment="1-8: the kinds of 地名管理条例 Art. 3"),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("division12", sa.CHAR(length=12), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("announced_on", sa.Date(), nullable=True, comment="within 15 days of the approval"),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("former_names", ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind BETWEEN 1 AND 8", name=op.f("ck_place_name_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_name")),
        schema="hub",
        comment="standard place names with their approval, filing and announcement",
    )
    op.create_index("ix_place_name_division12", "place_name", ["division12"], unique=False, schema="hub")
    op.create_index("ix_place_name_name", "place_name", ["name"], unique=False, schema="hub")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("place_name", schema="hub")
    op.drop_table("address_source", schema="hub")
    op.drop_table("address", schema="hub")
