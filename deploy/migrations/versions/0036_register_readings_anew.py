"""Registers: readings of every row that were under way begin anew, so that each page tells what went.

Revision 0036, after 0035, written 2026-11-23.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forget how far they had come: the code before told what went at their end, for all pages at once."""
    op.execute("UPDATE hub.register_source SET taking = NULL, taken_row = NULL WHERE is_refeeding")


def downgrade() -> None:
    """Leave them: the code before tells at their end what went."""
