"""Release in the public interest on pages: propose, sign as head, release after the wait, or stop (Art. 15, 32)."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory import overrides
from hub.exchange import ageing
from hub.identity.roles import Role
from hub.portal.rendering import both
from hub.portal.work import filing
from hub.portal.work.exemptions import own, shown
from hub.portal.work.forms import EMPTY, Fault, Form, Posted
from hub.portal.work.frame import WorkPage, open_to
from policies.errors import DomainError

router = APIRouter(include_in_schema=False)
Filer = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
TEXTS: Final = ("interest", "causal_link", "why_not_masked", "proportionality")
LABELS: Final = {name: f"override_{name}" for name in TEXTS}
ACTS: Final = frozenset({"sign", "release", "stop"})
ON_SIGNING: Final = {"signer_role": "answer_office", "urgent_reason": "override_urgent"}


@both(router, "/w/exemptions/{exemption_id}/override")
def begin(exemption_id: uuid.UUID, page: Filer) -> HTMLResponse:
    """Show the form that proposes the release of what a record withholds."""
    return _new(page, exemption_id, EMPTY)


def _new(page: WorkPage, exemption_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        row = own(page, unit, exemption_id)
    return page.show("work_override.html", form=form, row=row, names=TEXTS)


@router.post("/w/exemptions/{exemption_id}/override", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/override", response_model=None)
def propose(exemption_id: uuid.UUID, page: Filer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Propose the release; the head, another person, signs."""
    checked = filing.required(page, form, *TEXTS)
    if checked.faults:
        return _new(page, exemption_id, checked)
    new = overrides.NewOverride(**filing.long(form, *TEXTS))
    try:
        with page.hub.database.begin() as unit:
            own(page, unit, exemption_id)
            overrides.propose(page.context, unit, page.person, exemption_id, new)
    except DomainError as error:
        return _new(page, exemption_id, form.with_faults(*filing.faults(page, error, LABELS)))
    return page.see_other(f"/w/exemptions/{exemption_id}", "override_proposed")


@router.post("/w/exemptions/{exemption_id}/overrides/{override_id}", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/overrides/{override_id}", response_model=None)
def act_on(
    exemption_id: uuid.UUID, override_id: uuid.UUID, page: Approver, form: Posted
) -> HTMLResponse | RedirectResponse:
    """Sign as head, which tells the third party; release after the wait; or stop."""
    act = form.value("act")
    needed = {"sign": "signer_role", "stop": "stop_reason"}.get(act)
    checked = filing.required(page, form, *([needed] if needed is not None else []))
    if act not in ACTS:
        checked = checked.with_faults(Fault("", page.text("fault_choose")))
    if checked.faults:
        return shown(page, exemption_id, checked)
    try:
        _do(page, override_id, act, form)
    except DomainError as error:
        at = "stop_reason" if act == "stop" else "signer_role" if act == "sign" else ""
        return shown(page, exemption_id, form.with_faults(*filing.faults(page, error, ON_SIGNING, at=at)))
    return page.see_other(f"/w/exemptions/{exemption_id}", f"override_{act}")


def _do(page: WorkPage, override_id: uuid.UUID, act: str, form: Form) -> None:
    with page.hub.database.begin() as unit:
        if act == "sign":
            given = (form.value("signer_role")[: filing.SHORT], form.value("urgent_reason")[: filing.LONG])
            overrides.sign(page.context, unit, page.person, override_id, *given)
        elif act == "stop":
            reason = form.value("stop_reason")[: filing.LONG]
            overrides.stop(page.context, unit, page.person, override_id, reason)
        else:
            done = overrides.release(page.context, unit, page.person, override_id)
            row = own(page, unit, done.exemption_id)
            ageing.tell_refused(page.context, unit, row, ageing.affected(unit, row).refusals)
