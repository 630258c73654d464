"""Accesses that lawfully are told later or not at all: a record of the organ, confirmed by the supervisor, until a day.

Set by the approver of the organ whose accesses they are, in force when a supervisor of the data authority has
confirmed, ended by either. A record names purposes, legal basis and a last day; it lasts a year at most and is then
made anew or not (个人信息保护法 Art. 18, 35; product.review_max of the pack).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.exchange.own_data import store
from hub.exchange.own_data.errors import DelayError, DelayNotFoundError
from hub.exchange.own_data.states import DELAY
from hub.exchange.own_data.store import Delay, DelayMode, DelayState
from hub.identity.facts import MemberKind
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from policies.clocks import keep_until

if TYPE_CHECKING:
    from datetime import date, datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester

REVIEW: Final = "product.review_max"
PACK: Final = "national"
SHORTEST_BASIS: Final = 4


@dataclass(frozen=True, slots=True)
class NewDelay:
    """What the organ's approver sets; ``covers_from`` None: from now on."""

    mode: DelayMode
    purposes: tuple[str, ...]
    case_number: str | None
    legal_basis: str
    covers_from: datetime | None
    until: date


def propose(context: Context, unit: Unit, staff: StaffRequester, new: NewDelay) -> Delay:
    """Set a record; it withholds nothing before a supervisor has confirmed it.

    Raises:
        DelayError: without purposes, legal basis, or a last day within a year.

    """
    today = context.today()
    latest = keep_until(context.pack(PACK), REVIEW, today)
    purposes = tuple(sorted({one.strip() for one in new.purposes if one.strip()}))
    if not purposes or len(new.legal_basis.strip()) < SHORTEST_BASIS or not today <= new.until <= latest:
        raise DelayError(
            f"须写明目的、法律依据，截止日在今日至 {latest} 之间",
            f"name purposes and legal basis, and a last day between today and {latest}",
            next_zh="依据写到条款，例如“刑事诉讼法第五十四条”；到期仍需要的重新设定",
            next_en="cite the article; what is still needed then is set anew",
        )
    one = Delay(
        uuid.uuid4(),
        staff.member.id,
        new.mode,
        purposes,
        new.case_number,
        new.legal_basis.strip(),
        new.covers_from if new.covers_from is not None else context.now(),
        new.until,
        DelayState.PROPOSED,
        staff.staff.id,
        context.now(),
    )
    store.insert_delay(unit, one)
    _receipt(context, unit, staff, one, "access_delay.propose", DelayState.PROPOSED)
    return one


def decide(context: Context, unit: Unit, staff: StaffRequester, delay_id: uuid.UUID, *, confirms: bool) -> Delay:
    """Confirm or decline a record as a supervisor of the data authority.

    Raises:
        DelayNotFoundError: there is none.
        DelayError: it does not wait, or it is the person's own.

    """
    one = store.find_delay(unit, delay_id)
    if one is None or not _is_supervisor(staff):
        raise DelayNotFoundError
    if not DELAY.allows(one.state, "confirm" if confirms else "decline") or one.proposed_by == staff.staff.id:
        raise _wrong_state()
    state = DelayState.IN_FORCE if confirms else DelayState.DECLINED
    store.update_delay(unit, one.id, state=state.value, confirmed_by=staff.staff.id, confirmed_at=context.now())
    _receipt(context, unit, staff, one, "access_delay.confirm" if confirms else "access_delay.decline", state)
    return _again(unit, one)


def end(context: Context, unit: Unit, staff: StaffRequester, delay_id: uuid.UUID) -> Delay:
    """End a record before its day: what it withheld is told from now on.

    Raises:
        DelayNotFoundError: none of the person's organ (a supervisor may end any).
        DelayError: it is not in force.

    """
    one = store.find_delay(unit, delay_id)
    if one is None or (one.member_id != staff.member.id and not _is_supervisor(staff)):
        raise DelayNotFoundError
    if not DELAY.allows(one.state, "end"):
        raise _wrong_state()
    store.update_delay(unit, one.id, state=DelayState.ENDED.value, ended_by=staff.staff.id, ended_at=context.now())
    _receipt(context, unit, staff, one, "access_delay.end", DelayState.ENDED)
    return _again(unit, one)


def listed(unit: Unit, staff: StaffRequester) -> tuple[Delay, ...]:
    """Return the records of the person's organ; a supervisor sees all."""
    return store.delays(unit, None if _is_supervisor(staff) else staff.member.id)


def _is_supervisor(staff: StaffRequester) -> bool:
    return staff.member.kind is MemberKind.AUTHORITY and staff.has_role(Role.SUPERVISOR)


def _wrong_state() -> DelayError:
    return DelayError(
        "这条记录当前不能这样办理，或须由另一人办理",
        "the record is not in a state for this step, or somebody else has to take it",
        next_zh="请刷新后查看；设定和确认须由不同单位的人分别办理",
        next_en="look at it again; two people of two organs set and confirm it",
    )


def _again(unit: Unit, one: Delay) -> Delay:
    found = store.find_delay(unit, one.id)
    return one if found is None else found


def _receipt(context: Context, unit: Unit, staff: StaffRequester, one: Delay, action: str, state: DelayState) -> None:
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action=action,
        member=str(one.member_id),
        end_user=str(staff.staff.id),
        subject_kind="access_delay",
        subject_id=str(one.id),
        legal_basis=one.legal_basis,
        state_before=one.state.value if state is not DelayState.PROPOSED else None,
        state_after=state.value,
    )
