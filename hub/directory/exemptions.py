"""Exemption records: what restricts an item, on which ground, on what evidence, until when (Zhengzhou Art. 20).

A record is made by the provider's approver, never deleted, and withdrawn or overturned with a receipt. A pointer
(R01) names information outside the hub: it holds reference, level, organ and period, never a title or content.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalogue import store
from catalogue.entry import Entry
from catalogue.store import ExemptionRow
from hub.directory.errors import ExemptionError, ExemptionNotFoundError
from hub.directory.evidence import evidence_body, exemption_of, read_evidence
from hub.directory.publish import own_entry
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from policies.claims import Decider, ExemptionStatus
from policies.exemptions import in_force

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester

POINTER_GROUND = "R01"


@dataclass(frozen=True, slots=True)
class NewExemption:
    """What the approver files. ``entry`` and ``item`` None: a pointer to information outside the hub."""

    entry: str | None
    item: str | None
    ground: str
    evidence: Mapping[str, Any]
    decider: Decider
    in_force_from: date
    in_force_until: date | None
    review_on: date


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored record and why it is not in force today (empty: it is)."""

    row: ExemptionRow
    not_in_force: tuple[tuple[str, str], ...]


def _fault(zh: str, en: str) -> ExemptionError:
    return ExemptionError(
        zh, en, next_zh="请对照 docs/reference/exemptions.md 修改", next_en="see docs/reference/exemptions.md"
    )


def record(context: Context, unit: Unit, staff: StaffRequester, new: NewExemption) -> Recorded:
    """Store a record of the person's organ; it may be stored although it is not in force, and says so.

    Raises:
        ExemptionError: ground, evidence, item or dates are not right; every fault is named.
    """
    evidence = read_evidence(new.ground, new.evidence)
    entry_id = None
    if new.entry is None:
        if new.ground != POINTER_GROUND or new.item is not None:
            raise _fault(
                "只有国家秘密指针记录（R01）可以不挂在条目的信息项上",
                "only a pointer (R01) may be without an entry's item",
            )
    else:
        row = own_entry(unit, staff, new.entry)
        entry_id = row.id
        number = row.draft_version or row.published_version
        version = store.find_version(unit, row.id, number) if number is not None else None
        entry = Entry.from_dict(version.body) if version is not None else None
        if new.item is None or entry is None or entry.item(new.item) is None:
            columns = "、".join(item.column for item in entry.items) if entry is not None else ""
            raise _fault(f"豁免须落到信息项；本条目有：{columns}", f"name one item of the entry: {columns}")
    if new.in_force_until is not None and new.in_force_until < new.in_force_from:
        raise _fault("有效期的止早于起", "the record ends before it begins")
    if new.review_on < new.in_force_from:
        raise _fault("复核日期早于生效日期", "the review lies before the record begins")
    row_values = ExemptionRow(
        id=uuid.uuid4(),
        entry_id=entry_id,
        item=new.item,
        member_id=staff.member.id,
        ground=new.ground,
        body=evidence_body(evidence, new.decider),
        in_force_from=new.in_force_from,
        in_force_until=new.in_force_until,
        review_on=new.review_on,
        status=ExemptionStatus.DECIDED.value,
    )
    store.insert_exemption(unit, row_values, recorded_by=staff.staff.id, recorded_at=context.now())
    identity_store.bump_epoch(unit)
    _receipt(context, unit, staff, row_values, "exemption.record", ExemptionStatus.DECIDED)
    return Recorded(row_values, _why_not(context, unit, staff, row_values))


def _why_not(context: Context, unit: Unit, staff: StaffRequester, row: ExemptionRow) -> tuple[tuple[str, str], ...]:
    jurisdiction = identity_store.jurisdiction(unit, staff.member.jurisdiction)
    pack = context.pack(jurisdiction.pack if jurisdiction is not None else "national")
    reasons = in_force(exemption_of(row), context.today(), pack)
    return tuple((reason.what.zh, reason.what.en) for reason in reasons)


def _receipt(
    context: Context, unit: Unit, staff: StaffRequester, row: ExemptionRow, action: str, status: ExemptionStatus
) -> None:
    context.record(
        unit,
        ReceiptKind.ADMIN,
        provider=str(staff.member.id),
        end_user=str(staff.staff.id),
        resource=str(row.entry_id) if row.entry_id is not None else None,
        subject_kind="exemption",
        subject_id=str(row.id),
        action=action,
        ground=row.ground,
        items_refused=[row.item] if row.item is not None else None,
        state_after=status.value,
    )


def listed(context: Context, unit: Unit, staff: StaffRequester) -> tuple[Recorded, ...]:
    """Return the records of the person's organ, each with why it is not in force today."""
    rows = store.exemptions(unit, member_id=staff.member.id)
    return tuple(Recorded(row, _why_not(context, unit, staff, row)) for row in rows)


def withdraw(context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID) -> None:
    """Withdraw a record: the item is no longer restricted by it.

    Raises:
        ExemptionNotFoundError: no such record of the person's organ.
    """
    row = next((row for row in store.exemptions(unit, member_id=staff.member.id) if row.id == exemption_id), None)
    if row is None:
        raise ExemptionNotFoundError(
            "本单位没有这条豁免记录", "your organ has no such record", next_zh="请核对编号", next_en="check the id"
        )
    store.set_exemption_status(unit, exemption_id, ExemptionStatus.WITHDRAWN.value)
    identity_store.bump_epoch(unit)
    _receipt(context, unit, staff, row, "exemption.withdraw", ExemptionStatus.WITHDRAWN)
