"""``/w/applications`` 我的申请: what the organ asked for, where each part is and since when, what can be done."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse

from hub.api.applications import application_body
from hub.exchange import store as exchange_store
from hub.exchange import supplement_store
from hub.exchange.cart import drafts, offers, store
from hub.exchange.cart.editing import lines_of
from hub.exchange.cart.records import ApplicationState
from hub.exchange.cart.scope import scope_of
from hub.exchange.records import RequestState
from hub.identity.roles import Role
from hub.portal.desk import standing, words
from hub.portal.desk.cart_form import line_view
from hub.portal.desk.checking import summary
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY
from hub.portal.work.frame import Duty, WorkPage, open_to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hub.database import Unit
    from hub.exchange.cart.records import Application
    from hub.exchange.records import ShareRequest
    from hub.portal.work.forms import Form

router = APIRouter(include_in_schema=False)
Asker = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
Shown = Literal["all", "draft", "submitted", "open", "withdrawn"]
SHOWN: Final[tuple[Shown, ...]] = ("all", "draft", "submitted", "open", "withdrawn")
PAGE_SIZE: Final = 20
MOST_ALONE: Final = 200


@both(router, "/w/applications")
def applications(
    page: Asker, state: Annotated[Shown, Query()] = "all", offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> HTMLResponse:
    """Show the organ's applications, the latest change first, and requests that were made alone."""
    wanted = None if state == "all" else ApplicationState(state)
    member = page.person.member.id
    with page.hub.database.begin() as unit:
        found, total = store.list_applications(unit, member, state=wanted, limit=PAGE_SIZE, offset=offset)
        over = words.disputed(page, unit)
        rows = [_row(page, unit, one, over) for one in found]
        alone: list[dict[str, Any]] = []
        every = 0
        if state == "all" and not offset:
            requests, every = exchange_store.list_requests(unit, requester=member, limit=MOST_ALONE)
            single = [one for one in requests if one.application_id is None]
            alone = standing.parts(page, unit, single, over)
    return page.show(
        "desk_applications.html",
        applications=rows,
        total=total,
        state=state,
        states=SHOWN,
        alone=alone,
        is_cut=every > MOST_ALONE,
        most_alone=MOST_ALONE,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _row(page: WorkPage, unit: Unit, one: Application, over: Collection[uuid.UUID]) -> dict[str, Any]:
    found = exchange_store.parts_of(unit, one.id)
    live = [part for part in found if part.state is not RequestState.WITHDRAWN]
    parts = standing.parts(page, unit, live, over)
    return {
        "id": one.id,
        "label": one.label,
        "title": one.content.title or one.content.purpose,
        "items": len(one.content.lines),
        "word": words.of_application(page, one, [part["word"] for part in parts]),
        "is_draft": one.state is ApplicationState.DRAFT,
        "waits_consent": one.state is ApplicationState.SUBMITTED,
        "parts": [(part["organ"], part["title"], part["word"], _first_clock(part)) for part in parts],
        "changed": page.moment(one.changed_at),
    }


def _first_clock(part: dict[str, Any]) -> str:
    """Return the clock of the line that is due first."""
    waiting = [line for line in part["lines"] if line["clocks"]]
    waiting.sort(key=lambda one: str(one["due"] or "9999"))
    return waiting[0]["clocks"][0] if waiting else ""


@both(router, "/w/applications/{application_id}")
def application(application_id: uuid.UUID, page: Asker) -> HTMLResponse:
    """Show one application with its lines, its parts and everything that can be done now."""
    return show(page, application_id)


def show(page: WorkPage, application_id: uuid.UUID, form: Form = EMPTY) -> HTMLResponse:
    """Return the page of one application."""
    with page.hub.database.begin() as unit:
        found = drafts.find(unit, page.person, application_id)
        body = application_body(page.hub, unit, found)
        scope = scope_of(page.context, unit, found.member_id)
        stored = exchange_store.parts_of(unit, found.id)
        parts = standing.parts(page, unit, stored, words.disputed(page, unit))
        facts = summary(page, unit, scope, found.content)
        lines = _lines(page, stored, parts, [line_view(page, scope, one) for one in found.content.lines])
        consented = _consented(page, found)
    live = [part["word"] for part in parts if part["word"].key != "withdrawn"]
    involved = {found.made_by, found.changed_by, found.submitted_by}
    return page.show(
        "desk_application.html",
        form=form,
        application=found,
        word=words.of_application(page, found, live),
        facts=facts,
        lines=lines,
        parts=parts,
        consented=consented,
        is_draft=found.state is ApplicationState.DRAFT,
        is_editable=body["is_editable"] and page.person.has_role(Role.AGENCY_USER),
        is_user=page.person.has_role(Role.AGENCY_USER),
        is_approver=page.person.has_role(Role.AGENCY_APPROVER),
        waits_consent=found.state is ApplicationState.SUBMITTED,
        may_consent=page.person.has_role(Role.AGENCY_APPROVER) and page.person.staff.id not in involved,
        has_waiting=any(one["is_waiting"] for one in lines) or found.state is ApplicationState.DRAFT,
    )


def _consented(page: WorkPage, found: Application) -> str:
    """Return when the head consented, in words; empty before."""
    return page.text("desk_consented_at", at=page.moment(found.consented_at)) if found.consented_at is not None else ""


def _lines(
    page: WorkPage, stored: Sequence[ShareRequest], parts: Sequence[dict[str, Any]], content: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the application's lines, each with where it stands for each system it is asked for."""
    places = lines_of(tuple(stored))
    shown = {line["id"]: (part, line) for part in parts for line in part["lines"]}
    rows = []
    for one in content:
        now = [shown[line.id] for _, line in places.get(one["id"], [])]
        rows.append(
            {
                **one,
                "asked": naming.form_name(page, one["form"]),
                "places": [{**line, "part": part} for part, line in now],
                "is_waiting": any(line["is_waiting"] for _, line in now),
                "offer": next((line["offer"] for _, line in now if line["offer"]), ""),
            }
        )
    return rows


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield what waits for this organ: the head's consent, material to be supplied."""
    member = page.person.member.id
    if page.person.has_role(Role.AGENCY_APPROVER):
        found, _ = store.list_applications(unit, member, state=ApplicationState.SUBMITTED, limit=MOST_ALONE)
        for one in found:
            if page.person.staff.id not in {one.made_by, one.changed_by, one.submitted_by}:
                note = one.content.title or one.content.purpose
                yield Duty(f"/w/applications/{one.id}", "head_consent", one.label, note)
    if not page.person.has_role(Role.AGENCY_USER):
        return
    requests, _ = exchange_store.list_requests(unit, requester=member, limit=MOST_ALONE)
    for part in requests:
        awaited = supplement_store.supplement(unit, part.id) if part.state is RequestState.OPEN else None
        if awaited is not None and awaited.answered_at is None:
            yield Duty(f"/w/applications/requests/{part.id}", "supply", part.label, part.purpose)
        elif any(offers.offer_on(part, line) is not None for line in part.lines):
            yield Duty(f"/w/applications/requests/{part.id}", "offer", part.label, part.purpose)
