"""From what a provider says on a line to the decision, its letter, its receipt and what is stored.

First :func:`decide_line` says what the answer is, or why it cannot be given, and writes nothing; then
:func:`give_decision` carries it out in the transaction. Zhengzhou Art. 20 §1; 政务数据共享条例 Art. 20-22.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from hub.directory.facts import OUTSIDE
from hub.exchange import grants, letter_store, letters, line_clocks, store
from hub.exchange.errors import AnswerNotPossibleError
from hub.exchange.records import LineState
from hub.exchange.state_tables import LINE
from hub.ledger.drafts import ReceiptKind
from policies.answers import LADDER, lesser_forms, narrower, widest_form
from policies.exemptions import Decider, RefusalAct, RefusalNotPossibleError, make_refusal, not_admissible
from policies.facts import Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.grants import Terms
    from hub.exchange.letters import Parties, Subject
    from hub.identity.facts import StaffRequester
    from policies.results import Refusal

REFUSE: Final = "refuse"
NARROW: Final = "narrow"
DECISIONS: Final[tuple[str, ...]] = (*(form.value for form in LADDER), REFUSE, NARROW)
GRANT_ARTICLE: Final = "政务数据共享条例 Art.20-22"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says on one line. The texts are needed for ``refuse`` and ``narrow`` only.

    ``decision`` is one of :data:`DECISIONS`; ``considered`` maps narrower forms to why each fails;
    ``offer`` is the lesser form held out; ``decider_role`` the office of the person who signs; ``terms`` are limits
    a grant is given with. ``cites_law_and_assessment`` opens the wider forms of sensitive items, and counts only with
    ``assessment``, the id of the impact assessment on file (个人信息保护法 Art. 28, 55).
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
    assessment: uuid.UUID | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All that an answer is made from."""

    context: Context
    unit: Unit
    staff: StaffRequester
    resource: Resource
    subject: Subject
    parties: Parties


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer that can be given: the act of the line's table, the form, what is kept, the letter.

    ``granted`` and ``refusal`` are what the receipt of a grant or a refusal is made from; neither: narrowing.
    """

    act: str
    form: Treatment | None
    record: Mapping[str, Any]
    letter: Mapping[str, Any]
    article: str
    granted: grants.Given | None = None
    refusal: Refusal | None = None


def decide_line(case: Case, given: Answer) -> Decided:
    """Return what the answer is (raises :class:`AnswerNotPossibleError` with every reason); nothing is written."""
    if given.decision in {REFUSE, NARROW}:
        _require_open_mind(case)
        return _refusal(case, given) if given.decision == REFUSE else _narrowing(case, given)
    if given.decision in DECISIONS:
        return _grant(case, Treatment(given.decision), given)
    raise _impossible(
        f"答复方式须为 {'、'.join(DECISIONS)} 之一",
        f"the decision must be one of {', '.join(DECISIONS)}",
        "请改选一种答复",
        "choose one of them",
    )


def give_decision(case: Case, decided: Decided) -> None:
    """Carry an answer out: receipt, grant, clocks, letter, line. The caller holds the request."""
    request, line, item = case.subject.request, case.subject.line, case.subject.item
    if decided.granted is not None:
        receipt = grants.give(case.context, case.unit, request, decided.granted)
    elif decided.refusal is not None:
        receipt = _record_refusal(case, decided.refusal)
    else:
        receipt = _record_narrowing(case, decided.article)
    state = LineState(LINE.after(line.state.value, decided.act))
    line_clocks.stop_reply(case.context, case.unit, line.id, state.value)
    if state is LineState.GRANTED:
        line_clocks.start_delivery(case.context, case.unit, request, line, item, case.resource.facts.pack)
    letter_id = letter_store.insert(case.unit, request.id, line.id, decided.letter, case.context.now())
    late: dict[str, object] = {}
    if case.subject.late_days != 0:
        why = case.subject.left.why_unknown
        late = {"late_days": case.subject.late_days, "due_on": str(case.subject.due_on)}
        late |= {"days_unknown": why.zh, "days_unknown_en": why.en} if why is not None else {}
    store.update_line(
        case.unit,
        line.id,
        state=state.value,
        treatment=decided.form.value if decided.form is not None else None,
        answer={**decided.record, **late, "letter": str(letter_id)},
        decided_by=case.staff.staff.id,
        decided_at=case.context.now(),
        receipt_id=receipt,
    )


def _require_open_mind(case: Case) -> None:
    """Refuse to refuse again what a decision on a dispute has reopened (政务数据共享条例 Art. 28)."""
    answer = case.subject.line.answer
    if answer is not None and "reopened_by" in answer:
        raise _impossible(
            "争议处理已决定改正原答复，不能再次不予提供或退回（《政务数据共享条例》第二十八条）",
            "a decision on the dispute has overturned the answer: it cannot be refused or narrowed again (Art. 28)",
            "请按决定内容提供；仍有异议的由主管部门或本级政府处理",
            "grant it as decided; objections go to the authority or the government",
        )


def _impossible(zh: str, en: str, next_zh: str, next_en: str) -> AnswerNotPossibleError:
    return AnswerNotPossibleError(zh, en, next_zh=next_zh, next_en=next_en)


def _grant(case: Case, form: Treatment, given: Answer) -> Decided:
    item, line = case.subject.item, case.subject.line
    if item.column == OUTSIDE:
        raise _impossible(
            "目录外的信息没有可授予的数据",
            "information outside the directory has no rows to grant",
            "请先编目发布该信息，再答复；或依法不予提供",
            "describe and publish it first, or refuse it on a ground",
        )
    if narrower(form, line.asked) is not form:
        raise _impossible(
            f"申请的是“{line.asked.value}”，不能授予更宽的形式",
            f"only {line.asked.value} was asked for: a wider form cannot be given",
            "请选择不宽于申请的形式",
            "choose a form no wider than asked",
        )
    cites = given.cites_law_and_assessment and given.assessment is not None
    widest = widest_form(item, cites_law_and_assessment=cites)
    if widest is None or narrower(form, widest) is not form:
        raise _impossible(
            "该类敏感信息没有法律依据和影响评估不得以这种形式提供（《个人信息保护法》第二十八条、第五十五条）",
            "this class is not given in this form without the law and an impact assessment cited (PIPL Art. 28, 55)",
            "请改为“核验”，或引用法律并写明已批准的影响评估编号（assessment）",
            "offer verification, or cite the law and the id of the approved impact assessment (assessment)",
        )
    article = case.context.pack(case.resource.facts.pack).basis(GRANT_ARTICLE)
    granted = grants.Given({item.column: form}, case.staff.staff.id, article, cites, given.terms)
    record: dict[str, Any] = {"decision": form.value, "by": "provider", "article": article}
    if given.assessment is not None:
        record["assessment"] = str(given.assessment)
    letter = letters.granting(case.subject, case.parties, form, article)
    return Decided("grant", form, record, letter, article, granted=granted)


def _refusal(case: Case, given: Answer) -> Decided:
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
    facts = case.resource.facts
    try:
        refusal = make_refusal(act, case.subject.item, facts, case.context.pack(facts.pack))
    except RefusalNotPossibleError as error:
        raise _not_possible(error, case) from error
    named = replace(refusal, organ=case.staff.member.name)
    record = {
        **refusal.record(),
        "organ_name": case.staff.member.name,
        "explanation": list(named.explain("zh")),
        "explanation_en": list(named.explain("en")),
    }
    letter = letters.refusing(case.subject, case.parties, refusal)
    return Decided("refuse", None, record, letter, refusal.article, refusal=refusal)


def _narrowing(case: Case, given: Answer) -> Decided:
    column = case.subject.item.column
    offer = {column: given.offer} if given.offer is not None else {}
    try:
        returned = not_admissible((column,), given.duty, offer, case.context.pack(case.resource.facts.pack))
    except RefusalNotPossibleError as error:
        raise _not_possible(error, case) from error
    record = {
        "decision": NARROW,
        "offer": given.offer.value if given.offer is not None else None,
        "duty": given.duty,
        "explanation": list(returned.explain("zh")),
        "explanation_en": list(returned.explain("en")),
    }
    letter = letters.narrowing(case.subject, case.parties, returned)
    return Decided("narrow", given.offer, record, letter, returned.article)


def _record_refusal(case: Case, refusal: Refusal) -> uuid.UUID:
    request = case.subject.request
    return case.context.record(
        case.unit,
        ReceiptKind.REFUSAL,
        member=str(request.member_id),
        system=str(request.system_id),
        provider=str(request.provider_id),
        resource=str(request.entry_id),
        request=str(request.id),
        request_line=str(case.subject.line.id),
        items_refused=[case.subject.item.column],
        decision="refused",
        ground=refusal.ground,
        article=refusal.article[:500],
        rule=refusal.rule_id,
        pack=case.resource.facts.pack,
        policy_version=refusal.policy_version,
        decided_by=str(case.staff.staff.id),
        purpose=request.purpose,
        legal_basis=request.legal_basis,
    ).id


def _record_narrowing(case: Case, article: str) -> uuid.UUID:
    request = case.subject.request
    return case.context.record(
        case.unit,
        ReceiptKind.DECISION,
        member=str(request.member_id),
        provider=str(request.provider_id),
        resource=str(request.entry_id),
        request=str(request.id),
        request_line=str(case.subject.line.id),
        decision="narrowing",
        reason_code="R16",
        article=article,
        decided_by=str(case.staff.staff.id),
    ).id


def _not_possible(error: RefusalNotPossibleError, case: Case) -> AnswerNotPossibleError:
    """Say why the answer cannot be made and what lesser form would do; the line stays open."""
    ladder = lesser_forms(case.subject.line.asked)
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
