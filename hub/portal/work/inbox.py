"""``/w/inbox`` 申请办理: what other organs ask of this one, by working days left (政务数据共享条例 Art. 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse

from hub.exchange import store, supplement_store
from hub.exchange.records import LineState, RequestState
from hub.exchange.state_tables import REQUEST
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.frame import Duty, WorkPage, open_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.exchange.records import ShareRequest

router = APIRouter(include_in_schema=False)
Provider = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
Shown = Literal["open", "overdue", "answered", "withdrawn", "all"]
SHOWN: Final[tuple[Shown, ...]] = ("open", "overdue", "answered", "withdrawn", "all")


@both(router, "/w/inbox")
def inbox(
    page: Provider,
    state: Annotated[Shown, Query()] = "open",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show the requests to the organ, the most urgent first."""
    late = state == "overdue"
    wanted = RequestState.OPEN if late else None if state == "all" else RequestState(state)
    with page.hub.database.begin() as unit:
        found, total = store.list_requests(
            unit,
            provider=page.person.member.id,
            state=wanted,
            due_before=page.context.today() if late else None,
            limit=PAGE_SIZE,
            offset=offset,
        )
        rows = _rows(page, unit, found)
    return page.show(
        "work_inbox.html",
        requests=rows,
        total=total,
        state=state,
        states=SHOWN,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


def _rows(page: WorkPage, unit: Unit, found: tuple[ShareRequest, ...]) -> list[dict[str, Any]]:
    entries = naming.entries(page, unit, [one.entry_id for one in found])
    organs = naming.members(unit, [one.member_id for one in found])
    rows = []
    for one in found:
        waiting = [line for line in one.lines if line.state is LineState.WAITING]
        due = min((line.due_on for line in waiting if line.due_on is not None), default=None)
        awaited = supplement_store.supplement(unit, one.id) if waiting else None
        rows.append(
            {
                "id": one.id,
                "label": one.label,
                "organ": organs[one.member_id],
                "purpose": one.purpose,
                "title": entries[one.entry_id].title,
                "waiting": len(waiting),
                "total": len(one.lines),
                "due": due,
                "left": page.days(due) if one.state is RequestState.OPEN else None,
                "is_paused": awaited is not None and awaited.answered_at is None,
                "state": naming.described(page, REQUEST.describe(one.state.value)),
                "is_open": one.state is RequestState.OPEN,
            }
        )
    return rows


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the requests that wait for the organ's answer, for those who answer."""
    if not page.person.has_role(Role.APPROVER):
        return
    found, _ = store.list_requests(
        unit, provider=page.person.member.id, state=RequestState.OPEN, limit=MOST_DUTIES, offset=0
    )
    for row in _rows(page, unit, found):
        note = page.text("inbox_duty_note", organ=row["organ"], purpose=row["purpose"], n=row["waiting"])
        yield Duty(f"/w/inbox/{row['id']}", "answer", row["label"], note, row["due"], row["left"])
