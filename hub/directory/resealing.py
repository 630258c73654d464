"""The sweep that seals identity numbers under the newest key (GB/T 39786 level 3: keys are changed on line).

Also what was stored before numbers were sealed, and items that turn out to hold them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.rounds import Sweep
from hub.rows.rotation.stepping import step

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database


def reseal(context: Context, database: Database) -> int:
    """Seal anew what is not sealed under the key in force; returns how many rows and texts were written."""
    return 0 if context.numbers is None else step(database, context.numbers)


RESEALING: Final = Sweep("number_keys", 5.0, reseal, is_long=True)
