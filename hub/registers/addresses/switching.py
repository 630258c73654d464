"""The switch of the address register: that of the database of natural resources and geography, whose part it is.

Zhengzhou Art. 18; Jilin Art. 26. Off, nothing is taken and nothing answered, with a grant or without. A switch that
nobody has ever set is set by the first load, with the receipt of every switching.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.facts import CONSOLE
from hub.registers import sources
from hub.registers.errors import RegisterOffError
from hub.registers.features.store import REGISTER
from hub.registers.store import register_row

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit


def is_on(unit: Unit) -> bool:
    """Whether the database of geography is switched on."""
    return register_row(unit, REGISTER).is_on


def require_on(unit: Unit) -> None:
    """Let a question pass while the database of geography is on (raises :class:`RegisterOffError`)."""
    if not is_on(unit):
        raise RegisterOffError


def on_for_load(context: Context, unit: Unit) -> None:
    """Let a load pass; the first one sets a switch that was never set.

    Raises:
        RegisterOffError: the database was switched off.

    """
    row = register_row(unit, REGISTER)
    if row.changed_at is None:
        sources.switch(context, unit, REGISTER, CONSOLE, is_on=True)
    elif not row.is_on:
        raise RegisterOffError
