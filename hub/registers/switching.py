"""The switches of all four basic databases: three registers of subjects, and the observations of the macro-economy.

Zhengzhou Art. 18 names four, Jilin Art. 26 three: the macro-economy is switched on only where the city's rules name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue.basic.macro_economy import MACRO_ECONOMY
from hub.registers import sources
from hub.registers.known import REGISTER_RULES
from hub.registers.macro import switching

if TYPE_CHECKING:
    from catalogue.basic.database import BasicDatabase
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import Actor


def switch(context: Context, unit: Unit, code: str, actor: Actor, *, is_on: bool, pack: str) -> BasicDatabase:
    """Switch a basic database on or off and return it; ``pack`` is the regulation pack of the city.

    Raises:
        RegisterNotFoundError: no basic database has this code.
        MacroOffError: the macro-economy is to be on in a city whose rules establish no such database.

    """
    if code == MACRO_ECONOMY.switch:
        if is_on:
            switching.switch_on(context, unit, pack, None, actor)
        else:
            switching.switch_off(context, unit, actor)
        return MACRO_ECONOMY
    rules = sources.rules_of(REGISTER_RULES, code)
    sources.switch(context, unit, code, actor, is_on=is_on)
    return rules.basic
