"""Records that restrict items, and what stands behind each: file, sign, review, refer, withdraw (Zhengzhou Art. 20)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from catalogue.store import ExemptionRow
from hub.api.authentication import CurrentStaff, require_role
from hub.api.exemption_models import ReasonBody, ReferralAnswerBody, ReferralBody, ReviewBody
from hub.api.exemption_shown import affected_body, counters, record_body, return_body, whole_body
from hub.api.models import ExemptionBody
from hub.context import Context
from hub.database import Unit
from hub.directory import exemptions, reviews, secrecy
from hub.directory.claims import store
from hub.directory.errors import ExemptionNotFoundError
from hub.exchange import ageing
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub
from policies.claims import Decider

router = APIRouter(prefix="/api/v1/exemptions", tags=["departments"])
Filer = Annotated[StaffRequester, Depends(require_role(Role.APPROVER, Role.SECRECY_REVIEWER))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
Overseer = Annotated[StaffRequester, Depends(require_role(Role.SUPERVISOR, Role.AUDITOR))]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
OVERSEERS = (Role.SUPERVISOR, Role.AUDITOR)


@router.post("", status_code=201, summary="登记豁免记录 / Record an exemption")
def record_exemption(body: ExemptionBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """Record what restricts an item: ground, evidence, decider, period, review date. R01 needs a second signature."""
    new = exemptions.NewExemption(
        entry=body.entry,
        item=body.item,
        ground=body.ground,
        evidence=body.evidence,
        decider=Decider(body.decider.name, body.decider.role),
        in_force_from=body.in_force_from,
        in_force_until=body.in_force_until,
        review_on=body.review_on,
    )
    with hub.database.begin() as unit:
        return record_body(exemptions.record(hub.context, unit, staff, new))


@router.get("", summary="豁免记录：本单位的，监督人员可看全部 / Exemption records of your organ, or of all")
def list_exemptions(
    staff: CurrentStaff,
    hub: Hub,
    scope: Literal["own", "all"] = "own",
    status: Annotated[list[str] | None, Query(max_length=10)] = None,
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List records, the oldest review first, each with why it is not in force today, if so."""
    sees_all = scope == "all" and staff.has_role(*OVERSEERS)
    with hub.database.begin() as unit:
        rows, total = store.page_exemptions(
            unit,
            member_id=None if sees_all else staff.member.id,
            statuses=frozenset(status or ()),
            limit=limit,
            offset=offset,
        )
        found = [record_body(exemptions.judged(hub.context, unit, row)) for row in rows]
    return _page("exemptions", found, total, limit, offset) | {"scope": "all" if sees_all else "own"}


@router.get("/returns", summary="返回复核的信息项 / Items returned to review")
def list_returns(
    staff: CurrentStaff, hub: Hub, scope: Literal["own", "all"] = "own", limit: Limit = 200, offset: Offset = 0
) -> dict[str, Any]:
    """List what no longer holds and waits to be reviewed, with the grants and refusals that rested on it."""
    sees_all = scope == "all" and staff.has_role(*OVERSEERS)
    member = None if sees_all else staff.member.id
    with hub.database.begin() as unit:
        rows, total = store.open_returns(unit, member_id=member, limit=limit, offset=offset)
        found = [return_body(unit, row) for row in rows]
    return _page("returns", found, total, limit, offset) | {"scope": "all" if sees_all else "own"}


@router.get("/counters", summary="应公布的计数：按理由、逾期复核 / Counters to publish")
def show_counters(_: Overseer, hub: Hub) -> dict[str, Any]:
    """Count refusals by ground, records in force, and what is past its review, by organ."""
    with hub.database.begin() as unit:
        return counters(unit)


@router.get("/{exemption_id}", summary="一条豁免记录及其经过 / One record with its history")
def show_exemption(exemption_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a record of your organ (of any, for supervision) with evidence, consultations and every step."""
    with hub.database.begin() as unit:
        return whole_body(hub.context, unit, _visible(unit, staff, exemption_id))


@router.get("/{exemption_id}/affected", summary="受影响的授权和答复 / Grants and refusals that rest on it")
def show_affected(exemption_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return the grants that give the item and the refusals made on the record."""
    with hub.database.begin() as unit:
        return affected_body(ageing.affected(unit, _visible(unit, staff, exemption_id)))


@router.post("/{exemption_id}/confirm", summary="国家秘密指针第二人签署 / Second signature of a pointer")
def confirm_exemption(exemption_id: uuid.UUID, staff: Filer, hub: Hub) -> dict[str, Any]:
    """Sign a pointer that another person of the other role filed."""
    with hub.database.begin() as unit:
        return whole_body(hub.context, unit, secrecy.confirm(hub.context, unit, staff, exemption_id))


@router.post("/{exemption_id}/review", summary="复核：保留或撤回 / Review: keep or lift")
def review_exemption(exemption_id: uuid.UUID, body: ReviewBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """Keep a record until its next review, or lift it."""
    found = reviews.Review(body.outcome == "keep", body.reason, body.next_review_on, body.assessment)
    with hub.database.begin() as unit:
        kept = reviews.review(hub.context, unit, staff, exemption_id, found)
        if not found.keeps:
            _tell(hub.context, unit, kept.row)
        return whole_body(hub.context, unit, kept.row)


@router.post("/{exemption_id}/referral", status_code=201, summary="移送保密行政管理部门 / Refer to the authority")
def refer(exemption_id: uuid.UUID, body: ReferralBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """Record that the secrecy authority was asked whether information that must be public is secret."""
    with hub.database.begin() as unit:
        secrecy.refer(hub.context, unit, staff, exemption_id, body.authority, body.reference)
        return whole_body(hub.context, unit, _visible(unit, staff, exemption_id))


@router.post("/{exemption_id}/referral/answer", summary="登记保密部门答复 / File the authority's answer")
def answer_referral(exemption_id: uuid.UUID, body: ReferralAnswerBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """File the answer: it upholds the secrecy, or ends the record."""
    answer = (body.reference, body.on, body.upholds_secrecy)
    with hub.database.begin() as unit:
        secrecy.answer_referral(hub.context, unit, staff, exemption_id, answer)
        row = _visible(unit, staff, exemption_id)
        if not body.upholds_secrecy:
            _tell(hub.context, unit, row)
        return whole_body(hub.context, unit, row)


@router.post("/{exemption_id}/withdraw", summary="撤回或解密 / Withdraw or declassify")
def withdraw_with_reason(exemption_id: uuid.UUID, body: ReasonBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """End a record with its reason; who was refused on it learns that it is gone."""
    with hub.database.begin() as unit:
        row = exemptions.withdraw(hub.context, unit, staff, exemption_id, body.reason)
        _tell(hub.context, unit, row)
        return whole_body(hub.context, unit, row)


@router.delete("/{exemption_id}", status_code=204, summary="撤回豁免记录 / Withdraw a record")
def withdraw_exemption(exemption_id: uuid.UUID, staff: Approver, hub: Hub) -> None:
    """Withdraw a record; it stays on file."""
    with hub.database.begin() as unit:
        _tell(hub.context, unit, exemptions.withdraw(hub.context, unit, staff, exemption_id))


def _visible(unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID) -> ExemptionRow:
    row = store.find_exemption(unit, exemption_id)
    if row is None or (row.member_id != staff.member.id and not staff.has_role(*OVERSEERS)):
        raise ExemptionNotFoundError(
            "没有这条豁免记录，或不属于本单位",
            "no such record, or not of your organ",
            next_zh="请核对编号",
            next_en="check the id",
        )
    return row


def _tell(context: Context, unit: Unit, row: ExemptionRow) -> None:
    """Tell who was refused on a record that it is gone."""
    ageing.tell_refused(context, unit, row, ageing.affected(unit, row).refusals)


def _page(name: str, found: list[dict[str, Any]], total: int, limit: int, offset: int) -> dict[str, Any]:
    """Return one page with its total, what it returns, and where the next begins."""
    following = offset + limit if offset + limit < total else None
    return {"total": total, "returned": len(found), "next": following, name: found}
