"""versions.

Revision 0016, after 0015, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of this step."""


def downgrade() -> None:
    """Drop what this step made."""
