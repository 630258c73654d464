"""Notices, what is overdue, urging, disputes, and how the sweeps fare (政务数据共享条例 Art. 28, 29, 39-41)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from hub.api.authentication import CurrentStaff, require_role
from hub.api.clock_bodies import clock_body, dispute_body, notice_body, urging_body
from hub.api.models import Body
from hub.exchange import clock_store
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.notices import store as notice_store
from hub.services import Hub
from hub.supervision import board, disputes, store, urging
from hub.supervision.errors import SupervisionError
from policies.facts import Treatment

router = APIRouter(prefix="/api/v1", tags=["agencies"])
operators_router = APIRouter(prefix="/api/v1", tags=["operators"])
Requester = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
Supervisor = Annotated[StaffRequester, Depends(require_role(Role.SUPERVISOR))]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Said = Annotated[str, Field(min_length=1, max_length=2000)]
Held = Annotated[str, Field(min_length=1, max_length=4000)]


class UrgeBody(Body):
    """What the supervisor writes."""

    text: Said


class ReasonBody(Body):
    """Why a case is late."""

    reason: Said


class DisputeBody(Body):
    """What is disputed: a line, or without one the suspended grant of the request; and why."""

    line: uuid.UUID | None = None
    text: Held


class MoveBody(Body):
    """One act on a dispute; ``form`` is what an overturning grants at once, ``document`` the government's number."""

    act: Literal[
        "record", "settle", "escalate", "withdraw", "overturn", "uphold", "refer", "appeal",
        "decide_overturn", "decide_uphold",
    ]  # fmt: skip
    text: Held
    form: Treatment | None = None
    document: Annotated[str, Field(max_length=200)] = ""


@router.get("/notices", summary="通知 / Notices to you")
def notices(
    staff: CurrentStaff,
    hub: Hub,
    unread: Annotated[bool, Query(description="只看未读 / those not read alone")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List what you should know, the newest first."""
    reader = _reader(staff)
    with hub.database.begin() as unit:
        found, total = notice_store.for_person(unit, reader, unread=unread, limit=limit, offset=offset)
    return _page("notices", [notice_body(one) for one in found], total, limit, offset)


@router.post("/notices/{notice_id}/read", summary="已读 / Mark a notice as read")
def read_notice(notice_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Mark a notice as read by you; others of your organ still see it as new."""
    with hub.database.begin() as unit:
        if not notice_store.mark_read(unit, notice_id, _reader(staff), hub.context.now()):
            raise SupervisionError(
                "没有这条通知", "there is no such notice", next_zh="请从通知列表打开", next_en="open it from your list"
            )
    return {"id": notice_id, "is_read": True}


@router.get("/overdue", summary="逾期事项 / What is overdue")
def overdue(
    staff: CurrentStaff,
    hub: Hub,
    member: Annotated[
        str | None, Query(max_length=63, description="只看该单位 / one member alone, by its slug")
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List late cases, the longest late first: of your organ, or, for a supervisor, of all members of your level."""
    with hub.database.begin() as unit:
        under = board.members_seen(unit, staff, member)
        found, total = clock_store.overdue(unit, hub.context.today(), bound=under, limit=limit, offset=offset)
        urged = store.urgings(unit, [clock.id for clock in found])
        cases = [
            {**clock_body(hub.context, clock), "urged": [urging_body(one) for one in urged.get(clock.id, ())]}
            for clock in found
        ]
    return _page("cases", cases, total, limit, offset)


@router.get("/overdue/members", summary="各单位逾期情况 / Late cases by member")
def overdue_members(staff: Supervisor, hub: Hub) -> dict[str, Any]:
    """Return for each member how many cases are late, by how many days the longest, and reasons asked and given."""
    with hub.database.begin() as unit:
        found = board.by_member(hub.context, unit, staff)
    return {"total": len(found), "returned": len(found), "next": None, "members": found}


@router.post("/clocks/{clock_id}/urge", status_code=201, summary="催办 / Urge a late case")
def urge(clock_id: uuid.UUID, body: UrgeBody, staff: Supervisor, hub: Hub) -> dict[str, Any]:
    """Urge the member that is late and ask why; it is on record."""
    with hub.database.begin() as unit:
        return urging_body(urging.urge(hub.context, unit, staff, clock_id, body.text))


@router.post("/clocks/{clock_id}/reason", summary="说明逾期原因 / Say why a case is late")
def give_reason(
    clock_id: uuid.UUID,
    body: ReasonBody,
    staff: Annotated[StaffRequester, Depends(require_role(Role.APPROVER, Role.CLERK))],
    hub: Hub,
) -> dict[str, Any]:
    """Answer the latest urging of a case of your organ."""
    with hub.database.begin() as unit:
        return clock_body(hub.context, urging.explain(hub.context, unit, staff, clock_id, body.reason))


@router.post("/requests/{request_id}/disputes", status_code=201, summary="提出争议 / Open a dispute")
def open_dispute(request_id: uuid.UUID, body: DisputeBody, staff: Requester, hub: Hub) -> dict[str, Any]:
    """Dispute a refusal, a narrowing, an overdue line, or the suspended grant: negotiate, authority, government."""
    with hub.database.begin() as unit:
        opened = disputes.open_dispute(hub.context, unit, staff, request_id, body.line, body.text)
        return dispute_body(opened, store.records(unit, opened.id))


@router.get("/disputes", summary="争议 / Disputes of your organ")
def list_disputes(
    staff: CurrentStaff,
    hub: Hub,
    state: Annotated[str | None, Query(max_length=40)] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the disputes your organ is a party to or hears."""
    with hub.database.begin() as unit:
        found, total = store.disputes(unit, staff.member.id, state=state, limit=limit, offset=offset)
    return _page("disputes", [dispute_body(one) for one in found], total, limit, offset)


@router.get("/disputes/{dispute_id}", summary="一件争议 / One dispute")
def show_dispute(dispute_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a dispute with its file: every act and view in order, each with its receipt."""
    with hub.database.begin() as unit:
        found = disputes.find_dispute(unit, staff, dispute_id)
        return dispute_body(found, store.records(unit, found.id))


@router.post("/disputes/{dispute_id}/acts", summary="办理争议 / Do the next thing in a dispute")
def act_on_dispute(dispute_id: uuid.UUID, body: MoveBody, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Record a view, settle, take it on, decide: the table of the procedure says who may do what when."""
    move = disputes.Move(body.act, body.text, body.form, body.document)
    with hub.database.begin() as unit:
        found = disputes.act(hub.context, unit, staff, dispute_id, move)
        return dispute_body(found, store.records(unit, found.id))


@operators_router.get(
    "/rounds",
    summary="自动办理的任务 / What happens by itself, and how it fares",
    dependencies=[Depends(require_role(Role.SYSTEM_ADMIN))],
)
def rounds(hub: Hub) -> dict[str, Any]:
    """Return every sweep of this process: when it last ran well, what failed, how much it did."""
    found = [
        {
            "name": name,
            "is_well": one.is_well,
            "last_run": one.last_run,
            "last_good": one.last_good,
            "last_error": one.last_error,
            "runs": one.runs,
            "failures": one.failures,
            "done": one.done,
            "elsewhere": one.elsewhere,
        }
        for name, one in hub.rounds.state().items()
    ]
    return {"total": len(found), "returned": len(found), "next": None, "rounds": found}


def _reader(staff: StaffRequester) -> notice_store.Reader:
    return notice_store.Reader(staff.member.id, staff.staff.id, frozenset(role.value for role in staff.staff.roles))


def _page(name: str, found: list[dict[str, Any]], total: int, limit: int, offset: int) -> dict[str, Any]:
    following = offset + limit if offset + limit < total else None
    return {"total": total, "returned": len(found), "next": following, name: found}
