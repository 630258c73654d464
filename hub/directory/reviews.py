"""Reviewing a record: kept with a reason and a date, or lifted (政府信息公开条例 Art. 18; 保守国家秘密法 Art. 24).

A review keeps a record only where it holds afterwards: a period that is over is not brought back by looking at it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.directory import assessments
from hub.directory.claims import history, store
from hub.directory.errors import ExemptionError, ExemptionStateError
from hub.directory.evidence import evidence_body, exemption_of, read_evidence
from hub.directory.exemptions import POINTER_GROUND, PRIVACY_GROUND, Recorded, end, judged
from hub.directory.free_text import check_texts
from hub.directory.places import pack_of
from hub.directory.state_tables import EXEMPTION
from hub.identity.roles import Role
from policies.claims import ExemptionStatus, SecretPointer
from policies.force import has_substance

if TYPE_CHECKING:
    import uuid
    from datetime import date

    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester


@dataclass(frozen=True, slots=True)
class Review:
    """What the review came to; ``keeps`` False lifts. ``assessment`` is a fresh one, for a record on privacy."""

    keeps: bool
    reason: str
    next_review_on: date | None = None
    assessment: uuid.UUID | None = None


def review(context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID, found: Review) -> Recorded:
    """Review a record; a state secret is reviewed by the secrecy office, all else by the approver.

    Raises:
        ExemptionStateError: the record has ended, the person may not, or it would not hold after the review.
        ExemptionError: reason or date are not right.
        AssessmentRequiredError: the assessment named does not carry the item.

    """
    row = history.own(unit, staff, exemption_id)
    role = Role.SECRECY_REVIEWER if row.ground == POINTER_GROUND else Role.APPROVER
    if not EXEMPTION.allows(row.status, "keep" if found.keeps else "lift") or not staff.has_role(role):
        raise ExemptionStateError(
            "只有仍有效的记录可以复核；国家秘密由保密审查人员复核，其他由审核人复核",
            "a live record is reviewed: a state secret by the secrecy reviewer, all else by the approver",
            next_zh="请核对记录状态，由有权人员复核",
            next_en="look at the record's state, and let the right person review it",
        )
    check_texts({"reason": found.reason}, required=frozenset({"reason"}))
    if not has_substance(found.reason, pack_of(context, unit, staff.member.jurisdiction)):
        raise ExemptionError(
            "复核须写明事实理由",
            "a review needs a reason of substance",
            next_zh="补充理由后再提交",
            next_en="add the reason and try again",
        )
    if not found.keeps:
        ended = end(
            context, unit, staff, row, history.Step("review.lift", ExemptionStatus.WITHDRAWN, found.reason.strip())
        )
        return judged(context, unit, ended)
    if found.next_review_on is None or found.next_review_on <= context.today():
        raise ExemptionError(
            "须写明下次复核日期",
            "the next review needs a day ahead",
            next_zh="最长十二个月",
            next_en="twelve months ahead at most",
        )
    kept = judged(context, unit, _renewed(context, unit, staff, row, found))
    # A pointer that waits for its second signature is reviewed before it is signed.
    left = [reason for reason in kept.reasons if reason.code != "not-decided"]
    if left:
        raise ExemptionStateError(
            "复核后仍不能生效：" + "；".join(reason.what.zh for reason in left),
            "it would not hold after the review: " + "; ".join(reason.what.en for reason in left),
            next_zh="期限已满的应当撤回；确需继续的，重新登记并附新的证据",
            next_en="lift what has run out; where it is still needed, file a new record on new evidence",
            facts={"reasons": [reason.code for reason in left]},
        )
    store.change_exemption(unit, row.id, body=dict(kept.row.body), review_on=kept.row.review_on)
    store.settle_return(unit, row.id, context.today(), "review.keep")
    history.take(
        context, unit, staff, row, history.Step("review.keep", ExemptionStatus(row.status), found.reason.strip())
    )
    return kept


def _renewed(context: Context, unit: Unit, staff: StaffRequester, row: ExemptionRow, found: Review) -> ExemptionRow:
    """Return the record as the review leaves it: the next date, the yearly review, the fresh assessment."""
    record = exemption_of(row)
    evidence = record.evidence
    if isinstance(evidence, SecretPointer):
        evidence = replace(evidence, last_review_on=context.today())
    elif found.assessment is not None and row.ground == PRIVACY_GROUND and row.entry_id is not None:
        name = store.entry_names(unit, (row.entry_id,)).get(row.entry_id, "")
        given = {**row.body["evidence"], "assessment": str(found.assessment)}
        filled = assessments.filled_in(context, unit, staff, given, (name, row.item or ""))
        evidence = read_evidence(row.ground, filled)
    body = {**row.body, **evidence_body(evidence, record.decider)}
    return replace(row, body=body, review_on=found.next_review_on or row.review_on)
