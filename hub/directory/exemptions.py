"""Exemption records: what restricts an item, on which ground, on what evidence, until when (Zhengzhou Art. 20).

A record is made by the provider, never deleted, and withdrawn, overturned or declassified with a receipt. A pointer
(R01) names information outside the hub: it holds reference, level, organ and period, never a title or content, and
needs two signatures (:mod:`hub.directory.secrecy`). Claims of holders are in :mod:`hub.directory.trade_secrets`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from catalogue import store
from catalogue.store import ExemptionRow
from hub.directory import assessments, secrecy
from hub.directory.claims import history
from hub.directory.claims import store as claim_store
from hub.directory.errors import ExemptionError, ExemptionStateError
from hub.directory.evidence import evidence_body, exemption_of, read_evidence
from hub.directory.free_text import check_texts
from hub.directory.places import entry_with_items, pack_of
from hub.directory.state_tables import EXEMPTION
from hub.identity import store as identity_store
from hub.identity.roles import Role
from policies.claims import Decider, ExemptionStatus, SecretPointer, TradeSecretClaim
from policies.exemptions import in_force
from policies.workdays import add_months

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.claims import Evidence
    from policies.packs import Pack
    from policies.text import Reason

POINTER_GROUND = secrecy.GROUND
PRIVACY_GROUND = "R05"
LIVE = EXEMPTION.open_states


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
    reasons: tuple[Reason, ...]

    @property
    def not_in_force(self) -> tuple[tuple[str, str], ...]:
        """The reasons in both languages."""
        return tuple((reason.what.zh, reason.what.en) for reason in self.reasons)


def _fault(zh: str, en: str) -> ExemptionError:
    return ExemptionError(
        zh, en, next_zh="请对照 docs/reference/exemptions.md 修改", next_en="see docs/reference/exemptions.md"
    )


def record(context: Context, unit: Unit, staff: StaffRequester, new: NewExemption) -> Recorded:
    """Store a record of the person's organ; it may be stored although it is not in force, and says so.

    A pointer (R01) waits for its second signature; any other ground is the approver's.

    Raises:
        ExemptionError: ground, evidence, item, texts or dates are not right; every fault is named.
        ExemptionStateError: the person may not file on this ground.
    """
    given = new.evidence
    if new.ground == PRIVACY_GROUND and new.entry is not None and new.item is not None:
        given = assessments.filled_in(context, unit, staff, given, (new.entry, new.item))
    evidence = read_evidence(new.ground, given)
    check_texts({"decider/name": new.decider.name, "decider/role": new.decider.role, **_texts(evidence)})
    status, signed = ExemptionStatus.DECIDED, None
    if isinstance(evidence, SecretPointer):
        secrecy.check_pointer(context, unit, staff, evidence)
        status, signed = ExemptionStatus.CLAIMED, secrecy.signed_as(staff)
    elif not staff.has_role(Role.APPROVER):
        raise ExemptionStateError(
            "该理由的豁免记录由审核人登记",
            "a record on this ground is filed by the approver",
            next_zh="请由审核人登记",
            next_en="let the approver file it",
        )
    entry_id = _place(unit, staff, new)
    until = new.in_force_until
    if until is None and isinstance(evidence, SecretPointer):
        until = last_day(evidence, pack_of(context, unit, staff.member.jurisdiction))
    if until is not None and until < new.in_force_from:
        raise _fault("有效期的止早于起", "the record ends before it begins")
    if new.review_on < new.in_force_from:
        raise _fault("复核日期早于生效日期", "the review lies before the record begins")
    body = evidence_body(evidence, new.decider)
    if signed is not None:
        body["signed"] = [{"staff": str(staff.staff.id), "role": signed.value}]
    row = ExemptionRow(
        id=uuid.uuid4(),
        entry_id=entry_id,
        item=new.item,
        member_id=staff.member.id,
        ground=new.ground,
        body=body,
        in_force_from=new.in_force_from,
        in_force_until=until,
        review_on=new.review_on,
        status=status.value,
    )
    return insert(context, unit, staff, row)


def _texts(evidence: Evidence) -> dict[str, str]:
    """Return the free texts of evidence by their place in the body."""
    found = {field.name: getattr(evidence, field.name) for field in fields(evidence)}
    return {f"evidence/{name}": value for name, value in found.items() if isinstance(value, str)}


def _place(unit: Unit, staff: StaffRequester, new: NewExemption) -> uuid.UUID | None:
    """Return the entry the record lies on (raises :class:`ExemptionError` unless it names one of its items)."""
    if new.entry is None:
        if new.ground != POINTER_GROUND or new.item is not None:
            raise _fault(
                "只有国家秘密指针记录（R01）可以不挂在条目的信息项上",
                "only a pointer (R01) may be without an entry's item",
            )
        return None
    return entry_with_items(unit, staff, new.entry, (new.item or "",))


def insert(context: Context, unit: Unit, staff: StaffRequester, row: ExemptionRow) -> Recorded:
    """Store a record that has been checked, with its first event and receipt."""
    store.insert_exemption(unit, row, recorded_by=staff.staff.id, recorded_at=context.now())
    history.take(context, unit, staff, replace(row, status=""), history.Step("record", ExemptionStatus(row.status)))
    return judged(context, unit, row)


def last_day(pointer: SecretPointer, pack: Pack) -> date:
    """Return the last day of a classification: the day before it ends by itself."""
    longest = add_months(pointer.classified_on, 12 * pack.secrecy[pointer.level].longest_years)
    return min(pointer.declassify_on or longest, longest) - timedelta(days=1)


def judged(context: Context, unit: Unit, row: ExemptionRow) -> Recorded:
    """Return a record with why it is not in force today."""
    member = identity_store.member(unit, "id", row.member_id)
    pack = pack_of(context, unit, member.jurisdiction if member is not None else "")
    return Recorded(row, in_force(exemption_of(row), context.today(), pack))


def listed(context: Context, unit: Unit, staff: StaffRequester) -> tuple[Recorded, ...]:
    """Return the records of the person's organ, each with why it is not in force today."""
    rows = store.exemptions(unit, member_id=staff.member.id)
    return tuple(judged(context, unit, row) for row in rows)


def withdraw(
    context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID, reason: str = ""
) -> ExemptionRow:
    """Withdraw or declassify a record: the item is no longer restricted by it.

    Raises:
        ExemptionNotFoundError: no such record of the person's organ.
        ExemptionStateError: it has ended already.
    """
    row = history.own(unit, staff, exemption_id)
    check_texts({"reason": reason})
    if not EXEMPTION.allows(row.status, "withdraw"):
        raise ExemptionStateError(
            "这条记录已经结束，不能再撤回",
            "the record has ended already",
            next_zh="无需再办",
            next_en="nothing is left to do",
        )
    return end(context, unit, staff, row, history.Step("withdraw", ExemptionStatus.WITHDRAWN, reason.strip()))


def end(
    context: Context, unit: Unit, staff: StaffRequester | None, row: ExemptionRow, step: history.Step
) -> ExemptionRow:
    """End a record by a step, with its receipt; an open review of it is settled."""
    claim_store.change_exemption(unit, row.id, status=step.to.value)
    claim_store.settle_return(unit, row.id, context.today(), step.name)
    history.take(context, unit, staff, row, step)
    return replace(row, status=step.to.value)


def is_claim(row: ExemptionRow) -> bool:
    """Whether a record came of a claim on file with the hub."""
    return isinstance(exemption_of(row).evidence, TradeSecretClaim) and "claim" in row.body
