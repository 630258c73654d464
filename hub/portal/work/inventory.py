"""``/w/inventory`` 存量资源: what units' systems hold and what of it is not in the directory yet (Zhengzhou Art. 17).

A clerk lists what the unit has, line by line or from a sheet, and goes on from a line to the draft of its entry; the
authority sees by unit what is missing.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from catalogue.code_lists import load_code_list
from hub.api.entries import secrets_incident
from hub.directory import oversight
from hub.directory.checking import Desk, SecretsInEntryError
from hub.directory.inventory import store, use_cases
from hub.directory.inventory.store import Standing, Wanted
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import filing
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hub.database import Unit
    from hub.directory.inventory.store import Listed, ResourceRow
    from hub.identity.facts import Member

router = APIRouter(include_in_schema=False)
READERS: Final = (Role.CLERK, Role.APPROVER, *oversight.READERS)
Reader = Annotated[WorkPage, Depends(open_to(*READERS))]
Clerk = Annotated[WorkPage, Depends(open_to(Role.CLERK))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
SHORT: Final = 200
LONG: Final = 2000
MOST_ITEMS: Final = 2000
_CSS: Final = {Standing.ATTACHED: "good", Standing.DRAFT: "warn", Standing.OPEN: "warn", Standing.CLOSED: ""}


@both(router, "/w/inventory")
def listed(
    page: Reader,
    member: Annotated[str, Query(max_length=120)] = "",
    standing: Annotated[Standing | None, Query()] = None,
    overdue: Annotated[bool, Query()] = False,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show the lines of the own unit; for the authority counts by unit, and the lines of all or one of them."""
    return _shown(page, EMPTY, member, standing, overdue=overdue, offset=offset)


def _shown(
    page: WorkPage,
    form: Form,
    member: str = "",
    standing: Standing | None = None,
    *,
    overdue: bool = False,
    offset: int = 0,
) -> HTMLResponse:
    is_clerk = page.person.has_role(Role.CLERK)
    with page.hub.database.begin() as unit:
        seen = oversight.members_seen(unit, page.person)
        counts = use_cases.by_unit(Desk(page.context, unit, page.person), seen)
        whose = oversight.members_seen(unit, page.person, member) if member else seen
        wanted = Wanted(whose, page.context.today(), standing, overdue)
        found, total = store.listed(unit, wanted, limit=PAGE_SIZE, offset=offset)
        known = oversight.names_of(unit, {one.row.member_id for one in found})
        silent = _silent(page, unit, seen, counts)
        entries = filing.own_entries(page, unit) if is_clerk else []
    return page.show(
        "work_inventory.html",
        form=form,
        rows=[_row(page, one, known) for one in found],
        units=counts,
        silent=silent,
        is_over=len(seen) > 1,
        sums={key: sum(int(one[key]) for one in counts) for key in ("listed", *Standing, "overdue")},
        member=member,
        standing=standing.value if standing is not None else "",
        overdue=overdue,
        standings=[(each.value, page.text(f"inventory_is_{each.value}")) for each in Standing],
        entries=entries,
        is_clerk=is_clerk,
        total=total,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _silent(page: WorkPage, unit: Unit, seen: Collection[uuid.UUID], counts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the units under an authority that have listed nothing: the widest gap of all."""
    if len(seen) == 1:
        return []
    listing = {str(one["member"]) for one in counts}
    others = oversight.names_of(unit, set(seen) - {page.person.member.id}).values()
    return sorted(one.name for one in others if one.slug not in listing)


def _cycles(page: WorkPage) -> list[tuple[str, str]]:
    rows = load_code_list("catalogue_update_cycle").rows.values()
    return [(row.code, page.pick(row.name_zh, row.name_en)) for row in rows]


def _row(page: WorkPage, one: Listed, members: Mapping[uuid.UUID, Member]) -> dict[str, Any]:
    """Return a line for the page, with what the person may do with it."""
    row = one.row
    is_own = row.member_id == page.person.member.id and page.person.has_role(Role.CLERK)
    return {
        "id": row.id,
        "name": row.name,
        "system": row.system,
        "member": members[row.member_id].name if row.member_id in members else "",
        "owner_unit": row.owner_unit,
        "rows": f"{row.rows:,}" if row.rows is not None else "",
        "cycle": dict(_cycles(page)).get(row.update_cycle, ""),
        "items": "、".join(row.items),
        "planned": row.planned_on,
        "is_overdue": one.is_overdue,
        "reason": row.reason,
        "closed": row.closed,
        "entry": one.entry,
        "standing": page.text(f"inventory_is_{one.standing.value}"),
        "css": _CSS[one.standing],
        "may_describe": is_own and one.standing is Standing.OPEN and row.entry_id is None,
        "may_change": is_own and one.standing is not Standing.ATTACHED,
    }


@both(router, "/w/inventory/new")
def new(page: Clerk, line: Annotated[uuid.UUID | None, Query()] = None) -> HTMLResponse:
    """Show the form for a line: a new one, or one of the unit's to be changed."""
    if line is None:
        return _form(page, EMPTY)
    with page.hub.database.begin() as unit:
        row = use_cases.own(Desk(page.context, unit, page.person), line)
    return _form(page, _typed(row))


def _form(page: WorkPage, form: Form) -> HTMLResponse:
    return page.show("work_inventory_new.html", form=form, cycles=_cycles(page))


def _typed(row: ResourceRow) -> Form:
    """Return a line as it would have been typed."""
    return Form(
        {
            "system": (row.system,),
            "name": (row.name,),
            "owner_unit": (row.owner_unit,),
            "rows": (str(row.rows) if row.rows is not None else "",),
            "update_cycle": (row.update_cycle,),
            "items": ("\n".join(row.items),),
            "planned_on": (row.planned_on.isoformat() if row.planned_on is not None else "",),
            "reason": (row.reason,),
        }
    )


@router.post("/w/inventory/new", response_model=None)
@router.post("/en/w/inventory/new", response_model=None)
def put(page: Clerk, form: Posted) -> HTMLResponse | RedirectResponse:
    """Add a line, or change the one of this system and name."""
    items = form.several("items", SHORT)
    rows, planned_on = form.number("rows"), form.day("planned_on")
    wrong = [Fault("rows", page.text("fault_number"))] if form.value("rows") and rows is None else []
    wrong += [Fault("planned_on", page.text("fault_day"))] if form.value("planned_on") and planned_on is None else []
    wrong += [Fault("items", page.text("inventory_many_items", n=MOST_ITEMS))] if len(items) > MOST_ITEMS else []
    given = use_cases.Existing(
        system=form.bounded("system", SHORT),
        name=form.bounded("name", SHORT),
        owner_unit=form.bounded("owner_unit", SHORT),
        rows=rows,
        update_cycle=form.value("update_cycle"),
        items=items,
        planned_on=planned_on,
        reason=form.bounded("reason", LONG),
    )
    if wrong:
        return _form(page, form.with_faults(*wrong))
    try:
        with page.hub.database.begin() as unit:
            row, outcome = use_cases.put(Desk(page.context, unit, page.person), given)
    except DomainError as error:
        return _form(page, form.with_faults(*faults_of(error, page.lang, at="name")))
    return page.see_other("/w/inventory", f"inventory_{outcome}", row.name)


@router.post("/w/inventory/{line}/describe", response_model=None)
@router.post("/en/w/inventory/{line}/describe", response_model=None)
def describe(line: uuid.UUID, page: Clerk) -> HTMLResponse | RedirectResponse:
    """Make the draft of an entry from a line; its page says what has still to be filled in."""
    at = f"l-{line}"
    try:
        with page.hub.database.begin() as unit:
            draft = use_cases.to_draft(Desk(page.context, unit, page.person), line)
    except DomainError as error:
        if isinstance(error, SecretsInEntryError):
            secrets_incident(page.hub, page.person, None)
        return _shown(page, EMPTY.with_faults(*faults_of(error, page.lang, at=at, fields=lambda _: at)))
    return page.see_other(f"/w/entries/{draft.row.name}", "inventory_described", draft.row.title)


@router.post("/w/inventory/{line}/attach", response_model=None)
@router.post("/en/w/inventory/{line}/attach", response_model=None)
def attach(line: uuid.UUID, page: Clerk, form: Posted) -> HTMLResponse | RedirectResponse:
    """Say that an entry of the unit holds the resource already."""
    at = f"entry-{line}"
    if not form.value("entry"):
        return _shown(page, form.with_faults(Fault(at, page.text("fault_choose"))))
    try:
        with page.hub.database.begin() as unit:
            row = use_cases.attach(Desk(page.context, unit, page.person), line, form.bounded("entry", SHORT))
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at=at, fields=lambda _: at)))
    return page.see_other("/w/inventory", "inventory_attached", row.name)


@router.post("/w/inventory/{line}/close", response_model=None)
@router.post("/en/w/inventory/{line}/close", response_model=None)
def close(line: uuid.UUID, page: Clerk, form: Posted) -> HTMLResponse | RedirectResponse:
    """Take a line off the list, with the reason."""
    at = f"closing-{line}"
    try:
        with page.hub.database.begin() as unit:
            row = use_cases.close(Desk(page.context, unit, page.person), line, form.bounded("reason", LONG))
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at=at, fields=lambda _: at)))
    return page.see_other("/w/inventory", "inventory_closed", row.name)


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the lines of the clerk's unit whose planned day has passed."""
    person = page.person
    if person.has_role(Role.CLERK):
        wanted = Wanted((person.member.id,), page.context.today(), only_overdue=True)
        for one in store.listed(unit, wanted, limit=MOST_DUTIES)[0]:
            due = one.row.planned_on
            yield Duty("/w/inventory?overdue=true", "inventory_due", one.row.name, one.row.system, due, page.days(due))
