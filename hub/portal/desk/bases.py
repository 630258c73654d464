"""``/w/cart/{id}/bases`` 依据库: search the articles an application may cite, read what each says, and pick."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, Response

from hub.exchange.cart import bases, drafts, editing
from hub.exchange.errors import ExchangeError
from hub.identity.roles import Role
from hub.portal.desk.cart_form import refused
from hub.portal.rendering import both, pager
from hub.portal.texts import texts
from hub.portal.work.forms import Posted
from hub.portal.work.frame import WorkPage, open_to

router = APIRouter(include_in_schema=False)
User = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER))]
Text = Annotated[str, Query(max_length=200)]
PAGE_SIZE: Final = 20


@both(router, "/w/cart/{application_id}/bases")
def library(
    application_id: uuid.UUID,
    page: User,
    q: Text = "",
    theme: Text = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show the articles that hold every word, those picked already marked."""
    with page.hub.database.begin() as unit:
        application = drafts.find(unit, page.person, application_id)
        found = bases.search(unit, q, theme)
        themes = sorted({name for one in bases.all_bases(unit).values() for name in one.themes})
    picked = set(application.content.bases)
    return page.show(
        "desk_bases.html",
        application=application,
        q=q,
        theme=theme,
        themes=[(name, page.text(f"desk_theme_{name}") if _is_known(page, name) else name) for name in themes],
        found=[
            {
                "id": one.id,
                "citation": one.citation,
                "duty": page.pick(one.duty_zh, one.duty_en),
                "certainty": one.certainty,
                "is_city": one.by_city,
                "is_picked": one.id in picked,
            }
            for one in found[offset : offset + PAGE_SIZE]
        ],
        total=len(found),
        **pager(page.request, len(found), offset, PAGE_SIZE),
    )


def _is_known(page: WorkPage, theme: str) -> bool:
    return f"desk_theme_{theme}" in texts(page.lang)


@router.post("/w/cart/{application_id}/bases", response_class=HTMLResponse)
@router.post("/en/w/cart/{application_id}/bases", response_class=HTMLResponse)
def pick(application_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Take the articles ticked into the application; those shown and not ticked leave it."""
    try:
        with page.hub.database.begin() as unit:
            application = drafts.find_version(unit, page.person, application_id, form.number("version") or 0)
            known = bases.all_bases(unit)
            ticked = [one for one in form.every("basis") if one in known]
            shown = set(form.every("shown"))
            kept = [one for one in application.content.bases if one not in shown or one in ticked]
            chosen = tuple(dict.fromkeys([*kept, *ticked]))
            content = replace(application.content, bases=chosen)
            saved = editing.save(page.context, unit, page.person, application, content)
    except ExchangeError as error:
        return refused(page, application_id, form, error)
    return page.see_other(f"/w/cart/{saved.id}", "bases_picked", saved.label)
