"""rule sets.

Revision 0012, after 0011, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of this step."""


def downgrade() -> None:
    """Drop what this step made."""
