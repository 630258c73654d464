"""``/w/complaints`` 个人信息投诉: what people complain of, by days left, and the authority's answer (PIPL Art. 50, 65).

The page shows what is said, never who says it; the person reads the answer under «My data».
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.exchange.own_data import complaints, store
from hub.exchange.own_data.errors import ComplaintNotFoundError
from hub.identity.facts import MemberKind
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.exchange.own_data.store import Complaint

router = APIRouter(include_in_schema=False)
Supervisor = Annotated[WorkPage, Depends(open_to(Role.SUPERVISOR))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50


@both(router, "/w/complaints")
def listed(page: Supervisor, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show complaints, open ones first, the most urgent first."""
    with page.hub.database.begin() as unit:
        found, total = store.complaints(unit, limit=PAGE_SIZE, offset=offset)
        rows = [_row(page, unit, one) for one in found]
    return page.show("work_complaints.html", rows=rows, total=total, **pager(page.request, total, offset, PAGE_SIZE))


def _row(page: WorkPage, unit: Unit, one: Complaint) -> dict[str, Any]:
    entry = naming.entries(page, unit, [one.entry_id])[one.entry_id] if one.entry_id is not None else None
    is_open = one.answered_at is None
    return {
        "id": one.id,
        "label": one.label,
        "title": entry.title if entry is not None else "",
        "name": entry.name if entry is not None else "",
        "correction": one.correction_id,
        "at": page.moment(one.at),
        "is_open": is_open,
        "due": one.due_on,
        "left": page.days(one.due_on) if is_open else None,
        "answered": page.moment(one.answered_at),
    }


@both(router, "/w/complaints/{complaint_id}")
def show(complaint_id: uuid.UUID, page: Supervisor) -> HTMLResponse:
    """Show a complaint with its answer, or the form to answer it."""
    return _shown(page, complaint_id, EMPTY)


def _shown(page: WorkPage, complaint_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        one = store.find_complaint(unit, complaint_id)
        if one is None or page.person.member.kind is not MemberKind.AUTHORITY:
            raise ComplaintNotFoundError
        row = _row(page, unit, one)
    return page.show(
        "work_complaint.html",
        form=form,
        row=row,
        text=complaints.opened(page.hub.sealer, one.sealed),
        answer=complaints.opened(page.hub.sealer, one.answer),
        longest=complaints.LONGEST,
    )


@router.post("/w/complaints/{complaint_id}", response_model=None)
@router.post("/en/w/complaints/{complaint_id}", response_model=None)
def answer(complaint_id: uuid.UUID, page: Supervisor, form: Posted) -> HTMLResponse | RedirectResponse:
    """Answer a complaint; its clock stops and the person can read it."""
    try:
        with page.hub.database.begin() as unit:
            done = complaints.answer(page.context, unit, page.hub.sealer, page.person, complaint_id, form.value("text"))
    except ComplaintNotFoundError:
        raise
    except DomainError as error:
        return _shown(page, complaint_id, form.with_faults(*faults_of(error, page.lang, at="text")))
    return page.see_other(f"/w/complaints/{complaint_id}", "complaint_answered", done.label)


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the complaints that wait for an answer, for supervisors."""
    if not page.person.has_role(Role.SUPERVISOR) or page.person.member.kind is not MemberKind.AUTHORITY:
        return
    for one in store.complaints(unit, limit=MOST_DUTIES)[0]:
        if one.answered_at is None:
            row = _row(page, unit, one)
            yield Duty(f"/w/complaints/{one.id}", "complaint", one.label, row["title"], row["due"], row["left"])
