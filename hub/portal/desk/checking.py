"""``/w/cart/{id}/check`` 核对与试算: all that will be sent, and for each item what would happen, why and by when.

The same words stand on ``/w/precheck`` 预审 for one item before it is in any cart. Nothing is stored by looking.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, Response

from hub.api.applications import application_body
from hub.exchange.cart import drafts, editing, submitting
from hub.exchange.cart.dryrun import Outcome, dry_run
from hub.exchange.cart.records import ApplicationState, CartLine, Content
from hub.exchange.cart.scope import legal_basis_text, scope_of
from hub.exchange.errors import ExchangeError
from hub.identity import store as identity_store
from hub.identity.facts import Status
from hub.identity.roles import Role
from hub.portal.desk import filling, words
from hub.portal.desk.cart_form import MOST, line_view, refused
from hub.portal.rendering import both
from hub.portal.work.forms import EMPTY, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from policies.facts import Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.database import Unit
    from hub.exchange.cart.scope import Scope

router = APIRouter(include_in_schema=False)
User = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER))]
Looker = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
Name = Annotated[str, Query(max_length=200)]
CSS: Final = {
    Outcome.GRANTED_AT_ONCE: "good",
    Outcome.ALREADY_GRANTED: "good",
    Outcome.GROUND_IN_FORCE: "bad",
    Outcome.NOT_READY: "bad",
    Outcome.TO_PROVIDER: "",
    Outcome.OUTSIDE: "warn",
}


@both(router, "/w/cart/{application_id}/check")
def check(application_id: uuid.UUID, page: Looker) -> HTMLResponse:
    """Show the summary with the dry run, and the button that sends it where nothing is missing."""
    return _show(page, application_id)


def _show(page: WorkPage, application_id: uuid.UUID, form: Form = EMPTY) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        application = drafts.find(unit, page.person, application_id)
        content = application.content
        scope = scope_of(page.context, unit, application.member_id)
        foreseen = dry_run(scope, content)
        lines = [
            {**line_view(page, scope, line), **_foreseen(page, told)}
            for line, told in zip(content.lines, foreseen["lines"], strict=True)
        ]
        facts = summary(page, unit, scope, content)
        is_editable = application_body(page.hub, unit, application)["is_editable"]
    missing = [
        (filling.field_of(content, one["field"]), page.pick(one["message"], one["message_en"]))
        for one in foreseen["faults"]
    ]
    return page.show(
        "desk_check.html",
        form=form,
        application=application,
        facts=facts,
        lines=lines,
        missing=missing,
        counts=[
            (page.text(f"desk_outcome_{one.value}"), CSS[one], foreseen["counts"][one.value])
            for one in Outcome
            if foreseen["counts"][one.value]
        ],
        providers=[_provider(page, one) for one in foreseen["providers"]],
        may_narrow=page.person.has_role(Role.AGENCY_USER) and is_editable,
        can_send=foreseen["is_complete"] and application.state is ApplicationState.DRAFT,
        may_send=page.person.has_role(Role.AGENCY_USER),
    )


def _foreseen(page: WorkPage, told: Mapping[str, Any]) -> dict[str, Any]:
    outcome = Outcome(told["outcome"])
    proposed = told.get("proposed")
    return {
        "asked": _form_name(page, told["asked"]),
        "outcome": page.text(f"desk_outcome_{outcome.value}"),
        "css": CSS[outcome],
        "sentences": told["explanation_en"] if page.lang == "en" else told["explanation"],
        "due": told.get("due_on"),
        "proposed": proposed if proposed != told["asked"] else None,
        "proposed_name": _form_name(page, proposed) if proposed else "",
    }


def _form_name(page: WorkPage, form: str) -> str:
    return dict(words.forms(page)).get(form, form)


def _provider(page: WorkPage, told: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": told["name"],
        "contact": told["contact"],
        "record": page.pick(told["text"], told["text_en"]),
    }


def summary(page: WorkPage, unit: Unit, scope: Scope, content: Content) -> list[tuple[str, str]]:
    """Return what an application says beside its lines: (name of the field, words); empty fields are left out."""
    names = [one.name for key in content.systems if (one := identity_store.system(unit, key)) is not None]
    since, until = words.first_day(content.valid_from), words.last_day(content.valid_until)
    if until:
        period = page.text("desk_period", since=since or page.text("desk_from_consent"), until=until)
    else:
        period = page.text("desk_period_days", n=content.period_days) if content.period_days is not None else ""
    kept = content.retention_days
    told = [
        ("purpose", content.purpose),
        ("scenario", content.scenario),
        ("basis", legal_basis_text(scope.known_bases, content)),
        ("cases", "、".join(content.case_numbers) or content.case_pattern or ""),
        ("modes", words.listed(page, [words.mode(page, one) for one in sorted(content.modes)])),
        ("people", words.listed(page, content.people)),
        ("systems", words.listed(page, names)),
        ("period", period),
        ("retention", page.text("desk_days", n=kept) if kept is not None else ""),
    ]
    return [(page.text(f"desk_field_{name}"), said) for name, said in told if said]


@router.post("/w/cart/{application_id}/narrow", response_class=HTMLResponse)
@router.post("/en/w/cart/{application_id}/narrow", response_class=HTMLResponse)
def narrow(application_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Ask for a line in the form proposed."""
    line_id, wanted = form.uuid("line"), form.value("form")
    try:
        with page.hub.database.begin() as unit:
            application = drafts.find_version(unit, page.person, application_id, form.number("version") or 0)
            given = Treatment(wanted) if wanted in {one.value for one in words.FORMS} else None
            lines = tuple(
                replace(line, form=given) if line.id == line_id and given is not None else line
                for line in application.content.lines
            )
            editing.save(page.context, unit, page.person, application, replace(application.content, lines=lines))
    except ExchangeError as error:
        return refused(page, application_id, Form(), error)
    return page.see_other(f"/w/cart/{application_id}/check", "line_narrowed")


@router.post("/w/cart/{application_id}/submit", response_class=HTMLResponse)
@router.post("/en/w/cart/{application_id}/submit", response_class=HTMLResponse)
def submit(application_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Send it: it becomes one request for each entry and system, and waits for the head's consent."""
    try:
        with page.hub.database.begin() as unit:
            sent = submitting.submit(page.context, unit, page.person, application_id, form.number("version") or 0)
    except ExchangeError as error:
        with page.hub.database.begin() as unit:
            drafts.find(unit, page.person, application_id)
        return _show(page, application_id, form.with_faults(*faults_of(error, page.lang, fields=lambda _: "")))
    return page.see_other(f"/w/applications/{sent.id}", "application_sent", sent.label)


@both(router, "/w/precheck")
def precheck(page: User, entry: Name = "", item: Name = "", form: Name = "full", cart: Name = "") -> HTMLResponse:
    """Say what would happen to one item, before it is asked for."""
    known = {one.value for one in words.FORMS}
    asked = Treatment(form if form in known else "full")
    line = CartLine(uuid.uuid4(), entry or None, item or None, form=asked)
    with page.hub.database.begin() as unit:
        own = identity_store.systems(unit, MOST, member_id=page.person.member.id).rows
        content = Content(lines=(line,), systems=tuple(one.id for one in own if one.status is Status.ACTIVE))
        scope = scope_of(page.context, unit, page.person.member.id)
        foreseen = dry_run(scope, content)
        shown = line_view(page, scope, line)
    return page.show(
        "desk_precheck.html",
        line={**shown, **_foreseen(page, foreseen["lines"][0])},
        item=item,
        asked=asked.value,
        forms=words.forms(page),
        providers=[_provider(page, one) for one in foreseen["providers"]],
        is_ready=foreseen["lines"][0]["outcome"] != Outcome.NOT_READY.value,
        cart=cart,
    )
