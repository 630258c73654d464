"""Disputes over sharing (政务数据共享条例 Art. 28): both sides negotiate, the authority decides, the government last.

The requester may dispute a refusal, a narrowing, a line that is overdue, or a grant that was suspended. Each side
records its view; who set the class of the entry, answered, asked or consented does not hear the case; every act
leaves a receipt and an entry in the file. What an overturning does to line or grant is in
:mod:`hub.supervision.remedies`. The law sets no times here, so none run.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from hub.exchange import store as exchange_store
from hub.exchange.records import LineState
from hub.exchange.requests import find
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send
from hub.supervision import remedies, store
from hub.supervision.dispute_states import DISPUTE
from hub.supervision.errors import DisputeError, DisputeNotFoundError, HearingError
from hub.supervision.store import Dispute, DisputeRecord
from policies.facts import GrantStatus

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import Line, ShareRequest
    from hub.identity.facts import StaffRequester
    from policies.facts import Treatment

ARTICLE: Final = "政务数据共享条例 Art.28"
LONGEST: Final = 4000
_REQUESTERS: Final = frozenset({"settle", "escalate", "withdraw", "appeal"})
_HEARERS: Final = frozenset({"overturn", "uphold", "refer", "decide_overturn", "decide_uphold"})
_ROLES: Final = (Role.AGENCY_USER, Role.AGENCY_APPROVER)


@dataclass(frozen=True, slots=True)
class Move:
    """One act on a dispute: its word, and what is said.

    ``form`` is what an overturning grants at once (None: the line is reopened and the provider must grant it),
    ``document`` the number of the government's decision.
    """

    act: str
    text: str
    form: Treatment | None = None
    document: str = ""


def open_dispute(
    context: Context,
    unit: Unit,
    staff: StaffRequester,
    request_id: uuid.UUID,
    line_id: uuid.UUID | None,
    text: str,
) -> Dispute:
    """Open a dispute over a line of a request, or over its grant without ``line_id``.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        DisputeError: not the requester, nothing to dispute, or a dispute over it runs.
    """
    request = find(unit, staff, request_id, lock=True)
    line = next((one for one in request.lines if one.id == line_id), None)
    grant = exchange_store.grant_of_request(unit, request.id) if line_id is None else None
    about = None
    if request.member_id == staff.member.id:
        is_rested = grant is not None and grant.status is GrantStatus.SUSPENDED
        about = _about(context, line) if line is not None else "suspended" if is_rested else None
    if about is None:
        raise _error(
            "可以提出争议的是：不予提供、退回缩小、逾期未答复的项，或被暂停的授权；由使用单位提出",
            "the requester may dispute a refusal, a narrowing, an overdue line, or a suspended grant",
        )
    if store.open_dispute_over(unit, line_id, grant.id if grant is not None else None) is not None:
        raise _error("该事项已有正在处理的争议", "a dispute over this runs already")
    value = Dispute(
        id=uuid.uuid4(),
        number=0,
        request_id=request.id,
        line_id=line_id,
        grant_id=grant.id if grant is not None else None,
        about=about,
        requester_id=request.member_id,
        provider_id=request.provider_id,
        authority_id=None,
        state=DISPUTE.initial.name,
        outcome=None,
        opened_by=staff.staff.id,
        opened_at=context.now(),
        closed_at=None,
        excluded=tuple(sorted(_excluded(unit, request, line))),
        decision=None,
    )
    value = replace(value, number=store.insert_dispute(unit, value))
    _file(context, unit, staff, value, Move("open", text), value.state)
    return value


def act(context: Context, unit: Unit, staff: StaffRequester, dispute_id: uuid.UUID, move: Move) -> Dispute:
    """Do the next thing in a dispute and return it as it then stands.

    Raises:
        DisputeNotFoundError: the person's organ is no party and does not hear it.
        ActNotAllowedError: its state has no such act.
        DisputeError: another side's act, no text, or (settling) the provider has not said its view.
        HearingError: the person set the class, answered, asked or consented.
    """
    value = find_dispute(unit, staff, dispute_id, lock=True)
    following = DISPUTE.after(value.state, move.act)
    if not move.text.strip() or len(move.text) > LONGEST:
        raise _error("须写明意见或理由", "say what you hold, or why")
    _check_side(unit, staff, value, move)
    changes: dict[str, object] = {}
    if move.act == "escalate":
        following, changes["authority_id"] = _authority(unit, value)
    if following == "overturned":
        changes["decision"] = remedies.overturn(context, unit, staff, value, move.form, move.text.strip())
    elif move.act in {"uphold", "decide_uphold"}:
        changes["decision"] = {"text": move.text.strip(), "document": move.document, "decided_by": str(staff.staff.id)}
    state = DISPUTE.state(following)
    if state.is_final or following == "upheld":
        changes["outcome"] = "upheld" if following == "closed" else following
    if state.is_final:
        changes["closed_at"] = context.now()
    store.update_dispute(unit, value.id, state=following, **changes)
    _file(context, unit, staff, value, move, following)
    found = store.find_dispute(unit, value.id)
    if found is None:
        raise LookupError("a dispute is gone")
    return found


def find_dispute(unit: Unit, staff: StaffRequester, dispute_id: uuid.UUID, *, lock: bool = False) -> Dispute:
    """Return a dispute the person's member is a party to or hears (raises :class:`DisputeNotFoundError`)."""
    value = store.find_dispute(unit, dispute_id, lock=lock)
    if value is None or staff.member.id not in {value.requester_id, value.provider_id, value.authority_id}:
        raise DisputeNotFoundError(
            "没有这件争议，或本单位不是当事方",
            "there is no such dispute, or your organ is no party to it",
            next_zh="请从争议列表打开",
            next_en="open it from your list of disputes",
        )
    return value


def _about(context: Context, line: Line) -> str | None:
    """Return what may be disputed about a line, None when nothing may."""
    if line.state in {LineState.REFUSED, LineState.NARROWED}:
        return line.state.value
    if line.state is LineState.WAITING and line.due_on is not None and line.due_on < context.today():
        return "overdue"
    return None


def _excluded(unit: Unit, request: ShareRequest, line: Line | None) -> set[str]:
    """Return the persons who may not hear the case: they set the class, answered, asked or consented."""
    persons = {request.made_by, request.consented_by, *(one.decided_by for one in request.lines)}
    if line is not None:
        persons.add(line.decided_by)
    row = catalogue_store.find_entry(unit, request.entry_id)
    if row is not None and row.published_version is not None:
        version = catalogue_store.find_version(unit, row.id, row.published_version)
        if version is not None:
            persons.add(version.edited_by)
        persons |= {event.by_staff for event in catalogue_store.events(unit, row.id, row.published_version)}
    return {str(person) for person in persons if person is not None}


def _check_side(unit: Unit, staff: StaffRequester, value: Dispute, move: Move) -> None:
    """Refuse an act of another side, and a hearing by somebody who had a hand in the case."""
    member = staff.member.id
    if move.act in _REQUESTERS and (member != value.requester_id or not staff.has_role(*_ROLES)):
        raise _error("由使用单位办理", "this is the requester's to do")
    if move.act == "settle" and not any(one.member_id == value.provider_id for one in store.records(unit, value.id)):
        raise _error("提供单位尚未记录意见，不能视为达成一致", "the provider has not said its view: nothing is agreed")
    if move.act == "record" and not staff.has_role(*_ROLES, Role.APPROVER, Role.SUPERVISOR):
        raise _error("由双方办理人或主管记录", "the parties or the supervisor record")
    if move.act not in _HEARERS:
        return
    if member != value.authority_id or not staff.has_role(Role.SUPERVISOR):
        raise _error("由同级共享主管部门的主管办理", "this is for a supervisor of the authority")
    is_party = member in {value.requester_id, value.provider_id} and not move.act.startswith("decide_")
    if str(staff.staff.id) in value.excluded or is_party:
        raise HearingError(
            "参与过目录定级、答复、申请或同意的人员和当事单位不得处理本争议",
            "who set the class, answered, asked or consented, or is a party, may not hear this dispute",
            next_zh="请由主管部门其他人员处理，或报本级政府",
            next_en="let another supervisor hear it, or the government",
            facts={"article": ARTICLE},
        )
    if move.act.startswith("decide_") and not move.document.strip():
        raise _error("须写明政府决定的文号", "name the number of the government's decision")


def _authority(unit: Unit, value: Dispute) -> tuple[str, uuid.UUID]:
    """Return the state and the authority a dispute goes to: past an authority that is itself a party."""
    found = authority_store.authorities_over(unit, value.provider_id)
    if not found:
        raise _error("本级没有共享主管部门，请径行提请本级政府", "there is no authority: ask the government directly")
    free = [one for one in found if one not in {value.requester_id, value.provider_id}]
    return ("authority", free[0]) if free else ("government", found[0])


def _file(context: Context, unit: Unit, staff: StaffRequester, value: Dispute, move: Move, following: str) -> None:
    """Leave the receipt and the entry of an act, and tell the other sides."""
    receipt = context.record(
        unit,
        ReceiptKind.DISPUTE,
        action=f"dispute.{move.act}",
        subject_kind="dispute",
        subject_id=value.id,
        request=value.request_id,
        request_line=value.line_id,
        grant=value.grant_id,
        member=value.requester_id,
        provider=value.provider_id,
        decided_by=staff.staff.id,
        article=ARTICLE,
        state_before=None if move.act == "open" else value.state,
        state_after=following,
    )
    entry = DisputeRecord(
        0, move.act, value.state, staff.member.id, staff.staff.id, move.text.strip(), context.now(), receipt.id
    )
    store.add_record(unit, value.id, entry)
    state = DISPUTE.state(following)
    current = store.find_dispute(unit, value.id)
    hearing = (current.authority_id,) if current is not None and current.authority_id is not None else ()
    for member in {value.requester_id, value.provider_id, *hearing} - {staff.member.id}:
        role = Role.SUPERVISOR.value if member in hearing else None
        notice = Notice(
            member=member,
            kind="dispute",
            zh=f"争议 {value.label}：{state.text.zh}（《政务数据共享条例》第二十八条）",
            en=f"dispute {value.label}: {state.text.en} (政务数据共享条例 Art. 28)",
            next_zh=state.next_step.zh,
            next_en=state.next_step.en,
            role=role,
            link=f"/w/disputes/{value.id}",
            subject_kind="dispute",
            subject_id=str(value.id),
        )
        send(unit, notice, context.now())


def _error(zh: str, en: str) -> DisputeError:
    return DisputeError(
        f"{zh}（《政务数据共享条例》第二十八条）",
        f"{en} (政务数据共享条例 Art. 28)",
        next_zh="请查看争议当前的状态和下一步",
        next_en="look at the dispute's state and next step",
        facts={"article": ARTICLE},
    )
