"""No change: what CKAN's clients read needs no table of its own.

Revision 0022, after 0021, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing."""


def downgrade() -> None:
    """Change nothing."""
