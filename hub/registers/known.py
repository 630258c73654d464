"""The rules of every register of this city, by switch. Zhengzhou Art. 18; Jilin Art. 26.

Macro-economy is no register of subjects: it holds observations (:mod:`hub.registers.macro`). Modules of one register
never import this one; it is for those that put parts together.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hub.registers.features.rules import GEOGRAPHY_RULES
from hub.registers.legal_persons.rules import LegalPersonRules
from hub.registers.population.rules import PERSON_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.registers.rules import RegisterRules

REGISTER_RULES: Final[Mapping[str, RegisterRules]] = MappingProxyType(
    {rules.basic.switch: rules for rules in (PERSON_RULES, LegalPersonRules(), GEOGRAPHY_RULES)}
)
