"""One source per item: the items that several departments supply, and which of them contradict each other.

政务数据共享条例 第十九条: no repeated collection; where several collect, the authority names the source. An item may
well stand in the entries of several departments, where they all name the same source; what is reported is where they
do not. Everyday names (名称, 备注) are compared by nobody; how many were left out is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from catalogue.elements import ElementNotFoundError, element
from catalogue.subjects import Likeness, subject_of
from hub.directory import oversight
from hub.directory.sources import store
from hub.directory.sources.store import Seen
from hub.identity import authority_store
from policies.text import Text

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from hub.database import Unit
    from hub.directory.sources.store import DecisionRow, Supplier, Wording
    from hub.identity.facts import Member, StaffRequester


class Verdict(StrEnum):
    """Where an item that several departments supply stands."""

    CONFLICT = "conflict"
    UNDECIDED = "undecided"
    AGREED = "agreed"
    DECIDED = "decided"


VERDICT_NAMES: Final = {
    Verdict.CONFLICT: Text("冲突", "conflict"),
    Verdict.UNDECIDED: Text("数源未定", "no source named"),
    Verdict.AGREED: Text("数源一致", "one source named by all"),
    Verdict.DECIDED: Text("已由主管部门确定", "decided by the authority"),
}


@dataclass(slots=True)
class Shared:
    """An item that several departments supply: how they name it, who they are, whom they name as its source.

    ``sources`` holds the name of the source each supplier stands by: the one it names; itself where it names none.
    """

    subject: str
    likeness: Likeness
    names: set[str] = field(default_factory=set)
    providers: set[uuid.UUID] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    unnamed: set[uuid.UUID] = field(default_factory=set)
    is_base_item: bool = False
    uses: int = 0
    decision: DecisionRow | None = None
    verdict: Verdict = Verdict.UNDECIDED
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """All items that several departments supply, and the everyday names that were not compared."""

    shared: tuple[Shared, ...]
    everyday: int


def seen_by(unit: Unit, staff: StaffRequester) -> Seen:
    """Return whose entries a person sees: an authority's reader drafts too, a department only its own drafts."""
    if oversight.oversees(staff, *oversight.READERS):
        members = authority_store.members_under(unit, staff.member.id)
        return Seen(members, members)
    over = authority_store.authorities_over(unit, staff.member.id)
    members = authority_store.members_under(unit, over[0]) if over else (staff.member.id,)
    return Seen(members, (staff.member.id,))


def shared_items(unit: Unit, staff: StaffRequester) -> Found:
    """Return the items that several departments supply, conflicts first; a department sees those it supplies itself."""
    wordings = store.wordings(unit, seen_by(unit, staff))
    by_subject: dict[str, Shared] = {}
    everyday: set[str] = set()
    for one in wordings:
        subject = subject_of(one.element, one.name)
        if subject.is_everyday:
            everyday.add(one.name)
            continue
        _add(by_subject.setdefault(subject.key, Shared(subject.key, subject.likeness)), one, subject.likeness)
    is_reader = oversight.oversees(staff, *oversight.READERS)
    own = staff.member.id
    shared = [one for one in by_subject.values() if len(one.providers) > 1 and (is_reader or own in one.providers)]
    decided = store.in_force(unit, oversight.place_of(unit, staff.member))
    ids = {each for one in shared for each in one.providers} | {one.source_id for one in decided.values()}
    members = oversight.names_of(unit, ids)
    for each in shared:
        _judge(each, decided.get(each.subject), members)
    order = list(Verdict)
    return Found(
        tuple(sorted(shared, key=lambda one: (order.index(one.verdict), -len(one.providers), one.subject))),
        len(everyday),
    )


def _add(shared: Shared, one: Wording, likeness: Likeness) -> None:
    shared.names.add(one.name)
    shared.providers.add(one.provider_id)
    shared.uses += one.count
    shared.is_base_item |= one.is_base_item
    if list(Likeness).index(likeness) < list(Likeness).index(shared.likeness):
        shared.likeness = likeness
    if one.source_department:
        shared.named.add(one.source_department)
    else:
        shared.unnamed.add(one.provider_id)


def _judge(shared: Shared, decision: DecisionRow | None, members: Mapping[uuid.UUID, Member]) -> None:
    """Say which source is the authoritative one, and whether all suppliers stand by it."""
    shared.decision = decision
    spoken = shared.named | {members[one].name for one in shared.unnamed if one in members}
    if decision is not None:
        shared.source = members[decision.source_id].name
        shared.basis = decision.basis
        allowed = {shared.source} | {members[one].name for one in decision.also if one in members}
        shared.verdict = Verdict.DECIDED if spoken <= allowed else Verdict.CONFLICT
    elif len(shared.named) > 1:
        shared.verdict = Verdict.CONFLICT
    elif shared.named and not shared.unnamed - {one for one, who in members.items() if who.name in shared.named}:
        shared.verdict, shared.source = Verdict.AGREED, next(iter(shared.named))
        shared.basis = "各单位目录所填数源部门"
    elif shared.named and shared.is_base_item:
        # A base item that one names and another supplies as its own: the base database's source is contradicted.
        shared.verdict = Verdict.CONFLICT


def body_of(one: Shared, suppliers: Sequence[Supplier], members: Mapping[uuid.UUID, Member]) -> dict[str, Any]:
    """Return a shared item as JSON data with its suppliers."""
    name, owners = _known(one)
    return {
        "subject": one.subject,
        "name": name,
        "names": sorted(one.names),
        "likeness": one.likeness.value,
        "is_base_item": one.is_base_item,
        "verdict": one.verdict.value,
        "verdict_name": VERDICT_NAMES[one.verdict].zh,
        "verdict_name_en": VERDICT_NAMES[one.verdict].en,
        "source": one.source or None,
        "basis": one.basis or None,
        "decision": str(one.decision.id) if one.decision is not None else None,
        "usual_owners": owners,
        "departments": len(one.providers),
        "suppliers": [
            {
                "entry": each.entry,
                "title": each.title,
                "member": members[each.provider_id].slug if each.provider_id in members else str(each.provider_id),
                "member_name": members[each.provider_id].name if each.provider_id in members else "",
                "column": each.column,
                "item": each.name,
                "element": each.element,
                "source_department": each.source_department,
                "is_base_item": each.is_base_item,
                "is_published": each.is_published,
            }
            for each in suppliers
        ],
    }


def _known(one: Shared) -> tuple[str, list[str]]:
    """Return what people call a subject, and the departments that usually own its element."""
    try:
        found = element(one.subject)
    except ElementNotFoundError:
        return min(one.names), []
    return found.name, list(found.owners)


def with_suppliers(unit: Unit, staff: StaffRequester, page: Sequence[Shared]) -> list[dict[str, Any]]:
    """Return shared items as JSON data, each with its suppliers."""
    names = sorted({name for one in page for name in one.names})
    found = store.suppliers(unit, seen_by(unit, staff), [one.subject for one in page], names)
    members = oversight.names_of(unit, {one.provider_id for one in found})
    by_subject: dict[str, list[Supplier]] = {}
    for each in found:
        by_subject.setdefault(subject_of(each.element, each.name).key, []).append(each)
    return [body_of(one, by_subject.get(one.subject, ()), members) for one in page]
