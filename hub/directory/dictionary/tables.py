"""Tables of the city's own data elements, in versions, and of words for any element."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

own_element = sa.Table(
    "own_element",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False, comment="proposed, in_force, past, returned, retired"),
    sa.Column("body", JSONB, nullable=False, comment="catalogue.dictionary_own.OwnElement"),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, comment="who proposed it"),
    sa.Column("made_by", UUID(as_uuid=True), nullable=False),
    sa.Column("made_at", AWARE, nullable=False),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Index("uq_own_element_in_force", "code", unique=True, postgresql_where=sa.text("state = 'in_force'")),
)

element_word = sa.Table(
    "element_word",
    metadata,
    sa.Column("element", sa.Text, primary_key=True),
    sa.Column("word", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, comment="catalogue.dictionary_elements.WordKind"),
    sa.Column("added_by", UUID(as_uuid=True), nullable=False),
    sa.Column("added_at", AWARE, nullable=False),
    comment="words the city added to the shipped ones",
)
