"""What a person does with an application or a request: consent, withdraw, take up an offer, supply what was missing.

Every act names the version the person read; what is not possible is said on the page itself, with what to do.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.exchange import letter_store, requests, supplements
from hub.exchange.cart import offers, submitting
from hub.exchange.cart.drafts import find as find_application
from hub.exchange.errors import ExchangeError, LetterNotFoundError
from hub.exchange.letters import plain_text
from hub.identity.roles import Role
from hub.portal.desk import applications, standing, words
from hub.portal.rendering import both
from hub.portal.work.forms import EMPTY, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.database import Unit
    from hub.exchange.records import ShareRequest

router = APIRouter(include_in_schema=False)
User = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER))]
Approver = Annotated[WorkPage, Depends(open_to(Role.AGENCY_APPROVER))]
Asker = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER))]


def _on_application(
    page: WorkPage, application_id: uuid.UUID, form: Form, said: str, act: Callable[[Unit], Any]
) -> Response:
    """Do an act and show the application; what is not possible stands on its page."""
    try:
        with page.hub.database.begin() as unit:
            done = act(unit)
    except ExchangeError as error:
        with page.hub.database.begin() as unit:
            find_application(unit, page.person, application_id)
        return applications.show(page, application_id, form.with_faults(*faults_of(error, page.lang)))
    return page.see_other(f"/w/applications/{application_id}", said, done.label)


@router.post("/w/applications/{application_id}/consent", response_class=HTMLResponse)
@router.post("/en/w/applications/{application_id}/consent", response_class=HTMLResponse)
def consent(application_id: uuid.UUID, page: Approver, form: Posted) -> Response:
    """Consent for the organ, once for all parts."""
    version = form.number("version") or 0
    return _on_application(
        page, application_id, form, "application_consented",
        lambda unit: submitting.consent(page.context, unit, page.person, application_id, version),
    )  # fmt: skip


@router.post("/w/applications/{application_id}/withdraw", response_class=HTMLResponse)
@router.post("/en/w/applications/{application_id}/withdraw", response_class=HTMLResponse)
def withdraw(application_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Take back the lines ticked, or all that waits."""
    version = form.number("version") or 0
    named = [Form({"one": (text,)}).uuid("one") for text in form.every("line")]
    lines = tuple(one for one in named if one is not None)
    return _on_application(
        page, application_id, form, "application_withdrawn",
        lambda unit: submitting.withdraw(page.context, unit, page.person, application_id, version, lines),
    )  # fmt: skip


@router.post("/w/applications/{application_id}/lines/{line_id}/accept", response_class=HTMLResponse)
@router.post("/en/w/applications/{application_id}/lines/{line_id}/accept", response_class=HTMLResponse)
def accept(application_id: uuid.UUID, line_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Ask for the lesser form held out on a line."""
    version = form.number("version") or 0
    return _on_application(
        page, application_id, form, "offer_accepted",
        lambda unit: offers.accept_in_application(page.context, unit, page.person, application_id, version, line_id),
    )  # fmt: skip


@both(router, "/w/applications/requests/{request_id}")
def request(request_id: uuid.UUID, page: Asker) -> Response:
    """Show one request of the organ; what others ask of it is in the inbox."""
    with page.hub.database.begin() as unit:
        found = requests.find(unit, page.person, request_id)
    if found.member_id != page.person.member.id:
        return RedirectResponse(page.at(f"/w/inbox/{found.id}"), status_code=303)
    return _shown(page, found)


def _shown(page: WorkPage, found: ShareRequest, form: Form = EMPTY) -> Response:
    with page.hub.database.begin() as unit:
        part = standing.parts(page, unit, [found], words.disputed(page, unit))[0]
        application = (
            find_application(unit, page.person, found.application_id) if found.application_id is not None else None
        )
    return page.show(
        "desk_request.html",
        form=form,
        part=part,
        application=application,
        is_user=page.person.has_role(Role.AGENCY_USER),
        is_approver=page.person.has_role(Role.AGENCY_APPROVER),
        may_consent=page.person.has_role(Role.AGENCY_APPROVER) and page.person.staff.id != found.made_by,
        may_change=page.person.has_role(Role.AGENCY_APPROVER) and page.person.staff.id != found.made_by,
    )


def _on_request(
    page: WorkPage, request_id: uuid.UUID, form: Form, said: str, act: Callable[[Unit], ShareRequest]
) -> Response:
    try:
        with page.hub.database.begin() as unit:
            done = act(unit)
    except ExchangeError as error:
        with page.hub.database.begin() as unit:
            found = requests.find(unit, page.person, request_id)
        if found.member_id != page.person.member.id:
            raise
        return _shown(page, found, form.with_faults(*faults_of(error, page.lang)))
    return page.see_other(f"/w/applications/requests/{request_id}", said, done.label)


@router.post("/w/applications/requests/{request_id}/consent", response_class=HTMLResponse)
@router.post("/en/w/applications/requests/{request_id}/consent", response_class=HTMLResponse)
def consent_request(request_id: uuid.UUID, page: Approver, form: Posted) -> Response:
    """Consent to a request that was made alone."""
    return _on_request(
        page, request_id, form, "application_consented",
        lambda unit: requests.consent(page.context, unit, page.person, request_id),
    )  # fmt: skip


@router.post("/w/applications/requests/{request_id}/withdraw", response_class=HTMLResponse)
@router.post("/en/w/applications/requests/{request_id}/withdraw", response_class=HTMLResponse)
def withdraw_request(request_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Take back what waits of a request that was made alone."""
    return _on_request(
        page, request_id, form, "application_withdrawn",
        lambda unit: requests.withdraw(page.context, unit, page.person, request_id),
    )  # fmt: skip


@router.post("/w/applications/requests/{request_id}/lines/{line_id}/accept", response_class=HTMLResponse)
@router.post("/en/w/applications/requests/{request_id}/lines/{line_id}/accept", response_class=HTMLResponse)
def accept_request(request_id: uuid.UUID, line_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Ask for the lesser form held out on a line of a request that was made alone."""
    return _on_request(
        page, request_id, form, "offer_accepted",
        lambda unit: offers.accept(page.context, unit, page.person, request_id, line_id),
    )  # fmt: skip


@router.post("/w/applications/requests/{request_id}/supply", response_class=HTMLResponse)
@router.post("/en/w/applications/requests/{request_id}/supply", response_class=HTMLResponse)
def supply(request_id: uuid.UUID, page: Asker, form: Posted) -> Response:
    """Supply what the provider said was missing; the clock runs on from tomorrow."""
    changes = {name: form.value(name) for name in supplements.CHANGEABLE if form.value(name)}
    reply = supplements.Reply(form.value("text"), changes)
    return _on_request(
        page, request_id, form, "supplied",
        lambda unit: supplements.supply(page.context, unit, page.person, request_id, reply),
    )  # fmt: skip


@both(router, "/w/applications/requests/{request_id}/lines/{line_id}/letter")
def letter(request_id: uuid.UUID, line_id: uuid.UUID, page: Asker) -> HTMLResponse:
    """Show the letter of an answer as it was given."""
    with page.hub.database.begin() as unit:
        found = requests.find(unit, page.person, request_id)
        given = letter_store.latest(unit, found.id, line_id)
    if given is None:
        raise LetterNotFoundError(
            "该项没有答复书：尚未答复，或由规则自动答复",
            "there is no letter: the line is not answered yet, or was answered by the rule",
            next_zh="请查看申请的状态；自动答复的依据写在该项的答复中",
            next_en="look at the request's state; what the rule answered stands in the line's answer",
        )
    return page.show("desk_letter.html", request_id=found.id, label=found.label, text=plain_text(given))
