"""Values of one person as a permit gives them: in full or masked, doubted or not, each with the source that says it.

Every value tells its source, push and both times (Jilin Art. 27: true, accurate, complete); what is in conflict between
sources is served with its flag (政务数据共享条例 Art. 26). Numbers are opened here, and only for who may have them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalogue.item import DataType
from hub.registers.population import elements as e
from policies.facts import Treatment
from policies.masking import Audience, mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from catalogue.item import Item
    from hub.identity.number_seals import NumberSeals
    from hub.registers.population.lookup_store import Claim
    from policies.decision import Permit


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a person: values by column, and what is to be known of them."""

    items: Mapping[str, object] = field(repr=False)
    masked: tuple[str, ...]
    doubted: tuple[str, ...]
    sources: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows of a person: values by element, those in doubt, the claims that stand."""

    values: Mapping[str, str] = field(repr=False)
    doubted: frozenset[str]
    claims: Sequence[Claim]


def shown(
    permit: Permit,
    items: Iterable[Item],
    known: Known,
    seals: NumberSeals,
    *,
    audience: Audience,
    today: date,
) -> Shown:
    """Return what a permit gives of a person's values; an item of no element, or without a value, is null."""
    by_column = {item.column: item for item in items}
    given: dict[str, object] = {}
    masked: list[str] = []
    sources: dict[str, Mapping[str, object]] = {}
    in_doubt: list[str] = []
    for line in permit.items:
        item = by_column[line.column]
        code = item.element or ""
        value = opened(known.values.get(code), seals)
        if line.treatment is Treatment.MASKED:
            masked.append(line.column)
            given[line.column] = mask(value, line.masking, audience, today=today)
        else:
            given[line.column] = value == "true" if value is not None and item.type is DataType.BOOLEAN else value
        if code in known.doubted:
            in_doubt.append(line.column)
        said = source_of(code, value, known.claims, seals) if value is not None else None
        if said is not None:
            sources[line.column] = told(said)
    return Shown(given, tuple(masked), tuple(in_doubt), sources)


def opened(value: str | None, seals: NumberSeals) -> str | None:
    """Return a value in the clear."""
    return None if value is None else seals.open(value)


def source_of(code: str, value: str, claims: Sequence[Claim], seals: NumberSeals) -> Claim | None:
    """Return the claim a value rests on: of those that say it, the one of the best authority, then the latest."""
    saying = [claim for claim in claims if code in claim.values and opened(claim.values[code], seals) == value]
    worst = max((rank for claim in claims for rank in claim.ranks.values()), default=0) + 1
    return min(saying, key=lambda claim: (claim.ranks.get(code, worst), -claim.event_at.timestamp()), default=None)


def told(claim: Claim) -> dict[str, object]:
    """Return a source as services show it."""
    return {
        "department": claim.source,
        "kind": claim.kind,
        "push": claim.push,
        "event_at": claim.event_at.isoformat(),
        "loaded_at": claim.loaded_at.isoformat(),
    }


def with_number(values: Mapping[str, str], number: str | None) -> Mapping[str, str]:
    """Return the values with the number the person was found by, where no source says one."""
    return values if number is None or e.NUMBER in values else {**values, e.NUMBER: number}
