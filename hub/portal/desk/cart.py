"""``/w/cart`` 申请车: drafts of the organ, use cases to begin from, and the button beside every item.

An item goes into the cart named, else into the draft this person worked on last, else into a new one.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.exchange.cart import drafts, editing, store, submitting, templates
from hub.exchange.cart.records import ApplicationState, Content
from hub.exchange.cart.scope import named, scope_of
from hub.exchange.errors import ExchangeError
from hub.identity import store as identity_store
from hub.identity.facts import Status
from hub.identity.roles import Role
from hub.portal.desk import filling
from hub.portal.rendering import both
from hub.portal.work.forms import EMPTY, Fault, Posted, faults_of, within
from hub.portal.work.frame import WorkPage, open_to

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.exchange.cart.records import Application
    from hub.portal.work.forms import Form, within

router = APIRouter(include_in_schema=False)
User = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER))]
MOST_DRAFTS: Final = 50
FORM: Final = "full"


@both(router, "/w/cart")
def cart(page: User) -> HTMLResponse:
    """Show the organ's drafts and what an application can begin from."""
    return _show(page)


def _show(page: WorkPage, form: Form = EMPTY) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        found, total = store.list_applications(
            unit, page.person.member.id, state=ApplicationState.DRAFT, limit=MOST_DRAFTS
        )
        known = templates.templates(unit)
    return page.show(
        "desk_cart.html",
        form=form,
        drafts=[_draft(page, one) for one in found],
        total=total,
        templates=[
            {
                "id": one.id,
                "name": page.pick(one.name_zh, one.name_en),
                "scenario": one.scenario,
                "items": [item.name for item in one.items],
            }
            for one in known.values()
        ],
    )


def _draft(page: WorkPage, one: Application) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.label,
        "title": one.content.title or one.content.purpose,
        "items": len(one.content.lines),
        "changed": page.moment(one.changed_at),
        "is_mine": one.changed_by == page.person.staff.id,
    }


@router.post("/w/cart")
@router.post("/en/w/cart")
def begin(page: User, form: Posted) -> Response:
    """Begin a draft, empty or from a use case."""
    template = form.value("template") or None
    with page.hub.database.begin() as unit:
        content = templates.prefilled(page.context, unit, page.person, template) if template else Content()
        made = drafts.create(page.context, unit, page.person, _with_system(page, unit, content), template)
    return page.see_other(f"/w/cart/{made.id}", "cart_begun", made.label)


@router.post("/w/cart/add", response_class=HTMLResponse)
@router.post("/en/w/cart/add", response_class=HTMLResponse)
def add(page: User, form: Posted) -> Response:
    """Put items of an entry into a cart; what is in it already is not doubled."""
    entry, columns = form.bounded("entry", 200), [within("item", one, 200) for one in form.every("item")]
    if not entry or not columns:
        return _show(page, form.with_faults(Fault("", page.text("desk_add_nothing"))))
    try:
        with page.hub.database.begin() as unit:
            target = _target(page, unit, form.uuid("cart"))
            before = target.content
            wanted = [
                {"entry": entry, "item": column, "form": form.value("form", FORM)} for column in dict.fromkeys(columns)
            ]
            held = {(line.entry, line.item) for line in before.lines}
            lines = [*map(filling.line_json, before.lines)]
            lines += [one for one in wanted if (one["entry"], one["item"]) not in held]
            content = named(
                scope_of(page.context, unit, target.member_id), filling.checked(page, {"lines": lines}, before)
            )
            saved = editing.save(page.context, unit, page.person, target, content)
    except filling.Unreadable as error:
        return _show(page, form.with_faults(*error.faults))
    except ExchangeError as error:
        return _show(page, form.with_faults(*faults_of(error, page.lang)))
    added = len(saved.content.lines) - len(before.lines)
    return page.see_other(f"/w/cart/{saved.id}", "cart_added" if added else "cart_held", saved.label)


def _target(page: WorkPage, unit: Unit, cart_id: uuid.UUID | None) -> Application:
    """Return the cart named, the draft the person changed last, or a new one; held."""
    if cart_id is not None:
        return drafts.find(unit, page.person, cart_id, lock=True)
    found, _ = store.list_applications(unit, page.person.member.id, state=ApplicationState.DRAFT, limit=MOST_DRAFTS)
    mine = next((one for one in found if one.changed_by == page.person.staff.id), None)
    if mine is not None:
        return drafts.find(unit, page.person, mine.id, lock=True)
    return drafts.create(page.context, unit, page.person, _with_system(page, unit, Content()))


def _with_system(page: WorkPage, unit: Unit, content: Content) -> Content:
    """Return what a draft begins with: the organ's only system is named already, nobody has to pick it."""
    own = identity_store.systems(unit, identity_store.Paging(limit=2), member_id=page.person.member.id).rows
    live = [one.id for one in own if one.status is Status.ACTIVE]
    return replace(content, systems=(live[0],)) if len(own) == 1 and live and not content.systems else content


@router.post("/w/cart/{application_id}/drop")
@router.post("/en/w/cart/{application_id}/drop")
def drop(application_id: uuid.UUID, page: User, form: Posted) -> RedirectResponse:
    """Give a draft up."""
    with page.hub.database.begin() as unit:
        gone = submitting.withdraw(page.context, unit, page.person, application_id, form.number("version") or 0)
    return page.see_other("/w/cart", "cart_dropped", gone.label)
