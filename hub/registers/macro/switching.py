"""The switch of the macro-economy database: on only where the city's rules name it, and described by an entry.

Zhengzhou Art. 18 names four basic databases; Jilin Art. 26 names three, without this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.directory.facts import load_resource
from hub.identity.facts import CONSOLE
from hub.registers import sources
from hub.registers.macro.errors import MacroOffError
from hub.registers.macro.indicator_store import SWITCH

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import Actor


def switch_on(context: Context, unit: Unit, pack: str, entry: str | None, actor: Actor = CONSOLE) -> None:
    """Switch the database on; ``entry`` is the published entry that describes it (None: the one it had, or none yet).

    Raises:
        MacroOffError: the regulation pack of the city establishes no such database.
        EntryNotFoundError: no such published entry.

    """
    if not context.pack(pack).macro_economy:
        raise MacroOffError
    if entry is not None:
        sources.describe_by(context, unit, SWITCH, load_resource(context, unit, entry).id, actor)
    sources.switch(context, unit, SWITCH, actor, is_on=True)


def switch_off(context: Context, unit: Unit, actor: Actor = CONSOLE) -> None:
    """Switch the database off: nothing is fed, nothing answered; what is stored stays."""
    sources.switch(context, unit, SWITCH, actor, is_on=False)
