"""What the basic databases offer on pages: the services of each, where they are, and which entry each belongs to.

Zhengzhou Art. 18, Jilin Art. 26. A page gets what it shows from the same functions as the API; nothing here reads data.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hub.registers import store as register_store
from hub.registers.macro import indicator_store

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.database import Unit

DIVISIONS, BODIES, ADDRESSES = "/divisions", "/legal-persons", "/addresses"
POPULATION, INDICATORS = "/statistics/population", "/indicators"


@dataclass(frozen=True, slots=True)
class Service:
    """A page anybody may use: its path, and the texts of its title and of what it is good for."""

    path: str
    title: str
    about: str


SERVICES: Final[Mapping[str, tuple[Service, ...]]] = MappingProxyType(
    {
        "population": (Service(POPULATION, "pop_title", "pop_about"),),
        "legal_persons": (Service(BODIES, "body_title", "body_about"),),
        "geography": (
            Service(DIVISIONS, "div_title", "div_about"),
            Service(ADDRESSES, "addr_title", "addr_about"),
        ),
        "macro_economy": (Service(INDICATORS, "ind_title", "ind_about"),),
    }
)
"""Services by the switch of their database, in the order in which the regulations name the databases."""

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "population": "base_population",
        "legal_persons": "base_legal_persons",
        "geography": "base_geography",
        "macro_economy": "base_macro",
    }
)
"""The text that names each database."""


def closed_paths(unit: Unit) -> tuple[str, ...]:
    """Return the paths of services whose page says only that their database is off: no page links to them."""
    return () if indicator_store.switch(unit).is_on else (INDICATORS,)


def services_of_entry(unit: Unit, entry_id: uuid.UUID) -> tuple[Service, ...]:
    """Return the services of the register an entry describes; none where it describes none, or one switched off."""
    found = register_store.by_entry(unit, entry_id)
    return SERVICES.get(found.code, ()) if found is not None and found.is_on else ()
