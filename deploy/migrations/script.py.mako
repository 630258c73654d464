"""${message}.

Revision ${up_revision}, after ${down_revision or "nothing"}, written ${create_date.date()}.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "op.execute(sa.text('SELECT 1'))"}


def downgrade() -> None:
    ${downgrades if downgrades else "op.execute(sa.text('SELECT 1'))"}
