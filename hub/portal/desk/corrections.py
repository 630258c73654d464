"""``/w/corrections/new`` 报告数据有误 and ``/w/corrections/mine``: what the organ reported, and what came of it.

The record is found by its key, with what was received under a grant; what is written is sealed for the source. The
same use cases as the API: who may not know of a record learns nothing (政务数据共享条例 Art. 26).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, Response

from hub.api.corrections import case_body, open_marked_incident
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.exchange import store as exchange_store
from hub.exchange.corrections import holding, reporting, standing, store
from hub.exchange.corrections.errors import CorrectionNotFoundError
from hub.exchange.corrections.evidence import LARGEST_BYTES, EvidenceMarkedError
from hub.exchange.corrections.records import NAMES, SEAL_EVIDENCE, Reporter
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from policies.errors import DomainError
from policies.facts import Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction

router = APIRouter(include_in_schema=False)
Reporting = Annotated[WorkPage, Depends(open_to(*standing.REPORTING_ROLES))]
Name = Annotated[str, Query(max_length=200)]
PAGE_SIZE: Final = 20
MOST: Final = 200
KEY, CLAIM, TICK = "key-", "value-", "wrong"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a form, at most one byte more than is taken."""

    name: str
    content: bytes


async def _file(request: Request) -> Sent | None:
    given = (await request.form()).get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return None
    return Sent(given.filename, await given.read(LARGEST_BYTES + 1))


@both(router, "/w/corrections/new")
def new(page: Reporting, entry: Name = "", receipt: Name = "") -> HTMLResponse:
    """Show the form for a record of an entry the organ receives; first the choice of the entry."""
    return _form(page, entry, Form({"receipt": (receipt,)}) if receipt else EMPTY)


def _form(page: WorkPage, name: str, form: Form = EMPTY) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        entries = _entries(page, unit)
        resource = _resource(page, unit, name) if name else None
        granted = _granted(page, unit, resource) if resource is not None else {}
        keys = [column for column in resource.table.key if column in granted] if resource is not None else []
    items = [] if resource is None else [one for one in resource.entry.items if one.column in granted]
    return page.show(
        "desk_correction_new.html",
        form=form,
        entries=entries,
        entry=resource.name if resource is not None else "",
        title=resource.title if resource is not None else "",
        is_unknown=bool(name) and (resource is None or not items),
        keys=[(one.column, one.name) for one in items if one.column in keys],
        others=[(one.column, one.name) for one in items if one.column not in keys],
        claims=[(one.column, one.name) for one in items],
        kilobytes=LARGEST_BYTES // 1024,
    )


def _entries(page: WorkPage, unit: Unit) -> list[tuple[str, str]]:
    """Return the entries the organ holds grants on."""
    found, _ = exchange_store.list_grants(unit, member=page.person.member.id, limit=MOST)
    named = naming.entries(page, unit, [one.entry_id for one in found])
    return sorted({(one.name, one.title) for one in named.values() if one.name}, key=lambda one: one[1])


def _resource(page: WorkPage, unit: Unit, name: str) -> Resource | None:
    try:
        return load_resource(page.context, unit, name)
    except EntryNotFoundError:
        return None


def _granted(page: WorkPage, unit: Unit, resource: Resource) -> Mapping[str, Treatment]:
    """Return the columns to offer: all of the organ's own entry, else what its grants name."""
    if resource.provider_id == page.person.member.id:
        return {item.column: Treatment.FULL for item in resource.entry.items}
    found, _ = exchange_store.list_grants(unit, member=page.person.member.id, entry=resource.id, limit=MOST)
    return {column: form for one in found for column, form in one.items.items() if form is not Treatment.WITHHELD}


@router.post("/w/corrections/new", response_class=HTMLResponse)
@router.post("/en/w/corrections/new", response_class=HTMLResponse)
def report(page: Reporting, form: Posted, file: Annotated[Sent | None, Depends(_file)]) -> Response:
    """Report the items ticked; the file goes with the report, all or nothing."""
    name = form.bounded("entry", 200)
    key = {one.removeprefix(KEY): form.value(one) for one in form.values if one.startswith(KEY) and form.value(one)}
    claims = {column: form.value(f"{CLAIM}{column}") or None for column in form.every(TICK)}
    faults = [
        *([] if key else [Fault("keys", page.text("desk_say_key"))]),
        *([] if claims else [Fault("claims", page.text("desk_say_items"))]),
        *([] if form.value("reason") else [Fault("reason", page.text("desk_say_reason"))]),
        *(
            [Fault("receipt", page.text("desk_no_receipt"))]
            if form.value("receipt") and not form.uuid("receipt")
            else []
        ),
    ]
    if faults:
        return _form(page, name, form.with_faults(*faults))
    try:
        with page.hub.database.begin() as unit:
            case = _report(page, unit, load_resource(page.context, unit, name), (key, claims, form), file)
    except EvidenceMarkedError as error:
        open_marked_incident(page.hub, page.person.member.id, None)
        return _form(page, name, form.with_faults(*faults_of(error, page.lang, at="file")))
    except EntryNotFoundError:
        raise
    except DomainError as error:
        item = error.facts.get("item")
        at = f"{CLAIM}{item}" if isinstance(item, str) else "keys"
        return _form(page, name, form.with_faults(*faults_of(error, page.lang, at=at)))
    return page.see_other(f"/w/corrections/mine/{case.id}", "correction_sent", case.label)


def _report(
    page: WorkPage, unit: Unit, resource: Resource, said: tuple[dict[str, str], dict[str, str | None], Form],
    file: Sent | None,
) -> Correction:  # fmt: skip
    key, claims, form = said
    reporter = standing.reporter_of(resource, page.person)
    given = reporting.NewReport(reporter, key, claims, form.value("reason"), form.uuid("receipt"))
    standing.require_received(page.context, unit, resource, reporter, given)
    case, _ = reporting.report(page.context, unit, page.hub.sealer, resource, given)
    if file is not None:
        sent = reporting.NewFile(file.name, file.content)
        reporting.add_evidence(page.context, unit, page.hub.sealer, reporter, case.id, sent)
    return case


@both(router, "/w/corrections/mine")
def mine(page: Reporting, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show what the organ reported and the corrections its own copies wait for."""
    member = page.person.member.id
    with page.hub.database.begin() as unit:
        found, total = store.list_cases(unit, store.Whose(member=member), limit=PAGE_SIZE, offset=offset)
        rows = [_row(page, unit, one) for one in found]
        copies = [(one, store.find_case(unit, one.correction_id)) for one in store.copies(unit, member=member)]
        told = [
            {**_row(page, unit, case), "told": page.moment(one.told_at), "done": page.moment(one.acknowledged_at)}
            for one, case in copies
            if case is not None
        ]
    return page.show(
        "desk_corrections.html", cases=rows, copies=told, total=total, **pager(page.request, total, offset, PAGE_SIZE)
    )


def _row(page: WorkPage, unit: Unit, case: Correction) -> dict[str, Any]:
    body = case_body(page.hub, case)
    resource = naming.resource(page, unit, case.entry_id)
    return {
        "id": case.id,
        "label": case.label,
        "title": naming.entries(page, unit, [case.entry_id])[case.entry_id].title,
        "organ": naming.members(unit, [case.provider_id])[case.provider_id],
        "items": [naming.item_name(resource, column) for column in case.items],
        "state": page.pick(*NAMES[case.state]),
        "is_open": case.is_open,
        "due": case.due_on,
        "left": body["working_days_left"],
        "reported": page.moment(case.reported_at),
        "finding": case.finding,
        "answered": page.moment(case.answered_at),
    }


@both(router, "/w/corrections/mine/{correction_id}")
def one(correction_id: uuid.UUID, page: Reporting) -> HTMLResponse:
    """Show a case the organ reported or holds a copy of."""
    return _one(page, correction_id)


def _one(page: WorkPage, correction_id: uuid.UUID, form: Form = EMPTY) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        case, party = standing.party_of(unit, correction_id, page.person)
        own = [report for report in party.reports if report.reporter.member_id == page.person.member.id]
        if not own and not party.holds_copy:
            raise CorrectionNotFoundError
        row = _row(page, unit, case)
        files = store.evidence_of(unit, [report.id for report in own])
        copy = next(
            (each for each in store.copies(unit, case=case.id) if each.member_id == page.person.member.id), None
        )
    return page.show(
        "desk_correction.html",
        form=form,
        case=row,
        is_reporter=bool(own),
        can_withdraw=case.is_open and any(report.withdrawn_at is None for report in own),
        files=[page.hub.sealer.open(SEAL_EVIDENCE, each.sealed_name).decode() for each in files],
        holds_copy=party.holds_copy,
        acknowledged=page.moment(copy.acknowledged_at) if copy is not None else "",
        kilobytes=LARGEST_BYTES // 1024,
    )


def _reporter(page: WorkPage, case: Correction) -> Reporter:
    kind = standing.kind_of(case.provider_id, page.person.member.id)
    return Reporter(kind, member_id=page.person.member.id, staff_id=page.person.staff.id)


@router.post("/w/corrections/mine/{correction_id}", response_class=HTMLResponse)
@router.post("/en/w/corrections/mine/{correction_id}", response_class=HTMLResponse)
def act(
    correction_id: uuid.UUID, page: Reporting, form: Posted, file: Annotated[Sent | None, Depends(_file)]
) -> Response:
    """Withdraw the report, add a file, or confirm that the organ's copy is up to date."""
    wanted = form.value("act")
    try:
        with page.hub.database.begin() as unit:
            case, _ = standing.party_of(unit, correction_id, page.person)
            reporter = _reporter(page, case)
            if wanted == "withdraw":
                reporting.withdraw(page.context, unit, reporter, case.id)
            elif wanted == "acknowledge":
                holding.acknowledge(page.context, unit, reporter, case)
            elif file is not None:
                sent = reporting.NewFile(file.name, file.content)
                reporting.add_evidence(page.context, unit, page.hub.sealer, reporter, case.id, sent)
            else:
                return _one(page, correction_id, form.with_faults(Fault("file", page.text("desk_say_file"))))
    except EvidenceMarkedError as error:
        open_marked_incident(page.hub, page.person.member.id, None)
        return _one(page, correction_id, form.with_faults(*faults_of(error, page.lang, at="file")))
    except CorrectionNotFoundError:
        raise
    except DomainError as error:
        return _one(page, correction_id, form.with_faults(*faults_of(error, page.lang, at="file")))
    said = wanted if wanted in {"withdraw", "acknowledge"} else "evidence"
    return page.see_other(f"/w/corrections/mine/{correction_id}", f"correction_{said}", case.label)
