"""The granted elements of one person: in full or masked, with flags and the source of each (共享条例 Art. 22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger.drafts import ReceiptKind
from hub.registers.population import lookup_store
from hub.registers.population.answering import Said, settled
from hub.registers.population.desk import wanted
from hub.registers.population.values import Known, shown, with_number
from hub.registers.population.verifying import named, read_permit
from policies.facts import Mode
from policies.masking import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.exchange.use import Answer
    from hub.ledger.drafts import Given
    from hub.registers.population.desk import Asker

FOUND, NOT_FOUND, CANNOT_TELL = "found", "not_found", "cannot_verify"


async def fields(asker: Asker, number: str, document: str | None, columns: Sequence[str] | None) -> Answer:
    """Return the granted items of a person; ``columns`` None asks for all that is granted.

    A protected person is told as one about whom nothing can be said; elements of the sensitive class come only where
    the grant gives them (the decision leaves them out otherwise and the answer counts them).

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        PopulationInputError: the document type names no person.

    """
    subject, key = named(asker, number, document)
    items = tuple(columns) if columns is not None else None
    found = await read_permit(asker, items, key, Mode.QUERY)
    person = await asker.desk.persons.done(wanted(asker, found.permit, subject))
    is_told = person.is_found and not person.is_protected
    async with asker.desk.database.connection() as driver:  # read for nobody too, so that time tells nothing
        claims = await lookup_store.claims(driver, found.permit, person.id)
    is_numbered = subject.name.kind == lookup_store.NUMBER and person.is_current
    given = shown(
        found.permit,
        asker.standing.resource.entry.items,
        Known(with_number(person.values, subject.name.number if is_numbered else None), person.doubted, claims),
        asker.desk.seals,
        audience=Audience.AGENCY,
        today=asker.context.today(),
    )
    result = FOUND if is_told else (CANNOT_TELL if person.is_protected else NOT_FOUND)
    answer = {
        "result": result,
        "items": given.items if is_told else {},
        "masked": list(given.masked) if is_told else [],
        "left_out": [line.column for line in found.permit.left_out],
        "unlisted": found.permit.unlisted,
        "under_verification": list(given.doubted) if is_told else [],
        "sources": given.sources if is_told else {},
        "note": "人数统计不得由本库行数得出 / rows of this register are no population figure",
    }
    columns_given = [line.column for line in found.permit.items if line.column not in given.masked]
    told: dict[str, Given] = {
        "items_returned": columns_given if is_told else [],
        "items_masked": list(given.masked) if is_told else [],
        "items_dropped": [line.column for line in found.permit.left_out],
        "rows": int(is_told),
        "withheld": len(found.permit.left_out) + found.permit.unlisted,
    }
    return await settled(asker, found, ReceiptKind.QUERY, Said(answer, told), [(subject, person)])
