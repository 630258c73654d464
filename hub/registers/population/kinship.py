"""Kinship check: is this person that one's parent, child, spouse, guardian or ward? ``yes``, ``no`` or ``unknown``.

Kinship is told no further than that (base link of persons: yes or no only). «No» needs knowledge: both parents known,
another spouse or a status that excludes one, another guardian; where the register knows too little the answer is
``unknown``, as it is for whoever is protected or not found. 个人信息保护法 Art. 6; 民法典 Art. 1049.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from hub.exchange.deciding import Question
from hub.ledger.drafts import ReceiptKind
from hub.registers.population import bonds, lookup_store
from hub.registers.population import elements as e
from hub.registers.population.answering import Said, settled
from hub.registers.population.desk import permit, wanted
from hub.registers.population.relations import Relation
from hub.registers.population.rules import DIVORCED, UNMARRIED, WIDOWED
from hub.registers.population.verifying import named
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from hub.exchange.use import Answer
    from hub.ledger.drafts import Given
    from hub.registers.population.desk import Asker
    from hub.registers.population.lookup_store import Bond, Person

YES, NO, UNKNOWN = "yes", "no", "unknown"
PARENTS: Final = 2
_LONGEST: Final = {"result": UNKNOWN}


ELEMENT: Final = {
    Relation.PARENT: e.RELATION,
    Relation.CHILD: e.RELATION,
    Relation.SPOUSE: e.MARITAL,
    Relation.GUARDIAN: e.GUARDIAN,
    Relation.WARD: e.GUARDIAN,
}
"""The element a grant must give (to verify, at least) for each relation to be asked."""
_KINDS: Final = {
    Relation.PARENT: (bonds.PARENT,),
    Relation.CHILD: (bonds.PARENT,),
    Relation.SPOUSE: (bonds.SPOUSE, bonds.DIVORCED),
    Relation.GUARDIAN: (bonds.GUARDIAN,),
    Relation.WARD: (bonds.GUARDIAN,),
}
_TURNED: Final = frozenset({Relation.CHILD, Relation.WARD})


async def kinship(asker: Asker, number: str, other: str, relation: Relation) -> Answer:
    """Say whether ``other`` is to the person what ``relation`` says; the receipts, one a person, are durable.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    first, key = named(asker, number, None)
    second, _ = named(asker, other, None)
    items = (asker.column(ELEMENT[relation]),)
    question = Question(Action.VERIFY, items, frozenset(), key, asker.purpose, asker.case_number)
    found = await permit(asker, question, Mode.VERIFY)
    desk = asker.desk
    one, two = await asyncio.gather(
        desk.persons.done(wanted(asker, found.permit, first)), desk.persons.done(wanted(asker, found.permit, second))
    )
    async with desk.database.connection() as driver:  # read for the unknown too, so that time tells nothing
        known = await lookup_store.bonds(
            driver, found.permit, [one.id, two.id], _KINDS[relation], asker.context.today()
        )
    child, elder = (two, one) if relation in _TURNED else (one, two)
    result = judged(relation, child, elder, known)
    answer = {"relation": relation.value, "result": result}
    told: dict[str, Given] = {"items_verified": list(items)}
    return await settled(asker, found, ReceiptKind.VERIFY, Said(answer, told, _LONGEST), [(first, one), (second, two)])


def judged(relation: Relation, person: Person, other: Person, known: Iterable[Bond]) -> str:
    """Return what the bonds of two persons say: ``person`` is the child or ward, ``other`` the parent or guardian."""
    if not (person.is_found and other.is_found) or person.is_protected or other.is_protected or person.id == other.id:
        return UNKNOWN
    if relation is Relation.SPOUSE:
        return _spouses(person, other, list(known))
    own = [bond for bond in known if bond.subject == person.id]
    if any(bond.other == other.id for bond in own):
        return YES
    needed = PARENTS if relation in {Relation.PARENT, Relation.CHILD} else 1
    return NO if len({bond.other or bond.form for bond in own}) >= needed else UNKNOWN


def _spouses(person: Person, other: Person, known: list[Bond]) -> str:
    pair = {person.id, other.id}
    both = [bond for bond in known if {bond.subject, bond.other} == pair]
    married = [bond.since for bond in both if bond.kind == bonds.SPOUSE]
    parted = [bond.since for bond in both if bond.kind == bonds.DIVORCED]
    if married and not _is_over(married, parted):
        return YES
    if parted or married:
        return NO
    status = {person.values.get(e.MARITAL), other.values.get(e.MARITAL)}
    is_sure = e.MARITAL not in person.doubted | other.doubted
    if is_sure and status & {UNMARRIED, WIDOWED, DIVORCED}:
        return NO
    elsewhere = [bond for bond in known if bond.kind == bonds.SPOUSE and bond.subject in pair]
    ended = {(bond.subject, bond.other or bond.form) for bond in known if bond.kind == bonds.DIVORCED}
    return NO if any((bond.subject, bond.other or bond.form) not in ended for bond in elsewhere) else UNKNOWN


def _is_over(married: Iterable[date | None], parted: Iterable[date | None]) -> bool:
    """Whether the last marriage of two ended by a divorce; one without a day counts as the earlier."""
    last = max((str(one) for one in married if one is not None), default="")
    return any(str(one or "") >= last for one in parted)
