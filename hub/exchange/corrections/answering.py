"""The source checks a report and answers it: corrected, right as it is, or another holder's (政务数据共享条例 Art. 26).

«Corrected» is believed only of a record that has changed by a push; the answer is linked to that push. The answer names
the finding, without values. Who made the report does not answer it; the clerk investigates, the approver answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.directory.facts import load_resource
from hub.exchange.corrections import store
from hub.exchange.corrections.errors import (
    CorrectionError,
    CorrectionNotFoundError,
    CorrectionStateError,
    NotCorrectedYetError,
)
from hub.exchange.corrections.evidence import check_text
from hub.exchange.corrections.records import CASE_KIND, SEAL_REPORT, Result, State
from hub.exchange.corrections.settling import close, corrected, require_step, still_as_reported, tell_reporters
from hub.ledger.drafts import ReceiptKind, check_fields
from hub.ledger.errors import ReceiptContentError
from hub.rows import record

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction, Report
    from hub.identity.facts import StaffRequester
    from hub.identity.sealing import Sealer

LONGEST_FINDING = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the source answers. ``with_next_push``: found wrong, the record changes with the next push."""

    result: Result
    finding: str
    with_next_push: bool = False


def own_case(unit: Unit, staff: StaffRequester, case_id: uuid.UUID) -> Correction:
    """Return a case of the person's organ, held (raises :class:`CorrectionNotFoundError` for any other)."""
    case = store.find_case(unit, case_id, lock=True)
    if case is None or case.provider_id != staff.member.id:
        raise CorrectionNotFoundError
    return case


def require_another(case: Correction, reports: tuple[Report, ...], staff: StaffRequester) -> None:
    """Raise :class:`CorrectionStateError` where the person has reported the case."""
    if any(one.reporter.staff_id == staff.staff.id for one in reports):
        raise CorrectionStateError(
            f"校核 {case.label} 由本人报告，应由他人核查和答复",
            f"you reported correction {case.label} yourself: somebody else checks and answers it",
            next_zh="请交由本单位其他人员办理",
            next_en="let a colleague take it",
        )


def leave_receipt(
    context: Context, unit: Unit, staff: StaffRequester, case: Correction, action: str, state: State
) -> None:
    """Leave the receipt of a step of the source."""
    context.record(
        unit,
        ReceiptKind.CORRECTION,
        action=action,
        end_user=str(staff.staff.id),
        decided_by=str(staff.staff.id),
        provider=str(case.provider_id),
        resource=str(case.entry_id),
        items_asked=list(case.items),
        subject_kind=CASE_KIND,
        subject_id=str(case.id),
        article="政务数据共享条例 Art.26",
        state_before=case.state.value,
        state_after=state.value,
    )


def investigate(context: Context, unit: Unit, staff: StaffRequester, case_id: uuid.UUID) -> Correction:
    """Take a case up.

    Raises:
        CorrectionNotFoundError: no case of the person's organ.
        CorrectionStateError: it does not wait, or the person has reported it.

    """
    case = own_case(unit, staff, case_id)
    require_another(case, store.reports(unit, case.id), staff)
    require_step(case, State.INVESTIGATING)
    store.update_case(
        unit,
        case.id,
        state=State.INVESTIGATING.value,
        investigated_by=staff.staff.id,
        investigated_at=context.now(),
    )
    leave_receipt(context, unit, staff, case, "correction.investigate", State.INVESTIGATING)
    return again(unit, case)


def again(unit: Unit, case: Correction) -> Correction:
    """Return the case as it stands now."""
    found = store.find_case(unit, case.id)
    return case if found is None else found


def checked_finding(finding: str) -> str:
    """Return a finding that may be kept in clear: said, not too long, without marks and without identity numbers.

    Raises:
        CorrectionError: it is empty, too long, or holds an identity number.
        EvidenceMarkedError: a secrecy mark.

    """
    text = " ".join(finding.split())
    check_text(text)
    if not text or len(text) > LONGEST_FINDING:
        raise CorrectionError(
            f"答复须写明核查结论（不超过 {LONGEST_FINDING} 字）",
            f"an answer says what was found, in at most {LONGEST_FINDING} characters",
            next_zh="写清依据什么材料核查、结论如何；不要写出具体数值",
            next_en="say what was looked at and what it shows, without values",
        )
    try:
        check_fields({"reason_code": text})
    except ReceiptContentError as error:
        raise CorrectionError(
            "核查结论中有公民身份号码",
            "the finding holds an identity number",
            next_zh="请改用“该人”“该号码”等说法，答复会通知到有关单位",
            next_en="leave the number out: the answer is read by others",
        ) from error
    return text


def answer(context: Context, unit: Unit, staff: StaffRequester, case_id: uuid.UUID, given: Answer) -> Correction:
    """Answer a case as right, or as corrected; :func:`forward` sends it on.

    Raises:
        CorrectionNotFoundError, CorrectionStateError, CorrectionError: as elsewhere.
        NotCorrectedYetError: «corrected» although the record stands as it was reported.

    """
    case = own_case(unit, staff, case_id)
    require_another(case, store.reports(unit, case.id), staff)
    said = {"finding": checked_finding(given.finding), "answered_by": staff.staff.id, "answered_at": context.now()}
    if given.result is Result.RIGHT:
        close(context, unit, case, State.RIGHT, **said)
        leave_receipt(context, unit, staff, case, "correction.answer", State.RIGHT)
        tell_reporters(context, unit, case, State.RIGHT)
        return again(unit, case)
    if given.result is Result.OTHER_HOLDER:
        raise CorrectionError(
            "转他方须写明对方条目",
            "name the entry of the other holder",
            next_zh="请用“转他方”办理，并选择数源单位的条目",
            next_en="send it on and choose the entry of the source",
        )
    resource = load_resource(context, unit, case.entry_id)
    unchanged = still_as_reported(unit, resource, case)
    if unchanged and not given.with_next_push:
        require_step(case, State.CORRECTED)
        raise NotCorrectedYetError(unchanged)
    if unchanged:
        require_step(case, State.AWAITING_PUSH)
        store.update_case(unit, case.id, state=State.AWAITING_PUSH.value, **said)
        leave_receipt(context, unit, staff, case, "correction.answer", State.AWAITING_PUSH)
        tell_reporters(context, unit, case, State.AWAITING_PUSH)
        return again(unit, case)
    leave_receipt(context, unit, staff, case, "correction.answer", State.CORRECTED)
    corrected(context, unit, case, _push_of(unit, resource, case), **said)
    return again(unit, case)


def _push_of(unit: Unit, resource: Resource, case: Correction) -> int:
    """Return the push that brought the change: the one that wrote the record, or the latest where it is gone."""
    written = record.written_by(unit, resource.table, case.row) if case.row is not None else None
    return written if written is not None else record.version_of(unit, resource.table)


def opened(sealer: Sealer, one: Report) -> dict[str, object]:
    """Return what a report says, for the source and its reporter."""
    return sealer.open_values(SEAL_REPORT, one.sealed)
