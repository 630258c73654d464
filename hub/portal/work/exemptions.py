"""``/w/exemptions`` 豁免记录: what restricts the organ's items, by review date, past review first (Zhengzhou Art. 20).

View, review, withdraw, answer of a consultation and the decision after it; what rests on a record is listed.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.api.exemption_shown import record_body, whole_body
from hub.directory import exemptions, reviews
from hub.directory.claims import store
from hub.directory.errors import ExemptionNotFoundError
from hub.directory.places import pack_of
from hub.exchange import ageing
from hub.exchange.consulting import decisions, replies
from hub.exchange.consulting.records import Decision, Outcome
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import acts_on_records, evidence, naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.store import ExemptionRow
    from hub.database import Unit

router = APIRouter(include_in_schema=False)
KEEPERS: Final = (Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER)
Keeper = Annotated[WorkPage, Depends(open_to(*KEEPERS))]
Filer = Annotated[WorkPage, Depends(open_to(Role.APPROVER, Role.SECRECY_REVIEWER))]
Answerer = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
MOST_ASSESSMENTS: Final = 200
REVIEW_AHEAD_DAYS: Final = 30
LIVE: Final = frozenset({"claimed", "decided"})
REPLIES: Final = (Outcome.AGREES, Outcome.OBJECTS_WITH_REASON, Outcome.OBJECTS_WITHOUT_REASON)


@both(router, "/w/exemptions")
def list_exemptions(
    page: Keeper,
    state: Annotated[Literal["live", "all"], Query()] = "live",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show the organ's records, the oldest review first, and those returned to review."""
    with page.hub.database.begin() as unit:
        rows, total = store.page_exemptions(
            unit,
            member_id=page.person.member.id,
            statuses=LIVE if state == "live" else frozenset(),
            limit=PAGE_SIZE,
            offset=offset,
        )
        records = [_row(page, unit, row) for row in rows]
        returned, open_returns = store.open_returns(unit, member_id=page.person.member.id, limit=PAGE_SIZE, offset=0)
    return page.show(
        "work_exemptions.html",
        records=records,
        total=total,
        state=state,
        open_returns=open_returns,
        returned=[one.exemption_id for one in returned],
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _row(page: WorkPage, unit: Unit, row: ExemptionRow) -> dict[str, Any]:
    body = record_body(exemptions.judged(page.context, unit, row))
    entry = naming.entries(page, unit, [row.entry_id])[row.entry_id] if row.entry_id is not None else None
    resource = naming.resource(page, unit, row.entry_id) if row.entry_id is not None else None
    ground = pack_of(page.context, unit, page.person.member.jurisdiction).grounds.get(row.ground)
    return {
        "id": row.id,
        "ground": row.ground,
        "ground_name": ground.name.of(page.lang) if ground is not None else row.ground,
        "title": entry.title if entry is not None else page.text("work_outside"),
        "entry": entry.name if entry is not None else "",
        "item": naming.item_name(resource, row.item) if row.item is not None else "",
        "from": row.in_force_from,
        "until": row.in_force_until,
        "review": row.review_on,
        "is_past": row.review_on < page.context.today() and row.status in LIVE,
        "left": page.days(row.review_on) if row.status in LIVE else None,
        "status": row.status,
        "in_force": body["in_force"],
        "why_not": [page.pick(one["zh"], one["en"]) for one in body["not_in_force"]],
    }


@both(router, "/w/exemptions/{exemption_id}")
def show_exemption(exemption_id: uuid.UUID, page: Keeper) -> HTMLResponse:
    """Show a record: what it covers, what rests on it, every step, and what can be done."""
    return shown(page, exemption_id, EMPTY)


def shown(page: WorkPage, exemption_id: uuid.UUID, form: Form) -> HTMLResponse:
    """Return the page of a record with what was typed into its forms."""
    with page.hub.database.begin() as unit:
        row = own(page, unit, exemption_id)
        resource = naming.resource(page, unit, row.entry_id) if row.entry_id is not None else None
        facts = _row(page, unit, row)
        whole = whole_body(page.context, unit, row)
        affected = ageing.affected(unit, row)
        organs = naming.members(
            unit, [*(one.member_id for one in affected.grants), *(one.member_id for one in affected.refusals)]
        )
        assessments, _ = store.assessments_of(unit, page.person.member.id, limit=MOST_ASSESSMENTS, offset=0)
    is_pointer = row.ground == exemptions.POINTER_GROUND
    reviewer = Role.SECRECY_REVIEWER if is_pointer else Role.APPROVER
    given = dict(whole["evidence"]) if isinstance(whole["evidence"], dict) else {}
    return page.show(
        "work_exemption.html",
        form=form,
        row=facts,
        decider=whole["decider"],
        evidence=evidence.shown(page, resource, given),
        claim=whole["claim"],
        assessment=given.get("assessment") or None,
        history=[{**one, "at": page.moment(one["at"])} for one in whole["history"]],
        consultations=whole["consultations"],
        referral=whole["referral"],
        grants=[
            {"id": one.grant_id, "organ": organs[one.member_id], "form": naming.form_name(page, one.treatment)}
            for one in affected.grants
        ],
        refusals=[
            {
                "id": one.request_id,
                "label": f"A-{one.number:06d}",
                "organ": organs[one.member_id],
                "at": page.moment(one.decided_at),
            }
            for one in affected.refusals
        ],
        assessments=[
            (str(one.id), f"{one.reference} · {one.cited_law}")
            for one in assessments
            if one.entry_id == row.entry_id and one.approved_on and not one.withdrawn_on
        ],
        is_privacy=row.ground == exemptions.PRIVACY_GROUND,
        is_live=row.status in LIVE,
        may_review=row.status in LIVE and page.person.has_role(reviewer),
        may_withdraw=row.status in LIVE and page.person.has_role(Role.APPROVER, Role.SECRECY_REVIEWER),
        may_reply=page.person.has_role(Role.CLERK, Role.APPROVER),
        may_decide=page.person.has_role(Role.APPROVER),
        replies=[(one.value, page.text(f"consult_{one.value}"), "") for one in REPLIES],
        decisions=[(one.value, page.text(f"consult_{one.value}"), "") for one in Decision],
        **acts_on_records.possible(page, row, whole),
    )


def own(page: WorkPage, unit: Unit, exemption_id: uuid.UUID) -> ExemptionRow:
    """Return a record of the person's organ (raises :class:`ExemptionNotFoundError`)."""
    row = store.find_exemption(unit, exemption_id)
    if row is None or row.member_id != page.person.member.id:
        raise ExemptionNotFoundError(
            "没有这条豁免记录，或不属于本单位",
            "no such record, or not of your organ",
            next_zh="请从豁免记录列表打开",
            next_en="open it from the list of records",
        )
    return row


@router.post("/w/exemptions/{exemption_id}/review", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/review", response_model=None)
def review(exemption_id: uuid.UUID, page: Filer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Keep a record until its next review, or lift it; who was refused on it learns that it is gone."""
    outcome = form.value("outcome")
    if outcome not in {"keep", "lift"}:
        return shown(page, exemption_id, form.with_faults(Fault("outcome", page.text("fault_choose"))))
    found = reviews.Review(
        outcome == "keep", form.bounded("reason", 1000), form.day("next_review_on"), form.uuid("assessment")
    )
    try:
        with page.hub.database.begin() as unit:
            kept = reviews.review(page.context, unit, page.person, exemption_id, found)
            if not found.keeps:
                _tell(page, unit, kept.row)
    except DomainError as error:
        at = "next_review_on" if found.keeps and found.reason and found.next_review_on is None else "reason"
        return shown(page, exemption_id, form.with_faults(*faults_of(error, page.lang, at=at)))
    return page.see_other(f"/w/exemptions/{exemption_id}", "exemption_kept" if found.keeps else "exemption_lifted")


@router.post("/w/exemptions/{exemption_id}/withdraw", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/withdraw", response_model=None)
def withdraw(exemption_id: uuid.UUID, page: Filer, form: Posted) -> HTMLResponse | RedirectResponse:
    """End a record with its reason."""
    reason = form.bounded("withdraw_reason", 1000)
    if not reason:
        return shown(page, exemption_id, form.with_faults(Fault("withdraw_reason", page.text("fault_empty"))))
    try:
        with page.hub.database.begin() as unit:
            row = exemptions.withdraw(page.context, unit, page.person, exemption_id, reason)
            _tell(page, unit, row)
    except DomainError as error:
        return shown(page, exemption_id, form.with_faults(*faults_of(error, page.lang, at="withdraw_reason")))
    return page.see_other(f"/w/exemptions/{exemption_id}", "exemption_lifted")


def _tell(page: WorkPage, unit: Unit, row: ExemptionRow) -> None:
    """Tell who was refused on a record that it is gone."""
    ageing.tell_refused(page.context, unit, row, ageing.affected(unit, row).refusals)


@router.post("/w/exemptions/{exemption_id}/consultations/{consultation_id}/reply", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/consultations/{consultation_id}/reply", response_model=None)
def file_reply(
    exemption_id: uuid.UUID, consultation_id: uuid.UUID, page: Answerer, form: Posted
) -> HTMLResponse | RedirectResponse:
    """File what the party that was asked has answered."""
    outcome, on = form.value("reply"), form.day("replied_on")
    if outcome not in {one.value for one in REPLIES} or on is None:
        field = ("reply", "fault_choose") if on is not None else ("replied_on", "fault_day")
        return shown(page, exemption_id, form.with_faults(Fault(field[0], page.text(field[1]))))
    said = (Outcome(outcome), form.bounded("reply_reason", 1000), on)
    try:
        with page.hub.database.begin() as unit:
            replies.reply(page.context, unit, page.person, consultation_id, said)
    except DomainError as error:
        return shown(page, exemption_id, form.with_faults(*faults_of(error, page.lang, at="reply_reason")))
    return page.see_other(f"/w/exemptions/{exemption_id}", "reply_filed")


@router.post("/w/exemptions/{exemption_id}/consultations/{consultation_id}/decide", response_model=None)
@router.post("/en/w/exemptions/{exemption_id}/consultations/{consultation_id}/decide", response_model=None)
def decide(
    exemption_id: uuid.UUID, consultation_id: uuid.UUID, page: Approver, form: Posted
) -> HTMLResponse | RedirectResponse:
    """Withhold or release after the consultation, with the reason written; silence decides nothing."""
    said = form.value("decision")
    if said not in set(Decision):
        return shown(page, exemption_id, form.with_faults(Fault("decision", page.text("fault_choose"))))
    try:
        with page.hub.database.begin() as unit:
            given = (Decision(said), form.bounded("decision_reason", 1000))
            done = decisions.decide(page.context, unit, page.person, consultation_id, given)
            row = store.find_exemption(unit, done.exemption_id)
            if row is not None and done.decision is Decision.RELEASE:
                _tell(page, unit, row)
    except DomainError as error:
        return shown(page, exemption_id, form.with_faults(*faults_of(error, page.lang, at="decision_reason")))
    return page.see_other(f"/w/exemptions/{exemption_id}", "consult_decided")


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the records whose review is due within a month or past, for those who review."""
    if not page.person.has_role(Role.APPROVER, Role.SECRECY_REVIEWER):
        return
    rows, _ = store.page_exemptions(unit, member_id=page.person.member.id, statuses=LIVE, limit=MOST_DUTIES, offset=0)
    for row in rows:
        role = Role.SECRECY_REVIEWER if row.ground == exemptions.POINTER_GROUND else Role.APPROVER
        if page.person.has_role(role) and (row.review_on - page.context.today()).days <= REVIEW_AHEAD_DAYS:
            facts = _row(page, unit, row)
            label = facts["item"] or facts["title"]
            yield Duty(f"/w/exemptions/{row.id}", "review", label, facts["ground_name"], row.review_on, facts["left"])
    for row in rows:
        if row.ground == exemptions.POINTER_GROUND and row.status == "claimed":
            yield Duty(f"/w/exemptions/{row.id}", "sign_pointer", str(row.body["evidence"]["reference"]))
