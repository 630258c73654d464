"""``/w/figures`` 指标数据不一致: figures of one indicator, period and vintage that differ, and who is right.

A person of the directory decides; nothing is settled by itself but by agreement of the sources. What is not released
yet is neither shown nor decided here (统计法实施条例 第二十六条、第二十八条; 政务数据共享条例 Art. 26).
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, Response

from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work.forms import EMPTY, Fault, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from hub.registers.macro import settling
from hub.registers.macro.errors import FigureConflictNotFoundError, IndicatorQuestionError
from hub.registers.macro.settling import LONGEST_NOTE, Choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.portal.work.forms import Form

router = APIRouter(include_in_schema=False)
READERS: Final = (Role.CATALOGUE_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)
Reader = Annotated[WorkPage, Depends(open_to(*READERS))]
Keeper = Annotated[WorkPage, Depends(open_to(Role.CATALOGUE_REVIEWER))]
State = Literal["open", "decided", "settled"]
STATES: Final[tuple[State, ...]] = ("open", "decided", "settled")
PAGE_SIZE: Final = 50
MOST_DUTIES: Final = 20


@both(router, "/w/figures")
def figures(page: Reader, state: State = "open", offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Show the conflicts of a state, the oldest first, with both figures and their sources."""
    with page.hub.database.begin() as unit:
        total, found = settling.listing(unit, state, PAGE_SIZE, offset, page.context.now())
    return page.show(
        "work_figures.html",
        state=state,
        states=STATES,
        lines=[_line(page, one) for one in found],
        total=total,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _line(page: WorkPage, one: dict[str, object]) -> dict[str, Any]:
    due = date.fromisoformat(str(one["due_on"]))
    return {
        **one,
        "label": f"{one['indicator']} {one['area']} {one['period']}",
        "opened": str(one["opened_at"])[:10],
        "due": due,
        "days": page.days(due),
    }


@both(router, "/w/figures/{number}")
def conflict(page: Reader, number: uuid.UUID) -> HTMLResponse:
    """Show both figures of a conflict and, while it is open, the form that settles it."""
    return _shown(page, number, EMPTY)


def _shown(page: WorkPage, number: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        found = settling.shown(unit, number, page.context.now())
    is_keeper = page.person.has_role(Role.CATALOGUE_REVIEWER)
    return page.show(
        "work_figure.html",
        form=form,
        line=_line(page, found),
        longest=LONGEST_NOTE,
        choices=[(kept, page.text(f"fig_keep_{kept}"), "") for kept in ("standing", "claimed")],
        may_settle=is_keeper and found["state"] == "open" and found["is_released"],
        waits=is_keeper and found["state"] == "open" and not found["is_released"],
    )


@router.post("/w/figures/{number}", response_model=None)
@router.post("/en/w/figures/{number}", response_model=None)
def settle(page: Keeper, number: uuid.UUID, form: Posted) -> Response:
    """Settle a conflict: the standing figure stays, or the later one becomes a new vintage."""
    keep = form.value("keep")
    if keep not in {"standing", "claimed"}:
        return _shown(page, number, form.with_faults(Fault("keep", page.text("fig_choose"))))
    choice = Choice("claimed" if keep == "claimed" else "standing", form.bounded("note", LONGEST_NOTE))
    try:
        with page.hub.database.begin() as unit:
            label = str(_line(page, settling.shown(unit, number, page.context.now()))["label"])
            settling.settle(page.context, unit, number, choice, page.person.actor)
    except FigureConflictNotFoundError:
        raise
    except IndicatorQuestionError as error:
        at = str(error.facts.get("parameter", "note"))
        return _shown(page, number, form.with_faults(*faults_of(error, page.lang, at=at)))
    return page.see_other("/w/figures", "figure_settled", label)


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the open conflicts that can be settled now."""
    if not page.person.has_role(Role.CATALOGUE_REVIEWER):
        return
    _, found = settling.listing(unit, "open", MOST_DUTIES, 0, page.context.now())
    for one in found:
        if one["is_released"]:
            line = _line(page, one)
            yield Duty(f"/w/figures/{one['id']}", "figures", line["label"], "", line["due"], line["days"])
