"""Impact assessments on personal information (R05; 个人信息保护法 Art. 55-56), and what may rest on them.

Assessed by one person, approved by another; kept three years at least; reviewed within twelve months. A grant that
gives sensitive information beyond its class, and a refusal on privacy, rest on an assessment on file, never on a
box that was ticked. How many persons are concerned is told, never who.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from hub.directory.claims import store
from hub.directory.claims.records import Assessment, AssessmentOutcome
from hub.directory.errors import (
    AssessmentRequiredError,
    ExemptionError,
    ExemptionNotFoundError,
    ExemptionStateError,
)
from hub.directory.free_text import check_texts
from hub.directory.places import entry_with_items, pack_of
from hub.ledger.drafts import ReceiptKind
from policies.citations import citation_is_sufficient
from policies.clocks import keep_until
from policies.force import has_substance
from policies.workdays import add_months

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.packs import Pack

ARTICLE: Final = "个人信息保护法 Art.28, 55, 56"


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """What the assessor files; ``assessor_role`` is the office held, ``review_on`` at most twelve months ahead."""

    entry: str
    items: tuple[str, ...]
    purpose: str
    cited_law: str
    persons: int
    necessity: str
    harm: str
    measures: str
    outcome: AssessmentOutcome
    reference: str
    assessor_role: str
    review_on: date


def file(context: Context, unit: Unit, staff: StaffRequester, new: NewAssessment) -> Assessment:
    """Store an assessment; it carries nothing before another person has approved it.

    Raises:
        ExemptionError: items, law, texts or dates are not right; every fault is named.

    """
    entry_id = entry_with_items(unit, staff, new.entry, new.items)
    names = ("purpose", "cited_law", "necessity", "harm", "measures", "reference", "assessor_role")
    check_texts({name: getattr(new, name) for name in names}, required=frozenset(names))
    pack = pack_of(context, unit, staff.member.jurisdiction)
    faults = tuple(_faults(context, new, pack))
    if faults:
        raise ExemptionError.of(
            ("影响评估不能登记", "the assessment cannot be filed"),
            faults,
            (
                "按《个人信息保护法》第五十六条写明目的、必要性、影响和保护措施",
                "state purpose, necessity, effect and measures (PIPL Art. 56)",
            ),
        )
    found = Assessment(
        id=uuid.uuid4(),
        member_id=staff.member.id,
        entry_id=entry_id,
        items=new.items,
        purpose=new.purpose.strip(),
        cited_law=new.cited_law.strip(),
        persons=new.persons,
        necessity=new.necessity.strip(),
        harm=new.harm.strip(),
        measures=new.measures.strip(),
        outcome=new.outcome,
        reference=new.reference.strip(),
        assessed_by=staff.staff.id,
        assessor=f"{staff.staff.name}（{new.assessor_role.strip()}）",
        assessed_on=context.today(),
        approved_by=None,
        approved_on=None,
        review_on=new.review_on,
        keep_until=keep_until(pack, "pipl.pia_keep", context.today()),
        withdrawn_on=None,
    )
    store.insert_assessment(unit, found)
    _receipt(context, unit, staff, found, "assessment.file")
    return found


def _faults(context: Context, new: NewAssessment, pack: Pack) -> Iterator[tuple[str, str, str]]:
    if not citation_is_sufficient(new.cited_law, pack):
        yield (
            "cited_law",
            "须引用法律、行政法规或国务院决定的条文，部门规章和地方文件不够",
            "cite a law, administrative regulation or State Council decision with its article",
        )
    for name, zh, text in (
        ("necessity", "必要性", new.necessity),
        ("harm", "影响", new.harm),
        ("measures", "保护措施", new.measures),
    ):
        if not has_substance(text, pack):
            yield name, f"{zh}没有写明事实", f"{name} states no facts"
    longest = add_months(context.today(), pack.deadlines["product.assessment_max"].value or 0)
    if not context.today() < new.review_on <= longest:
        yield "review_on", f"复核日期须在今天之后、{longest} 以前", f"the review lies ahead, by {longest}"


def approve(context: Context, unit: Unit, staff: StaffRequester, assessment_id: uuid.UUID) -> Assessment:
    """Approve an assessment another person made.

    Raises:
        ExemptionStateError: the same person, or it is approved or withdrawn already.

    """
    found = own(unit, staff, assessment_id)
    if found.approved_by is not None or found.withdrawn_on is not None or found.assessed_by == staff.staff.id:
        raise ExemptionStateError(
            "影响评估须由评估人以外的人批准一次",
            "an assessment is approved once, by another person than made it",
            next_zh="请由另一名审核人批准",
            next_en="let another approver do it",
        )
    changed = replace(found, approved_by=staff.staff.id, approved_on=context.today())
    store.change_assessment(unit, found.id, approved_by=changed.approved_by, approved_on=changed.approved_on)
    _receipt(context, unit, staff, changed, "assessment.approve")
    return changed


def withdraw(context: Context, unit: Unit, staff: StaffRequester, assessment_id: uuid.UUID) -> Assessment:
    """Withdraw an assessment: nothing new may rest on it; it stays on file for its time.

    Raises:
        ExemptionStateError: it is withdrawn already.

    """
    found = own(unit, staff, assessment_id)
    if found.withdrawn_on is not None:
        raise ExemptionStateError(
            "该影响评估已经撤回",
            "the assessment has been withdrawn",
            next_zh="无需再办",
            next_en="nothing is left to do",
        )
    changed = replace(found, withdrawn_on=context.today())
    store.change_assessment(unit, found.id, withdrawn_on=changed.withdrawn_on)
    _receipt(context, unit, staff, changed, "assessment.withdraw")
    return changed


def own(unit: Unit, staff: StaffRequester, assessment_id: uuid.UUID) -> Assessment:
    """Return an assessment of the person's organ (raises :class:`ExemptionNotFoundError`)."""
    found = store.assessment(unit, assessment_id, lock=True)
    if found is None or found.member_id != staff.member.id:
        raise ExemptionNotFoundError(
            "本单位没有这份影响评估", "your organ has no such assessment", next_zh="请核对编号", next_en="check the id"
        )
    return found


def _receipt(context: Context, unit: Unit, staff: StaffRequester, found: Assessment, action: str) -> None:
    context.record(
        unit,
        ReceiptKind.ADMIN,
        provider=str(found.member_id),
        end_user=str(staff.staff.id),
        decided_by=str(staff.staff.id),
        resource=str(found.entry_id),
        subject_kind="privacy_assessment",
        subject_id=str(found.id),
        action=action,
        outcome=found.outcome.value,
        article=ARTICLE,
    )


def require_assessment(
    context: Context, unit: Unit, assessment_id: uuid.UUID | None, entry_id: uuid.UUID, items: Collection[str]
) -> Assessment:
    """Return the assessment a grant rests on: approved, in its time, covering every item; None names none.

    Raises:
        AssessmentRequiredError: it does not carry the items today; every reason is named.

    """
    found = store.assessment(unit, assessment_id) if assessment_id is not None else None
    faults = tuple(_unfit(context, found, entry_id, items))
    if found is None or faults:
        raise AssessmentRequiredError(
            "没有可以引用的影响评估：" + "；".join(zh for zh, _ in faults),
            "no assessment carries this: " + "; ".join(en for _, en in faults),
            next_zh="请先登记并由另一人批准覆盖这些信息项的影响评估，再引用其编号；或改为核验、脱敏",
            next_en="file an assessment of these items, have it approved, cite its id; or verify or mask instead",
            facts={"basis": "个人信息保护法 第二十八条、第五十五条"},
        )
    return found


def _unfit(
    context: Context, found: Assessment | None, entry_id: uuid.UUID, items: Collection[str]
) -> Iterator[tuple[str, str]]:
    if found is None or found.entry_id != entry_id:
        yield "该条目没有这份评估", "the entry has no such assessment"
        return
    if not set(items) <= set(found.items):
        yield "评估不覆盖全部信息项", "it leaves out some item"
    if found.approved_by is None:
        yield "评估尚未批准", "it is not approved"
    if found.withdrawn_on is not None:
        yield "评估已撤回", "it was withdrawn"
    if context.today() > found.review_on:
        yield "评估已过复核日期", "its review is overdue"
    if found.outcome is AssessmentOutcome.DO_NOT_PROCEED:
        yield "评估结论是不得提供", "its result is not to proceed"


def filled_in(
    context: Context, unit: Unit, staff: StaffRequester, evidence: Mapping[str, Any], place: tuple[str, str]
) -> Mapping[str, Any]:
    """Return the evidence of R05 with what its assessment says, where it names one on file.

    A refusal rests on an assessment whatever its outcome; that it covers the item and is approved is checked.

    Raises:
        AssessmentRequiredError: no such assessment of the organ, not approved, or of other items.

    """
    cited = evidence.get("assessment")
    if not isinstance(cited, str) or not cited:
        return evidence
    entry, item = place
    found = None
    try:
        found = store.assessment(unit, uuid.UUID(cited))
    except ValueError:
        found = None
    entry_id = entry_with_items(unit, staff, entry, (item,))
    faults = tuple(_unfit(context, found, entry_id, (item,)))
    if found is None or (faults and not _is_refusal_alone(found, faults)):
        raise AssessmentRequiredError(
            "所引的影响评估不能支持该记录：" + "；".join(zh for zh, _ in faults),
            "the assessment cited does not carry the record: " + "; ".join(en for _, en in faults),
            next_zh="请引用已批准、覆盖该信息项的评估",
            next_en="cite an approved assessment of the item",
        )
    said = {
        "items": list(found.items),
        "harm": found.harm,
        "assessed_by": found.assessor,
        "assessed_on": found.assessed_on.isoformat(),
        "reference": found.reference,
        "assessment": str(found.id),
    }
    return {"consultation": "not_asked", **evidence, **said}


def _is_refusal_alone(found: Assessment, faults: tuple[tuple[str, str], ...]) -> bool:
    return found.outcome is AssessmentOutcome.DO_NOT_PROCEED and len(faults) == 1
