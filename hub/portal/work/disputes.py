"""Disputes over sharing: the supervisor's list, and the file of one for every side (政务数据共享条例 Art. 28)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.exchange import store as exchange_store
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from hub.supervision import disputes, store
from hub.supervision.dispute_states import DISPUTE
from policies.answers import LADDER
from policies.errors import DomainError
from policies.facts import Treatment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.supervision.store import Dispute

router = APIRouter(include_in_schema=False)
Supervisor = Annotated[WorkPage, Depends(open_to(Role.SUPERVISOR))]
Party = Annotated[
    WorkPage, Depends(open_to(Role.SUPERVISOR, Role.APPROVER, Role.CLERK, Role.AGENCY_USER, Role.AGENCY_APPROVER))
]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
_REQUESTERS: Final = frozenset({"settle", "escalate", "withdraw", "appeal"})
_RECORDING: Final = (Role.AGENCY_USER, Role.AGENCY_APPROVER, Role.APPROVER, Role.SUPERVISOR)


@both(router, "/w/sup/disputes")
def list_disputes(page: Supervisor, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the disputes the authority hears or is a party to."""
    with page.hub.database.begin() as unit:
        found, total = store.disputes(unit, page.person.member.id, state=None, limit=PAGE_SIZE, offset=offset)
        rows = [_row(page, unit, one) for one in found]
    return page.show("work_disputes.html", disputes=rows, total=total, **pager(page.request, total, offset, PAGE_SIZE))


def _row(page: WorkPage, unit: Unit, one: Dispute) -> dict[str, Any]:
    organs = naming.members(unit, [one.requester_id, one.provider_id])
    state = DISPUTE.describe(one.state)
    request = exchange_store.find_request(unit, one.request_id)
    line = next((line for line in request.lines if line.id == one.line_id), None) if request is not None else None
    resource = naming.resource(page, unit, request.entry_id) if request is not None else None
    return {
        "id": one.id,
        "label": one.label,
        "request": request.label if request is not None else "",
        "item": naming.item_name(resource, line.item or line.description) if line is not None else "",
        "about": page.text(f"dispute_about_{one.about}"),
        "requester": organs[one.requester_id],
        "provider": organs[one.provider_id],
        "state": naming.described(page, state),
        "next": page.pick(str(state["next"]), str(state["next_en"])),
        "opened": page.moment(one.opened_at),
        "is_over": DISPUTE.state(one.state).is_final,
    }


@both(router, "/w/disputes/{dispute_id}")
def show_dispute(dispute_id: uuid.UUID, page: Party) -> HTMLResponse:
    """Show a dispute with its file and what the person may do now."""
    return _shown(page, dispute_id, EMPTY)


def _shown(page: WorkPage, dispute_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        found = disputes.find_dispute(unit, page.person, dispute_id)
        row = _row(page, unit, found)
        records = store.records(unit, found.id)
        organs = naming.members(unit, [one.member_id for one in records])
    names = {act.name: act.text.of(page.lang) for state in DISPUTE.states for act in state.acts}
    return page.show(
        "work_dispute.html",
        form=form,
        row=row,
        dispute=found,
        records=[
            {
                "organ": organs[one.member_id],
                "act": names.get(one.act, page.text("dispute_opened")),
                "stage": DISPUTE.state(one.stage).text.of(page.lang),
                "text": one.text,
                "at": page.moment(one.at),
                "receipt": one.receipt_id,
            }
            for one in records
        ],
        acts=[
            (act.name, act.text.of(page.lang), "")
            for act in DISPUTE.state(found.state).acts
            if _may(page, found, act.name)
        ],
        forms=[(form_.value, naming.form_name(page, form_)) for form_ in LADDER],
        overturns=any(act.name in {"overturn", "decide_overturn"} for act in DISPUTE.state(found.state).acts),
        is_supervisor=page.person.has_role(Role.SUPERVISOR),
    )


def _may(page: WorkPage, found: Dispute, act: str) -> bool:
    """Whether an act is this side's; whether this person may do it is for the use case to say."""
    if act == "record":
        return page.person.has_role(*_RECORDING)
    if act in _REQUESTERS:
        return page.person.member.id == found.requester_id and page.person.has_role(
            Role.AGENCY_USER, Role.AGENCY_APPROVER
        )
    return page.person.member.id == found.authority_id and page.person.has_role(Role.SUPERVISOR)


@router.post("/w/disputes/{dispute_id}", response_model=None)
@router.post("/en/w/disputes/{dispute_id}", response_model=None)
def act_on(dispute_id: uuid.UUID, page: Party, form: Posted) -> HTMLResponse | RedirectResponse:
    """Do the next thing in a dispute."""
    act = form.value("act")
    if not act:
        return _shown(page, dispute_id, form.with_faults(Fault("act", page.text("fault_choose"))))
    wanted = form.value("form")
    granted = Treatment(wanted) if wanted in set(Treatment) and act in {"overturn", "decide_overturn"} else None
    move = disputes.Move(act, form.value("text"), granted, form.bounded("document", 200))
    try:
        with page.hub.database.begin() as unit:
            found = disputes.act(page.context, unit, page.person, dispute_id, move)
    except DomainError as error:
        at = "text" if not form.value("text") else "act"
        return _shown(page, dispute_id, form.with_faults(*faults_of(error, page.lang, at=at)))
    return page.see_other(f"/w/disputes/{dispute_id}", "dispute_moved", found.label)


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the disputes that wait for this person's side."""
    found, _ = store.disputes(unit, page.person.member.id, state=None, limit=MOST_DUTIES, offset=0)
    for one in found:
        owner = DISPUTE.state(one.state).owner
        if owner is None or owner.role is None or not page.person.has_role(owner.role):
            continue
        sides = {"requester": one.requester_id, "provider": one.provider_id}
        if sides.get(owner.side, one.authority_id) == page.person.member.id:
            yield Duty(f"/w/disputes/{one.id}", "dispute", one.label, DISPUTE.state(one.state).text.of(page.lang))
