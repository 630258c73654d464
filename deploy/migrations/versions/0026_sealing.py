"""How the rows of each resource are sealed, and how far a new key of identity numbers has come.

Revision 0026, after 0025, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of the resources, and the table of keys."""
    for column in (
        sa.Column(
            "sealed_with", sa.Integer(), server_default="0", nullable=False, comment="version of the key; 0: none yet"
        ),
        sa.Column(
            "sealed_columns",
            ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="columns that are sealed",
        ),
        sa.Column(
            "seal_due", sa.Boolean(), server_default=sa.true(), nullable=False, comment="whether columns wait for it"
        ),
    ):
        op.add_column("row_set", column, schema="hub")
    op.create_table(
        "number_key",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False, comment="version of the key"),
        sa.Column(
            "texts_done_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when no text of the hub's own tables was sealed under an older key",
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_number_key")),
        schema="hub",
        comment="keys of identity numbers all older texts were sealed anew under",
    )


def downgrade() -> None:
    """Drop them; sealed numbers stay sealed, and the code before cannot read them."""
    op.drop_table("number_key", schema="hub")
    for name in ("seal_due", "sealed_columns", "sealed_with"):
        op.drop_column("row_set", name, schema="hub")
