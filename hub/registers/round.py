"""The sweep that feeds the registers of this city, erasures first; see :mod:`hub.registers.feeding`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.registers import erasing
from hub.registers.feeding import sweep
from hub.registers.known import REGISTER_RULES
from hub.rounds import Sweep

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database

EVERY_SECONDS: Final = 1.0


def _feed(context: Context, database: Database) -> int:
    return erasing.sweep(context, database, REGISTER_RULES) + sweep(context, database, REGISTER_RULES)


REGISTERS: Final = Sweep("registers", EVERY_SECONDS, _feed, is_long=True)
