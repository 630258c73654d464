"""One's own record in the register of persons: every value with its source, push and times (个人信息保护法 Art. 44-45).

The decision is that of any own record; numbers of others (guardian, parents, spouse) come masked. What looks wrong is
reported with the button every own record has, to the department that says it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.exchange import subjects
from hub.exchange.own_data.errors import OwnRecordNotFoundError
from hub.exchange.own_data.records import BASIS, PURPOSE
from hub.ledger.drafts import ReceiptKind
from hub.registers import store
from hub.registers.population import elements as e
from hub.registers.population import lookup_store
from hub.registers.population.keeping_store import REGISTER, find_person
from hub.registers.population.values import Known, shown, told, with_number
from policies.decision import Permit, decide
from policies.facts import Action, DecisionRequest
from policies.masking import Audience, mask

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.own_data.persons import Acting
    from hub.identity.number_seals import NumberSeals
    from hub.registers.population.lookup_store import Claim

OTHERS = frozenset({e.GUARDIAN, e.FATHER, e.MOTHER, e.SPOUSE})
"""Elements that hold another person's number."""


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """One's own record: values by column, who says each, what is withheld, the history of what was said."""

    items: Mapping[str, object] = field(repr=False)
    sources: Mapping[str, Mapping[str, object]]
    doubted: tuple[str, ...]
    withheld: tuple[str, ...]
    events: tuple[Mapping[str, object], ...]
    receipt: uuid.UUID


def own_person(context: Context, unit: Unit, resource: Resource, acting: Acting, seals: NumberSeals) -> OwnPerson:
    """Return one's own (or a proven ward's) record; the receipt is in the caller's transaction.

    Raises:
        OwnRecordNotFoundError: the register holds nothing on the person.

    """
    person = None if acting.is_body else find_person(unit, seals.forms(acting.number))
    held = store.subjects(unit, REGISTER, [person]) if person is not None else {}
    if person is None or not held or not held[person].values:
        raise OwnRecordNotFoundError
    permit, withheld = _permit(context, resource, acting)
    fields: dict[str, Any] = {
        "action": "own.register",
        "door": "citizen",
        "mode": acting.requester.kind.value,
        "provider": str(resource.provider_id),
        "resource": str(resource.id),
        "purpose": PURPOSE,
        "legal_basis": BASIS,
        "subject_digest": subjects.subject_digest(context.writer, resource, _key(resource, acting)),
        "items_refused": list(withheld),
    }
    if permit is None:
        receipt = context.record(unit, ReceiptKind.DENIAL, **fields, decision="denied", outcome="nothing-given")
        return OwnPerson({}, {}, (), withheld, (), receipt.id)
    claims = lookup_store.claims_of(unit, permit, person)
    given = shown(
        permit,
        resource.entry.items,
        Known(with_number(_without_others(held[person].values, seals), acting.number), held[person].doubted, claims),
        seals,
        audience=Audience.PUBLIC,
        today=context.today(),
    )
    receipt = context.record(
        unit,
        ReceiptKind.QUERY,
        **fields,
        items_returned=[name for name in given.items if name not in given.masked],
        items_masked=list(given.masked),
        rows=1,
        decision="permitted",
        outcome="delivered",
    )
    return OwnPerson(given.items, given.sources, given.doubted, withheld, _events(claims), receipt.id)


def _key(resource: Resource, acting: Acting) -> dict[str, str]:
    item = subjects.person_key(resource.entry)
    return {item.column: acting.number} if item is not None else {}


def _permit(context: Context, resource: Resource, acting: Acting) -> tuple[Permit | None, tuple[str, ...]]:
    """Return the permit to what may be shown, and the columns that may not."""

    def asked(columns: tuple[str, ...]) -> object:
        request = DecisionRequest(
            requester=acting.requester, action=Action.READ, items=columns, now=context.now(), purpose=PURPOSE
        )
        return decide(request, resource.facts, None, context.pack(resource.facts.pack))

    columns = tuple(item.column for item in resource.entry.items)
    given = tuple(column for column in columns if isinstance(asked((column,)), Permit))
    found = asked(given) if given else None
    return (found if isinstance(found, Permit) else None), tuple(one for one in columns if one not in given)


def _without_others(values: Mapping[str, str], seals: NumberSeals) -> dict[str, str]:
    """Return the values with the numbers of others masked: that they stand there is told, not what they are."""
    return {
        code: str(mask(seals.open(value), "citizen_id", Audience.PUBLIC)) if code in OTHERS else value
        for code, value in values.items()
    }


def _events(claims: list[Claim]) -> tuple[Mapping[str, object], ...]:
    """Return the life events the register knows of, in their order: kind, department, times; no value."""
    return tuple(told(claim) for claim in claims)
