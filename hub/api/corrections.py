"""Corrections (校核): report a record, check it, answer it, bring copies up to date (政务数据共享条例 Art. 26)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentCaller, require_role
from hub.api.bodies import Body as TextBody
from hub.exchange.corrections import answering, forwarding, holding, reporting, standing, store
from hub.exchange.corrections.errors import CorrectionNotFoundError
from hub.exchange.corrections.evidence import EvidenceMarkedError
from hub.exchange.corrections.records import NAMES, SEAL_EVIDENCE, Reporter, Result, State
from hub.identity.errors import RoleRequiredError
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import NAMES_ZH, Role
from hub.push.incidents import open_incident
from hub.services import Hub
from policies.workdays import DaysLeft

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Copy, Correction
    from hub.exchange.corrections.standing import Party
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["agencies"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK, Role.APPROVER))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
MARKED_INCIDENT = "correction_stopped"
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Text2000 = Annotated[str, Field(min_length=1, max_length=2000)]


class Body(TextBody):
    """Base of the bodies here: values that never change."""

    model_config = ConfigDict(frozen=True)


class CorrectionBody(Body):
    """A record reported as wrong; a claimed value of null says: wrong, the right one is not known."""

    entry: str = Field(min_length=1, max_length=200)
    key: dict[str, str] = Field(min_length=1, max_length=20, description="定位记录的信息项 / the key of the record")
    items: dict[str, Annotated[str, Field(max_length=1000)] | None] = Field(min_length=1, max_length=100)
    reason: Text2000
    receipt: uuid.UUID | None = Field(default=None, description="取得该记录时的凭证 / receipt you received it by")


class CorrectionAnswerBody(Body):
    """The source's answer; it names the finding, no values."""

    result: Literal["corrected", "right"]
    finding: Text2000
    with_next_push: bool = False


class ForwardBody(Body):
    """Send the case to the source's entry."""

    to: str = Field(min_length=1, max_length=200, description="对方条目名称 / name of the source's entry")
    finding: Text2000


def _require_reporting(caller: Requester | StaffRequester) -> None:
    if isinstance(caller, StaffRequester) and not caller.has_role(*standing.REPORTING_ROLES):
        roles = standing.REPORTING_ROLES
        raise RoleRequiredError("、".join(NAMES_ZH[role] for role in roles), tuple(role.value for role in roles))


def _member(caller: Requester | StaffRequester) -> uuid.UUID:
    return caller.member.id if isinstance(caller, StaffRequester) else caller.member_id


def _reporter(caller: Requester | StaffRequester, case: Correction) -> Reporter:
    if isinstance(caller, StaffRequester):
        kind = standing.kind_of(case.provider_id, caller.member.id)
        return Reporter(kind, member_id=caller.member.id, staff_id=caller.staff.id)
    kind = standing.kind_of(case.provider_id, caller.member_id)
    return Reporter(kind, member_id=caller.member_id, system_id=caller.system_id)


def case_body(hub: Services, case: Correction, resource: Resource | None = None) -> dict[str, Any]:
    """Return a case as JSON, without anything sealed."""
    zh, en = NAMES[case.state]
    today = hub.context.today()
    left = hub.context.calendar.days_left(today, case.due_on) if case.is_open else DaysLeft(None)
    why = left.why_unknown
    return {
        "id": case.id,
        "label": case.label,
        "entry": resource.name if resource is not None else None,
        "entry_id": case.entry_id,
        "provider": case.provider_id,
        "items": list(case.items),
        "version": case.version,
        "state": case.state.value,
        "state_zh": zh,
        "state_en": en,
        "clock": case.clock_key,
        "due_on": case.due_on,
        "working_days_left": left.days,
        "days_unknown": why.zh if why is not None else None,
        "days_unknown_en": why.en if why is not None else None,
        "reported_at": case.reported_at,
        "finding": case.finding or None,
        "answered_at": case.answered_at,
        "push": case.push_number,
        "forwarded_to": case.forwarded_to,
        "forwarded_from": case.forwarded_from,
        "closed_at": case.closed_at,
        "closed_in_time": case.closed_in_time,
    }


def _full(hub: Services, unit: Unit, case: Correction, party: Party) -> dict[str, Any]:
    """Return a case with what the reader may see of it: to the source all reports, to a reporter its own."""
    files = store.evidence_of(unit, [one.id for one in party.reports])
    body = case_body(hub, case)
    body["is_source"] = party.is_source
    body["reports"] = [
        {
            "id": one.id,
            "reporter": one.reporter.kind.value,
            "member": one.reporter.member_id,
            "items": list(one.items),
            "at": one.at,
            "withdrawn_at": one.withdrawn_at,
            "receipt": one.received_by,
            "content": answering.opened(hub.sealer, one),
            "evidence": [
                {
                    "id": file.id,
                    "name": hub.sealer.open(SEAL_EVIDENCE, file.sealed_name).decode(),
                    "media_type": file.media_type,
                    "bytes": file.size_bytes,
                    "digest": file.digest,
                }
                for file in files
                if file.report_id == one.id
            ],
        }
        for one in party.reports
    ]
    if party.is_source:
        body["copies"] = [_copy(one) for one in store.copies(unit, case=case.id)]
    return body


def _copy(one: Copy) -> dict[str, Any]:
    return {
        "correction": one.correction_id,
        "member": one.member_id,
        "systems": list(one.systems),
        "told_at": one.told_at,
        "acknowledged_at": one.acknowledged_at,
    }


def open_marked_incident(hub: Services, member_id: uuid.UUID, entry_id: uuid.UUID | None) -> None:
    """Open the incident of what was stopped; the transaction with it is undone already."""
    with hub.database.begin() as unit:
        open_incident(
            hub.context, unit, kind=MARKED_INCIDENT, member_id=member_id, entry_id=entry_id, facts={"place": "evidence"}
        )


@router.post("/corrections", status_code=201, summary="报告记录有误（校核）/ Report a record as wrong")
def report(body: CorrectionBody, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Report items of a record you received; the source checks within ten working days, the record is flagged."""
    _require_reporting(caller)
    resource = hub.cache.load(body.entry, None).resource
    reporter = standing.reporter_of(resource, caller)
    new = reporting.NewReport(reporter, body.key, body.items, body.reason, body.receipt)
    try:
        with hub.database.begin() as unit:
            standing.require_received(hub.context, unit, resource, reporter, new)
            case, report_id = reporting.report(hub.context, unit, hub.sealer, resource, new)
            return {**case_body(hub, case, resource), "report": report_id}
    except EvidenceMarkedError:
        open_marked_incident(hub, _member(caller), resource.id)
        raise


@router.get("/corrections", summary="校核事项 / Corrections of your organ")
def list_corrections(
    caller: CurrentCaller,
    hub: Hub,
    side: Annotated[
        Literal["source", "reported"], Query(description="source：本单位为数源；reported：本单位报告的")
    ] = "source",
    state: State | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the cases your organ has to answer, the most urgent first, or those it reported."""
    member = _member(caller)
    with hub.database.begin() as unit:
        found, total = store.list_cases(
            unit,
            store.Whose(provider=member) if side == "source" else store.Whose(member=member),
            state=state,
            limit=limit,
            offset=offset,
        )
    following = offset + limit if offset + limit < total else None
    bodies = [case_body(hub, one) for one in found]
    return {"total": total, "returned": len(bodies), "next": following, "corrections": bodies}


@router.get("/corrections/copies", summary="本单位副本待更新的更正 / Corrections your organ's copies wait for")
def my_copies(caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """List the corrections your organ was told of because it had received the record."""
    with hub.database.begin() as unit:
        found = store.copies(unit, member=_member(caller))
    return {"total": len(found), "returned": len(found), "next": None, "copies": [_copy(one) for one in found]}


@router.get("/corrections/{correction_id}", summary="一个校核事项 / One correction")
def show(correction_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Return a case your organ is a party to; the source sees all reports, a reporter its own."""
    with hub.database.begin() as unit:
        case, party = standing.party_of(unit, correction_id, caller)
        return _full(hub, unit, case, party)


@router.post(
    "/corrections/{correction_id}/evidence",
    status_code=201,
    summary="补充证据文件 / Add a file of evidence",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def add_evidence(
    correction_id: uuid.UUID,
    request: Request,
    caller: CurrentCaller,
    hub: Hub,
    name: Annotated[str, Query(min_length=1, max_length=200, description="文件名 / file name")],
) -> dict[str, Any]:
    """Add a PDF, PNG, JPEG or plain text to your own report; it is kept sealed, for the source alone."""
    content = await request.body()
    return await run_in_threadpool(_keep, hub, caller, correction_id, name, content)


def _keep(
    hub: Services, caller: Requester | StaffRequester, correction_id: uuid.UUID, name: str, content: bytes
) -> dict[str, Any]:
    try:
        with hub.database.begin() as unit:
            case, _ = standing.party_of(unit, correction_id, caller)
            reporter = _reporter(caller, case)
            new = reporting.NewFile(name, content)
            file = reporting.add_evidence(hub.context, unit, hub.sealer, reporter, case.id, new)
    except EvidenceMarkedError:
        open_marked_incident(hub, _member(caller), None)
        raise
    return {"id": file.id, "media_type": file.media_type, "bytes": file.size_bytes, "digest": file.digest}


@router.get("/corrections/{correction_id}/evidence/{file_id}", summary="取回证据文件 / Get a file of evidence")
def get_evidence(correction_id: uuid.UUID, file_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> Response:
    """Return a file to the source or to who gave it, always as a download."""
    with hub.database.begin() as unit:
        _, party = standing.party_of(unit, correction_id, caller)
        files = store.evidence_of(unit, [one.id for one in party.reports])
        file = next((one for one in files if one.id == file_id), None)
        sealed = store.evidence_content(unit, file_id) if file is not None else None
    if file is None or sealed is None:
        raise CorrectionNotFoundError
    name = quote(hub.sealer.open(SEAL_EVIDENCE, file.sealed_name).decode(), safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Digest": file.digest,
        "Cache-Control": "no-store",
    }
    return Response(hub.sealer.open(SEAL_EVIDENCE, sealed), media_type=file.media_type, headers=headers)


@router.post("/corrections/{correction_id}/withdraw", summary="撤回本单位的报告 / Take your report back")
def withdraw(correction_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Take your organ's report back; the case ends when nobody reports it any more."""
    _require_reporting(caller)
    with hub.database.begin() as unit:
        case, _ = standing.party_of(unit, correction_id, caller)
        return case_body(hub, reporting.withdraw(hub.context, unit, _reporter(caller, case), case.id))


@router.post("/corrections/{correction_id}/investigate", summary="开始核查 / Take a case up")
def investigate(correction_id: uuid.UUID, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Take a case of your organ up; who reported it leaves it to a colleague."""
    with hub.database.begin() as unit:
        return case_body(hub, answering.investigate(hub.context, unit, staff, correction_id))


@router.post("/corrections/{correction_id}/answer", summary="答复校核 / Answer a correction")
def answer(correction_id: uuid.UUID, body: CorrectionAnswerBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Answer: corrected (the record must have changed by a push), or right as it is; the finding is named."""
    given = answering.Answer(Result(body.result), body.finding, body.with_next_push)
    with hub.database.begin() as unit:
        return case_body(hub, answering.answer(hub.context, unit, staff, correction_id, given))


@router.post("/corrections/{correction_id}/forward", summary="转数源单位 / Send a case to its source")
def forward(correction_id: uuid.UUID, body: ForwardBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Send the case to the organ that is the source; a clock of its own starts there."""
    with hub.database.begin() as unit:
        to = forwarding.Destination(body.to, body.finding)
        case, made = forwarding.forward(hub.context, unit, hub.sealer, staff, correction_id, to)
        return {**case_body(hub, case), "forwarded": case_body(hub, made)}


@router.post("/corrections/{correction_id}/acknowledge", summary="确认副本已更新 / Confirm that your copy is updated")
def acknowledge(correction_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Say that your organ's copy of the corrected record is brought up to date."""
    with hub.database.begin() as unit:
        case, _ = standing.party_of(unit, correction_id, caller)
        at: datetime = holding.acknowledge(hub.context, unit, _reporter(caller, case), case)
    return {"correction": correction_id, "acknowledged_at": at}
