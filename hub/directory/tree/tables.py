"""Tables of the classification tree's versions and of further code schemes (guide 发改高技〔2017〕1272号)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

class_tree_version = sa.Table(
    "class_tree_version",
    metadata,
    sa.Column(
        "number", sa.Integer, primary_key=True, autoincrement=False, comment="from 2: version 1 is the shipped list"
    ),
    sa.Column("state", sa.Text, nullable=False, comment="draft, in_force, past, discarded"),
    sa.Column("base", sa.Integer, nullable=False, comment="the version it was made from"),
    sa.Column("changes", JSONB, nullable=False, comment="catalogue.classes.Change, in order"),
    sa.Column("nodes", JSONB, nullable=False, comment="the whole tree: catalogue.classes.ClassNode"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", UUID(as_uuid=True), nullable=False),
    sa.Column("made_at", AWARE, nullable=False),
    sa.Column("in_force_at", AWARE),
    sa.Column("ended_at", AWARE),
    sa.Index("uq_class_tree_version_in_force", "state", unique=True, postgresql_where=sa.text("state = 'in_force'")),
)

code_scheme = sa.Table(
    "code_scheme",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body", JSONB, nullable=False, comment="catalogue.code_schemes.SchemeForm"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("added_by", UUID(as_uuid=True), nullable=False),
    sa.Column("added_at", AWARE, nullable=False),
    comment="schemes of codes beside the national one, which is always given",
)
