"""A provider's time is extended once: the authority consents, the requester is told (政务数据共享条例 Art. 21).

The provider asks with a reason, in time; a supervisor of the authority of the same level consents or not. The first
period goes on meanwhile: without consent before it ends there is no extension. The longest extension is the pack's.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hub.exchange import clock_store, clocks, line_clocks, store, supplement_store
from hub.exchange.errors import ExtensionError
from hub.exchange.records import LineState, RequestState
from hub.exchange.requests import find
from hub.exchange.state_tables import EXTENSION
from hub.exchange.supplement_store import ExtensionAsk
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send
from hub.rounds import Sweep

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.exchange.clock_store import StoredClock
    from hub.exchange.records import ShareRequest
    from hub.identity.facts import StaffRequester

ARTICLE: Final = "政务数据共享条例 Art.21"
DIRECTORY_ARTICLE: Final = "政务数据共享条例 Art.17"
LONGEST_REASON: Final = 2000
AT_ONCE: Final = 200


def ask(
    context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, units: int, reason: str
) -> ExtensionAsk:
    """Ask the authority for more time to answer what waits of a request; nothing is extended yet.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        ExtensionError: not the provider, asked before, no reason, or the law extends nothing that waits, by so many
            days, or any more.
    """
    request = find(unit, staff, request_id, lock=True)
    if request.provider_id != staff.member.id or request.state is not RequestState.OPEN:
        raise _error(
            "这份申请没有等待本单位答复的项", "nothing of this request waits for your organ",
            "请刷新后查看当前状态", "look at its state",
        )  # fmt: skip
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise _error("须写明延长的理由", "say why more time is needed", "请写明理由", "state the reason")
    earlier, _ = supplement_store.asks(unit, request_id=request.id)
    if any(one.state in {"asked", "consented"} for one in earlier):
        raise _error(
            "延长只能申请一次，本申请已经申请过", "time is extended once, and it was asked for before",
            "请在现有时限内答复", "answer within the time there is",
        )  # fmt: skip
    found = [clock for clock in _clocks(unit, request) if may_extend(context, clock, units)]
    if not found:
        raise _error(
            "没有可以延长的时限：法律没有规定、已延长过、超过上限或已逾期",
            "no clock can be extended so: the law knows none, it was used, it is too long or too late",
            "有条件共享的答复可延长一次，不超过规定天数", "answers on conditional items, once, as the pack says",
        )  # fmt: skip
    value = ExtensionAsk(
        id=uuid.uuid4(),
        request_id=request.id,
        provider_id=request.provider_id,
        clocks=tuple(clock.id for clock in found),
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
    record(context, unit, value, "extension.ask", staff.staff.id)
    for authority in authority_store.authorities_over(unit, request.provider_id):
        zh = f"{request.label}：提供单位申请延长答复 {units} 个工作日，请在原时限届满前决定"
        en = f"{request.label}: the provider asks for {units} more working days; decide before the time runs out"
        send(unit, notice(value, authority, Role.SUPERVISOR, (zh, en)), context.now())
    return value


def decide(
    context: Context, unit: Unit, staff: StaffRequester, ask_id: uuid.UUID, *, consents: bool, text: str
) -> ExtensionAsk:
    """Consent to an extension, or not, as a supervisor of the authority over the provider; both sides are told.

    Raises:
        ExtensionError: no such extension under this authority.
        ActNotAllowedError: it has been decided, or fell away.
        ClockError: the time has run out.
    """
    value = supplement_store.find_ask(unit, ask_id, lock=True)
    if value is None or staff.member.id not in authority_store.authorities_over(unit, value.provider_id):
        raise _error(
            "没有这份延长申请，或不归本主管部门同意", "no such extension, or not under your authority",
            "请从待办列表打开", "open it from your list",
        )  # fmt: skip
    state = EXTENSION.after(value.state, "consent" if consents else "decline")
    request = store.find_request(unit, value.request_id, lock=True) if value.request_id is not None else None
    found = [clock for one in value.clocks if (clock := clock_store.find(unit, one)) is not None]
    if consents:
        for clock in found:
            if clock.is_open:
                longer = clocks.extend(context, unit, clock, value.units, consent_by=staff.staff.id)
                if clock.case.kind == line_clocks.LINE:
                    store.update_line(unit, clock.case.id, due_on=longer.due_on)
    supplement_store.decide_ask(unit, value.id, state, staff.staff.id, context.now(), text.strip())
    record(context, unit, value, f"extension.{state}", staff.staff.id)
    zh = f"同意延长 {value.units} 个工作日" if consents else "不同意延长，须在原时限内答复"
    en = f"{value.units} more working days are consented to" if consents else "no extension: answer in the first period"
    label = request.label if request is not None else "、".join(clock.case.label for clock in found)
    article = article_of(value)
    texts = (f"{label}：共享主管部门{zh}（{article}）", f"{label}: {en} ({article})")
    send(unit, notice(value, value.provider_id, Role.APPROVER, texts), context.now())
    if request is not None:
        send(unit, notice(value, request.member_id, Role.AGENCY_USER, texts), context.now())
    return replace(value, state=state, decided_by=staff.staff.id, decided_at=context.now(), text=text.strip())


def sweep(context: Context, database: Database) -> int:
    """Close what needs no decision any more: time ran out, or everything was answered; returns how many."""
    with database.begin() as unit:
        waiting, _ = supplement_store.asks(unit, state="asked", limit=AT_ONCE)
    done = 0
    for one in waiting:
        with database.begin() as unit:
            done += _settle(context, unit, one.id)
    return done


def _settle(context: Context, unit: Unit, ask_id: uuid.UUID) -> int:
    value = supplement_store.find_ask(unit, ask_id, lock=True)
    if value is None or value.state != EXTENSION.initial.name:
        return 0
    found = [clock for one in value.clocks if (clock := clock_store.find(unit, one)) is not None and clock.is_open]
    if found and not any(clock.is_overdue(context.today()) for clock in found):
        return 0
    state = EXTENSION.after(value.state, "lapse" if found else "answer")
    supplement_store.decide_ask(unit, value.id, state, None, context.now())
    record(context, unit, value, f"extension.{state}", None)
    return 1


def _clocks(unit: Unit, request: ShareRequest) -> list[StoredClock]:
    """Return the clocks of the answers that wait."""
    waiting = (line for line in request.lines if line.state is LineState.WAITING)
    found = (clocks.running(unit, line_clocks.LINE, line.id) for line in waiting)
    return [clock for clock in found if clock is not None]


def may_extend(context: Context, clock: StoredClock, units: int) -> bool:
    """Return whether the law extends a clock by so many units, once and in time."""
    longest = clock.running.deadline.extension
    if longest is None or not 0 < units <= longest or clock.running.extension is not None:
        return False
    return not clock.is_overdue(context.today())


def _error(zh: str, en: str, next_zh: str, next_en: str) -> ExtensionError:
    return ExtensionError(
        f"{zh}（《政务数据共享条例》第二十一条）",
        f"{en} (政务数据共享条例 Art. 21)",
        next_zh=next_zh,
        next_en=next_en,
        facts={"article": ARTICLE},
    )


def article_of(value: ExtensionAsk) -> str:
    """Return the article an extension rests on."""
    return ARTICLE if value.request_id is not None else DIRECTORY_ARTICLE


def record(context: Context, unit: Unit, value: ExtensionAsk, action: str, by: uuid.UUID | None) -> None:
    """Leave the receipt of an act on an extension; of one for the directory the resource is the entry."""
    request = store.find_request(unit, value.request_id) if value.request_id is not None else None
    clock = clock_store.find(unit, value.clocks[0]) if request is None else None
    entry_id = request.entry_id if request is not None else clock.case.id if clock is not None else None
    context.record(
        unit,
        ReceiptKind.REQUEST if request is not None else ReceiptKind.CATALOGUE,
        action=action,
        request=str(request.id) if request is not None else None,
        member=str(request.member_id) if request is not None else None,
        provider=str(value.provider_id),
        resource=str(entry_id) if entry_id is not None else None,
        decided_by=str(by) if by is not None else None,
        article=article_of(value),
        outcome=str(value.units),
        subject_kind="extension",
        subject_id=str(value.id),
    )


def notice(value: ExtensionAsk, member: uuid.UUID, role: Role, texts: tuple[str, str]) -> Notice:
    """Return the notice of an extension to one side."""
    own = f"/w/requests/{value.request_id}" if value.request_id is not None else "/w/entries"
    return Notice(
        member=member,
        kind="request.extension",
        zh=texts[0],
        en=texts[1],
        next_zh="请打开事项查看时限",
        next_en="open the case and see the time",
        role=role.value,
        link="/w/sup/overdue" if role is Role.SUPERVISOR else own,
        subject_kind="extension",
        subject_id=str(value.id),
    )


def shown(value: ExtensionAsk) -> dict[str, Any]:
    """Return an extension asked for as JSON."""
    return {
        "id": value.id,
        "request": value.request_id,
        "provider": value.provider_id,
        "state": value.state,
        "units": value.units,
        "reason": value.reason,
        "asked_at": value.asked_at,
        "decided_at": value.decided_at,
        "text": value.text,
        "clocks": list(value.clocks),
    }


EXTENSIONS = Sweep("extensions", 10.0, sweep)
