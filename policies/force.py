"""Is an exemption in force on a day? Claimed is not proven, and everything ages.

A ground holds only with its evidence (a classification, a finding on a consulted claim, a privacy
assessment, a sufficient citation), for its period, while its reviews are kept. Each check that fails
is a reason with what to do next. Sources: 保守国家秘密法 Art. 17, 20, 24; 政府信息公开条例 Art. 18, 32;
个人信息保护法 Art. 55-56; 政务数据共享条例 Art. 14-15. Periods come from the pack. Pure.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from policies.citations import citation_is_sufficient
from policies.claims import (
    Consultation,
    Exemption,
    ExemptionStatus,
    Finding,
    LegalCitation,
    PrivacyAssessment,
    ReasonRecord,
    SecretPointer,
    TradeSecretClaim,
)
from policies.packs.model import GroundKind, PackError, Unit
from policies.text import Reason, Text
from policies.workdays import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.packs.model import Pack

_SHORTEST_REASON = 6
_EVIDENCE: dict[str, type] = {
    "R01": SecretPointer,
    "R02": LegalCitation,
    "R03": ReasonRecord,
    "R04": TradeSecretClaim,
    "R05": PrivacyAssessment,
    "R06": ReasonRecord,
    "R07": ReasonRecord,
    "R08": ReasonRecord,
    "R15": LegalCitation,
}
_RETURN = Text("退回重新定类，未补正前按可提供处理", "send the item back to review; until mended it is not withheld")


def reason(code: str, what: tuple[str, str], step: tuple[str, str] | Text = _RETURN) -> Reason:
    """Return a reason from plain pairs (zh, en)."""
    return Reason(code, Text(*what), step if isinstance(step, Text) else Text(*step))


def has_substance(text: str, pack: Pack) -> bool:
    """Return whether a text says more than that it is inconvenient (at least 6 letters or characters).

    The pack lists phrases that state no fact (不方便, 内部规定 ...); they and all punctuation are taken out first.
    """
    for phrase in pack.no_reasons:
        text = text.replace(phrase, "").replace(phrase.capitalize(), "")
    return sum(character.isalnum() for character in text) >= _SHORTEST_REASON


def in_force(exemption: Exemption, on_date: date, pack: Pack) -> tuple[Reason, ...]:
    """Return why the exemption does not hold on a day; empty means that it is in force.

    Args:
        exemption: the record.
        on_date: the day in China on which it is relied on.
        pack: the regulation pack of the jurisdiction.

    Raises:
        TypeError: ``on_date`` is a moment, not a day (two places could disagree about its day).

    """
    if isinstance(on_date, datetime):
        raise TypeError("on_date 须为日期 / on_date must be a day, not a moment: use workdays.local_day")
    return (*_record_faults(exemption, on_date, pack), *_evidence_faults(exemption, on_date, pack))


def is_protective(exemption: Exemption, on_date: date) -> bool:
    """Return whether a claim of trade secret, not found on yet, protects its item on a day.

    A claim is not proven and refuses nothing; for a short time (``product.claim_finding``) its item is treated as a
    trade secret, so that it does not go out before the organ has looked at the claim.
    """
    claim = exemption.evidence
    return (
        exemption.status is ExemptionStatus.CLAIMED
        and isinstance(claim, TradeSecretClaim)
        and claim.finding is Finding.OPEN
        and exemption.item in claim.items
        and claim.protective_until is not None
        and claim.claimed_on <= on_date <= claim.protective_until
    )


def ground_fault(code: str, pack: Pack) -> Reason | None:
    """Return why a code can found no refusal anywhere in this pack, None when it can."""
    ground = pack.grounds.get(code)
    if ground is not None and ground.kind is GroundKind.INADMISSIBLE:
        return reason(
            "not-a-refusal",
            (
                f"{code} 不是不予提供的理由，而是请求超出履职需要",
                f"{code} is no ground: the request goes beyond the duty",
            ),
            ("退回申请方缩小范围，并给出较窄方案", "return the request for narrowing, with a narrower offer"),
        )
    if code not in pack.share_grounds | pack.open_grounds:
        listed = "、".join(sorted(pack.share_grounds))
        return reason(
            "ground-unknown",
            ("所称理由不在封闭清单内", "the ground is not in the closed list"),
            (f"不予提供只能依据 {listed}；否则应当提供", f"only {listed} may found a refusal; else provide the item"),
        )
    return None


def _record_faults(exemption: Exemption, on: date, pack: Pack) -> Iterator[Reason]:
    """Yield faults of the record itself: ground, status, signature, period, review."""
    fault = ground_fault(exemption.ground, pack)
    if fault is not None:
        yield fault
    if exemption.status is not ExemptionStatus.DECIDED:
        yield reason("not-decided", ("记录尚未决定或已撤回", "the record is not decided, withdrawn or overturned"))
    if not (exemption.id and exemption.item and exemption.decided_by):
        yield reason("incomplete", ("记录缺少编号、信息项或决定单位", "the record lacks its id, item or organ"))
    if not (exemption.decider.name.strip() and exemption.decider.role.strip()):
        yield reason(
            "no-decider",
            ("没有具名决定人", "nobody signed it"),
            ("由有权人员签署姓名和职务", "have a person entitled sign with name and office"),
        )
    if on < exemption.in_force_from:
        yield reason("not-yet", ("记录尚未生效", "the record is not in force yet"))
    if exemption.in_force_until is None or on > exemption.in_force_until:
        yield reason("lapsed", ("记录已过期或没有期限", "the record has lapsed, or has no end"))
    longest = add_months(on, _period(pack, "product.review_max", Unit.MONTH))
    if exemption.review_on is None or not on <= exemption.review_on <= longest:
        yield reason(
            "review-overdue",
            ("复核日期缺失、已过或超过十二个月", "the review is missing, overdue or set too far ahead"),
            ("复核该限制并登记下次复核日期", "review the restriction and set the next date"),
        )


def _evidence_faults(exemption: Exemption, on: date, pack: Pack) -> Iterator[Reason]:
    """Yield faults of the evidence the ground asks for."""
    evidence = exemption.evidence
    expected = _EVIDENCE.get(exemption.ground)
    if expected is None or not isinstance(evidence, expected):
        yield reason("evidence-kind", ("证据与理由不符", "the evidence does not fit the ground"))
        return
    match evidence:
        case SecretPointer():
            yield from _pointer_faults(evidence, on, pack)
        case TradeSecretClaim():
            yield from _claim_faults(evidence, exemption.item, on, pack)
        case PrivacyAssessment():
            yield from _assessment_faults(evidence, exemption.item, on, pack)
        case LegalCitation():
            if not citation_is_sufficient(evidence.citation, pack):
                yield reason(
                    "citation",
                    (
                        "须引用法律、行政法规或国务院决定的条文",
                        "it must cite a law, administrative regulation or State Council decision",
                    ),
                    (
                        "补充名称和条号；部门规章和地方文件不够",
                        "add name and article; a ministry's or local rule is not enough",
                    ),
                )
        case ReasonRecord():
            if not (evidence.reference.strip() and has_substance(evidence.reason, pack)):
                yield reason("no-reason", ("没有写明事实理由", "no reason of substance is written"))


def _pointer_faults(pointer: SecretPointer, on: date, pack: Pack) -> Iterator[Reason]:
    """Yield faults of a classification pointer (保守国家秘密法 Art. 17, 20, 24)."""
    rule = pack.secrecy.get(pointer.level)
    if rule is None:
        yield reason("level", ("密级无法识别", "the level is unknown"))
        return
    lowest = rule.lowest_authorised_organ if pointer.organ_is_authorised else rule.lowest_organ
    if pointer.organ_level > lowest:
        yield reason(
            "organ-not-entitled",
            (f"该级机关无权确定{rule.name.zh}级", f"an organ of this level may not set {rule.name.en}"),
            ("报有权机关定密或解除标注", "have an organ entitled classify it, or remove the mark"),
        )
    if not (pointer.organ.strip() and pointer.reference.strip()):
        yield reason("pointer-incomplete", ("定密机关或文号缺失", "the classifying organ or the reference is missing"))
    longest = add_months(pointer.classified_on, 12 * rule.longest_years)
    ends = longest if pointer.declassify_on is None else pointer.declassify_on
    if ends > longest:
        yield reason(
            "period-too-long",
            (f"保密期限超过{rule.longest_years}年", f"the period exceeds {rule.longest_years} years"),
        )
    if on < pointer.classified_on or on >= min(ends, longest):
        yield reason("declassified", ("保密期限已满，自行解密", "the period is over: it is declassified by itself"))
    months = 12 * _period(pack, "secret.review", Unit.YEAR)
    reviewed = pointer.last_review_on
    if reviewed is None or reviewed > on or on > add_months(reviewed, months):
        yield reason("secrecy-review", ("一年内没有年度审核", "there is no yearly review within twelve months"))


def _claim_faults(claim: TradeSecretClaim, item: str, on: date, pack: Pack) -> Iterator[Reason]:
    """Yield faults of a trade-secret claim (政府信息公开条例 Art. 32; periods are product defaults)."""
    if item not in claim.items:
        yield reason("wrong-item", ("主张不包括该信息项", "the claim does not cover this item"))
    texts = (claim.holder, claim.why_unknown, claim.value, claim.measures)
    if not all(text.strip() for text in texts):
        yield reason(
            "claim-incomplete", ("权利人、秘密性、价值或保密措施缺失", "holder, secrecy, value or measures are missing")
        )
    if claim.finding not in {Finding.ACCEPTED, Finding.PARTLY} or not claim.finding_reason.strip():
        yield reason(
            "no-finding",
            ("没有认定成立的说明理由的结论", "there is no reasoned finding that accepts the claim"),
            ("在期限内作出认定", "make the finding within its time"),
        )
    if claim.found_on is None or not claim.claimed_on <= claim.found_on <= on:
        yield reason("finding-date", ("认定日期缺失或有误", "the date of the finding is missing or wrong"))
    if on >= add_months(claim.claimed_on, 12 * _period(pack, "product.claim_max", Unit.YEAR)):
        yield reason("claim-lapsed", ("主张已满最长期限", "the claim has reached its longest life"))
    yield from _consultation_faults(claim.consultation)


def _assessment_faults(assessment: PrivacyAssessment, item: str, on: date, pack: Pack) -> Iterator[Reason]:
    """Yield faults of a privacy assessment (个人信息保护法 Art. 55-56)."""
    if item not in assessment.items:
        yield reason("wrong-item", ("评估不包括该信息项", "the assessment does not cover this item"))
    if not (has_substance(assessment.harm, pack) and assessment.assessed_by.strip() and assessment.reference.strip()):
        yield reason("assessment-incomplete", ("损害、评估人或文号缺失", "harm, assessor or reference is missing"))
    months = _period(pack, "product.assessment_max", Unit.MONTH)
    if assessment.assessed_on > on or on > add_months(assessment.assessed_on, months):
        yield reason("assessment-old", ("影响评估已过期", "the impact assessment is out of date"))
    yield from _consultation_faults(assessment.consultation)


def _consultation_faults(consultation: Consultation) -> Iterator[Reason]:
    """Yield a fault when the third party was not heard, is still being heard, or agrees."""
    match consultation:
        case Consultation.NOT_ASKED | Consultation.WAITING:
            yield reason(
                "not-consulted",
                ("尚未完成征求意见", "the third party has not been heard yet"),
                (
                    "书面征求意见并记录结果；沉默不等于同意，由机关决定",
                    "ask in writing; silence is no consent: the organ decides",
                ),
            )
        case Consultation.AGREES:
            yield reason("agrees", ("第三方同意提供", "the third party agrees to release"))
        case (
            Consultation.OBJECTS_WITH_REASON
            | Consultation.OBJECTS_WITHOUT_REASON
            | Consultation.SILENT
            | Consultation.BY_CLASS
        ):
            return


def _period(pack: Pack, code: str, unit: Unit) -> int:
    """Return the figure of a deadline in the unit expected (raises :class:`PackError` otherwise)."""
    deadline = pack.deadlines.get(code)
    if deadline is None or deadline.value is None or deadline.unit is not unit:
        raise PackError(f"deadlines.csv {code}", f"须有数值，单位 {unit}", f"needs a figure in {unit}")
    return deadline.value
