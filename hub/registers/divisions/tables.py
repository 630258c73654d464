"""Tables of divisions through time (GB/T 2260, GB/T 10114, statistical list) and of their boundaries.

``division_list`` keeps what was loaded, as it was; ``division``, ``division_change`` and ``division_note`` follow from
all lists together and are written anew with each load (:mod:`catalogue.divisions_timeline`).
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

division_list = sa.Table(
    "division_list",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("form", sa.Text, nullable=False, comment="revisions, current, statistical, withdrawn, periods, changes"),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("dated", sa.Date, comment="the day the list is of; null: it has none, or its lines have their own"),
    sa.Column("lines", JSONB, nullable=False, comment="names by code; of periods and changes one object a line"),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the file"),
    sa.Column("loaded_at", AWARE, nullable=False),
    sa.Column("loaded_by", UUID(as_uuid=True), nullable=False),
    sa.UniqueConstraint("digest", "form", "source", "dated"),
    comment="lists of divisions as they were loaded",
)

division = sa.Table(
    "division",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    sa.Column("valid_to", sa.Date, comment="the first day no more; null: in force"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False, comment="2, 4, 6, 9, 12: digits that tell the level"),
    sa.Column("parent", sa.Text, comment="code of the division right above; null: a province, or not known"),
    sa.Column("kind", sa.Text, nullable=False, comment="gb2260, statistical, zone"),
    sa.Column("source", sa.Text, nullable=False, comment="the list it rests on"),
    sa.Column("dating", sa.Text, nullable=False, comment="how well the days are known: day, list, year, undated"),
    sa.Index("ix_division_parent", "parent"),
    sa.Index("ix_division_name", "name"),
    sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="days"),
    comment="divisions through time: what each code named when; periods of a code do not overlap",
)

division_change = sa.Table(
    "division_change",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("old", sa.Text, nullable=False),
    sa.Column("new", sa.Text, comment="null: no successor is known"),
    sa.Column("on", sa.Date, nullable=False, comment="first day of the new state"),
    sa.Column("kind", sa.Text, nullable=False, comment="rename, recode, merge, split, abolish"),
    sa.Column("share", sa.Numeric, comment="part of a split; null: not stated"),
    sa.Column("method", sa.Text, nullable=False, comment="stated, or how it was inferred from two lists"),
    sa.Column("source", sa.Text, nullable=False),
    sa.Index("ix_division_change_old", "old"),
    sa.Index("ix_division_change_new", "new"),
    comment="what became of divisions",
)

division_note = sa.Table(
    "division_note",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="slip of a list, difference between sources, return of a code"),
    sa.Column("zh", sa.Text, nullable=False),
    sa.Column("en", sa.Text, nullable=False),
    sa.Index("ix_division_note_code", "code"),
    comment="what is to be told of lists of divisions; never silently corrected",
)

division_shape = sa.Table(
    "division_shape",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True, comment="the day from which the boundary is drawn so"),
    sa.Column("shape", sa.LargeBinary, nullable=False, comment="WKB, CGCS2000 (EPSG:4490), longitude first"),
    sa.Column("west", sa.Double, nullable=False),
    sa.Column("south", sa.Double, nullable=False),
    sa.Column("east", sa.Double, nullable=False),
    sa.Column("north", sa.Double, nullable=False),
    sa.Column("area_m2", sa.Double, nullable=False, comment="on the CGCS2000 ellipsoid; no official figure"),
    sa.Column("stated_system", sa.Text, nullable=False, comment="coordinate system the file was in, and who says so"),
    sa.Column("checked_against", sa.Text, nullable=False, comment="how the GCJ-02 check was done: boundary, none"),
    sa.Column("review_number", sa.Text, comment="审图号; null: the shape is used, never published"),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("loaded_at", AWARE, nullable=False),
    sa.Column("loaded_by", UUID(as_uuid=True), nullable=False),
    comment="boundaries of divisions through time",
)
