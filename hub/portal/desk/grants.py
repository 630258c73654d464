"""``/w/grants`` 授权与密钥: what the organ may use, how much is left today, what must be destroyed, samples to copy.

A grant belongs to a system and works with that system's key alone; the private key never comes to the hub, so the
samples read it from a file (政务数据共享条例 Art. 25-29).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from hub.exchange import grants, quota_store, quotas, samples, store, usage, usage_store
from hub.exchange.errors import ExchangeError, GrantNotFoundError
from hub.exchange.grant_states import GRANT, GROUNDS, StopGround, state_of
from hub.exchange.states import ActNotAllowedError
from hub.identity import store as identity_store
from hub.identity.facts import KeyPurpose, KeyStatus
from hub.identity.roles import Role
from hub.portal.desk import words
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from hub.registers.first_calls import first_call
from policies.facts import GrantStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.exchange.records import Grant
    from hub.portal.work.forms import Form

router = APIRouter(include_in_schema=False)
Holder = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
User = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER))]
Party = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER, Role.CLERK, Role.APPROVER))]
PAGE_SIZE: Final = 20
MOST: Final = 200
REPORT_FIELDS: Final = ("scenario", "process", "results", "storage", "destruction")
CSS: Final = {"active": "good", "expiring": "warn", "suspended": "bad", "ended": "", "disposed": ""}
SOON_DAYS: Final = 30
"""A grant that ends within so many days is said to end soon (将到期)."""


@both(router, "/w/grants")
def listed(page: Holder, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the grants of the organ with what is left today and what must be destroyed."""
    with page.hub.database.begin() as unit:
        found, total = store.list_grants(unit, member=page.person.member.id, limit=PAGE_SIZE, offset=offset)
        rows = [view(page, unit, one) for one in found]
        keys = _systems(page, unit)
    return page.show(
        "desk_grants.html", grants=rows, total=total, systems=keys, **pager(page.request, total, offset, PAGE_SIZE)
    )


def view(page: WorkPage, unit: Unit, grant: Grant) -> dict[str, Any]:
    """Return a grant as the pages show it."""
    disposed = bool(usage_store.disposed(unit, [grant.id]))
    key = state_of(grant, page.context.now(), is_disposed=disposed)
    described = GRANT.describe(key)
    resource = naming.resource(page, unit, grant.entry_id)
    entry = naming.entries(page, unit, [grant.entry_id])[grant.entry_id]
    provider = identity_store.member(unit, "id", grant.provider_id)
    system = identity_store.system(unit, grant.system_id)
    used = quota_store.used(unit, grant.id, page.context.today())
    left = quotas.left(grant.quotas, used)
    days_left = (grant.valid_until - page.context.now()).days
    shown = "expiring" if key == "active" and days_left < SOON_DAYS else key
    return {
        "id": grant.id,
        "title": entry.title,
        "name": entry.name,
        "holder": provider.name if provider is not None else "",
        "contact": provider.contact if provider is not None else "",
        "system": system.name if system is not None else "",
        "system_id": grant.system_id,
        "state": page.text("desk_grant_expiring") if shown == "expiring" else naming.described(page, described),
        "css": CSS[shown],
        "next": page.pick(str(described["next"]), str(described["next_en"])),
        "is_live": key == "active",
        "is_ended": key == "ended",
        "items": [
            (naming.item_name(resource, column), column, naming.form_name(page, form))
            for column, form in grant.items.items()
        ],
        "modes": words.listed(page, [words.mode(page, one) for one in sorted(grant.modes)]),
        "purposes": words.listed(page, grant.purposes),
        "cases": grant.case_pattern or "",
        "since": words.first_day(grant.valid_from),
        "until": words.last_day(grant.valid_until),
        "quotas": [
            (page.text(f"desk_quota_{name}"), limit - left[name], limit) for name, limit in grant.quotas.items()
        ],
        "retention": grant.retention_days,
        "deletion_due": grant.deletion_due,
        "reason": _reason(page, grant),
        "legal_basis": grant.legal_basis,
        "request": grant.request_id,
    }


def _reason(page: WorkPage, grant: Grant) -> str:
    if grant.stop_ground is None or grant.status is GrantStatus.ACTIVE:
        return ""
    rule = GROUNDS[StopGround(grant.stop_ground)]
    said = f"{rule.text.of(page.lang)} ({rule.article})"
    return f"{said} {grant.stop_reason}" if grant.stop_reason else said


def _systems(page: WorkPage, unit: Unit) -> list[dict[str, Any]]:
    """Return the organ's systems with the state of their keys."""
    own = identity_store.systems(unit, identity_store.Paging(limit=MOST), member_id=page.person.member.id).rows
    return [{"name": one.name, "id": one.id, "key": key_state(page, unit, one.id)} for one in own]


def key_state(page: WorkPage, unit: Unit, system_id: uuid.UUID) -> dict[str, Any]:
    """Return how the key of a system stands: live until when, proposed, or none."""
    now = page.context.now()
    keys = [one for one in identity_store.keys_of(unit, system_id) if one.purpose is KeyPurpose.AUTH]
    live = max((one for one in keys if one.is_live(now)), key=lambda one: one.valid_from, default=None)
    if live is not None:
        until = words.last_day(live.valid_to)
        return {"is_live": True, "text": page.text("desk_key_live", until=until), "thumbprint": live.thumbprint}
    proposed = any(one.status is KeyStatus.PROPOSED for one in keys)
    return {
        "is_live": False,
        "text": page.text("desk_key_proposed" if proposed else "desk_key_none"),
        "thumbprint": "",
    }


@both(router, "/w/grants/{grant_id}")
def grant(grant_id: uuid.UUID, page: Party) -> HTMLResponse:
    """Show one grant with its samples, the state of the key, and the reports made."""
    return _show(page, grant_id)


def _show(page: WorkPage, grant_id: uuid.UUID, form: Form = EMPTY) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        found = grants.find(unit, page.person, grant_id)
        shown = view(page, unit, found)
        used = usage_store.usage_of(unit, [found.id])[found.id]
        reports = usage_store.reports_of(unit, found.id)
        key = key_state(page, unit, found.system_id)
        is_ours = found.member_id == page.person.member.id
        given = _samples(page, unit, found) if is_ours and shown["name"] else []
    return page.show(
        "desk_grant.html",
        form=form,
        grant=shown,
        key=key,
        used=used,
        last_used=page.moment(used.last_at),
        samples=given,
        is_ours=is_ours,
        is_user=is_ours and page.person.has_role(Role.AGENCY_USER),
        today=page.context.today(),
        reports=[
            {
                "kind": page.text(f"desk_report_{one.kind}"),
                "period": page.text("desk_period", since=one.from_day, until=one.until_day),
                "at": page.moment(one.at),
                "facts": [(page.text(f"desk_report_{name}_field"), text) for name, text in one.facts.items()],
            }
            for one in reports
        ],
    )


def _samples(page: WorkPage, unit: Unit, found: Grant) -> list[dict[str, str]]:
    filled = samples.samples(
        page.context, unit, found, page.hub.settings.public_url, first_call(page.context, unit, found)
    )
    return [
        {
            "name": name,
            "title": page.pick(one["title"], one["title_en"]),
            "needs": one["needs"],
            "text": one["text"],
        }
        for name, one in filled["samples"].items()
    ]


@router.get("/w/grants/{grant_id}/samples/{name}")
def sample(grant_id: uuid.UUID, name: str, page: Holder) -> Response:
    """Give one sample as a text of its own: to save, or to copy whole."""
    with page.hub.database.begin() as unit:
        found = grants.find(unit, page.person, grant_id)
        known = {one["name"]: one["text"] for one in _samples(page, unit, found)}
    if found.member_id != page.person.member.id or name not in known:
        raise grants.not_found()
    return PlainTextResponse(known[name], headers={"Cache-Control": "no-store"})


@router.post("/w/grants/{grant_id}/reports", response_class=HTMLResponse)
@router.post("/en/w/grants/{grant_id}/reports", response_class=HTMLResponse)
def report(grant_id: uuid.UUID, page: User, form: Posted) -> Response:
    """Report how the data was used, or that it was destroyed."""
    kind = "deletion" if form.value("kind") == "deletion" else "use"
    since, until = form.day("from_day"), form.day("until_day")
    if since is None or until is None:
        named = [name for name, day in (("from_day", since), ("until_day", until)) if day is None]
        return _show(page, grant_id, form.with_faults(*(Fault(name, page.text("desk_no_day")) for name in named)))
    facts = {name: form.bounded(name, 2000) for name in REPORT_FIELDS if form.value(name)}
    if not facts:
        needed = "destruction" if kind == "deletion" else "scenario"
        return _show(page, grant_id, form.with_faults(Fault(needed, page.text("desk_say_something"))))
    try:
        with page.hub.database.begin() as unit:
            usage.report(page.context, unit, page.person, grant_id, usage.NewReport(kind, since, until, facts))
    except GrantNotFoundError:
        raise
    except (ExchangeError, ActNotAllowedError) as error:
        return _show(page, grant_id, form.with_faults(*faults_of(error, page.lang, at="until_day")))
    return page.see_other(f"/w/grants/{grant_id}", "reported")


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the grants that have ended and whose data is still to be destroyed and reported."""
    if not page.person.has_role(Role.AGENCY_USER):
        return
    found, _ = store.list_grants(unit, member=page.person.member.id, limit=MOST)
    ended = [one for one in found if state_of(one, page.context.now(), is_disposed=False) == "ended"]
    over = usage_store.disposed(unit, [one.id for one in ended])
    for one in ended:
        if one.id not in over and one.deletion_due is not None:
            title = naming.entries(page, unit, [one.entry_id])[one.entry_id].title
            yield Duty(
                f"/w/grants/{one.id}", "destroy", title, words.listed(page, one.purposes), one.deletion_due,
                page.days(one.deletion_due),
            )  # fmt: skip
