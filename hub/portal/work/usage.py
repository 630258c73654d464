"""``/w/usage`` 谁在用: who uses the organ's data, for what, how much; suspend, resume, narrow or withdraw a grant.

政务数据共享条例 Art. 25, 27, 29: a service is not ended at will; suspending and withdrawing name a ground of the list.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.api.grants import grant_body
from hub.exchange import grant_changes, grants, store, usage, usage_store
from hub.exchange.grant_changes import Narrowing, Stop
from hub.exchange.grant_states import GROUNDS, StopGround
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from policies.answers import LADDER, lesser_forms
from policies.errors import DomainError
from policies.facts import GrantStatus, Treatment
from policies.workdays import CHINA

if TYPE_CHECKING:
    from datetime import date

    from hub.database import Unit
    from hub.exchange.records import Grant

router = APIRouter(include_in_schema=False)
Provider = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
PAGE_SIZE: Final = 20
LONGEST_REASON: Final = 200
QUOTAS: Final = ("calls", "rows", "subjects")
_ACTS: Final = {"suspend": GrantStatus.SUSPENDED, "resume": GrantStatus.ACTIVE, "withdraw": GrantStatus.REVOKED}


@both(router, "/w/usage")
def who_uses(page: Provider, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the grants the organ gave with what was done under them, added up from receipts."""
    with page.hub.database.begin() as unit:
        found, total = store.list_grants(unit, provider=page.person.member.id, limit=PAGE_SIZE, offset=offset)
        rows = _rows(page, unit, found)
    return page.show("work_usage.html", grants=rows, total=total, **pager(page.request, total, offset, PAGE_SIZE))


def _rows(page: WorkPage, unit: Unit, found: tuple[Grant, ...]) -> list[dict[str, Any]]:
    ids = [one.id for one in found]
    used, over = usage_store.usage_of(unit, ids), usage_store.disposed(unit, ids)
    organs = naming.members(unit, [one.member_id for one in found])
    entries = naming.entries(page, unit, [one.entry_id for one in found])
    rows = []
    for one in found:
        body = grant_body(page.context, one, is_disposed=one.id in over)
        rows.append(
            {
                "id": one.id,
                "organ": organs[one.member_id],
                "title": entries[one.entry_id].title,
                "purposes": list(one.purposes),
                "until": page.moment(one.valid_until),
                "state": naming.described(page, body["standing"]),
                "is_active": body["standing"]["state"] == "active",
                "use": usage.usage_body(used[one.id]),
                "last": page.moment(used[one.id].last_at),
                "is_overdue": one.deletion_due is not None
                and one.deletion_due < page.context.today()
                and body["standing"]["state"] == "ended",
                "deletion_due": one.deletion_due,
            }
        )
    return rows


@both(router, "/w/usage/{grant_id}")
def show_grant(grant_id: uuid.UUID, page: Provider) -> HTMLResponse:
    """Show one grant the organ gave, what its user reported, and what can be done about it."""
    return _shown(page, grant_id, EMPTY)


def _shown(page: WorkPage, grant_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        grant = _given(page, unit, grant_id)
        row = _rows(page, unit, (grant,))[0]
        resource = naming.resource(page, unit, grant.entry_id)
        reports = usage_store.reports_of(unit, grant.id)
        over = grant.id in usage_store.disposed(unit, [grant.id])
    body = grant_body(page.context, grant, is_disposed=over)
    items = [
        {
            "column": column,
            "name": naming.item_name(resource, column),
            "form": naming.form_name(page, form_now),
            "lesser": [(one.value, naming.form_name(page, one)) for one in lesser_forms(form_now)]
            + [(Treatment.WITHHELD.value, naming.form_name(page, Treatment.WITHHELD))],
        }
        for column, form_now in sorted(grant.items.items(), key=lambda pair: (LADDER.index(pair[1]), pair[0]))
    ]
    return page.show(
        "work_grant.html",
        form=form,
        grant=grant,
        row=row,
        items=items,
        modes=[(mode.value, page.text(f"request_mode_{mode.value}"), "") for mode in sorted(grant.modes)],
        acts=[act for act in body["standing"]["acts"] if act in {*_ACTS, "narrow"}],
        next_step=_next_step(page, body),
        stopped=_ground(page, grant.stop_ground),
        suspending=_grounds(page, suspending=True),
        ending=_grounds(page, suspending=False),
        reports=reports,
        quotas=grant.quotas,
        may_act=page.person.has_role(Role.APPROVER),
    )


def _next_step(page: WorkPage, body: dict[str, Any]) -> str:
    return page.pick(str(body["standing"]["next"]), str(body["standing"]["next_en"]))


def _ground(page: WorkPage, ground: str | None) -> str:
    return GROUNDS[StopGround(ground)].text.of(page.lang) if ground is not None else ""


def _grounds(page: WorkPage, *, suspending: bool) -> list[tuple[str, str]]:
    return [
        (ground.value, f"{rule.text.of(page.lang)} ({rule.article})")
        for ground, rule in GROUNDS.items()
        if rule.suspends or not suspending
    ]


def _given(page: WorkPage, unit: Unit, grant_id: uuid.UUID) -> Grant:
    """Return a grant the organ gave (raises :class:`hub.exchange.errors.GrantNotFoundError`)."""
    grant = grants.find(unit, page.person, grant_id)
    if grant.provider_id != page.person.member.id:
        raise grants.not_found()
    return grant


@router.post("/w/usage/{grant_id}", response_model=None)
@router.post("/en/w/usage/{grant_id}", response_model=None)
def set_status(grant_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Suspend, resume or withdraw; running use meets it within five seconds."""
    act = form.value("act")
    status = _ACTS.get(act)
    if status is None:
        return _shown(page, grant_id, form.with_faults(Fault("", page.text("fault_choose"))))
    ground = form.value(f"{act}_ground")
    found = StopGround(ground) if ground in set(StopGround) else None
    reason = form.bounded(f"{act}_reason", LONGEST_REASON)
    if not reason:
        return _shown(page, grant_id, form.with_faults(Fault(f"{act}_reason", page.text("fault_empty"))))
    try:
        with page.hub.database.begin() as unit:
            grant_changes.set_status(page.context, unit, page.person, grant_id, status, Stop(reason, found))
    except DomainError as error:
        at = f"{act}_ground" if act != "resume" else f"{act}_reason"
        return _shown(page, grant_id, form.with_faults(*faults_of(error, page.lang, at=at)))
    return page.see_other(f"/w/usage/{grant_id}", f"grant_{act}")


@router.post("/w/usage/{grant_id}/narrow", response_model=None)
@router.post("/en/w/usage/{grant_id}/narrow", response_model=None)
def narrow(grant_id: uuid.UUID, page: Approver, form: Posted) -> HTMLResponse | RedirectResponse:
    """Take items, forms, ways of delivery, time or quantity away; nothing can be added."""
    reason = form.bounded("narrow_reason", LONGEST_REASON)
    if not reason:
        return _shown(page, grant_id, form.with_faults(Fault("narrow_reason", page.text("fault_empty"))))
    last = form.day("narrow_until")
    with page.hub.database.begin() as unit:
        grant = _given(page, unit, grant_id)
    chosen = {column: form.value(f"item_{column}") for column in grant.items}
    less = Narrowing(
        reason=reason,
        items={column: Treatment(value) for column, value in chosen.items() if value in set(Treatment)},
        without_modes=frozenset(mode for mode in grant.modes if mode.value in form.every("without")),
        valid_until=_end_of(last) if last is not None else None,
        quotas={name: number for name in QUOTAS if (number := form.number(f"quota_{name}")) is not None},
    )
    try:
        with page.hub.database.begin() as unit:
            grant_changes.narrow(page.context, unit, page.person, grant_id, less)
    except DomainError as error:
        return _shown(page, grant_id, form.with_faults(*faults_of(error, page.lang, at="narrow_reason")))
    return page.see_other(f"/w/usage/{grant_id}", "grant_narrowed")


def _end_of(day: date) -> datetime:
    """Return the moment after which nothing of a day is left in the city."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=CHINA).astimezone(UTC)
