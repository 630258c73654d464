"""Gaps are told once a cycle: the clerk of the unit each time, its head and the supervisor from the second on.

A sweep over what is owed; what is told is kept by the key of the notice alone, so that it can run as often as it
likes. Zhengzhou Art. 19, 29; Jilin Art. 27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.directory.duties import store
from hub.directory.duties.gaps import GAP_NAMES, period_start
from hub.directory.duties.report import looked_at
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from hub.rounds import Sweep

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.duties.gaps import Finding
    from hub.directory.duties.report import Looked


def sweep(context: Context, database: Database) -> int:
    """Tell of open gaps that were not told in their present cycle; returns how many notices went out."""
    with database.begin() as unit:
        owing = store.owing(unit)
    made = 0
    for member_id in owing:
        with database.begin() as unit:
            duties, _ = store.listed(unit, [member_id])
            for one in looked_at(unit, duties, context.today()):
                made += sum(_tell(context, unit, one, finding) for finding in one.gaps)
    return made


def _tell(context: Context, unit: Unit, one: Looked, finding: Finding) -> int:
    start = period_start(one.duty, finding.since, context.today())
    made = int(_send(context, unit, one, finding, (one.duty.member_id, Role.CLERK), str(start)))
    if start > finding.since:
        over = [(each, Role.SUPERVISOR) for each in authority_store.authorities_over(unit, one.duty.member_id)]
        bodies = [(one.duty.member_id, Role.APPROVER), *over]
        made += sum(int(_send(context, unit, one, finding, body, str(start))) for body in bodies)
    return made


def _send(
    context: Context, unit: Unit, one: Looked, finding: Finding, body: tuple[uuid.UUID, Role], period: str
) -> bool:
    duty, name = one.duty, GAP_NAMES[finding.gap]
    notice = Notice(
        member=body[0],
        role=body[1].value,
        kind=f"duty.{finding.gap.value}",
        zh=f"供数责任“{duty.title}”{name.zh}：{finding.zh}（{duty.rule} {duty.article}）",
        en=f"supply duty «{duty.title}», {name.en}: {finding.en} ({duty.rule} {duty.article})",
        next_zh="请编目、补充信息项或推送；情况不符的，在供数责任页面提出异议",
        next_en="make the entry, add the items or push; where it does not fit, object on the page of supply duties",
        link="/w/duties",
        subject_kind="supply_duty",
        subject_id=str(duty.id),
        once=f"duty:{duty.id}:{finding.gap.value}:{period}:{body[0]}:{body[1].value}",
    )
    return send(unit, notice, context.now())


DUTIES: Final = Sweep("supply-duties", 300.0, sweep)
