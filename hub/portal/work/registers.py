"""``/w/registers`` 基础数据库: the registers with their switch, sources with their lag, conflicts between sources."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.api.registers import all_bodies, source_body
from hub.api.registers_values import conflict_body
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work.forms import EMPTY, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from hub.registers import conflicts, conflicts_store, sources_store, switching
from hub.registers.conflicts import Decision
from hub.registers.conflicts_store import Listing
from hub.registers.errors import ConflictNotFoundError
from hub.registers.known import REGISTER_RULES
from policies.errors import DomainError
from policies.workdays import local_day

if TYPE_CHECKING:
    from hub.registers.conflicts_store import Conflict

router = APIRouter(include_in_schema=False)
READERS: Final = (Role.CATALOGUE_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)
Reader = Annotated[WorkPage, Depends(open_to(*READERS))]
Keeper = Annotated[WorkPage, Depends(open_to(Role.CATALOGUE_REVIEWER))]
PAGE_SIZE: Final = 50


@both(router, "/w/registers")
def registers(page: Reader, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the registers, their sources with what they lag behind, and a page of the conflicts that stand."""
    with page.hub.database.begin() as unit:
        found = all_bodies(page.context, unit)
        fed = [source_body(page.context, one) for one in sources_store.sources(unit)]
        lines, total = conflicts_store.conflicts(unit, Listing(limit=PAGE_SIZE, offset=offset))
    return page.show(
        "work_registers.html",
        registers=found,
        sources=fed,
        conflicts=[_line(page, one) for one in lines],
        is_keeper=page.person.has_role(Role.CATALOGUE_REVIEWER),
        total=total,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _line(page: WorkPage, one: Conflict) -> dict[str, Any]:
    element = REGISTER_RULES[one.register].elements.get(one.element) if one.register in REGISTER_RULES else None
    name = "" if element is None else page.pick(element.name, element.name_en)
    due = local_day(one.due_at) if one.due_at is not None else None
    return {
        "id": one.id,
        "register": one.register,
        "element": one.element,
        "name": name,
        "opened": page.moment(one.opened_at),
        "due": due,
        "is_decided": one.state == conflicts_store.DECIDED,
        "state": one.state,
    }


@router.post("/w/registers", response_model=None)
@router.post("/en/w/registers", response_model=None)
def switch(page: Keeper, form: Posted) -> HTMLResponse | RedirectResponse:
    """Switch a register on or off."""
    code = form.bounded("register", 40)
    is_on, pack = form.value("is_on") == "1", page.hub.settings.pack
    with page.hub.database.begin() as unit:
        basic = switching.switch(page.context, unit, code, page.person.actor, is_on=is_on, pack=pack)
    return page.see_other("/w/registers", "register_switched", page.pick(basic.name, basic.name_en))


@both(router, "/w/registers/{line}")
def conflict(page: Reader, line: uuid.UUID) -> HTMLResponse:
    """Show who says what in a conflict, as marks."""
    return _shown(page, line, EMPTY)


def _shown(page: WorkPage, line: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        found = conflicts_store.conflict(unit, line)
        if found is None:
            raise ConflictNotFoundError
        body = conflict_body(found, {one.id: one for one in sources_store.sources(unit)})
    return page.show(
        "work_register_conflict.html",
        form=form,
        line=_line(page, found) | {"note": found.note},
        claims=body["claims"],
        asked=[(str(one["source"]), f"{one['provider']} · {one['entry']}", "") for one in body["claims"]],
        may_decide=page.person.has_role(Role.CATALOGUE_REVIEWER) and found.state != conflicts_store.SETTLED,
    )


@router.post("/w/registers/{line}", response_model=None)
@router.post("/en/w/registers/{line}", response_model=None)
def decide(page: Keeper, line: uuid.UUID, form: Posted) -> HTMLResponse | RedirectResponse:
    """Ask a source to check what it says."""
    ask = form.value("ask")
    number = int(ask) if ask.isascii() and ask.isdigit() and len(ask) <= len("2147483647") else 0
    try:
        with page.hub.database.begin() as unit:
            desk = conflicts.Desk(page.context, unit, page.person, page.hub.sealer)
            found = conflicts.decide(desk, Decision(line, number, form.bounded("note", conflicts.LONGEST_NOTE)))
    except ConflictNotFoundError:
        raise
    except DomainError as error:
        return _shown(page, line, form.with_faults(*faults_of(error, page.lang, at="note")))
    return page.see_other("/w/registers", "conflict_asked", found.element)
