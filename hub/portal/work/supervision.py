"""``/w/sup/overdue``: what is late and by whom, urging, extensions to consent to (政务数据共享条例 Art. 21, 29)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.api.clock_bodies import clock_body
from hub.exchange import clock_store, extensions, supplement_store
from hub.exchange import store as exchange_store
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from hub.supervision import board, store, urging
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.exchange.clock_store import StoredClock

router = APIRouter(include_in_schema=False)
Supervisor = Annotated[WorkPage, Depends(open_to(Role.SUPERVISOR))]
PAGE_SIZE: Final = 20
MOST_ASKED: Final = 50


@both(router, "/w/sup/overdue")
def overdue(
    page: Supervisor,
    member: Annotated[str, Query(max_length=63)] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show late cases, by member and one by one, with what was urged, and the extensions that wait for consent."""
    return _shown(page, EMPTY, member=member, offset=offset)


def _shown(page: WorkPage, form: Form, *, member: str = "", offset: int = 0) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        organs = board.by_member(page.context, unit, page.person)
        bound = board.members_seen(unit, page.person, member or None)
        found, total = clock_store.overdue(unit, page.context.today(), bound=bound, limit=PAGE_SIZE, offset=offset)
        cases = _cases(page, unit, found)
        asked = _asked(page, unit)
    return page.show(
        "work_overdue.html",
        form=form,
        organs=organs,
        member=member,
        cases=cases,
        total=total,
        asked=asked,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _cases(page: WorkPage, unit: Unit, found: tuple[StoredClock, ...]) -> list[dict[str, Any]]:
    urged = store.urgings(unit, [clock.id for clock in found])
    names = naming.members(unit, [clock.case.bound for clock in found])
    return [
        {
            "id": clock.id,
            "label": clock.case.label,
            "organ": names[clock.case.bound],
            "deadline": page.pick(body["name"], body["name_en"]),
            "article": body["article"],
            "due": clock.due_on,
            "left": body["working_days_left"],
            "urged": [
                {"at": page.moment(one.urged_at), "text": one.text, "reason": one.reason}
                for one in urged.get(clock.id, ())
            ],
        }
        for clock in found
        for body in (clock_body(page.context, clock),)
    ]


def _asked(page: WorkPage, unit: Unit) -> list[dict[str, Any]]:
    """Return the extensions that wait for the authority's consent."""
    under = board.members_seen(unit, page.person)
    found, _ = supplement_store.asks(unit, providers=under, state="asked", limit=MOST_ASKED, offset=0)
    names = naming.members(unit, [one.provider_id for one in found])
    rows = []
    for one in found:
        request = exchange_store.find_request(unit, one.request_id) if one.request_id is not None else None
        clocks = [clock for each in one.clocks if (clock := clock_store.find(unit, each)) is not None]
        due = min((clock.due_on for clock in clocks if clock.due_on is not None), default=None)
        rows.append(
            {
                "id": one.id,
                "label": request.label if request is not None else "、".join(clock.case.label for clock in clocks),
                "organ": names[one.provider_id],
                "units": one.units,
                "reason": one.reason,
                "at": page.moment(one.asked_at),
                "due": due,
                "left": page.days(due),
            }
        )
    return rows


@router.post("/w/sup/overdue/{clock_id}", response_model=None)
@router.post("/en/w/sup/overdue/{clock_id}", response_model=None)
def urge(clock_id: uuid.UUID, page: Supervisor, form: Posted) -> HTMLResponse | RedirectResponse:
    """Urge the member that is late and ask why."""
    text = form.bounded("text", 2000)
    if not text:
        return _shown(page, form.with_faults(Fault(f"urge-{clock_id}", page.text("fault_empty"))))
    try:
        with page.hub.database.begin() as unit:
            urging.urge(page.context, unit, page.person, clock_id, text)
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang)))
    return page.see_other("/w/sup/overdue", "urged")


@router.post("/w/sup/extensions/{ask_id}", response_model=None)
@router.post("/en/w/sup/extensions/{ask_id}", response_model=None)
def decide_extension(ask_id: uuid.UUID, page: Supervisor, form: Posted) -> HTMLResponse | RedirectResponse:
    """Consent to an extension, or not; both sides are told."""
    if form.value("act") not in {"consent", "decline"}:
        return _shown(page, form.with_faults(Fault("extensions", page.text("fault_choose"))))
    consents, text = form.value("act") == "consent", form.bounded("text", 2000)
    try:
        with page.hub.database.begin() as unit:
            extensions.decide(page.context, unit, page.person, ask_id, consents=consents, text=text)
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at="extensions")))
    return page.see_other("/w/sup/overdue", "extension_consented" if consents else "extension_declined")


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield what waits for the authority's supervisor: extensions and late members."""
    if not page.person.has_role(Role.SUPERVISOR):
        return
    for one in _asked(page, unit):
        note = page.text("sup_extension_note", organ=one["organ"], n=one["units"])
        yield Duty("/w/sup/overdue", "consent", one["label"], note, one["due"], one["left"])
    for organ in board.by_member(page.context, unit, page.person):
        note = page.text("sup_late_note", n=organ["overdue"])
        longest = organ["longest_working_days"]
        late = -int(longest) if longest is not None else None
        yield Duty(f"/w/sup/overdue?member={organ['member']}", "urge", organ["name"], note, organ["oldest_due"], late)
