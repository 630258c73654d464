"""``/w/exemptions/claims`` 商业秘密主张: file what a holder claims, and find on it (政府信息公开条例 Art. 15, 32)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory import trade_secrets
from hub.directory.claims import store
from hub.directory.claims.records import HolderKind
from hub.exchange.consulting import decisions, replies
from hub.exchange.consulting import store as consulting_store
from hub.exchange.consulting.records import Kind, Outcome
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import filing, naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.claims import Decider, Finding
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.store import ExemptionRow
    from hub.database import Unit
    from hub.directory.claims.records import ClaimRow

router = APIRouter(include_in_schema=False)
Filer = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
LONG: Final = ("rows_covered", "why_unknown", "value", "measures")
OPTIONAL: Final = ("holder_name", "agent")
LABELS: Final = {
    name: f"claim_{name}"
    for name in (*LONG, *OPTIONAL, "items", "holder", "evidence_digests", "made_when", "claimed_on", "until")
}
FOUND: Final = {
    "finding": "claim_found",
    "items": "claim_found_items",
    "reason": "claim_found_reason",
    "review_on": "exemption_review",
    "role": "answer_office",
}
FINDINGS: Final = (Finding.ACCEPTED, Finding.PARTLY, Finding.REJECTED)


@both(router, "/w/exemptions/claims")
def listed(page: Filer, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the claims the organ received, the newest first."""
    with page.hub.database.begin() as unit:
        found, total = store.claims_of(unit, page.person.member.id, limit=PAGE_SIZE, offset=offset)
        rows = [_row(page, unit, one) for one in found]
    return page.show("work_claims.html", rows=rows, total=total, **pager(page.request, total, offset, PAGE_SIZE))


def _row(page: WorkPage, unit: Unit, one: ClaimRow) -> dict[str, Any]:
    resource = naming.resource(page, unit, one.entry_id)
    is_open = one.finding == Finding.OPEN
    return {
        "id": one.id,
        "title": naming.entries(page, unit, [one.entry_id])[one.entry_id].title,
        "columns": [(column, naming.item_name(resource, column), "") for column in one.items],
        "found": [naming.item_name(resource, column) for column in one.found_items],
        "state": page.text(f"finding_is_{one.finding}"),
        "is_open": is_open,
        "protected": one.protective_until,
        "left": page.days(one.protective_until) if is_open else None,
    }


@both(router, "/w/exemptions/claims/new")
def begin(page: Filer, entry: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show the form for an entry, or the entries to choose from."""
    return _new(page, entry, EMPTY)


def _new(page: WorkPage, entry: str, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        entries = filing.own_entries(page, unit)
        title, items = filing.items_of(page, unit, entry) if entry else ("", [])
    return page.show(
        "work_claim_new.html",
        form=form,
        entry=entry,
        entries=entries,
        title=title,
        items=items,
        kinds=[(one.value, page.text(f"claim_by_{one.value}"), "") for one in HolderKind],
        moments=[(one, page.text(f"claim_at_{one}"), "") for one in sorted(trade_secrets.MADE_WHEN, reverse=True)],
        today=page.context.today(),
    )


@router.post("/w/exemptions/claims/new", response_model=None)
@router.post("/en/w/exemptions/claims/new", response_model=None)
def file(page: Filer, form: Posted) -> HTMLResponse | RedirectResponse:
    """File a claim: its items are protected until the finding, for a limited time."""
    entry, kind = form.bounded("entry", 200), form.value("holder_kind")
    checked, days = filing.days(page, filing.required(page, form, "holder", *LONG), "claimed_on", "until")
    if not form.every("items"):
        checked = checked.with_faults(Fault("items", page.text("fault_choose")))
    if kind not in set(HolderKind):
        checked = checked.with_faults(Fault("holder_kind", page.text("fault_choose")))
    if checked.faults:
        return _new(page, entry, checked)
    new = trade_secrets.NewClaim(
        entry=entry,
        items=form.every("items"),
        holder_kind=HolderKind(kind),
        evidence_digests=tuple(form.value("evidence_digests").lower().split()),
        made_when=form.value("made_when"),
        claimed_on=days["claimed_on"],
        until=days["until"],
        **filing.long(form, *LONG),
        **filing.short(form, "holder", *OPTIONAL),
    )
    try:
        with page.hub.database.begin() as unit:
            made = trade_secrets.file(page.context, unit, page.person, new)
    except DomainError as error:
        return _new(page, entry, form.with_faults(*filing.faults(page, error, LABELS)))
    return page.see_other(f"/w/exemptions/claims/{made.id}", "claim_filed")


@both(router, "/w/exemptions/claims/{claim_id}")
def show(claim_id: uuid.UUID, page: Filer) -> HTMLResponse:
    """Show a claim, its records, and the finding that can be made."""
    return _shown(page, claim_id, EMPTY)


def _shown(page: WorkPage, claim_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        one = trade_secrets.own_claim(unit, page.person, claim_id)
        row = _row(page, unit, one)
        records = store.exemptions_of_claim(unit, one.id)
        resource = naming.resource(page, unit, one.entry_id)
        heard = _is_heard(page, unit, one, records)
    is_approver = page.person.has_role(Role.APPROVER)
    return page.show(
        "work_claim.html",
        form=form,
        one=one,
        row=row,
        records=[
            (record.id, naming.item_name(resource, record.item or ""), page.text(f"exemption_is_{record.status}"))
            for record in records
        ],
        first=records[0].id if records else None,
        is_heard=heard,
        is_own=one.filed_by == page.person.staff.id,
        may_find=row["is_open"] and heard and is_approver and one.filed_by != page.person.staff.id,
        findings=[(each.value, page.text(f"finding_is_{each.value}"), "") for each in FINDINGS],
        made_when=page.text(f"claim_at_{one.made_when}"),
    )


def _is_heard(page: WorkPage, unit: Unit, one: ClaimRow, records: tuple[ExemptionRow, ...]) -> bool:
    """Whether the holder has answered, or let its time pass: before that nobody finds on a claim."""
    asked = consulting_store.of_exemption(unit, records[0].id, one.id) if records else ()
    third = [replies.settled(page.context, unit, each) for each in asked if each.kind is not Kind.CO_MAKER]
    return bool(third) and third[0].outcome is not Outcome.WAITING


@router.post("/w/exemptions/claims/{claim_id}", response_model=None)
@router.post("/en/w/exemptions/claims/{claim_id}", response_model=None)
def find_on(claim_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Accept a claim, in part or whole, or reject it, once its holder was heard."""
    checked, days = filing.days(page, filing.required(page, form, "reason", "role"), "review_on")
    said = form.value("finding")
    if said not in {one.value for one in FINDINGS}:
        checked = checked.with_faults(Fault("finding", page.text("fault_choose")))
    if checked.faults:
        return _shown(page, claim_id, checked)
    decider = Decider(page.person.staff.name, form.value("role")[: filing.SHORT])
    try:
        with page.hub.database.begin() as unit:
            claim = trade_secrets.own_claim(unit, page.person, claim_id)
            # Accepting as a whole is about every item: nobody has to tick them all.
            items = claim.items if said == Finding.ACCEPTED else form.every("items")
            reason = form.value("reason")[: filing.LONG]
            new = trade_secrets.NewFinding(Finding(said), tuple(items), reason, decider, days["review_on"])
            decisions.find_on(page.context, unit, page.person, claim_id, new)
    except DomainError as error:
        return _shown(page, claim_id, form.with_faults(*filing.faults(page, error, FOUND)))
    return page.see_other(f"/w/exemptions/claims/{claim_id}", "claim_found")


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the claims without a finding, by the end of their protection, for those who find."""
    if not page.person.has_role(Role.APPROVER):
        return
    found, _ = store.claims_of(unit, page.person.member.id, limit=MOST_DUTIES, offset=0)
    for one in found:
        if one.finding == Finding.OPEN:
            row = _row(page, unit, one)
            path = f"/w/exemptions/claims/{one.id}"
            yield Duty(path, "find_on_claim", row["title"], "", one.protective_until, row["left"])
