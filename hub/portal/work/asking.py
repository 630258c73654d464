"""``/w/exemptions/{id}/ask`` 征求意见: write to a third party or co-author, or decide for a class (Art. 32, 34)."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory.claims import store
from hub.exchange.consulting import consultations
from hub.exchange.consulting.records import Kind, PartyKind
from hub.identity.roles import Role
from hub.portal.rendering import both
from hub.portal.work import filing, naming
from hub.portal.work.exemptions import own
from hub.portal.work.forms import EMPTY, Fault, Form, Posted
from hub.portal.work.frame import WorkPage, open_to
from policies.errors import DomainError

router = APIRouter(include_in_schema=False)
Filer = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
LABELS: Final = {
    "party_kind": "ask_party_kind",
    "party": "ask_party",
    "party_name": "ask_party_name",
    "persons": "ask_persons",
    "reason": "ask_reason",
    "received_on": "ask_received_on",
}


@both(router, "/w/exemptions/{exemption_id}/ask")
def begin(exemption_id: uuid.UUID, page: Filer) -> HTMLResponse:
    """Show the form of a letter about a record."""
    return _shown(page, exemption_id, EMPTY)


def _shown(page: WorkPage, exemption_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        row = own(page, unit, exemption_id)
        resource = naming.resource(page, unit, row.entry_id) if row.entry_id is not None else None
        claim = row.body.get("claim")
        rows = store.exemptions_of_claim(unit, uuid.UUID(claim)) if claim else (row,)
    return page.show(
        "work_ask.html",
        form=form,
        row=row,
        items=[naming.item_name(resource, one.item or "") for one in rows],
        kinds=[(one.value, page.text(f"ask_kind_{one.value}"), page.text(f"ask_hint_{one.value}")) for one in Kind],
        parties=[(one.value, page.text(f"ask_to_{one.value}"), "") for one in PartyKind],
        least=consultations.SMALLEST_CLASS,
    )


@router.post("/w/exemptions/{exemption_id}/ask", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/ask", response_model=None)
def ask(exemption_id: uuid.UUID, page: Filer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Write the letter and start its time, or decide for a class."""
    kind, party_kind = form.value("kind"), form.value("party_kind")
    checked, days = filing.days(page, form, "received_on")
    if kind not in set(Kind):
        checked = checked.with_faults(Fault("kind", page.text("fault_choose")))
    if party_kind not in set(PartyKind):
        checked = checked.with_faults(Fault("party_kind", page.text("fault_choose")))
    if form.value("persons") and form.number("persons") is None:
        checked = checked.with_faults(Fault("persons", page.text("fault_number")))
    if checked.faults:
        return _shown(page, exemption_id, checked)
    new = consultations.NewConsultation(
        kind=Kind(kind),
        party_kind=PartyKind(party_kind),
        received_on=days["received_on"],
        persons=form.number("persons"),
        reason=form.value("reason")[: filing.LONG],
        party=form.value("party")[: filing.SHORT],
        party_name=form.value("party_name")[: filing.SHORT],
    )
    try:
        with page.hub.database.begin() as unit:
            own(page, unit, exemption_id)
            made = consultations.ask(page.context, unit, page.person, exemption_id, new)
    except DomainError as error:
        return _shown(page, exemption_id, form.with_faults(*filing.faults(page, error, LABELS)))
    return page.see_other(f"/w/exemptions/{exemption_id}", "asked" if made.letter_zh else "decided_for_class")
