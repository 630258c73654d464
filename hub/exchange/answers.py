"""The provider answers item by item (Zhengzhou Art. 20 §1; 政务数据共享条例 Art. 20-22, 28).

Full, masked, aggregates or verification grants; narrowing (R16) returns the line with an offer; a refusal
must rest on an exemption in force on that item, else the software says why it cannot be made and the line
stays open. Nobody answers their own organ's request, and the answer is signed by a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hub.directory.facts import OUTSIDE, load_resource, outside_item
from hub.exchange import grants, store
from hub.exchange.errors import AnswerNotPossibleError, LineClosedError
from hub.exchange.records import LineState, RequestState
from hub.exchange.requests import close_if_done, find
from hub.ledger.drafts import ReceiptKind
from policies.answers import LADDER, lesser_forms, narrower, widest_form
from policies.exemptions import (
    Decider,
    RefusalAct,
    RefusalNotPossibleError,
    make_refusal,
    not_admissible,
)
from policies.facts import Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.records import Line, ShareRequest
    from hub.identity.facts import StaffRequester
    from policies.facts import ItemFacts

REFUSE = "refuse"
NARROW = "narrow"
DECISIONS: tuple[str, ...] = (*(form.value for form in LADDER), REFUSE, NARROW)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says on one line. The texts are needed for ``refuse`` and ``narrow`` only.

    ``decision`` is one of :data:`DECISIONS`; ``considered`` maps narrower forms to why each fails;
    ``offer`` is the lesser form held out; ``decider_role`` the office of the person who signs.
    """

    decision: str
    decider_role: str
    ground: str = ""
    exemption_id: str = ""
    provision: str = ""
    facts: str = ""
    considered: Mapping[str, str] = field(default_factory=dict)
    offer: Treatment | None = None
    duty: str = ""
    cites_law_and_assessment: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """All that an answer is made from."""

    context: Context
    unit: Unit
    staff: StaffRequester
    request: ShareRequest
    line: Line
    resource: Resource
    item: ItemFacts


def answer(
    context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, line_id: uuid.UUID, given: Answer
) -> ShareRequest:
    """Answer one line and return the request as it now stands.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        LineClosedError: not the provider, not open, or already answered.
        AnswerNotPossibleError: the answer cannot be given; every reason is named, the line stays open.
    """
    request = find(unit, staff, request_id, lock=True)
    line = next((line for line in request.lines if line.id == line_id), None)
    if (
        line is None
        or request.provider_id != staff.member.id
        or request.state is not RequestState.OPEN
        or line.state is not LineState.WAITING
    ):
        raise LineClosedError(
            "该项不在等待本单位答复的状态",
            "this item does not wait for your organ's answer",
            next_zh="请刷新申请查看当前状态",
            next_en="look at the request's state",
            facts={"state": line.state.value if line is not None else None},
        )
    resource = load_resource(context, unit, request.entry_id)
    item = resource.facts.by_column.get(line.item) if line.item is not None else None
    if item is None:
        item = outside_item(unit, resource, line.description)
    case = _Case(context, unit, staff, request, line, resource, item)
    if given.decision == REFUSE:
        _refuse(case, given)
    elif given.decision == NARROW:
        _narrow(case, given)
    elif given.decision in DECISIONS:
        _grant(case, Treatment(given.decision), given)
    else:
        raise AnswerNotPossibleError(
            f"答复方式须为 {'、'.join(DECISIONS)} 之一",
            f"the decision must be one of {', '.join(DECISIONS)}",
            next_zh="请改选一种答复",
            next_en="choose one of them",
        )
    return close_if_done(unit, find(unit, staff, request_id))


def _impossible(zh: str, en: str, next_zh: str, next_en: str) -> AnswerNotPossibleError:
    return AnswerNotPossibleError(zh, en, next_zh=next_zh, next_en=next_en)


def _grant(case: _Case, form: Treatment, given: Answer) -> None:
    if case.item.column == OUTSIDE:
        raise _impossible(
            "目录外的信息没有可授予的数据",
            "information outside the directory has no rows to grant",
            "请先编目发布该信息，再答复；或依法不予提供",
            "describe and publish it first, or refuse it on a ground",
        )
    if narrower(form, case.line.asked) is not form:
        raise _impossible(
            f"申请的是“{case.line.asked.value}”，不能授予更宽的形式",
            f"only {case.line.asked.value} was asked for: a wider form cannot be given",
            "请选择不宽于申请的形式",
            "choose a form no wider than asked",
        )
    widest = widest_form(case.item, cites_law_and_assessment=given.cites_law_and_assessment)
    if widest is None or narrower(form, widest) is not form:
        raise _impossible(
            "该类敏感信息没有法律依据和影响评估不得以这种形式提供（《个人信息保护法》第二十八条、第五十五条）",
            "this class is not given in this form without the law and an impact assessment cited (PIPL Art. 28, 55)",
            "请改为“核验”，或确认已引用法律并附影响评估",
            "offer verification, or state that law and assessment are on file",
        )
    article = "政务数据共享条例 Art.20-22; 郑州 Art.20"
    granted = grants.Given({case.item.column: form}, case.staff.staff.id, article, given.cites_law_and_assessment)
    receipt = grants.give(case.context, case.unit, case.request, granted)
    _close(case, LineState.GRANTED, form, {"decision": form.value, "by": "provider", "article": article}, receipt)


def _refuse(case: _Case, given: Answer) -> None:
    act = RefusalAct(
        ground=given.ground,
        exemption_id=given.exemption_id,
        provision=given.provision,
        facts=given.facts,
        considered=given.considered,
        offer=given.offer,
        organ=str(case.staff.member.id),
        decider=Decider(case.staff.staff.name, given.decider_role),
        decided_at=case.context.now(),
    )
    try:
        refusal = make_refusal(act, case.item, case.resource.facts, case.context.pack(case.resource.facts.pack))
    except RefusalNotPossibleError as error:
        raise _not_possible(error, case) from error
    receipt = case.context.record(
        case.unit,
        ReceiptKind.REFUSAL,
        member=str(case.request.member_id),
        system=str(case.request.system_id),
        provider=str(case.request.provider_id),
        resource=str(case.request.entry_id),
        request=str(case.request.id),
        request_line=str(case.line.id),
        items_refused=[case.item.column],
        decision="refused",
        ground=refusal.ground,
        article=refusal.article[:500],
        rule=refusal.rule_id,
        pack=case.resource.facts.pack,
        policy_version=refusal.policy_version,
        decided_by=str(case.staff.staff.id),
        purpose=case.request.purpose,
        legal_basis=case.request.legal_basis,
    )
    record = {
        **refusal.record(),
        "organ_name": case.staff.member.name,
        "explanation": list(replace(refusal, organ=case.staff.member.name).explain("zh")),
        "explanation_en": list(replace(refusal, organ=case.staff.member.name).explain("en")),
    }
    _close(case, LineState.REFUSED, None, record, receipt.id)


def _narrow(case: _Case, given: Answer) -> None:
    asked = (case.item.column,)
    offer = {case.item.column: given.offer} if given.offer is not None else {}
    pack = case.context.pack(case.resource.facts.pack)
    try:
        narrowing = not_admissible(asked, given.duty, offer, pack)
    except RefusalNotPossibleError as error:
        raise _not_possible(error, case) from error
    receipt = case.context.record(
        case.unit,
        ReceiptKind.DECISION,
        member=str(case.request.member_id),
        provider=str(case.request.provider_id),
        resource=str(case.request.entry_id),
        request=str(case.request.id),
        request_line=str(case.line.id),
        decision="narrowing",
        reason_code="R16",
        article=narrowing.article,
        decided_by=str(case.staff.staff.id),
    )
    record = {
        "decision": NARROW,
        "offer": given.offer.value if given.offer is not None else None,
        "duty": given.duty,
        "explanation": list(narrowing.explain("zh")),
        "explanation_en": list(narrowing.explain("en")),
    }
    _close(case, LineState.NARROWED, given.offer, record, receipt.id)


def _not_possible(error: RefusalNotPossibleError, case: _Case) -> AnswerNotPossibleError:
    """Say why the answer cannot be made and what lesser form would do; the line stays open."""
    ladder = lesser_forms(case.line.asked)
    return AnswerNotPossibleError(
        "不能作出该答复，申请仍在办理：" + "；".join(reason.what.zh for reason in error.reasons),
        "this answer is not possible, the request stays open: " + "; ".join(r.what.en for r in error.reasons),
        next_zh="；".join(dict.fromkeys(reason.next_step.zh for reason in error.reasons)),
        next_en="; ".join(dict.fromkeys(reason.next_step.en for reason in error.reasons)),
        facts={
            "reasons": [{"code": reason.code, "zh": reason.what.zh, "en": reason.what.en} for reason in error.reasons],
            "lesser_forms": [form.value for form in ladder],
            "basis": "郑州市信息化建设管理办法 第二十条",
        },
    )


def _close(
    case: _Case, state: LineState, form: Treatment | None, record: Mapping[str, object], receipt: uuid.UUID
) -> None:
    store.update_line(
        case.unit,
        case.line.id,
        state=state.value,
        treatment=form.value if form is not None else None,
        answer=dict(record),
        decided_by=case.staff.staff.id,
        decided_at=case.context.now(),
        receipt_id=receipt,
    )
