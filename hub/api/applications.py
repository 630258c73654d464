"""Applications (申请车): one purpose for items of many providers (Zhengzhou Art. 20; 政务数据共享条例 Art. 20-21)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query

from hub.api.applications_models import (
    ChangeBody,
    ContentBody,
    LineBody,
    NewApplicationBody,
    StepBody,
    WithdrawBody,
)
from hub.api.authentication import CurrentStaff, require_role
from hub.api.requests import request_body
from hub.exchange.cart import drafts, editing, offers, store, submitting, templates
from hub.exchange.cart.checking import faults_of
from hub.exchange.cart.dryrun import dry_run
from hub.exchange.cart.errors import ApplicationInvalidError, fault_list
from hub.exchange.cart.records import ApplicationState, CartLine, Content
from hub.exchange.cart.scope import legal_basis_text, scope_of
from hub.exchange.store import parts_of
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.exchange.cart.records import Application
    from hub.exchange.records import Line, ShareRequest
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["agencies"])
AgencyUser = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_USER))]
AgencyApprover = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_APPROVER))]
FIELDS = tuple(name for name in ContentBody.model_fields if name != "lines")


def content_of(body: ContentBody, before: Content) -> Content:
    """Return ``before`` with the members that were sent; a line keeps its id where it is the same thing.

    Raises:
        ApplicationInvalidError: a line names an id the application does not hold, or one twice.
    """
    sent = body.model_fields_set
    changed = replace(before, **{name: getattr(body, name) for name in FIELDS if name in sent})
    if "lines" not in sent:
        return changed
    known = {line.id: line for line in before.lines}
    free = {_thing(line): line.id for line in before.lines}
    wrong = [place for place, line in enumerate(body.lines) if line.id is not None and line.id not in known]
    given = [line.id for line in body.lines if line.id is not None]
    if wrong or len(given) != len(set(given)):
        faults = [(f"lines/{place}/id", "申请车中没有这一行", "the application holds no such line") for place in wrong]
        raise ApplicationInvalidError(
            faults or [("lines", "同一行列了两次", "a line is named twice")], what_zh="未保存", what_en="not stored"
        )
    taken = set(given)
    lines = []
    for line in body.lines:
        same = free.get((line.entry, line.item, line.provider, line.description))
        key = line.id or (same if same is not None and same not in taken else uuid.uuid4())
        taken.add(key)
        lines.append(_line(key, line))
    return replace(changed, lines=tuple(lines))


def _thing(line: CartLine) -> tuple[str | None, str | None, str | None, str]:
    return line.entry, line.item, line.provider, line.description


def _line(key: uuid.UUID, body: LineBody) -> CartLine:
    return CartLine(key, body.entry, body.item, body.provider, body.description, body.form)


def application_body(hub: Services, unit: Unit, application: Application) -> dict[str, Any]:
    """Return an application as JSON: what it holds, what is missing, its parts, and where each line stands."""
    content = application.content
    parts = parts_of(unit, application.id)
    places = editing.lines_of(parts)
    scope = scope_of(hub.context, unit, application.member_id)
    is_open = application.state in {ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.OPEN}
    is_decided = any(part.has_provider_decision for part in parts)
    return {
        **_heading(application),
        **content.as_json(),
        "legal_basis": legal_basis_text(scope.known_bases, content),
        "is_editable": is_open and not is_decided,
        "faults": fault_list(faults_of(scope, content)) if application.state is ApplicationState.DRAFT else [],
        "remarks": _remarks(unit, application),
        "lines": [{**line.as_json(), "requests": _standing(places.get(line.id, []))} for line in content.lines],
        "parts": [request_body(hub.context, part) for part in parts],
    }


def _heading(application: Application) -> dict[str, Any]:
    return {
        "id": application.id,
        "label": application.label,
        "version": application.version,
        "state": application.state.value,
        "template": application.template,
        "made_by": application.made_by,
        "changed_by": application.changed_by,
        "created_at": application.created_at,
        "changed_at": application.changed_at,
        "submitted_at": application.submitted_at,
        "consented_by": application.consented_by,
        "consented_at": application.consented_at,
    }


def _remarks(unit: Unit, application: Application) -> list[dict[str, str]]:
    """Return what a draft from a use case is still to be completed with, though the form is full."""
    known = templates.templates(unit) if application.template is not None else {}
    template = known.get(application.template or "")
    if template is None or application.state is not ApplicationState.DRAFT or application.content.basis_text.strip():
        return []
    return [
        {
            "field": "basis_text",
            "message": f"模板只带通用条款，请补写本单位职责所依据的条款：{template.own_duty_zh}",
            "message_en": f"the use case cites general articles, add that of your duty: {template.own_duty_en}",
        }
    ]


def _standing(places: list[tuple[ShareRequest, Line]]) -> list[dict[str, Any]]:
    """Return where a line stands, for each system it is asked for."""
    return [
        {
            "request": part.id,
            "request_label": part.label,
            "request_line": line.id,
            "system": part.system_id,
            "state": line.state.value,
            "treatment": line.treatment.value if line.treatment is not None else None,
            "offer": form.value if (form := offers.offer_on(part, line)) is not None else None,
            "due_on": line.due_on,
        }
        for part, line in places
    ]


@router.post("/applications", status_code=201, summary="新建申请车 / Begin an application")
def create_application(body: NewApplicationBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Begin a draft, empty or from a use case; it may be incomplete, and what is missing is listed."""
    with hub.database.begin() as unit:
        begun = templates.prefilled(hub.context, unit, staff, body.template) if body.template else Content()
        application = drafts.create(hub.context, unit, staff, content_of(body, begun), body.template)
        return application_body(hub, unit, application)


@router.get("/applications", summary="本单位的申请车 / Applications of your organ")
def list_applications(
    staff: CurrentStaff,
    hub: Hub,
    state: Annotated[ApplicationState | None, Query(description="只列一种状态 / one state only")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List the applications of your organ, the latest change first."""
    with hub.database.begin() as unit:
        found, total = store.list_applications(unit, staff.member.id, state=state, limit=limit, offset=offset)
    listed = [
        {
            **_heading(one),
            "title": one.content.title,
            "purpose": one.content.purpose,
            "line_count": len(one.content.lines),
        }
        for one in found
    ]
    following = offset + limit if offset + limit < total else None
    return {"total": total, "returned": len(listed), "next": following, "applications": listed}


@router.get("/applications/{application_id}", summary="一份申请车 / One application")
def show_application(application_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return an application of your organ with its parts and answers."""
    with hub.database.begin() as unit:
        return application_body(hub, unit, drafts.find(unit, staff, application_id))


@router.patch("/applications/{application_id}", summary="修改申请车 / Change an application")
def change_application(application_id: uuid.UUID, body: ChangeBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Change what is sent, on the version you read; after submission until a provider decides the first line."""
    with hub.database.begin() as unit:
        application = drafts.find_version(unit, staff, application_id, body.version)
        content = content_of(body, application.content)
        saved = editing.save(hub.context, unit, staff, application, content)
        return application_body(hub, unit, saved)


@router.post("/applications/{application_id}/dry-run", summary="试算：每一项会怎样 / Dry run: what would happen")
def dry_run_application(application_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Say for each line what would happen and why, before submitting; nothing is stored."""
    with hub.database.begin() as unit:
        application = drafts.find(unit, staff, application_id)
        foreseen = dry_run(scope_of(hub.context, unit, application.member_id), application.content)
    return {"id": application.id, "label": application.label, "version": application.version, **foreseen}


@router.post("/applications/{application_id}/submit", summary="提交申请车 / Submit an application")
def submit_application(application_id: uuid.UUID, body: StepBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Split it into one request for each entry and system, all or none; your head consents next."""
    with hub.database.begin() as unit:
        submitted = submitting.submit(hub.context, unit, staff, application_id, body.version)
        return application_body(hub, unit, submitted)


@router.post("/applications/{application_id}/consent", summary="负责人同意一次 / Consent of your head, once for all")
def consent_application(application_id: uuid.UUID, body: StepBody, staff: AgencyApprover, hub: Hub) -> dict[str, Any]:
    """Consent to the version you read; the rule answers what it can, clocks start for the rest."""
    with hub.database.begin() as unit:
        opened = submitting.consent(hub.context, unit, staff, application_id, body.version)
        return application_body(hub, unit, opened)


@router.post("/applications/{application_id}/withdraw", summary="撤回全部或几项 / Withdraw all or some lines")
def withdraw_application(application_id: uuid.UUID, body: WithdrawBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Withdraw what waits; answers and grants stay."""
    with hub.database.begin() as unit:
        withdrawn = submitting.withdraw(hub.context, unit, staff, application_id, body.version, body.lines)
        return application_body(hub, unit, withdrawn)


@router.post(
    "/applications/{application_id}/lines/{line_id}/accept-offer", summary="接受较窄方式 / Take up a lesser offer"
)
def accept_offer(
    application_id: uuid.UUID, line_id: uuid.UUID, body: StepBody, staff: AgencyUser, hub: Hub
) -> dict[str, Any]:
    """Ask for the lesser form a provider held out on a line, in one act."""
    with hub.database.begin() as unit:
        accepted = offers.accept_in_application(hub.context, unit, staff, application_id, body.version, line_id)
        return application_body(hub, unit, accepted)


@router.post("/requests/{request_id}/lines/{line_id}/accept-offer", summary="接受较窄方式 / Take up a lesser offer")
def accept_offer_on_request(request_id: uuid.UUID, line_id: uuid.UUID, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Ask for the lesser form held out on a line of a request that is part of no application."""
    with hub.database.begin() as unit:
        return request_body(hub.context, offers.accept(hub.context, unit, staff, request_id, line_id))
