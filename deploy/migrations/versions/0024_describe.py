"""Nothing yet.

Revision 0024, after 0023, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
