"""The classification tree, codes by scheme, the dictionary, code lists in versions, notices of narrowing.

Revision 0019, after 0018, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result. Resource
codes given before are entered among the codes by scheme.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_AWARE = sa.DateTime(timezone=True)
_JSON = postgresql.JSONB(astext_type=sa.Text())
_TEXTS = postgresql.ARRAY(sa.Text())


def _id(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, postgresql.UUID(as_uuid=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    """Add the tables, and the codes entries already have."""
    _codes_and_classes()
    _dictionary()
    _code_lists_and_notices()
    op.execute(
        "INSERT INTO hub.entry_code (scheme, code, entry_id, issued_at) "
        "SELECT 'national-2017', resource_code, id, coalesce(published_at, created_at) "
        "FROM hub.entry WHERE resource_code IS NOT NULL"
    )


def _codes_and_classes() -> None:
    op.create_table(
        "entry_code",
        sa.Column("scheme", sa.Text(), nullable=False, comment="catalogue.code_schemes, or hub.code_scheme"),
        sa.Column("code", sa.Text(), nullable=False),
        _id("entry_id"),
        sa.Column("issued_at", _AWARE, nullable=False),
        sa.Column(
            "replaced_by",
            sa.Text(),
            nullable=True,
            comment="the code of the same scheme that followed; null: the one in force",
        ),
        sa.Column("replaced_at", _AWARE, nullable=True),
        sa.PrimaryKeyConstraint("scheme", "code", name=op.f("pk_entry_code")),
        schema="hub",
        comment="every code an entry ever had, by scheme; never given to another entry",
    )
    op.create_index("ix_entry_code_code", "entry_code", ["code"], unique=False, schema="hub")
    op.create_index(op.f("ix_entry_code_entry_id"), "entry_code", ["entry_id"], unique=False, schema="hub")
    op.create_table(
        "class_tree_version",
        sa.Column(
            "number", sa.Integer(), autoincrement=False, nullable=False, comment="from 2: version 1 is the shipped list"
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="draft, in_force, past, discarded"),
        sa.Column("base", sa.Integer(), nullable=False, comment="the version it was made from"),
        sa.Column("changes", _JSON, nullable=False, comment="catalogue.classes.Change, in order"),
        sa.Column("nodes", _JSON, nullable=False, comment="the whole tree: catalogue.classes.ClassNode"),
        sa.Column("reason", sa.Text(), nullable=False),
        _id("made_by"),
        sa.Column("made_at", _AWARE, nullable=False),
        sa.Column("in_force_at", _AWARE, nullable=True),
        sa.Column("ended_at", _AWARE, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_class_tree_version")),
        schema="hub",
    )
    op.create_index(
        "uq_class_tree_version_in_force",
        "class_tree_version",
        ["state"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "code_scheme",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", _JSON, nullable=False, comment="catalogue.code_schemes.SchemeForm"),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _id("added_by"),
        sa.Column("added_at", _AWARE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_code_scheme")),
        schema="hub",
        comment="schemes of codes beside the national one, which is always given",
    )


def _dictionary() -> None:
    op.create_table(
        "own_element",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="proposed, in_force, past, returned, retired"),
        sa.Column("body", _JSON, nullable=False, comment="catalogue.dictionary_own.OwnElement"),
        _id("member_id", comment="who proposed it"),
        _id("made_by"),
        sa.Column("made_at", _AWARE, nullable=False),
        _id("decided_by", nullable=True),
        sa.Column("decided_at", _AWARE, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_own_element")),
        schema="hub",
    )
    op.create_index(
        "uq_own_element_in_force",
        "own_element",
        ["code"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "element_word",
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="catalogue.dictionary_elements.WordKind"),
        _id("added_by"),
        sa.Column("added_at", _AWARE, nullable=False),
        sa.PrimaryKeyConstraint("element", "word", name=op.f("pk_element_word")),
        schema="hub",
        comment="words the city added to the shipped ones",
    )


def _code_lists_and_notices() -> None:
    op.create_table(
        "code_list_version",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="proposed, in_force, returned"),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rows", _JSON, nullable=False, comment="code, name_zh, name_en and the list's own columns, in order"),
        _id("member_id", comment="the department whose list it is"),
        _id("made_by"),
        sa.Column("made_at", _AWARE, nullable=False),
        _id("decided_by", nullable=True),
        sa.Column("decided_at", _AWARE, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_code_list_version")),
        sa.UniqueConstraint("number", name=op.f("uq_code_list_version_number")),
        schema="hub",
        comment="INVARIANT: a version in force is never changed; the newest in force is the present one",
    )
    op.create_table(
        "entry_change_notice",
        _id("id"),
        _id("entry_id"),
        sa.Column("version", sa.Integer(), nullable=False, comment="the version under work that narrows"),
        sa.Column("columns", _TEXTS, nullable=False, comment="items gone or shared less widely"),
        sa.Column("affected", _JSON, nullable=False, comment="how many grants, subscriptions ... and which members"),
        sa.Column("reason", sa.Text(), nullable=False),
        _id("filed_by"),
        sa.Column("filed_at", _AWARE, nullable=False),
        _id("receipt_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_change_notice")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_entry_change_notice_entry_id"), "entry_change_notice", ["entry_id"], unique=False, schema="hub"
    )


def downgrade() -> None:
    """Drop the tables; codes of other schemes and the city's own lists, elements and classes go with them."""
    for name in (
        "entry_change_notice", "code_list_version", "element_word", "own_element", "code_scheme",
        "class_tree_version", "entry_code",
    ):  # fmt: skip
        op.drop_table(name, schema="hub")
