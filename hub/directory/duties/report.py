"""Duties with their gaps, one by one and by unit: what the list, the report and the sweep all read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalogue.code_lists import load_code_list
from hub.directory import oversight
from hub.directory.duties import store
from hub.directory.duties.gaps import GAP_NAMES, Finding, Gap, columns_of, gaps_of
from hub.directory.duties.states import DUTY, DutyState

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Sequence
    from datetime import date

    from hub.database import Unit
    from hub.directory.duties.store import DutyRow, Supply
    from hub.identity.facts import Member


@dataclass(frozen=True, slots=True)
class Looked:
    """A duty as it stands on a day: what supplies it, and its gaps."""

    duty: DutyRow
    supply: Supply | None
    gaps: tuple[Finding, ...]


def looked_at(unit: Unit, duties: Sequence[DutyRow], today: date) -> tuple[Looked, ...]:
    """Return duties with their gaps on a day."""
    supplies = store.supplies(unit, [one.entry_id for one in duties if one.entry_id is not None])
    found = []
    for one in duties:
        supply = supplies.get(one.entry_id) if one.entry_id is not None else None
        found.append(Looked(one, supply, gaps_of(one, supply, today)))
    return tuple(found)


def select(
    unit: Unit, members: Collection[uuid.UUID], today: date, *, state: DutyState | None = None, gap: Gap | None = None
) -> tuple[Looked, ...]:
    """Return the duties of members, those in one state or with one gap only where asked."""
    duties, _ = store.listed(unit, members, states=() if state is None else (state,))
    found = looked_at(unit, duties, today)
    return found if gap is None else tuple(one for one in found if gap in {finding.gap for finding in one.gaps})


def body_of(one: Looked, members: dict[uuid.UUID, Member]) -> dict[str, Any]:
    """Return a duty as JSON data: what is owed, where it stands, how it is supplied, what is missing."""
    duty, supply = one.duty, one.supply
    member = members.get(duty.member_id)
    cycle = load_code_list("catalogue_update_cycle").rows[duty.update_cycle]
    return {
        "id": str(duty.id),
        "number": duty.number,
        "member": member.slug if member is not None else str(duty.member_id),
        "member_name": member.name if member is not None else "",
        "title": duty.title,
        "items": list(duty.items),
        "update_cycle": duty.update_cycle,
        "update_cycle_name": cycle.name_zh,
        "update_cycle_name_en": cycle.name_en,
        "rule": duty.rule,
        "article": duty.article,
        "since": duty.since.isoformat(),
        "note": duty.note,
        **DUTY.describe(duty.state.value),
        "objection": duty.objection,
        "entry": supply.name if supply is not None else None,
        "entry_title": supply.title if supply is not None else None,
        "columns": columns_of(duty, supply) if supply is not None else {},
        "pushed_at": supply.pushed_at.isoformat() if supply is not None and supply.pushed_at is not None else None,
        "is_relayed": supply.is_relayed if supply is not None else False,
        "gaps": [
            {
                "gap": finding.gap.value,
                "name": GAP_NAMES[finding.gap].zh,
                "name_en": GAP_NAMES[finding.gap].en,
                "message": finding.zh,
                "message_en": finding.en,
                "since": finding.since.isoformat(),
                "items": list(finding.items),
            }
            for finding in one.gaps
        ],
    }


def by_unit(unit: Unit, members: Collection[uuid.UUID], today: date) -> list[dict[str, Any]]:
    """Return one line a unit that owes something: how many duties, how many met, which gaps, the oldest gap."""
    found = select(unit, members, today)
    known = oversight.names_of(unit, {one.duty.member_id for one in found})
    rows = []
    for member_id, member in known.items():
        own = [one for one in found if one.duty.member_id == member_id and one.duty.state is not DutyState.LIFTED]
        if not own:
            continue
        gaps = Counter(finding.gap for one in own for finding in one.gaps)
        oldest = min((finding.since for one in own for finding in one.gaps), default=None)
        rows.append(
            {
                "member": member.slug,
                "name": member.name,
                "owed": len(own),
                "met": sum(
                    not one.gaps and one.duty.state is DutyState.LINKED and one.duty.since <= today for one in own
                ),
                "unanswered": sum(one.duty.state is DutyState.ASKED for one in own),
                "objected": sum(one.duty.state is DutyState.OBJECTED for one in own),
                **{gap.value: gaps[gap] for gap in Gap},
                "oldest_gap": oldest.isoformat() if oldest is not None else None,
            }
        )
    return sorted(rows, key=lambda row: (-sum(int(row[gap.value]) for gap in Gap), str(row["member"])))
