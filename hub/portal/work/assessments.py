"""``/w/exemptions/assessments`` 影响评估: file one, let another approve it, record what rests on it (PIPL Art. 55)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory import assessments, exemptions
from hub.directory.claims import store
from hub.directory.claims.records import AssessmentOutcome
from hub.directory.places import pack_of
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import filing, naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.claims import Decider
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.directory.claims.records import Assessment

router = APIRouter(include_in_schema=False)
Reader = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER))]
Filer = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
LONG: Final = ("purpose", "necessity", "harm", "measures")
SHORT: Final = ("cited_law", "reference", "assessor_role")
LABELS: Final = {name: f"assess_{name}" for name in (*LONG, *SHORT, "review_on", "items")}


@both(router, "/w/exemptions/assessments")
def listed(page: Reader, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the organ's assessments, the newest first."""
    with page.hub.database.begin() as unit:
        found, total = store.assessments_of(unit, page.person.member.id, limit=PAGE_SIZE, offset=offset)
        rows = [_row(page, unit, one) for one in found]
    return page.show(
        "work_assessments.html",
        rows=rows,
        total=total,
        may_file=page.person.has_role(Role.CLERK, Role.APPROVER),
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _row(page: WorkPage, unit: Unit, one: Assessment) -> dict[str, Any]:
    entry = naming.entries(page, unit, [one.entry_id])[one.entry_id]
    resource = naming.resource(page, unit, one.entry_id)
    state = "withdrawn" if one.withdrawn_on else "approved" if one.approved_on else "waiting"
    return {
        "id": one.id,
        "title": entry.title,
        "name": entry.name,
        "reference": one.reference,
        "columns": [(column, naming.item_name(resource, column)) for column in one.items],
        "outcome": page.text(f"assess_outcome_{one.outcome.value}"),
        "state": page.text(f"assess_state_{state}"),
        "css": {"approved": "good", "waiting": "warn"}.get(state, ""),
        "review": one.review_on,
        "left": page.days(one.review_on),
        "is_past": one.review_on < page.context.today(),
    }


@both(router, "/w/exemptions/assessments/new")
def begin(page: Filer, entry: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show the form for an entry, or the entries to choose from."""
    return _new(page, entry, EMPTY)


def _new(page: WorkPage, entry: str, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        pack = pack_of(page.context, unit, page.person.member.jurisdiction)
        entries = filing.own_entries(page, unit)
        title, items = filing.items_of(page, unit, entry) if entry else ("", [])
    return page.show(
        "work_assessment_new.html",
        form=form,
        entry=entry,
        entries=entries,
        title=title,
        items=items,
        months=pack.deadlines["product.assessment_max"].value or 0,
        outcomes=[(one.value, page.text(f"assess_outcome_{one.value}"), "") for one in AssessmentOutcome],
    )


@router.post("/w/exemptions/assessments/new", response_model=None)
@router.post("/en/w/exemptions/assessments/new", response_model=None)
def file(page: Filer, form: Posted) -> HTMLResponse | RedirectResponse:
    """File an assessment; another person approves it."""
    entry, persons, outcome = form.bounded("entry", 200), form.number("persons"), form.value("outcome")
    checked, days = filing.days(page, filing.required(page, form, *LONG, *SHORT), "review_on")
    if not form.every("items"):
        checked = checked.with_faults(Fault("items", page.text("fault_choose")))
    if not persons:
        checked = checked.with_faults(Fault("persons", page.text("fault_number")))
    if outcome not in set(AssessmentOutcome):
        checked = checked.with_faults(Fault("outcome", page.text("fault_choose")))
    if checked.faults or not persons:
        return _new(page, entry, checked)
    new = assessments.NewAssessment(
        entry=entry,
        items=form.every("items"),
        persons=persons,
        outcome=AssessmentOutcome(outcome),
        review_on=days["review_on"],
        **filing.long(form, *LONG),
        **filing.short(form, *SHORT),
    )
    try:
        with page.hub.database.begin() as unit:
            made = assessments.file(page.context, unit, page.person, new)
    except DomainError as error:
        return _new(page, entry, form.with_faults(*filing.faults(page, error, LABELS)))
    return page.see_other(f"/w/exemptions/assessments/{made.id}", "assess_filed", made.reference)


@both(router, "/w/exemptions/assessments/{assessment_id}")
def show(assessment_id: uuid.UUID, page: Reader) -> HTMLResponse:
    """Show an assessment, who may approve it, and the record that may rest on it."""
    return _shown(page, assessment_id, EMPTY)


def _shown(page: WorkPage, assessment_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        one = assessments.own(unit, page.person, assessment_id)
        row = _row(page, unit, one)
    is_open = one.withdrawn_on is None
    is_approver = page.person.has_role(Role.APPROVER)
    return page.show(
        "work_assessment.html",
        form=form,
        one=one,
        row=row,
        is_own=one.assessed_by == page.person.staff.id,
        waits=is_open and one.approved_on is None,
        may_approve=is_open and one.approved_on is None and is_approver and one.assessed_by != page.person.staff.id,
        may_withdraw=is_open and is_approver,
        may_record=is_open and one.approved_on is not None and is_approver and bool(row["name"]),
        today=page.context.today(),
    )


@router.post("/w/exemptions/assessments/{assessment_id}", response_model=None)
@router.post("/en/w/exemptions/assessments/{assessment_id}", response_model=None)
def decide(assessment_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Approve an assessment another person made, or withdraw it."""
    act = {"approve": assessments.approve, "withdraw": assessments.withdraw}.get(form.value("act"))
    if act is None:
        return _shown(page, assessment_id, form.with_faults(Fault("", page.text("fault_choose"))))
    try:
        with page.hub.database.begin() as unit:
            done = act(page.context, unit, page.person, assessment_id)
    except DomainError as error:
        return _shown(page, assessment_id, form.with_faults(*filing.faults(page, error, {})))
    said = "assess_withdrawn" if done.withdrawn_on else "assess_approved"
    return page.see_other(f"/w/exemptions/assessments/{assessment_id}", said, done.reference)


@router.post("/w/exemptions/assessments/{assessment_id}/record", response_model=None)
@router.post("/en/w/exemptions/assessments/{assessment_id}/record", response_model=None)
def record(assessment_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Record that privacy (R05) restricts an item, on an approved assessment."""
    checked, days = filing.days(page, filing.required(page, form, "item", "role"), "in_force_from", "review_on")
    until = form.day("in_force_until")
    if form.value("in_force_until") and until is None:
        checked = checked.with_faults(Fault("in_force_until", page.text("fault_day")))
    if checked.faults:
        return _shown(page, assessment_id, checked)
    try:
        with page.hub.database.begin() as unit:
            one = assessments.own(unit, page.person, assessment_id)
            new = exemptions.NewExemption(
                entry=naming.entries(page, unit, [one.entry_id])[one.entry_id].name,
                item=form.bounded("item", 200),
                ground=exemptions.PRIVACY_GROUND,
                evidence={"assessment": str(one.id)},
                decider=Decider(page.person.staff.name, form.value("role")[: filing.SHORT]),
                in_force_from=days["in_force_from"],
                in_force_until=until,
                review_on=days["review_on"],
            )
            made = exemptions.record(page.context, unit, page.person, new)
    except DomainError as error:
        return _shown(
            page, assessment_id, form.with_faults(*filing.faults(page, error, {"role": "answer_office"}, at="item"))
        )
    return page.see_other(f"/w/exemptions/{made.row.id}", "exemption_recorded")


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the assessments another person filed, for those who approve."""
    if not page.person.has_role(Role.APPROVER):
        return
    found, _ = store.assessments_of(unit, page.person.member.id, limit=MOST_DUTIES, offset=0)
    for one in found:
        if one.approved_on is None and one.withdrawn_on is None and one.assessed_by != page.person.staff.id:
            title = naming.entries(page, unit, [one.entry_id])[one.entry_id].title
            yield Duty(f"/w/exemptions/assessments/{one.id}", "approve_assessment", one.reference, title)
