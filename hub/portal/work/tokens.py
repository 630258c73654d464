"""``/w/tokens`` CKAN 令牌: a person's own tokens for CKAN clients, made (shown once) and revoked (design 9).

The text of a new token stands in the answer to the form and nowhere else: not in an address, a cookie or a log.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.identity.ckan_tokens import issuing, store
from hub.identity.errors import RoleRequiredError
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from datetime import datetime

    from hub.identity.ckan_tokens.issuing import Issued
    from hub.identity.ckan_tokens.store import CkanToken

router = APIRouter(include_in_schema=False)
HOLDERS: Final = frozenset({Role.CLERK, Role.CATALOGUE_REVIEWER})
"""Who may have tokens; all others find the page, which says so, and may revoke what they had."""
Anybody = Annotated[WorkPage, Depends(open_to())]
PAGE_SIZE: Final = 20


@both(router, "/w/tokens")
def listed(page: Anybody, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show one's own tokens, the good ones first, and the form for a new one."""
    return _shown(page, EMPTY, offset=offset)


def _shown(page: WorkPage, form: Form, *, made: Issued | None = None, offset: int = 0) -> HTMLResponse:
    now = page.context.now()
    with page.hub.database.begin() as unit:
        found = sorted(store.of_staff(unit, page.person.staff.id), key=lambda one: not one.is_live(now))
    return page.show(
        "work_tokens.html",
        form=form,
        made=made,
        address=page.hub.settings.public_url,
        rows=[_row(page, one, now) for one in found[offset : offset + PAGE_SIZE]],
        live=sum(one.is_live(now) for one in found),
        most=issuing.MOST_LIVE,
        scopes=[
            (
                scope,
                page.text(f"token_scope_{scope}"),
                page.text("token_days_of", usual=issuing.DEFAULT_DAYS[scope], most=issuing.LONGEST_DAYS[scope]),
            )
            for scope in _scopes(page)
        ],
        total=len(found),
        **pager(page.request, len(found), offset, PAGE_SIZE),
    )


def _scopes(page: WorkPage) -> list[str]:
    """Return the scopes of tokens that this person may hold."""
    may = []
    for scope in issuing.ROLE_OF:
        try:
            issuing.require_role(page.person.staff, page.person.member, scope)
        except RoleRequiredError:
            continue
        may.append(scope)
    return may


def _is_taken(page: WorkPage, name: str) -> bool:
    """Whether the person has a good token of this name."""
    now = page.context.now()
    with page.hub.database.begin() as unit:
        return any(one.name == name and one.is_live(now) for one in store.of_staff(unit, page.person.staff.id))


def _row(page: WorkPage, one: CkanToken, now: datetime) -> dict[str, Any]:
    state, css = ("live", "good") if one.is_live(now) else ("revoked" if one.revoked is not None else "ended", "")
    return {
        "id": one.id,
        "name": one.name,
        "scope": page.text(f"token_scope_{one.scope}"),
        "created": page.moment(one.created),
        "last_used": page.moment(one.last_used),
        "expires": page.moment(one.expires),
        "state": page.text(f"token_{state}"),
        "css": css,
        "is_live": one.is_live(now),
    }


@router.post("/w/tokens", response_model=None)
@router.post("/en/w/tokens", response_model=None)
def make(page: Anybody, form: Posted) -> HTMLResponse:
    """Make a token for oneself; its text is in this answer alone."""
    days = form.number("days")
    if form.value("days") and days is None:
        return _shown(page, form.with_faults(Fault("days", page.text("fault_number"))))
    if _is_taken(page, form.value("name")):  # the form was sent again: the page of the first has the text
        return _shown(page, form.with_faults(Fault("name", page.text("token_taken"))))
    scopes = _scopes(page)
    scope = form.value("scope", scopes[0] if len(scopes) == 1 else "")
    if scopes and not scope:
        return _shown(page, form.with_faults(Fault("scope", page.text("fault_choose"))))
    owner = (page.person.staff, page.person.member)
    try:
        with page.hub.database.begin() as unit:
            new = issuing.NewToken(form.value("name"), days, scope)
            made = issuing.issue(unit, page.hub.identity.record, page.person.actor, owner, new, page.context.now())
    except DomainError as error:
        at = str(error.facts.get("field", "name"))
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at=at)))
    return _shown(page, EMPTY, made=made)


@router.post("/w/tokens/{token_id}/revoke", response_model=None)
@router.post("/en/w/tokens/{token_id}/revoke", response_model=None)
def revoke(token_id: uuid.UUID, page: Anybody) -> HTMLResponse | RedirectResponse:
    """End one of one's tokens at once."""
    person = page.person
    try:
        with page.hub.database.begin() as unit:
            issuing.revoke(unit, page.hub.identity.record, person.actor, person.staff.id, token_id, page.context.now())
            found = store.find(unit, token_id)
    except DomainError as error:
        return _shown(page, EMPTY.with_faults(*faults_of(error, page.lang)))
    return page.see_other("/w/tokens", "token_revoked", found.name if found is not None else "")
