"""``/w/cart/{id}``: one form for all that is asked: items, purpose, basis, cases, ways, people, systems, period.

It may be saved however little it holds. Every button saves first, so nothing typed is lost; each save names the
version it was made on, so no colleague is overwritten unseen. After submission the same form changes the application
until a provider has decided its first line.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, Response

from hub.api.applications import application_body
from hub.exchange.cart import drafts, editing
from hub.exchange.cart.records import ApplicationState
from hub.exchange.cart.scope import scope_of
from hub.exchange.errors import ExchangeError
from hub.identity import store as identity_store
from hub.identity.facts import Status
from hub.identity.roles import Role
from hub.portal.desk import filling, words
from hub.portal.rendering import both
from hub.portal.work.forms import EMPTY, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.exchange.cart.records import Application, CartLine
    from hub.exchange.cart.scope import Scope
    from hub.portal.work.forms import Form

router = APIRouter(include_in_schema=False)
User = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER))]
MOST: Final = identity_store.Paging(limit=200)
FOLLOWING: Final = {"check": "/check", "bases": "/bases"}
"""Where a button leads after it has saved."""


@both(router, "/w/cart/{application_id}")
def edit(application_id: uuid.UUID, page: User) -> HTMLResponse:
    """Show the form with what the application holds and what is still missing."""
    return show(page, application_id)


@router.post("/w/cart/{application_id}", response_class=HTMLResponse)
@router.post("/en/w/cart/{application_id}", response_class=HTMLResponse)
def save(application_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Save what was typed and go where the button leads."""
    try:
        with page.hub.database.begin() as unit:
            application = drafts.find_version(unit, page.person, application_id, form.number("version") or 0)
            content = filling.read(page, form, application.content)
            saved = editing.save(page.context, unit, page.person, application, content)
    except filling.Unreadable as error:
        return show(page, application_id, form.with_faults(*error.faults))
    except ExchangeError as error:
        return refused(page, application_id, form, error)
    following = FOLLOWING.get(form.value("act"))
    if following is None and saved.state is not ApplicationState.DRAFT:
        return page.see_other(f"/w/applications/{saved.id}", "application_changed", saved.label)
    return page.see_other(f"/w/cart/{saved.id}{following or ''}", "cart_saved", saved.label)


def refused(page: WorkPage, application_id: uuid.UUID, form: Form, error: ExchangeError) -> HTMLResponse:
    """Return the form with what the use case says is wrong (raises the error where there is no such application)."""
    with page.hub.database.begin() as unit:
        before = drafts.find(unit, page.person, application_id).content

    def field(name: str) -> str:
        return filling.field_of(before, name)

    return show(page, application_id, form.with_faults(*faults_of(error, page.lang, fields=field)))


def show(page: WorkPage, application_id: uuid.UUID, form: Form = EMPTY) -> HTMLResponse:
    """Return the form's page."""
    with page.hub.database.begin() as unit:
        application = drafts.find(unit, page.person, application_id)
        scope = scope_of(page.context, unit, application.member_id)
        body = application_body(page.hub, unit, application)
        values = _values(page, unit, scope, application, form)
    content = application.content
    missing = [
        (filling.field_of(content, one["field"]), page.pick(one["message"], one["message_en"]))
        for one in body["faults"]
    ]
    return page.show(
        "desk_cart_form.html",
        form=form,
        application=application,
        now=filling.values_of(content),
        is_draft=application.state is ApplicationState.DRAFT,
        is_editable=body["is_editable"],
        missing=missing,
        remarks=[page.pick(one["message"], one["message_en"]) for one in body["remarks"]],
        forms=words.forms(page),
        modes=words.modes(page),
        **values,
    )


def _values(page: WorkPage, unit: Unit, scope: Scope, application: Application, form: Form) -> dict[str, Any]:
    content = application.content
    own = identity_store.systems(unit, MOST, member_id=application.member_id).rows
    members = identity_store.members(unit, MOST).rows
    picked = form.every("bases") if form.is_sent else content.bases
    return {
        "lines": [line_view(page, scope, one) for one in content.lines],
        "bases": [
            (one.id, one.citation, page.pick(one.duty_zh, one.duty_en))
            for key in picked
            if (one := scope.known_bases.get(key)) is not None
        ],
        "systems": [(str(one.id), one.name, "") for one in own if one.status is Status.ACTIVE],
        "members": [(one.slug, one.name) for one in members if one.id != application.member_id],
    }


def line_view(page: WorkPage, scope: Scope, line: CartLine) -> dict[str, Any]:
    """Return a line as the pages show it: what, of which entry, held by whom."""
    resource = scope.holder(line)
    item = resource.facts.by_column.get(line.item) if resource is not None and line.item is not None else None
    member = identity_store.member(scope.unit, "id", resource.provider_id) if resource is not None else None
    is_listed = line.entry is not None and resource is not None
    title = ""
    if is_listed and resource is not None:
        title = (resource.entry.title_en or resource.title) if page.lang == "en" else resource.title
    return {
        "id": line.id,
        "name": item.name if item is not None else line.description or line.item or "",
        "entry": line.entry if is_listed else "",
        "title": title,
        "holder": member.name if member is not None else "",
        "form": line.form.value,
        "is_listed": is_listed,
        "search": line.description.partition("（")[0] if not is_listed and line.provider is None else "",
    }
