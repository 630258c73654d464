"""The index of published entries: what search, facets, CKAN and DCAT read.

Revision 0018, after 0017, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result. The
arrays of terms in ``entry`` and ``entry_item`` stay empty from here on and go a release later. The rows of the new
index are made by the code, not here: the sweep ``directory-index`` finds every published entry without one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TEXTS = postgresql.ARRAY(sa.Text())
_AWARE = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the index, its profiles and labels, and the revision of the directory."""
    op.create_table(
        "entry_index",
        sa.Column("entry_id", postgresql.UUID(as_uuid=True), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False, comment="hub.index_profile: everything that is filtered by"),
        sa.Column("open_type", sa.SmallInteger(), nullable=False),
        sa.Column(
            "standing", sa.SmallInteger(), nullable=False, comment="smaller stands first: source, length of title"
        ),
        sa.Column("made_by", sa.SmallInteger(), nullable=False, comment="which way of making terms wrote the row"),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("modified", _AWARE, nullable=False, comment="publication of the version in force"),
        sa.Column("data_at", _AWARE, comment="last merged push"),
        sa.Column("due_at", _AWARE, comment="when the next data are due; null where the cycle sets no day"),
        sa.Column("overdue_at", _AWARE, comment="a whole cycle after that"),
        sa.Column("rows", sa.BigInteger(), comment="rows of the data it stands at"),
        sa.Column("issued", sa.Date()),
        sa.Column("stale_after", sa.Interval(), comment="length of the update cycle"),
        sa.Column("keywords", _TEXTS, nullable=False),
        sa.Column(
            "title_terms", postgresql.TSVECTOR(), nullable=False, comment="2-grams, words, pinyin of title and codes"
        ),
        sa.Column("terms", postgresql.TSVECTOR(), nullable=False, comment="those of all texts and items"),
        sa.ForeignKeyConstraint(["entry_id"], ["hub.entry.id"], name=op.f("fk_entry_index_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_index")),
        schema="hub",
        comment="one row a published entry that is not withdrawn; written in the transaction of its publication",
        postgresql_with={"toast_tuple_target": "128"},
    )
    for column in ("title_terms", "terms"):
        op.create_index(f"ix_entry_index_{column}", "entry_index", [column], schema="hub", postgresql_using="gin")
    for column in ("profile", "modified"):
        op.create_index(f"ix_entry_index_{column}", "entry_index", [column], schema="hub")
    order = ["standing", sa.text("modified DESC"), "entry_id"]
    op.create_index("ix_entry_index_order", "entry_index", order, schema="hub")
    op.create_table(
        "index_profile",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False, comment="facet: its values, as texts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_profile")),
        sa.UniqueConstraint("digest", name=op.f("uq_index_profile_digest")),
        schema="hub",
        comment="INVARIANT: a row is never changed; processes keep them in memory",
    )
    op.create_table(
        "directory_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "revision", sa.BigInteger(), nullable=False, comment="counts the transactions that changed the index"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_state")),
        schema="hub",
    )
    op.execute("INSERT INTO hub.directory_state (id, revision) VALUES (1, 0)")
    op.create_table(
        "item_label",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="folded name of the item"),
        sa.Column("terms", postgresql.TSVECTOR(), nullable=False, comment="of name, column and aliases"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_label")),
        sa.UniqueConstraint("digest", name=op.f("uq_item_label_digest")),
        schema="hub",
        comment="what items are called; INVARIANT: a row is never changed. An item in force carries one",
    )
    op.create_index("ix_item_label_terms", "item_label", ["terms"], schema="hub", postgresql_using="gin")
    op.create_index("ix_item_label_name", "item_label", ["name"], schema="hub")
    _change_what_is_there()


def _change_what_is_there() -> None:
    for table, columns in (("entry", ("terms", "title_terms")), ("entry_item", ("terms",))):
        for column in columns:
            op.alter_column(
                table, column, schema="hub", server_default="{}", comment="not written since 0018", existing_type=_TEXTS
            )
        op.drop_index(f"ix_{table}_terms", table_name=table, schema="hub", postgresql_using="gin")
    for added in (
        sa.Column("label", sa.Integer(), comment="hub.item_label"),
        sa.Column("profile", sa.Integer(), comment="that of the entry"),
        sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false(), comment="as the entry"),
        sa.Column("standing", sa.SmallInteger(), nullable=False, server_default="0", comment="smaller stands first"),
    ):
        op.add_column("entry_item", added, schema="hub")
    op.create_index(
        "ix_entry_item_label_standing",
        "entry_item",
        ["label", "standing"],
        schema="hub",
        postgresql_include=["profile", "is_public"],
    )


def downgrade() -> None:
    """Take the index away; the arrays of the older search are empty until entries are published again."""
    op.drop_index("ix_entry_item_label_standing", table_name="entry_item", schema="hub")
    for column in ("standing", "is_public", "profile", "label"):
        op.drop_column("entry_item", column, schema="hub")
    for table, columns in (("entry", ("terms", "title_terms")), ("entry_item", ("terms",))):
        for column in columns:
            op.alter_column(table, column, schema="hub", server_default=None, comment=None, existing_type=_TEXTS)
        op.create_index(f"ix_{table}_terms", table, ["terms"], schema="hub", postgresql_using="gin")
    for table in ("item_label", "directory_state", "index_profile", "entry_index"):
        op.drop_table(table, schema="hub")
