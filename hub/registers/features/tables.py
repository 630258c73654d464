"""Shapes of the parcels in the register of geography; their elements stand in ``geography_subject``.

The shape comes with the same row of the department's resource as the elements; measured area and division follow from
it. 测绘法 Art. 37: what is measured here is no officially announced figure and is never published as one.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalogue.tables import AWARE, metadata

feature_shape = sa.Table(
    "feature_shape",
    metadata,
    sa.Column("subject", sa.BigInteger, primary_key=True, comment="internal key in geography_subject"),
    sa.Column("class", sa.Text, comment="land, water, forest, mineral; null: no source says"),
    sa.Column("shape", sa.LargeBinary, nullable=False, comment="WKB, CGCS2000 (EPSG:4490), longitude first"),
    sa.Column("west", sa.Double, nullable=False),
    sa.Column("south", sa.Double, nullable=False),
    sa.Column("east", sa.Double, nullable=False),
    sa.Column("north", sa.Double, nullable=False),
    sa.Column("measured_m2", sa.Double, nullable=False, comment="area on the CGCS2000 ellipsoid"),
    sa.Column("stated_m2", sa.Numeric, comment="area as registered"),
    sa.Column("division", sa.Text, comment="county in whose boundary its inner point lies; null: no boundary holds it"),
    sa.Column(
        "flags", ARRAY(sa.Text), nullable=False, comment="area_differs, no_division, division_differs, not_announced"
    ),
    sa.Column("source", sa.Integer, nullable=False),
    sa.Column("push", sa.BigInteger, nullable=False),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.Index("ix_feature_shape_division", "division"),
    sa.Index("ix_feature_shape_west", "west"),
    sa.CheckConstraint("class IN ('land', 'water', 'forest', 'mineral')", name="class"),
    comment="shapes of parcels in the register of geography",
)
