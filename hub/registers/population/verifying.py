"""Verify a person, ask whether one is alive: the least that answers the question, and nothing about what failed.

``match``, ``mismatch``, ``not_found`` or ``cannot_verify``; ``alive`` or ``deceased``. A protected person answers
``cannot_verify`` whatever name was given, as one does whose name holds a character that could not be typed; every
answer carries the telephone of the source, so that none is a signal. 政务数据共享条例 Art. 22; 个人信息保护法 Art. 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.matching import MatchResult, compare_names
from hub.exchange.deciding import Question
from hub.ledger.drafts import ReceiptKind
from hub.registers.population import elements as e
from hub.registers.population.answering import Said, settled
from hub.registers.population.desk import permit, subject_of, wanted
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from hub.exchange.use import Answer, Permitted
    from hub.ledger.drafts import Given
    from hub.registers.population.desk import Asker, Subject
    from hub.registers.population.lookup_store import Person

ALIVE, DECEASED = "alive", "deceased"
_LONGEST: Final = {"result": MatchResult.CANNOT_VERIFY.value}
_LONGEST_ALIVE: Final = {**_LONGEST, "date": "9999-12-31", "under_verification": False}


def verdict(person: Person, name: str) -> MatchResult:
    """Return what is said of a person and a name; names are compared whatever is said, with another's if need be."""
    stored = person.values.get(e.NAME, "")
    compared = compare_names(stored, name)
    if person.is_protected:
        return MatchResult.CANNOT_VERIFY
    if not person.is_found:
        return MatchResult.NOT_FOUND
    if not stored or not person.is_current:  # a former number names the person no longer
        return MatchResult.CANNOT_VERIFY
    return compared


def named(asker: Asker, number: str, document: str | None) -> tuple[Subject, frozenset[str]]:
    """Return whom a question names, and the columns its key stands in (raises :class:`PopulationInputError`)."""
    context = asker.context
    subject = subject_of(number, document, today=context.today(), demo=context.demo)
    element = e.NUMBER if subject.name.kind == "number" else e.DOCUMENT
    return subject, frozenset({asker.column(element)})


async def read_permit(asker: Asker, items: tuple[str, ...] | None, key: frozenset[str], mode: Mode) -> Permitted:
    """Return the permit to read items of the person a number names: to look the number up, and to read the items.

    The asker names the number, so it is compared, not read: a grant that gives it to verify alone is enough for that.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    look_up = Question(Action.VERIFY, tuple(key), frozenset(), key, asker.purpose, asker.case_number)
    await permit(asker, look_up, mode)
    reading = Question(Action.READ, items, frozenset(), frozenset(), asker.purpose, asker.case_number)
    return await permit(asker, reading, mode)


async def verify(asker: Asker, number: str, name: str, document: str | None = None) -> Answer:
    """Say whether a number and a name are one person's; the receipt is durable when this returns.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        PopulationInputError: the document type names no person.

    """
    subject, key = named(asker, number, document)
    items = (asker.column(e.NAME),)
    question = Question(Action.VERIFY, items, frozenset(), key, asker.purpose, asker.case_number)
    found = await permit(asker, question, Mode.VERIFY)
    person = await asker.desk.persons.done(wanted(asker, found.permit, subject))
    answer = {"result": verdict(person, name).value}
    told: dict[str, Given] = {"items_verified": list(items)}
    return await settled(asker, found, ReceiptKind.VERIFY, Said(answer, told, _LONGEST), [(subject, person)])


async def alive(asker: Asker, number: str, document: str | None = None, *, with_date: bool = False) -> Answer:
    """Say whether a person lives; ``with_date`` asks for the date of death, which a grant must give.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        PopulationInputError: the document type names no person.

    """
    subject, key = named(asker, number, document)
    items = tuple(map(asker.column, (e.IS_DEAD, e.DIED_ON) if with_date else (e.IS_DEAD,)))
    question = Question(Action.VERIFY, items, frozenset(), key, asker.purpose, asker.case_number)
    found = await permit(asker, question, Mode.VERIFY)
    if with_date:
        found = await read_permit(asker, items, key, Mode.VERIFY)
    person = await asker.desk.persons.done(wanted(asker, found.permit, subject))
    is_told = person.is_found and not person.is_protected
    is_dead = person.values.get(e.IS_DEAD) == "true" or e.DIED_ON in person.values
    result = DECEASED if is_dead else ALIVE
    if not is_told:
        result = (MatchResult.CANNOT_VERIFY if person.is_protected else MatchResult.NOT_FOUND).value
    answer = {
        "result": result,
        "date": person.values.get(e.DIED_ON) if with_date and is_told else None,
        "under_verification": is_told and not person.doubted.isdisjoint({e.IS_DEAD, e.DIED_ON}),
    }
    told: dict[str, Given] = {"items_verified": list(items)}
    return await settled(asker, found, ReceiptKind.VERIFY, Said(answer, told, _LONGEST_ALIVE), [(subject, person)])
