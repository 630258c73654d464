"""Promised updates that do not come: the clerk hears of it first, before the end; the head and the supervisor later.

A sweep over what the entries promise (their update cycle) and when each was last pushed. Every step is told once. The
days before the end, and the working days after it until others are told, are data (``words.toml``). Jilin Art. 27;
政务数据共享条例 Art. 29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from hub.push.quality import store
from hub.push.quality.words import cycles
from hub.rounds import Sweep
from policies.workdays import local_day

if TYPE_CHECKING:
    import uuid
    from datetime import date, datetime

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.push.quality.words import Cycle

SOURCE: Final = "吉林市信息化促进办法 第二十七条"


def sweep(context: Context, database: Database) -> int:
    """Tell who is to be told of updates that are due; returns how many notices went out."""
    with database.begin() as unit:
        updates = store.last_updates(unit)
    made = 0
    for entry_id, last in updates:
        with database.begin() as unit:
            made += _look(context, unit, entry_id, last)
    return made


def _look(context: Context, unit: Unit, entry_id: uuid.UUID, last: datetime) -> int:
    try:
        resource = load_resource(context, unit, entry_id)
    except EntryNotFoundError:
        return 0
    cycle = cycles().get(resource.entry.update_cycle)
    if cycle is None:
        return 0
    due = cycle.due(local_day(last), context.calendar)
    today = context.today()
    if (due - today).days > cycle.ahead:
        return 0
    known = store.promised(unit, entry_id, due)
    told: dict[str, datetime] = {}
    made = 0
    if today <= due:
        if known.warned_at is None:
            made += _tell_clerk(context, unit, resource, due, is_over=False)
            told["warned_at"] = context.now()
    else:
        if known.missed_at is None:
            made += _tell_clerk(context, unit, resource, due, is_over=True)
            told["missed_at"] = context.now()
        if known.escalated_at is None and today > _patience(context, cycle, due):
            made += _escalate(context, unit, resource, due)
            told["escalated_at"] = context.now()
    if told:
        store.told(unit, entry_id, due, **told)
    return made


def _patience(context: Context, cycle: Cycle, due: date) -> date:
    """Return the last day on which only the clerk knows."""
    return context.calendar.add_working_days(due, cycle.after)


def _tell_clerk(context: Context, unit: Unit, resource: Resource, due: date, *, is_over: bool) -> int:
    notice = Notice(
        member=resource.provider_id,
        role=Role.CLERK.value,
        kind="update.missed" if is_over else "update.due",
        zh=f"{resource.title}：承诺的更新周期已于 {due} 到期，尚未收到更新（{SOURCE}）"
        if is_over
        else f"{resource.title}：按承诺的更新周期，最迟应在 {due} 更新（{SOURCE}）",
        en=f"{resource.title}: the promised update was due on {due} and has not come"
        if is_over
        else f"{resource.title}: by its promised cycle the next update is due on {due}",
        next_zh="请推送最新数据；数据没有变化的，推送同一文件即可"
        if is_over
        else "请在到期前推送；没有变化也请推送一次",
        next_en="push the latest data; if nothing has changed, push the same file",
        link="/w/pushes",
        subject_kind="entry",
        subject_id=str(resource.id),
        once=f"update:{resource.id}:{due}:{'missed' if is_over else 'due'}",
    )
    return int(send(unit, notice, context.now()))


def _escalate(context: Context, unit: Unit, resource: Resource, due: date) -> int:
    """Tell the head of the department and the supervisors over it."""
    made = 0
    bodies = [(resource.provider_id, Role.APPROVER)]
    bodies += [(one, Role.SUPERVISOR) for one in authority_store.authorities_over(unit, resource.provider_id)]
    for member, role in bodies:
        notice = Notice(
            member=member,
            role=role.value,
            kind="update.overdue",
            zh=f"{resource.title}：承诺在 {due} 前更新，至今未更新（{SOURCE}）",
            en=f"{resource.title}: an update promised by {due} has not come",
            next_zh="请督促数据专员推送，或修改目录中的更新周期",
            next_en="see that the clerk pushes it, or change the cycle in the entry",
            link="/w/pushes",
            subject_kind="entry",
            subject_id=str(resource.id),
            once=f"update:{resource.id}:{due}:overdue:{member}:{role}",
        )
        made += int(send(unit, notice, context.now()))
    return made


PROMISES: Final = Sweep("promised-updates", 60.0, sweep)
