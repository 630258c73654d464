"""What answers about persons have in common: one size whatever they say, one receipt a person, what the watch sees.

Neither length nor time may tell what was found: every answer is filled up to the size of the longest, and carries the
telephone that answers for persons about whom nothing can be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from hub.exchange import quotas
from hub.exchange.quotas import Charge
from hub.exchange.subjects import subject_digest
from hub.exchange.use import Answer, honey_digest
from hub.exchange.watch import Asked
from hub.ledger.drafts import ReceiptDraft, uuid7
from hub.ledger.receipts import content_digest
from hub.registers.population import elements as e
from hub.registers.population.delivering import delivered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.exchange.use import Permitted
    from hub.ledger.drafts import Given, ReceiptKind
    from hub.registers.population.desk import Asker, Subject
    from hub.registers.population.lookup_store import Person


@dataclass(frozen=True, slots=True)
class Said:
    """What is told: ``resource``, ``contact`` and ``receipt`` are added to ``answer``.

    ``longest`` gives the largest value each part can have: the body is filled up to that size; ``told`` are further
    fields of the receipts.
    """

    answer: Mapping[str, object]
    told: Mapping[str, Given]
    longest: Mapping[str, object] | None = None


async def settled(
    asker: Asker,
    found: Permitted,
    kind: ReceiptKind,
    said: Said,
    persons: Sequence[tuple[Subject, Person]],
) -> Answer:
    """Return an answer whose receipts are durable.

    Args:
        asker: who asks.
        found: the permit, with the fields its receipts begin with.
        kind: kind of the receipts.
        said: what is told.
        persons: whom it is about; each finds the access again in «who looked at my data».

    """
    drafts_id = uuid7()
    around = {"resource": asker.standing.resource.name, **said.answer, "contact": asker.state.telephone}
    body = orjson.dumps({**around, "receipt": str(drafts_id)})
    if said.longest is not None:
        body = body.ljust(len(orjson.dumps({**around, **said.longest, "receipt": str(drafts_id)})))
    digest = content_digest(body)
    fields: dict[str, Given] = found.fields | {
        "resource_version": str(asker.standing.resource.version),
        "subjects": len(persons),
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
        **said.told,
    }
    now, writer, resource = asker.context.now(), asker.context.writer, asker.standing.resource
    drafts = [
        ReceiptDraft(
            kind,
            fields | {"subject_digest": subject_digest(writer, resource, key_of(asker, subject, person))},
            drafts_id if place == 0 else uuid7(),
            now,
        )
        for place, (subject, person) in enumerate(persons)
    ]
    numbers = [subject.name.number for subject, _ in persons]
    found = await delivered(asker, found, drafts, numbers, Charge(1, 1 if kind.value == "query" else 0))
    asked = tuple(seen for subject, person in persons for seen in seen_by_watch(asker, found, subject, person))
    return Answer(body, digest, drafts_id, quota_headers(asker, found), asked)


def key_of(asker: Asker, subject: Subject, person: Person) -> dict[str, str]:
    """Return the key a person's receipts are found by: the identity number, also where another document was named."""
    number = subject.name.number
    if subject.name.kind != "number" or not person.is_current:
        held = person.values.get(e.NUMBER) if person.is_found else None
        number = asker.desk.seals.open(held) if held else number
    return {asker.column(e.NUMBER): number}


def quota_headers(asker: Asker, found: Permitted) -> dict[str, str]:
    """Return the header fields that say what is left; none where the grant has no quota."""
    account = quotas.account_of(found.grant, asker.context.now())
    return quotas.fields(account.limits, found.left, asker.context.now()) if account is not None else {}


def seen_by_watch(asker: Asker, found: Permitted, subject: Subject, person: Person) -> tuple[Asked, ...]:
    """Return whom a question was about, for the watch; nobody without a grant.

    A protected person counts as found: asking for one is no guess, and the alarm must not tell either.
    """
    if found.grant is None:
        return ()
    number = subject.name.number
    honey = asker.standing.honey
    is_honey = bool(honey) and honey_digest(asker.context, asker.standing, number) in honey
    is_found = person.is_found or person.is_protected
    named = number if subject.name.kind == "number" and subject.is_formed else None
    return (Asked(found.grant.id, asker.case_number, number, named, is_found, is_honey),)
