"""What the clocks tell by themselves: warnings at 50, 80 and 100 % of the time, and overdue to the supervisor.

政务数据共享条例 Art. 21-22, 26 set the times, Art. 39 makes lateness countable. Nothing here answers for anybody:
an overdue case stays open and can still be answered, silence never equals no. Each clock is looked at once a day
and again after every change; every warning and every report leaves a receipt.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hub.exchange import clock_store, clocks
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send
from hub.rounds import Sweep
from policies.clocks import WARNINGS

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.exchange.clock_store import StoredClock

AT_ONCE = 200
AHEAD = timedelta(days=60)
"""So long before a day of an unknown year the operator is told."""


def sweep(context: Context, database: Database) -> int:
    """Look at every clock not looked at today; returns how many warnings and reports were made."""
    today, made = context.today(), 0
    while True:
        with database.begin() as unit:
            waiting = clock_store.unseen(unit, today, AT_ONCE)
        for clock_id in waiting:
            with database.begin() as unit:
                made += _look(context, unit, clock_id)
        if len(waiting) < AT_ONCE:
            return made


def _look(context: Context, unit: Unit, clock_id: uuid.UUID) -> int:
    """Warn of one clock or report it, as far as that has not been done; returns how many of both."""
    clock = clock_store.find(unit, clock_id, lock=True)
    if clock is None or not clock.is_open or clock.due_on is None:
        return 0
    today = context.today()
    reached = max((0, *clock.running.warnings(min(today, clock.due_on), context.calendar)))
    is_late = clock.is_overdue(today)
    made = 0
    if reached > clock.warned:
        warn(context, unit, clock, reached)
        made += 1
    reported = clock.escalated_at
    if is_late and reported is None:
        escalate(context, unit, clock)
        reported = context.now()
        made += 1
    clock_store.looked(unit, clock.id, today, reached if reached in WARNINGS else 0, reported if is_late else None)
    return made


def warn(context: Context, unit: Unit, clock: StoredClock, mark: int) -> None:
    """Tell the bound member that so many percent of its time are used."""
    clocks.record(context, unit, clock, "clock.warn", outcome=str(mark))
    deadline, due = clock.running.deadline, clock.due_on
    # A clock that ran out has no day left: counting how late it is may need a year nobody has loaded yet.
    left = 0 if clock.is_overdue(context.today()) else clocks.working_days_left(context, clock)
    send(
        unit,
        Notice(
            member=clock.case.bound,
            role=clock.case.role,
            kind="clock.warning",
            zh=f"{clock.case.label}：{deadline.name.zh}的时限已用 {mark}%，最后一日为 {due}，"
            f"还有 {left} 个工作日（{deadline.source}）",
            en=f"{clock.case.label}: {mark} % of the time is used ({deadline.name.en}); the last day is {due}, "
            f"{left} working days left ({deadline.source})",
            next_zh="请按期办结；逾期自动报主管部门监督",
            next_en="answer in time; what is late is reported to the supervisor by itself",
            link=clock.case.link,
            subject_kind=clock.case.kind,
            subject_id=str(clock.case.id),
            once=f"clock:{clock.id}:{clock.due_on}:{mark}",
        ),
        context.now(),
    )


def escalate(context: Context, unit: Unit, clock: StoredClock) -> None:
    """Report an overdue clock to the supervisors, and tell both sides that the case stays open."""
    clocks.record(context, unit, clock, "clock.lapse", state_after="overdue")
    for authority in authority_store.authorities_over(unit, clock.case.bound):
        send(unit, _overdue(clock, authority, Role.SUPERVISOR.value, "/w/supervision"), context.now())
    send(unit, _overdue(clock, clock.case.bound, clock.case.role, clock.case.link), context.now())
    if clock.case.other is not None and clock.case.other != clock.case.bound:
        send(unit, _overdue(clock, clock.case.other, None, clock.case.link), context.now())


def _overdue(clock: StoredClock, member: uuid.UUID, role: str | None, link: str) -> Notice:
    deadline = clock.running.deadline
    is_bound = member == clock.case.bound
    return Notice(
        member=member,
        role=role,
        kind="clock.overdue",
        zh=f"{clock.case.label}：{deadline.name.zh}未在 {clock.due_on} 前办结（{deadline.source}），已报监督；"
        "逾期不等于不予提供，事项仍在办理",
        en=f"{clock.case.label}: {deadline.name.en}, due on {clock.due_on} ({deadline.source}), is late and reported "
        "to supervision; silence is no refusal, the case stays open",
        next_zh="请立即办结，并说明逾期原因" if is_bound else "可以等待、催办或提出争议（政务数据共享条例 Art.28）",
        next_en="finish it now and say why it is late" if is_bound else "wait, urge, or open a dispute (Art. 28)",
        link=link,
        subject_kind=clock.case.kind,
        subject_id=str(clock.case.id),
        once=f"clock:{clock.id}:{clock.due_on}:overdue:{member}:{role or ''}",
    )


def calendar_sweep(context: Context, database: Database) -> int:
    """Tell the operator in time that the holidays of a coming year are not loaded; returns how many were told."""
    year = (context.today() + AHEAD).year
    if year in context.calendar.years:
        return 0
    told = 0
    with database.begin() as unit:
        for authority in authority_store.authorities(unit):
            told += send(unit, _missing_year(authority, year), context.now())
        if told:
            context.record(
                unit, ReceiptKind.SUPERVISION, action="calendar.missing", subject_kind="calendar", subject_id=str(year)
            )
    return told


def _missing_year(authority: uuid.UUID, year: int) -> Notice:
    return Notice(
        member=authority,
        role=Role.SYSTEM_ADMIN.value,
        kind="calendar.missing",
        zh=f"尚未装载{year}年的放假与调休安排；需要跨入该年计算的期限将无法起算（国务院办公厅每年公布）",
        en=f"the holiday list of {year} is not loaded; periods that run into it cannot be started",
        next_zh=f"请按国务院办公厅通知准备名单，执行 hub calendar load 文件 --year {year}",
        next_en=f"prepare the list from the announcement and run hub calendar load FILE --year {year}",
        link="/w/supervision",
        subject_kind="calendar",
        subject_id=str(year),
        once=f"calendar:{year}:{authority}",
    )


CLOCKS = Sweep("clocks", 10.0, sweep)
CALENDAR = Sweep("calendar", 600.0, calendar_sweep)
