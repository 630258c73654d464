"""What organs do about people's own rights: accesses withheld for a time by law, and complaints to the authority."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, ConfigDict, Field

from hub.api.authentication import require_role
from hub.api.bodies import Body as TextBody
from hub.exchange.own_data import complaints, delays, store
from hub.exchange.own_data.store import DelayMode
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.own_data.store import Complaint, Delay
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER, Role.AGENCY_APPROVER))]
Supervisor = Annotated[StaffRequester, Depends(require_role(Role.SUPERVISOR))]
Either = Annotated[StaffRequester, Depends(require_role(Role.APPROVER, Role.AGENCY_APPROVER, Role.SUPERVISOR))]


class Body(TextBody):
    """Base of the bodies here: values that never change."""

    model_config = ConfigDict(frozen=True)


class AccessDelayBody(Body):
    """Accesses of one's organ that lawfully are told later, or not at all."""

    mode: Literal["delay", "suppress"]
    purposes: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(min_length=1, max_length=20)
    case_number: str | None = Field(default=None, min_length=1, max_length=64)
    legal_basis: str = Field(min_length=1, max_length=500)
    covers_from: AwareDatetime | None = None
    until: date


class DelayDecisionBody(Body):
    """Whether the supervisor confirms."""

    confirms: bool


class ComplaintAnswerBody(Body):
    """The authority's answer; the person reads it under «my data»."""

    text: str = Field(min_length=1, max_length=2000)


def _delay(one: Delay) -> dict[str, Any]:
    return {
        "id": one.id,
        "member": one.member_id,
        "mode": one.mode.value,
        "purposes": list(one.purposes),
        "case_number": one.case_number,
        "legal_basis": one.legal_basis,
        "covers_from": one.covers_from,
        "until": one.until,
        "state": one.state.value,
        "proposed_at": one.proposed_at,
        "confirmed_at": one.confirmed_at,
        "ended_at": one.ended_at,
    }


def _complaint(hub: Services, one: Complaint) -> dict[str, Any]:
    """Return a complaint as JSON for the authority: what is said, not who says it."""
    return {
        "id": one.id,
        "label": one.label,
        "entry": one.entry_id,
        "correction": one.correction_id,
        "text": complaints.opened(hub.sealer, one.sealed),
        "state": one.state,
        "at": one.at,
        "due_on": one.due_on,
        "answer": complaints.opened(hub.sealer, one.answer) or None,
        "answered_at": one.answered_at,
    }


@router.post("/access-delays", status_code=201, summary="依法暂缓告知查询记录 / Withhold accesses for a time by law")
def propose_delay(body: AccessDelayBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Set, as the organ's approver, which of its accesses are told later or not; a supervisor confirms."""
    new = delays.NewDelay(
        DelayMode(body.mode), body.purposes, body.case_number, body.legal_basis, body.covers_from, body.until
    )
    with hub.database.begin() as unit:
        return _delay(delays.propose(hub.context, unit, staff, new))


@router.get("/access-delays", summary="暂缓告知记录 / Records that withhold accesses")
def list_delays(staff: Either, hub: Hub) -> dict[str, Any]:
    """List the records of the person's organ; a supervisor sees all."""
    with hub.database.begin() as unit:
        found = [_delay(one) for one in delays.listed(unit, staff)]
    return {"total": len(found), "returned": len(found), "next": None, "delays": found}


@router.post("/access-delays/{delay_id}/decide", summary="主管确认或不同意 / The supervisor confirms or declines")
def decide_delay(delay_id: uuid.UUID, body: DelayDecisionBody, staff: Supervisor, hub: Hub) -> dict[str, Any]:
    """Confirm or decline a record as a supervisor of the data authority."""
    with hub.database.begin() as unit:
        return _delay(delays.decide(hub.context, unit, staff, delay_id, confirms=body.confirms))


@router.post("/access-delays/{delay_id}/end", summary="提前结束暂缓告知 / End a record early")
def end_delay(delay_id: uuid.UUID, staff: Either, hub: Hub) -> dict[str, Any]:
    """End a record before its day: what it withheld is told from now on."""
    with hub.database.begin() as unit:
        return _delay(delays.end(hub.context, unit, staff, delay_id))


@router.get("/complaints", summary="个人信息投诉 / Complaints about personal data")
def list_complaints(
    _staff: Supervisor,
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List complaints to the authority, open ones first."""
    with hub.database.begin() as unit:
        rows, total = store.complaints(unit, limit=limit, offset=offset)
        found = [_complaint(hub, one) for one in rows]
    following = offset + len(found) if offset + len(found) < total else None
    return {"total": total, "returned": len(found), "next": following, "complaints": found}


@router.post("/complaints/{complaint_id}/answer", summary="答复投诉 / Answer a complaint")
def answer_complaint(complaint_id: uuid.UUID, body: ComplaintAnswerBody, staff: Supervisor, hub: Hub) -> dict[str, Any]:
    """Answer a complaint; its clock stops."""
    with hub.database.begin() as unit:
        return _complaint(hub, complaints.answer(hub.context, unit, hub.sealer, staff, complaint_id, body.text))
