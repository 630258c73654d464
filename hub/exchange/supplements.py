"""What a request lacks is told once, all of it (一次性告知); the clock stands still (政务数据共享条例 Art. 21).

Incomplete material is no reason to refuse: the provider names lines and fields, the requester answers with text and
changed fields, and the clock runs on the next day. A second supplement is refused with the article.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hub.exchange import clocks, line_clocks, store, supplement_store
from hub.exchange.errors import ConsentError, SupplementError
from hub.exchange.records import LineState, RequestState
from hub.exchange.requests import CITES_LAW, find
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import ShareRequest
    from hub.exchange.supplement_store import Supplement
    from hub.identity.facts import StaffRequester

FIELDS: Final = ("purpose", "scenario", "legal_basis", "case_pattern", "material")
"""What may be named as missing; ``material`` is a document or a fact beyond the form."""
CHANGEABLE: Final = ("purpose", "scenario", "legal_basis")
LONGEST: Final = 2000
PAUSE: Final = "supplement"
ARTICLE: Final = "政务数据共享条例 Art.21"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the requester supplies: a text, and fields of the request in their new wording."""

    text: str
    changes: Mapping[str, str] = field(default_factory=dict)


def ask(
    context: Context,
    unit: Unit,
    staff: StaffRequester,
    request_id: uuid.UUID,
    text: str,
    missing: Mapping[str, tuple[str, ...]],
) -> Supplement:
    """Tell the requester once what the request lacks; the clocks of all waiting lines stand still.

    ``missing`` maps a line's id, or "" for the whole request, to fields of :data:`FIELDS`.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        SupplementError: not the provider, nothing waits, asked before, or what is missing is not named.
        ClockError: the time has run out.
    """
    request = find(unit, staff, request_id, lock=True)
    waiting = [line for line in request.lines if line.state is LineState.WAITING]
    if request.provider_id != staff.member.id or request.state is not RequestState.OPEN or not waiting:
        raise SupplementError(
            "这份申请没有等待本单位答复的项",
            "nothing of this request waits for your organ",
            next_zh="请刷新后查看当前状态",
            next_en="look at its state",
        )
    _check_missing(request, text, missing)
    value = supplement_store.Supplement(
        id=uuid.uuid4(),
        request_id=request.id,
        asked_by=staff.staff.id,
        asked_at=context.now(),
        text=text.strip(),
        missing={key: list(fields) for key, fields in missing.items()},
        answered_by=None,
        answered_at=None,
        reply=None,
    )
    if not supplement_store.ask(unit, value):
        raise SupplementError(
            "补充材料只能一次性告知，本申请已经告知过（《政务数据共享条例》第二十一条）",
            "what is missing may be asked for once, and was asked for before (政务数据共享条例 Art. 21)",
            next_zh="请依现有材料答复；材料不足不构成不予提供的理由",
            next_en="answer on what there is; incomplete material is no ground of refusal",
            facts={"article": ARTICLE},
        )
    for line in waiting:
        clock = clocks.running(unit, line_clocks.LINE, line.id)
        if clock is not None:
            paused = clocks.pause(context, unit, clock, PAUSE, decided_by=staff.staff.id)
            store.update_line(unit, line.id, due_on=paused.due_on)
    _record(context, unit, request, "supplement.ask", staff.staff.id, str(value.id))
    told = _notice(
        request, request.member_id, Role.AGENCY_USER,
        f"{request.label}：提供单位一次性告知需补充的材料，答复时限自今日起中止（《政务数据共享条例》第二十一条）",
        f"{request.label}: the provider says what is missing; its clock stands still (政务数据共享条例 Art. 21)",
    )  # fmt: skip
    send(unit, told, context.now())
    return value


def supply(context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, reply: Reply) -> ShareRequest:
    """Supply what was missing; the clocks run again from tomorrow. Changed fields need the head, by another person.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        SupplementError: nothing is awaited of this organ, or the reply says nothing.
        ConsentError: fields are changed by somebody who may not consent for the organ (Art. 20).
        CalendarMissingError: the clock runs into a year whose holidays are not loaded.
    """
    request = find(unit, staff, request_id, lock=True)
    awaited = supplement_store.supplement(unit, request.id)
    if request.member_id != staff.member.id or awaited is None or awaited.answered_at is not None:
        raise SupplementError(
            "没有等待本单位补充的材料",
            "nothing is awaited of your organ",
            next_zh="请刷新后查看当前状态",
            next_en="look at the request's state",
        )
    _check_reply(request, staff, reply)
    former = {name: getattr(request, name) for name in reply.changes}
    if reply.changes:
        store.update_request(
            unit, request.id, **{name: value.strip() for name, value in reply.changes.items()},
            consented_by=staff.staff.id,
        )  # fmt: skip
    supplement_store.supply(
        unit, awaited.id, staff.staff.id, context.now(), {"text": reply.text.strip(), "former": former}
    )
    for line in request.lines:
        clock = clocks.running(unit, line_clocks.LINE, line.id)
        if clock is not None and clocks.standing_since(clock) is not None:
            resumed = clocks.resume(context, unit, clock)
            store.update_line(unit, line.id, due_on=resumed.due_on)
    _record(context, unit, request, "supplement.supply", staff.staff.id, str(awaited.id))
    told = _notice(
        request, request.provider_id, Role.APPROVER,
        f"{request.label}：使用单位已补充材料，答复时限自明日起继续计算",
        f"{request.label}: the requester has supplied what was missing; the clock runs on from tomorrow",
    )  # fmt: skip
    send(unit, told, context.now())
    return find(unit, staff, request_id)


def _check_missing(request: ShareRequest, text: str, missing: Mapping[str, tuple[str, ...]]) -> None:
    """Raise SupplementError unless the text says something, and lines and fields that exist are named."""
    lines = {str(line.id) for line in request.lines if line.state is LineState.WAITING}
    named = [name for fields in missing.values() for name in fields]
    faults = []
    if not text.strip() or len(text) > LONGEST:
        faults.append(("须写明缺少什么", "say what is missing"))
    if not named or any(name not in FIELDS for name in named):
        faults.append((f"须指明缺少的栏目：{'、'.join(FIELDS)}", f"name the fields missing: {', '.join(FIELDS)}"))
    if any(key and key not in lines for key in missing):
        faults.append(("指明的项不是待答复的项", "a line named does not wait"))
    if faults:
        raise SupplementError(
            "补充告知有误：" + "；".join(zh for zh, _ in faults),
            "the supplement is not right: " + "; ".join(en for _, en in faults),
            next_zh="请一次写清全部缺少的内容；只能告知一次",
            next_en="name all that is missing at once: it can be asked for once only",
        )


def _check_reply(request: ShareRequest, staff: StaffRequester, reply: Reply) -> None:
    faults = list(_reply_faults(reply))
    if faults:
        raise SupplementError(
            "补充内容有误：" + "；".join(zh for zh, _ in faults),
            "the reply is not right: " + "; ".join(en for _, en in faults),
            next_zh="请补齐后再提交",
            next_en="mend it and send it again",
        )
    if reply.changes and (not staff.has_role(Role.AGENCY_APPROVER) or staff.staff.id == request.made_by):
        raise ConsentError(
            "修改申请内容须由本单位负责人办理（《政务数据共享条例》第二十条：须经负责人同意）",
            "changing what is asked needs the head's consent, by another person than who asked (Art. 20)",
            next_zh="请由本单位需求审批人提交修改；只补充说明可由经办人提交",
            next_en="let your organ's approver send the changes; a text alone may come from the user",
        )


def _reply_faults(reply: Reply) -> Iterator[tuple[str, str]]:
    if not reply.text.strip() or len(reply.text) > LONGEST:
        yield "须写明补充了什么", "say what you supply"
    if any(name not in CHANGEABLE for name in reply.changes):
        yield f"只能修改：{'、'.join(CHANGEABLE)}", f"only these can be changed: {', '.join(CHANGEABLE)}"
    if any(not 0 < len(value.strip()) <= LONGEST for value in reply.changes.values()):
        yield "修改后的内容不能为空或过长", "a changed field is empty or too long"
    basis = reply.changes.get("legal_basis")
    if basis is not None and not CITES_LAW.search(basis):
        yield "使用依据须写明法规名称和条款号", "the legal basis needs the rule's name and article"


def _record(context: Context, unit: Unit, request: ShareRequest, action: str, by: uuid.UUID, subject: str) -> None:
    context.record(
        unit,
        ReceiptKind.REQUEST,
        action=action,
        request=str(request.id),
        member=str(request.member_id),
        provider=str(request.provider_id),
        resource=str(request.entry_id),
        decided_by=str(by),
        article=ARTICLE,
        subject_kind="supplement",
        subject_id=subject,
    )


def _notice(request: ShareRequest, member: uuid.UUID, role: Role, zh: str, en: str) -> Notice:
    return Notice(
        member=member,
        kind="request.supplement",
        zh=zh,
        en=en,
        next_zh="请打开申请办理",
        next_en="open the request",
        role=role.value,
        link=f"/w/requests/{request.id}",
        subject_kind="request",
        subject_id=str(request.id),
    )


def shown(value: Supplement) -> dict[str, Any]:
    """Return a supplement as JSON."""
    return {
        "id": value.id,
        "state": value.state,
        "text": value.text,
        "missing": value.missing,
        "asked_at": value.asked_at,
        "answered_at": value.answered_at,
        "reply": value.reply,
    }
