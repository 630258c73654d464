"""Registers: how far erasures have reached each source, and closed claims and links by their row.

Revision 0035, after 0034, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_NAMES = ("population", "legal_persons", "geography")


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column(
        "register_source",
        sa.Column(
            "erased",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="erasures up to this version are done here",
        ),
        schema="hub",
    )
    for name in _NAMES:
        for kind in ("claim", "link"):
            op.create_index(
                f"ix_{name}_{kind}_closed_source_row",
                f"{name}_{kind}",
                ["source", "row"],
                unique=False,
                schema="hub",
                postgresql_where=sa.text("closed_push IS NOT NULL"),
            )


def downgrade() -> None:
    """Drop them."""
    for name in _NAMES:
        for kind in ("claim", "link"):
            op.drop_index(f"ix_{name}_{kind}_closed_source_row", table_name=f"{name}_{kind}", schema="hub")
    op.drop_column("register_source", "erased", schema="hub")
