"""Tables of standard places and addresses (base database of geography; 地名管理条例 Art. 3, 15, 21; GB/T 39609-2020).

An address is a node of one tree, from province to room. Its identifier is stable and never given again: an address
that ends gets ``valid_to``, and a changed name leaves the earlier one among ``aliases``.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.tables import AWARE, metadata

address_source = sa.Table(
    "address_source",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, comment="divisions, former, addresses, names"),
    sa.Column("name", sa.Text, nullable=False, comment="name of the file, or slug of the department's entry"),
    sa.Column("entry_id", UUID(as_uuid=True), comment="entry of the department; null: a file an operator loaded"),
    sa.Column("version", sa.BigInteger, comment="version (push) of the entry; null: a file"),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the file, or of the rows as read"),
    sa.Column("loaded_at", AWARE, nullable=False),
    sa.Column("taken", sa.BigInteger, nullable=False, comment="rows taken"),
    sa.Column("refused", sa.BigInteger, nullable=False, comment="rows not taken; the loader tells each with its rule"),
    sa.Column("columns", ARRAY(sa.Text), comment="open columns of the entry that were read; null: a file"),
    comment="where addresses and place names come from, one line a load",
)

address = sa.Table(
    "address",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="G001; a division has its 12-digit code"),
    sa.Column("parent", sa.Text, comment="null: a province"),
    sa.Column("level", sa.SmallInteger, nullable=False, comment="1 province … 7 door plate … 11 room"),
    sa.Column("name", sa.Text, nullable=False, comment="own part of the full text"),
    sa.Column("full_text", sa.Text, nullable=False),
    sa.Column("division12", sa.CHAR(12), nullable=False, comment="deepest known division, zeros behind"),
    sa.Column("longitude", sa.Double, comment="degrees, CGCS2000 (EPSG:4490)"),
    sa.Column("latitude", sa.Double),
    sa.Column("crs", sa.Text, comment="EPSG:4490; nothing else is stored"),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date, comment="the first day it was no longer right; null: it is"),
    sa.Column("main_id", sa.Text, comment="the main address of a secondary one"),
    sa.Column("aliases", ARRAY(sa.Text), nullable=False, comment="former and other names of this part"),
    sa.Column("path_key", sa.BigInteger, comment="64 bits of the digest of all parts below the street"),
    sa.Column("short_key", sa.BigInteger, comment="the same without unit and floor"),
    sa.Column("cell", sa.BigInteger, comment="cell of 0.001 degree of the point, for the nearest"),
    sa.Column("is_given", sa.Boolean, nullable=False, comment="its source names it; else it follows from one below"),
    sa.Column("source", sa.Integer, nullable=False),
    sa.Column("row", sa.BigInteger, nullable=False, comment="row of the source that said so"),
    sa.Column(
        "others",
        ARRAY(sa.Integer),
        comment="first loads of other sources: of a given address whose names or point stand in it too, "
        "of one that follows what else it follows from",
    ),
    sa.Index("ix_address_parent", "parent"),
    sa.Index("ix_address_path_key", "path_key"),
    sa.Index("ix_address_short_key", "short_key"),
    sa.Index("ix_address_cell", "cell"),
    sa.CheckConstraint("level BETWEEN 1 AND 11", name="level"),
    comment="standard addresses, one node each, from province to room",
)

place_name = sa.Table(
    "place_name",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="G020"),
    sa.Column("name", sa.Text, nullable=False, comment="standard place name: specific part and generic part"),
    sa.Column("specific", sa.Text, nullable=False),
    sa.Column("generic", sa.Text, nullable=False),
    sa.Column("kind", sa.SmallInteger, nullable=False, comment="1-8: the kinds of 地名管理条例 Art. 3"),
    sa.Column("pinyin", sa.Text, nullable=False),
    sa.Column("division12", sa.CHAR(12), nullable=False),
    sa.Column("approved_by", sa.Text),
    sa.Column("approved_on", sa.Date),
    sa.Column("filed_on", sa.Date),
    sa.Column("announced_on", sa.Date, comment="within 15 days of the approval"),
    sa.Column("valid_to", sa.Date),
    sa.Column("former_names", ARRAY(sa.Text), nullable=False),
    sa.Column("source", sa.Integer, nullable=False),
    sa.Column("row", sa.BigInteger, nullable=False),
    sa.Column("others", ARRAY(sa.Integer), comment="first loads of sources that gave a former name"),
    sa.Index("ix_place_name_name", "name"),
    sa.Index("ix_place_name_division12", "division12"),
    sa.CheckConstraint("kind BETWEEN 1 AND 8", name="kind"),
    comment="standard place names with their approval, filing and announcement",
)

address_untaken = sa.Table(
    "address_untaken",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), sa.ForeignKey("entry.id"), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, comment="version of the entry that was tried"),
    sa.Column("is_closed", sa.Boolean, nullable=False, comment="the public is not given what would be taken"),
    sa.Column("zh", sa.Text, nullable=False, comment="why, in Chinese; no value of a row"),
    sa.Column("en", sa.Text, nullable=False),
    sa.Column("since", AWARE, nullable=False),
    comment="followed entries whose standing version cannot be taken into the register of addresses, and why",
)
