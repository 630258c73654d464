"""Answering with its clocks: proposal, preview, letter, several lines at once, supplement, extension, calendar.

政务数据共享条例 Art. 20-22. What is asked, answered or extended is never silent: each answer names the clock, its
last day and what comes next.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import Field

from hub.api.authentication import CurrentStaff, current_staff, require_role
from hub.api.clock_bodies import standing_body
from hub.api.models import AnswerBody, Body, Text2000
from hub.api.requests import Approver, given_answer, request_body
from hub.calendars import store as calendar_store
from hub.calendars.loading import load_list
from hub.exchange import answers, extensions, letter_store, proposals, requests, supplement_store, supplements
from hub.exchange.errors import LetterNotFoundError
from hub.exchange.letters import plain_text
from hub.identity import authority_store
from hub.identity.facts import MemberKind, StaffRequester
from hub.identity.roles import Role
from hub.services import Hub
from hub.supervision import directory_extensions
from hub.supervision.recount import recount

if TYPE_CHECKING:
    from hub.calendars.store import HolidayList
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import ShareRequest

router = APIRouter(prefix="/api/v1", tags=["agencies"])
operators_router = APIRouter(prefix="/api/v1", tags=["operators"])
Requester = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
Supervisor = Annotated[StaffRequester, Depends(require_role(Role.SUPERVISOR))]
SystemAdmin = Annotated[StaffRequester, Depends(require_role(Role.SYSTEM_ADMIN))]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Said = Annotated[str, Field(min_length=1, max_length=2000)]


class LineAnswerBody(AnswerBody):
    """The provider's answer on one line of several."""

    line: uuid.UUID


class AnswersBody(Body):
    """Answers on several lines, given all or none."""

    answers: tuple[LineAnswerBody, ...] = Field(min_length=1, max_length=500)


class SupplementBody(Body):
    """All that a request lacks, told once; ``missing`` maps a line's id (or "" for the whole) to fields."""

    text: Said
    missing: dict[str, tuple[str, ...]] = Field(min_length=1, max_length=500)


class ReplyBody(Body):
    """What is supplied; ``changes`` are fields of the request in their new wording."""

    text: Said
    changes: dict[str, Text2000] = Field(default_factory=dict, max_length=10)


class ExtensionBody(Body):
    """More time, in working days, with the reason."""

    working_days: int = Field(ge=1, le=365)
    reason: Said


class ConsentBody(Body):
    """What the authority says to an extension."""

    consents: bool
    text: Text2000 = ""


class HolidayListBody(Body):
    """A holiday list: the announcement it is from, and CSV with the columns date, name, is_workday."""

    notice: Annotated[str, Field(min_length=1, max_length=200)]
    csv: Annotated[str, Field(min_length=1, max_length=20_000)]


@router.get("/requests/{request_id}/lines/{line_id}/proposal", summary="答复建议 / What the rules propose")
def proposal(request_id: uuid.UUID, line_id: uuid.UUID, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Return the lawful forms in order, records that could carry a refusal and what each lacks, and draft texts."""
    blank = answers.Answer("", "")
    with hub.database.begin() as unit:
        return proposals.propose(answers.case_of(hub.context, unit, staff, request_id, line_id, blank))


@router.post("/requests/{request_id}/lines/{line_id}/preview", summary="答复书预览 / The letter before it is given")
def preview(request_id: uuid.UUID, line_id: uuid.UUID, body: AnswerBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Return the letter the answer would become; nothing is stored, and what is not possible is said why."""
    with hub.database.begin() as unit:
        letter = answers.preview(hub.context, unit, staff, request_id, line_id, given_answer(body))
        return {"letter": letter, "text": plain_text(letter)}


@router.get(
    "/requests/{request_id}/lines/{line_id}/letter",
    summary="答复书 / The letter of the answer",
    response_model=None,
    responses={200: {"content": {"text/plain": {}}}},
)
def letter(
    request_id: uuid.UUID,
    line_id: uuid.UUID,
    staff: CurrentStaff,
    hub: Hub,
    form: Annotated[Literal["json", "text"], Query(alias="format")] = "json",
) -> dict[str, Any] | Response:
    """Return the letter as it was given, as JSON or as plain text."""
    with hub.database.begin() as unit:
        request = requests.find(unit, staff, request_id)
        found = letter_store.latest(unit, request.id, line_id)
    if found is None:
        raise LetterNotFoundError(
            "该项没有答复书：尚未答复，或由规则自动答复",
            "there is no letter: the line is not answered yet, or was answered by the rule",
            next_zh="请查看申请的状态；自动答复的依据写在该项的答复中",
            next_en="look at the request's state; what the rule answered stands in the line's answer",
        )
    return PlainTextResponse(plain_text(found)) if form == "text" else dict(found)


@router.post("/requests/{request_id}/answers", summary="一次答复多项 / Answer several items in one act")
def answer_lines(request_id: uuid.UUID, body: AnswersBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Answer all the lines named, or none: then one list says which answers are not possible and why."""
    given = {one.line: given_answer(one) for one in body.answers}
    with hub.database.begin() as unit:
        request = answers.answer_many(hub.context, unit, staff, request_id, given)
        return _whole(hub.context, unit, request)


@router.post("/requests/{request_id}/supplement", status_code=201, summary="一次性告知补充 / Say what is missing, once")
def ask_supplement(request_id: uuid.UUID, body: SupplementBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Tell the requester all that is missing; your clock stands still until it is supplied. Possible once."""
    with hub.database.begin() as unit:
        supplements.ask(hub.context, unit, staff, request_id, body.text, body.missing)
        return _whole(hub.context, unit, requests.find(unit, staff, request_id))


@router.post("/requests/{request_id}/supplement/reply", summary="补充材料 / Supply what is missing")
def reply_supplement(request_id: uuid.UUID, body: ReplyBody, staff: Requester, hub: Hub) -> dict[str, Any]:
    """Supply what was missing; the provider's clock runs again from tomorrow."""
    reply = supplements.Reply(body.text, body.changes)
    with hub.database.begin() as unit:
        return _whole(hub.context, unit, supplements.supply(hub.context, unit, staff, request_id, reply))


@router.post("/requests/{request_id}/extension", status_code=201, summary="申请延长答复 / Ask for more time, once")
def ask_extension(request_id: uuid.UUID, body: ExtensionBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Ask the data-sharing authority for more time; the first period goes on until it consents."""
    with hub.database.begin() as unit:
        asked = extensions.ask(hub.context, unit, staff, request_id, body.working_days, body.reason)
        return extensions.shown(asked)


@router.post("/entries/{name}/extension", status_code=201, summary="申请延长更新 / Ask for more time to update")
def ask_update_extension(name: str, body: ExtensionBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Ask the data-sharing authority for more time to update an entry, once; the first period goes on meanwhile."""
    with hub.database.begin() as unit:
        asked = directory_extensions.ask(hub.context, unit, staff, name, body.working_days, body.reason)
        return extensions.shown(asked)


@router.get("/extensions", summary="延长申请 / Extensions asked for")
def list_extensions(
    staff: CurrentStaff,
    hub: Hub,
    state: Annotated[Literal["asked", "consented", "declined", "lapsed", "moot"] | None, Query()] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the extensions your organ asked for, or, at the authority, those it decides on."""
    with hub.database.begin() as unit:
        under = _members_under(unit, staff)
        found, total = supplement_store.asks(unit, providers=under, state=state, limit=limit, offset=offset)
    following = offset + limit if offset + limit < total else None
    shown = [extensions.shown(one) for one in found]
    return {"total": total, "returned": len(shown), "next": following, "extensions": shown}


@router.post("/extensions/{extension_id}/decision", summary="同意或不同意延长 / Consent to an extension, or not")
def decide_extension(extension_id: uuid.UUID, body: ConsentBody, staff: Supervisor, hub: Hub) -> dict[str, Any]:
    """Decide as the authority of the same level; both sides are told, the requester's notice is on record."""
    with hub.database.begin() as unit:
        decided = extensions.decide(hub.context, unit, staff, extension_id, consents=body.consents, text=body.text)
        return extensions.shown(decided)


@operators_router.get(
    "/calendar", summary="工作日历 / The calendar of working days", dependencies=[Depends(current_staff)]
)
def calendar(hub: Hub) -> dict[str, Any]:
    """Return the years that are known, and the lists that were loaded."""
    with hub.database.begin() as unit:
        loaded = calendar_store.in_force(unit)
    shown = [_list_body(one) for one in loaded]
    known = sorted(hub.context.calendar.years)
    return {"years": known, "total": len(shown), "returned": len(shown), "next": None, "lists": shown}


@operators_router.put("/calendar/{year}", summary="装载放假与调休名单 / Load the holiday list of a year")
def load_calendar(year: int, body: HolidayListBody, staff: SystemAdmin, hub: Hub) -> dict[str, Any]:
    """Check and load a list; it counts at once in every process, and running clocks are counted anew by it."""
    with hub.database.begin() as unit:
        loaded = load_list(hub.context, unit, staff.staff.id, year, body.notice, body.csv)
        moved = recount(hub.context, unit)
    hub.calendars.forget()
    return {**_list_body(loaded), "clocks_recounted": moved}


def _whole(context: Context, unit: Unit, request: ShareRequest) -> dict[str, Any]:
    return {**request_body(context, request), **standing_body(context, unit, request)}


def _members_under(unit: Unit, staff: StaffRequester) -> list[uuid.UUID]:
    """Return the members whose extensions a person may see: all under the authority, else the own."""
    if staff.member.kind is not MemberKind.AUTHORITY or not staff.has_role(Role.SUPERVISOR):
        return [staff.member.id]
    return list(authority_store.members_under(unit, staff.member.id))


def _list_body(value: HolidayList) -> dict[str, Any]:
    return {
        "year": value.year,
        "version": value.version,
        "notice": value.notice,
        "days_off": sum(not day.is_workday for day in value.days),
        "make_up_days": sum(day.is_workday for day in value.days),
        "digest": value.digest,
        "loaded_at": value.loaded_at,
    }
