"""What a basic database is to the hub: a name, an article, a switch, elements and rules over one record. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.elements import elements_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from catalogue.elements import Database, Element

    RecordRule = Callable[[Mapping[str, object], date], Iterator["RecordFault"]]


@dataclass(frozen=True, slots=True)
class RecordFault:
    """Two elements of one record contradict each other; a *flag* asks for a look and rejects nothing.

    The faulty record is kept and a correction goes to the source; the hub never edits it.
    """

    rule: str
    elements: tuple[str, ...]
    zh: str
    en: str
    is_flag: bool = False


@dataclass(frozen=True, slots=True)
class BasicDatabase:
    """One basic database.

    ``switch`` is the name under which a city turns it on; ``articles`` the rules that establish it, city by
    city; ``lead`` the department that leads it. ``check`` runs over one record: element code to value
    (None or absent: not known), values in normal form, dates as :class:`datetime.date`.
    """

    database: Database
    name: str
    name_en: str
    switch: str
    articles: Mapping[str, str]
    lead: str
    class_code: str
    check: RecordRule

    @property
    def elements(self) -> tuple[Element, ...]:
        """The data elements, in the order of their list."""
        return elements_of(self.database)
