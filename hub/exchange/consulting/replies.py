"""Replies to consultations, and silence: noted when its time has passed, deciding nothing by itself.

政府信息公开条例 Art. 32 (a third party's silence is neither consent nor objection), Art. 34 (a co-author's is consent).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hub.directory.claims import history
from hub.directory.claims import store as claim_store
from hub.directory.errors import ExemptionError, ExemptionNotFoundError, ExemptionStateError
from hub.directory.free_text import check_texts
from hub.directory.places import pack_of
from hub.exchange.consulting import store
from hub.exchange.consulting.carrying import ARTICLE, resume
from hub.exchange.consulting.records import ConsultationRow, Kind, Outcome
from hub.exchange.consulting.states import CONSULTATION, state_of
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from hub.rounds import Sweep
from policies.claims import ExemptionStatus
from policies.force import has_substance

if TYPE_CHECKING:
    import uuid
    from datetime import date

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.identity.facts import StaffRequester

REPLIES: Final = frozenset({Outcome.AGREES, Outcome.OBJECTS_WITH_REASON, Outcome.OBJECTS_WITHOUT_REASON})


def own(context: Context, unit: Unit, staff: StaffRequester, consultation_id: uuid.UUID) -> ConsultationRow:
    """Return a consultation of the person's organ as it stands today (raises :class:`ExemptionNotFoundError`)."""
    found = store.find(unit, consultation_id)
    if found is None or found.member_id != staff.member.id:
        raise ExemptionNotFoundError(
            "本单位没有这件征求意见",
            "your organ has no such consultation",
            next_zh="请核对编号",
            next_en="check the id",
        )
    return settled(context, unit, found)


def settled(context: Context, unit: Unit, row: ConsultationRow) -> ConsultationRow:
    """Return a consultation with its silence noted where its time has passed; needs no sweep to be effective."""
    if not CONSULTATION.allows(state_of(row), Outcome.SILENT) or context.today() <= row.due_on:
        return row
    outcome = Outcome.CONSENTS_BY_SILENCE if row.kind is Kind.CO_MAKER else Outcome.SILENT
    store.change(unit, row.id, outcome=outcome.value)
    about = claim_store.find_exemption(unit, row.exemption_id, lock=True)
    if about is not None:
        history.take(
            context, unit, None, about, history.Step(f"consult.{outcome}", ExemptionStatus(about.status), "", ARTICLE)
        )
    resume(context, unit, row)
    send(unit, _silence(row, outcome), context.now())
    return replace(row, outcome=outcome)


def _silence(row: ConsultationRow, outcome: Outcome) -> Notice:
    consents = outcome is Outcome.CONSENTS_BY_SILENCE
    return Notice(
        member=row.member_id,
        kind="consultation.over",
        zh="征求意见期满未答复：视为同意（政府信息公开条例第三十四条）"
        if consents
        else "征求第三方意见期满未答复：既不视为同意，也不视为不同意（政府信息公开条例第三十二条）",
        en="the time to answer is over without a word: that is consent (政府信息公开条例 Art. 34)"
        if consents
        else "the third party let its time pass: neither consent nor objection (政府信息公开条例 Art. 32)",
        next_zh="请作出决定并写明理由",
        next_en="decide, and write why",
        role=Role.APPROVER.value,
        link=f"/w/exemptions/{row.exemption_id}",
        subject_kind="consultation",
        subject_id=str(row.id),
        once=f"consultation.over:{row.id}",
    )


def reply(
    context: Context, unit: Unit, staff: StaffRequester, consultation_id: uuid.UUID, said: tuple[Outcome, str, date]
) -> ConsultationRow:
    """File the party's reply: (outcome, its reason, the day it came in).

    Raises:
        ExemptionStateError: nothing is waited for; a reply after the time is weighed in the organ's decision.
        ExemptionError: no such outcome, an objection with good reason without one, or a day that cannot be.

    """
    row = own(context, unit, staff, consultation_id)
    outcome, reason, on = said
    if not CONSULTATION.allows(state_of(row), Outcome.AGREES):  # where one reply may be filed, any may
        raise ExemptionStateError(
            "这件征求意见不在等待答复的状态",
            "this consultation waits for no reply",
            next_zh="期满后收到的意见，请在决定理由中说明",
            next_en="weigh what came in late in the reason of your decision",
            facts={"outcome": row.outcome.value},
        )
    check_texts({"reason": reason})
    pack = pack_of(context, unit, staff.member.jurisdiction)
    lacks_reason = outcome is Outcome.OBJECTS_WITH_REASON and not has_substance(reason, pack)
    if outcome not in REPLIES or lacks_reason or not row.received_on <= on <= context.today():
        raise ExemptionError(
            "答复须为同意、有正当理由不同意（写明理由）或无正当理由不同意，日期在送达之后、今天之前",
            "a reply agrees, objects with a written reason, or objects without; on a day since the letter arrived",
            next_zh="请改正后再登记",
            next_en="mend it and file it again",
        )
    store.change(unit, row.id, outcome=outcome.value, reply_reason=reason.strip(), replied_on=on)
    about = history.own(unit, staff, row.exemption_id)
    step = history.Step(f"consult.{outcome}", ExemptionStatus(about.status), reason.strip(), ARTICLE)
    history.take(context, unit, staff, about, step)
    resume(context, unit, row)
    return replace(row, outcome=outcome, reply_reason=reason.strip(), replied_on=on)


def sweep(context: Context, database: Database) -> int:
    """Note the silence of those whose time has passed; returns how many."""
    with database.begin() as unit:
        waiting = store.past_due(unit, context.today())
    for consultation_id in waiting:
        with database.begin() as unit:
            row = store.find(unit, consultation_id)
            if row is not None:
                settled(context, unit, row)
    return len(waiting)


SWEEP: Final = Sweep("consultations", 60.0, sweep)
