"""Standard addresses: what each load read, whose words stand in a row, and which followed entries cannot be taken.

Revision 0034, after 0033, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.add_column(
        "address_source",
        sa.Column(
            "columns", ARRAY(sa.Text()), nullable=True, comment="open columns of the entry that were read; null: a file"
        ),
        schema="hub",
    )
    op.add_column(
        "address",
        sa.Column(
            "others",
            ARRAY(sa.Integer()),
            nullable=True,
            comment="first loads of other sources: of a given address whose names or point stand in it too, "
            "of one that follows what else it follows from",
        ),
        schema="hub",
    )
    op.add_column(
        "place_name",
        sa.Column(
            "others", ARRAY(sa.Integer()), nullable=True, comment="first loads of sources that gave a former name"
        ),
        schema="hub",
    )
    op.create_table(
        "address_untaken",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="version of the entry that was tried"),
        sa.Column("is_closed", sa.Boolean(), nullable=False, comment="the public is not given what would be taken"),
        sa.Column("zh", sa.Text(), nullable=False, comment="why, in Chinese; no value of a row"),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["hub.entry.id"], name=op.f("fk_address_untaken_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_address_untaken")),
        schema="hub",
        comment="followed entries whose standing version cannot be taken into the register of addresses, and why",
    )

    # The switch of the geography database rules the addresses from here on: what answers now goes on answering.
    op.execute(
        "INSERT INTO hub.register (code, is_on, changed_at) SELECT 'geography', true, max(loaded_at) "
        "FROM hub.address_source HAVING count(*) > 0 ON CONFLICT (code) DO NOTHING"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("address_untaken", schema="hub")
    op.drop_column("place_name", "others", schema="hub")
    op.drop_column("address", "others", schema="hub")
    op.drop_column("address_source", "columns", schema="hub")
