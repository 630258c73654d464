"""Who is the source of an item: the authority's decisions, as rule V12 reads them (政务数据共享条例 第十九条)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.dictionary import shipped
from catalogue.subjects import subject_of
from hub.directory import oversight
from hub.directory.sources import store
from hub.directory.sources.errors import SourceDecisionError
from hub.directory.sources.store import DecisionRow
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send

if TYPE_CHECKING:
    from datetime import datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import Member, StaffRequester


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided: an element's code or an item's name, its source, who may supply it besides, on what basis."""

    item: str
    source: str
    basis: str
    also: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rulings:
    """The decisions in force as V12 reads them: the named source of each subject, and subjects a member may supply."""

    sources: dict[str, str]
    allowed: frozenset[str]


def subject_named(item: str) -> tuple[str, str]:
    """Return the subject of an item given by an element's code, a name or a synonym, and how people call it."""
    names = {element.code: element.name for element in shipped()}
    if item in names:
        return item, names[item]
    key = subject_of(None, item).key
    return key, names.get(key, item)


def decide(context: Context, unit: Unit, staff: StaffRequester, ruling: Ruling) -> DecisionRow:
    """Name the source of an item; a decision in force on it is ended by the new one, and both are kept.

    Raises:
        SourceDecisionError: the item, a unit or the basis is missing or not known.

    """
    oversight.require_authority(staff)
    faults = []
    item = ruling.item.strip()
    if not item:
        faults.append(("item", "没有写信息项或数据元代码", "the item or the code of its element is missing"))
    if not ruling.basis.strip():
        faults.append(("basis", "没有写依据", "the basis is missing"))
    under = oversight.members_seen(unit, staff)
    found: dict[str, Member] = {}
    for place, name in (("source", ruling.source), *(("also", one) for one in ruling.also)):
        member = oversight.named_member(unit, name.strip())
        if member is None or member.id not in under:
            faults.append(
                (place, f"没有单位“{name[:60]}”，或不归本主管部门", f"no unit «{name[:60]}» under this authority")
            )
        else:
            found[name] = member
    if faults:
        raise SourceDecisionError.of(*faults)
    subject, shown = subject_named(item)
    place, now = staff.member.jurisdiction, context.now()
    former = store.in_force(unit, place).get(subject)
    if former is not None:
        store.end(unit, former.id, now, "由新的决定代替 / replaced by a new decision")
    source = found[ruling.source]
    also = tuple(dict.fromkeys(found[one].id for one in ruling.also if found[one].id != source.id))
    made = uuid.uuid4()
    receipt = _record(context, unit, staff, (made, source.id), "source.decide")
    row = DecisionRow(
        id=made,
        subject=subject,
        name=shown,
        source_id=source.id,
        also=also,
        basis=ruling.basis.strip(),
        reason=ruling.reason.strip(),
        jurisdiction=place,
        decided_by=staff.staff.id,
        decided_at=now,
        ended_at=None,
        ended_reason="",
        receipt_id=receipt,
    )
    store.insert(unit, row)
    identity_store.bump_epoch(unit)
    _tell(unit, row, now)
    return row


def _tell(unit: Unit, row: DecisionRow, now: datetime) -> None:
    """Tell the unit that it was named."""
    send(
        unit,
        Notice(
            member=row.source_id,
            kind="source.decided",
            zh=f"本单位被确定为“{row.name}”的数源部门（{row.basis}）",
            en=f"your unit was named the source of «{row.name}» ({row.basis})",
            next_zh="请保证该项完整、准确、可用，由本单位统一提供",
            next_en="keep it complete, accurate and usable, and supply it for all",
            link="/w/sources",
            subject_kind="source_decision",
            subject_id=str(row.id),
        ),
        now,
    )


def _record(
    context: Context, unit: Unit, staff: StaffRequester, ids: tuple[uuid.UUID, uuid.UUID], act: str
) -> uuid.UUID:
    return context.record(
        unit,
        ReceiptKind.CATALOGUE,
        member=str(ids[1]),
        end_user=str(staff.staff.id),
        action=act,
        subject_kind="source_decision",
        subject_id=str(ids[0]),
    ).id


def withdraw(context: Context, unit: Unit, staff: StaffRequester, decision_id: uuid.UUID, reason: str) -> DecisionRow:
    """End a decision of the authority's jurisdiction without a new one; it stays on record with the reason.

    Raises:
        SourceDecisionError: there is none in force, or no reason.

    """
    oversight.require_authority(staff)
    row = store.find(unit, decision_id)
    if row is None or row.jurisdiction != staff.member.jurisdiction or row.ended_at is not None:
        raise SourceDecisionError.of(("decision", "没有这项在效的决定", "there is no such decision in force"))
    if not reason.strip():
        raise SourceDecisionError.of(("reason", "没有写理由", "the reason is missing"))
    _record(context, unit, staff, (row.id, row.source_id), "source.withdraw")
    store.end(unit, row.id, context.now(), reason.strip())
    identity_store.bump_epoch(unit)
    ended = store.find(unit, row.id)
    return ended if ended is not None else row


def rulings(unit: Unit, staff: StaffRequester) -> Rulings:
    """Return the decisions in force as V12 reads them for entries of the person's unit.

    A unit that is allowed to supply an item besides its source, by decision, breaks no rule in doing so.
    """
    found = store.in_force(unit, _place(unit, staff))
    names = oversight.names_of(unit, {one.source_id for one in found.values()})
    return Rulings(
        {subject: names[one.source_id].name for subject, one in found.items() if one.source_id in names},
        frozenset(subject for subject, one in found.items() if staff.member.id in one.also),
    )


def _place(unit: Unit, staff: StaffRequester) -> str:
    """Return the jurisdiction whose authority is over the person's unit."""
    return oversight.place_of(unit, staff.member)
