"""The supervisor urges what is late (催办) and asks why; the member gives the reason (政务数据共享条例 Art. 29)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from hub.exchange import clock_store, clocks
from hub.identity import authority_store
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send
from hub.supervision import store
from hub.supervision.errors import ClockNotFoundError
from hub.supervision.store import Urging

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.clock_store import StoredClock
    from hub.identity.facts import StaffRequester

ARTICLE: Final = "政务数据共享条例 Art.29, 39"


def urge(context: Context, unit: Unit, staff: StaffRequester, clock_id: uuid.UUID, text: str) -> Urging:
    """Urge the member that is late and ask for the reason.

    Raises:
        ClockNotFoundError: no overdue clock under the person's authority.
    """
    clock = clock_store.find(unit, clock_id, lock=True)
    if clock is None or staff.member.id not in authority_store.authorities_over(unit, clock.case.bound):
        raise _not_found()
    if not clock.is_overdue(context.today()):
        raise _not_found()
    value = Urging(uuid.uuid4(), clock.id, staff.staff.id, context.now(), text.strip())
    store.insert_urging(unit, value)
    _record(context, unit, clock, "supervision.urge", staff)
    late = clocks.days_left(context, clock).late_text
    send(
        unit,
        Notice(
            member=clock.case.bound,
            role=clock.case.role,
            kind="supervision.urge",
            zh=f"催办：{clock.case.label} 已{late.zh}。{text.strip()}",
            en=f"Urged: {clock.case.label} is {late.en}. {text.strip()}",
            next_zh="请立即办结，并填写逾期原因",
            next_en="finish it now, and say why it is late",
            link=clock.case.link,
            subject_kind=clock.case.kind,
            subject_id=str(clock.case.id),
        ),
        context.now(),
    )
    return value


def explain(context: Context, unit: Unit, staff: StaffRequester, clock_id: uuid.UUID, reason: str) -> StoredClock:
    """Say why a case of the own member is late, in answer to the latest urging.

    Raises:
        ClockNotFoundError: no clock of the person's member that was urged and awaits a reason.
    """
    clock = clock_store.find(unit, clock_id)
    if clock is None or clock.case.bound != staff.member.id:
        raise _not_found()
    if not store.give_reason(unit, clock.id, reason.strip(), staff.staff.id, context.now()):
        raise _not_found()
    _record(context, unit, clock, "supervision.explain", staff)
    return clock


def _record(context: Context, unit: Unit, clock: StoredClock, action: str, staff: StaffRequester) -> None:
    context.record(
        unit,
        ReceiptKind.SUPERVISION,
        action=action,
        clock=clock.id,
        subject_kind=clock.case.kind,
        subject_id=clock.case.id,
        provider=clock.case.bound,
        decided_by=staff.staff.id,
        article=ARTICLE,
        due_on=clock.due_on.isoformat() if clock.due_on is not None else None,
    )


def _not_found() -> ClockNotFoundError:
    return ClockNotFoundError(
        "没有归本单位监督或说明的逾期事项",
        "no overdue case that is yours to urge or to explain",
        next_zh="请从逾期列表打开",
        next_en="open it from the list of what is overdue",
    )
