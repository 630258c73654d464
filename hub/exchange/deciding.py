"""Ask the law: from a system's question to a permit, or to the receipt and error that say why not.

``decide()`` is asked with each grant of the system on the resource until one permits; without any, with none.
Every answer but a permit is an act of its own kind: denial (no standing), pending (next step and clock) or
refusal (ground in force). Its receipt is written before the error is raised (promise 3). Zhengzhou Art. 20.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.exchange.errors import DeniedError, PendingError, RefusedError
from hub.identity.facts import MemberKind
from hub.ledger.drafts import ReceiptKind
from policies.decision import Permit, decide
from policies.facts import DecisionRequest, Requester, RequesterKind
from policies.hours import Days
from policies.results import Denial, Pending, Refusal, cite
from policies.workdays import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from hub.context import Context
    from hub.exchange.records import Grant
    from hub.exchange.standing import Standing
    from hub.identity.facts import Requester as SystemRequester
    from hub.ledger.drafts import Given
    from policies.facts import Action, Mode

PUBLIC = Requester(RequesterKind.PUBLIC)


@dataclass(frozen=True, slots=True)
class Question:
    """What a system asks: columns wanted (None: all granted), columns used in conditions, why, in which mode.

    ``mode`` None is that of the action (:data:`policies.facts.MODE_OF`).
    """

    action: Action
    items: tuple[str, ...] | None
    queried: frozenset[str]
    matched: frozenset[str]
    purpose: str
    case_number: str | None
    mode: Mode | None = None


def requester_of(system: SystemRequester) -> Requester:
    """Return a system as the policies know it."""
    is_psu = system.member_kind is MemberKind.PUBLIC_SERVICE
    kind = RequesterKind.PUBLIC_SERVICE if is_psu else RequesterKind.AGENCY
    return Requester(kind, member_id=str(system.member_id), system_id=str(system.system_id))


def ask(
    context: Context, standing: Standing, requester: Requester, question: Question
) -> tuple[Permit | Pending | Refusal | Denial, Grant | None]:
    """Return the decision and the grant it rests on; of several grants the first that permits."""
    pack = context.pack(standing.resource.facts.pack)
    now = context.now()
    first: Permit | Pending | Refusal | Denial | None = None
    first_grant: Grant | None = None
    for grant in standing.grants:
        asked = _request(requester, question, grant.legal_basis, now)
        if grant.hours is not None and grant.hours.days is Days.WORKING:
            asked = replace(asked, is_working_day=context.calendar.is_working_day(local_day(now)))
        decision = decide(asked, standing.resource.facts, grant.facts(), pack)
        if isinstance(decision, Permit):
            return decision, grant
        if first is None:
            first, first_grant = decision, grant
    if first is not None:
        return first, first_grant
    return decide(_request(requester, question, None, now), standing.resource.facts, None, pack), None


def _request(requester: Requester, question: Question, legal_basis: str | None, now: datetime) -> DecisionRequest:
    return DecisionRequest(
        requester=requester,
        action=question.action,
        items=question.items,
        now=now,
        purpose=question.purpose,
        legal_basis=legal_basis,
        case_number=question.case_number,
        queried=question.queried,
        matched=question.matched,
        mode=question.mode,
    )


def use_fields(
    system: SystemRequester, standing: Standing, question: Question, grant: Grant | None
) -> dict[str, Given]:
    """Return the receipt fields every use shares: who, what, why, on which grant."""
    resource = standing.resource
    return {
        "member": str(system.member_id),
        "system": str(system.system_id),
        "key_thumbprint": system.key_thumbprint,
        "provider": str(resource.provider_id),
        "resource": str(resource.id),
        "schema_version": str(resource.version),
        "action": question.action.value,
        "mode": question.mode.value if question.mode is not None else None,
        "items_asked": list(question.items) if question.items is not None else None,
        "purpose": question.purpose,
        "legal_basis": grant.legal_basis if grant is not None else None,
        "case_number": question.case_number,
        "grant": str(grant.id) if grant is not None else None,
        "grant_version": str(grant.version) if grant is not None else None,
        "pack": resource.facts.pack,
    }


def refusal_of_use(
    decision: Pending | Refusal | Denial, fields: dict[str, Given]
) -> tuple[ReceiptKind, dict[str, Given], DeniedError | PendingError | RefusedError]:
    """Return the kind and fields of the receipt, and the error that answers the caller.

    A denial names neither ground nor column; what was asked stays in the receipt, which the parties can read.
    """
    record = decision.record()
    facts: dict[str, object] = {"decision": record["decision"], "explanation": list(decision.explain("zh"))}
    facts["explanation_en"] = list(decision.explain("en"))
    shared: dict[str, Given] = {
        **fields,
        "article": decision.article[:500],
        "rule": decision.rule_id,
        "policy_version": decision.policy_version or None,
    }
    match decision:
        case Denial():
            shared |= {"decision": "denied", "reason_code": decision.code.value}
            zh, next_zh = decision.reason.explain("zh")
            en, next_en = decision.reason.explain("en")
            facts["code"] = decision.code.value
            return ReceiptKind.DENIAL, shared, DeniedError(zh, en, next_zh=next_zh, next_en=next_en, facts=facts)
        case Pending():
            shared |= {"decision": "pending", "reason_code": decision.reason.code}
            zh, next_zh = decision.reason.explain("zh")
            en, next_en = decision.reason.explain("en")
            facts |= {"owner": decision.owner, "clock": decision.clock_key, "code": decision.reason.code}
            return ReceiptKind.PENDING, shared, PendingError(zh, en, next_zh=next_zh, next_en=next_en, facts=facts)
        case Refusal():
            shared |= {"decision": "refused", "ground": decision.ground, "items_refused": [decision.item]}
            facts |= {"ground": decision.ground, "article": cite(decision.article, "zh"), "item": decision.item}
            facts |= {"remedy": decision.remedy.zh, "remedy_en": decision.remedy.en}
            error = RefusedError(
                f"{decision.ground_name.zh}：{decision.facts.zh}",
                f"{decision.ground_name.en}: {decision.facts.en}",
                next_zh=decision.remedy.zh,
                next_en=decision.remedy.en,
                facts=facts,
            )
            return ReceiptKind.REFUSAL, shared, error
