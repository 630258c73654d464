"""``/w/corrections`` 校核: records others report as wrong, by days left; check, answer, send on (Art. 26)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.corrections import case_body
from hub.exchange.corrections import answering, forwarding, standing, store
from hub.exchange.corrections.records import NAMES, SEAL_EVIDENCE, Result, State
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction

router = APIRouter(include_in_schema=False)
Provider = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
Shown = Literal["all", "reported", "investigating", "awaiting_push", "corrected", "right", "forwarded", "withdrawn"]


@both(router, "/w/corrections")
def corrections(
    page: Provider, state: Annotated[Shown, Query()] = "all", offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> HTMLResponse:
    """Show the cases the organ has to answer, the most urgent first."""
    wanted = None if state == "all" else State(state)
    with page.hub.database.begin() as unit:
        found, total = store.list_cases(
            unit, store.Whose(provider=page.person.member.id), state=wanted, limit=PAGE_SIZE, offset=offset
        )
        rows = _rows(page, unit, found)
    states = [("all", page.text("correction_all")), *((one.value, page.pick(*NAMES[one])) for one in State)]
    return page.show(
        "work_corrections.html",
        cases=rows,
        total=total,
        state=state,
        states=states,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _rows(page: WorkPage, unit: Unit, found: tuple[Correction, ...]) -> list[dict[str, Any]]:
    entries = naming.entries(page, unit, [one.entry_id for one in found])
    rows = []
    for one in found:
        body = case_body(page.hub, one)
        rows.append(
            {
                "id": one.id,
                "label": one.label,
                "title": entries[one.entry_id].title,
                "items": len(one.items),
                "state": page.pick(body["state_zh"], body["state_en"]),
                "is_open": one.is_open,
                "due": one.due_on,
                "left": body["working_days_left"],
                "reported": page.moment(one.reported_at),
            }
        )
    return rows


@both(router, "/w/corrections/{correction_id}")
def show_correction(
    correction_id: uuid.UUID, page: Annotated[WorkPage, Depends(open_to(*standing.REPORTING_ROLES))]
) -> Response:
    """Show a case with its reports, and what can be answered; who reported it is sent to its own page of it."""
    with page.hub.database.begin() as unit:
        _, party = standing.party_of(unit, correction_id, page.person)
    if not party.is_source or not page.person.has_role(Role.CLERK, Role.APPROVER):
        return RedirectResponse(page.at(f"/w/corrections/mine/{correction_id}"), status_code=303)
    return _shown(page, correction_id, EMPTY)


def _shown(page: WorkPage, correction_id: uuid.UUID, form: Form) -> HTMLResponse:
    sealer = page.hub.sealer
    with page.hub.database.begin() as unit:
        case, party = standing.party_of(unit, correction_id, page.person)
        row = _rows(page, unit, (case,))[0]
        resource = naming.resource(page, unit, case.entry_id)
        files = store.evidence_of(unit, [one.id for one in party.reports])
        organs = naming.members(unit, [one.reporter.member_id for one in party.reports if one.reporter.member_id])
        copies = store.copies(unit, case=case.id) if party.is_source else ()
        holders = naming.members(unit, [one.member_id for one in copies])
    reports = []
    for one in party.reports:
        content = answering.opened(sealer, one)
        reports.append(
            {
                "who": organs.get(one.reporter.member_id, "") if one.reporter.member_id else "",
                "kind": one.reporter.kind.value,
                "at": page.moment(one.at),
                "is_withdrawn": one.withdrawn_at is not None,
                "reason": content.get("reason", ""),
                "key": _named(resource, content, "key"),
                "claims": _named(resource, content, "claims"),
                "files": [
                    {"id": file.id, "name": sealer.open(SEAL_EVIDENCE, file.sealed_name).decode()}
                    for file in files
                    if file.report_id == one.id
                ],
            }
        )
    return page.show(
        "work_correction.html",
        form=form,
        case=case,
        row=row,
        reports=reports,
        item_names=[naming.item_name(resource, column) for column in case.items],
        copies=[{"organ": holders[one.member_id], "at": page.moment(one.acknowledged_at)} for one in copies],
        is_source=party.is_source,
        may_take=party.is_source and case.state is State.REPORTED,
        may_answer=party.is_source and case.is_open and page.person.has_role(Role.APPROVER),
        awaits_push=case.state is State.AWAITING_PUSH,
        answered=page.moment(case.answered_at),
    )


def _named(resource: Resource | None, content: Mapping[str, object], part: str) -> list[tuple[str, object]]:
    """Return a part of what was reported, its items by name."""
    found = content.get(part)
    return (
        [(naming.item_name(resource, column), value) for column, value in found.items()]
        if isinstance(found, dict)
        else []
    )


@router.post("/w/corrections/{correction_id}", response_model=None)
@router.post("/en/w/corrections/{correction_id}", response_model=None)
def take_up(correction_id: uuid.UUID, page: Provider) -> Response:
    """Take a case up: it is under investigation."""
    try:
        with page.hub.database.begin() as unit:
            case = answering.investigate(page.context, unit, page.person, correction_id)
    except DomainError as error:
        return _shown(page, correction_id, EMPTY.with_faults(*faults_of(error, page.lang)))
    return page.see_other(f"/w/corrections/{correction_id}", "correction_taken", case.label)


@router.post("/w/corrections/{correction_id}/answer", response_model=None)
@router.post("/en/w/corrections/{correction_id}/answer", response_model=None)
def answer(correction_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Answer a case: corrected, with the next push, right as it is, or another organ is the source."""
    result = form.value("result")
    if result not in {"corrected", "next_push", "right", "forward"}:
        return _shown(page, correction_id, form.with_faults(Fault("result", page.text("fault_choose"))))
    finding = form.bounded("finding", 2000)
    if not finding:
        return _shown(page, correction_id, form.with_faults(Fault("finding", page.text("fault_empty"))))
    try:
        with page.hub.database.begin() as unit:
            if result == "forward":
                to = forwarding.Destination(form.value("to"), finding)
                case, _ = forwarding.forward(page.context, unit, page.hub.sealer, page.person, correction_id, to)
            else:
                kind = Result.RIGHT if result == "right" else Result.CORRECTED
                given = answering.Answer(kind, finding, with_next_push=result == "next_push")
                case = answering.answer(page.context, unit, page.person, correction_id, given)
    except DomainError as error:
        at = "to" if result == "forward" else "finding"
        return _shown(page, correction_id, form.with_faults(*faults_of(error, page.lang, at=at)))
    return page.see_other(f"/w/corrections/{correction_id}", "correction_answered", case.label)


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the open cases of the organ, for those who check and answer them."""
    if not page.person.has_role(Role.CLERK, Role.APPROVER):
        return
    whose = store.Whose(provider=page.person.member.id)
    found, _ = store.list_cases(unit, whose, state=None, limit=MOST_DUTIES, offset=0)
    for row in _rows(page, unit, tuple(one for one in found if one.is_open)):
        yield Duty(f"/w/corrections/{row['id']}", "correct", row["label"], row["title"], row["due"], row["left"])
