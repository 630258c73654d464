"""An agency asks for items (Zhengzhou Art. 20 §1; 政务数据共享条例 Art. 20-21).

A request states basis, purpose, scenario, items, form and period; the requester's head consents; what is
shared without conditions is granted by the rule at once, the rest goes to the provider with a clock.
Silence never answers: an overdue line stays open and is listed as overdue. A request is made alone, or as a part
of an application (申请车, :mod:`hub.exchange.cart`), which its head consents to once.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hub.context import text_id
from hub.directory.facts import load_resource
from hub.exchange import grants, line_clocks, store
from hub.exchange.errors import ConsentError, LineClosedError, RequestInvalidError, RequestNotFoundError
from hub.exchange.records import Line, LineState, RequestState, ShareRequest
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from policies.answers import automatic_answer
from policies.case_numbers import CasePatternError, check_case_pattern
from policies.facts import Mode, ShareType, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.identity.facts import StaffRequester

MOST_ITEMS = 500
CITES_LAW = re.compile(r"第\s*[0-9〇零一二三四五六七八九十百]+\s*条|[Aa]rt(?:icle|\.)\s*\d+")


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One item asked for: its column, or a description of information the directory does not list."""

    item: str | None
    description: str
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What an agency user fills in; ``valid_*`` aware UTC."""

    entry_name: str
    system_id: uuid.UUID
    items: tuple[AskedItem, ...]
    purpose: str
    scenario: str
    legal_basis: str
    case_pattern: str | None
    valid_from: datetime
    valid_until: datetime
    modes: frozenset[Mode] = field(default_factory=frozenset)
    people: tuple[str, ...] = ()
    retention_days: int | None = None


Fault = tuple[str, str, str]


def _item_faults(new: NewRequest, resource: Resource) -> Iterator[Fault]:
    """Yield what is wrong with the list of items: (field, zh, en)."""
    known = resource.facts.by_column
    if not new.items or len(new.items) > MOST_ITEMS:
        yield "items", f"须列 1 到 {MOST_ITEMS} 个信息项", f"name 1 to {MOST_ITEMS} items"
    named = [asked.item for asked in new.items if asked.item is not None]
    if any(column not in known for column in named):
        yield "items", f"本条目没有这些信息项；可选：{'、'.join(known)}", f"no such item; there are: {', '.join(known)}"
    if len(named) != len(set(named)):
        yield "items", "同一信息项列了两次", "an item is named twice"
    if any(asked.item is None and not asked.description.strip() for asked in new.items):
        yield "items", "目录外的信息须写明名称", "information outside the directory needs a description"
    if any(asked.treatment is Treatment.WITHHELD for asked in new.items):
        yield "items", "提供方式不能是“不提供”", "'withheld' is no form to ask for"


def _text_faults(new: NewRequest) -> Iterator[Fault]:
    """Yield what is wrong with purpose, basis, period and case numbers: (field, zh, en)."""
    for name, value in (("purpose", new.purpose), ("scenario", new.scenario)):
        if not value.strip():
            yield name, "须写明使用用途和使用场景", "purpose and scenario must be stated"
    if not CITES_LAW.search(new.legal_basis):
        yield "legal_basis", "使用依据须写明法规名称和条款号", "the legal basis needs the rule's name and article"
    if new.valid_until <= new.valid_from:
        yield "valid_until", "使用时限的止须晚于起", "the period must end after it begins"
    if new.case_pattern is not None:
        try:
            check_case_pattern(new.case_pattern)
        except CasePatternError as error:
            yield "case_pattern", error.zh, error.en


def _check(new: NewRequest, resource: Resource) -> None:
    """Raise one error that names every fault of a request."""
    faults = [*_item_faults(new, resource), *_text_faults(new)]
    if faults:
        raise RequestInvalidError(
            "申请未能提交：" + "；".join(zh for _, zh, _ in faults),
            "the request cannot be made: " + "; ".join(en for _, _, en in faults),
            next_zh="请按《政务数据共享条例》第二十条补齐后再提交",
            next_en="complete it as 政务数据共享条例 Art. 20 asks and send it again",
            facts={"faults": [{"field": field, "message": zh, "message_en": en} for field, zh, en in faults]},
        )


def create(context: Context, unit: Unit, staff: StaffRequester, new: NewRequest) -> ShareRequest:
    """Store a request; it waits for the head's consent.

    Raises:
        EntryNotFoundError: the directory has no such published entry.
        RequestInvalidError: something is missing or does not fit; every fault is named.
    """
    resource = load_resource(context, unit, new.entry_name)
    _check(new, resource)
    _require_users(unit, staff, new, resource)
    now = context.now()
    request = ShareRequest(
        id=uuid.uuid4(),
        number=0,
        member_id=staff.member.id,
        system_id=new.system_id,
        provider_id=resource.provider_id,
        entry_id=resource.id,
        made_by=staff.staff.id,
        consented_by=None,
        purpose=new.purpose.strip(),
        scenario=new.scenario.strip(),
        legal_basis=new.legal_basis.strip(),
        case_pattern=new.case_pattern,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        state=RequestState.SUBMITTED,
        created_at=now,
        submitted_at=None,
        lines=tuple(
            Line(
                uuid.uuid4(), position, asked.item, asked.description.strip(), asked.treatment,
                LineState.WAITING, None, None, None, None, None, None,
            )
            for position, asked in enumerate(new.items, start=1)
        ),
        modes=new.modes,
        people=new.people,
        retention_days=new.retention_days,
    )  # fmt: skip
    return submit(context, unit, staff, request)


def _require_users(unit: Unit, staff: StaffRequester, new: NewRequest, resource: Resource) -> None:
    """Raise unless the system is the organ's own and the entry is another's."""
    system = identity_store.system(unit, new.system_id)
    if system is None or system.member_id != staff.member.id:
        raise RequestInvalidError(
            "使用系统不属于本单位",
            "the system does not belong to your organ",
            next_zh="请先由系统管理员登记本单位的业务系统及其公钥",
            next_en="register the system and its key first",
        )
    if resource.provider_id == staff.member.id:
        raise RequestInvalidError(
            "这是本单位自己的条目，无需申请",
            "the entry is your own: no request is needed",
            next_zh="本单位系统可直接查询",
            next_en="your own systems may query it",
        )


def submit(context: Context, unit: Unit, staff: StaffRequester, request: ShareRequest) -> ShareRequest:
    """Store a request that has been checked, with its receipt; returns it with its number."""
    number = store.insert_request(unit, request)
    record_step(context, unit, request, staff, "submitted", None)
    return replace(request, number=number)


def record_step(
    context: Context, unit: Unit, request: ShareRequest, staff: StaffRequester, action: str, before: str | None
) -> None:
    """Leave the receipt of what a person of the requester did with a request."""
    context.record(
        unit,
        ReceiptKind.REQUEST,
        member=str(request.member_id),
        system=str(request.system_id),
        end_user=str(staff.staff.id),
        provider=str(request.provider_id),
        resource=None if request.is_outside else str(request.entry_id),
        request=str(request.id),
        action=action,
        items_asked=[line.item or "-" for line in request.lines],
        purpose=request.purpose,
        legal_basis=request.legal_basis,
        state_before=before,
        approved_by=text_id(request.consented_by),
    )


def find(unit: Unit, staff: StaffRequester, request_id: uuid.UUID, *, lock: bool = False) -> ShareRequest:
    """Return a request the person's member is a party to.

    Raises:
        RequestNotFoundError: there is none, or it is another's.
    """
    request = store.find_request(unit, request_id, lock=lock)
    if request is None or staff.member.id not in {request.member_id, request.provider_id}:
        raise RequestNotFoundError(
            "没有这份申请，或本单位不是当事方",
            "there is no such request, or your organ is no party to it",
            next_zh="请从“我的申请”或“申请办理”中打开",
            next_en="open it from your list of requests",
        )
    return request


def consent(context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID) -> ShareRequest:
    """Give the requester's consent (Art. 20): the rule answers what it can, the provider gets the rest.

    Raises:
        ConsentError: the same person made the request, another organ, or not waiting for consent.
    """
    request = find(unit, staff, request_id, lock=True)
    if request.member_id != staff.member.id or request.state is not RequestState.SUBMITTED:
        raise ConsentError(
            "这份申请不在等待本单位负责人同意的状态",
            "the request does not wait for your organ's consent",
            next_zh="请刷新后查看当前状态",
            next_en="look at its state",
            facts={"state": request.state.value},
        )
    if request.made_by == staff.staff.id:
        raise ConsentError(
            "提出申请的人不能自己同意（《政务数据共享条例》第二十条：须经负责人同意）",
            "who made the request cannot consent to it (政务数据共享条例 Art. 20)",
            next_zh="请由本单位需求审批人办理",
            next_en="let your organ's approver do it",
        )
    if request.application_id is not None:
        raise ConsentError(
            "这份申请是申请车的一部分，由负责人对整份申请车同意一次",
            "the request is a part of an application, to which the head consents once",
            next_zh="请打开申请车，对整份同意",
            next_en="open the application and consent to it",
            facts={"application": str(request.application_id)},
        )
    return begin(context, unit, staff, request)


def begin(context: Context, unit: Unit, staff: StaffRequester, request: ShareRequest) -> ShareRequest:
    """Open a request that the person consents to: the rule answers what it can, clocks start for the rest.

    Lines answered before stay as they are. The caller has checked that the person may consent and holds the row.
    """
    now = context.now()
    request = replace(request, consented_by=staff.staff.id, state=RequestState.OPEN, submitted_at=now)
    store.update_request(unit, request.id, state=RequestState.OPEN.value, consented_by=staff.staff.id, submitted_at=now)
    record_step(context, unit, request, staff, "consented", RequestState.SUBMITTED.value)
    resource = load_resource(context, unit, request.entry_id)
    for line in request.lines:
        if line.state is LineState.WAITING:
            open_line(context, unit, request, line, resource)
    return close_if_done(unit, find(unit, staff, request.id))


def open_line(context: Context, unit: Unit, request: ShareRequest, line: Line, resource: Resource) -> None:
    """Answer one line by the rule, or give it its clock (Art. 21).

    With a filter on rows the provider answers itself: which rows are asked for says something about them.
    """
    item = resource.facts.by_column.get(line.item) if line.item is not None else None
    by_rule = item is not None and not request.row_filter
    form = automatic_answer(item, line.asked, cites_law_and_assessment=False) if item is not None and by_rule else None
    if item is not None and form is not None:
        article = context.pack(resource.facts.pack).basis("政务数据共享条例 Art.14(1), 21")
        receipt = grants.give(context, unit, request, grants.Given({item.column: form}, None, article))
        store.update_line(
            unit,
            line.id,
            state=LineState.GRANTED.value,
            treatment=form.value,
            answer={"decision": form.value, "by": "rule", "article": article},
            decided_at=context.now(),
            receipt_id=receipt,
        )
        line_clocks.start_delivery(context, unit, request, line, item, resource.facts.pack)
        return
    case = line_clocks.case_of(request, line, item, resource.facts.pack)
    line_clocks.start_reply(context, unit, case, due_key(item.share_type if item is not None else None))


def due_date(context: Context, resource: Resource, share_type: ShareType | None) -> date:
    """Return the day by which the provider must answer (``deadlines.csv``: 1 or 10 working days)."""
    days = context.pack(resource.facts.pack).deadlines[due_key(share_type)].value or 0
    return context.calendar.add_working_days(context.today(), days)


def due_key(share_type: ShareType | None) -> str:
    """Return which deadline binds the provider; what is outside the directory is answered as what has conditions."""
    return "share.reply.unconditional" if share_type is ShareType.UNCONDITIONAL else "share.reply.conditional"


def close_if_done(unit: Unit, request: ShareRequest) -> ShareRequest:
    """Mark a request answered once no line waits."""
    if request.state is RequestState.OPEN and all(line.state is not LineState.WAITING for line in request.lines):
        store.update_request(unit, request.id, state=RequestState.ANSWERED.value)
        return replace(request, state=RequestState.ANSWERED)
    return request


def withdraw(context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID) -> ShareRequest:
    """Take back what has not been answered; granted items stay granted.

    Raises:
        LineClosedError: nothing is left to withdraw, or it is not the requester who asks.
    """
    request = find(unit, staff, request_id, lock=True)
    waiting = [line for line in request.lines if line.state is LineState.WAITING]
    if request.application_id is not None and request.member_id == staff.member.id:
        raise LineClosedError(
            "这份申请是申请车的一部分，请在申请车中撤回",
            "the request is a part of an application: withdraw it there",
            next_zh="打开申请车，撤回全部或逐项撤回",
            next_en="open the application and withdraw all of it or single lines",
            facts={"application": str(request.application_id)},
        )
    if request.member_id != staff.member.id or not waiting:
        raise LineClosedError(
            "没有可撤回的申请项", "nothing is left to withdraw", next_zh="已答复的项不能撤回", next_en="answers stay"
        )
    for line in waiting:
        withdraw_line(context, unit, line)
    state = RequestState.WITHDRAWN if len(waiting) == len(request.lines) else RequestState.ANSWERED
    store.update_request(unit, request.id, state=state.value)
    record_step(context, unit, request, staff, "withdrawn", request.state.value)
    return find(unit, staff, request_id)


def withdraw_line(context: Context, unit: Unit, line: Line) -> None:
    """Take back one line that waits; its clock ends with it."""
    line_clocks.stop_reply(context, unit, line.id, LineState.WITHDRAWN.value)
    store.update_line(unit, line.id, state=LineState.WITHDRAWN.value)
