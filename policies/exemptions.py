"""Refusing: an act on one item, possible only on an exemption in force on that item.

郑州市信息化建设管理办法 Art. 20: a provider may not refuse another organ but for state secret, trade secret
or personal privacy. :func:`make_refusal` is the act of a provider, :func:`rule_refusal` what the
decision table does with the same records; both are the only places where a ``Refusal`` is built.
What is merely beyond the requester's need (R16) is answered by :func:`not_admissible`, with an offer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from policies.citations import NATIONAL_KINDS, citation_is_sufficient, read_citations
from policies.claims import Decider, Exemption, SecretPointer
from policies.errors import DomainError
from policies.facts import Outcome, Path, Treatment
from policies.force import ground_fault, has_substance, in_force, reason
from policies.obligations import Obligation
from policies.results import NARROWER_NAMES, TREATMENT_NAMES, Refusal, cite
from policies.text import Reason, Text
from policies.workdays import local_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from policies.facts import ItemFacts, ResourceFacts
    from policies.packs.model import Ground, Pack, Rule
    from policies.text import Lang

__all__ = [
    "Decider",
    "Exemption",
    "NotAdmissible",
    "RefusalAct",
    "RefusalNotPossibleError",
    "RuleCase",
    "citation_is_sufficient",
    "exemption_in_force",
    "in_force",
    "join_refusals",
    "make_refusal",
    "not_admissible",
    "rule_refusal",
]

_OFFERS = frozenset({Treatment.MASKED, Treatment.AGGREGATE_ONLY, Treatment.VERIFY_ONLY})
# The owner may rest an R06 rule on a record of another kind of Art. 16 (deliberative, enforcement file).
_ART_16 = frozenset({"R06", "R07", "R08"})


class RefusalNotPossibleError(DomainError):
    """The refusal is refused: no ground in force on the item carries it. The request stays open.

    ``reasons`` holds every fault found, each with its next step in both languages.
    """

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        """Keep the reasons; the message joins them in both languages."""
        self.reasons = reasons
        super().__init__(
            "不能作出该不予提供的答复，申请仍在办理：" + "；".join(r.what.zh for r in reasons),
            "This refusal is not possible; the request stays open: " + "; ".join(r.what.en for r in reasons),
            next_zh="；".join(dict.fromkeys(r.next_step.zh for r in reasons)),
            next_en="; ".join(dict.fromkeys(r.next_step.en for r in reasons)),
            facts={"reasons": [r.code for r in reasons]},
        )

    def explain(self, lang: Lang) -> tuple[str, ...]:
        """Return what is wrong and what to do, one line a fault, and that the request stays open."""
        if lang == "en":
            lines = tuple(f"{r.what.en}: {r.next_step.en}" for r in self.reasons)
            return ("This refusal is not possible; the request stays open.", *lines)
        return ("不能作出该不予提供的答复，申请仍在办理。", *(f"{r.what.zh}：{r.next_step.zh}" for r in self.reasons))


@dataclass(frozen=True, slots=True)
class RefusalAct:
    """What a provider declares when refusing one item.

    ``provision`` cites rule and article; ``facts`` say why it fits, without the content; ``considered``
    maps each narrower form that was considered (masked, verify_only, aggregate_only, confidentiality,
    separate) to why it fails; ``offer`` is the lesser form held out, or None.
    """

    ground: str
    exemption_id: str
    provision: str
    facts: str
    considered: Mapping[str, str]
    offer: Treatment | None
    organ: str
    decider: Decider
    decided_at: datetime
    path: Path = Path.SHARE


def make_refusal(act: RefusalAct, item: ItemFacts, resource: ResourceFacts, pack: Pack) -> Refusal:
    """Return the refusal of one item by its provider.

    Args:
        act: what the provider declares.
        item: the item refused, with its exemption records.
        resource: the resource it belongs to.
        pack: the regulation pack of the jurisdiction.

    Raises:
        RefusalNotPossibleError: anything is missing; it carries every fault found.

    """
    faults = tuple(_act_faults(act, item, resource, pack))
    ground = pack.grounds.get(act.ground)
    if faults or ground is None:
        raise RefusalNotPossibleError(faults or (reason("ground-unknown", ("没有该理由", "there is no such ground")),))
    return Refusal(
        item=item.column,
        item_name=item.name,
        resource_id=resource.id,
        ground=ground.code,
        ground_name=ground.name,
        article=_article(ground, act.provision.strip()),
        facts=Text(act.facts.strip(), act.facts.strip()),
        considered=tuple(sorted(act.considered.items())),
        offer=act.offer,
        organ=act.organ,
        decider=act.decider,
        decided_at=act.decided_at,
        remedy=ground.remedies[act.path],
        path=act.path,
        exemption_id=act.exemption_id,
        policy_version=pack.version,
        rule_id=f"act.{ground.code}",
    )


def _article(ground: Ground, provision: str) -> str:
    """Return the ground's own provision with what the act cites; the same words are not said twice."""
    is_same = provision in {ground.article, cite(ground.article, "zh")}
    return ground.article if is_same else f"{ground.article}; {provision}"


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One cell of the decision table applied to one item: which rule, on which path, at what time."""

    item: ItemFacts
    resource: ResourceFacts
    rule: Rule
    path: Path
    now: datetime


def rule_refusal(case: RuleCase, grounds: frozenset[str], pack: Pack) -> Refusal | None:
    """Return the refusal a rule makes, None when no exemption in force on the item carries it.

    ``grounds`` are the codes the rule may rest on; they are cut to the closed list of the path.
    """
    accepted = grounds & pack.grounds_for(case.path)
    if grounds & _ART_16:
        accepted |= _ART_16 & pack.grounds_for(case.path)
    day = local_day(case.now)
    for exemption in case.item.exemptions:
        if exemption.ground in accepted and exemption_in_force(exemption, case.item, case.resource, pack, day):
            return _refusal_by_rule(case, exemption, pack)
    return None


def join_refusals(refusals: Sequence[Refusal], separable: tuple[str, ...]) -> Refusal:
    """Return one refusal that carries the others of the same question and the columns that may be had."""
    return replace(refusals[0], further=tuple(refusals[1:]), separable=separable)


def exemption_in_force(exemption: Exemption, item: ItemFacts, resource: ResourceFacts, pack: Pack, on: date) -> bool:
    """Return whether a record restricts this item of this resource on a day."""
    return not any(_binding_faults(exemption, item, resource)) and not in_force(exemption, on, pack)


def _refusal_by_rule(case: RuleCase, exemption: Exemption, pack: Pack) -> Refusal:
    ground, rule = pack.grounds[exemption.ground], case.rule
    offer = None
    if Obligation.AGGREGATE_OFFER in rule.obligations or rule.outcome is Outcome.AGGREGATE_ONLY:
        offer = Treatment.AGGREGATE_ONLY
    elif Obligation.VERIFY_OFFER in rule.obligations or rule.outcome is Outcome.VERIFY_ONLY:
        offer = Treatment.VERIFY_ONLY
    since = exemption.in_force_from.isoformat()
    return Refusal(
        item=case.item.column,
        item_name=case.item.name,
        resource_id=case.resource.id,
        ground=ground.code,
        ground_name=ground.name,
        article=f"{ground.article}; {rule.article}",
        facts=Text(
            f"提供单位已就该信息项作出有效认定（记录 {exemption.id}，自 {since} 起）",
            f"the provider's finding on this item is in force (record {exemption.id}, since {since})",
        ),
        considered=(),
        offer=offer,
        organ=exemption.decided_by,
        decider=exemption.decider,
        decided_at=case.now,
        remedy=ground.remedies[case.path],
        path=case.path,
        exemption_id=exemption.id,
        policy_version=pack.version,
        rule_id=rule.id,
    )


def _act_faults(act: RefusalAct, item: ItemFacts, resource: ResourceFacts, pack: Pack) -> Iterator[Reason]:
    """Yield every fault of the act and of the record it rests on."""
    fault = ground_fault(act.ground, pack)
    if fault is None and act.ground not in pack.grounds_for(act.path):
        listed = "、".join(sorted(pack.grounds_for(act.path)))
        fault = reason(
            "ground-not-on-path",
            ("该理由不适用于本次办理", "the ground does not apply to this kind of request"),
            (f"只能依据 {listed}；否则应当提供", f"only {listed} may found it; else provide the item"),
        )
    if fault is not None:
        yield fault
    if act.organ != resource.provider_id:
        yield reason(
            "wrong-organ",
            ("只有提供单位可以对本单位信息项作出不予提供的答复", "only the provider may refuse its own item"),
            ("转提供单位办理", "pass the request to the provider"),
        )
    if not (act.decider.name.strip() and act.decider.role.strip()):
        yield reason(
            "no-decider",
            ("没有具名决定人", "nobody signed it"),
            ("由共享工作机构负责人签署", "have the head of the sharing office sign"),
        )
    if act.decided_at.tzinfo is None:
        yield reason("no-zone", ("决定时间须带时区", "the time of the decision needs a zone"))
    else:
        yield from _record_faults(act, item, resource, pack)
    yield from _text_faults(act, pack)


def _record_faults(act: RefusalAct, item: ItemFacts, resource: ResourceFacts, pack: Pack) -> Iterator[Reason]:
    """Yield faults of the exemption the act names."""
    exemption = next((record for record in item.exemptions if record.id == act.exemption_id), None)
    if exemption is None or exemption.ground != act.ground:
        yield reason(
            "no-exemption",
            ("该信息项没有这一理由的豁免记录", "the item has no exemption record on this ground"),
            ("先登记并核定豁免记录，或者提供该信息项", "file and decide the record first, or provide the item"),
        )
        return
    yield from _binding_faults(exemption, item, resource)
    yield from in_force(exemption, local_day(act.decided_at), pack)


def _binding_faults(exemption: Exemption, item: ItemFacts, resource: ResourceFacts) -> Iterator[Reason]:
    """Yield faults of the tie between record, item and organ."""
    if exemption.item != item.column:
        yield reason("wrong-item", ("豁免记录不属于该信息项", "the record belongs to another item"))
    if exemption.decided_by != resource.provider_id:
        yield reason("wrong-organ", ("豁免记录不是提供单位作出的", "the record was not made by the provider"))
    evidence = exemption.evidence
    if item.is_own_motion and isinstance(evidence, SecretPointer):
        referral = evidence.referral
        if referral is None or not (referral.upholds_secrecy and referral.reference.strip()):
            yield reason(
                "own-motion",
                (
                    "属于应当主动公开的信息，不得直接定为国家秘密",
                    "it must be published by itself and may not just be made secret",
                ),
                ("先报保密行政管理部门确定", "refer it to the secrecy authority first"),
            )


def _text_faults(act: RefusalAct, pack: Pack) -> Iterator[Reason]:
    """Yield faults of what the provider wrote: provision, facts, narrower forms, offer."""
    ground = pack.grounds.get(act.ground)
    if ground is not None and not _provision_fits(act.provision, ground, pack):
        yield reason(
            "provision",
            ("没有引用可以支持该理由的条文", "no provision is cited that carries this ground"),
            (f"写明条文，例如 {cite(ground.article, 'zh')}", f"cite the article, for instance {ground.article}"),
        )
    if not has_substance(act.facts, pack):
        yield reason(
            "no-facts",
            ("没有写明符合条文的事实；不方便不是理由", "no facts that fit the provision; inconvenience is no reason"),
            ("写明事实，但不写出被保护的内容", "state the facts without giving away the content"),
        )
    if act.offer is not None and act.offer not in _OFFERS:
        yield reason(
            "offer", ("较窄形式须为脱敏、核验或统计", "the lesser form must be masked, verify-only or aggregate")
        )
    offered = set() if act.offer is None else {act.offer.value}
    missing = [
        form
        for form in (ground.forms if ground is not None else ())
        if form not in offered and not has_substance(act.considered.get(form, ""), pack)
    ]
    if missing:
        yield reason(
            "narrower-forms",
            (
                f"没有说明为何不能采用较窄形式：{'、'.join(NARROWER_NAMES[form].zh for form in missing)}",
                f"narrower forms not considered: {', '.join(NARROWER_NAMES[form].en for form in missing)}",
            ),
            ("逐一说明或改为提供该形式", "say for each why it fails, or offer it"),
        )


def _provision_fits(provision: str, ground: Ground, pack: Pack) -> bool:
    """Return whether a provision names an article of a national rule or of the pack's own rule for the ground."""
    if ground.code == "R15":
        return citation_is_sufficient(provision, pack)
    return any(
        citation.kind in NATIONAL_KINDS or (citation.kind is not None and citation.name in ground.article)
        for citation in read_citations(provision, pack)
    )


@dataclass(frozen=True, slots=True)
class NotAdmissible:
    """R16: the request goes beyond the requester's duty or need. No refusal: it is returned with an offer.

    ``offer`` maps columns (a narrower set, or narrower forms) to the form that would be given.
    """

    asked: tuple[str, ...]
    duty: str
    offer: Mapping[str, Treatment]
    article: str
    policy_version: str

    def explain(self, lang: Lang) -> tuple[str, ...]:
        """Return the notice of one language: what, why, article, what would be given."""
        forms = [f"{column} {TREATMENT_NAMES[form].of(lang)}" for column, form in sorted(self.offer.items())]
        if lang == "en":
            return (
                "The request goes beyond the stated duty; it is returned for narrowing, not refused.",
                f"Duty: {self.duty}",
                f"Rule: {self.article}",
                f"What can be given: {', '.join(forms)}",
            )
        return (
            "申请超出所述履职需要，退回缩小范围；这不是不予提供。",
            f"履职需要：{self.duty}",
            f"依据：{cite(self.article, lang)}",
            f"可以提供：{'、'.join(forms)}",
        )


def not_admissible(asked: tuple[str, ...], duty: str, offer: Mapping[str, Treatment], pack: Pack) -> NotAdmissible:
    """Return a request for narrowing (政务数据共享条例 Art. 20, 25).

    Raises:
        RefusalNotPossibleError: no duty is named, or the offer is empty, foreign or not narrower.

    """
    is_narrower = len(offer) < len(set(asked)) or any(form is not Treatment.FULL for form in offer.values())
    is_offer = bool(offer) and offer.keys() <= set(asked) and Treatment.WITHHELD not in offer.values()
    if not (has_substance(duty, pack) and is_offer and is_narrower):
        raise RefusalNotPossibleError(
            (
                reason(
                    "no-offer",
                    ("退回缩小范围须写明履职需要并给出较窄方案", "narrowing needs the duty and a narrower offer"),
                    ("写明可提供的信息项和形式", "name the items and forms that can be given"),
                ),
            )
        )
    return NotAdmissible(asked, duty, dict(offer), pack.grounds["R16"].article, pack.version)
