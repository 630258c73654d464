"""Who may read figures: the decision on the entry that describes the register, told as parts of an observation.

The public reads on its own permit, an agency on its grant (:mod:`hub.exchange.use`); what the entry does not open is
left out and named. Zhengzhou Art. 18, 20; 统计法实施条例 第二十七条.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hub.directory.errors import EntryNotFoundError
from hub.exchange.deciding import refusal_of_use
from policies.decision import Permit, decide
from policies.facts import Action, DecisionRequest, OpenType, Requester, RequesterKind, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.context import Context
    from hub.directory.facts import Resource

PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "indicator": "M001",
        "name": "M002",
        "area": "M003",
        "frequency": "M004",
        "period": "M005",
        "measure": "M006",
        "price_basis": "M007",
        "value": "M008",
        "unit": "M009",
        "decimals": "M010",
        "status": "M011",
        "vintage": "M012",
        "release_time": "M013",
        "definition": "M014",
        "method": "M015",
        "source": "M016",
    }
)
"""Parts of an answer, each with the element it is."""
KEY_PARTS: Final = frozenset({"indicator", "area", "period"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the permit, the parts it gives, the parts it does not, and the time of the question (aware)."""

    permit: Permit
    parts: frozenset[str]
    withheld: tuple[Mapping[str, object], ...]
    now: datetime


def reader_of(permit: Permit, resource: Resource, now: datetime) -> Reader:
    """Return what a permit on the register's entry gives of observations.

    Raises:
        EntryNotFoundError: it does not give what names a figure: indicator, area and period.

    """
    given = {
        item.element
        for item in resource.entry.items
        if item.element is not None and permit.treatment_of(item.column) is Treatment.FULL
    }
    parts = frozenset(part for part, element in PARTS.items() if element in given)
    if not parts >= KEY_PARTS:
        raise EntryNotFoundError(resource.name)
    withheld = tuple({"item": line.column, "ground": line.ground, "article": line.article} for line in permit.left_out)
    return Reader(permit, parts, withheld, now)


def public_reader(context: Context, resource: Resource) -> Reader:
    """Return the public as a reader.

    Raises:
        EntryNotFoundError: the public may not know of the register.
        DeniedError, PendingError, RefusedError: what stands in the way; the public's reads leave no receipt.

    """
    if resource.entry.opening.type is OpenType.CLOSED:
        raise EntryNotFoundError(resource.name)
    now = context.now()
    request = DecisionRequest(requester=Requester(RequesterKind.PUBLIC), action=Action.READ, items=None, now=now)
    decision = decide(request, resource.facts, None, context.pack(resource.facts.pack))
    if not isinstance(decision, Permit):
        _, _, error = refusal_of_use(decision, {})
        raise error
    return reader_of(decision, resource, now)
