"""How far the keys of identity numbers have come (:mod:`hub.number_keys` holds the keys, beside the database).

Of rows it is kept with each resource (``row_set.sealed_with``); this is about the texts of the hub's own tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from catalogue.tables import AWARE, metadata

number_key = sa.Table(
    "number_key",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False, comment="version of the key"),
    sa.Column(
        "texts_done_at",
        AWARE,
        nullable=False,
        comment="when no text of the hub's own tables was sealed under an older key",
    ),
    comment="keys of identity numbers all older texts were sealed anew under",
)
