"""``/w/entries/{name}``: where an entry's version under work stands, who has it, the days left (Art. 16-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse

from catalogue import store
from catalogue.lifecycle import ROLE_NAMES, STATE_NAMES, STEP_NAMES, TRANSITIONS, Role, State, Step
from hub.directory.errors import EntryNotFoundError
from hub.exchange import clocks
from hub.identity import roles as identity_roles
from hub.portal.rendering import both
from hub.portal.work import describing, naming
from hub.portal.work.frame import WorkPage, open_to
from hub.supervision.directory_clocks import AUDIT, UPDATE

if TYPE_CHECKING:
    from catalogue.lifecycle import Transition
    from catalogue.store import EntryRow
    from hub.database import Unit

router = APIRouter(include_in_schema=False)
SEES_ALL = (
    identity_roles.Role.CATALOGUE_REVIEWER,
    identity_roles.Role.SUPERVISOR,
    identity_roles.Role.AUDITOR,
)


@both(router, "/w/entries/{name}")
def show(name: str, page: Annotated[WorkPage, Depends(open_to())]) -> HTMLResponse:
    """Show an entry to its organ and to the authority: state, next step and whose it is, clock, steps taken."""
    with page.hub.database.begin() as unit:
        row = store.find_entry(unit, name)
        if row is None or (row.provider_id != page.person.member.id and not page.person.has_role(*SEES_ALL)):
            raise EntryNotFoundError(name)
        number = row.draft_version or row.published_version or 1
        version = store.find_version(unit, row.id, number)
        if version is None:
            raise EntryNotFoundError(name)
        events = store.events(unit, row.id, number)
        organ = naming.members(unit, [row.provider_id])[row.provider_id]
        running = _clock(page, unit, row)
        title = naming.entries(page, unit, [row.id])[row.id].title
        missing = describing.to_fill_in(page, unit, row, version)
    ahead = [one for one in TRANSITIONS if one.from_state == version.state and one.step is not Step.WITHDRAW]
    return page.show(
        "work_entry.html",
        title=title,
        name=row.name,
        organ=organ,
        number=number,
        is_published=row.published_version is not None,
        state=page.pick(*STATE_NAMES[State(version.state)]),
        ahead=[_ahead(page, one, organ) for one in ahead],
        running=running,
        missing=missing,
        events=[
            {
                "step": page.pick(*STEP_NAMES[Step(one.step)]) if one.step in set(Step) else page.text("entry_edited"),
                "to": page.pick(*STATE_NAMES[State(one.to_state)]),
                "at": page.moment(one.at),
                "reason": one.reason,
            }
            for one in events
        ],
    )


def _ahead(page: WorkPage, one: Transition, organ: str) -> dict[str, str]:
    """Return a step that can be taken now: what, who takes it, by which article."""
    at_authority = one.role is Role.CATALOGUE_REVIEWER
    return {
        "step": page.pick(*STEP_NAMES[one.step]),
        "who": page.pick(*ROLE_NAMES[one.role]),
        "organ": page.text("entry_authority") if at_authority else organ,
        "article": one.article,
        "code": one.step.value,
    }


def _clock(page: WorkPage, unit: Unit, row: EntryRow) -> dict[str, Any] | None:
    for phase in (UPDATE, AUDIT):
        clock = clocks.running(unit, phase.kind, row.id)
        if clock is not None:
            return {
                "name": clock.running.deadline.name.of(page.lang),
                "source": clock.running.deadline.source,
                "due": clock.due_on,
                "left": page.days(clock.due_on),
                "bound": naming.members(unit, [clock.case.bound])[clock.case.bound],
            }
    return None
