"""The clock of a request on pages: what is missing (once), more time (once), why it is late (Art. 21, 29)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory.facts import load_resource
from hub.exchange import extensions, requests, supplement_store, supplements
from hub.exchange.errors import ExchangeError
from hub.exchange.records import LineState
from hub.identity.roles import Role
from hub.portal.rendering import both
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from hub.portal.work.request import shown as shown_request
from hub.supervision import urging
from policies.errors import DomainError

if TYPE_CHECKING:
    from hub.exchange.records import ShareRequest

router = APIRouter(include_in_schema=False)
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
Provider = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
WHOLE: Final = "whole"
EXTENSION_KEY: Final = "share.reply.conditional"


@both(router, "/w/inbox/{request_id}/supplement")
def show_supplement(request_id: uuid.UUID, page: Approver) -> HTMLResponse:
    """Show the form that tells all a request lacks, once."""
    return _supplement(page, request_id, EMPTY)


def _supplement(page: WorkPage, request_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        request = requests.find(unit, page.person, request_id)
        resource = naming.resource(page, unit, request.entry_id)
        asked = supplement_store.supplement(unit, request.id)
    groups = [(WHOLE, page.text("supplement_whole"))] + [
        (f"line{line.position}", f"{line.position}. {naming.item_name(resource, line.item or line.description)}")
        for line in request.lines
        if line.state is LineState.WAITING
    ]
    fields = [(name, page.text(f"supplement_{name}"), "") for name in supplements.FIELDS]
    return page.show("work_supplement.html", form=form, request=request, asked=asked, groups=groups, fields=fields)


@router.post("/w/inbox/{request_id}/supplement", response_model=None)
@router.post("/en/w/inbox/{request_id}/supplement", response_model=None)
def ask_supplement(request_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Tell the requester all that is missing; the clock stands still."""
    try:
        with page.hub.database.begin() as unit:
            request = requests.find(unit, page.person, request_id)
            supplements.ask(page.context, unit, page.person, request_id, form.value("text"), _missing(request, form))
    except DomainError as error:
        return _supplement(page, request_id, form.with_faults(*faults_of(error, page.lang, at="text")))
    return page.see_other(f"/w/inbox/{request_id}", "supplement_asked", request.label)


def _missing(request: ShareRequest, form: Form) -> dict[str, tuple[str, ...]]:
    """Return what was ticked, by line ("" for the whole request)."""
    named = {WHOLE: "", **{f"line{line.position}": str(line.id) for line in request.lines}}
    return {key: ticked for group, key in named.items() if (ticked := form.every(group))}


@both(router, "/w/inbox/{request_id}/extension")
def show_extension(request_id: uuid.UUID, page: Approver) -> HTMLResponse:
    """Show the form that asks the authority for more time."""
    return _extension(page, request_id, EMPTY)


def _extension(page: WorkPage, request_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        request = requests.find(unit, page.person, request_id)
        resource = load_resource(page.context, unit, request.entry_id)
        asked, _ = supplement_store.asks(unit, request_id=request.id)
    longest = page.context.pack(resource.facts.pack).deadlines[EXTENSION_KEY].extension
    shown = [extensions.shown(one) for one in asked]
    return page.show("work_extension.html", form=form, request=request, asked=shown, longest=longest)


@router.post("/w/inbox/{request_id}/extension", response_model=None)
@router.post("/en/w/inbox/{request_id}/extension", response_model=None)
def ask_extension(request_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Ask the authority for more time; the first period goes on until it consents."""
    days = form.number("working_days")
    if days is None:
        return _extension(page, request_id, form.with_faults(Fault("working_days", page.text("fault_number"))))
    try:
        with page.hub.database.begin() as unit:
            request = requests.find(unit, page.person, request_id)
            extensions.ask(page.context, unit, page.person, request_id, days, form.value("reason"))
    except ExchangeError as error:
        at = "reason" if not form.value("reason") else "working_days"
        return _extension(page, request_id, form.with_faults(*faults_of(error, page.lang, at=at)))
    return page.see_other(f"/w/inbox/{request_id}", "extension_asked", request.label)


@router.post("/w/inbox/{request_id}/reason", response_model=None)
@router.post("/en/w/inbox/{request_id}/reason", response_model=None)
def give_reason(request_id: uuid.UUID, page: Provider, form: Posted) -> HTMLResponse | RedirectResponse:
    """Say why a case that was urged is late."""
    clock = form.uuid("clock")
    if clock is None or not form.value("reason"):
        return shown_request(page, request_id, form.with_faults(Fault("reason", page.text("fault_empty"))))
    with page.hub.database.begin() as unit:
        urging.explain(page.context, unit, page.person, clock, form.bounded("reason", 2000))
    return page.see_other(f"/w/inbox/{request_id}", "reason_given")
