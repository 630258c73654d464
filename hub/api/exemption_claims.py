"""Claims, assessments, consultations and overrides behind records (政府信息公开条例 Art. 32; PIPL Art. 55)."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from hub.api.authentication import CurrentStaff, require_role
from hub.api.exemption_models import (
    AssessmentBody,
    ClaimBody,
    ConsultationBody,
    DecisionBody,
    FindingBody,
    OverrideBody,
    ReasonBody,
    ReplyBody,
    SignBody,
)
from hub.api.exemption_shown import claim_body
from hub.directory import assessments, overrides, trade_secrets
from hub.directory.claims import store
from hub.exchange import ageing
from hub.exchange.consulting import consultations, decisions, replies
from hub.exchange.consulting.records import Decision, Outcome
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub
from policies.claims import Decider

router = APIRouter(prefix="/api/v1/exemptions", tags=["departments"])
Filer = Annotated[StaffRequester, Depends(require_role(Role.CLERK, Role.APPROVER))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.post("/claims", status_code=201, summary="登记商业秘密主张 / File a trade-secret claim")
def file_claim(body: ClaimBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """File a holder's claim: its items are protected until the finding, for a limited time."""
    new = trade_secrets.NewClaim(
        entry=body.entry,
        items=body.items,
        rows_covered=body.rows_covered,
        holder_kind=body.holder.kind,
        holder=body.holder.number,
        holder_name=body.holder.name,
        agent=body.agent,
        why_unknown=body.why_unknown,
        value=body.value,
        measures=body.measures,
        evidence_digests=body.evidence_digests,
        made_when=body.made_when,
        claimed_on=body.claimed_on,
        until=body.until,
    )
    with hub.database.begin() as unit:
        return claim_body(unit, trade_secrets.file(hub.context, unit, staff, new))


@router.get("/claims", summary="本单位收到的主张 / Claims your organ received")
def list_claims(staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List claims, the newest first."""
    with hub.database.begin() as unit:
        rows, total = store.claims_of(unit, staff.member.id, limit=limit, offset=offset)
        found = [claim_body(unit, row) for row in rows]
    return _page("claims", found, total, limit, offset)


@router.get("/claims/{claim_id}", summary="一项主张 / One claim")
def show_claim(claim_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a claim with the records it made."""
    with hub.database.begin() as unit:
        return claim_body(unit, trade_secrets.own_claim(unit, staff, claim_id))


@router.post("/claims/{claim_id}/finding", summary="对主张作出认定 / Find on a claim")
def find_on_claim(claim_id: uuid.UUID, body: FindingBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Accept a claim, in part or whole, or reject it, once the holder was heard."""
    decider = Decider(body.decider.name, body.decider.role)
    new = trade_secrets.NewFinding(body.finding, body.items, body.reason, decider, body.review_on)
    with hub.database.begin() as unit:
        return claim_body(unit, decisions.find_on(hub.context, unit, staff, claim_id, new))


@router.post("/assessments", status_code=201, summary="登记个人信息保护影响评估 / File an impact assessment")
def file_assessment(body: AssessmentBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """File an assessment; another person approves it."""
    new = assessments.NewAssessment(**{name: getattr(body, name) for name in AssessmentBody.model_fields})
    with hub.database.begin() as unit:
        return asdict(assessments.file(hub.context, unit, staff, new))


@router.get("/assessments", summary="本单位的影响评估 / Impact assessments of your organ")
def list_assessments(staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List assessments, the newest first."""
    with hub.database.begin() as unit:
        rows, total = store.assessments_of(unit, staff.member.id, limit=limit, offset=offset)
    return _page("assessments", [asdict(row) for row in rows], total, limit, offset)


@router.post("/assessments/{assessment_id}/approve", summary="批准影响评估 / Approve an assessment")
def approve_assessment(assessment_id: uuid.UUID, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Approve an assessment another person made."""
    with hub.database.begin() as unit:
        return asdict(assessments.approve(hub.context, unit, staff, assessment_id))


@router.post("/assessments/{assessment_id}/withdraw", summary="撤回影响评估 / Withdraw an assessment")
def withdraw_assessment(assessment_id: uuid.UUID, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Withdraw an assessment; it stays on file for its time."""
    with hub.database.begin() as unit:
        return asdict(assessments.withdraw(hub.context, unit, staff, assessment_id))


@router.post("/{exemption_id}/consultations", status_code=201, summary="征求意见 / Ask a third party or co-author")
def ask(exemption_id: uuid.UUID, body: ConsultationBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """Write the letter and start its time, or decide for a class too large for letters."""
    new = consultations.NewConsultation(
        body.kind,
        body.party_kind,
        body.party,
        body.party_name,
        body.received_on,
        body.persons,
        body.reason,
        body.request_line,
    )
    with hub.database.begin() as unit:
        return asdict(consultations.ask(hub.context, unit, staff, exemption_id, new))


@router.get("/consultations/{consultation_id}", summary="一件征求意见 / One consultation")
def show_consultation(consultation_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a consultation as it stands today, with its letter."""
    with hub.database.begin() as unit:
        return asdict(replies.own(hub.context, unit, staff, consultation_id))


@router.post("/consultations/{consultation_id}/reply", summary="登记答复 / File the reply")
def reply(consultation_id: uuid.UUID, body: ReplyBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """File what the party answered, within its time."""
    said = (Outcome(body.outcome), body.reason, body.replied_on)
    with hub.database.begin() as unit:
        return asdict(replies.reply(hub.context, unit, staff, consultation_id, said))


@router.post("/consultations/{consultation_id}/decide", summary="征求意见后决定 / Decide after the consultation")
def decide(consultation_id: uuid.UUID, body: DecisionBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Withhold or release, with the reason written; silence decides nothing."""
    with hub.database.begin() as unit:
        done = decisions.decide(hub.context, unit, staff, consultation_id, (body.decision, body.reason))
        row = store.find_exemption(unit, done.exemption_id)
        if row is not None and done.decision is Decision.RELEASE:
            ageing.tell_refused(hub.context, unit, row, ageing.affected(unit, row).refusals)
        return asdict(done)


@router.post("/{exemption_id}/overrides", status_code=201, summary="提出公共利益公开 / Propose a release")
def propose_override(exemption_id: uuid.UUID, body: OverrideBody, staff: Filer, hub: Hub) -> dict[str, Any]:
    """Propose to release in the public interest what R04 or R05 withholds."""
    new = overrides.NewOverride(body.interest, body.causal_link, body.why_not_masked, body.proportionality)
    with hub.database.begin() as unit:
        return asdict(overrides.propose(hub.context, unit, staff, exemption_id, new))


@router.post("/overrides/{override_id}/sign", summary="负责人签署并告知第三方 / Sign, and tell the third party")
def sign_override(override_id: uuid.UUID, body: SignBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Sign as head; the notice is made and the wait begins."""
    with hub.database.begin() as unit:
        return asdict(overrides.sign(hub.context, unit, staff, override_id, body.signer_role, body.urgent_reason))


@router.post("/overrides/{override_id}/release", summary="等待期满后公开 / Release after the wait")
def release_override(override_id: uuid.UUID, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Lift the record; who was refused on it learns that it is gone."""
    with hub.database.begin() as unit:
        done = overrides.release(hub.context, unit, staff, override_id)
        row = store.find_exemption(unit, done.exemption_id)
        if row is not None:
            ageing.tell_refused(hub.context, unit, row, ageing.affected(unit, row).refusals)
        return asdict(done)


@router.post("/overrides/{override_id}/stop", summary="停止公共利益公开 / Stop a release")
def stop_override(override_id: uuid.UUID, body: ReasonBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """End it without release: given up, or stayed."""
    with hub.database.begin() as unit:
        return asdict(overrides.stop(hub.context, unit, staff, override_id, body.reason))


def _page(name: str, found: list[dict[str, Any]], total: int, limit: int, offset: int) -> dict[str, Any]:
    """Return one page with its total, what it returns, and where the next begins."""
    following = offset + limit if offset + limit < total else None
    return {"total": total, "returned": len(found), "next": following, name: found}
