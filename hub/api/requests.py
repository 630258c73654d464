"""Agencies ask, providers answer, grants follow (Zhengzhou Art. 20; 政务数据共享条例 Art. 20-22, 27)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query

from hub.api.authentication import CurrentStaff, require_role
from hub.api.clock_bodies import standing_body
from hub.api.models import AnswerBody, RequestBody
from hub.exchange import answers, requests, store
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub
from policies.workdays import DaysLeft

if TYPE_CHECKING:
    from datetime import date

    from hub.context import Context
    from hub.exchange.records import ShareRequest

router = APIRouter(prefix="/api/v1", tags=["agencies"])
AgencyUser = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_USER))]
AgencyApprover = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_APPROVER))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]


def _days_left(context: Context, due: date | None) -> dict[str, Any]:
    """Return the working days left, negative when overdue; none without a clock, nor where a year's list is missing."""
    found = context.calendar.days_left(context.today(), due) if due is not None else DaysLeft(None)
    why = found.why_unknown
    return {
        "working_days_left": found.days,
        "days_unknown": why.zh if why is not None else None,
        "days_unknown_en": why.en if why is not None else None,
    }


def request_body(context: Context, request: ShareRequest) -> dict[str, Any]:
    """Return a request as JSON, each line with its clock and its answer."""
    return {
        "id": request.id,
        "label": request.label,
        "member": request.member_id,
        "provider": request.provider_id,
        "entry": None if request.is_outside else request.entry_id,
        "system": request.system_id,
        "application": request.application_id,
        "replaces": request.replaces,
        "purpose": request.purpose,
        "scenario": request.scenario,
        "legal_basis": request.legal_basis,
        "case_pattern": request.case_pattern,
        "valid_from": request.valid_from,
        "valid_until": request.valid_until,
        "modes": sorted(mode.value for mode in request.modes),
        "people": list(request.people),
        "retention_days": request.retention_days,
        "row_filter": list(request.row_filter),
        "state": request.state.value,
        "submitted_at": request.submitted_at,
        "lines": [
            {
                "id": line.id,
                "item": line.item,
                "description": line.description,
                "asked": line.asked.value,
                "state": line.state.value,
                "treatment": line.treatment.value if line.treatment is not None else None,
                "due_on": line.due_on,
                **_days_left(context, line.due_on if line.state.value == "waiting" else None),
                "answer": line.answer,
                "receipt": line.receipt_id,
            }
            for line in request.lines
        ],
    }


@router.post("/requests", status_code=201, summary="申请信息项 / Ask for items")
def make_request(body: RequestBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Ask for items of one entry with purpose, scenario, basis and period; your head consents next."""
    new = requests.NewRequest(
        entry_name=body.entry,
        system_id=body.system,
        items=tuple(requests.AskedItem(one.item, one.description, one.treatment) for one in body.items),
        purpose=body.purpose,
        scenario=body.scenario,
        legal_basis=body.legal_basis,
        case_pattern=body.case_pattern,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        modes=body.modes,
        people=body.people,
        retention_days=body.retention_days,
    )
    with hub.database.begin() as unit:
        return request_body(hub.context, requests.create(hub.context, unit, staff, new))


@router.post("/requests/{request_id}/consent", summary="需求单位负责人同意 / Consent of the requester's head")
def consent(request_id: uuid.UUID, staff: AgencyApprover, hub: Hub) -> dict[str, Any]:
    """Consent; what is shared without conditions is granted at once, the provider's clock starts for the rest."""
    with hub.database.begin() as unit:
        return request_body(hub.context, requests.consent(hub.context, unit, staff, request_id))


@router.post("/requests/{request_id}/withdraw", summary="撤回未答复的项 / Withdraw what is not answered")
def withdraw(request_id: uuid.UUID, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Withdraw the lines that wait."""
    with hub.database.begin() as unit:
        return request_body(hub.context, requests.withdraw(hub.context, unit, staff, request_id))


@router.get("/requests", summary="我的申请 / Requests of your organ")
def my_requests(
    staff: CurrentStaff,
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List what your organ asked for."""
    with hub.database.begin() as unit:
        found, total = store.list_requests(unit, requester=staff.member.id, limit=limit, offset=offset)
    return _page("requests", [request_body(hub.context, one) for one in found], total, limit, offset)


@router.get("/inbox", summary="申请办理：按剩余工作日排序 / Requests to your organ, most urgent first")
def inbox(
    staff: CurrentStaff,
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List what other organs asked of yours."""
    with hub.database.begin() as unit:
        found, total = store.list_requests(unit, provider=staff.member.id, limit=limit, offset=offset)
    return _page("requests", [request_body(hub.context, one) for one in found], total, limit, offset)


@router.get("/requests/{request_id}", summary="一份申请 / One request")
def show_request(request_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a request your organ is a party to, with its clocks, what was asked to be supplied, and extensions."""
    with hub.database.begin() as unit:
        request = requests.find(unit, staff, request_id)
        return {**request_body(hub.context, request), **standing_body(hub.context, unit, request)}


@router.post("/requests/{request_id}/lines/{line_id}/answer", summary="逐项答复 / Answer one item")
def answer_line(
    request_id: uuid.UUID, line_id: uuid.UUID, body: AnswerBody, staff: Approver, hub: Hub
) -> dict[str, Any]:
    """Grant an item in a form, return it for narrowing, or refuse it on a ground in force on it."""
    given = given_answer(body)
    with hub.database.begin() as unit:
        return request_body(hub.context, answers.answer(hub.context, unit, staff, request_id, line_id, given))


def given_answer(body: AnswerBody) -> answers.Answer:
    """Return what a provider says on a line."""
    return answers.Answer(
        decision=body.decision,
        decider_role=body.decider_role,
        ground=body.ground,
        exemption_id=body.exemption_id,
        provision=body.provision,
        facts=body.facts,
        considered=body.considered,
        offer=body.offer,
        duty=body.duty,
        cites_law_and_assessment=body.cites_law_and_assessment,
        assessment=body.assessment,
    )


def _page(name: str, found: list[dict[str, Any]], total: int, limit: int, offset: int) -> dict[str, Any]:
    """Return one page with its total, what it returns, and where the next begins."""
    following = offset + limit if offset + limit < total else None
    return {"total": total, "returned": len(found), "next": following, name: found}
