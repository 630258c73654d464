"""The only SQL that reads the dictionary in force: shipped elements, the city's own, and the words the city added."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue import tables
from catalogue.dictionary_elements import DataElement, Dictionary, Word, WordKind, shipped
from catalogue.dictionary_own import OwnElement
from catalogue.shape import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.store import InTransaction

IN_FORCE = "in_force"


def dictionary(unit: InTransaction) -> Dictionary:
    """Return the dictionary in force; the shipped one itself where the city added nothing."""
    own, added = own_elements(unit), added_words(unit)
    if not own and not added:
        return shipped()
    elements = (*shipped(), *(one.to_element() for one in own))
    return Dictionary(_with_words(one, added.get(one.code, ())) for one in elements)


def _with_words(element: DataElement, added: tuple[Word, ...]) -> DataElement:
    known = {word.text for word in element.words}
    return replace(element, words=(*element.words, *(word for word in added if word.text not in known)))


def own_elements(unit: InTransaction) -> tuple[OwnElement, ...]:
    """Return the city's own elements in force, by code."""
    own = tables.own_element
    query = sa.select(own.c.body).where(own.c.state == IN_FORCE).order_by(own.c.code)
    return tuple(decode(OwnElement, body) for body in unit.connection.execute(query).scalars())


def added_words(unit: InTransaction) -> Mapping[str, tuple[Word, ...]]:
    """Return the words the city added, by element."""
    found: dict[str, list[Word]] = defaultdict(list)
    t = tables.element_word
    query = sa.select(t.c.element, t.c.kind, t.c.word).order_by(t.c.element, t.c.word)
    for element, kind, word in unit.connection.execute(query):
        found[element].append(Word(WordKind(kind), word))
    return {element: tuple(listed) for element, listed in found.items()}
