"""The provider answers item by item (Zhengzhou Art. 20 §1; 政务数据共享条例 Art. 20-22, 28).

Full, masked, aggregates or verification grants; narrowing (R16) returns the line with an offer; a refusal
must rest on an exemption in force on that item, else the software says why it cannot be made and the line
stays open. Nobody answers their own organ's request, and the answer is signed by a person. What would be answered
can be seen before (:func:`preview`); several lines are answered in one act, all or none (:func:`answer_many`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.directory.assessments import require_assessment
from hub.directory.facts import load_resource, outside_item
from hub.exchange import clocks, line_clocks
from hub.exchange.deciding_lines import DECISIONS, Answer, Case, decide_line, give_decision
from hub.exchange.errors import AnswerNotPossibleError, LineClosedError
from hub.exchange.letters import Parties, Subject
from hub.exchange.records import RequestState
from hub.exchange.requests import close_if_done, find
from hub.exchange.state_tables import LINE
from hub.identity import store as identity_store
from policies.errors import DomainError
from policies.workdays import DaysLeft

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import ShareRequest
    from hub.identity.facts import StaffRequester

__all__ = ["DECISIONS", "Answer", "answer", "answer_many", "case_of", "preview"]


def answer(
    context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, line_id: uuid.UUID, given: Answer
) -> ShareRequest:
    """Answer one line and return the request as it now stands.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        LineClosedError: not the provider, not open, or already answered.
        AnswerNotPossibleError: the answer cannot be given; every reason is named, the line stays open.
        AssessmentRequiredError: an impact assessment is named that does not carry the item.
        CalendarMissingError: the time of delivery runs into a year whose holidays are not loaded.
    """
    case = case_of(context, unit, staff, request_id, line_id, given)
    give_decision(case, decide_line(case, given))
    return close_if_done(unit, find(unit, staff, request_id))


def answer_many(
    context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, given: Mapping[uuid.UUID, Answer]
) -> ShareRequest:
    """Answer several lines in one act: all of them, or none with one list of what is wrong.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        AnswerNotPossibleError: some answer cannot be given; ``facts["lines"]`` says which and why.
    """
    find(unit, staff, request_id, lock=True)
    faults: list[tuple[uuid.UUID, DomainError]] = []
    for line_id, one in given.items():
        try:
            case = case_of(context, unit, staff, request_id, line_id, one)
            give_decision(case, decide_line(case, one))
        except DomainError as error:
            faults.append((line_id, error))
    if faults:
        raise AnswerNotPossibleError(
            f"{len(given)} 项中有 {len(faults)} 项不能这样答复，全部未作答复："
            + "；".join(dict.fromkeys(error.zh for _, error in faults)),
            f"{len(faults)} of {len(given)} answers are not possible, none was given: "
            + "; ".join(dict.fromkeys(error.en for _, error in faults)),
            next_zh="；".join(dict.fromkeys(error.next_zh for _, error in faults if error.next_zh)),
            next_en="; ".join(dict.fromkeys(error.next_en for _, error in faults if error.next_en)),
            facts={"lines": [_fault(line_id, error) for line_id, error in faults]},
        )
    return close_if_done(unit, find(unit, staff, request_id))


def preview(
    context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, line_id: uuid.UUID, given: Answer
) -> Mapping[str, Any]:
    """Return the letter an answer would become, or say why it cannot be given; nothing is stored.

    Raises:
        RequestNotFoundError, LineClosedError, AnswerNotPossibleError, AssessmentRequiredError: as :func:`answer`.
    """
    return decide_line(case_of(context, unit, staff, request_id, line_id, given), given).letter


def case_of(
    context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, line_id: uuid.UUID, given: Answer
) -> Case:
    """Return all that an answer to a waiting line of the person's organ is made from, holding the request.

    Raises:
        RequestNotFoundError, LineClosedError, AssessmentRequiredError: as :func:`answer`.
    """
    request = find(unit, staff, request_id, lock=True)
    line = next((line for line in request.lines if line.id == line_id), None)
    if line is None or request.provider_id != staff.member.id:
        raise _closed(None)
    if request.state is not RequestState.OPEN or not LINE.allows(line.state.value, "grant"):
        raise _closed(line.state.value)
    resource = load_resource(context, unit, request.entry_id)
    item = resource.facts.by_column.get(line.item) if line.item is not None else None
    if item is None:
        item = outside_item(unit, resource, line.description)
    if given.cites_law_and_assessment and line.item is not None:
        require_assessment(context, unit, given.assessment, request.entry_id, (item.column,))
    clock = clocks.running(unit, line_clocks.LINE, line.id)
    due = clock.due_on if clock is not None else line.due_on
    late = context.calendar.days_left(context.today(), due) if due is not None else DaysLeft(0)
    member = identity_store.member(unit, "id", request.member_id)
    return Case(
        context=context,
        unit=unit,
        staff=staff,
        resource=resource,
        subject=Subject(request, line, item, resource.title, context.today(), due, late),
        parties=Parties(
            staff.member.name, member.name if member is not None else "", staff.staff.name, given.decider_role
        ),
    )


def _closed(state: str | None) -> LineClosedError:
    described = LINE.describe(state) if state is not None else {}
    return LineClosedError(
        "该项不在等待本单位答复的状态",
        "this item does not wait for your organ's answer",
        next_zh=str(described.get("next") or "请刷新申请查看当前状态"),
        next_en=str(described.get("next_en") or "look at the request's state"),
        facts={"state": state},
    )


def _fault(line_id: uuid.UUID, error: DomainError) -> dict[str, object]:
    return {
        "line": str(line_id),
        "message": error.zh,
        "message_en": error.en,
        "next": error.next_zh,
        "next_en": error.next_en,
        **{name: value for name, value in error.facts.items() if name in {"reasons", "lesser_forms", "state"}},
    }
