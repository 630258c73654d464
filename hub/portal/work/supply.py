"""``/w/duties`` 供数责任: what each unit owes, its gaps, the answer, the authority's word (Zhengzhou Art. 19)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from catalogue.code_lists import load_code_list
from hub.directory import oversight
from hub.directory.checking import Desk
from hub.directory.duties import report, store, use_cases
from hub.directory.duties.gaps import GAP_NAMES, Gap
from hub.directory.duties.states import DutyState
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work.forms import EMPTY, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.directory.duties.report import Looked

router = APIRouter(include_in_schema=False)
READERS: Final = (Role.CLERK, Role.APPROVER, *oversight.READERS)
Reader = Annotated[WorkPage, Depends(open_to(*READERS))]
Clerk = Annotated[WorkPage, Depends(open_to(Role.CLERK))]
Reviewer = Annotated[WorkPage, Depends(open_to(Role.CATALOGUE_REVIEWER))]
PAGE_SIZE: Final = 20
_CSS: Final = {DutyState.ASKED: "warn", DutyState.OBJECTED: "warn", DutyState.LINKED: "good", DutyState.LIFTED: ""}


@both(router, "/w/duties")
def listed(
    page: Reader,
    member: Annotated[str, Query(max_length=120)] = "",
    gap: Annotated[Gap | None, Query()] = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show what is owed with its gaps: one's own, or for the authority by unit and one by one."""
    return _shown(page, EMPTY, member=member, gap=gap, offset=offset)


def _shown(page: WorkPage, form: Form, *, member: str = "", gap: Gap | None = None, offset: int = 0) -> HTMLResponse:
    today = page.context.today()
    with page.hub.database.begin() as unit:
        members = oversight.members_seen(unit, page.person)
        units = report.by_unit(unit, members, today) if len(members) > 1 else []
        wanted = oversight.members_seen(unit, page.person, member) if member else members
        found = report.select(unit, wanted, today, gap=gap)
        part = found[offset : offset + PAGE_SIZE]
        known = oversight.names_of(unit, {one.duty.member_id for one in part})
        rows = [_row(page, one, report.body_of(one, known)) for one in part]
    is_authority = oversight.oversees(page.person, Role.CATALOGUE_REVIEWER)
    return page.show(
        "work_duties.html",
        form=form,
        rows=rows,
        units=units,
        member=member,
        gap=gap.value if gap is not None else "",
        gap_words=[(each.value, page.pick(GAP_NAMES[each].zh, GAP_NAMES[each].en)) for each in Gap],
        cycles=[
            (row.code, page.pick(row.name_zh, row.name_en))
            for row in load_code_list("catalogue_update_cycle").rows.values()
        ],
        is_authority=is_authority,
        is_clerk=page.person.has_role(Role.CLERK),
        total=len(found),
        **pager(page.request, len(found), offset, PAGE_SIZE),
    )


def _row(page: WorkPage, one: Looked, body: dict[str, Any]) -> dict[str, Any]:
    """Return a duty for the page, in its language."""
    is_own = one.duty.member_id == page.person.member.id
    return body | {
        "cycle": page.pick(body["update_cycle_name"], body["update_cycle_name_en"]),
        "state_text": page.pick(body["name"], body["name_en"]),
        "css": _CSS[one.duty.state],
        "next_text": page.pick(body["next"], body["next_en"]),
        "gap_texts": [
            (page.pick(each["name"], each["name_en"]), page.pick(each["message"], each["message_en"]))
            for each in body["gaps"]
        ],
        "pushed": page.moment(one.supply.pushed_at) if one.supply is not None else "",
        "may_answer": is_own and page.person.has_role(Role.CLERK) and one.duty.state is not DutyState.LIFTED,
        "is_open": one.duty.state is not DutyState.LIFTED,
        "is_objected": one.duty.state is DutyState.OBJECTED,
    }


@router.post("/w/duties", response_model=None)
@router.post("/en/w/duties", response_model=None)
def enter(page: Reviewer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Enter a duty, as the authority."""
    owed = use_cases.Owed(
        member=form.value("member"),
        title=form.bounded("title", 200),
        items=form.several("items", 200),
        update_cycle=form.value("update_cycle"),
        rule=form.bounded("rule", 200),
        article=form.bounded("article", 200),
        since=form.day("since"),
    )
    try:
        with page.hub.database.begin() as unit:
            row, _ = use_cases.enter(Desk(page.context, unit, page.person), owed)
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at="title")))
    return page.see_other("/w/duties", "duty_entered", row.title)


@router.post("/w/duties/{duty_id}", response_model=None)
@router.post("/en/w/duties/{duty_id}", response_model=None)
def answer(duty_id: uuid.UUID, page: Clerk, form: Posted) -> HTMLResponse | RedirectResponse:
    """Answer a duty of the own unit: with an entry, or with an objection."""
    given = use_cases.Answer(form.bounded("entry", 200), {}, form.bounded("objection", 2000))
    try:
        with page.hub.database.begin() as unit:
            row = use_cases.answer(Desk(page.context, unit, page.person), duty_id, given)
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at=f"answer-{duty_id}")))
    return page.see_other("/w/duties", "duty_answered", row.title)


@router.post("/w/duties/{duty_id}/decision", response_model=None)
@router.post("/en/w/duties/{duty_id}/decision", response_model=None)
def decide(duty_id: uuid.UUID, page: Reviewer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Keep a duty that is objected to, or lift it."""
    outcome = "keep" if form.value("act") == "keep" else "lift"
    try:
        with page.hub.database.begin() as unit:
            desk = Desk(page.context, unit, page.person)
            row = use_cases.decide(desk, duty_id, outcome, form.bounded("reason", 2000))
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at=f"decide-{duty_id}")))
    return page.see_other("/w/duties", "duty_decided", row.title)


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the supply duties that wait for this person: unanswered ones of the unit, objections at the authority."""
    person = page.person
    if person.has_role(Role.CLERK):
        for row in store.listed(unit, [person.member.id], states=[DutyState.ASKED], limit=PAGE_SIZE)[0]:
            yield Duty("/w/duties", "supply_owed", row.title, f"{row.rule} {row.article}")
    if oversight.oversees(person, Role.CATALOGUE_REVIEWER):
        under = oversight.members_seen(unit, person)
        for row in store.listed(unit, under, states=[DutyState.OBJECTED], limit=PAGE_SIZE)[0]:
            yield Duty("/w/duties", "supply_objection", row.title, row.objection[:120])
