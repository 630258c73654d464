"""State-secret pointers on pages: record one, sign it as the second person, refer a doubt (保守国家秘密法 Art. 16-25).

The hub holds the pointer alone: level, organ, officer, day, numbers. Never a title or content.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory import exemptions, secrecy
from hub.exchange import ageing
from hub.identity.roles import Role
from hub.portal.rendering import both
from hub.portal.work import filing
from hub.portal.work.exemptions import own, shown
from hub.portal.work.forms import EMPTY, Fault, Form, Posted
from hub.portal.work.frame import WorkPage, open_to
from policies.claims import Decider, OrganLevel, SecrecyLevel
from policies.errors import DomainError

if TYPE_CHECKING:
    from hub.database import Unit

router = APIRouter(include_in_schema=False)
Signer = Annotated[WorkPage, Depends(open_to(Role.APPROVER, Role.SECRECY_REVIEWER))]
NEEDED: Final = ("organ", "officer", "matter", "circle", "reference")
TEXTS: Final = (*NEEDED, "condition", "derived_from", "authorisation", "secret_points")
DAYS: Final = ("classified_on", "in_force_from", "review_on")
LABELS: Final = {
    **{name: f"evidence_{name}" for name in (*TEXTS, "classified_on", "declassify_on", "level", "organ_level")},
    "role": "answer_office",
}


@both(router, "/w/exemptions/pointers/new")
def begin(page: Signer, entry: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show the form: for an item of an entry, or for information outside the directory."""
    return _new(page, entry, EMPTY)


def _new(page: WorkPage, entry: str, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        entries = filing.own_entries(page, unit)
        title, items = filing.items_of(page, unit, entry) if entry else ("", [])
        own_level = secrecy.level_of(unit, page.person.member.jurisdiction)
    return page.show(
        "work_pointer_new.html",
        form=form,
        entry=entry,
        entries=entries,
        title=title,
        items=[(column, name) for column, name, _ in items],
        levels=[(str(int(one)), page.text(f"secrecy_level_{int(one)}"), "") for one in SecrecyLevel],
        organ_levels=[(str(int(one)), page.text(f"organ_level_{int(one)}")) for one in OrganLevel],
        own_level=str(int(own_level)),
        own_organ=page.person.member.name,
        today=page.context.today(),
    )


@router.post("/w/exemptions/pointers/new", response_model=None)
@router.post("/en/w/exemptions/pointers/new", response_model=None)
def file(page: Signer, form: Posted) -> HTMLResponse | RedirectResponse:
    """File a pointer with the first signature; it restricts nothing before the second."""
    entry = form.value("entry")[: filing.SHORT]
    checked, days = filing.days(page, filing.required(page, form, *NEEDED, "role"), *DAYS)
    if form.number("level") not in set(SecrecyLevel):
        checked = checked.with_faults(Fault("level", page.text("fault_choose")))
    if form.number("organ_level") not in set(OrganLevel):
        checked = checked.with_faults(Fault("organ_level", page.text("fault_choose")))
    if entry and not form.value("item"):
        checked = checked.with_faults(Fault("item", page.text("fault_choose")))
    for name in ("declassify_on", "last_review_on", "in_force_until"):
        if form.value(name) and form.day(name) is None:
            checked = checked.with_faults(Fault(name, page.text("fault_day")))
    if checked.faults:
        return _new(page, entry, checked)
    evidence = {
        **filing.long(form, *TEXTS),
        "level": form.number("level"),
        "organ_level": form.number("organ_level"),
        "classified_on": days["classified_on"],
        "declassify_on": form.day("declassify_on"),
        "last_review_on": form.day("last_review_on"),
        "organ_is_authorised": form.is_ticked("organ_is_authorised", "yes"),
    }
    new = exemptions.NewExemption(
        entry=entry or None,
        item=form.value("item")[: filing.SHORT] or None if entry else None,
        ground=exemptions.POINTER_GROUND,
        evidence=evidence,
        decider=Decider(page.person.staff.name, form.value("role")[: filing.SHORT]),
        in_force_from=days["in_force_from"],
        in_force_until=form.day("in_force_until"),
        review_on=days["review_on"],
    )
    try:
        with page.hub.database.begin() as unit:
            made = exemptions.record(page.context, unit, page.person, new)
    except DomainError as error:
        return _new(page, entry, form.with_faults(*filing.faults(page, error, LABELS)))
    return page.see_other(f"/w/exemptions/{made.row.id}", "pointer_filed")


@router.post("/w/exemptions/{exemption_id}/confirm", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/confirm", response_model=None)
def confirm(exemption_id: uuid.UUID, page: Signer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Give the second signature."""
    try:
        with page.hub.database.begin() as unit:
            secrecy.confirm(page.context, unit, page.person, exemption_id)
    except DomainError as error:
        return shown(page, exemption_id, form.with_faults(*filing.faults(page, error, {})))
    return page.see_other(f"/w/exemptions/{exemption_id}", "pointer_signed")


@router.post("/w/exemptions/{exemption_id}/referral", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/referral", response_model=None)
def refer(exemption_id: uuid.UUID, page: Signer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Record that the secrecy authority was asked."""
    checked = filing.required(page, form, "authority", "reference")
    if checked.faults:
        return shown(page, exemption_id, checked)
    given = filing.short(form, "authority", "reference")
    labels = {"authority": "referral_authority", "reference": "referral_reference"}
    try:
        with page.hub.database.begin() as unit:
            secrecy.refer(page.context, unit, page.person, exemption_id, given["authority"], given["reference"])
    except DomainError as error:
        return shown(page, exemption_id, form.with_faults(*filing.faults(page, error, labels)))
    return page.see_other(f"/w/exemptions/{exemption_id}", "referred")


@router.post("/w/exemptions/{exemption_id}/referral/answer", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/referral/answer", response_model=None)
def answer_referral(exemption_id: uuid.UUID, page: Signer, form: Posted) -> HTMLResponse | RedirectResponse:
    """File the authority's answer: it upholds the secrecy, or ends the record."""
    checked, days = filing.days(page, filing.required(page, form, "answer_reference"), "answered_on")
    if form.value("upholds") not in {"yes", "no"}:
        checked = checked.with_faults(Fault("upholds", page.text("fault_choose")))
    if checked.faults:
        return shown(page, exemption_id, checked)
    upholds = form.value("upholds") == "yes"
    answer = (form.value("answer_reference")[: filing.SHORT], days["answered_on"], upholds)
    try:
        with page.hub.database.begin() as unit:
            secrecy.answer_referral(page.context, unit, page.person, exemption_id, answer)
            if not upholds:
                _tell(page, unit, exemption_id)
    except DomainError as error:
        return shown(page, exemption_id, form.with_faults(*filing.faults(page, error, {}, at="answered_on")))
    return page.see_other(f"/w/exemptions/{exemption_id}", "referral_answered")


def _tell(page: WorkPage, unit: Unit, exemption_id: uuid.UUID) -> None:
    """Tell who was refused on a record that it is gone."""
    row = own(page, unit, exemption_id)
    ageing.tell_refused(page.context, unit, row, ageing.affected(unit, row).refusals)
