"""``/w/disputes`` 争议: those the organ is a party to, and the form that opens one (政务数据共享条例 Art. 28).

Against a refusal, a narrowing, lateness or a suspension: negotiate, then the authority, then the government. The file
of a dispute is :mod:`hub.portal.work.disputes`, the same page for all sides.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, Response

from hub.exchange import requests
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from hub.supervision import disputes, store
from hub.supervision.dispute_states import DISPUTE
from hub.supervision.errors import DisputeError

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.portal.work.forms import Form
    from hub.supervision.store import Dispute

router = APIRouter(include_in_schema=False)
Asker = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
Party = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER, Role.CLERK, Role.APPROVER))]
PAGE_SIZE: Final = 20


@both(router, "/w/disputes")
def listed(page: Party, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the disputes the organ is a party to, the newest first."""
    with page.hub.database.begin() as unit:
        found, total = store.disputes(unit, page.person.member.id, limit=PAGE_SIZE, offset=offset)
        rows = [_row(page, unit, one) for one in found]
    return page.show("desk_disputes.html", disputes=rows, total=total, **pager(page.request, total, offset, PAGE_SIZE))


def _row(page: WorkPage, unit: Unit, one: Dispute) -> dict[str, Any]:
    described = DISPUTE.describe(one.state)
    names = naming.members(unit, [one.requester_id, one.provider_id])
    request = requests.find(unit, page.person, one.request_id)
    line = next((line for line in request.lines if line.id == one.line_id), None)
    resource = naming.resource(page, unit, request.entry_id)
    what = ""
    if line is not None:
        what = naming.item_name(resource, line.item) if line.item is not None else line.description
    return {
        "id": one.id,
        "label": one.label,
        "request": one.request_id,
        "request_label": request.label,
        "item": what,
        "about": page.text(f"desk_about_{one.about}"),
        "requester": names[one.requester_id],
        "provider": names[one.provider_id],
        "state": naming.described(page, described),
        "owner": page.pick(str(described["owner"] or ""), str(described["owner_en"] or "")),
        "next": page.pick(str(described["next"]), str(described["next_en"])),
        "opened": page.moment(one.opened_at),
        "is_open": one.closed_at is None,
        "is_ours": one.requester_id == page.person.member.id,
    }


@both(router, "/w/applications/requests/{request_id}/dispute")
def ask(request_id: uuid.UUID, page: Asker, line: Annotated[uuid.UUID | None, Query()] = None) -> HTMLResponse:
    """Show the form that opens a dispute over a line."""
    return _form(page, request_id, line)


def _form(page: WorkPage, request_id: uuid.UUID, line_id: uuid.UUID | None, form: Form = EMPTY) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        request = requests.find(unit, page.person, request_id)
        line = next((one for one in request.lines if one.id == line_id), None)
        resource = naming.resource(page, unit, request.entry_id)
    what = naming.item_name(resource, line.item) if line is not None and line.item is not None else ""
    return page.show(
        "desk_dispute_new.html",
        form=form,
        request_id=request.id,
        label=request.label,
        line=line.id if line is not None else "",
        item=what or (line.description if line is not None else ""),
    )


@router.post("/w/applications/requests/{request_id}/dispute", response_class=HTMLResponse)
@router.post("/en/w/applications/requests/{request_id}/dispute", response_class=HTMLResponse)
def open_dispute(request_id: uuid.UUID, page: Asker, form: Posted) -> Response:
    """Open a dispute: negotiation begins."""
    line = form.uuid("line")
    if not form.value("text"):
        return _form(page, request_id, line, form.with_faults(Fault("text", page.text("desk_say_why"))))
    try:
        with page.hub.database.begin() as unit:
            opened = disputes.open_dispute(page.context, unit, page.person, request_id, line, form.value("text"))
    except DisputeError as error:
        return _form(page, request_id, line, form.with_faults(*faults_of(error, page.lang, at="text")))
    return page.see_other(f"/w/disputes/{opened.id}", "dispute_opened", opened.label)
