"""More time to update the directory, once, with the authority's consent (政务数据共享条例 Art. 17; cat.update).

Asked for and decided as an extension of an answer is (:mod:`hub.exchange.extensions`): with a reason and in time; the
first period goes on meanwhile, and without consent before it ends there is none.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from catalogue import store as catalogue_store
from hub.directory.errors import EntryNotFoundError
from hub.exchange import clocks, extensions, supplement_store
from hub.exchange.errors import ExtensionError
from hub.exchange.state_tables import EXTENSION
from hub.exchange.supplement_store import ExtensionAsk
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.notices.store import send
from hub.supervision.directory_clocks import UPDATE

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester


def ask(context: Context, unit: Unit, staff: StaffRequester, entry: str, units: int, reason: str) -> ExtensionAsk:
    """Ask the authority for so many more working days to update an entry; nothing is extended yet.

    Raises:
        EntryNotFoundError: no entry of the person's organ.
        ExtensionError: no update is due, it was asked for before, no reason, or too long or too late.

    """
    row = catalogue_store.find_entry(unit, entry)
    if row is None or row.provider_id != staff.member.id:
        raise EntryNotFoundError(entry)
    if not reason.strip() or len(reason) > extensions.LONGEST_REASON:
        raise _error("须写明延长的理由", "say why more time is needed", ("请写明理由", "state the reason"))
    clock = clocks.running(unit, UPDATE.kind, row.id)
    if clock is None or not extensions.may_extend(context, clock, units):
        raise _error(
            "没有可以延长的更新时限：没有在办的更新、已延长过、超过上限或已逾期",
            "no time to update can be extended so: none runs, it was used, it is too long or too late",
            ("目录更新可延长一次，不超过规定天数", "an update is extended once, by the days the pack says"),
        )
    earlier, _ = supplement_store.asks(unit, providers=[staff.member.id], limit=extensions.AT_ONCE, state="asked")
    if any(clock.id in one.clocks for one in earlier):
        raise _error(
            "已申请延长，正待主管部门决定",
            "it was asked for, and the authority has not decided yet",
            ("请在现有时限内更新", "update within the time there is"),
        )
    value = ExtensionAsk(
        id=uuid.uuid4(),
        request_id=None,
        provider_id=staff.member.id,
        clocks=(clock.id,),
        units=units,
        reason=reason.strip(),
        asked_by=staff.staff.id,
        asked_at=context.now(),
        state=EXTENSION.initial.name,
        decided_by=None,
        decided_at=None,
        text="",
    )
    supplement_store.insert_ask(unit, value)
    extensions.record(context, unit, value, "extension.ask", staff.staff.id)
    zh = f"{clock.case.label}：部门申请延长更新 {units} 个工作日，请在原时限届满前决定"
    en = f"{clock.case.label}: {units} more working days are asked for to update it; decide before the time runs out"
    for authority in authority_store.authorities_over(unit, staff.member.id):
        send(unit, extensions.notice(value, authority, Role.SUPERVISOR, (zh, en)), context.now())
    return value


def _error(zh: str, en: str, step: tuple[str, str]) -> ExtensionError:
    return ExtensionError(
        f"{zh}（《政务数据共享条例》第十七条）",
        f"{en} ({extensions.DIRECTORY_ARTICLE})",
        next_zh=step[0],
        next_en=step[1],
        facts={"article": extensions.DIRECTORY_ARTICLE},
    )
