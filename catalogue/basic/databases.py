"""All basic databases by their switch, and which of them a city's rules establish."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.basic.geography import GEOGRAPHY
from catalogue.basic.legal_persons import LEGAL_PERSONS
from catalogue.basic.macro_economy import MACRO_ECONOMY
from catalogue.basic.population import POPULATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.basic.database import BasicDatabase

BASIC_DATABASES: Final[Mapping[str, BasicDatabase]] = MappingProxyType(
    {basic.switch: basic for basic in (POPULATION, LEGAL_PERSONS, GEOGRAPHY, MACRO_ECONOMY)}
)


def established_in(city: str) -> tuple[BasicDatabase, ...]:
    """Return the databases the rules of ``city`` (``zhengzhou``, ``jilin``) call for."""
    return tuple(basic for basic in BASIC_DATABASES.values() if city in basic.articles)
