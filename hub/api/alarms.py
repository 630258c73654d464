"""What an alarm of the watch does: an incident, notices to both sides, and where it is certain the grant rests.

政务数据共享条例 Art. 27 (suspension), 34-36 (monitoring, reporting); 网络数据安全管理条例 Art. 11. The incident names
the grant and the kind of alarm, never whom was asked about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from starlette.concurrency import run_in_threadpool

from hub.exchange import grant_changes, store
from hub.exchange.watch import Alarm
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from hub.push.incidents import open_incident

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from hub.exchange.records import Grant
    from hub.exchange.use import Answer
    from hub.exchange.watch import Asked
    from hub.services import Services

AT_ONCE: Final = 50
"""So many subjects are looked at on the event loop; more of them in a thread."""
log = structlog.get_logger()
_ZH = {
    Alarm.CASE_REUSE: "同一办件编号当日核验的主体数异常",
    Alarm.SEQUENCE: "按号码顺序连续核验",
    Alarm.MISSES: "核验命中率过低，疑似试探",
    Alarm.HONEY: "核验了无人持有的设伏号码",
}
_EN = {
    Alarm.CASE_REUSE: "one case number was used for too many subjects in a day",
    Alarm.SEQUENCE: "identity numbers were verified one after the other",
    Alarm.MISSES: "too few verifications find anybody: numbers may be guessed",
    Alarm.HONEY: "an invented number that nobody holds was verified",
}


async def watch(hub: Services, answer: Answer) -> None:
    """Let the watch see whom an answer was about; an alarm is raised before the answer goes out."""
    if len(answer.asked) > AT_ONCE:
        await run_in_threadpool(_look, hub, answer.asked)
        return
    today = hub.context.today()
    for asked in answer.asked:
        alarm = hub.watch.look(asked, today)
        if alarm is not None:
            await run_in_threadpool(raise_alarm, hub, asked.grant_id, alarm)


def _look(hub: Services, answered: Sequence[Asked]) -> None:
    today = hub.context.today()
    for asked in answered:
        alarm = hub.watch.look(asked, today)
        if alarm is not None:
            raise_alarm(hub, asked.grant_id, alarm)


def raise_alarm(hub: Services, grant_id: uuid.UUID, alarm: Alarm) -> None:
    """Open the incident of an alarm, tell provider and user, and suspend the grant where the alarm says so."""
    log.warning("grant-alarm", grant=str(grant_id), alarm=alarm.value)
    with hub.database.begin() as unit:
        grant = store.find_grant(unit, grant_id, lock=True)
        if grant is None:
            return
        open_incident(
            hub.context,
            unit,
            kind=f"grant.{alarm.value}",
            member_id=grant.provider_id,
            entry_id=grant.entry_id,
            facts={"grant": str(grant.id), "member": str(grant.member_id), "suspended": alarm.suspends},
        )
        if alarm.suspends:
            grant_changes.halt(hub.context, unit, grant, _ZH[alarm])
        for member, role in ((grant.provider_id, Role.APPROVER), (grant.member_id, Role.AGENCY_APPROVER)):
            send(unit, _notice(grant, member, role, alarm), hub.context.now())
    hub.identity.keeper.refresh_or_log()


def _notice(grant: Grant, member: uuid.UUID, role: Role, alarm: Alarm) -> Notice:
    rests_zh = "，授权已暂停" if alarm.suspends else ""
    rests_en = "; the grant was suspended" if alarm.suspends else ""
    return Notice(
        member=member,
        kind=f"grant.alarm-{alarm.value}",
        zh=f"授权使用告警：{_ZH[alarm]}{rests_zh}（《政务数据共享条例》第二十七条、第三十四条）",
        en=f"alarm on the use of a grant: {_EN[alarm]}{rests_en} (政务数据共享条例 Art. 27, 34)",
        next_zh="请核查使用记录；确属正常办件的，由提供单位或安全管理员恢复",
        next_en="check the records of use; if it was proper, the provider or the security administrator resumes it",
        role=role.value,
        link=f"/w/grants/{grant.id}",
        subject_kind="grant",
        subject_id=str(grant.id),
    )
